import { i32 } from "../bytes.ts";
import type { Limits } from "../limits.ts";
import type { TcpSegment } from "./segment.ts";

/** The segments captured last, to tell those captured twice: on two interfaces, by Linux's "any", by a port mirror of both directions.
 *
 *  A copy has all of the segment's addresses, ports, numbers, flags, window, length and IPv4 identification. Without an identification
 *  (IPv6; 0 where fragments are forbidden, RFC 6864) its options and the ends of its payload are compared too. What is around the
 *  innermost IP header may differ, and its TTL, and the TCP checksum, which offload leaves empty on one side of a network card.
 *
 *  A retransmission has another identification, or comes later. Taking one for a copy changes nothing that is read: reassembly keeps
 *  the octets captured first, so all that a segment of the same place and length can add is octets that the first lacks, and what has
 *  more of them captured is no copy here. */
export class RecentSegments {
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  readonly #shift: number;
  readonly #within: number;

  constructor(limits: Limits) {
    const bits = Math.floor(Math.log2(Math.max(2, limits.duplicatePackets)));
    const slots = 2 ** bits;
    this.#words = new Int32Array(slots * WORDS);
    this.#times = new Float64Array(slots).fill(Number.NEGATIVE_INFINITY);
    this.#shift = 32 - bits;
    this.#within = limits.duplicateTime;
  }

  /** Whether the segment was captured before; if not, it is remembered, in the place of an older one.
   *  @param options Where its TCP options begin. */
  repeats(s: TcpSegment, identification: number, options: number): boolean {
    const words = this.#words;
    const { seq, ack, start, end } = s;
    const { time } = s.packet;
    const ports = (s.sourcePort << 16) | s.targetPort;
    const lengths = ((end - start + s.cut) << 8) | s.flags;
    const numbers = (identification << 16) | s.window;
    // A sum of products: the processor works on all of them at once.
    let addresses = (Math.imul(s.source3, 0x85ebca6b) + Math.imul(s.target3, 0x2c1b3c6d)) | 0;
    if (s.family === 6) {
      addresses = mix(mix(mix(addresses, s.source0), s.source1), s.source2);
      addresses = mix(mix(mix(addresses, s.target0), s.target1), s.target2);
    }
    const content = identification === 0 ? edges(s.packet.bytes, options, start, end) : 0;
    // Not seeded: which ones are remembered must not differ from run to run.
    const hash =
      addresses +
      Math.imul(seq, 0x297a2d39) +
      Math.imul(ack, 0x1b56c4e9) +
      Math.imul(ports, 0x7feb352d) +
      Math.imul(numbers ^ lengths, 0x68e31da5);
    const slot = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> this.#shift;
    const at = slot * WORDS;
    if (
      words[at] === seq &&
      words[at + 1] === ack &&
      words[at + 2] === ports &&
      words[at + 3] === lengths &&
      words[at + 4] === numbers &&
      words[at + 5] === addresses &&
      words[at + 6] === content &&
      words[at + 7]! >= end - start &&
      Math.abs(time - this.#times[slot]!) <= this.#within
    ) {
      return true;
    }
    words[at] = seq;
    words[at + 1] = ack;
    words[at + 2] = ports;
    words[at + 3] = lengths;
    words[at + 4] = numbers;
    words[at + 5] = addresses;
    words[at + 6] = content;
    words[at + 7] = end - start;
    this.#times[slot] = time;
    return false;
  }
}

const WORDS = 8;

const mix = (hash: number, word: number): number => {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
};

/** A hash of the options and of the payload's first and last 16 octets. */
function edges(bytes: Uint8Array, options: number, start: number, end: number): number {
  let hash = 1;
  let at = options;
  for (; at + 4 <= start; at += 4) hash = mix(hash, i32(bytes, at));
  const head = Math.min(end, start + 16);
  for (at = start; at + 4 <= head; at += 4) hash = mix(hash, i32(bytes, at));
  for (; at < head; at++) hash = mix(hash, bytes[at]!);
  for (at = Math.max(head, end - 16); at < end; at++) hash = mix(hash, bytes[at]!);
  return hash;
}
