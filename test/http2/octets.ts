import { expect } from "vitest";
import type { Diagnostic } from "../../src/diagnostic.ts";
import type { Frame } from "../../src/http2/frame.ts";
import { FrameDecoder, FrameReading, type FrameSink } from "../../src/http2/frame-decoder.ts";
import { Observation } from "../../src/http2/observation.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { type Origin, origin, type Side } from "../../src/place.ts";

/** Octets from hex with blanks; `"text"` stands for its octets, `x*n` for n times the octet x. */
export function octets(hex: string): Buffer {
  const parts = hex.match(/"[^"]*"|[0-9a-fA-F]{2}\*\d+|[0-9a-fA-F]{2}|\S/g) ?? [];
  return Buffer.concat(
    parts.map((part) => {
      if (part.startsWith('"')) return Buffer.from(part.slice(1, -1), "latin1");
      const [octet, count] = part.split("*");
      if (part.length < 2) throw new Error(`not hex: ${hex}`);
      return Buffer.alloc(Number(count ?? 1), Number.parseInt(octet!, 16));
    }),
  );
}

/** A frame: RFC 9113 section 4.1. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array | string = ""): Buffer {
  const octetsOf = typeof payload === "string" ? octets(payload) : payload;
  const head = Buffer.alloc(9);
  head.writeUIntBE(octetsOf.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId >>> 0, 5);
  return Buffer.concat([head, octetsOf]);
}

export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** What a frame says, without what is zero, false or not there. Facts by name. */
export function facts(list: Frame["observations"]): string[] {
  const names = Object.keys(Observation) as (keyof typeof Observation)[];
  return Array.from({ length: list.count }, (_, i) => names.find((name) => Observation[name] === list.at(i)) ?? `${list.at(i)}`);
}

export type Described = Readonly<Record<string, unknown>>;

/** @param where Also the packets and offsets of its first and last octet. */
export function describeFrame(f: Frame, where = false): Described {
  const all: Record<string, unknown> = {
    kind: f.kind,
    type: f.kind === "unknown" ? f.type : undefined,
    flags: f.flags,
    streamId: f.streamId,
    reserved: f.reserved,
    length: f.length,
    payload: Buffer.from(f.bytes.subarray(f.start, f.end)).toString("latin1"),
    fault: f.fault,
    padLength: f.padLength,
    hasPriority: f.hasPriority,
    exclusive: f.exclusive,
    dependency: f.dependency,
    weight: f.weight,
    errorCode: f.errorCode,
    lastStreamId: f.lastStreamId,
    increment: f.increment,
    promisedStreamId: f.promisedStreamId,
    facts: f.observations.count > 0 ? facts(f.observations) : undefined,
    first: where ? f.first.offset : undefined,
    last: where ? f.last.offset : undefined,
    packets: where ? `${f.first.packet}-${f.last.packet}` : undefined,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined && value !== 0 && value !== false && value !== ""),
  );
}

/** Octets, or a gap of so many. */
export type Piece = Uint8Array | number;

export interface Decoded {
  /** Frames as `describeFrame` gives them; `lost`, `found 12`, `gap`, `inFrame` in between. */
  readonly events: (Described | string)[];
  readonly frames: Described[];
  readonly diagnostics: Diagnostic[];
}

/** Feed the pieces, each as a packet of its own, and end. */
export function decode(
  pieces: readonly Piece[],
  options: { limits?: Partial<Limits>; lost?: boolean; where?: boolean } = {},
): Decoded {
  const events: (Described | string)[] = [];
  const diagnostics: Diagnostic[] = [];
  const sink: FrameSink = {
    frame: (f) => void events.push(describeFrame(f, options.where)),
    octetsLost: () => {},
    gap: () => void events.push("gap"),
    lost: () => void events.push("lost"),
    found: (_, count) => void events.push(`found ${count}`),
    end: () => {},
  };
  const reading = new FrameReading({ ...defaultLimits, ...options.limits }, (d) => void diagnostics.push(d));
  const decoder = new FrameDecoder("client", 1, sink, reading);
  let offset = 0;
  let packet = 0;
  const at = (): Origin => Object.assign(origin(), { offset, packet, time: packet * 1000, acked: packet });
  if (options.lost) decoder.lose(at());
  for (const piece of pieces) {
    packet++;
    if (typeof piece === "number") {
      decoder.gap(piece, "acknowledged", at());
      offset += piece;
      continue;
    }
    // In the middle of a larger buffer that the next packet overwrites.
    const buffer = Buffer.concat([Buffer.from("before"), piece, Buffer.from("after")]);
    decoder.bytes(buffer, 6, 6 + piece.length, at());
    buffer.fill(0xee);
    offset += piece.length;
  }
  if (decoder.inFrame) events.push("inFrame");
  decoder.end("fin", at());
  expect([decoder.inFrame, reading.keptOctets], "what is kept after the end").toEqual([false, 0]);
  return { events, diagnostics, frames: events.filter((event) => typeof event !== "string") };
}

/** All at once, octet by octet, and in two at every place. */
export function splits(bytes: Uint8Array): Uint8Array[][] {
  const all = [[bytes], Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))];
  for (let i = 1; i < bytes.length; i++) all.push([bytes.subarray(0, i), bytes.subarray(i)]);
  return all;
}

export const sides: readonly Side[] = ["client", "server"];
