// What is looked for: words that must all be found, and `key:value` conditions. `POST stream:3 status:200 from:client kind:data rule:grpc/`.

import type { PageData } from "../page-data.ts";
import { pageKinds } from "../page-data.ts";
import type { ConnectionModel, PageFinding } from "./connection-model.ts";

export interface Query {
  readonly words: readonly string[];
  readonly keys: Readonly<Partial<Record<Key, string>>>;
}

const KEYS = ["stream", "status", "from", "kind", "rule", "path", "method"] as const;
type Key = (typeof KEYS)[number];

export function parseQuery(text: string): Query {
  const words: string[] = [];
  const keys: Partial<Record<Key, string>> = {};
  for (const part of text.toLowerCase().split(/\s+/)) {
    const colon = part.indexOf(":");
    const key = KEYS.find((name) => name === part.slice(0, colon));
    if (key !== undefined) {
      const value = part.slice(colon + 1);
      if (value !== "") keys[key] = value;
    } else if (part !== "") words.push(part);
  }
  return { words, keys };
}

export const isEmpty = ({ words, keys }: Query): boolean => words.length === 0 && Object.keys(keys).length === 0;

/** A query over the connections of a page: strings and blocks are looked at once, not once a frame or connection. */
export class Matcher {
  readonly #query: Query;
  readonly #words: readonly WordHits[];

  constructor(query: Query, page: PageData) {
    this.#query = query;
    this.#words = query.words.map((word) => {
      const strings = Uint8Array.from(page.strings, (text) => (text.toLowerCase().includes(word) ? 1 : 0));
      return {
        word,
        strings,
        blocks: Uint8Array.from(page.blocks, ({ fields }) => (fields.some((index) => strings[index] === 1) ? 1 : 0)),
        kinds: pageKinds.map((kind) => kind.replaceAll("-", "_").includes(word.replaceAll("-", "_"))),
      };
    });
  }

  /** @returns 1 for each entry that is looked for; undefined: all are. */
  entries(model: ConnectionModel): Uint8Array | undefined {
    if (isEmpty(this.#query)) return undefined;
    const { keys } = this.#query;
    const match = new Uint8Array(model.count).fill(1);
    const { columns } = model.about;
    const keep = (test: (entry: number) => boolean) => {
      for (let i = 0; i < match.length; i++) if (match[i] === 1 && !test(i)) match[i] = 0;
    };
    const { stream, status, from, kind, rule, path, method } = keys;
    if (stream !== undefined) keep((entry) => String(columns.stream[entry]) === stream && !model.many.has(entry));
    if (from !== undefined) keep((entry) => model.from(entry).startsWith(from));
    if (kind !== undefined) {
      const kinds = pageKinds.map((name) => name.startsWith(kind.replaceAll("_", "-")));
      keep((entry) => kinds[model.kind[entry]!]!);
    }
    if (rule !== undefined) {
      const found = new Set<number>();
      for (const { entry, answer, event } of model.findings) if (event.rule.includes(rule)) found.add(entry).add(answer);
      keep((entry) => found.has(entry));
    }
    const lanes = (test: (lane: ConnectionModel["lanes"][number]) => boolean) => {
      const wanted = model.lanes.map(test);
      keep((entry) => wanted[model.laneOf[entry]!]!);
    };
    if (status !== undefined)
      lanes((lane) => lane.status === status || lane.grpcStatus === status || `grpc-${lane.grpcStatus}` === status);
    if (path !== undefined)
      lanes((lane) =>
        lane.request
          .slice(lane.request.indexOf(" ") + 1)
          .toLowerCase()
          .includes(path),
      );
    if (method !== undefined) lanes((lane) => lane.request.toLowerCase().startsWith(`${method} `));
    for (const { word, strings, blocks, kinds } of this.#words) {
      const inLane = model.lanes.map(({ request }) => request !== "" && request.toLowerCase().includes(word));
      keep(
        (entry) =>
          strings[columns.text[entry]!] === 1 ||
          blocks[columns.block[entry]!] === 1 ||
          inLane[model.laneOf[entry]!]! ||
          kinds[model.kind[entry]!]!,
      );
    }
    return match;
  }
}

/** Strings, field blocks and kinds that hold a word. */
interface WordHits {
  readonly word: string;
  readonly strings: Uint8Array;
  readonly blocks: Uint8Array;
  readonly kinds: readonly boolean[];
}

export function matchesFinding({ words, keys }: Query, finding: PageFinding): boolean {
  const { stream, from, rule, path } = keys;
  if (stream !== undefined && String(finding.stream) !== stream) return false;
  if (from !== undefined && !finding.offender.startsWith(from)) return false;
  if (rule !== undefined && !finding.rule.includes(rule)) return false;
  if (path !== undefined && !(finding.path ?? "").toLowerCase().includes(path)) return false;
  const text = `${finding.rule} ${finding.message} ${finding.path ?? ""} ${finding.severity}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
