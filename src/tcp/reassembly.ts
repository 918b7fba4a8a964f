// Segments that wait, of each direction: sorted by offset, no octet in two of them.
import { copyOf } from "../bytes.ts";
import { copyOrigin, type Origin, origin } from "../place.ts";
import { type Direction, type Held, NONE_HELD } from "./direction.ts";

/** The segments that wait in all connections. */
export class Reassembly {
  /** Octets that wait, with what holding them costs. */
  octets = 0;

  /** Hold what no held segment covers: the octets captured first win.
   *
   *  What comes later in the sequence was first sent later, so its acknowledgment bounds those of all before it: what was captured out
   *  of that order was sent again, or overtaken.
   *  @returns Whether octets differ from those held at the same place. */
  place(d: Direction, s: Held): boolean {
    const { held } = d;
    const end = endOf(s);
    let conflict = false;
    let i = firstFrom(held, Math.max(end, s.offset + 1));
    if (i < held.length) atMost(s, held[i]!.origin.acked);
    if (s.origin.acked >= 0) {
      const last = held[i - 1];
      // Sent again with more behind it, which may have been sent later: that keeps its own acknowledgment.
      if (last !== undefined && last.offset < end && endOf(last) > end && last.origin.acked > s.origin.acked) {
        held.splice(i - 1, 1);
        this.#release(d, last);
        this.insert(d, i - 1, part(last, last.offset, end));
        this.insert(d, i, part(last, end, endOf(last)));
      }
      for (let k = i - 1; k >= 0 && held[k]!.origin.acked > s.origin.acked; k--) atMost(held[k]!, s.origin.acked);
    }
    if (end === s.offset) {
      // FIN or RST alone, once.
      const before = held[i - 1];
      const told = before !== undefined && endOf(before) === end && (before.fin || !s.fin) && (before.rst || !s.rst);
      if (!told) this.insert(d, i, s);
      return false;
    }
    let to = end;
    while (i > 0 && endOf(held[i - 1]!) > s.offset) {
      const before = held[--i]!;
      if (!d.conflict && differs(before, s)) conflict = true;
      if (endOf(before) < to) this.insert(d, i + 1, part(s, endOf(before), to));
      else if (to === end && (s.rst || (s.fin && endOf(before) === end))) this.place(d, part(s, end, end));
      to = Math.min(to, before.offset);
    }
    if (s.offset < to) this.insert(d, i, to === end ? s : part(s, s.offset, to));
    return conflict;
  }

  insert(d: Direction, index: number, held: Held): void {
    if (d.held === NONE_HELD) d.held = [held];
    else d.held.splice(index, 0, held);
    d.heldOctets += costOf(held);
    this.octets += costOf(held);
  }

  /** The first one, which waits no longer. */
  takeFirst(d: Direction): void {
    const held = d.held.shift()!;
    if (d.held.length === 0) d.held = NONE_HELD;
    this.#release(d, held);
  }

  /** All of them. */
  takeAll(d: Direction): readonly Held[] {
    const { held } = d;
    this.octets -= d.heldOctets;
    d.heldOctets = 0;
    d.held = NONE_HELD;
    return held;
  }

  #release(d: Direction, held: Held): void {
    d.heldOctets -= costOf(held);
    this.octets -= costOf(held);
  }
}

export const endOf = (held: Held): number => held.offset + held.bytes.length + held.cut;

/** It cannot have been sent knowing more than this. */
export function atMost(held: Held, acked: number): void {
  if (acked >= 0 && acked < held.origin.acked) held.origin.acked = acked;
}

/** Captured earlier. */
export const earlier = (a: Origin, b: Origin): boolean => a.file < b.file || (a.file === b.file && a.packet < b.packet);

/** The first of those that begin at `offset` or behind it. */
function firstFrom(held: readonly Held[], offset: number): number {
  let low = 0;
  let high = held.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (held[middle]!.offset >= offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

// A held segment is an object too: a flood of single octets must not cost more than the limit says.
const costOf = (held: Held): number => held.bytes.length + SEGMENT_COST;

// Two segments carry other octets at the same place. Those that were cut are not compared.
function differs(a: Held, b: Held): boolean {
  const start = Math.max(a.offset, b.offset);
  const end = Math.min(a.offset + a.bytes.length, b.offset + b.bytes.length);
  for (let at = start; at < end; at++) if (a.bytes[at - a.offset] !== b.bytes[at - b.offset]) return true;
  return false;
}

// The octets of a held segment between two offsets; FIN and RST go with its end.
function part(held: Held, from: number, to: number): Held {
  const { bytes, offset, ack } = held;
  const start = Math.min(from - offset, bytes.length);
  const end = Math.min(to - offset, bytes.length);
  const at = origin();
  copyOrigin(at, held.origin);
  const last = to === endOf(held);
  const cut = to - from - (end - start);
  return { offset: from, bytes: copyOf(bytes, start, end), cut, fin: last && held.fin, rst: last && held.rst, ack, origin: at };
}

// What holding a segment costs besides its octets.
const SEGMENT_COST = 256;
