// What h2lint finds in the samples, and what damage may not change: losing octets or packets takes evidence away and never proves more.
// After a change of what is found: `UPDATE_FINDINGS=1 npx vitest run test/samples.test.ts`, and read the difference like code.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyze } from "../src/analyze.ts";
import type { AnalyzeOptions } from "../src/analyze-options.ts";
import { H2lintError } from "../src/error.ts";
import type { FindingEvent, ReportEvent } from "../src/report/event.ts";
import { memorySource } from "./capture/reading.ts";
import { fuzzing, runs, seedOr } from "./fuzzing.ts";

const folder = fileURLToPath(new URL("../samples/", import.meta.url));
const samples = readdirSync(folder).filter((name) => name.endsWith(".pcap"));
const update = process.env["UPDATE_FINDINGS"] !== undefined;

/** The ones without a violation. */
const clean = ["grpcurl-grpc-go-1.85.pcap", "volo-0.12.2-grpc-go-1.85.pcap"];

async function eventsOf(bytes: Uint8Array, options: AnalyzeOptions = {}): Promise<ReportEvent[]> {
  const events: ReportEvent[] = [];
  for await (const event of analyze([memorySource(bytes, bytes.length, "sample.pcap")], options)) events.push(event);
  return events;
}

async function findingsIn(bytes: Uint8Array, options: AnalyzeOptions = {}): Promise<FindingEvent[]> {
  return (await eventsOf(bytes, options)).filter((event) => event.kind === "finding");
}

/** What a user would build on; texts and scores of the answer have their own tests. */
const essence = ({ rule, severity, certainty, consequent, offender, stream, frame, message, count, reaction }: FindingEvent) => {
  const { verdict, confidence, kind, errorCode, frame: answer, packet } = reaction;
  const reactionPacket = answer?.packet ?? packet;
  return {
    ...{ rule, severity, certainty, consequent, offender, stream, packet: frame.packet, message, count },
    reaction: { verdict, confidence, kind, errorCode, packet: reactionPacket },
  };
};

/** The octets of a microsecond little-endian pcap, record by record, after the file header. */
function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = PCAP_HEADER; at < file.length; ) {
    const end = at + RECORD_HEADER + file.readUInt32LE(at + 8);
    records.push(file.subarray(at, end));
    at = end;
  }
  return records;
}

const proof = ({ rule, offender, stream }: FindingEvent): string => `${rule} by ${offender} on stream ${stream}`;
// Frames that need no more proof than themselves. In the whole capture they are told with the fault that they answer.
const plain = new Set(["health/goaway", "health/server-reset"]);
const proven = (findings: readonly FindingEvent[]): string[] =>
  findings.filter(({ certainty, rule }) => certainty === "proven" && !plain.has(rule)).map(proof);

/** Findings of a damaged capture; undefined where so little is left that it is no capture. */
async function survive(bytes: Uint8Array): Promise<FindingEvent[] | undefined> {
  try {
    return await findingsIn(bytes);
  } catch (error) {
    // Misuse is refused; anything else is a bug.
    if (error instanceof H2lintError) return undefined;
    throw error;
  }
}

/** Every place of the case that h2lint was born from, and of all small files when fuzzing; else some of them. */
function cutsOf(name: string, length: number): number[] {
  if (name === BORN_FROM || (fuzzing && length < 4096)) return Array.from({ length }, (_, at) => at);
  return fc.sample(fc.integer({ min: 0, max: length - 1 }), { numRuns: runs(150), seed: seedOr(1) });
}

/** The paths of lost calls are among fields that hpack.js may not know. */
const withoutLost = ({ reaction: { lost: _, ...reaction }, ...finding }: FindingEvent) => ({ ...finding, reaction });

describe("findings are those checked in", () => {
  it.each(samples)("%s", async (name) => {
    const file = readFileSync(folder + name);
    const golden = `${folder}${name.replace(/\.pcap$/, "")}.findings.json`;
    const found = JSON.parse(JSON.stringify((await findingsIn(file)).map(essence))) as unknown;
    if (update) writeFileSync(golden, `${JSON.stringify(found, null, 2)}\n`);
    expect(existsSync(golden), `${golden} is missing`).toBe(true);
    expect(found).toEqual(JSON.parse(readFileSync(golden, "utf8")));
  });

  it.each(samples)("by the reference engine too: %s", async (name) => {
    const file = readFileSync(folder + name);
    const reference = await findingsIn(file, { engine: "reference" });
    expect(reference.map(withoutLost)).toEqual((await findingsIn(file)).map(withoutLost));
  });

  it.each(clean)("none in %s", async (name) => {
    const findings = await findingsIn(readFileSync(folder + name));
    expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  it("and no golden is left over", () => {
    const goldens = readdirSync(folder).filter((name) => name.endsWith(".findings.json"));
    expect(goldens.map((name) => name.replace(".findings.json", ".pcap")).sort()).toEqual([...samples].sort());
  });
});

describe.each(samples)("damage to %s", (name) => {
  const file = readFileSync(folder + name);

  /** @param damaged With what was done to them. */
  async function provesNothingNew(damaged: Iterable<readonly [damage: string, bytes: Uint8Array]>): Promise<void> {
    const known = new Set(proven(await findingsIn(file)));
    const wrong: string[] = [];
    for (const [damage, bytes] of damaged) {
      const findings = (await survive(bytes)) ?? [];
      wrong.push(...proven(findings).flatMap((text) => (known.has(text) ? [] : [`${damage}: ${text}`])));
    }
    expect(wrong).toEqual([]);
  }

  it("cut anywhere, it proves nothing new", { timeout: 300_000 }, () =>
    provesNothingNew(cutsOf(name, file.length).map((at) => [`cut at byte ${at}`, file.subarray(0, at)])),
  );

  it("without any one packet, it proves nothing new", () => {
    const records = recordsOf(file);
    const without = (dropped: number) => records.filter((_, index) => index !== dropped);
    const head = file.subarray(0, PCAP_HEADER);
    return provesNothingNew(records.map((_, index) => [`without packet ${index + 1}`, Buffer.concat([head, ...without(index)])]));
  });

  it("with any bytes flipped, it does not throw", { timeout: 300_000 }, async () => {
    const flips = fc.array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 });
    const property = fc.asyncProperty(flips, async (places) => {
      const bytes = Uint8Array.from(file);
      for (const [at, mask] of places) bytes[at]! ^= mask;
      await survive(bytes);
    });
    await fc.assert(property, { seed: seedOr(1), numRuns: runs(150) });
  });
});

const BORN_FROM = "volo-0.9.1-grpc-go-1.85.pcap";
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
