// In: one direction's octets, in pieces, with gaps. Out: TLS records as they stand there (RFC 8446 5.1, RFC 5246 6.2.1), and what was lost.
// After a gap that hides where a record begins, borders are found again by a header whose record another header follows, or by a record
// that authenticates.
import { u16 } from "../bytes.ts";
import { copyOrigin, type Origin, origin } from "../place.ts";
import type { ByteSink, EndReason, GapProof } from "../tcp/byte-stream.ts";

export const ContentType = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

/** One record. One object a direction, refilled: what a sink gets is borrowed until it returns. */
export class TlsRecord {
  type = 0;
  /** As in its header: 0x0303 in TLS 1.2 and 1.3 but for the first ones. */
  version = 0;
  /** What is behind the header: `bytes[start, end)`. */
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  /** Of its first octet; `acked` there is what its sender knew at most when it wrote the record. */
  readonly first = origin();
  /** Of its last octet. */
  readonly last = origin();
}

/** Called for both directions of a connection; `index`: for which. */
export interface RecordSink {
  record(index: 0 | 1, record: TlsRecord): void;
  /** A record whose header is there lacks octets. Called at the first gap in it; its octets are not given.
   *  @param length Octets behind its header. */
  damaged(index: 0 | 1, record: TlsRecord, length: number, proof: GapProof, at: Origin): void;
  /** From here on it is not known where records begin. @param length Octets that the capture lacks; 0: there is no record header. */
  lost(index: 0 | 1, length: number, proof: GapProof, at: Origin): void;
  /** Borders are known again, or the direction ends. @param skipped Octets that are there and could not be read. */
  found(index: 0 | 1, skipped: number, at: Origin): void;
  /** Whether what may be a record authenticates. Asked while borders are searched. */
  confirm(index: 0 | 1, record: TlsRecord): boolean;
  /** @param inRecord A record began and did not end. */
  end(index: 0 | 1, how: EndReason, inRecord: boolean, at: Origin): void;
}

/** Buffers for records that come in pieces, shared by all connections. */
export class RecordBuffers {
  readonly #free: Uint8Array[] = [];

  take(length: number): Uint8Array {
    return length > SMALL ? (this.#free.pop() ?? new Uint8Array(LONGEST)) : new Uint8Array(length);
  }

  give(buffer: Uint8Array): void {
    if (buffer.length === LONGEST && this.#free.length < FREE) this.#free.push(buffer);
  }
}

export class RecordReader implements ByteSink {
  readonly #sink: RecordSink;
  readonly #index: 0 | 1;
  readonly #buffers: RecordBuffers;
  readonly #record = new TlsRecord();
  #head: Uint8Array = NOTHING;
  #headCount = 0;
  /** Octets of the record still to come; -1: in a header. */
  #left = -1;
  #length = 0;
  #body: Uint8Array = NOTHING;
  #damaged = false;
  /** Borders are not known. */
  #search: Search | undefined;
  /** The version that records have had; -1: none was seen. */
  #version = -1;

  constructor(sink: RecordSink, index: 0 | 1, buffers: RecordBuffers) {
    this.#sink = sink;
    this.#index = index;
    this.#buffers = buffers;
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    if (this.#search !== undefined) {
      this.#search.add(b, start, end, at);
      this.#look(this.#search);
      return;
    }
    for (let p = start; p < end; ) {
      if (this.#left >= 0) p = this.#readBody(b, p, end, at, start);
      else p = this.#readHead(b, p, end, at, start);
      if (p < 0) return;
    }
  }

  gap(length: number, proof: GapProof, at: Origin): void {
    if (this.#search !== undefined) this.#search.drop();
    else if (this.#left >= 0) {
      if (!this.#damaged) {
        this.#damaged = true;
        this.#sink.damaged(this.#index, this.#record, this.#length, proof, at);
      }
      if (length <= this.#left) {
        this.#left -= length;
        if (this.#left === 0) this.#close();
        return;
      }
      length -= this.#left;
      this.#close();
      this.#search = new Search(this.#version);
    } else {
      this.#search = new Search(this.#version);
      this.#headCount = 0;
    }
    this.#sink.lost(this.#index, length, proof, at);
  }

  end(how: EndReason, at: Origin): void {
    const inRecord = this.#headCount > 0 || (this.#left >= 0 && !this.#damaged);
    this.#close();
    const skipped = this.#search?.octets ?? 0;
    this.#search = undefined;
    if (skipped > 0) this.#sink.found(this.#index, skipped, at);
    this.#sink.end(this.#index, how, inRecord, at);
  }

  /** @returns Where to go on, or -1: the rest was taken. */
  #readHead(b: Uint8Array, p: number, end: number, at: Origin, base: number): number {
    const { first } = this.#record;
    if (this.#headCount === 0) {
      copyOrigin(first, at);
      first.offset += p - base;
    }
    let head = b;
    let from = p;
    if (this.#headCount > 0 || end - p < HEAD) {
      const take = Math.min(HEAD - this.#headCount, end - p);
      if (this.#head.length === 0) this.#head = new Uint8Array(HEAD);
      this.#head.set(b.subarray(p, p + take), this.#headCount);
      this.#headCount += take;
      p += take;
      if (this.#headCount < HEAD) return p;
      head = this.#head;
      from = 0;
    } else p += HEAD;
    this.#headCount = 0;
    if (!isHeader(head, from)) {
      this.#startSearch(head, from, b, p, end, at, base);
      return -1;
    }
    const record = this.#record;
    record.type = head[from]!;
    record.version = u16(head, from + 1);
    this.#version = record.version;
    this.#length = this.#left = u16(head, from + 3);
    if (this.#left === 0) {
      copyOrigin(record.last, at);
      record.last.offset += p - base - 1;
      this.#give(NOTHING, 0, 0);
    }
    return p;
  }

  // What stands there is no header: it, and what comes behind it, is searched.
  #startSearch(head: Uint8Array, from: number, b: Uint8Array, p: number, end: number, at: Origin, base: number): void {
    const { first } = this.#record;
    const search = (this.#search = new Search(this.#version));
    this.#sink.lost(this.#index, 0, "unknown", first);
    search.add(head, from, from + HEAD, first);
    if (p < end) {
      const rest = origin();
      copyOrigin(rest, at);
      rest.offset += p - base;
      search.add(b, p, end, rest);
    }
    this.#look(search);
  }

  #readBody(b: Uint8Array, p: number, end: number, at: Origin, base: number): number {
    const take = Math.min(this.#left, end - p);
    const whole = take === this.#length && !this.#damaged;
    if (!whole && !this.#damaged) {
      if (this.#body.length === 0) this.#body = this.#buffers.take(this.#length);
      this.#body.set(b.subarray(p, p + take), this.#length - this.#left);
    }
    this.#left -= take;
    if (this.#left > 0) return end;
    const { last } = this.#record;
    copyOrigin(last, at);
    last.offset += p + take - base - 1;
    if (whole) this.#give(b, p, p + take);
    else if (!this.#damaged) this.#give(this.#body, 0, this.#length);
    this.#close();
    return p + take;
  }

  #give(b: Uint8Array, start: number, end: number): void {
    const record = this.#record;
    record.bytes = b;
    record.start = start;
    record.end = end;
    this.#left = -1;
    this.#sink.record(this.#index, record);
    record.bytes = NOTHING;
  }

  #close(): void {
    if (this.#body.length > 0) {
      this.#buffers.give(this.#body);
      this.#body = NOTHING;
    }
    this.#left = -1;
    this.#damaged = false;
  }

  #look(search: Search): void {
    const at = search.border(this.#record, this.#sink, this.#index);
    if (at < 0) return;
    this.#search = undefined;
    this.#sink.found(this.#index, search.dropped + at, search.originOf(at));
    search.replay(at, this);
  }
}

/** Octets in which a record is to be found. At most two records of the greatest length are kept. */
class Search {
  /** Octets that were kept before and are no longer. */
  dropped = 0;
  readonly #version: number;
  #kept: Uint8Array = new Uint8Array(4096);
  #count = 0;
  /** Nothing before this can be a border. */
  #from = 0;
  #pieces: Piece[] = [];

  constructor(version: number) {
    this.#version = version;
  }

  /** All that came since borders were lost. */
  get octets(): number {
    return this.dropped + this.#count;
  }

  add(b: Uint8Array, start: number, end: number, at: Origin): void {
    if (this.#count + end - start > this.#kept.length) this.#makeRoom(end - start);
    this.#kept.set(b.subarray(start, end), this.#count);
    const copy = origin();
    copyOrigin(copy, at);
    this.#pieces.push({ from: this.#count, at: copy });
    this.#count += end - start;
  }

  /** A gap: what is kept cannot be separated any more. */
  drop(): void {
    this.dropped += this.#count;
    this.#count = this.#from = 0;
    this.#pieces = [];
  }

  /** @returns Where the first record begins, or -1 as long as that is not known. */
  border(record: TlsRecord, sink: RecordSink, index: 0 | 1): number {
    const b = this.#kept;
    let waiting = -1;
    let p = this.#from;
    for (; p + HEAD <= this.#count; p++) {
      if (b[p + 1] !== 3 || !this.#mayBegin(p)) continue;
      const next = p + HEAD + u16(b, p + 3);
      if (next + 3 <= this.#count) {
        if (this.#mayBegin(next)) return p;
        continue;
      }
      if (next === this.#count && this.#confirm(p, next, record, sink, index)) return p;
      if (waiting < 0) waiting = p;
    }
    this.#from = waiting < 0 ? p : waiting;
    return -1;
  }

  originOf(at: number): Origin {
    const piece = this.#pieces[this.#pieceOf(at)]!;
    const found = origin();
    copyOrigin(found, piece.at);
    found.offset += at - piece.from;
    return found;
  }

  /** Give what is kept from `start` on, as it came. */
  replay(start: number, to: ByteSink): void {
    for (let i = this.#pieceOf(start); i < this.#pieces.length; i++) {
      const piece = this.#pieces[i]!;
      const from = Math.max(piece.from, start);
      const end = this.#pieces[i + 1]?.from ?? this.#count;
      if (from < end) to.bytes(this.#kept, from, end, this.originOf(from));
    }
  }

  #pieceOf(at: number): number {
    return this.#pieces.findLastIndex(({ from }) => from <= at);
  }

  #mayBegin(p: number): boolean {
    const b = this.#kept;
    const known = b[p]! >= 20 && b[p]! <= 23 && b[p + 1] === 3;
    // RFC 8446 5.1: the first hello may say 3.1, all records after it say 3.3.
    const minor = b[p + 2]!;
    if (!known || (minor !== 3 && (this.#version < 0 ? minor > 4 : minor !== (this.#version & 0xff)))) return false;
    if (p + HEAD > this.#count) return true;
    const length = u16(b, p + 3);
    return length > 0 && length <= LONGEST;
  }

  #confirm(p: number, end: number, record: TlsRecord, sink: RecordSink, index: 0 | 1): boolean {
    const b = this.#kept;
    record.type = b[p]!;
    record.version = u16(b, p + 1);
    record.bytes = b;
    record.start = p + HEAD;
    record.end = end;
    const confirmed = sink.confirm(index, record);
    record.bytes = NOTHING;
    return confirmed;
  }

  // Forget what cannot be a border, and grow where that is not enough.
  #makeRoom(octets: number): void {
    const from = this.#from;
    const kept = this.#count - from + octets > this.#kept.length ? new Uint8Array(2 * (this.#count - from + octets)) : this.#kept;
    kept.set(this.#kept.subarray(from, this.#count));
    this.#kept = kept;
    this.#count -= from;
    this.#from = 0;
    this.dropped += from;
    const first = Math.max(0, this.#pieceOf(from));
    this.#pieces = this.#pieces.slice(first).map((piece) => {
      if (piece.from >= from) return { from: piece.from - from, at: piece.at };
      piece.at.offset += from - piece.from;
      return { from: 0, at: piece.at };
    });
  }
}

interface Piece {
  readonly from: number;
  readonly at: Origin;
}

const isHeader = (b: Uint8Array, p: number): boolean => {
  const length = u16(b, p + 3);
  const type = b[p]!;
  // RFC 8446 5.1: only application data may be empty. 24 is heartbeat (RFC 6520).
  return type >= 20 && type <= 24 && b[p + 1] === 3 && b[p + 2]! <= 4 && length <= LONGEST && (length > 0 || type === 23);
};

const NOTHING = new Uint8Array(0);
const HEAD = 5;
/** RFC 5246 6.2.3: with what ciphers may add. */
const LONGEST = (1 << 14) + 2048;
const SMALL = 512;
const FREE = 64;
