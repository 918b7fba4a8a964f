// The commands and options that there are, for the parser, the manual page and shells.
import { H2lintError } from "../error.ts";
import { COMMANDS, type CommandWords } from "./command-words.ts";
import type { Command } from "./invocation.ts";

export { COMMANDS, type CommandWords } from "./command-words.ts";

export interface OptionWords {
  /** Those that use it; absent: all that read captures. */
  readonly of?: readonly Command[] | "all";
  readonly alias?: string;
  /** With `choices`: a string. */
  readonly type?: "string" | "number" | "boolean";
  readonly array?: boolean;
  readonly choices?: readonly string[];
  readonly default?: string | boolean;
  readonly requiresArg?: boolean;
  readonly nargs?: number;
  readonly describe: string;
  readonly group?: string;
}

const JUDGING: readonly Command[] = ["check", "why", "compare", "timeline", "cut", "diff", "record", "merge"];
const SELECTING: readonly Command[] = ["check", "why", "compare", "timeline", "calls", "diff", "repro", "merge"];

/** In the order of the help. */
export const OPTIONS: Readonly<Record<string, OptionWords>> = {
  format: {
    requiresArg: true,
    nargs: 1,
    of: [
      "check",
      "why",
      "compare",
      "timeline",
      "info",
      "calls",
      "frames",
      "diff",
      "repro",
      "rules",
      "explain",
      "record",
      "merge",
    ],
    alias: "f",
    type: "string",
    describe: "table, json, ndjson, sarif, junit, github, gitlab, markdown, html or har, to standard output",
    group: "Output:",
  },
  output: {
    of: ["check", "calls", "cut", "record", "merge"],
    alias: "o",
    type: "string",
    array: true,
    describe: "also write [FORMAT=]FILE; for other tools: .pcapng (annotated), .parquet (a folder), .otlp.json, .perfetto-trace",
    group: "Output:",
    requiresArg: true,
    nargs: 1,
  },
  "fail-on": {
    requiresArg: true,
    nargs: 1,
    of: ["check", "record", "merge"],
    choices: ["error", "warning", "info", "unexplained", "never"],
    describe:
      "lowest severity that makes the exit status 1 (default: error); unexplained: errors, and error answers without a finding",
    group: "Check:",
  },
  rule: {
    of: JUDGING,
    type: "string",
    array: true,
    nargs: 1,
    describe: "ID=error|warning|info|off; ID may be family/*",
    group: "Check:",
    requiresArg: true,
  },
  preset: {
    requiresArg: true,
    nargs: 1,
    of: JUDGING,
    choices: ["recommended", "strict", "all"],
    describe: "which rules run (default: recommended)",
    group: "Check:",
  },
  profile: {
    requiresArg: true,
    nargs: 1,
    of: [...JUDGING, "rules"],
    choices: ["rfc9113", "rfc7540"],
    describe: "the specification both sides follow (default: rfc9113)",
    group: "Check:",
  },
  config: {
    of: "all",
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "configuration file; else the nearest h2lint.config.*",
    group: "Check:",
  },
  baseline: {
    of: ["check", "merge"],
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "file of known findings, which do not count",
    group: "Check:",
  },
  "update-baseline": {
    of: ["check", "merge"],
    type: "boolean",
    default: false,
    describe: "write that file: accept all findings",
    group: "Check:",
  },
  "require-complete": {
    type: "boolean",
    describe: "exit with 3 if something could not be checked",
    group: "Check:",
  },
  connection: {
    requiresArg: true,
    nargs: 1,
    of: ["check", "why", "compare", "timeline", "calls", "frames", "cut", "diff", "repro", "merge"],
    type: "number",
    describe: "only this connection",
    group: "Part of the capture:",
  },
  stream: {
    requiresArg: true,
    nargs: 1,
    of: ["check", "why", "compare", "timeline", "calls", "frames", "cut", "diff", "repro", "merge"],
    type: "number",
    describe: "only this stream",
    group: "Part of the capture:",
  },
  host: {
    requiresArg: true,
    nargs: 1,
    of: SELECTING,
    type: "string",
    describe: "only connections of this address",
    group: "Part of the capture:",
  },
  port: {
    requiresArg: true,
    nargs: 1,
    of: SELECTING,
    type: "number",
    describe: "only connections with this port",
    group: "Part of the capture:",
  },
  from: {
    requiresArg: true,
    nargs: 1,
    of: SELECTING,
    type: "string",
    describe: "only from this time on (seconds since the epoch, or ISO 8601)",
    group: "Part of the capture:",
  },
  to: {
    requiresArg: true,
    nargs: 1,
    of: SELECTING,
    type: "string",
    describe: "only up to this time",
    group: "Part of the capture:",
  },
  proto: {
    of: ["check", "why", "timeline", "calls", "repro"],
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: ".proto file, folder of them, or descriptor set: the schema of gRPC messages",
  },
  keys: {
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "TLS key log, RSA private key, or folder of them; else SSLKEYLOGFILE, else x.keys beside x.pcap",
  },
  messages: {
    of: ["calls", "timeline"],
    type: "boolean",
    default: false,
    describe: "calls, timeline: show what gRPC messages hold",
    group: "Output:",
  },
  text: {
    of: ["why"],
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "why: what a log or a program says about the failure",
    group: "Part of the capture:",
  },
  log: {
    of: ["check", "why", "calls", "info"],
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "[client=|server=]FILE: a log of either end, to join with the capture; check and why take it alone too",
    group: "Check:",
  },
  session: {
    choices: ["auto", "one", "each"],
    requiresArg: true,
    nargs: 1,
    describe: "which captures are judged together: parts of one recording (default), all, none",
    group: "Part of the capture:",
  },
  "max-memory": {
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe:
      "how much memory a run may hold: 200MB, 1g (default: 200MB); a lower limit changes results only where it is reached",
  },
  engine: {
    requiresArg: true,
    nargs: 1,
    choices: ["fast", "reference"],
    default: "fast",
    describe: "ours, or pcap-parser with hpack.js",
  },
  "show-secrets": {
    of: ["check", "why", "timeline", "calls", "frames", "repro"],
    type: "boolean",
    default: false,
    describe: "do not mask credentials",
    group: "Output:",
  },
  follow: {
    of: ["check", "record"],
    type: "boolean",
    default: false,
    describe: "show findings and connections of a pipe or proxy as they come, and rolling totals",
    group: "Output:",
  },
  listen: {
    of: ["record"],
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "where clients connect to: [HOST:]PORT (default: 127.0.0.1 and a port that is free)",
  },
  color: { of: "all", type: "boolean", describe: "colours and symbols (--no-color: plain)", group: "Output:" },
  progress: { of: "all", type: "boolean", describe: "progress on stderr (--no-progress: none)", group: "Output:" },
  quiet: { of: "all", type: "boolean", default: false, describe: "errors and warnings only", group: "Output:" },
  verbose: {
    of: "all",
    type: "boolean",
    default: false,
    describe: "also consequences, what is not proven, and the evidence",
    group: "Output:",
  },
  lang: {
    of: "all",
    type: "string",
    requiresArg: true,
    nargs: 1,
    choices: ["en", "zh"],
    describe: "the language of what people read (default: the locale's, LC_ALL, LC_MESSAGES or LANG)",
    group: "Output:",
  },
  workers: {
    of: ["check"],
    type: "number",
    requiresArg: true,
    nargs: 1,
    describe: "threads that judge, each a share of the connections (default: by size and cores); the report is the same",
    group: "Check:",
  },
  shard: {
    of: ["check"],
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "I/N: judge share I of N of the connections only, and write a part for h2lint merge",
    group: "Check:",
  },
  root: {
    of: ["mcp"],
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "mcp: the only folder that the assistant may read",
  },
};

/** Whether a command uses an option. */
export function takes(command: Command, option: string): boolean {
  const { of } = OPTIONS[option]!;
  if (of === "all") return true;
  if (of !== undefined) return of.includes(command);
  return !["rules", "explain", "completion", "record", "mcp"].includes(command);
}

/** @param args By option, as a parser leaves them. @throws H2lintError for an option that does nothing for the command, or lacks its value. */
export function refuseUnused(command: Command, args: Readonly<Record<string, unknown>>): void {
  for (const [name, { default: usual }] of Object.entries(OPTIONS)) {
    // Of `explain` it is the operand.
    if (name === "rule" && command === "explain") continue;
    const given = args[name];
    const values = Array.isArray(given) ? given : [given];
    for (const value of values) {
      if (value === undefined || value === usual) continue;
      if (value === "") throw new H2lintError("usage", `--${name} needs a value (see h2lint help ${command})`);
      if (!takes(command, name)) throw new H2lintError("usage", `${command} takes no --${name} (see h2lint help ${command})`);
    }
  }
}

/** What the command line takes, for the manual page and for shells. */
export interface CommandLine {
  readonly commands: readonly CommandWords[];
  readonly options: readonly CommandOption[];
}

export interface CommandOption {
  readonly name: string;
  readonly letter: string | undefined;
  readonly describe: string;
  readonly group: string;
  /** It takes no value. */
  readonly flag: boolean;
  readonly choices: readonly string[];
}

export function commandLine(): CommandLine {
  const options = Object.entries(OPTIONS).map(([name, { alias, type, choices = [], describe, group = "" }]) => ({
    ...{ name, letter: alias, describe, group: group.replace(/:$/, "") },
    ...{ flag: type === "boolean", choices },
  }));
  return { commands: COMMANDS, options };
}
