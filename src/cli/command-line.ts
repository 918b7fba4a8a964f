// The commands and options that there are, for the parser, the manual page and shells.
import { H2lintError } from "../error.ts";
import type { Command } from "./invocation.ts";

export interface CommandWords {
  readonly name: Command;
  /** As yargs takes them: `[captures...]`, `<old> <new>`. */
  readonly operands: string;
  readonly describe: string;
  /** Three command lines. */
  readonly examples: readonly string[];
}

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

/** In the order of the help. */
export const COMMANDS: readonly CommandWords[] = [
  {
    name: "check",
    operands: "[captures...]",
    describe: "flag violations and pair each with the peer's answer (the default command)",
    examples: [
      "h2lint capture.pcapng",
      "h2lint check recorded/ --format github --baseline known.json",
      "tcpdump -i any -U -w - port 50051 | h2lint - --follow",
    ],
  },
  {
    name: "why",
    operands: "[captures...]",
    describe: "why a call failed, in a few sentences: cause, answer, cost, fix",
    examples: [
      "h2lint why capture.pcapng",
      "h2lint why capture.pcapng --connection 3 --stream 5",
      'h2lint why capture.pcapng --text "stream terminated by RST_STREAM"',
    ],
  },
  {
    name: "compare",
    operands: "<bad> <good>",
    describe: "what one client (or server) does on the wire that the other does not; FILE#N is connection N of it",
    examples: [
      "h2lint compare bad.pcapng good.pcapng",
      "h2lint compare both.pcapng#1 both.pcapng#2",
      "h2lint compare bad.pcapng good.pcapng --format json",
    ],
  },
  {
    name: "timeline",
    operands: "[captures...]",
    describe: "per-connection stream timeline",
    examples: [
      "h2lint timeline capture.pcapng",
      "h2lint timeline capture.pcapng --connection 3 --verbose",
      "h2lint timeline capture.pcapng --stream 5 --messages --proto service.proto",
    ],
  },
  {
    name: "info",
    operands: "[captures...]",
    describe: "what is in the captures, and how much of it can be judged",
    examples: ["h2lint info capture.pcapng", "h2lint info recorded/", "h2lint info recorded/ --format json"],
  },
  {
    name: "calls",
    operands: "[captures...]",
    describe: "one row an exchange: gRPC method or HTTP path, status, messages, times",
    examples: [
      "h2lint calls capture.pcapng",
      "h2lint calls capture.pcapng --messages --proto protos/",
      "h2lint calls capture.pcapng -o calls.har",
    ],
  },
  {
    name: "frames",
    operands: "[captures...]",
    describe: "one row a frame",
    examples: [
      "h2lint frames capture.pcapng",
      "h2lint frames capture.pcapng --connection 1 --stream 3",
      "h2lint frames capture.pcapng --format ndjson",
    ],
  },
  {
    name: "cut",
    operands: "[captures...]",
    describe: "write the smallest capture that shows the same of --connection N (and --stream N): -o FILE.pcapng",
    examples: [
      "h2lint cut capture.pcapng --connection 3 -o small.pcapng",
      "h2lint cut capture.pcapng --connection 3 --stream 5 -o small.pcapng",
      "h2lint cut recorded/ --connection 12 -o small.pcapng",
    ],
  },
  {
    name: "diff",
    operands: "<old> <new>",
    describe: "what is new, fixed and unchanged between two captures or JSON reports",
    examples: [
      "h2lint diff before.pcapng after.pcapng",
      "h2lint diff before.json after.json",
      "h2lint diff before.json after.pcapng --format json",
    ],
  },
  {
    name: "repro",
    operands: "[captures...]",
    describe: "the request of --stream N as a grpcurl or curl command that sends it again",
    examples: [
      "h2lint repro capture.pcapng --stream 5",
      "h2lint repro capture.pcapng --connection 3 --stream 5 --proto service.proto",
      "h2lint repro capture.pcapng --stream 5 --show-secrets",
    ],
  },
  {
    name: "rules",
    operands: "",
    describe: "every rule: id, severity, one line",
    examples: ["h2lint rules", "h2lint rules --format json", "h2lint rules --config h2lint.config.json"],
  },
  {
    name: "explain",
    operands: "<rule>",
    describe: "what a rule means, why, and how to fix it",
    examples: [
      "h2lint explain grpc/request-trailers",
      "h2lint explain headers/uppercase-name",
      "h2lint explain acme/tenant-missing --config h2lint.config.json",
    ],
  },
  {
    name: "completion",
    operands: "[shell]",
    describe: "the completion script for bash or zsh",
    examples: [
      "source <(h2lint completion bash)",
      "h2lint completion zsh > ~/.zfunc/_h2lint",
      "h2lint completion bash > /etc/bash_completion.d/h2lint",
    ],
  },
  {
    name: "record",
    operands: "<server>",
    describe: "a proxy before SERVER (HOST:PORT) that records what goes through it, without rights to capture",
    examples: [
      "h2lint record 127.0.0.1:50051 --listen 50052 -o out.pcapng",
      "h2lint record 127.0.0.1:50051 --listen 50052 --follow",
      "h2lint record [::1]:50051 --listen [::1]:50052 -o out.pcapng --follow",
    ],
  },
  {
    name: "mcp",
    operands: "",
    describe: "serve the captures of --root FOLDER to an assistant, by the Model Context Protocol on stdio",
    examples: [
      "h2lint mcp --root recorded/",
      "claude mcp add h2lint -- npx h2lint mcp --root recorded/",
      "h2lint mcp --root . --config h2lint.config.json",
    ],
  },
  {
    name: "merge",
    operands: "<parts...>",
    describe: "of all parts that check --shard wrote, the report that one run would have made",
    examples: [
      "h2lint merge part-*.ndjson",
      "h2lint merge part-1.ndjson part-2.ndjson --format sarif",
      "h2lint merge parts/* --format json --output junit=report.xml",
    ],
  },
];

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
    describe: "lowest severity that makes exit 1 (default: error); unexplained: errors, and error answers without a finding",
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
    describe: "the text both sides keep to (default: rfc9113)",
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
    describe: "write that file: accept all that is found",
    group: "Check:",
  },
  "require-complete": {
    type: "boolean",
    describe: "exit 3 if something could not be checked",
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
    describe: ".proto file, folder of them, or descriptor set: what gRPC messages mean",
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
    describe: "calls, timeline: what gRPC messages hold",
    group: "Output:",
  },
  text: {
    of: ["why"],
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "why: what a log or a program says of the failure",
    group: "Part of the capture:",
  },
  log: {
    of: ["check", "why"],
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "[client=|server=]FILE: a log of either end, to join with the capture or to check alone",
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
    describe: "how much a run may hold: 200MB, 1g (default: 200MB); results change only where a limit is hit",
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
    describe: "of a pipe or proxy: findings and connections as they come, and rolling totals",
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
    describe: "mcp: the folder that the assistant may read, and nothing outside it",
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
