import { u24, u31 } from "../bytes.ts";
import { PREFACE } from "../http2/opening.ts";
import { SOCKS_HEAD } from "./socks.ts";

/** The first octets of a direction, as far as they are looked at. */
export class OpeningOctets {
  bytes: Uint8Array = NOTHING;
  count = 0;
  /** Octets were lost before or among them. */
  broken = false;
  ended = false;
  /** A PROXY protocol header came before. */
  proxied = false;
  /** Octets still to come that are not looked at. */
  skip = 0;

  take(b: Uint8Array, start: number, end: number): void {
    const first = this.count > 0 ? this.bytes[0] : b[start];
    // SOCKS takes several turns.
    const limit = first === 4 || first === 5 ? SOCKS_HEAD : LOOKED_AT;
    const count = Math.min(limit - this.count, end - start);
    if (count <= 0) return;
    if (this.bytes.length < this.count + count) {
      const grown = new Uint8Array(Math.min(limit, Math.max(2 * this.count, this.count + count)));
      grown.set(this.bytes.subarray(0, this.count));
      this.bytes = grown;
    }
    this.bytes.set(b.subarray(start, start + count), this.count);
    this.count += count;
  }

  /** How many of them are the beginning of the preface string. */
  get prefaceOctets(): number {
    const limit = Math.min(this.count, PREFACE.length);
    for (let i = 0; i < limit; i++) if (this.bytes[i] !== PREFACE[i]) return i;
    return limit;
  }

  /** What is there is the beginning of the preface string, if anything. */
  get mayBePreface(): boolean {
    return !this.broken && !this.ended && this.prefaceOctets === this.count && this.count < PREFACE.length;
  }

  /** They are the preface string's, and so many that no other protocol begins so: "PRI". */
  get beginsPreface(): boolean {
    return this.count >= 3 && this.prefaceOctets === this.count;
  }

  /** RFC 9113 6.5: not an ACK, on stream 0, whole settings. */
  get isSettings(): boolean {
    const { bytes: b } = this;
    return (
      this.count >= 9 &&
      b[3] === 4 &&
      (b[4]! & 1) === 0 &&
      u31(b, 5) === 0 &&
      b[5]! < 0x80 &&
      u24(b, 0) % 6 === 0 &&
      u24(b, 0) <= 6144
    );
  }

  /** RFC 9112 section 4: a status line of HTTP/1.0 or 1.1. */
  get isResponse(): boolean {
    const { bytes: b } = this;
    if (this.broken || this.count < 9 || !this.#hasAt(0, VERSION)) return false;
    return (b[7] === 0x30 || b[7] === 0x31) && b[8] === SPACE;
  }

  /** RFC 9112 section 3: a request line, by its method. */
  get isRequest(): boolean {
    if (this.count <= 3) return false;
    for (const method of METHODS) if (this.#hasAt(0, method)) return true;
    return false;
  }

  /** RFC 8446 5.1: a record of version 3.x, of any type, since the handshake may not have been captured. */
  get isTlsRecord(): boolean {
    const { bytes: b } = this;
    return this.count >= 3 && b[0]! >= 0x14 && b[0]! <= 0x17 && b[1] === 3 && b[2]! <= 4;
  }

  /** RFC 8446 4.1.2: a record that begins with a ClientHello. */
  get isClientHello(): boolean {
    const { bytes: b } = this;
    return !this.broken && this.count >= 6 && b[0] === 0x16 && b[1] === 3 && b[5] === 1;
  }

  /** RFC 9113 6.8: as long as one without much debug data. */
  get isGoaway(): boolean {
    const { bytes: b } = this;
    return !this.broken && this.count >= 9 && b[0] === 0 && b[3] === 7 && u31(b, 5) === 0 && u24(b, 0) >= 8;
  }

  #hasAt(at: number, text: Uint8Array): boolean {
    if (this.count < at + text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.bytes[at + i] !== text[i]) return false;
    return true;
  }
}

const NOTHING = new Uint8Array(0);
const LOOKED_AT = 256;
const SPACE = 0x20;
const VERSION = Buffer.from("HTTP/1.", "latin1");
const METHODS = ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "CONNECT ", "OPTIONS ", "TRACE ", "PATCH "].map((method) =>
  Buffer.from(method, "latin1"),
);
