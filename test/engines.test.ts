// Both engines say the same of every real capture at hand: findings and frames, whole objects. Where one of the two is wrong, they differ.
import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyze } from "../src/analyze.ts";
import type { AnalyzeOptions } from "../src/analyze-options.ts";
import { microsecondMagic } from "../src/capture/pcap.ts";
import { CapturePipeline } from "../src/capture-pipeline.ts";
import { H2lintError } from "../src/error.ts";
import type { Engine } from "../src/pipeline.ts";
import type { FindingEvent } from "../src/report/event.ts";
import { FrameLister, type FrameListing } from "../src/report/frame-object.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
// The reference engine reads pcap alone.
const samples = capturesIn("samples/").filter((name) => !name.endsWith(".pcapng"));
const shared = capturesIn("../shared/captures/");

/** Files with the magic of a capture, compressed ones and key logs left out. */
function capturesIn(folder: string): string[] {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .map((name) => folder + name.replaceAll("\\", "/"))
    .filter((name) => /\.pcap(ng|\d)?$/.test(name))
    .sort();
}

/** What `src/capture/reference.ts` says it can read: a microsecond pcap without frame check sequences. */
function readable(name: string): boolean {
  const head = Buffer.alloc(24);
  const file = openSync(root + name, "r");
  const octets = readSync(file, head, 0, 24, 0);
  closeSync(file);
  if (octets < 24) return false;
  const big = head.readUInt32BE(0) === microsecondMagic;
  const network = big ? head.readUInt32BE(20) : head.readUInt32LE(20);
  return (big || head.readUInt32LE(0) === microsecondMagic) && (network & 0x0400_0000) === 0;
}

async function findingsOf(name: string, engine: Engine): Promise<FindingEvent[]> {
  const findings: FindingEvent[] = [];
  for await (const event of analyze([root + name], { engine })) if (event.kind === "finding") findings.push(event);
  return findings;
}

async function framesOf(name: string, options: AnalyzeOptions): Promise<FrameListing[]> {
  const frames: FrameListing[] = [];
  const session = new CapturePipeline([root + name], options);
  const names = await session.open();
  const lister = new FrameLister(
    () => session.clock,
    () => names,
    true,
    (frame) => frames.push(structuredClone(frame)),
  );
  for await (const _ of session.run({ listeners: [lister] }));
  return frames;
}

async function agree(name: string): Promise<void> {
  const fast = await framesOf(name, { engine: "fast" });
  const reference = await framesOf(name, { engine: "reference" });
  const findings = { fast: await findingsOf(name, "fast"), reference: await findingsOf(name, "reference") };
  if (!reference.some(isGivenUp)) {
    expect(reference).toEqual(fast);
    expect(findings.reference).toEqual(findings.fast);
    return;
  }
  // The limit `loss` of `referenceCannot`: it says no more of fields, but the same of the frames, and proves nothing of its own.
  expect(await losesOctets(name, findings.fast, fast), "bytes or a field block were lost").toBe(true);
  expect(reference.map(withoutFields)).toEqual(fast.map(withoutFields));
  const known = new Set(findings.fast.map(identity));
  const proven = findings.reference.filter(({ certainty }) => certainty === "proven");
  expect(proven.map(identity).filter((finding) => !known.has(finding))).toEqual([]);
  const ofFields = /^(headers|grpc|hpack|health)\//;
  const apart = ({ rule }: FindingEvent) => !ofFields.test(rule);
  expect(findings.reference.filter(apart).map(identity)).toEqual(findings.fast.filter(apart).map(identity));
}

const identity = ({ rule, certainty, severity, offender, connection, frame }: FindingEvent): string =>
  `${certainty} ${severity} ${rule} by the ${offender} at ${frame.offset} of connection ${connection}, packet ${frame.packet}`;

const isGivenUp = ({ headers, headersCertainty }: FrameListing): boolean =>
  headersCertainty === "unknown" && headers?.length === 0;

const withoutFields = ({ headers: _, headersCertainty: __, headersInferred: ___, text: ____, ...frame }: FrameListing) => frame;

async function losesOctets(name: string, findings: readonly FindingEvent[], frames: readonly FrameListing[]): Promise<boolean> {
  if (frames.some(({ fault }) => fault !== undefined)) return true;
  if (findings.some(({ rule }) => /^(hpack|continuation)\/|^frame\/continuation/.test(rule))) return true;
  for await (const event of analyze([root + name])) {
    if (
      event.kind === "connection" &&
      !(event.complete.start && event.complete.lostOctets.client + event.complete.lostOctets.server === 0)
    )
      return true;
  }
  return false;
}

describe("both engines agree on the samples", () => {
  it("of which there are some", () => expect(samples.length).toBeGreaterThan(5));

  it.each(samples)("%s", async (name) => {
    expect(await framesOf(name, {})).not.toEqual([]);
    await agree(name);
  });
});

describe.skipIf(shared.length === 0)("both engines agree on the recorded captures", () => {
  it("of which the reference engine reads most", () => {
    expect(shared.filter(readable).length).toBeGreaterThan(shared.length / 2);
  });

  it.each(shared.filter(readable))("%s", agree);
});

describe.skipIf(shared.length === 0)("the reference engine refuses what it cannot read", () => {
  it.each(shared.filter((name) => !readable(name)))("%s", async (name) => {
    const error: unknown = await findingsOf(name, "reference").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(H2lintError);
    expect(error).toMatchObject({ code: "unsupported" });
    expect(await framesOf(name, {})).toBeInstanceOf(Array);
  });
});
