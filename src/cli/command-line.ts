// The commands and options that there are, for the parser, the manual page and shells.
import type { Command } from "./invocation.ts";

export interface CommandWords {
  readonly name: Command;
  /** As yargs takes them: `[captures...]`, `<old> <new>`. */
  readonly operands: string;
  readonly describe: string;
}

export interface OptionWords {
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
  },
  { name: "why", operands: "[captures...]", describe: "why a call failed, in a few sentences: cause, answer, cost, fix" },
  {
    name: "compare",
    operands: "<bad> <good>",
    describe: "what one client (or server) does on the wire that the other does not; FILE#N is connection N of it",
  },
  { name: "timeline", operands: "[captures...]", describe: "per-connection stream timeline" },
  { name: "info", operands: "[captures...]", describe: "what is in the captures, and how much of it can be judged" },
  {
    name: "calls",
    operands: "[captures...]",
    describe: "one row an exchange: gRPC method or HTTP path, status, messages, times",
  },
  { name: "frames", operands: "[captures...]", describe: "one row a frame" },
  {
    name: "cut",
    operands: "[captures...]",
    describe: "write the smallest capture that shows the same of --connection N (and --stream N): -o FILE.pcapng",
  },
  {
    name: "diff",
    operands: "<old> <new>",
    describe: "what is new, fixed and unchanged between two captures or JSON reports",
  },
  {
    name: "repro",
    operands: "[captures...]",
    describe: "the request of --stream N as a grpcurl or curl command that sends it again",
  },
  { name: "rules", operands: "", describe: "every rule: id, severity, one line" },
  { name: "explain", operands: "<rule>", describe: "what a rule means, why, and how to fix it" },
  { name: "completion", operands: "[shell]", describe: "the completion script for bash or zsh" },
];

/** In the order of the help. */
export const OPTIONS: Readonly<Record<string, OptionWords>> = {
  format: {
    alias: "f",
    type: "string",
    describe: "table, json, ndjson, sarif, junit, github, gitlab, markdown, html or har, to standard output",
    group: "Output:",
  },
  output: {
    alias: "o",
    type: "string",
    array: true,
    describe: "also write [FORMAT=]FILE",
    group: "Output:",
    requiresArg: true,
    nargs: 1,
  },
  "fail-on": {
    choices: ["error", "warning", "info", "never"],
    describe: "lowest severity that makes exit 1 (default: error)",
    group: "Check:",
  },
  rule: {
    type: "string",
    array: true,
    nargs: 1,
    describe: "ID=error|warning|info|off; ID may be family/*",
    group: "Check:",
    requiresArg: true,
  },
  preset: {
    choices: ["recommended", "strict", "all"],
    describe: "which rules run (default: recommended)",
    group: "Check:",
  },
  profile: {
    choices: ["rfc9113", "rfc7540"],
    describe: "the text both sides keep to (default: rfc9113)",
    group: "Check:",
  },
  config: {
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "configuration file; else the nearest h2lint.config.*",
    group: "Check:",
  },
  baseline: {
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "file of known findings, which do not count",
    group: "Check:",
  },
  "update-baseline": {
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
  connection: { type: "number", describe: "only this connection", group: "Part of the capture:" },
  stream: { type: "number", describe: "only this stream", group: "Part of the capture:" },
  host: { type: "string", describe: "only connections of this address", group: "Part of the capture:" },
  port: { type: "number", describe: "only connections with this port", group: "Part of the capture:" },
  from: {
    type: "string",
    describe: "only from this time on (seconds since the epoch, or ISO 8601)",
    group: "Part of the capture:",
  },
  to: { type: "string", describe: "only up to this time", group: "Part of the capture:" },
  proto: {
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: ".proto file, folder of them, or descriptor set: what gRPC messages mean",
  },
  messages: { type: "boolean", default: false, describe: "calls, timeline: what gRPC messages hold", group: "Output:" },
  text: {
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "why: what a log or a program says of the failure",
    group: "Part of the capture:",
  },
  log: {
    type: "string",
    array: true,
    nargs: 1,
    requiresArg: true,
    describe: "[client=|server=]FILE: a log of either end, to join with the capture or to check alone",
    group: "Check:",
  },
  "max-memory": {
    type: "string",
    requiresArg: true,
    nargs: 1,
    describe: "how much a run may hold: 200MB, 1g (default: 200MB); results change only where a limit is hit",
  },
  engine: { choices: ["fast", "reference"], default: "fast", describe: "ours, or pcap-parser with hpack.js" },
  "show-secrets": { type: "boolean", default: false, describe: "do not mask credentials", group: "Output:" },
  follow: {
    type: "boolean",
    default: false,
    describe: "of a pipe: findings and connections as they come, and rolling totals",
    group: "Output:",
  },
  color: { type: "boolean", describe: "colours and symbols (--no-color: plain)", group: "Output:" },
  progress: { type: "boolean", describe: "progress on stderr (--no-progress: none)", group: "Output:" },
  quiet: { type: "boolean", default: false, describe: "errors and warnings only", group: "Output:" },
  verbose: {
    type: "boolean",
    default: false,
    describe: "also consequences, what is not proven, and the evidence",
    group: "Output:",
  },
};

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
