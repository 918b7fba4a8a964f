// The manual page, docs/h2lint.1, in the language of man(7). `npm run docs` writes it.
import type { CommandLine, CommandOption } from "./command-line.ts";

export function manualPage({ commands, options }: CommandLine, version: string): string {
  const groups = [...new Set(options.map(({ group }) => group))].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return [
    `.TH H2LINT 1 "" ${argument(`h2lint ${version}`)} "User Commands"`,
    // Programs are to be copied as they stand.
    ".nh",
    ".SH NAME",
    text("h2lint - flag HTTP/2 and gRPC protocol violations in packet captures"),
    ".SH SYNOPSIS",
    ".B h2lint",
    "[\\fICOMMAND\\fR]",
    "[\\fIOPTION\\fR]...",
    "\\fICAPTURE\\fR...",
    ".SH DESCRIPTION",
    ...paragraphs(DESCRIPTION),
    ".SH COMMANDS",
    ...commands.flatMap(({ name, operands, describe }) => [
      ".TP",
      `.B ${text(name)}${operands === "" ? "" : ` \\fR${operandText(operands)}`}`,
      text(sentence(describe)),
    ]),
    ".SH OPTIONS",
    ...groups.flatMap((group) => [
      `.SS ${argument(group === "" ? "General" : group)}`,
      ...options.filter((option) => option.group === group).flatMap(optionLines),
      ...(group === "" ? STANDARD : []),
    ]),
    ".SH EXIT STATUS",
    ...EXITS.flatMap(([status, meaning]) => [".TP", `.B ${status}`, text(meaning)]),
    ".SH FILES",
    ".TP",
    ".I h2lint.config.mjs, h2lint.config.json, h2lint.config.yaml",
    text("The configuration; the nearest one from the working folder up, or the h2lint key of a package.json there."),
    ".SH ENVIRONMENT",
    ...ENVIRONMENT.flatMap(([name, meaning]) => [".TP", `.B ${text(name)}`, text(meaning)]),
    ".SH EXAMPLES",
    ...EXAMPLES.flatMap(([meaning, command], i) => [
      ...(i === 0 ? [] : [".PP"]),
      text(meaning),
      ...[".PP", ".RS 4", ".nf", text(command), ".fi", ".RE"],
    ]),
    ".SH SEE ALSO",
    ".BR tcpdump (8),",
    ".BR tshark (1),",
    text("RFC 9113, RFC 7541"),
    "",
  ].join("\n");
}

function optionLines({ name, letter, describe, flag, choices }: CommandOption): string[] {
  const names = [...(letter === undefined ? [] : [`\\fB\\-${letter}\\fR`]), `\\fB\\-\\-${text(name)}\\fR`].join(", ");
  const value = choices.length > 0 ? choices.map((choice) => `\\fB${text(choice)}\\fR`).join("|") : "\\fIVALUE\\fR";
  return [".TP", `${names}${flag ? "" : ` ${value}`}`, text(sentence(describe))];
}

// `[captures...]` and `<old> <new>` as the user writes them.
const operandText = (operands: string): string =>
  operands
    .split(" ")
    .map((operand) => {
      const name = operand.replace(/[[\]<>.]/g, "").toUpperCase();
      if (operand === "[captures...]") return "\\fICAPTURE\\fR...";
      return operand.startsWith("[") ? `[\\fI${text(name)}\\fR]` : `\\fI${text(name)}\\fR`;
    })
    .join(" ");

const paragraphs = (texts: readonly string[]): string[] =>
  texts.flatMap((one, i) => (i === 0 ? [text(one)] : [".PP", text(one)]));

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1).replace(/\.$/, "")}.`;

// groff_char(7): a plain hyphen is a typographic one. A line that begins with a dot or an apostrophe is a request.
const text = (words: string): string =>
  words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1");

const argument = (words: string): string => `"${text(words).replaceAll('"', '""')}"`;

const ORDER = ["Check", "Output", "Part of the capture", ""];

const DESCRIPTION = [
  "h2lint reads a Wireshark or tcpdump capture offline, reassembles TCP, decodes HTTP/2, HPACK and gRPC, flags every protocol violation by either side, and pairs each with the answer of its peer.",
  "CAPTURE is a file, a pipe, - for standard input, a folder or a glob; compressed or not, whatever its name. Captures that are parts of one recording (they share connections, or are a rotated set) are one session, merged by packet time; others are judged each by itself. --session says otherwise. Format, link type, ports and HTTP/2 are found from the content.",
  "A finding is proven from the capture, or marked as not proven with what is missing. Only proven findings that are neither consequences of another nor in the baseline fail a check, and budgets of the configuration that are proven to be broken.",
];

const STANDARD = [
  ...[".TP", "\\fB\\-h\\fR, \\fB\\-\\-help\\fR", "Show help."],
  ...[".TP", "\\fB\\-\\-version\\fR", "Show the version."],
];

const EXITS = [
  [
    "0",
    "Every capture was read; no finding at or above --fail-on outside the baseline. Other commands than check end with this or with 2.",
  ],
  ["1", "Findings, or a broken budget."],
  [
    "2",
    "Could not run: a bad option, an unreadable or unrecognised file, a broken configuration. One line on standard error says why.",
  ],
  [
    "3",
    "Ran, but a check would be hollow: no HTTP/2 in any capture, or --require-complete was given and something could not be checked.",
  ],
] as const;

const ENVIRONMENT = [
  ["NO_COLOR, FORCE_COLOR", "Whether colours are used, where neither --color nor --no-color is given."],
  [
    "LC_ALL, LC_MESSAGES, LANG",
    "The language of what people read, where --lang is not given: Chinese where the first one set begins with zh.",
  ],
  ["COLUMNS", "The width of tables and stories, where standard output is no terminal."],
  ["GITHUB_STEP_SUMMARY", "With --format github: the file that the Markdown report is appended to."],
] as const;

const EXAMPLES = [
  ["Check a capture, and look at one connection:", "h2lint capture.pcapng\nh2lint timeline capture.pcapng --connection 3"],
  ["In CI, with known findings accepted:", "h2lint check --baseline known.json --format github recorded/"],
  ["A report to open in a browser:", "h2lint check capture.pcapng -o report.html"],
  ["Completion in bash:", "source <(h2lint completion bash)"],
] as const;
