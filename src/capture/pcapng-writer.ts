// Out: a pcapng file (draft-ietf-opsawg-pcapng) of one section, in little-endian order, times in nanoseconds. Of blocks it writes the
// section header, interface descriptions and enhanced packets: never a Decryption Secrets Block.
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
  interface({ linkType, name, description, filter }: Omit<CaptureInterface, "packets">): number {
    const head = Buffer.alloc(8);
    head.writeUInt16LE(linkType, 0);
    this.#block(1, head, [
      ...(name === undefined ? [] : [text(Option.name, name)]),
      ...(description === undefined ? [] : [text(Option.description, description)]),
      // 10 to the power of -9.
      option(Option.timeResolution, Uint8Array.of(9)),
      // The first octet says in which language: 0 is that of libpcap.
      ...(filter === undefined ? [] : [option(Option.filter, Buffer.concat([Buffer.of(0), Buffer.from(filter)]))]),
    ]);
    return this.#interfaces++;
  }

  /** @param time Nanoseconds since the epoch. @param bytes Captured are those from `start` to `end`; copied. */
  packet(on: number, time: bigint, bytes: Uint8Array, start: number, end: number, wireLength: number, comment?: string): void {
    const length = end - start;
    const body = Buffer.alloc(20 + padded(length));
    body.writeUInt32LE(on, 0);
    body.writeUInt32LE(Number(BigInt.asUintN(32, time >> 32n)), 4);
    body.writeUInt32LE(Number(BigInt.asUintN(32, time)), 8);
    body.writeUInt32LE(length, 12);
    body.writeUInt32LE(wireLength, 16);
    body.set(bytes.subarray(start, end), 20);
    this.#block(6, body, comment === undefined ? [] : [text(Option.comment, comment)]);
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
const Option = { comment: 1, userApplication: 4, name: 2, description: 3, timeResolution: 9, filter: 11 } as const;
// An option's length has 16 bits.
const MOST_OCTETS = 0xffff;
