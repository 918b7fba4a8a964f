// argv -> what to do. The only file that knows yargs.
import yargs, { type Argv, type Options } from "yargs";
import { H2lintError } from "../error.ts";
import { version } from "../version.ts";
import { type Command, type Invocation, STDIN, toInvocation, toStrings } from "./invocation.ts";

/** @returns undefined where help or the version was asked for and printed.
 *  @throws H2lintError("usage") for anything else than a command that can be run. */
export async function parse(argv: readonly string[]): Promise<Invocation | undefined> {
  let invocation: Invocation | undefined;
  const keep = (command: Command, operands: readonly string[]) => (args: Record<string, unknown>) => {
    invocation = toInvocation(command, operands.length > 0 ? operands : toStrings(args["captures"] ?? args["rule"]), args);
  };
  const keepTwo = (command: Command, first: string, second: string) => (args: Record<string, unknown>) => {
    invocation = toInvocation(command, toStrings([args[first], args[second]]), args);
  };
  const parser = declare(yargs(argv.map((word) => (word === "-" ? STDIN : word))), keep, keepTwo)
    .wrap(Math.min(process.stdout.columns ?? 80, 100))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      if (error instanceof H2lintError) throw error;
      throw new H2lintError("usage", `${oneLine(message || error?.message || "bad arguments")} (see h2lint --help)`);
    });
  await parser.parseAsync();
  return invocation;
}

type Keep = (args: Record<string, unknown>) => void;

function declare(
  parser: Argv,
  keep: (command: Command, operands: readonly string[]) => Keep,
  keepTwo: (command: Command, first: string, second: string) => Keep,
) {
  return parser
    .scriptName("h2lint")
    .usage(
      "$0 [check] CAPTURE...\n\nFlags every HTTP/2 and gRPC protocol violation in a packet capture, and pairs it with the peer's answer.",
    )
    .command(
      "$0 [captures...]",
      "flag violations and pair each with the peer's answer (the default command)",
      captures,
      keep("check", []),
    )
    .command("check [captures...]", "the same as without a command", captures, keep("check", []))
    .command("why [captures...]", "why a call failed, in a few sentences: cause, answer, cost, fix", captures, keep("why", []))
    .command(
      "compare <bad> <good>",
      "what one client (or server) does on the wire that the other does not; FILE#N is connection N of it",
      (y) => y.positional("bad", { type: "string" }).positional("good", { type: "string" }),
      keepTwo("compare", "bad", "good"),
    )
    .command("timeline [captures...]", "per-connection stream timeline", captures, keep("timeline", []))
    .command("info [captures...]", "what is in the captures, and how much of it can be judged", captures, keep("info", []))
    .command(
      "calls [captures...]",
      "one row an exchange: gRPC method or HTTP path, status, messages, times",
      captures,
      keep("calls", []),
    )
    .command("frames [captures...]", "one row a frame", captures, keep("frames", []))
    .command(
      "cut [captures...]",
      "write the smallest capture that shows the same of --connection N (and --stream N): -o FILE.pcapng",
      captures,
      keep("cut", []),
    )
    .command(
      "diff <old> <new>",
      "what is new, fixed and unchanged between two captures or JSON reports",
      (y) => y.positional("old", { type: "string" }).positional("new", { type: "string" }),
      keepTwo("diff", "old", "new"),
    )
    .command(
      "repro [captures...]",
      "the request of --stream N as a grpcurl or curl command that sends it again",
      captures,
      keep("repro", []),
    )
    .command("rules", "every rule: id, severity, one line", (y) => y, keep("rules", []))
    .command(
      "explain <rule>",
      "what a rule means, why, and how to fix it",
      (y) => y.positional("rule", { type: "string" }),
      keep("explain", []),
    )
    .command(
      "completion [shell]",
      "the completion script for bash or zsh",
      (y) => y.positional("shell", { choices: ["bash", "zsh"] as const }),
      (args) => keep("completion", toStrings(args.shell ?? shellOf(process.env["SHELL"])))(args),
    )
    .options({
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
      color: { type: "boolean", describe: "colours and symbols (--no-color: plain)", group: "Output:" },
      progress: { type: "boolean", describe: "progress on stderr (--no-progress: none)", group: "Output:" },
      quiet: { type: "boolean", default: false, describe: "errors and warnings only", group: "Output:" },
      verbose: {
        type: "boolean",
        default: false,
        describe: "also consequences, what is not proven, and the evidence",
        group: "Output:",
      },
    })
    .strict()
    .parserConfiguration({ "duplicate-arguments-array": true, "camel-case-expansion": false, "greedy-arrays": false })
    .help()
    .alias("help", "h")
    .version(version)
    .epilogue("Exit status: 0 nothing found, 1 findings, 2 could not run, 3 ran but nothing could be checked.");
}

/** What the command line takes, for the manual page and for shells. */
export interface CommandLine {
  readonly commands: readonly { readonly name: string; readonly operands: string; readonly describe: string }[];
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
  const commands: { name: string; operands: string; describe: string }[] = [];
  const tables: Record<string, Options>[] = [];
  let byDefault = "";
  const told: Readonly<Record<string, (...args: never[]) => void>> = {
    command(usage: string, describe: string) {
      const [name = "", operands = ""] = usage.split(/ (.*)/s);
      // What is done without a command is told of the one that has a name.
      if (name === "$0") byDefault = describe;
      else commands.push({ name, operands, describe: name === "check" ? byDefault : describe });
    },
    options: (table: Record<string, Options>) => void tables.push(table),
  };
  // Stands in for yargs, to which the same is said.
  const listener: object = new Proxy(
    {},
    {
      get:
        (_, name: string) =>
        (...args: never[]) => {
          told[name]?.(...args);
          return listener;
        },
    },
  );
  const nothing = () => () => {};
  declare(listener as Argv, nothing, nothing); // it answers every call with itself, as yargs does
  const options = tables
    .flatMap(Object.entries<Options>)
    .map(([name, { alias, type, choices = [], describe = "", group = "" }]) => ({
      ...{ name, letter: typeof alias === "string" ? alias : undefined, describe, group: group.replace(/:$/, "") },
      ...{ flag: type === "boolean", choices: choices.map(String) },
    }));
  return { commands, options };
}

function captures<T>(y: { positional(key: string, options: object): T }): T {
  return y.positional("captures", { type: "string", array: true, describe: "a file, - for standard input, a folder or a glob" });
}

const shellOf = (path = ""): string => (path.endsWith("zsh") ? "zsh" : "bash");

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, " ");
