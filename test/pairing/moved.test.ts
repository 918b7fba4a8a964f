// Answers that real servers gave, put where they do not belong: into the recording of another fault, before the fault arrived, on a
// connection without one, or taken away. None of what comes of that may be called exact. Recordings where the checkout has them beside
// it, and the samples; a seeded sample of the mixtures, many more with `npm run fuzz`.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ErrorCode, errorCodeName } from "../../src/http2/error-code.ts";
import { TcpFlag } from "../../src/net/segment.ts";
import type { PairedFinding, Reaction } from "../../src/pairing/reaction.ts";
import { other, type Side } from "../../src/place.ts";
import { shapeOf } from "../../src/report/fingerprint.ts";
import { rules } from "../../src/rules/index.ts";
import { playSegments } from "../../src/testing/play.ts";
import type { WireSegment } from "../../src/testing/script.ts";
import { capturesIn } from "../capture/reading.ts";
import { fuzzing, runs, seedOr } from "../fuzzing.ts";
import { segmentsOf } from "../net/segments.ts";

/** One connection with a fault and its answer. */
interface Recording {
  readonly name: string;
  readonly segments: readonly WireSegment[];
  readonly rule: string;
  readonly offender: Side;
  /** Of the offender's direction: where the fault begins. */
  readonly fault: number;
  /** Of the other direction: where the answer begins. */
  readonly at: number;
  readonly acked: number;
  readonly time: number;
  /** The frame; empty where it was a close alone. */
  readonly octets: Uint8Array;
  readonly closes: boolean;
}

const samples = fileURLToPath(new URL("../../samples/", import.meta.url));
const step = fuzzing ? 1 : 4;
const files = [
  ...capturesIn("h2spec", /\.pcap$/).filter((_, index) => index % step === 0),
  ...readdirSync(samples)
    .filter((name) => name.endsWith(".pcap"))
    .map((name) => samples + name),
];

/** What was recorded as an answer to a rule: `kind code text`. */
const seen = new Map<string, Set<string>>();
const recordings: Recording[] = [];

const exactIn = (segments: readonly WireSegment[]): PairedFinding[] =>
  playSegments(segments, { rules }).pairs.filter(({ confidence }) => confidence === "exact");

const answerKey = ({ kind, errorCode, status, debug }: Reaction): string => `${kind} ${errorCode || status} ${shapeOf(debug)}`;

beforeAll(async () => {
  for (const file of files) {
    const segments = await connectionOf(file);
    if (segments === undefined) continue;
    const { pairs } = playSegments(segments, { rules });
    for (const { finding, reaction, confidence, also = [] } of pairs) {
      if (reaction === undefined || confidence === "possible") continue;
      for (const { rule } of [finding, ...also]) {
        const known = seen.get(rule) ?? new Set();
        known.add(answerKey(reaction));
        seen.set(rule, known);
      }
    }
    const exact = pairs.find(({ confidence, finding }) => confidence === "exact" && finding.severity === "error");
    if (exact !== undefined) recordings.push(recordingOf(file, segments, exact));
  }
}, 300_000);

async function connectionOf(file: string): Promise<WireSegment[] | undefined> {
  const { segments } = await segmentsOf(file);
  const opening = segments.find(({ flags }) => (flags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn);
  if (opening === undefined) return undefined;
  const [client, server] = opening.ports.split(" > ");
  const answer = segments.find(({ ports, flags }) => ports === `${server} > ${client}` && (flags & TcpFlag.syn) !== 0);
  if (answer === undefined) return undefined;
  const start = Number(segments[0]!.time.split(".")[0]);
  const own: WireSegment[] = [];
  for (const { ports, seq, ack, flags, payload, time } of segments) {
    const from: Side | undefined = ports === opening.ports ? "client" : ports === `${server} > ${client}` ? "server" : undefined;
    if (from === undefined) continue;
    const [isn, peer] = from === "client" ? [opening.seq, answer.seq] : [answer.seq, opening.seq];
    const [seconds, nanos] = time.split(".");
    const syn = (flags & TcpFlag.syn) !== 0;
    own.push({
      ...{ from, flags, window: 65_535, captured: true, bytes: Buffer.from(payload, "hex") },
      offset: syn ? -1 : (seq - isn - 1) | 0,
      acked: (flags & TcpFlag.ack) === 0 ? 0 : (ack - peer - 1) | 0,
      time: (Number(seconds) - start) * 1e9 + Number(nanos),
    });
  }
  return own;
}

function recordingOf(name: string, segments: readonly WireSegment[], { finding, reaction }: PairedFinding): Recording {
  const { offender } = finding;
  const { frame, kind } = reaction!;
  const stream: number[] = [];
  for (const { from, offset, bytes } of segments)
    if (from !== offender) bytes.forEach((octet, i) => void (stream[offset + i] = octet));
  const isFrame = kind !== "fin" && kind !== "rst";
  return {
    ...{ name, segments, rule: finding.rule, offender, fault: finding.frame.offset, at: frame.offset, acked: frame.acked },
    time: frame.time,
    octets: isFrame ? Uint8Array.from(stream.slice(frame.offset, frame.end)) : new Uint8Array(0),
    closes: !isFrame || reaction!.closedBy !== undefined,
  };
}

/** A recording up to its answer, and then that of another. */
function mixed(base: Recording, answer: Recording | undefined, acked: number): WireSegment[] {
  const from = other(base.offender);
  const octets = answer?.octets ?? new Uint8Array(0);
  const kept: WireSegment[] = [];
  const added: WireSegment[] = [];
  if (answer !== undefined) {
    const common = { from, acked, window: 65_535, captured: true };
    if (octets.length > 0) added.push({ ...common, flags: TcpFlag.ack, offset: base.at, bytes: octets, time: base.time });
    if (answer.closes)
      added.push({
        ...common,
        ...{
          flags: TcpFlag.ack | TcpFlag.fin,
          offset: base.at + octets.length,
          bytes: new Uint8Array(0),
          time: base.time + 1000,
        },
      });
  }
  for (const segment of base.segments) {
    if (segment.from !== from) {
      // It can have acknowledged no more than there is now.
      const most = segment.time < base.time ? base.at : base.at + octets.length;
      if (segment.time >= base.time) kept.push(...added.splice(0));
      kept.push({ ...segment, acked: Math.min(segment.acked, most) });
      continue;
    }
    if (segment.time >= base.time) kept.push(...added.splice(0));
    const closing = (segment.flags & (TcpFlag.fin | TcpFlag.rst)) !== 0;
    const length = Math.min(segment.bytes.length, base.at - segment.offset);
    if (segment.offset + segment.bytes.length <= base.at && !closing) kept.push(segment);
    else if (length > 0 && segment.offset < base.at)
      kept.push({ ...segment, flags: segment.flags & ~(TcpFlag.fin | TcpFlag.rst), bytes: segment.bytes.subarray(0, length) });
  }
  return [...kept, ...added];
}

/** Nobody recorded such an answer to this rule, its text does not ask for the code, and it is no code for everything on the stream. */
function isWrong({ finding, reaction }: PairedFinding): boolean {
  const { kind, errorCode, debug, status } = reaction!;
  if ([finding.rule, ...(ALIKE[finding.rule] ?? [])].some((rule) => seen.get(rule)?.has(answerKey(reaction!)) === true))
    return false;
  // RFC 9113 8.1.1: a malformed request.
  if (kind === "status" && status === 400 && finding.expect.malformed === true) return false;
  if (kind === "rst-stream" && (errorCode === ErrorCode.protocolError || errorCode === ErrorCode.internalError)) return false;
  const due = (kind === "goaway" || kind === "rst-stream") && finding.expect.codes.includes(errorCodeName(errorCode));
  return !due || debug !== "";
}

// nghttp2 has one text for both.
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  "frame/continuation-on-stream-zero": ["continuation/unexpected"],
  "stream/data-after-end-stream": ["stream/data-on-closed"],
};

const shown = (pairs: readonly PairedFinding[]) =>
  pairs.map(({ finding, reaction }) => `${finding.rule} <- ${answerKey(reaction!)}`);

describe("an answer that belongs elsewhere is never exact", () => {
  const arbitrary = () => fc.integer({ min: 0, max: recordings.length - 1 });
  const numRuns = runs(150);

  it("has recordings to mix, and they stay what they are when put together again", () => {
    expect(recordings.length).toBeGreaterThan(3);
    const lost = recordings.filter(
      (one) => !exactIn(mixed(one, one, one.acked)).some(({ finding }) => finding.rule === one.rule),
    );
    expect(lost.map(({ name }) => name)).toEqual([]);
  });

  it("in the recording of another fault", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(arbitrary(), arbitrary(), (i, j) => {
        const [base, answer] = [recordings[i]!, recordings[j]!];
        fc.pre(base.offender === answer.offender);
        expect(shown(exactIn(mixed(base, answer, base.acked)).filter(isWrong))).toEqual([]);
      }),
      { seed: seedOr(20_261_123), numRuns },
    );
  });

  it("before the fault had arrived", { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(arbitrary(), arbitrary(), (i, j) => {
        const [base, answer] = [recordings[i]!, recordings[j]!];
        fc.pre(base.offender === answer.offender);
        const early = exactIn(mixed(base, answer, base.fault)).filter(({ finding }) => finding.frame.offset >= base.fault);
        expect(shown(early)).toEqual([]);
      }),
      { seed: seedOr(20_261_123), numRuns },
    );
  });

  it("nor is one that was taken away, with all that came after it", { timeout: 600_000 }, () => {
    const few = fuzzing ? recordings : recordings.filter((_, index) => index % 3 === 0);
    for (const one of few) {
      const left = exactIn(mixed(one, undefined, 0)).filter(
        ({ finding }) => finding.rule === one.rule && finding.frame.offset >= one.fault,
      );
      expect(shown(left), one.name).toEqual([]);
    }
  });
});
