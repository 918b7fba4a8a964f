// IP fragments (RFC 791 section 3.2, RFC 8200 section 4.5). In: fragments, one at a time. Out: a datagram's payload once all of it is
// there, in a buffer that the next one overwrites. Not done: what cannot be completed is given up, as its receiver did.
//
// Overlaps: in IPv6 they end the datagram (RFC 5722); in IPv4 the octets captured first win. Exact repetitions are neither.
import { copyOf } from "../bytes.ts";
import type { Packet } from "../capture/packet.ts";
import type { Limits } from "../limits.ts";
import type { TcpSegment } from "./segment.ts";

export type FragmentFate =
  /** Kept until the others come. */
  | "waits"
  /** The last one that was missing: the payload is in `bytes` up to `end`, and was `length` octets long on the wire. */
  | "whole"
  /** Captured before. */
  | "repeated"
  /** Of a datagram that nobody wants, as its first fragment shows. */
  | "unwanted"
  /** Of a datagram whose fragments contradict each other. */
  | "refused";

/** The packet of a fragment. */
export interface FragmentPart {
  readonly file: number;
  readonly packet: number;
}

export interface FragmentWatcher {
  /** Whether the payload that begins so is worth waiting for. */
  wanted(protocol: number, bytes: Uint8Array, at: number, end: number): boolean;
  /** Fragments that are given up because their others did not come, or because of a limit. */
  givenUp(datagram: Readonly<Datagram>, why: "incomplete" | "limit"): void;
  /** The fragment overlaps others, with other octets or in IPv6, or they disagree on where the datagram ends. */
  conflict(what: "kept" | "refused"): void;
}

export class FragmentStore {
  /** No payload is longer: total length and payload length have 16 bits. */
  readonly bytes = new Uint8Array(65_536);
  end = 0;
  length = 0;
  /** Of the latest datagram that is whole. */
  parts: readonly FragmentPart[] = [];
  /** The protocol of the fragment with offset 0 (RFC 8200 4.5). */
  protocol = 0;
  readonly #limits: Limits;
  readonly #watcher: FragmentWatcher;
  readonly #seed = (Math.random() * 0x1_0000_0000) | 0;
  /** By hash of the key; those with the same hash are chained. */
  readonly #byHash = new Map<number, Datagram>();
  /** The oldest first. */
  readonly #byAge = new Set<Datagram>();
  readonly #key = new Int32Array(keyWords);
  #octets = 0;

  constructor(limits: Limits, watcher: FragmentWatcher) {
    this.#limits = limits;
    this.#watcher = watcher;
  }

  /** What is kept, with what keeping it costs. */
  get octets(): number {
    return this.#octets;
  }

  get datagrams(): number {
    return this.#byAge.size;
  }

  /** @param s Its family and addresses are those of the fragment.
   *  @param bytes From `at` to `end` is payload, copied where it is kept; on the wire it had `length` octets. */
  add(
    s: TcpSegment,
    packet: Packet,
    tunnel: number,
    protocol: number,
    id: number,
    offset: number,
    more: boolean,
    bytes: Uint8Array,
    at: number,
    end: number,
    length: number,
  ): FragmentFate {
    this.#forgetOld(packet.time);
    const hash = this.#load(s, tunnel, protocol, id);
    let datagram = this.#find(hash);
    if (datagram?.state === "whole") {
      if (packet.time - datagram.time <= this.#limits.duplicateTime && datagram.has(offset, length)) return "repeated";
      this.#forget(datagram);
      datagram = undefined;
    }
    datagram ??= this.#open(hash, protocol, packet);
    if (datagram.state === "refused" || datagram.state === "unwanted") return datagram.state;
    datagram.packets++;
    if (offset === 0) {
      datagram.protocol = protocol;
      if (!this.#watcher.wanted(protocol, bytes, at, end)) return this.#refuse(datagram, "unwanted");
    }
    const claimed = offset + length;
    const known = datagram.length;
    if (known >= 0 && (more ? claimed > known : claimed !== known)) return this.#conflict(datagram);
    if (!more) {
      if (datagram.highest > claimed) return this.#conflict(datagram);
      datagram.length = claimed;
    }

    const before = this.#octets;
    const overlap = this.#place(datagram, offset, length, bytes, at, end);
    if (overlap === "repeated") return "repeated";
    if (overlap !== "none" && s.family === 6) return this.#conflict(datagram);
    if (overlap === "conflict") this.#watcher.conflict("kept");
    datagram.parts.push({ file: packet.file, packet: packet.number });
    if (datagram.received === datagram.length) {
      this.#assemble(datagram, packet);
      return "whole";
    }
    if (this.#octets > before) this.#bound(datagram);
    return "waits";
  }

  /** The capture is over: whatever still waits is incomplete. */
  finish(): void {
    for (const datagram of this.#byAge) if (datagram.state === "waiting") this.#watcher.givenUp(datagram, "incomplete");
    this.#byAge.clear();
    this.#byHash.clear();
    this.#octets = 0;
  }

  // Keep what no piece covers yet, so the octets captured first win. The pieces are sorted and no octet is in two of them.
  #place(
    datagram: Datagram,
    offset: number,
    length: number,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): "none" | "repeated" | "overlap" | "conflict" {
    const { pieces } = datagram;
    const until = offset + length;
    let index = datagram.indexOf(offset);
    let overlap = "none" as "none" | "overlap" | "conflict"; // the loop assigns it
    let from = offset;
    while (from < until) {
      const piece = pieces[index];
      const free = piece === undefined ? until : Math.min(until, piece.offset);
      if (from < free) {
        const start = Math.min(end, at + from - offset);
        const kept: Piece = {
          offset: from,
          length: free - from,
          bytes: copyOf(bytes, start, Math.max(start, Math.min(end, at + free - offset))),
        };
        pieces.splice(index++, 0, kept);
        datagram.received += kept.length;
        if (free > datagram.highest) datagram.highest = free;
        this.#octets += costOf(kept);
        from = free;
      }
      if (piece === undefined || from >= until) break;
      const same = agrees(piece, offset, bytes, at, end);
      if (same && piece.offset === offset && piece.length === length) return "repeated";
      if (!same) overlap = "conflict";
      else if (overlap === "none") overlap = "overlap";
      from = piece.offset + piece.length;
      index++;
    }
    return overlap;
  }

  // A hole that the snap length left ends what can be read; all behind it counts as cut.
  #assemble(datagram: Datagram, packet: Packet): void {
    this.length = datagram.length;
    this.parts = datagram.parts;
    this.protocol = datagram.protocol;
    this.end = 0;
    for (const { offset, bytes, length } of datagram.pieces) {
      this.bytes.set(bytes, offset);
      this.end = offset + bytes.length;
      if (bytes.length < length) break;
    }
    datagram.state = "whole";
    // Repetitions are recognised by when they come.
    datagram.time = packet.time;
    this.#empty(datagram);
  }

  #conflict(datagram: Datagram): FragmentFate {
    this.#watcher.conflict("refused");
    return this.#refuse(datagram, "refused");
  }

  // RFC 5722 section 4: those that are still to come too.
  #refuse(datagram: Datagram, fate: "refused" | "unwanted"): FragmentFate {
    datagram.state = fate;
    this.#empty(datagram);
    datagram.pieces.length = 0;
    return fate;
  }

  // What is left shows repetitions.
  #empty(datagram: Datagram): void {
    for (const piece of datagram.pieces) {
      this.#octets -= costOf(piece);
      piece.bytes = nothing;
    }
  }

  #load(s: TcpSegment, tunnel: number, protocol: number, id: number): number {
    const key = this.#key;
    key[0] = s.source0;
    key[1] = s.source1;
    key[2] = s.source2;
    key[3] = s.source3;
    key[4] = s.target0;
    key[5] = s.target1;
    key[6] = s.target2;
    key[7] = s.target3;
    key[8] = id;
    key[9] = tunnel;
    // The protocol distinguishes datagrams in IPv4 only (RFC 791 3.2, RFC 8200 4.5).
    key[10] = s.family === 4 ? 0x100 | protocol : 0;
    let hash = this.#seed;
    for (let i = 0; i < keyWords; i++) hash = Math.imul(hash ^ key[i]!, 0x85ebca6b) ^ (hash >>> 15);
    return hash;
  }

  #find(hash: number): Datagram | undefined {
    let datagram = this.#byHash.get(hash);
    while (datagram !== undefined && !datagram.key.every((word, i) => word === this.#key[i])) datagram = datagram.chained;
    return datagram;
  }

  #open(hash: number, protocol: number, packet: Packet): Datagram {
    if (this.#byAge.size >= this.#limits.fragmentDatagrams) this.#forgetOldest();
    const datagram = new Datagram(Int32Array.from(this.#key), hash, protocol, packet, this.#byHash.get(hash));
    this.#byHash.set(hash, datagram);
    this.#byAge.add(datagram);
    return datagram;
  }

  #forgetOld(now: number): void {
    for (const datagram of this.#byAge) {
      if (now - datagram.time <= this.#limits.fragmentTime) return;
      this.#giveUp(datagram, "incomplete");
    }
  }

  #bound(latest: Datagram): void {
    while (this.#octets > this.#limits.fragmentOctets) {
      // The latest alone may be too much.
      if (this.#byAge.size === 1) this.#giveUp(latest, "limit");
      else this.#forgetOldest();
    }
  }

  #forgetOldest(): void {
    const { value, done } = this.#byAge.values().next();
    if (done !== true) this.#giveUp(value, "limit");
  }

  #giveUp(datagram: Datagram, why: "incomplete" | "limit"): void {
    if (datagram.state === "waiting") this.#watcher.givenUp(datagram, why);
    this.#forget(datagram);
  }

  #forget(datagram: Datagram): void {
    if (datagram.state === "waiting") this.#empty(datagram);
    this.#byAge.delete(datagram);
    const first = this.#byHash.get(datagram.hash)!;
    if (first !== datagram) {
      let before = first;
      while (before.chained !== datagram) before = before.chained!;
      before.chained = datagram.chained;
    } else if (datagram.chained === undefined) this.#byHash.delete(datagram.hash);
    else this.#byHash.set(datagram.hash, datagram.chained);
  }
}

export class Datagram {
  readonly key: Int32Array;
  readonly hash: number;
  /** Another one with the same hash. */
  chained: Datagram | undefined;
  protocol: number;
  /** Of the first fragment captured. */
  readonly file: number;
  readonly packet: number;
  /** When its first fragment was captured, or its last one where it is whole. */
  time: number;
  /** How many fragments were captured. */
  packets = 0;
  /** Those that were kept. */
  readonly parts: FragmentPart[] = [];
  state: "waiting" | "whole" | "refused" | "unwanted" = "waiting";
  readonly pieces: Piece[] = [];
  /** Octets that the pieces cover, and where the last one ends. */
  received = 0;
  highest = 0;
  /** -1 until the last fragment shows it. */
  length = -1;

  constructor(key: Int32Array, hash: number, protocol: number, packet: Packet, chained: Datagram | undefined) {
    this.key = key;
    this.hash = hash;
    this.protocol = protocol;
    this.file = packet.file;
    this.packet = packet.number;
    this.time = packet.time;
    this.chained = chained;
  }

  /** Of the first piece that ends behind `offset`. */
  indexOf(offset: number): number {
    const { pieces } = this;
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { offset: start, length } = pieces[middle]!;
      if (start + length <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  has(offset: number, length: number): boolean {
    const piece = this.pieces[this.indexOf(offset)];
    return piece !== undefined && piece.offset === offset && piece.length === length;
  }
}

interface Piece {
  readonly offset: number;
  /** On the wire. */
  readonly length: number;
  /** What was captured of it. */
  bytes: Uint8Array;
}

/** Whether the fragment whose payload is `bytes` from `at` has the piece's octets, as far as both were captured. */
function agrees(piece: Piece, offset: number, bytes: Uint8Array, at: number, end: number): boolean {
  const from = Math.max(offset, piece.offset);
  const until = Math.min(offset + end - at, piece.offset + piece.bytes.length);
  for (let i = from; i < until; i++) if (bytes[at + i - offset] !== piece.bytes[i - piece.offset]) return false;
  return true;
}

/** With what an array and its objects take: a flood of small fragments must not cost more than it counts. */
const costOf = (piece: Piece): number => piece.bytes.length + 200;

// Two addresses of four words, identification, tunnel, family with protocol.
const keyWords = 11;

const nothing = new Uint8Array(0);
