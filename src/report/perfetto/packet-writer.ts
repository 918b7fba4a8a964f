// Perfetto's protobuf trace (https://perfetto.dev/docs/reference/trace-packet-proto), written packet by packet: tracks, slices, instants and
// counters of one sequence, whose names are written once.

/** Of TrackEvent.Type. */
export const EventType = { begin: 1, end: 2, instant: 3, counter: 4 } as const;

/** A number or text that stands beside an event. */
export type Annotation = readonly [name: string, value: number | string | undefined];

/** What stands beside an event whose label is a word; filled again for the next. */
export interface Beside {
  readonly label: Word;
  value: number | string | undefined;
}

/** A name or label that many events have: `id` is that of the trace, once it is written. */
export class Word {
  readonly text: string;
  id = 0;

  constructor(text: string) {
    this.text = text;
  }
}

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
    // Paths may be without end.
    const known = name === "" || this.#names.size >= NAMES ? (this.#names.get(name) ?? 0) : this.#interned(this.#names, 2, name);
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
    else if (name !== "") this.#text(23, name);
    this.#field(11, track);
    if (flow > 0) this.#fixed(ends ? 48 : 47, flow);
    this.#close(event);
    this.#close(packet);
  }

  /** An instant with two numbers beside it, or three: most events are such. Its words are of this trace alone. */
  instant(track: number, time: number, name: Word, first: Word, a: number, second: Word, b: number, third?: Word, c = 0): void {
    if (name.id === 0) this.#spell(this.#names, 2, name);
    if (first.id === 0) this.#spell(this.#labels, 3, first);
    if (second.id === 0) this.#spell(this.#labels, 3, second);
    if (third?.id === 0) this.#spell(this.#labels, 3, third);
    this.#room(SHORT);
    const start = this.#begun(time);
    let at = start;
    const buffer = this.#buffer;
    at = number(buffer, at, first.id, a);
    at = number(buffer, at, second.id, b);
    if (third !== undefined) at = number(buffer, at, third.id, c);
    at = event(buffer, at, EventType.instant, track, name);
    this.#endShort(start, at);
  }

  /** The begin or end of a slice with three things beside it at most. @param name Of the begin. */
  slice(type: number, track: number, time: number, name: Word | undefined, about: readonly Beside[]): void {
    if (name?.id === 0) name.id = this.#names.get(name.text) ?? 0;
    if (!about.every(isShort) || (name?.id === 0 && this.#names.size >= NAMES)) {
      const annotations = about.map(({ label, value }) => [label.text, value] as const);
      this.event(type, track, time, name?.text ?? "", annotations);
      return;
    }
    if (name?.id === 0) this.#spell(this.#names, 2, name);
    for (const { label } of about) if (label.id === 0) this.#spell(this.#labels, 3, label);
    this.#room(SHORT);
    const start = this.#begun(time);
    let at = start;
    const buffer = this.#buffer;
    for (let i = 0; i < about.length; i++) {
      const { label, value } = about[i]!;
      if (typeof value === "number") at = number(buffer, at, label.id, value);
      else if (value !== undefined) at = text(buffer, at, label.id, value);
    }
    at = event(buffer, at, type, track, name);
    this.#endShort(start, at);
  }

  /** A value of a counter. @param value Whole, and may be negative. */
  counter(track: number, time: number, value: number): void {
    this.#room(SHORT);
    const start = this.#begun(time);
    let at = start;
    const buffer = this.#buffer;
    at = event(buffer, at, EventType.counter, track, undefined);
    // Field 30.
    buffer[at++] = 0xf0;
    buffer[at++] = 0x01;
    at = value >= 0 ? varint(buffer, at, value) : negative(buffer, at, value);
    this.#endShort(start, at);
  }

  end(): void {
    if (this.#at > 0) this.#output(this.#buffer.subarray(0, this.#at));
    this.#at = 0;
  }

  // Each stands in the packet that first uses it, or in one before.
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

  #spell(known: Map<string, number>, field: number, word: Word): void {
    this.#room(64 + 6 * word.text.length);
    const packet = this.#open(1);
    this.#sequence();
    word.id = this.#interned(known, field, word.text);
    this.#close(packet);
  }

  // A packet of less than 128 octets, up to what is in its event; `#endShort` makes it one.
  #begun(time: number): number {
    const buffer = this.#buffer;
    let at = this.#at;
    buffer[at++] = (1 << 3) | 2;
    buffer[at++] = 0;
    buffer[at++] = 8 << 3;
    at = varint(buffer, at, time > 0 ? time : 0);
    buffer[at++] = 10 << 3;
    buffer[at++] = SEQUENCE;
    buffer[at++] = 13 << 3;
    buffer[at++] = this.#isFirst ? CLEARED | NEEDS : NEEDS;
    this.#isFirst = false;
    buffer[at++] = (11 << 3) | 2;
    return at + 1;
  }

  #endShort(event: number, end: number): void {
    const buffer = this.#buffer;
    const start = this.#at + 2;
    buffer[event - 1] = end - event;
    buffer[start - 1] = end - start;
    this.#at = end;
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
    this.#at = varint(this.#buffer, this.#at, value);
  }

  #room(octets: number): void {
    if (this.#at + octets <= this.#buffer.length) return;
    this.end();
    if (octets > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(octets);
  }
}

function varint(buffer: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  // Beyond what shifts take.
  for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80;
  for (; rest >= 0x80; rest >>>= 7) buffer[at++] = (rest & 0x7f) | 0x80;
  buffer[at++] = rest;
  return at;
}

/** In two's complement of 64 bits. */
function negative(buffer: Buffer, start: number, value: number): number {
  let at = start;
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) buffer[at++] = Number(rest & 0x7fn) | 0x80;
  buffer[at++] = Number(rest);
  return at;
}

/** What an event is, and where. */
function event(buffer: Buffer, start: number, type: number, track: number, name: Word | undefined): number {
  let at = start;
  buffer[at++] = 9 << 3;
  buffer[at++] = type;
  if (name !== undefined) {
    buffer[at++] = 10 << 3;
    at = varint(buffer, at, name.id);
  }
  buffer[at++] = 11 << 3;
  return varint(buffer, at, track);
}

/** A number beside an event. @param label Its id. */
function number(buffer: Buffer, start: number, label: number, value: number): number {
  let at = start;
  buffer[at++] = (4 << 3) | 2;
  const annotation = ++at;
  buffer[at++] = 1 << 3;
  at = varint(buffer, at, label);
  buffer[at++] = 3 << 3;
  at = varint(buffer, at, value);
  buffer[annotation - 1] = at - annotation;
  return at;
}

/** A short text beside an event. */
function text(buffer: Buffer, start: number, label: number, value: string): number {
  let at = start;
  buffer[at++] = (4 << 3) | 2;
  const annotation = ++at;
  buffer[at++] = 1 << 3;
  at = varint(buffer, at, label);
  buffer[at++] = (6 << 3) | 2;
  buffer[at++] = value.length;
  for (let i = 0; i < value.length; i++) buffer[at++] = value.charCodeAt(i);
  buffer[annotation - 1] = at - annotation;
  return at;
}

/** Three of them fit where lengths have one octet. */
function isShort({ value }: Beside): boolean {
  if (typeof value !== "string") return true;
  if (value.length > 16) return false;
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) >= 0x80) return false;
  return true;
}

const NONE: readonly Annotation[] = [];
const SEQUENCE = 1;
const CLEARED = 1;
const NEEDS = 2;
const PIECE = 1 << 18;
/** Names that are written once and then referred to. */
const NAMES = 10_000;
/** More octets than an event of three numbers takes: five of up to ten octets, and what is before and about them. */
const SHORT = 128;
/** Characters. */
const SHORT_TEXT = 64;
