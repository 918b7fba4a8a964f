// The usual command lines: a command that takes captures, and options with their values in full. They are read without yargs, which takes
// longer to load than a small capture takes to check. Whatever is not as plain is left to it, and so is everything wrong.
import { COMMANDS, OPTIONS, type OptionWords, refuseUnused } from "./command-line.ts";
import { type Invocation, toInvocation } from "./invocation.ts";

/** @returns undefined for what yargs has to read.
 *  @throws H2lintError("usage") as `parse` does. */
export function parsePlain(argv: readonly string[]): Invocation | undefined {
  const given: Record<string, unknown[]> = {};
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i]!;
    if (word === "-" || !word.startsWith("-")) {
      words.push(word);
      continue;
    }
    const [, dashed = "", joined] = /^--([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const name = dashed === "" ? LETTERS[word] : dashed;
    if (name !== undefined && joined === undefined && /^no-/.test(name) && OPTIONS[name.slice(3)]?.type === "boolean") {
      (given[name.slice(3)] ??= []).push(false);
      continue;
    }
    if (name === undefined || !Object.hasOwn(OPTIONS, name)) return undefined;
    const option = OPTIONS[name]!;
    const flag = option.type === "boolean";
    if (flag && joined !== undefined) return undefined;
    const value = flag ? true : textOf(option, joined ?? argv[++i]);
    if (value === undefined) return undefined;
    (given[name] ??= []).push(value);
  }
  if (words[0] === "help") return undefined;
  // Taken back: whether it was given is for yargs to say.
  if (Object.values(given).some((values) => values.includes(false) && values.includes(true))) return undefined;
  const named = COMMANDS.find(({ name }) => name === words[0]);
  const command = named ?? COMMANDS[0]!;
  const operands = named === undefined ? words : words.slice(1);
  if (command.operands !== "[captures...]" || operands.some((word) => !isPlain(word))) return undefined;
  // Of an option that stands once and may not stand more often, yargs gives the value itself.
  const args = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { default: usual }]) => [
      name,
      given[name] ?? (usual === undefined ? undefined : [usual]),
    ]),
  );
  refuseUnused(command.name, args);
  return toInvocation(command.name, operands, args);
}

function textOf({ type, choices }: OptionWords, text: string | undefined): string | number | undefined {
  if (text === undefined || !isPlain(text) || text === "-") return undefined;
  if (choices?.includes(text) === false) return undefined;
  if (type !== "number") return text;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

// Nothing that a parser might take for more than a word: an option, something quoted, the value of a flag.
const isPlain = (word: string): boolean => word === "-" || (/^[^\s"'-][^"']*$/.test(word) && word !== "true" && word !== "false");

const LETTERS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(OPTIONS).flatMap(([name, { alias }]) => (alias === undefined ? [] : [[`-${alias}`, name]])),
);
