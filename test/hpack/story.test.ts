import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { referenceHpack } from "../../src/hpack/reference.ts";
import { decodeOctets, limits, lines, octets } from "./octets.ts";

interface Story {
  cases: { wire: string; headers: Record<string, string>[]; header_table_size?: number }[];
}

const folder = fileURLToPath(new URL("../../../shared/vectors/hpack-test-case/", import.meta.url));
const encoders = existsSync(folder)
  ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  : [];
const stories = encoders.flatMap((encoder) => readdirSync(`${folder}${encoder}`).map((file) => `${encoder}/${file}`));

const read = (story: string): Story => JSON.parse(readFileSync(folder + story, "utf8")) as Story;

function run(story: Story, engine: typeof fastHpack): void {
  const decoder = engine(limits);
  for (const [i, { wire, headers, header_table_size }] of story.cases.entries()) {
    if (header_table_size !== undefined) decoder.setMaxTableSize(header_table_size);
    const block = decodeOctets(decoder, octets(wire));
    expect(block.fault, `case ${i}`).toBeUndefined();
    expect(lines(block), `case ${i}`).toEqual(headers.flatMap((header) => Object.entries(header).map((pair) => pair.join(": "))));
    expect(block.certainty).toBe("exact");
  }
  expect(decoder.exact).toBe(true);
}

// Of what the reference cannot (referenceCannot), a story can need only a table larger than our bound: its blocks have no losses, and
// an integer of five continuation octets would be a string of 256 MiB or an index that no table has.
const needsLargeTable = (story: Story): boolean =>
  story.cases.some(({ header_table_size }) => (header_table_size ?? 0) > limits.tableOctets);

describe.skipIf(stories.length === 0)(`hpack-test-case (${stories.length > 0 ? "there" : `skipped: no ${folder}`})`, () => {
  it.each(stories)("%s", (name) => run(read(name), fastHpack));

  it.for(stories)("reference, %s", (name, { skip }) => {
    const story = read(name);
    skip(needsLargeTable(story), "large-table");
    run(story, referenceHpack);
  });
});
