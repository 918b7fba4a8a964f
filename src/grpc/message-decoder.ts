// In: the content of one side's DATA on one stream, in pieces. Out: length-prefixed messages (gRPC over HTTP2, Length-Prefixed-Message:
// Compressed-Flag, Message-Length of four octets, Message). Messages are measured, not kept, unless who listens asks for the octets.
import type { ContentReader } from "../model/stream.ts";
import type { Side } from "../place.ts";

/** One message. The decoder refills it: copy what is kept. */
export class GrpcMessage {
  readonly from: Side;
  /** Among the messages of its side on the stream, from 1. */
  number = 0;
  /** The Compressed-Flag: 0 or 1, or what stands in its place. */
  flag = 0;
  /** Octets, as the prefix says. */
  length = 0;
  /** Octets of it so far. */
  octets = 0;
  /** The message, where it was to be kept and fitted. */
  bytes: Uint8Array | undefined = undefined;

  constructor(from: Side) {
    this.from = from;
  }

  /** One that is not refilled. */
  copy(): GrpcMessage {
    return Object.assign(new GrpcMessage(this.from), this);
  }
}

export interface MessageListener {
  /** The prefix of a message was read. @returns Whether to keep its octets. */
  messageStart(message: GrpcMessage): boolean;
  /** A message is whole. */
  message(message: GrpcMessage): void;
  /** What was kept of a message is no longer needed. */
  release(octets: number): void;
}

/** `off`: not gRPC, or not known to be; `lost`: octets are missing, so message borders are unknown from there on; `foreign`: the
 *  content is no messages, by its first octet. */
export type MessageState = "off" | "on" | "lost" | "foreign";

export class MessageDecoder implements ContentReader {
  readonly from: Side;
  state: MessageState = "off";
  /** Whole messages so far. */
  messages = 0;
  /** When the first of them was whole, nanoseconds; -1: not so far. Set by who knows the time. */
  firstTime = -1;
  readonly #listener: MessageListener;
  readonly #message: GrpcMessage;
  /** Bits that the first octet of a message may have. */
  readonly #flags: number;
  /** Octets of a prefix so far. */
  #prefix = 0;
  /** Octets of the message still to come. */
  #left = 0;
  #kept: Uint8Array | undefined;

  /** @param flags Bits that the first octet of a message may have: gRPC's Compressed-Flag unless told. */
  constructor(from: Side, listener: MessageListener, flags = 1) {
    this.from = from;
    this.#listener = listener;
    this.#flags = flags;
    this.#message = new GrpcMessage(from);
  }

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
    if (this.#kept !== undefined) this.#listener.release(this.#message.length);
    this.#kept = undefined;
  }

  /** Octets of the content are missing. */
  lose(): void {
    if (this.state === "on" || this.state === "off") this.state = "lost";
    this.#prefix = 0;
    this.#left = 0;
    this.close();
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && this.state === "on") {
      if (this.#left === 0) at = this.#readPrefix(bytes, at, end);
      else {
        const take = Math.min(this.#left, end - at);
        if (this.#kept !== undefined) this.#keep(bytes, at, at + take);
        this.#message.octets += take;
        this.#left -= take;
        at += take;
        if (this.#left === 0) this.#finish();
      }
    }
  }

  // Octet by octet: a prefix may be anywhere.
  #readPrefix(bytes: Uint8Array, start: number, end: number): number {
    const message = this.#message;
    let at = start;
    while (at < end && this.#prefix < PREFIX) {
      const octet = bytes[at++]!;
      if (this.#prefix++ === 0) {
        message.flag = octet;
        message.length = 0;
      } else message.length = message.length * 256 + octet;
    }
    if (this.#prefix < PREFIX) return at;
    this.#prefix = 0;
    message.number = this.messages + 1;
    message.octets = 0;
    message.bytes = undefined;
    this.#left = message.length;
    const keep = this.#listener.messageStart(message);
    if ((message.flag & ~this.#flags) !== 0) {
      if (keep) this.#listener.release(message.length);
      // None that there is: whatever this is, its length means nothing.
      this.state = "foreign";
      this.#left = 0;
      return at;
    }
    // Made as it fills: a length that was only declared costs nothing.
    if (keep && message.length > 0) this.#kept = new Uint8Array(Math.min(message.length, 1024));
    if (message.length === 0) this.#finish();
    return at;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const { octets, length } = this.#message;
    const needed = octets + end - start;
    let kept = this.#kept!;
    if (needed > kept.length) {
      const grown = new Uint8Array(Math.min(Math.max(needed, kept.length * 2), length));
      grown.set(kept.subarray(0, octets));
      this.#kept = kept = grown;
    }
    kept.set(bytes.subarray(start, end), octets);
  }

  #finish(): void {
    const message = this.#message;
    this.messages++;
    message.bytes = this.#kept;
    this.#kept = undefined;
    this.#listener.message(message);
    if (message.bytes !== undefined) this.#listener.release(message.length);
    message.bytes = undefined;
  }
}

const PREFIX = 5;
