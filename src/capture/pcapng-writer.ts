// Out: a pcapng file (draft-ietf-opsawg-pcapng) of one section, in little-endian order, times in nanoseconds. Of blocks it writes the
// section header, interface descriptions, enhanced packets, and a Decryption Secrets Block only where it is handed one.
import type { CaptureInterface } from "./reader.ts";

export class PcapngWriter {
  readonly #output: (octets: Uint8Array) => void;
  #interfaces = 0;

  /** @param output Gets each block; it may keep it. */
  constructor(output: (octets: Uint8Array) => void, about: { readonly application: string; readonly comment: string }) {
    this.#output = output;
    const head = Buffer.alloc(16);
    head.writeUInt32LE(0x1a2b3c4d, 0);
    head.writeUInt16LE(1, 4);
    // The section's length is not said: -1.
    head.fill(0xff, 8);
    this.#block(0x0a0d0d0a, head, [text(Option.comment, about.comment), text(Option.userApplication, about.application)]);
  }

  /** @returns The interface's number, for `packet`. */
  interface(
    { linkType, name, description, filter, os }: Omit<CaptureInterface, "packets">,
    comment: string | undefined = undefined,
  ): number {
    const head = Buffer.alloc(8);
    head.writeUInt16LE(linkType, 0);
    this.#block(1, head, [
      ...(comment === undefined ? [] : [text(Option.comment, comment)]),
      ...(name === undefined ? [] : [text(Option.name, name)]),
      ...(description === undefined ? [] : [text(Option.description, description)]),
      // 10 to the power of -9.
      option(Option.timeResolution, Uint8Array.of(9)),
      // The first octet says in which language: 0 is that of libpcap.
      ...(filter === undefined ? [] : [option(Option.filter, Buffer.concat([Buffer.of(0), Buffer.from(filter)]))]),
      ...(os === undefined ? [] : [text(Option.os, os)]),
    ]);
    return this.#interfaces++;
  }

  /** A TLS key log: whoever has it can decrypt the packets behind it. */
  keyLog(octets: Uint8Array): void {
    const body = Buffer.alloc(8 + padded(octets.length));
    body.writeUInt32LE(0x544c534b, 0);
    body.writeUInt32LE(octets.length, 4);
    body.set(octets, 8);
    this.#block(10, body, []);
  }

  /** @param time Nanoseconds since the epoch. @param bytes Captured are those from `start` to `end`; copied. */
  packet(on: number, time: bigint, bytes: Uint8Array, start: number, end: number, wireLength: number, comment?: string): void {
    const comments = comment === undefined ? [] : [comment];
    const block = Buffer.allocUnsafe(packetBlockOctets(end - start, comments));
    writePacketBlock(block, 0, { on, time, wireLength }, bytes, start, end, comments);
    this.#output(block);
  }

  #block(type: number, body: Uint8Array, options: readonly Uint8Array[]): void {
    const all: readonly Uint8Array[] = options.length === 0 ? [] : [...options, Buffer.alloc(4)];
    let length = 12 + body.length;
    for (const one of all) length += one.length;
    const head = Buffer.alloc(8);
    head.writeUInt32LE(type, 0);
    head.writeUInt32LE(length, 4);
    const tail = Buffer.alloc(4);
    tail.writeUInt32LE(length, 0);
    this.#output(Buffer.concat([head, body, ...all, tail]));
  }
}

/** What the head of a packet's block says. */
export interface PacketHead {
  /** The interface's number. */
  readonly on: number;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  /** Octets on the wire. */
  readonly wireLength: number;
}

/** Octets of the block of a packet. @param length Of what was captured of it. */
export function packetBlockOctets(length: number, comments: readonly string[]): number {
  let octets = PACKET_HEAD + padded(length) + 4;
  for (const comment of comments) octets += 4 + padded(Math.min(Buffer.byteLength(comment), MOST_OCTETS));
  return octets + (comments.length === 0 ? 0 : 4);
}

/** Write an Enhanced Packet Block (draft-ietf-opsawg-pcapng 4.3); there is room for it. @returns Where it ends. */
export function writePacketBlock(
  into: Buffer,
  at: number,
  { on, time, wireLength }: PacketHead,
  bytes: Uint8Array,
  start: number,
  end: number,
  comments: readonly string[],
): number {
  const length = end - start;
  const octets = packetBlockOctets(length, comments);
  into.writeUInt32LE(6, at);
  into.writeUInt32LE(octets, at + 4);
  into.writeUInt32LE(on, at + 8);
  into.writeUInt32LE(Number(BigInt.asUintN(32, time >> 32n)), at + 12);
  into.writeUInt32LE(Number(BigInt.asUintN(32, time)), at + 16);
  into.writeUInt32LE(length, at + 20);
  into.writeUInt32LE(wireLength, at + 24);
  into.set(bytes.subarray(start, end), at + PACKET_HEAD);
  let to = at + PACKET_HEAD + length;
  while ((to - at) % 4 !== 0) into[to++] = 0;
  for (const comment of comments) {
    const one = text(Option.comment, comment);
    into.set(one, to);
    to += one.length;
  }
  if (comments.length > 0) to = into.writeUInt32LE(0, to);
  return into.writeUInt32LE(octets, to);
}

function option(code: number, value: Uint8Array): Uint8Array {
  const octets = Buffer.alloc(4 + padded(value.length));
  octets.writeUInt16LE(code, 0);
  octets.writeUInt16LE(value.length, 2);
  octets.set(value, 4);
  return octets;
}

const text = (code: number, value: string): Uint8Array => option(code, Buffer.from(value).subarray(0, MOST_OCTETS));

const padded = (length: number): number => (length + 3) & ~3;

// Of sections, interfaces and packets: the numbers do not collide.
const Option = { comment: 1, userApplication: 4, name: 2, description: 3, timeResolution: 9, filter: 11, os: 12 } as const;
// An option's length has 16 bits.
const MOST_OCTETS = 0xffff;
/** Of a packet's block before its octets, the general head included. */
export const PACKET_HEAD = 28;
