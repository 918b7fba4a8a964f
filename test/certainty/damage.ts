// What a capture may lack: packets dropped one by one or in pairs, its beginning cut away, or a few percent of it lost.
import fc from "fast-check";
import { bordersOf } from "../labelled.ts";

/** A kind of damage, as the results are listed. */
export type Kind = "single" | "pair" | "start" | "parts" | "percent";

/** Packets to leave out, by index from 0, in order. */
export interface Damage {
  readonly kind: Kind;
  readonly name: string;
  readonly without: readonly number[];
}

/** All single packets, pairs of neighbours and beginnings of a capture; the seeded losses of 1 to 10 percent; the first quarter, half and
 *  three quarters. */
export function everyDamage(packets: number, seed: number): Damage[] {
  const indices = [...Array(packets).keys()];
  return [
    ...indices.map((i): Damage => ({ kind: "single", name: `without packet ${i + 1}`, without: [i] })),
    ...indices.slice(1).map((i): Damage => ({ kind: "pair", name: `without packets ${i} and ${i + 1}`, without: [i - 1, i] })),
    ...indices.slice(1).map((i) => startingAt(i, "start")),
    ...thirds(packets),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((percent) => lossy(packets, percent, seed + percent)),
  ];
}

/** Some of them: `count` of each kind that has so many. */
export function someDamage(packets: number, count: number, seed: number): Damage[] {
  const kinds = new Map<Kind, Damage[]>();
  for (const damage of everyDamage(packets, seed)) kinds.set(damage.kind, [...(kinds.get(damage.kind) ?? []), damage]);
  return [...kinds.values()].flatMap((all) =>
    all.length <= count
      ? all
      : fc.sample(fc.shuffledSubarray(all, { minLength: count, maxLength: count }), { numRuns: 1, seed })[0]!,
  );
}

const startingAt = (first: number, kind: Kind): Damage => ({
  kind,
  name: `without the first ${first} packets`,
  without: [...Array(first).keys()],
});

const thirds = (packets: number): Damage[] =>
  [0.25, 0.5, 0.75].map((part) => startingAt(Math.floor(packets * part), "parts")).filter(({ without }) => without.length > 0);

function lossy(packets: number, percent: number, seed: number): Damage {
  const lost = fc.sample(fc.array(fc.nat(999), { minLength: packets, maxLength: packets, size: "max" }), {
    numRuns: 1,
    seed,
  })[0]!;
  const without = [...Array(packets).keys()].filter((i) => lost[i]! < percent * 10);
  return { kind: "percent", name: `${percent} % lost: without ${without.map((i) => i + 1).join(", ")}`, without };
}

/** A little-endian pcap without those packets, and of each packet that is left the number that it had, from 1. */
export function damaged(file: Buffer, { without }: Pick<Damage, "without">): { bytes: Buffer; numbers: readonly number[] } {
  const borders = bordersOf(file);
  const gone = new Set(without);
  const pieces = [file.subarray(0, borders[0]!)];
  const numbers: number[] = [];
  for (let i = 0; i + 1 < borders.length; i++) {
    if (gone.has(i)) continue;
    pieces.push(file.subarray(borders[i]!, borders[i + 1]!));
    numbers.push(i + 1);
  }
  return { bytes: Buffer.concat(pieces), numbers };
}
