// What was asked for: the words of the command line, checked.
import { H2lintError } from "../error.ts";
import type { LanguageName } from "../lang/load.ts";
import type { Side } from "../place.ts";
import type { Profile } from "../rules/profile.ts";
import type { Preset } from "../rules/selection.ts";
import type { Severity } from "../rules/severity.ts";
import type { ShareName } from "../shares/share.ts";
import type { Filter } from "../traffic-filter.ts";

export type Command =
  | "check"
  | "info"
  | "timeline"
  | "calls"
  | "frames"
  | "repro"
  | "compare"
  | "why"
  | "diff"
  | "cut"
  | "rules"
  | "explain"
  | "completion"
  | "record"
  | "mcp"
  | "merge";

/** The lowest severity that fails; `unexplained`: errors, and error answers that no finding explains. */
export type FailOn = Severity | "unexplained" | "never";

export interface Invocation {
  readonly command: Command;
  /** Captures, or the rule to explain. */
  readonly operands: readonly string[];
  readonly format: string | undefined;
  readonly outputs: readonly string[];
  /** Undefined: what the configuration says, else the default. So with the next four. */
  readonly failOn: FailOn | undefined;
  readonly severities: readonly (readonly [string, Severity | "off"])[];
  readonly preset: Preset | undefined;
  readonly profile: Profile | undefined;
  readonly requireComplete: boolean | undefined;
  /** The configuration file. */
  readonly config: string | undefined;
  readonly baseline: string | undefined;
  readonly updateBaseline: boolean;
  readonly engine: "fast" | "reference";
  readonly only: Filter;
  /** Paths of schemas. */
  readonly protos: readonly string[];
  /** Paths of TLS keys. */
  readonly keys: readonly string[];
  /** Logs: `[client=|server=]FILE`. */
  readonly logs: readonly LogOption[];
  readonly messages: boolean;
  /** Octets that a run may take; undefined: the default limits. */
  readonly maxMemory: number | undefined;
  /** What a log or a program says of a failure. */
  readonly text: string | undefined;
  readonly follow: boolean;
  /** Where a proxy listens: `[HOST:]PORT`. */
  readonly listen: string | undefined;
  readonly session: "auto" | "one" | "each";
  readonly showSecrets: boolean;
  readonly color: boolean | undefined;
  readonly progress: boolean | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Undefined: the locale's. */
  readonly lang: LanguageName | undefined;
  /** The folder that `mcp` may read. */
  readonly root: string | undefined;
  /** Which share of the connections is judged; undefined: all. */
  readonly shard: ShareName | undefined;
  /** Threads that judge; undefined: as many as pay. */
  readonly workers: number | undefined;
}

export interface LogOption {
  readonly source: string;
  /** Undefined: its lines tell. */
  readonly side?: Side;
}

/** @param args By option, as the parser leaves them. @throws H2lintError("usage") for what does not fit. */
export function toInvocation(command: Command, operands: readonly string[], args: Record<string, unknown>): Invocation {
  const logs = toStrings(args["log"]).map(logOption);
  const logsAlone = logs.length > 0 && (command === "check" || command === "why");
  const textAlone = command === "why" && args["text"] !== undefined;
  if (command !== "rules" && command !== "mcp" && operands.length === 0 && !logsAlone && !textAlone)
    throw new H2lintError("usage", `no ${command === "merge" ? "part" : "capture"} is named (see h2lint --help)`);
  const single = (name: string): unknown => {
    const value = args[name];
    return Array.isArray(value) ? value.at(-1) : value;
  };
  const number = (name: string): number | undefined => {
    const value = single(name);
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0)
      throw new H2lintError("usage", `--${name} takes a whole number`);
    return value;
  };
  const time = (name: string): number | undefined => {
    const value = single(name);
    if (value === undefined) return undefined;
    const seconds = /^\d+(\.\d+)?$/.test(String(value)) ? Number(value) : Date.parse(String(value)) / 1000;
    if (Number.isNaN(seconds)) throw new H2lintError("usage", `--${name} takes seconds since the epoch or an ISO 8601 time`);
    return seconds;
  };
  const only = {
    connection: number("connection"),
    stream: number("stream"),
    host: single("host") as string | undefined,
    port: number("port"),
    from: time("from"),
    to: time("to"),
  };
  return {
    command,
    operands,
    format: single("format") as string | undefined,
    outputs: toStrings(args["output"]),
    failOn: single("fail-on") as FailOn | undefined,
    severities: toStrings(command === "explain" ? undefined : args["rule"]).map(ruleSeverity),
    preset: single("preset") as Preset | undefined,
    profile: single("profile") as Profile | undefined,
    requireComplete: single("require-complete") as boolean | undefined,
    config: single("config") as string | undefined,
    baseline: single("baseline") as string | undefined,
    updateBaseline: single("update-baseline") === true,
    engine: single("engine") as "fast" | "reference",
    only: Object.fromEntries(Object.entries(only).filter(([, value]) => value !== undefined)) as Invocation["only"],
    protos: toStrings(args["proto"]),
    keys: toStrings(args["keys"]),
    logs,
    messages: single("messages") === true,
    maxMemory: octetsOf(single("max-memory") as string | undefined),
    text: single("text") as string | undefined,
    session: (single("session") ?? "auto") as Invocation["session"],
    follow: single("follow") === true,
    listen: single("listen") as string | undefined,
    showSecrets: single("show-secrets") === true,
    color: single("color") as boolean | undefined,
    progress: single("progress") as boolean | undefined,
    quiet: single("quiet") === true,
    verbose: single("verbose") === true,
    lang: single("lang") as LanguageName | undefined,
    root: single("root") as string | undefined,
    shard: shareOf(single("shard") as string | undefined),
    workers: workersOf(number("workers")),
  };
}

// `3/8`: the third of eight.
function shareOf(text: string | undefined): ShareName | undefined {
  if (text === undefined) return undefined;
  const [, share = 0, of = 0] = (/^(\d{1,5})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (share < 1 || share > of || of > SHARES)
    throw new H2lintError("usage", `--shard takes I/N, 1 to N of at most ${SHARES}: 3/8`);
  return { index: share - 1, of };
}

const SHARES = 1024;

function workersOf(count: number | undefined): number | undefined {
  if (count === 0 || (count ?? 1) > WORKERS) throw new H2lintError("usage", `--workers takes a number from 1 to ${WORKERS}`);
  return count;
}

const WORKERS = 64;

// `200MB`, `1g`; a plain number is megabytes.
function octetsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(k|m|g)?b?$/i.exec(text);
  const octets =
    match === null ? 0 : Math.round(Number(match[1]) * UNITS[(match[2]?.toLowerCase() ?? "m") as keyof typeof UNITS]);
  if (octets === 0) throw new H2lintError("usage", "--max-memory takes a size: 200MB, 1g, or a number of megabytes");
  return octets;
}

const UNITS = { k: 1e3, m: 1e6, g: 1e9 };

function ruleSeverity(text: string): [string, Severity | "off"] {
  const match = /^([a-z0-9-]+\/[a-z0-9*-]+)=(error|warning|info|off)$/.exec(text);
  if (match === null) throw new H2lintError("usage", `--rule ${text}: expected ID=error|warning|info|off`);
  return [match[1]!, match[2] as Severity | "off"];
}

function logOption(text: string): LogOption {
  const match = /^(client|server)=(.+)$/s.exec(text);
  return match === null ? { source: text } : { source: match[2]!, side: match[1] as Side }; // the pattern lets nothing else through
}

/** The words of an operand or option that may be given more than once. */
export function toStrings(value: unknown): string[] {
  const list = value === undefined ? [] : Array.isArray(value) ? value.map(String) : [String(value)];
  return list.map((word) => (word === STDIN ? "-" : word));
}

/** Stands for `-`: yargs takes a lone dash for an option without a name. No path holds a NUL. */
export const STDIN = "\0stdin";
