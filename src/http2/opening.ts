// The first octets of a direction of HTTP/2: the client's preface string (RFC 9113 3.4), then frames; of a server frames, or HTTP/1 where
// it knows no better.
import { latin1 } from "../bytes.ts";
import { copyOrigin, type Origin, origin, type Side } from "../place.ts";
import type { ByteSink, ByteSource, EndReason, GapProof } from "../tcp/byte-stream.ts";
import { foreignAnswer } from "./foreign-answer.ts";
import { FrameDecoder, type FrameReading, type FrameSink } from "./frame-decoder.ts";

/** What stands where HTTP/2 should begin. `tls`: a record; `named`: another protocol, its name is the text. */
export type Foreign = "http1" | "tls" | "named" | "other" | "truncated";

export interface Http2Sink extends FrameSink {
  /** The client's preface string stands where its HTTP/2 begins. */
  preface(at: Origin): void;
  /** The same, but the octets of the string are missing: what follows them are frames. */
  prefaceLost?(): void;
  /** This side does not speak HTTP/2, though the other does; nothing more comes from it but its end. */
  foreign(from: Side, what: Foreign, text: string, at: Origin): void;
}

/** Reads a direction until its beginning is known; then a FrameDecoder has its place. */
export class Http2Opening implements ByteSink {
  readonly #source: ByteSource;
  readonly #direction: 0 | 1;
  readonly #from: Side;
  readonly #connection: number;
  readonly #sink: Http2Sink;
  readonly #reading: FrameReading;
  /** The first octet is that of the direction. */
  readonly #startKnown: boolean;
  /** Octets that tell too little; their count, and the place of the first one. */
  #head: Uint8Array | undefined = undefined;
  #count = 0;
  #firstAt: Origin | undefined = undefined;
  #foreign = false;

  /** @param connection Its id, for diagnostics.
   *  @param startKnown The first octet that comes is the first of HTTP/2: else frames are looked for. */
  constructor(
    source: ByteSource,
    direction: 0 | 1,
    from: Side,
    connection: number,
    sink: Http2Sink,
    reading: FrameReading,
    startKnown: boolean,
  ) {
    this.#source = source;
    this.#direction = direction;
    this.#from = from;
    this.#connection = connection;
    this.#sink = sink;
    this.#reading = reading;
    this.#startKnown = startKnown;
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    this.read(b, start, start, end, at);
  }

  /** Read on from `start`.
   *  @param base Where in `b` the octet stands whose place is `at`. */
  read(b: Uint8Array, base: number, start: number, end: number, at: Origin): void {
    if (this.#foreign || start === end) return;
    if (!this.#startKnown) {
      const decoder = this.#toFrames();
      decoder.lose(at);
      decoder.read(b, base, start, end, at);
    } else if (this.#from === "client") this.#readClient(b, base, start, end, at);
    else this.#readServer(b, base, start, end, at);
  }

  #readClient(b: Uint8Array, base: number, start: number, end: number, at: Origin): void {
    const take = Math.min(PREFACE.length - this.#count, end - start);
    for (let i = 0; i < take; i++) {
      if (b[start + i] === PREFACE[this.#count + i]) continue;
      this.#collect(b, base, start, start + take, at);
      this.#reject(kindOfClient(latin1(this.#head!, 0, this.#count)));
      return;
    }
    if (this.#count + take < PREFACE.length) {
      this.#collect(b, base, start, end, at);
      return;
    }
    const firstAt = this.#firstAt ?? placeOf(at, start - base);
    const decoder = this.#toFrames();
    this.#sink.preface(firstAt);
    if (start + take < end) decoder.read(b, base, start + take, end, at);
  }

  // Seven octets tell, or the first that differs.
  #readServer(b: Uint8Array, base: number, start: number, end: number, at: Origin): void {
    const answer = this.#count === 0 ? foreignAnswer(b, start, end) : undefined;
    if (answer !== undefined) {
      this.#foreign = true;
      this.#sink.foreign("server", answer.what, answer.text, placeOf(at, start - base));
      return;
    }
    const missing = HTTP1.length - this.#count;
    const take = Math.min(missing, end - start);
    for (let i = 0; i < take; i++) {
      if (b[start + i] === HTTP1[this.#count + i]) continue;
      const decoder = this.#toFrames();
      if (this.#count > 0) decoder.bytes(this.#head!, 0, this.#count, this.#firstAt!);
      decoder.read(b, base, start, end, at);
      return;
    }
    this.#collect(b, base, start, Math.min(end, start + PREFACE.length - this.#count), at);
    if (take === missing) this.#reject("http1");
  }

  #collect(b: Uint8Array, base: number, start: number, end: number, at: Origin): void {
    this.#head ??= new Uint8Array(PREFACE.length);
    this.#firstAt ??= placeOf(at, start - base);
    this.#head.set(b.subarray(start, end), this.#count);
    this.#count += end - start;
  }

  #reject(what: Foreign): void {
    this.#foreign = true;
    this.#sink.foreign(this.#from, what, latin1(this.#head!, 0, this.#count), this.#firstAt!);
    this.#head = undefined;
  }

  #toFrames(): FrameDecoder {
    const decoder = new FrameDecoder(this.#from, this.#connection, this.#sink, this.#reading);
    this.#source.attach(this.#direction, decoder);
    return decoder;
  }

  gap(length: number, proof: GapProof, at: Origin, exact?: boolean): void {
    this.#sink.octetsLost(this.#from, length, proof, at);
    this.passOver(length, at, exact);
  }

  /** So many octets are missing, which was reported. */
  passOver(length: number, at: Origin, exact = true): void {
    if (this.#foreign) return;
    const decoder = this.#toFrames();
    // Where frames begin is known: behind the preface, which the octets lost held first.
    const before = this.#from === "client" ? PREFACE.length : 0;
    if (this.#startKnown && this.#count === 0 && exact && length >= before) {
      if (before > 0) this.#sink.prefaceLost?.();
      if (length > before) decoder.passOver(length - before, at);
      return;
    }
    decoder.lose(at);
    decoder.passOver(length, at);
  }

  end(how: EndReason, at: Origin): void {
    if (this.#head !== undefined && this.#from === "client") {
      this.#sink.foreign(this.#from, "truncated", latin1(this.#head, 0, this.#count), this.#firstAt!);
    }
    this.#sink.end(this.#from, how, false, at);
  }
}

// RFC 9112 section 3, 4; RFC 8446 5.1: a ClientHello.
function kindOfClient(text: string): Foreign {
  if (text.startsWith("HTTP/1.") || REQUEST.test(text)) return "http1";
  return text.startsWith("\x16\x03") ? "tls" : "other";
}

function placeOf(at: Origin, ahead: number): Origin {
  const place = origin();
  copyOrigin(place, at);
  place.offset += ahead;
  return place;
}

/** RFC 9113 3.4. */
export const PREFACE: Uint8Array = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** The whole preface string stands at `start`. */
export function beginsWithPreface(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < PREFACE.length) return false;
  for (let i = 0; i < PREFACE.length; i++) if (b[start + i] !== PREFACE[i]) return false;
  return true;
}

const HTTP1 = Buffer.from("HTTP/1.", "latin1");
const REQUEST = /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) /;
