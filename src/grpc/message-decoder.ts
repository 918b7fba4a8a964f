// In: the content of one side's DATA on one stream, in pieces. Out: length-prefixed messages (gRPC over HTTP2, Length-Prefixed-Message:
// Compressed-Flag, Message-Length of four octets, Message). Messages are measured, not kept, unless who listens asks for the octets.
import { copyOf, u32 } from "../bytes.ts";
import type { Side } from "../place.ts";

/** One message. Borrowed: copy what is kept. */
export interface GrpcMessage {
  readonly from: Side;
  /** Among the messages of its side on the stream, from 1. */
  readonly number: number;
  /** The Compressed-Flag: 0 or 1, or what stands in its place. */
  readonly flag: number;
  /** Octets, as the prefix says. */
  readonly length: number;
  /** The message, where it is whole, was to be kept and fitted. */
  readonly bytes: Uint8Array | undefined;
}

/** `off`: not gRPC, or not known to be; `lost`: octets are missing, so message borders are unknown from there on; `foreign`: the
 *  content is no messages, by its first octet. */
export type MessageState = "off" | "on" | "lost" | "foreign";

/** Reads the messages of one side, and is the one that is read: an object for each would cost more than what it says. */
export abstract class MessageDecoder implements GrpcMessage {
  readonly from: Side;
  state: MessageState = "off";
  /** Whole messages so far, without what stands in for trailers. */
  messages = 0;
  number = 0;
  flag = 0;
  length = 0;
  bytes: Uint8Array | undefined = undefined;
  /** Octets of a prefix so far. */
  #prefix = 0;
  /** Octets of the message still to come. */
  #left = 0;

  constructor(from: Side) {
    this.from = from;
  }

  /** Bits that the first octet of a message may have; at least that of the Compressed-Flag. */
  protected abstract get flags(): number;

  /** The prefix of a message was read. @returns Whether to keep its octets. */
  protected abstract messageStart(): boolean;

  /** A message is whole. */
  protected abstract messageEnd(): void;

  /** What was kept of a message is no longer needed. */
  protected abstract release(octets: number): void;

  /** Inside a prefix or a message. */
  get inMessage(): boolean {
    return this.state === "on" && (this.#prefix > 0 || this.#left > 0);
  }

  /** Octets that are missing of the message begun; of the prefix where that is not whole. */
  get missing(): number {
    return this.#left > 0 ? this.#left : this.#prefix > 0 ? PREFIX - this.#prefix : 0;
  }

  /** The prefix of the message begun is whole, so that `missing` counts its octets. */
  get begun(): boolean {
    return this.#left > 0;
  }

  start(): void {
    if (this.state === "off") this.state = "on";
  }

  /** Nothing follows. */
  close(): void {
    if (this.bytes === undefined) return;
    this.release(this.length);
    this.bytes = undefined;
  }

  /** Octets of the content are missing. */
  lose(): void {
    if (this.state === "on" || this.state === "off") this.state = "lost";
    this.#prefix = 0;
    this.#left = 0;
    this.close();
  }

  /** Takes what comes next of the content; the octets are borrowed. */
  decode(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && this.state === "on") {
      if (this.#left > 0) at = this.#goOn(bytes, at, end);
      else if (this.#prefix === 0 && end - at >= PREFIX) {
        this.flag = bytes[at]!;
        this.length = u32(bytes, at + 1);
        at = this.#begin(bytes, at + PREFIX, end);
      } else at = this.#readPrefix(bytes, at, end);
    }
  }

  // Octet by octet: pieces end anywhere.
  #readPrefix(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#prefix < PREFIX) {
      const octet = bytes[at++]!;
      if (this.#prefix++ === 0) {
        this.flag = octet;
        this.length = 0;
      } else this.length = this.length * 256 + octet;
    }
    if (this.#prefix < PREFIX) return at;
    this.#prefix = 0;
    return this.#begin(bytes, at, end);
  }

  // The prefix is read. Most messages lie in the same piece.
  #begin(bytes: Uint8Array, at: number, end: number): number {
    const { length, flag } = this;
    this.number = this.messages + 1;
    this.#left = length;
    const keep = this.messageStart();
    if (flag > 1 && (flag & ~this.flags) !== 0) {
      if (keep) this.release(length);
      // None that there is: whatever this is, its length means nothing.
      this.state = "foreign";
      this.#left = 0;
      return at;
    }
    if (length > end - at) {
      // Made as it fills: a length that was only declared costs nothing.
      if (keep) this.bytes = new Uint8Array(Math.min(length, FIRST));
      return at;
    }
    if (keep && length > 0) this.bytes = copyOf(bytes, at, at + length);
    this.#finish();
    return at + length;
  }

  #goOn(bytes: Uint8Array, at: number, end: number): number {
    const take = Math.min(this.#left, end - at);
    if (this.bytes !== undefined) this.#keep(bytes, at, at + take);
    this.#left -= take;
    if (this.#left === 0) this.#finish();
    return at + take;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const { length } = this;
    const octets = length - this.#left;
    const needed = octets + end - start;
    let kept = this.bytes!;
    if (needed > kept.length) {
      const grown = new Uint8Array(Math.min(Math.max(needed, kept.length * 2), length));
      grown.set(kept.subarray(0, octets));
      this.bytes = kept = grown;
    }
    kept.set(bytes.subarray(start, end), octets);
  }

  #finish(): void {
    this.#left = 0;
    if (this.flag <= 1) this.messages++;
    this.messageEnd();
    if (this.bytes === undefined) return;
    this.release(this.length);
    this.bytes = undefined;
  }
}

const PREFIX = 5;
/** Octets that a message is given at first. */
const FIRST = 1024;
