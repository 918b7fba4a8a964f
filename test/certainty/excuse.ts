// Could what was lost excuse the sender? Other octets are put into the place of whole frames that a lost packet held: where the capture is
// then lawful without the violation, and every answer in it is explained, the damaged capture cannot prove the violation, since it is the
// damaged form of both. What is tried is lawful by itself: frames of a type that nobody knows, alone or around all up to the violation, and
// what opens, ends or widens something.
import { analyze } from "../../src/analyze.ts";
import { Flag, type Frame, FrameType } from "../../src/http2/frame.ts";
import { Setting } from "../../src/http2/setting.ts";
import type { Connection } from "../../src/model/connection.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import { memorySource } from "../capture/reading.ts";
import { bordersOf, type Violation } from "../labelled.ts";
import { findingOf, newlyProven } from "./score.ts";
import { type Seen, see } from "./seeing.ts";

/** A frame of the whole capture, and where its octets are. */
interface Laid {
  readonly connection: number;
  readonly from: "client" | "server";
  /** Of its first octet in its direction. */
  readonly offset: number;
  readonly packet: number;
  readonly streamId: number;
  readonly type: number;
  readonly flags: number;
  /** As on the wire, with its head; undefined where it is in more than one packet. */
  readonly octets: Buffer | undefined;
  readonly size: number;
}

/** Tries to excuse what a whole capture proves. */
export class Excuses {
  readonly #whole: Buffer;
  readonly #keys: readonly string[];
  readonly #truth: Seen;
  readonly #borders: readonly number[];
  #frames: readonly Laid[] | undefined;

  constructor(whole: Buffer, keys: readonly string[], truth: Seen) {
    this.#whole = whole;
    this.#keys = keys;
    this.#truth = truth;
    this.#borders = bordersOf(whole);
  }

  /** What could have been in these packets, by number, instead of what was: a description of it, or undefined where nothing of what is
   *  tried excuses the sender. */
  async excuse(violation: Violation, finding: FindingEvent, packets: ReadonlySet<number>): Promise<string | undefined> {
    this.#frames ??= await laidOut(this.#whole, this.#keys);
    for (const packet of packets) {
      const lost = this.#frames.filter((frame) => frame.packet === packet && frame.octets !== undefined);
      for (const run of runsOf(lost)) {
        const at = this.#find(packet, run);
        if (at < 0) continue;
        const from = this.#frames.filter(({ connection }) => connection === run[0]!.connection);
        for (const [what, octets] of fillings(run, from, finding)) {
          const filled = Buffer.from(this.#whole);
          octets.copy(filled, at);
          if (await this.#isExcused(violation, filled)) return `packet ${packet}: ${what}`;
        }
      }
    }
    return undefined;
  }

  // Where in the file the octets of these frames are; -1: not found, since TLS hides them.
  #find(packet: number, run: readonly Laid[]): number {
    const [start, end] = [this.#borders[packet - 1]!, this.#borders[packet]!];
    const at = this.#whole.subarray(start, end).lastIndexOf(Buffer.concat(run.map(({ octets }) => octets!)));
    return at < 0 ? -1 : start + at;
  }

  async #isExcused(violation: Violation, filled: Buffer): Promise<boolean> {
    const seen = await see(filled, this.#truth.numbers, this.#keys);
    if (findingOf(violation, seen) ?? findingOf(violation, seen, "unproven")) return false;
    return newlyProven(this.#truth, seen, true).size === 0 && seen.unexplained <= this.#truth.unexplained;
  }
}

/** Frames that follow each other at once. */
function runsOf(frames: readonly Laid[]): Laid[][] {
  const runs: Laid[][] = [];
  for (const frame of frames) {
    const last = runs.at(-1)?.at(-1);
    const follows = last?.connection === frame.connection && last.from === frame.from && last.offset + last.size === frame.offset;
    if (follows) runs.at(-1)!.push(frame);
    else runs.push([frame]);
  }
  return runs;
}

function* fillings(run: readonly Laid[], all: readonly Laid[], finding: FindingEvent): Generator<[string, Buffer]> {
  const [first] = run as [Laid];
  const { from } = first;
  const room = run.reduce((sum, { size }) => sum + size, 0);
  const filled = (frames: readonly Buffer[]): Buffer | undefined => {
    const used = frames.reduce((sum, { length }) => sum + length, 0);
    if (used === room) return Buffer.concat(frames);
    return room - used < HEAD ? undefined : Buffer.concat([...frames, frame(UNKNOWN, 0, 0, Buffer.alloc(room - used - HEAD))]);
  };
  yield ["frames of an unknown type", Buffer.concat(run.map(({ octets }) => unsaid(octets!)))];
  if (run.length > 1)
    for (const one of run)
      yield [
        `${one.type} of an unknown type`,
        Buffer.concat(run.map((each) => (each === one ? unsaid(each.octets!) : each.octets!))),
      ];
  const at = all.find(({ from, offset }) => from === finding.frame.from && offset === finding.frame.offset);
  if (at !== undefined && at.from === from && at.offset > first.offset) {
    const length = at.offset + at.size - first.offset - HEAD;
    const before = all.filter((frame) => frame.from === from && frame.offset < first.offset);
    const streams = new Set(all.filter(({ streamId }) => streamId > 0).map(({ streamId }) => streamId));
    if (length <= LARGEST) {
      yield ["the head of a frame of an unknown type", around(run, head(length, UNKNOWN, 0, 0))];
      // A frame of a stream that this side may have ended is no excuse, which the analysis finds.
      for (const id of [...streams].filter((id) => before.some(({ streamId }) => streamId === id)).slice(-3))
        yield [`the head of DATA on stream ${id}`, around(run, head(length, FrameType.data, 0, id))];
    }
  }
  const { streamId } = finding.frame;
  const ids = new Set([
    streamId,
    ...idsOf(finding),
    ...all
      .filter((one) => one.streamId > 0)
      .slice(-60)
      .map((one) => one.streamId),
  ]);
  const tries: [string, readonly Buffer[]][] = [];
  for (const id of [...ids].filter((id) => id > 0)) {
    for (const flags of [Flag.endHeaders | Flag.endStream, Flag.endHeaders, 0])
      tries.push([
        `HEADERS on stream ${id}, flags ${flags}`,
        [frame(FrameType.headers, flags, id, from === "client" ? REQUEST : OK)],
      ]);
    tries.push([`RST_STREAM on stream ${id}`, [frame(FrameType.rstStream, 0, id, u32(8))]]);
    tries.push([`END_STREAM on stream ${id}`, [frame(FrameType.data, Flag.endStream, id, NOTHING)]]);
    tries.push([`WINDOW_UPDATE on stream ${id}`, [frame(FrameType.windowUpdate, 0, id, u32(0x3fff0000))]]);
    if (from === "server")
      tries.push([`a promise of ${id}`, [frame(FrameType.pushPromise, Flag.endHeaders, 1, Buffer.concat([u32(id), REQUEST]))]]);
    if (room >= HEAD) tries.push([`DATA on stream ${id}`, [frame(FrameType.data, 0, id, Buffer.alloc(room - HEAD))]]);
    if (room >= HEAD)
      tries.push([`DATA that ends stream ${id}`, [frame(FrameType.data, Flag.endStream, id, Buffer.alloc(room - HEAD))]]);
  }
  tries.push(["WINDOW_UPDATE", [frame(FrameType.windowUpdate, 0, 0, u32(0x3fff0000))]]);
  for (const [id, value] of WIDEST) tries.push([`SETTINGS ${id}`, [frame(FrameType.settings, 0, 0, setting(id, value))]]);
  tries.push(["SETTINGS", [frame(FrameType.settings, 0, 0, Buffer.concat(WIDEST.map(([id, value]) => setting(id, value))))]]);
  tries.push(["an acknowledgment of SETTINGS", [frame(FrameType.settings, Flag.ack, 0, NOTHING)]]);
  for (const [what, frames] of tries) {
    const octets = filled(frames);
    if (octets !== undefined) yield [what, octets];
  }
}

// Streams that a finding names.
const idsOf = ({ data }: FindingEvent): number[] =>
  Object.entries(data).flatMap(([name, value]) => (/stream/i.test(name) && typeof value === "number" ? [value] : []));

function around(run: readonly Laid[], head: Buffer): Buffer {
  const octets = Buffer.concat(run.map((one) => one.octets!));
  head.copy(octets);
  return octets;
}

function unsaid(octets: Buffer): Buffer {
  const copy = Buffer.from(octets);
  copy[3] = UNKNOWN;
  copy[4] = 0;
  return copy;
}

const frame = (type: number, flags: number, id: number, payload: Buffer): Buffer =>
  Buffer.concat([head(payload.length, type, flags, id), payload]);

function head(length: number, type: number, flags: number, id: number): Buffer {
  const octets = Buffer.alloc(HEAD);
  octets.writeUIntBE(length, 0, 3);
  octets[3] = type;
  octets[4] = flags;
  octets.writeUInt32BE(id, 5);
  return octets;
}

function u32(value: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(value);
  return octets;
}

const setting = (id: number, value: number): Buffer => Buffer.concat([Buffer.of(0, id), u32(value)]);

async function laidOut(whole: Buffer, keys: readonly string[]): Promise<Laid[]> {
  const frames: Laid[] = [];
  const note = (one: Frame, { id }: Connection): void => {
    const { from, first, last, streamId, type, flags, length } = one;
    const size = HEAD + length;
    const octets = first.packet === last.packet ? octetsOf(one) : undefined;
    frames.push({ connection: id, from, offset: first.offset, packet: last.packet, streamId, type, flags, octets, size });
  };
  const listener = { frame: (one: Frame, _: unknown, connection: Connection) => note(one, connection) };
  for await (const _ of analyze([memorySource(whole)], { keys, listeners: [listener] }));
  return frames;
}

// The payload is delivered without padding, and what else is in front of it.
function octetsOf({ bytes, start, length, type, flags }: Frame): Buffer | undefined {
  const is = head(length, type, flags, 0).subarray(0, 5);
  for (let at = start - HEAD; at >= Math.max(start - HEAD - FRONT, 0); at--)
    if (is.equals(bytes.subarray(at, at + is.length)) && at + HEAD + length <= bytes.length)
      return Buffer.from(bytes.subarray(at, at + HEAD + length));
  return undefined;
}

const HEAD = 9;
// Pad Length, and a promised stream or priority fields.
const FRONT = 6;
const NOTHING = Buffer.alloc(0);
// RFC 9113 5.5: ignored, whatever it holds.
const UNKNOWN = 0xf0;
// RFC 9113 6.5.2: what every receiver takes.
const LARGEST = 16_384;
// RFC 7541: `:method: GET`, `:scheme: http`, `:path: /`; `:status: 200`.
const REQUEST = Buffer.of(0x82, 0x86, 0x84);
const OK = Buffer.of(0x88);
const WIDEST: readonly (readonly [id: number, value: number])[] = [
  [Setting.maxConcurrentStreams, 0xffffffff],
  [Setting.initialWindowSize, 0x7fffffff],
  [Setting.maxFrameSize, 0xffffff],
  [Setting.headerTableSize, 0x10000],
];
