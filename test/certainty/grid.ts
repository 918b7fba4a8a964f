// The grid: each labelled capture, damaged in many ways, against itself when it was whole.
import { readFileSync } from "node:fs";
import { capture } from "../capture/reading.ts";
import { bordersOf, type Label } from "../labelled.ts";
import { type Damage, damaged, type Kind } from "./damage.ts";
import { compare, Score, survive } from "./score.ts";
import { type Seen, see } from "./seeing.ts";

/** What came of one capture, by kind of damage, and which labelled violations were not proven any more. */
export interface Outcome {
  readonly scores: ReadonlyMap<Kind, Score>;
  readonly lost: readonly string[];
}

/** @param damages Which of a capture of so many packets. */
export async function runGrid({ file, keys, expect }: Label, damages: (packets: number) => readonly Damage[]): Promise<Outcome> {
  const whole = readFileSync(capture(file));
  const keyFiles = keys === undefined ? [] : [capture(keys)];
  const packets = bordersOf(whole).length - 1;
  const all = { bytes: whole, numbers: [...Array(packets).keys()].map((i) => i + 1) };
  const truth = await see(all.bytes, all.numbers, keyFiles);
  const scores = new Map<Kind, Score>();
  const lost: string[] = [];
  for (const damage of damages(packets)) {
    const { bytes, numbers } = damaged(whole, damage);
    const seen: Seen = await see(bytes, numbers, keyFiles);
    const name = `${file} ${damage.name}`;
    const score = compare(name, truth, seen);
    const gone = new Set(damage.without.map((i) => i + 1));
    lost.push(...survive(expect, truth, seen, gone, score).map((text) => `${name}: ${text}`));
    const sum = scores.get(damage.kind) ?? new Score();
    sum.add(score);
    scores.set(damage.kind, sum);
  }
  return { scores, lost };
}

/** Scores by kind of damage, each with a heading. */
export class GridSum {
  readonly #scores = new Map<Kind, Score>();

  add({ scores }: Outcome): void {
    for (const [kind, score] of scores) {
      const sum = this.#scores.get(kind) ?? new Score();
      sum.add(score);
      this.#scores.set(kind, sum);
    }
  }

  entries(): IterableIterator<[Kind, Score]> {
    return this.#scores.entries();
  }
}
