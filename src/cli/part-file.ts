// Parts in files: `check --shard` writes them, `merge` reads them.
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { Source } from "../capture/source.ts";
import { H2lintError } from "../error.ts";
import type { PartSource } from "../shares/merge-parts.ts";
import { PART, type PartEnd, type PartHead, type PartLine } from "../shares/part.ts";
import { version } from "../version.ts";
import { reasonOf } from "./output-file.ts";
import type { Task } from "./task.ts";

/** A part that can be read. */
export interface PartFile extends PartSource {
  readonly path: string;
  readonly end: PartEnd;
}

/** @throws H2lintError for what cannot be read, is no part, of another version, or not whole. */
export function openPart(path: string): PartFile {
  const file = guarded(path, () => openSync(path, "r"));
  const size = guarded(path, () => fstatSync(file)).size;
  const reader = new LineReader(path, file);
  const head = parsed(reader.line());
  if (head?.kind !== "part") throw new H2lintError("unrecognised", `${path}: no part that h2lint check --shard wrote`);
  if (head.part !== PART || head.version !== version)
    throw new H2lintError(
      "unrecognised",
      `${path}: a part of h2lint ${head.version} (${head.part}): this is ${version} (${PART})`,
    );
  const end = parsed(lastLine(path, file, size));
  if (end?.kind !== "end") throw new H2lintError("unrecognised", `${path}: the part is not whole`);
  return {
    ...{ path, head: head as PartHead, end },
    more() {
      const lines = reader.lines();
      if (lines.length === 0) closeSync(file);
      return Promise.resolve(
        lines.length === 0
          ? undefined
          : lines.map((line) => {
              const one = parsed(line);
              if (one === undefined) throw new H2lintError("unrecognised", `${path}: damaged: a line is no JSON`);
              return one;
            }),
      );
    },
  };
}

/** What the parts of a run have in common: the captures by name, size and first and last octets. */
export function nameOfCaptures(sources: readonly (string | Source)[]): string {
  const hash = createHash("sha256");
  for (const source of sources) {
    if (typeof source !== "string" || statSync(source, { throwIfNoEntry: false })?.isFile() !== true)
      throw new H2lintError("usage", "--shard reads files: what can be read only once has no shares");
    const file = guarded(source, () => openSync(source, "r"));
    const { size } = fstatSync(file);
    const octets = Buffer.alloc(2 * EDGE);
    const first = readSync(file, octets, 0, EDGE, 0);
    const last = readSync(file, octets, first, EDGE, Math.max(first, size - EDGE));
    hash.update(`${source}\n${size}\n`).update(octets.subarray(0, first + last));
    closeSync(file);
  }
  return hash.digest("hex").slice(0, 32);
}

/** What they are judged by. */
export function nameOfOptions(task: Task): string {
  const { engine, limits, preset, profile, severities, thresholds, only, session, rules } = task;
  const judged = { engine, limits, preset, profile, severities, thresholds, only, session, rules: rules.map(({ id }) => id) };
  return createHash("sha256").update(JSON.stringify(judged)).digest("hex").slice(0, 32);
}

class LineReader {
  readonly #path: string;
  readonly #file: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /** The next line alone; undefined: there is none. */
  line(): string | undefined {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE);
      if (end >= 0) {
        const text = this.#rest.toString("utf8", 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return text;
      }
      if (!this.#read()) return undefined;
    }
  }

  /** All whole lines of the next piece; none at the end. */
  lines(): string[] {
    let end = this.#rest.lastIndexOf(NEWLINE);
    while (end < 0 && this.#read()) end = this.#rest.lastIndexOf(NEWLINE);
    if (end < 0) return [];
    const text = this.#rest.toString("utf8", 0, end);
    this.#rest = this.#rest.subarray(end + 1);
    return text.split("\n");
  }

  #read(): boolean {
    const piece = Buffer.allocUnsafe(PIECE);
    const count = guarded(this.#path, () => readSync(this.#file, piece));
    if (count > 0) this.#rest = Buffer.concat([this.#rest, piece.subarray(0, count)]);
    return count > 0;
  }
}

function lastLine(path: string, file: number, size: number): string | undefined {
  for (let length = PIECE; ; length *= 2) {
    const start = Math.max(0, size - length);
    const octets = Buffer.alloc(size - start);
    const count = guarded(path, () => readSync(file, octets, 0, octets.length, start));
    const end = count - 1;
    if (end < 1 || octets[end] !== NEWLINE) return undefined;
    const before = octets.lastIndexOf(NEWLINE, end - 1);
    if (before >= 0 || start === 0) return octets.toString("utf8", before + 1, end);
  }
}

function parsed(line: string | undefined): PartLine | undefined {
  if (line === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "kind" in value ? (value as PartLine) : undefined;
  } catch {
    return undefined;
  }
}

function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new H2lintError("unreadable", `${path}: ${reasonOf(error)}`);
  }
}

const NEWLINE = 10;
const PIECE = 1 << 18;
// Octets of each end of a capture that it is known by.
const EDGE = 4096;
