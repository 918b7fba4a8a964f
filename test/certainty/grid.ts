// The grid: each labelled capture, damaged in many ways, against itself when it was whole.
import { readFileSync } from "node:fs";
import type { FindingEvent } from "../../src/report/event.ts";
import { capture } from "../capture/reading.ts";
import { bordersOf, type Label, type Violation } from "../labelled.ts";
import { type Damage, damaged, type Kind } from "./damage.ts";
import { Excuses } from "./excuse.ts";
import { compare, Score, survive } from "./score.ts";
import { type Seen, see } from "./seeing.ts";

/** What came of one capture, by kind of damage. */
export type Outcome = ReadonlyMap<Kind, Score>;

/** @param damages Which of a capture of so many packets.
 *  @param doubtful Of how many damages it is asked whether what they prove may be excused: the first ones, and as many of each kind. Undefined: nor of
 *  what they do not prove any more, and what could be excused counts as lost. */
export async function runGrid(
  { file, keys, expect }: Label,
  damages: (packets: number) => readonly Damage[],
  doubtful?: number,
): Promise<Outcome> {
  const whole = readFileSync(capture(file));
  const keyFiles = keys === undefined ? [] : [capture(keys)];
  const packets = bordersOf(whole).length - 1;
  const all = { bytes: whole, numbers: [...Array(packets).keys()].map((i) => i + 1) };
  const truth = await see(all.bytes, all.numbers, keyFiles);
  const excuses = new Excuses(whole, keyFiles, truth);
  const scores = new Map<Kind, Score>();
  for (const damage of damages(packets)) {
    const { bytes, numbers } = damaged(whole, damage);
    const seen: Seen = await see(bytes, numbers, keyFiles);
    const name = `${file} ${damage.name}`;
    const score = compare(name, truth, seen);
    const gone = new Set(damage.without.map((i) => i + 1));
    const sum = scores.get(damage.kind) ?? new Score();
    const doubts = sum.captures < (doubtful ?? 0);
    // What many lost packets may have held is not tried.
    const excuse = (violation: Violation, finding: FindingEvent) =>
      doubtful === undefined || gone.size > FEW ? Promise.resolve(undefined) : excuses.excuse(violation, finding, gone);
    await survive(name, expect, truth, seen, gone, excuse, doubts, score);
    sum.add(score);
    scores.set(damage.kind, sum);
  }
  return scores;
}

/** Scores by kind of damage, each with a heading. */
export class GridSum {
  readonly #scores = new Map<Kind, Score>();

  add(outcome: Outcome): void {
    for (const [kind, score] of outcome) {
      const sum = this.#scores.get(kind) ?? new Score();
      sum.add(score);
      this.#scores.set(kind, sum);
    }
  }

  entries(): IterableIterator<[Kind, Score]> {
    return this.#scores.entries();
  }
}

const FEW = 2;
