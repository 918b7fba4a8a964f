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
    for (let i = 0; i < annotations.length; i++) this.#interned(this.#labels, 3, annotations[i]![0]);
    const event = this.#open(11);
    for (let i = 0; i < annotations.length; i++) {
      const [label, value] = annotations[i]!;
      if (value === undefined) continue;
      const annotation = this.#open(4);
      this.#field(1, this.#labels.get(label)!);
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

  /** An instant with up to three numbers beside it: most events are such. @param third Empty where there are two. */
  instant(
    track: number,
    time: number,
    name: string,
    first: string,
    a: number,
    second: string,
    b: number,
    third = "",
    c = 0,
  ): void {
    const known = this.#names.get(name);
    const labelA = this.#labels.get(first);
    const labelB = this.#labels.get(second);
    const labelC = third === "" ? 0 : this.#labels.get(third);
    if (known === undefined || labelA === undefined || labelB === undefined || labelC === undefined) {
      const annotations: Annotation[] = [
        [first, a],
        [second, b],
      ];
      if (third !== "") annotations.push([third, c]);
      this.event(EventType.instant, track, time, name, annotations);
      return;
    }
    this.#room(SHORT);
    const packet = this.#openShort(1);
    this.#field(8, Math.max(time, 0));
    this.#sequence();
    const event = this.#openShort(11);
    this.#number(labelA, a);
    this.#number(labelB, b);
    if (labelC > 0) this.#number(labelC, c);
    this.#field(9, EventType.instant);
    this.#field(10, known);
    this.#field(11, track);
    this.#closeShort(event);
    this.#closeShort(packet);
  }

  /** A value of a counter. @param value Whole, and may be negative. */
  counter(track: number, time: number, value: number): void {
    this.#room(SHORT);
    const packet = this.#openShort(1);
    this.#field(8, Math.max(time, 0));
    this.#sequence();
    const event = this.#openShort(11);
    this.#field(9, EventType.counter);
    this.#field(11, track);
    this.#varint((30 << 3) | 0);
    this.#signed(value);
    this.#closeShort(event);
    this.#closeShort(packet);
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

  // Of what is below 128 octets.
  #openShort(field: number): number {
    this.#varint((field << 3) | 2);
    return ++this.#at;
  }

  #closeShort(start: number): void {
    this.#buffer[start - 1] = this.#at - start;
  }

  #number(label: number, value: number): void {
    const annotation = this.#openShort(4);
    this.#field(1, label);
    this.#field(3, value);
    this.#closeShort(annotation);
  }

  #field(field: number, value: number): void {
    this.#varint(field << 3);
    this.#varint(value);
  }

  #text(field: number, value: string): void {
    this.#varint((field << 3) | 2);
    this.#at += 4;
    const start = this.#at;
    let i = 0;
    // A call of Buffer's takes longer than a short text.
    if (value.length <= SHORT_TEXT)
      for (; i < value.length; i++) {
        const code = value.charCodeAt(i);
        if (code >= 0x80) break;
        this.#buffer[start + i] = code;
      }
    this.#at += i === value.length ? i : this.#buffer.write(value, start);
    this.#close(start);
  }

  #fixed(field: number, value: number): void {
    this.#varint((field << 3) | 1);
    this.#at = this.#buffer.writeUInt32LE(value, this.#at);
    this.#at = this.#buffer.writeUInt32LE(0, this.#at);
  }

  #varint(value: number): void {
    const buffer = this.#buffer;
    let at = this.#at;
    let rest = value;
    // Beyond what shifts take.
    for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) buffer[at++] = (rest & 0x7f) | 0x80;
    buffer[at++] = rest;
    this.#at = at;
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
/** More octets than an event of three numbers takes: five of up to ten octets, and what is before and about them. */
const SHORT = 128;
/** Characters. */
const SHORT_TEXT = 64;
