// What is lost from a capture of good traffic proves nothing: without any one packet, or any run of packets, no error and no warning is
// proven that the whole capture does not prove. A seeded sample of the runs; every packet and many runs with `npm run fuzz`.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyze } from "../src/analyze.ts";
import { capture, haveCaptures, memorySource } from "./capture/reading.ts";
import { fuzzing, seed } from "./fuzzing.ts";
import { bordersOf, clean } from "./labelled.ts";

async function proven(bytes: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for await (const event of analyze([memorySource(bytes)])) {
    if (event.kind !== "finding" || event.certainty !== "proven" || event.severity === "info") continue;
    found.push(`${event.rule} by ${event.offender}`);
  }
  return found;
}

/** First packet and number of packets of the runs to leave out. */
function runsOf(packets: number): (readonly [first: number, length: number])[] {
  if (packets === 0) return [];
  if (fuzzing) {
    // Of one packet and of two: certainty/.
    return [3, 5, 9, 30].flatMap((length) =>
      Array.from({ length: Math.max(packets - length, 1) }, (_, first) => [first, length] as const),
    );
  }
  const run = fc.tuple(fc.nat(packets - 1), fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 12 })));
  return fc.sample(run, { numRuns: 6, seed });
}

describe.skipIf(!haveCaptures)("loss (recordings are not in this checkout)", () => {
  // Every second of them, but with `npm run fuzz`.
  it.each(clean.filter((_, i) => fuzzing || i % 2 === 0))(
    "$file",
    { timeout: fuzzing ? 3_600_000 : 60_000 },
    async ({ file }) => {
      const whole = readFileSync(capture(file));
      const borders = bordersOf(whole);
      const known = new Set(await proven(whole));
      const wrong: string[] = [];
      for (const [first, length] of runsOf(borders.length - 1)) {
        const [from, to] = [borders[first]!, borders[Math.min(first + length, borders.length - 1)]!];
        const rest = Buffer.concat([whole.subarray(0, from), whole.subarray(to)]);
        for (const text of await proven(rest)) {
          if (!known.has(text)) wrong.push(`without ${length} packets from packet ${first + 1} on: ${text}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );
});
