// `h2lint help why`, `h2lint why --help`: one command, its own options, and examples.
import { english, type Language } from "../lang/language.ts";
import { wrap } from "../report/style.ts";
import { isNarrow } from "../report/width.ts";
import { COMMANDS, type CommandWords, OPTIONS, type OptionWords, takes } from "./command-line.ts";
import type { Command } from "./invocation.ts";

/** The command that help is asked for; undefined where it is not, or for all of it.
 *  @param words Of the command line, without a language. */
export function helpFor(words: readonly string[]): Command | undefined {
  const named = words[0] === "help" ? words[1] : words.some((word) => word === "--help" || word === "-h") ? words[0] : undefined;
  return COMMANDS.find(({ name }) => name === named)?.name;
}

export function commandHelp(command: Command, width: number, say: Language = english): string {
  const words = COMMANDS.find(({ name }) => name === command)!;
  const own = Object.entries(OPTIONS).filter(([name]) => takes(command, name));
  const groups = [...new Set(own.map(([, { group = "" }]) => group))].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const lines = [`h2lint ${usageOf(words, say)}`, "", ...wrapped(say.sentence(say.text(words.describe)), width)];
  for (const group of groups) {
    lines.push("", say.text(group === "" ? "General:" : group));
    for (const [name, option] of own)
      if ((option.group ?? "") === group)
        lines.push(...optionLines(name, { ...option, describe: describe(name, option, words, say) }, width));
  }
  lines.push("", say.text("Examples:"), ...words.examples.map((example) => `  ${example}`));
  return `${lines.join("\n")}\n`;
}

// Of a command that writes few formats; and without the names of the commands that an option is for.
function describe(name: string, option: OptionWords, { name: command, formats = [] }: CommandWords, say: Language): string {
  if (name === "format") return say.text("{formats}, to standard output", { formats: listed(formats, say) });
  if (name === "output" && command === "calls")
    return say.text("also write [FORMAT=]FILE: {formats}", { formats: listed(formats, say) });
  if (name === "output" && command !== "check") return say.text("the capture that is written: FILE.pcapng");
  const [before = "", after] = option.describe.split(/: (.*)/s);
  const isOfCommands = after !== undefined && before.split(", ").every((word) => COMMANDS.some((one) => one.name === word));
  return say.text(isOfCommands ? after : option.describe);
}

const listed = (words: readonly string[], say: Language): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(say.text(", "))}${say.text(" or ")}${words.at(-1)}`;

function optionLines(name: string, { alias, type, choices, describe }: OptionWords, width: number): string[] {
  const value = type === "boolean" ? "" : choices === undefined ? ` ${VALUES[name] ?? "VALUE"}` : ` ${choices.join("|")}`;
  const left = `  ${alias === undefined ? "    " : `-${alias}, `}--${name}${value}`;
  const text = wrapped(describe, width - COLUMN);
  const rest = text.map((line) => `${" ".repeat(COLUMN)}${line}`);
  return left.length + 2 > COLUMN ? [left, ...rest] : [`${left.padEnd(COLUMN)}${text[0] ?? ""}`, ...rest.slice(1)];
}

function usageOf({ name, operands }: CommandWords, say: Language): string {
  const words = operands
    .replace("[captures...]", "CAPTURE...")
    .replace(/[<>]/g, "")
    .replace(/\b[a-z]+\b/g, (word) => word.toUpperCase());
  return say.text("{usage} [options]", { usage: `${name} ${words}` }).replace("  ", " ");
}

function wrapped(text: string, width: number): string[] {
  if (!isNarrow(text)) return wrap(text, width);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const COLUMN = 26;
const ORDER = ["Check:", "Part of the capture:", "Output:", ""];

const VALUES: Readonly<Record<string, string>> = {
  ...{ format: "NAME", output: "[FORMAT=]FILE", rule: "ID=SEVERITY", config: "FILE", baseline: "FILE", connection: "N" },
  ...{ stream: "N", host: "ADDRESS", port: "N", from: "TIME", to: "TIME", proto: "PATH", keys: "PATH", log: "FILE" },
  ...{ text: "TEXT", "max-memory": "SIZE", listen: "[HOST:]PORT" },
};
