// argv -> what to do, by yargs. The only file that knows it.
import yargs, { type Argv } from "yargs";
import { H2lintError } from "../error.ts";
import type { Language } from "../lang/language.ts";
import { languageOf, languagesIn, loadLanguage } from "../lang/load.ts";
import { version } from "../version.ts";
import { COMMANDS, type CommandWords, OPTIONS, type OptionWords, refuseUnused } from "./command-line.ts";
import { commandHelp, helpFor } from "./help.ts";
import { type Invocation, STDIN, toInvocation, toStrings } from "./invocation.ts";
import { didYouMean } from "./nearest.ts";

/** @returns undefined where help or the version was asked for and printed.
 *  @throws H2lintError("usage") for anything else than a command that can be run. */
export async function parse(argv: readonly string[]): Promise<Invocation | undefined> {
  const { words } = languagesIn(argv);
  const helped = helpFor(words);
  const say = await loadLanguage(languageOf(argv, process.env));
  if (helped !== undefined) {
    process.stdout.write(commandHelp(helped, Math.min(process.stdout.columns ?? 80, 100), say));
    return undefined;
  }
  if (words[0] === "help") {
    const [, word] = words;
    if (word !== undefined)
      throw new H2lintError("usage", `there is no command ${word}${didYouMean(word, commandNames)} (see h2lint --help)`);
    return parse(["--help", ...argv.filter((one) => one !== "help")]);
  }
  let invocation: Invocation | undefined;
  const parser = declare(
    yargs(argv.map((word) => (word === "-" ? STDIN : word))),
    (asked) => {
      invocation = asked;
    },
    say,
  )
    .wrap(Math.min(process.stdout.columns ?? 80, 100))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      if (error instanceof H2lintError) throw error;
      const said =
        unknownOption(message ?? "", argv) ??
        missingValue(message ?? "") ??
        oneLine(message || error?.message || "bad arguments");
      throw new H2lintError("usage", `${said} (see h2lint --help)`);
    });
  await parser.parseAsync();
  return invocation;
}

function declare(parser: Argv, asked: (invocation: Invocation) => void, say: Language): Argv {
  const usage = say.text(
    "$0 [check] CAPTURE...\n\nFlags every HTTP/2 and gRPC protocol violation in a packet capture, and pairs it with the peer's answer.",
  );
  // What it says of misuse is read below; its other words are ours.
  let declared = parser.locale("en").updateStrings(besideHelp(say)).scriptName("h2lint").usage(usage);
  for (const command of COMMANDS) {
    const { name, operands, describe } = command;
    const handler = (args: Record<string, unknown>) => {
      refuseUnused(name, args);
      asked(toInvocation(name, operandsOf(command, args), args));
    };
    const words = operands === "" ? name : `${name} ${operands}`;
    if (name === "check") {
      declared = declared.command(`$0 ${operands}`, say.text(describe), positional(command, say), handler);
      declared = declared.command(words, say.text("the same as without a command"), positional(command, say), handler);
    } else declared = declared.command(words, say.text(describe), positional(command, say), handler);
  }
  return declared
    .options(spokenOptions(say))
    .strict()
    .parserConfiguration({ "duplicate-arguments-array": true, "camel-case-expansion": false, "greedy-arrays": false })
    .help()
    .alias("help", "h")
    .version(version)
    .epilogue(say.text("Exit status: 0 nothing found, 1 findings, 2 could not run, 3 ran but nothing could be checked."));
}

// yargs says that a name is unknown, an option's or a word's too many.
function unknownOption(message: string, argv: readonly string[]): string | undefined {
  const name = /^Unknown arguments?: ([^,\s]+)/.exec(message)?.[1];
  const word =
    name === undefined ? undefined : argv.find((one) => [name, `no-${name}`].includes(/^--([^=]+)/.exec(one)?.[1] ?? ""));
  if (name === undefined || word === undefined) return undefined;
  const plain = name.replace(/^no-/, "");
  return `unknown option ${word.replace(/=.*$/s, "")}${didYouMean(
    `--${plain}`,
    Object.keys(OPTIONS).map((one) => `--${one}`),
  )}`;
}

function missingValue(message: string): string | undefined {
  const name = /^Not enough arguments following: (\S+)/.exec(message)?.[1];
  if (name === undefined) return undefined;
  return `${name.length === 1 ? "-" : "--"}${name} needs a value`;
}

const spokenOptions = (say: Language): Readonly<Record<string, OptionWords>> =>
  Object.fromEntries(
    Object.entries(OPTIONS).map(([name, option]) => [
      name,
      {
        ...option,
        describe: say.text(option.describe),
        ...(option.group === undefined ? {} : { group: say.text(option.group) }),
      },
    ]),
  );

const besideHelp = (say: Language): Record<string, string> =>
  Object.fromEntries(BESIDE_HELP.map((text) => [text, say.text(text)]));

const BESIDE_HELP: readonly string[] = [
  ...["Commands:", "Options:", "Positionals:", "boolean", "string", "number", "array", "default", "default:", "choices:"],
  ...["Show help", "Show version number"],
];

const commandNames = COMMANDS.map(({ name }) => name);

const namesOf = ({ operands }: CommandWords): string[] => operands.match(/[a-z]+/g) ?? [];

const positional =
  (command: CommandWords, say: Language) =>
  (y: Argv): Argv =>
    namesOf(command).reduce((declared, name) => {
      if (name === "shell") return declared.positional(name, { choices: ["bash", "zsh"] });
      if (name === "parts") return declared.positional(name, { type: "string", array: true });
      if (name !== "captures") return declared.positional(name, { type: "string" });
      const describe = say.text("a file, - for standard input, a folder or a glob");
      return declared.positional(name, { type: "string", array: true, describe });
    }, y);

function operandsOf(command: CommandWords, args: Record<string, unknown>): string[] {
  if (command.name === "completion") return toStrings(args["shell"] ?? shellOf(process.env["SHELL"]));
  return namesOf(command).flatMap((name) => toStrings(args[name]));
}

const shellOf = (path = ""): string => (path.endsWith("zsh") ? "zsh" : "bash");

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, " ");
