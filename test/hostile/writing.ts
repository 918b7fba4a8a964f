/** Hostile captures, written while they are read: nothing of them is ever whole in memory or on disk. */
import { concat } from "../../src/testing/octets.ts";

export const RAW_IP = 101;

/** A microsecond pcap. Packets follow each other by `step` microseconds. */
export function* pcap(packets: Iterable<Uint8Array>, network = RAW_IP, step = 1): Generator<Uint8Array> {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262_144, 16);
  head.writeUInt32LE(network, 20);
  yield head;
  let chunk = Buffer.alloc(CHUNK);
  let length = 0;
  let time = 0;
  for (const packet of packets) {
    if (length + 16 + packet.length > chunk.length) {
      yield chunk.subarray(0, length);
      chunk = Buffer.alloc(Math.max(CHUNK, 16 + packet.length));
      length = 0;
    }
    chunk.writeUInt32LE(1_000_000 + Math.floor(time / 1e6), length);
    chunk.writeUInt32LE(time % 1e6, length + 4);
    chunk.writeUInt32LE(packet.length, length + 8);
    chunk.writeUInt32LE(packet.length, length + 12);
    chunk.set(packet, length + 16);
    length += 16 + packet.length;
    time += step;
  }
  yield chunk.subarray(0, length);
}

/** An IPv4 packet. @param fragment Flags and offset in units of eight octets. */
export function ipv4(source: number, target: number, protocol: number, body: Uint8Array, id = 0, fragment = 0): Uint8Array {
  const packet = Buffer.alloc(20 + body.length);
  packet[0] = 0x45;
  packet.writeUInt16BE(packet.length, 2);
  packet.writeUInt16BE(id & 0xffff, 4);
  packet.writeUInt16BE(fragment, 6);
  packet[8] = 64;
  packet[9] = protocol;
  packet.writeUInt32BE(source >>> 0, 12);
  packet.writeUInt32BE(target >>> 0, 16);
  packet.set(body, 20);
  return packet;
}

export const SYN = 2;
export const ACK = 16;
export const FIN = 1;

/** One TCP connection; both sides count on. */
export class Link {
  readonly #address: number;
  readonly #port: number;
  /** The next sequence numbers, of the client and the server. */
  readonly next: [number, number] = [1000, 5000];
  /** Each side acknowledges so much of the other. */
  acknowledges = true;

  /** @param number Which one: links differ in address and port. */
  constructor(number = 0) {
    this.#address = 0x0a000000 + Math.floor(number / 60_000);
    this.#port = 1024 + (number % 60_000);
  }

  segment(side: 0 | 1, flags: number, payload: Uint8Array = NOTHING, seq = this.next[side]): Uint8Array {
    const tcp = Buffer.alloc(20 + payload.length);
    tcp.writeUInt16BE(side === 0 ? this.#port : SERVER_PORT, 0);
    tcp.writeUInt16BE(side === 0 ? SERVER_PORT : this.#port, 2);
    tcp.writeUInt32BE(seq >>> 0, 4);
    if ((flags & ACK) !== 0) tcp.writeUInt32BE(this.next[1 - side]! >>> 0, 8);
    tcp[12] = 0x50;
    tcp[13] = flags;
    tcp.writeUInt16BE(0xffff, 14);
    tcp.set(payload, 20);
    return side === 0 ? ipv4(this.#address, SERVER, 6, tcp) : ipv4(SERVER, this.#address, 6, tcp);
  }

  *handshake(): Generator<Uint8Array> {
    yield this.segment(0, SYN);
    this.next[0]++;
    yield this.segment(1, SYN | ACK);
    this.next[1]++;
    yield this.segment(0, ACK);
  }

  /** Octets in as many segments as they need. */
  *say(side: 0 | 1, octets: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < octets.length; at += SEGMENT) {
      const part = octets.subarray(at, at + SEGMENT);
      yield this.segment(side, this.acknowledges ? ACK : 0, part);
      this.next[side] += part.length;
    }
  }

  client(...octets: readonly Uint8Array[]): Generator<Uint8Array> {
    return this.say(0, concat(octets));
  }

  server(...octets: readonly Uint8Array[]): Generator<Uint8Array> {
    return this.say(1, concat(octets));
  }

  /** Up to where both sides may send what they like. */
  *opening(): Generator<Uint8Array> {
    yield* this.handshake();
    yield* this.client(PREFACE, SETTINGS);
    yield* this.server(SETTINGS, SETTINGS_ACK);
    yield* this.client(SETTINGS_ACK);
  }

  /** What a side sends, put together: many frames share a segment. */
  *stream(side: 0 | 1, octets: Iterable<Uint8Array>, most = 32 << 10): Generator<Uint8Array> {
    let parts: Uint8Array[] = [];
    let length = 0;
    for (const part of octets) {
      parts.push(part);
      length += part.length;
      if (length < most) continue;
      yield* this.say(side, concat(parts));
      parts = [];
      length = 0;
    }
    yield* this.say(side, concat(parts));
  }
}

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
export const SETTINGS = Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 0, 0);
export const SETTINGS_ACK = Uint8Array.of(0, 0, 0, 4, 1, 0, 0, 0, 0);

/** `make(0)`, `make(1)` and so on. */
export function* times(count: number, make: (index: number) => Uint8Array): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield make(i);
}

/** Octets of no meaning, the same ones every time. */
export function noise(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const CHUNK = 64 << 10;
const SEGMENT = 60_000;
const SERVER = 0x0a_ff_00_01;
const SERVER_PORT = 50_051;
const NOTHING = new Uint8Array(0);
