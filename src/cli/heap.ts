// V8's heap, made to fit what a run keeps: little, and most of it for a moment.
import { statSync } from "node:fs";
import type { ModelSink } from "../model/model-sink.ts";

/** Of what a capture holds little lives long, so that the old generation is collected in a few milliseconds. By default it may grow to several
 *  times what is in use before that is done.
 *  @param operands Where they are small files all is over before that, and node:v8 need not be loaded. */
export function collectEarly(operands: readonly string[]): void {
  const octets = operands.reduce((sum, operand) => sum + octetsOf(operand), 0);
  if (operands.length > 0 && octets < SMALL) return;
  process.getBuiltinModule("node:v8").setFlagsFromString(`--heap-growing-percent=${OF_MUCH}`);
}

function octetsOf(path: string): number {
  // What it comes to is not known.
  if (/\.(?:gz|zst|xz|bz2|lz4)$/i.test(path)) return SMALL;
  try {
    const stats = statSync(path);
    return stats.isFile() ? stats.size : SMALL;
  } catch {
    // What is wrong with it, who reads it says.
    return SMALL;
  }
}

/** Keeps the heap from growing to twice of what a run has use for, which is garbage that takes memory until it is collected. A program that
 *  runs cannot set the size of its young generation any more, but it can end its growth. The old generation is collected less often while
 *  it is small: `collectEarly` cannot know. */
export class HeapGrowth implements ModelSink {
  #connections = 0;
  #stopped = false;
  #isLarge = false;
  #growth = OF_MUCH;

  connectionStart(): void {
    if ((++this.#connections & (EACH - 1)) === 0) this.#look(ENOUGH_OF_MANY);
  }

  /** So many octets of a capture were read. */
  read(octets: number): void {
    if (octets < SMALL) return;
    this.#look(ENOUGH);
    if (this.#isLarge) return;
    const v8 = process.getBuiltinModule("node:v8");
    this.#isLarge = v8.getHeapStatistics().used_heap_size >= MUCH;
    const growth = this.#isLarge ? OF_MUCH : OF_LITTLE;
    if (growth === this.#growth) return;
    this.#growth = growth;
    v8.setFlagsFromString(`--heap-growing-percent=${growth}`);
  }

  // It may have grown.
  #look(enough: number): void {
    if (this.#stopped) return;
    const v8 = process.getBuiltinModule("node:v8");
    const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if (young === undefined || young.space_size < enough) return;
    this.#stopped = true;
    v8.setFlagsFromString("--semi-space-growth-factor=1");
  }
}

const SMALL = 1 << 20;
// In percent of what is in use, by which the old generation may grow: more spares time, and of much it takes much memory.
const OF_LITTLE = 80;
const OF_MUCH = 40;
// Both generations; captures with few connections stay below it.
const MUCH = 48 << 20;
const ENOUGH = 16 << 20;
// Where connections are many, they outlive any young generation.
const ENOUGH_OF_MANY = ENOUGH / 2;
// Connections after which it is looked at: a power of two.
const EACH = 64;
