// In: the content of one side of a call that is no gRPC. Out: what holds its messages with a prefix, freed from base64; or a message, or an
// error, that is the whole content.
import { copyOf } from "../bytes.ts";
import { decompress } from "./decompress.ts";
import type { MessageBudget } from "./message-budget.ts";
import type { ContentShape, OtherRequest } from "./protocol.ts";

export interface ContentOwner {
  /** Whether the octets of messages are wanted. */
  readonly wanted: boolean;
  /** Messages with a prefix are to be expected. */
  start(): void;
  /** Octets that hold them. */
  decode(bytes: Uint8Array, start: number, end: number): void;
  /** A message without a prefix. @param bytes Undefined where it is not kept. */
  wholeMessage(flag: number, length: number, bytes: Uint8Array | undefined): void;
  /** The JSON that stands in place of a message. */
  error(octets: Uint8Array): void;
  /** The content is not what its type says. */
  lose(): void;
}

export class OtherContent {
  /** How a message that is marked so is compressed; empty where nothing is said. */
  encoding = "";
  octets = 0;
  /** Of the last octet that was read, nanoseconds; -1 where it is not known yet. */
  time = -1;
  /** Nothing more is read. */
  over = false;
  readonly #owner: ContentOwner;
  readonly #budget: MessageBudget;
  #shape: ContentShape = "none";
  /** Base64: digits and padding of a group so far, and its bits. */
  #digits = 0;
  #padding = 0;
  #group = 0;
  #kept: Uint8Array[] = [];
  #keptOctets = 0;

  constructor(owner: ContentOwner, budget: MessageBudget) {
    this.#owner = owner;
    this.#budget = budget;
  }

  /** What it will be. @param encoding How it, or its messages, are compressed. */
  begin(shape: ContentShape, encoding: string): void {
    this.#shape = shape;
    this.encoding = encoding;
    if (shape === "envelope" || shape === "text") this.#owner.start();
  }

  /** The same for a request; its message may stand outside of the content. */
  ask({ shape, encoding, message }: OtherRequest): void {
    this.begin(shape, encoding);
    if (message === undefined) return;
    const kept = message.length <= this.#budget.most && this.#owner.wanted;
    this.#owner.wholeMessage(encoding === "identity" || encoding === "" ? 0 : 1, message.length, kept ? message : undefined);
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    if (this.#shape === "envelope") this.#owner.decode(bytes, start, end);
    else if (this.#shape === "text") this.#readText(bytes, start, end);
    else if (this.#shape !== "none") this.#keep(bytes, start, end);
  }

  /** The content is whole. @param lost Octets of it are missing. */
  end(lost: boolean): void {
    const octets = this.#kept.length === 1 ? this.#kept[0]! : Buffer.concat(this.#kept);
    const all = octets.length === this.octets;
    if (this.#shape === "error" && all) {
      const json = decompress(octets, this.encoding, SPECIAL);
      if (typeof json !== "string") this.#owner.error(json);
    }
    // A unary message has no prefix; one without octets is a message too.
    if (this.#shape === "whole" && !lost)
      this.#owner.wholeMessage(this.encoding === "identity" ? 0 : 1, this.octets, all && this.#owner.wanted ? octets : undefined);
  }

  /** Ends within a group of base64. */
  get inGroup(): boolean {
    return this.#digits > 0;
  }

  /** Nothing that was kept is needed any longer. */
  release(): void {
    this.#budget.release(this.#keptOctets);
    this.#keptOctets = 0;
    this.#kept = [];
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const most = this.#shape === "error" ? SPECIAL : this.#owner.wanted ? this.#budget.most : 0;
    const length = end - start;
    if (length === 0 || this.#keptOctets + length > most || !this.#budget.take(length)) return;
    this.#keptOctets += length;
    this.#kept.push(copyOf(bytes, start, end));
  }

  // Groups of four digits; a padded one ends a piece that was encoded on its own, and another may follow (PROTOCOL-WEB, Protocol
  // differences vs gRPC over HTTP2).
  #readText(bytes: Uint8Array, start: number, end: number): void {
    const decoded = new Uint8Array(Math.ceil(((end - start + 3) * 3) / 4));
    let made = 0;
    let at = start;
    for (; at < end; at++) {
      const octet = bytes[at]!;
      const digits = this.#digits;
      if (octet === EQUALS) {
        // Two digits at least come first, and padding fills the group.
        this.#padding++;
        if (digits < 2 || digits + this.#padding > 4) break;
        if (digits + this.#padding < 4) continue;
        decoded[made++] = (this.#group << (6 * (4 - digits))) >>> 16;
        if (digits === 3) decoded[made++] = (this.#group << 6) >>> 8;
        this.#digits = this.#padding = this.#group = 0;
        continue;
      }
      const value = DIGIT[octet]!;
      if (value === NONE || this.#padding > 0) break;
      this.#group = (this.#group << 6) | value;
      this.#digits++;
      if (digits < 3) continue;
      decoded[made++] = this.#group >>> 16;
      decoded[made++] = this.#group >>> 8;
      decoded[made++] = this.#group;
      this.#digits = this.#group = 0;
    }
    this.#owner.decode(decoded, 0, made);
    if (at < end) this.#owner.lose();
  }
}

/** Octets of an error, or of what stands in for trailers, that are kept. */
export const SPECIAL = 64 << 10;

const EQUALS = 0x3d;
const NONE = 64;
const DIGIT = new Uint8Array(256).fill(NONE);
for (const [i, digit] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries())
  DIGIT[digit.charCodeAt(0)] = i;
