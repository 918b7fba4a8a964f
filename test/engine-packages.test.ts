// The packages of the reference engine are loaded by a run with `--engine reference`, and by no other.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { analyze } from "../src/analyze.ts";
import { memorySource } from "./capture/reading.ts";

const require = createRequire(import.meta.url);
const sample = readFileSync(new URL("../samples/volo-0.9.1-grpc-go-1.85.pcap", import.meta.url));

/** Of the two packages, those that have been loaded in this thread. */
const loaded = (): string[] => ["hpack.js", "pcap-parser"].filter((name) => require.resolve(name) in require.cache);

async function run(engine: "fast" | "reference"): Promise<void> {
  let findings = 0;
  for await (const { kind } of analyze([memorySource(sample, sample.length, "sample.pcap")], { engine }))
    if (kind === "finding") findings++;
  expect(findings).toBeGreaterThan(0);
}

it("hpack.js and pcap-parser are loaded with the reference engine alone", async () => {
  await run("fast");
  expect(loaded()).toEqual([]);
  await run("reference");
  expect(loaded()).toEqual(["hpack.js", "pcap-parser"]);
});
