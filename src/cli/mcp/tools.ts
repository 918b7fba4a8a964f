// What an assistant may ask, and the command line that answers it.
import type { Confinement } from "./confinement.ts";
import { type Fields, list, oneOf, optional, text, truth, whole, withDefault } from "./fields.ts";

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Fields;
  /** @param asked What `input` lets through. @throws H2lintError for what is outside of the folder. */
  words(asked: Asked, folder: Confinement): Promise<string[]>;
}

/** What tools may be asked; each takes some of it. */
export interface Asked {
  readonly captures?: readonly string[] | undefined;
  readonly connection?: number | undefined;
  readonly stream?: number | undefined;
  readonly format?: "text" | "json" | undefined;
  readonly verbose?: boolean | undefined;
  readonly text?: string | undefined;
  readonly rule?: string | undefined;
  readonly bad?: string | undefined;
  readonly good?: string | undefined;
  readonly offset: number;
  readonly limit: number;
}

const path = (description: string) => text(description, { max: 4096 });
const captures = list(
  "Captures, or folders of them, from the server's folder on; all are judged as one recording",
  path("A path"),
  50,
);
const connection = optional(whole("Only this connection, by the number that other tools show", { min: 1 }));
const stream = optional(whole("Only this HTTP/2 stream", { min: 0 }));
const format = withDefault(oneOf("json: one object, or one per line", ["text", "json"]), "text");
const verbose = withDefault(truth("Also consequences, what is not proven, and the evidence"), false);
const paged = {
  offset: withDefault(whole("Lines of the answer to pass over", { min: 0 }), 0),
  limit: withDefault(whole("Lines of the answer", { min: 1, max: 1000 }), 200),
};
const compared = path("A capture; FILE#3 is its connection 3, FILE#3.5 stream 5 of that");

/** In the order in which they are of use. */
export const TOOLS: readonly Tool[] = [
  {
    name: "info",
    title: "What captures hold",
    description: "What is in the captures (files, times, connections, protocols), and how much of it can be judged. Begin here.",
    input: { captures: withDefault(captures, ["."]), format, ...paged },
    words: (asked, folder) => ofCaptures("info", asked, folder, "json"),
  },
  {
    name: "check",
    title: "Protocol violations",
    description:
      "Every HTTP/2 and gRPC protocol violation in the captures, proven from the bytes, each with the peer's answer and what it cost.",
    input: { captures, connection, stream, format, verbose, ...paged },
    words: async (asked, folder) => [...(await ofCaptures("check", asked, folder, "ndjson")), "--fail-on", "never"],
  },
  {
    name: "why",
    title: "Why a call failed",
    description: "Why calls failed, in a few sentences: cause, answer, cost, fix.",
    input: {
      ...{ captures, connection, stream },
      text: optional(text("What a log or a program says about the failure", { max: 1000 })),
      ...{ format, ...paged },
    },
    words: async (asked, folder) => {
      const words = await ofCaptures("why", asked, folder, "json");
      return asked.text === undefined ? words : [...words, `--text=${asked.text}`];
    },
  },
  {
    name: "timeline",
    title: "Timeline of connections",
    description: "What happened on each connection and stream, in order, with findings and answers at their place. It is long.",
    input: { captures, connection, stream, verbose, ...paged },
    words: (asked, folder) => ofCaptures("timeline", asked, folder),
  },
  {
    name: "calls",
    title: "Calls and exchanges",
    description: "One row per exchange: gRPC method or HTTP path, status, messages, times.",
    input: { captures, connection, stream, format, ...paged },
    words: (asked, folder) => ofCaptures("calls", asked, folder, "ndjson"),
  },
  {
    name: "frames",
    title: "HTTP/2 frames",
    description: "One row per HTTP/2 frame, with its packet. It is long: name a connection, and a stream.",
    input: { captures, connection, stream, format, ...paged },
    words: (asked, folder) => ofCaptures("frames", asked, folder, "ndjson"),
  },
  {
    name: "explain",
    title: "A rule",
    description: "What a rule that a finding names means, why it is so, and how to fix what it found.",
    input: { rule: text("Its id: family/name", { max: 200, pattern: /^[a-z0-9-]+\/[a-z0-9-]+$/ }), ...paged },
    words: async ({ rule }) => ["explain", rule!, ...PLAIN],
  },
  {
    name: "compare",
    title: "Two captures compared",
    description: "What one client (or server) does on the wire that another does not: one that fails beside one that works.",
    input: { bad: compared, good: compared, format, ...paged },
    words: async ({ bad = "", good = "", format }, folder) => {
      const words = ["compare", comparedFile(bad, folder), comparedFile(good, folder), ...PLAIN];
      return format === "json" ? [...words, "--format", "json"] : words;
    },
  },
];

const PLAIN = ["--no-color", "--no-progress", "--lang=en"];

async function ofCaptures(command: string, asked: Asked, folder: Confinement, json?: string): Promise<string[]> {
  const files = new Set<string>();
  for (const path of asked.captures ?? []) for (const file of await folder.captures(path)) files.add(file);
  const words = [command, ...files, ...PLAIN];
  if (asked.connection !== undefined) words.push("--connection", String(asked.connection));
  if (asked.stream !== undefined) words.push("--stream", String(asked.stream));
  if (asked.verbose === true) words.push("--verbose");
  if (asked.format === "json" && json !== undefined) words.push("--format", json);
  return words;
}

// The command takes the whole for a file where there is one of that name.
function comparedFile(operand: string, folder: Confinement): string {
  const part = /#\d+(?:\.\d+)?$/.exec(operand)?.[0] ?? "";
  return folder.file(operand.slice(0, operand.length - part.length)) + part;
}
