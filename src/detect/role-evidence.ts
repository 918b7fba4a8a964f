// Who is the client of a connection whose start was not captured? In: frames of both directions. Out: what they show.
import { u16, u32 } from "../bytes.ts";
import { BlockBit, type DecodedBlock } from "../fields/decoded-block.ts";
import { FieldBit } from "../fields/field.ts";
import { Name } from "../fields/name.ts";
import { fastHpack } from "../hpack/decoder.ts";
import type { HpackDecoder } from "../hpack/engine.ts";
import { ErrorCode } from "../http2/error-code.ts";
import { type Frame, FrameType } from "../http2/frame.ts";
import type { FrameSink } from "../http2/frame-decoder.ts";
import { Setting } from "../http2/setting.ts";
import type { Limits } from "../limits.ts";
import type { Side } from "../place.ts";

/**
 * Signs of the roles. In the frames it is given, `client` stands for direction 0 and `server` for direction 1, whoever these are.
 *
 * Proof are pseudo-header fields alone (RFC 9113 8.3): every request has some that no response has, and the other way round; a name
 * that is literal or of the static table is known, whatever the dynamic table holds. A block with both kinds shows nothing. What a client
 * or server merely may not send is no proof: they break rules. Each such sign counts once.
 */
export class RoleEvidence implements FrameSink {
  /** Field blocks that prove that direction 0, or 1, is the client's. */
  readonly proofs: [number, number] = [0, 0];
  /** Field blocks of both directions. */
  blocks = 0;
  /** `Sign` bits that speak for direction 0, or 1, as the client's. */
  readonly #signs: [number, number] = [0, 0];
  readonly #hpack: readonly [HpackDecoder, HpackDecoder];
  /** The highest stream id of a client that was seen. */
  #highest = 0;
  /** The stream that was opened last, by this direction. */
  #opened = 0;
  #opener: 0 | 1 = 0;

  constructor(limits: Limits) {
    this.#hpack = [fastHpack(limits), fastHpack(limits)];
    for (const hpack of this.#hpack) {
      hpack.setMaxTableSize(0xffffffff);
      hpack.lose();
    }
  }

  /** The client's direction, where it is proven. */
  get proven(): 0 | 1 | undefined {
    const [first, second] = this.proofs;
    if (first > 0 === second > 0) return undefined;
    return first > 0 ? 0 : 1;
  }

  /** There are proofs of both. */
  get contradicted(): boolean {
    return this.proofs[0] > 0 && this.proofs[1] > 0;
  }

  /** How much more speaks for direction 0 as the client's than for direction 1. */
  get balance(): number {
    const [first, second] = this.proofs;
    return first !== second ? PROOF * (first - second) : weightOf(this.#signs[0]) - weightOf(this.#signs[1]);
  }

  /** The preface string stands in this direction. */
  preface(direction: 0 | 1): void {
    this.proofs[direction]++;
  }

  frame(frame: Frame): void {
    const from = frame.from === "client" ? 0 : 1;
    const to = (1 - from) as 0 | 1;
    switch (frame.type) {
      case FrameType.headers:
        this.#headers(frame, from);
        break;
      case FrameType.continuation:
        this.#hpack[from].lose();
        break;
      case FrameType.pushPromise:
        this.#note(to, Sign.promise);
        this.#hpack[from].lose();
        break;
      case FrameType.settings:
        if (frame.whole && !frame.ack) this.#settings(frame, from);
        break;
      case FrameType.goaway:
        if (frame.whole) this.#goaway(frame.lastStreamId, from);
        break;
      case FrameType.rstStream:
        if (frame.whole && frame.errorCode === ErrorCode.refusedStream) this.#note(to, Sign.refused);
        break;
      case FrameType.priority:
      case FrameType.priorityUpdate:
        this.#note(from, Sign.priority);
        break;
      case FrameType.altsvc:
      case FrameType.origin:
        this.#note(to, Sign.origin);
        break;
    }
  }

  octetsLost(): void {}
  gap(): void {}
  found(): void {}
  end(): void {}

  lost(from: Side): void {
    this.#hpack[from === "client" ? 0 : 1].lose();
  }

  #headers(frame: Frame, from: 0 | 1): void {
    this.blocks++;
    const { streamId } = frame;
    if ((streamId & 1) === 1) {
      if (streamId > this.#highest) {
        // Streams are opened in the order of their ids (RFC 9113 5.1.1). The first one seen may have been opened before.
        if (this.#highest > 0) this.#note(from, Sign.opener);
        this.#highest = this.#opened = streamId;
        this.#opener = from;
      } else if (streamId === this.#opened && from !== this.#opener) this.#note(this.#opener, Sign.answered);
    }
    const hpack = this.#hpack[from];
    if (!frame.whole) {
      hpack.lose();
      return;
    }
    const decoded = hpack.decode(frame.bytes, frame.start, frame.end);
    const { fault } = decoded;
    // The beginning of a block that goes on in CONTINUATION is enough.
    if (!frame.endHeaders) hpack.lose();
    if (fault === undefined || (fault === "block-truncated" && !frame.endHeaders)) this.#fields(decoded, frame, from);
  }

  #fields({ bits, slots, status, statusCode }: DecodedBlock, frame: Frame, from: 0 | 1): void {
    const to = (1 - from) as 0 | 1;
    if ((bits & DISORDERLY) !== 0) return;
    const request = (bits & FieldBit.requestPseudo) !== 0;
    const response = status !== undefined;
    if (request && !response && (frame.streamId & 1) === 1) this.proofs[from]++;
    else if (response && !request && statusCode >= 100) this.proofs[to]++;
    if (request || response) return;
    if (slots[Name.te] !== undefined || slots[Name.userAgent] !== undefined) this.#note(from, Sign.requestField);
    if (slots[Name.server] !== undefined) this.#note(to, Sign.responseField);
    // Every request has pseudo-header fields that encoders take from the static table, and trailers of requests are rare.
    if (frame.endStream) this.#note(to, Sign.trailers);
  }

  // RFC 9113 6.5.2, RFC 8441 3.
  #settings({ bytes, start, end }: Frame, from: 0 | 1): void {
    for (let p = start; p + 6 <= end; p += 6) {
      const id = u16(bytes, p);
      if (id === Setting.enablePush) this.#note(from, u32(bytes, p + 2) === 1 ? Sign.wantsPush : Sign.noPush);
      else if (id === Setting.enableConnectProtocol) this.#note((1 - from) as 0 | 1, Sign.connectProtocol);
    }
  }

  // RFC 9113 6.8: the last stream of the other side, odd where that is the client. Clients of grpc-go name their own.
  #goaway(last: number, from: 0 | 1): void {
    if (last === 0) this.#note(from, Sign.noLast);
    else if ((last & 1) === 1) this.#note((1 - from) as 0 | 1, Sign.oddLast);
    else this.#note(from, Sign.evenLast);
  }

  #note(client: 0 | 1, sign: number): void {
    this.#signs[client] |= sign;
  }
}

const DISORDERLY = BlockBit.pseudoAfterRegular | BlockBit.pseudoDuplicate | FieldBit.pseudoUnknown;

// The lower ones count one, the others three: more than all lower ones of one connection that may go astray together.
const Sign = {
  opener: 1 << 0,
  answered: 1 << 1,
  refused: 1 << 2,
  noLast: 1 << 3,
  oddLast: 1 << 4,
  noPush: 1 << 5,
  trailers: 1 << 8,
  requestField: 1 << 9,
  responseField: 1 << 10,
  promise: 1 << 11,
  priority: 1 << 12,
  origin: 1 << 13,
  wantsPush: 1 << 14,
  connectProtocol: 1 << 15,
  evenLast: 1 << 16,
} as const;

function weightOf(signs: number): number {
  let weight = 0;
  for (let left = signs; left !== 0; left &= left - 1) weight += (left & -left) < Sign.trailers ? 1 : 3;
  return weight;
}

const PROOF = 100;
