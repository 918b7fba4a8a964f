// Where the octets of PDUs that Wireshark exported belong in their direction.
import { latin1, u24 } from "../bytes.ts";

/** Where each direction of a connection has come to. */
export class ExportedStreams {
  readonly #places = new Map<string, Place>();

  /** Of a PDU without numbers. @returns Its sequence number: it follows the one before, or begins with the end of that again. */
  sequence(direction: string, bytes: Uint8Array, start: number, end: number, length: number): number {
    const place = this.#of(direction);
    const sequence = place.next - (repeats(place, bytes, start, end) ? place.tail : 0);
    place.next = sequence + length;
    noteTail(place, bytes, start, end, length);
    return sequence | 0;
  }

  /** A PDU with numbers ended before this one. */
  reached(direction: string, next: number): void {
    this.#of(direction).next = next;
  }

  /** What is acknowledged of a direction: its FIN counts for one octet (RFC 9293 3.10.4), and is not exported. */
  acknowledged(direction: string, ack: number): number {
    return this.#places.get(direction)?.next === ack - 1 ? ack - 1 : ack;
  }

  #of(direction: string): Place {
    const found = this.#places.get(direction) ?? { next: 1, tail: 0, head: new Uint8Array(HEAD) };
    this.#places.delete(direction);
    this.#places.set(direction, found);
    if (this.#places.size > DIRECTIONS) {
      for (const oldest of this.#places.keys()) {
        this.#places.delete(oldest);
        break;
      }
    }
    return found;
  }
}

interface Place {
  next: number;
  /** Octets of a frame of HTTP/2 that the last PDU ended with and that is not whole, and the first of them. */
  tail: number;
  readonly head: Uint8Array;
}

// What is inside TLS is exported record by record; a frame of HTTP/2 that goes over several is exported once more when it is whole.
function repeats({ tail, head }: Place, bytes: Uint8Array, start: number, end: number): boolean {
  if (tail === 0 || end - start <= Math.max(tail, HEAD)) return false;
  const length = HEAD + u24(bytes, start);
  if (tail < HEAD ? length > end - start : length !== end - start) return false;
  for (let i = 0; i < Math.min(tail, HEAD); i++) if (bytes[start + i] !== head[i]) return false;
  return true;
}

function noteTail(place: Place, bytes: Uint8Array, start: number, end: number, length: number): void {
  place.tail = 0;
  if (length !== end - start) return;
  if (latin1(bytes, start, Math.min(end, start + PREFACE.length)) === PREFACE) start += PREFACE.length;
  while (end - start >= HEAD && HEAD + u24(bytes, start) <= end - start) start += HEAD + u24(bytes, start);
  place.tail = end - start;
  place.head.set(bytes.subarray(start, Math.min(end, start + HEAD)));
}

const HEAD = 9;
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/** Directions whose place is remembered. */
const DIRECTIONS = 8192;
