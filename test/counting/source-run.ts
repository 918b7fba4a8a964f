// How much work a piece of code does, without a clock: the characters of src/ that ran, as V8's own counters of blocks tell, and the
// elements that built-ins went through. The same each time, on any machine.
import { Session } from "node:inspector/promises";

const sources = "/src/";

/** Counts from when it is made; modules that are loaded before are counted less finely. */
export class SourceRun {
  readonly #session = new Session();

  async start(): Promise<void> {
    this.#session.connect();
    await this.#session.post("Profiler.enable");
    await this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** @returns What `work` came to, by `file function`; built-ins by their name. */
  async of(work: () => void): Promise<Map<string, number>> {
    await this.#session.post("Profiler.takePreciseCoverage");
    const counts = countBuiltIns(work);
    const { result } = await this.#session.post("Profiler.takePreciseCoverage");
    for (const { url, functions } of result) {
      const at = url.lastIndexOf(sources);
      if (at < 0 || url.includes("/node_modules/") || url.startsWith("testing/", at + sources.length)) continue;
      for (const { functionName, ranges } of functions) {
        const key = `${url.slice(at + 1)} ${functionName}`;
        counts.set(key, (counts.get(key) ?? 0) + charactersRun(ranges));
      }
    }
    return counts;
  }

  async stop(): Promise<void> {
    await this.#session.post("Profiler.stopPreciseCoverage");
    this.#session.disconnect();
  }
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

// The ranges of a function lie inside each other, the outer before the inner: a block counts instead of what it lies in.
function charactersRun(ranges: readonly Range[]): number {
  const around: Range[] = [];
  let sum = 0;
  for (const range of ranges) {
    while (around.length > 0 && around.at(-1)!.endOffset <= range.startOffset) around.pop();
    sum += (range.count - (around.at(-1)?.count ?? 0)) * (range.endOffset - range.startOffset);
    around.push(range);
  }
  return sum;
}

const walking = [
  "indexOf",
  "lastIndexOf",
  "includes",
  "splice",
  "shift",
  "unshift",
  "slice",
  "concat",
  "sort",
  "join",
  "fill",
] as const;
const walkingOctets = ["set", "fill", "copyWithin", "slice", "indexOf", "includes"] as const;

// Loops that are not in src/: each counts as many elements as there are.
function countBuiltIns(work: () => void): Map<string, number> {
  const counts = new Map<string, number>();
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
  const restore = [
    ...walking.map((name) => counted(Array.prototype, "Array", name, counts)),
    ...walkingOctets.map((name) => counted(typedArray, "Uint8Array", name, counts)),
  ];
  try {
    work();
  } finally {
    for (const undo of restore) undo();
  }
  return counts;
}

function counted(prototype: object, type: string, name: string, counts: Map<string, number>): () => void {
  const key = `${type}.${name}`;
  const before = Object.getOwnPropertyDescriptor(prototype, name)!;
  const original = before.value as (this: Elements, ...args: unknown[]) => unknown;
  Object.defineProperty(prototype, name, {
    ...before,
    value: function (this: Elements, ...args: unknown[]) {
      const { length } = this;
      const result = original.apply(this, args);
      counts.set(key, (counts.get(key) ?? 0) + passed(name, length, args, result));
      return result;
    },
  });
  return () => Object.defineProperty(prototype, name, before);
}

interface Elements {
  readonly length: number;
}

// How many elements a call went through, of so many that there were.
function passed(name: string, length: number, args: readonly unknown[], result: unknown): number {
  switch (name) {
    case "indexOf":
      return (result as number) < 0 ? length : (result as number) + 1;
    case "splice":
      return Math.max(0, length - (args[0] as number));
    case "shift":
      // V8 moves the start of an array instead, unless it lies among the large objects.
      return length < LARGE ? 1 : length;
    case "set":
      return (args[0] as Elements).length;
    case "slice":
    case "subarray":
      return (result as Elements).length;
    default:
      return length;
  }
}

const LARGE = 16_000;
