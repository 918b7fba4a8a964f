// Perfetto's protobuf trace (https://perfetto.dev/docs/reference/trace-packet-proto), written packet by packet: tracks, slices, instants and
// counters of one sequence, whose names are written once.

/** Of TrackEvent.Type. */
export const EventType = { begin: 1, end: 2, instant: 3, counter: 4 } as const;

/** A number or text that stands beside an event. */
export type Annotation = readonly [name: string, value: number | string | undefined];

export class PacketWriter {
  readonly #output: (octets: Uint8Array) => void;
  #buffer = Buffer.allocUnsafeSlow(PIECE);
  #at = 0;
  readonly #names = new Map<string, number>();
  readonly #labels = new Map<string, number>();
  #isFirst = true;

  /** @param output Gets octets that it may not keep. */
  constructor(output: (octets: Uint8Array) => void) {
    this.#output = output;
  }

  /** @param pid Where the track is a process. @param unit Where it is a counter. */
  track(uuid: number, name: string, more: { readonly pid?: number; readonly parent?: number; readonly unit?: string }): void {
    const { pid, parent, unit } = more;
    this.#room(64 + 6 * name.length);
    const packet = this.#begin(1);
    this.#sequence();
    const descriptor = this.#open(60);
    this.#field(1, uuid);
    if (pid === undefined) this.#text(2, name);
    else {
      const process = this.#open(3);
      this.#field(1, pid);
      this.#text(6, name);
      this.#close(process);
    }
    if (parent !== undefined) this.#field(5, parent);
    if (unit !== undefined) {
      const counter = this.#open(8);
      this.#text(6, unit);
      this.#close(counter);
    }
    this.#close(descriptor);
    this.#close(packet);
  }

  /** @param time Nanoseconds, from 0. @param name Empty of an end. @param flow Number of an arrow; it ends here where `ends` says so. */
  event(
    type: number,
    track: number,
    time: number,
    name: string,
    annotations: readonly Annotation[] = NONE,
    flow = 0,
    ends = false,
  ): void {
    let length = 6 * name.length;
    for (const [label, value] of annotations) length += 64 + label.length + (typeof value === "string" ? 6 * value.length : 0);
    this.#room(128 + length);
    const packet = this.#begin(1);
    this.#field(8, Math.max(time, 0));
    this.#sequence();
    const known = name === "" ? 0 : this.#interned(this.#names, 2, name);
    const labels = annotations.map(([label]) => this.#interned(this.#labels, 3, label));
    const event = this.#open(11);
    for (const [i, [, value]] of annotations.entries()) {
      if (value === undefined) continue;
      const annotation = this.#open(4);
      this.#field(1, labels[i]!);
      if (typeof value === "string") this.#text(6, value);
      else this.#field(3, value);
      this.#close(annotation);
    }
    this.#field(9, type);
    if (known > 0) this.#field(10, known);
    this.#field(11, track);
    if (flow > 0) this.#fixed(ends ? 48 : 47, flow);
    this.#close(event);
    this.#close(packet);
  }

  /** A value of a counter. @param value Whole, and may be negative. */
  counter(track: number, time: number, value: number): void {
    this.#room(96);
    const packet = this.#begin(1);
    this.#field(8, Math.max(time, 0));
    this.#sequence();
    const event = this.#open(11);
    this.#field(9, EventType.counter);
    this.#field(11, track);
    this.#varint((30 << 3) | 0);
    this.#signed(value);
    this.#close(event);
    this.#close(packet);
  }

  end(): void {
    if (this.#at > 0) this.#output(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
  }

  // Names are whole packets' own: each stands in the packet that first uses it.
  #interned(known: Map<string, number>, field: number, name: string): number {
    const id = known.get(name);
    if (id !== undefined) return id;
    const fresh = known.size + 1;
    known.set(name, fresh);
    const data = this.#open(12);
    const entry = this.#open(field);
    this.#field(1, fresh);
    this.#text(2, name);
    this.#close(entry);
    this.#close(data);
    return fresh;
  }

  #sequence(): void {
    this.#field(10, SEQUENCE);
    this.#field(13, this.#isFirst ? CLEARED | NEEDS : NEEDS);
    this.#isFirst = false;
  }

  #begin(field: number): number {
    return this.#open(field);
  }

  // Lengths are written in four octets, so that they need not be known before; three hold 2 MB.
  #open(field: number): number {
    this.#varint((field << 3) | 2);
    this.#at += 4;
    return this.#at;
  }

  #close(start: number): void {
    const length = this.#at - start;
    const buffer = this.#buffer;
    buffer[start - 4] = (length & 0x7f) | 0x80;
    buffer[start - 3] = ((length >> 7) & 0x7f) | 0x80;
    buffer[start - 2] = ((length >> 14) & 0x7f) | 0x80;
    buffer[start - 1] = (length >> 21) & 0x7f;
  }

  #field(field: number, value: number): void {
    this.#varint(field << 3);
    this.#varint(value);
  }

  #text(field: number, value: string): void {
    this.#varint((field << 3) | 2);
    this.#at += 4;
    const start = this.#at;
    this.#at += this.#buffer.write(value, this.#at);
    this.#close(start);
  }

  #fixed(field: number, value: number): void {
    this.#varint((field << 3) | 1);
    this.#at = this.#buffer.writeUInt32LE(value, this.#at);
    this.#at = this.#buffer.writeUInt32LE(0, this.#at);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#buffer[this.#at++] = (rest % 0x80) | 0x80;
    this.#buffer[this.#at++] = rest;
  }

  #signed(value: number): void {
    if (value >= 0) {
      this.#varint(value);
      return;
    }
    // Two's complement of 64 bits.
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.#buffer[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#buffer[this.#at++] = Number(rest);
  }

  #room(octets: number): void {
    if (this.#at + octets <= this.#buffer.length) return;
    this.end();
    if (octets > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(octets);
  }
}

const NONE: readonly Annotation[] = [];
const SEQUENCE = 1;
const CLEARED = 1;
const NEEDS = 2;
const PIECE = 1 << 18;
