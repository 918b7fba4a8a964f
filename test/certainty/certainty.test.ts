// What a damaged capture says is never wrong where it is called certain: against the whole capture, no header that is called exact differs,
// no method, no role that is called proven, and nothing is proven that the whole capture does not prove. Some damage of each kind; all of
// it with `npm run fuzz`, which prints how much is still known.
import { afterAll, describe, expect, it } from "vitest";
import { haveCaptures } from "../capture/reading.ts";
import { fuzzing, seed } from "../fuzzing.ts";
import { labelled } from "../labelled.ts";
import { everyDamage, someDamage } from "./damage.ts";
import { GridSum, runGrid } from "./grid.ts";
import { scoreText } from "./score.ts";

const damages = fuzzing ? (packets: number) => everyDamage(packets, seed) : (packets: number) => someDamage(packets, 1, seed);

describe.skipIf(!haveCaptures)("certainty (recordings are not in this checkout)", () => {
  const sum = new GridSum();

  afterAll(() => {
    if (fuzzing) for (const [kind, score] of sum.entries()) console.log(`${kind}\n${scoreText(score)}\n`);
  });

  // Every third of them, but with `npm run fuzz`.
  it.each(labelled.filter((_, i) => fuzzing || i % 3 === 0))("$file", { timeout: 3_600_000 }, async (label) => {
    const outcome = await runGrid(label, damages, fuzzing ? 3 : undefined);
    sum.add(outcome);
    expect([...outcome.values()].flatMap(({ broken }) => broken)).toEqual([]);
  });

  it("has few inferred fields and methods that are wrong", () => {
    const claims = [...sum.entries()].flatMap(([, { headers, methods }]) => [headers, methods]);
    const count = (of: "inferredRight" | "inferredWrong") => claims.reduce((all, claim) => all + claim[of], 0);
    expect(count("inferredRight")).toBeGreaterThan(1000);
    expect(count("inferredWrong")).toBeLessThan(0.01 * count("inferredRight"));
  });
});
