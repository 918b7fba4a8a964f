import type { Side } from "../place.ts";
import { FlowWindow } from "./flow-window.ts";
import type { FrameRef } from "./frame-ref.ts";
import { type MessageHead, noHead } from "./message-head.ts";

/** What one side sent on a stream. Offsets are octets of that side's direction, up to the end of the frame; -1: not so far. */
export class StreamHalf {
  /** END_STREAM. */
  endAt = -1;
  endTime = 0;
  /** Its first RST_STREAM. */
  resetAt = -1;
  resetCode = 0;
  resetTime = 0;
  /** How much of the other side on this stream came before that. */
  resetKnew = 0;
  /** Field blocks that began its message: request, or final response; `maybe` where one was seen that could not be read. */
  message: "no" | "maybe" | "yes" = "no";
  /** Where the block that began it ends; -1: not so far. */
  messageAt = -1;
  /** What its content must add up to by content-length (RFC 9113 8.1.1); -1 where nothing is said, or it does not count. */
  declaredLength = -1;
  dataFrames = 0;
  lastData: FrameRef | undefined = undefined;
  /** Content octets, without padding. */
  dataOctets = 0;
  /** The last frame of this side on the stream. */
  lastAt = -1;
  lastTime = 0;
  /** The flow-control window that limits this side. */
  readonly window = new FlowWindow();
  /** Reads what this side's DATA holds, where somebody wants it: `listen`. */
  content: ContentReader | undefined = undefined;

  get over(): boolean {
    return this.endAt >= 0 || this.resetAt >= 0;
  }

  /** Says who reads what this side's DATA holds; to be said when the stream starts. */
  listen(reader: ContentReader): void {
    this.content = this.content === undefined ? reader : new BothReaders(this.content, reader);
  }
}

/** Takes the content of one side's DATA frames, in order and without padding, where a frame comes in pieces; the octets are borrowed.
 *  What lies in one piece stands in the frame itself. */
export interface ContentReader {
  read(bytes: Uint8Array, start: number, end: number): void;
}

class BothReaders implements ContentReader {
  readonly #first: ContentReader;
  readonly #second: ContentReader;

  constructor(first: ContentReader, second: ContentReader) {
    this.#first = first;
    this.#second = second;
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    this.#first.read(bytes, start, end);
    this.#second.read(bytes, start, end);
  }
}

/** What the stage behind the model makes of a stream and finds again by it; to the model it says nothing. */
export interface StreamCall {
  readonly stream: Stream;
}

/** What sets a stream apart from a request and a response that both came to their end. Set where it happens, never cleared. */
export const StreamBit = {
  /** It is over, and a side did not send END_STREAM: it was reset, or is a pushed one. */
  unended: 1 << 0,
  /** The request has a `grpc-timeout`. */
  timeout: 1 << 1,
  /** A side sent two DATA frames or more. */
  pieces: 1 << 2,
  /** A DATA frame had padding. */
  padded: 1 << 3,
} as const;

/** One stream, as both sides' frames show it. There is no one state: see stream-state.ts. */
export class Stream {
  readonly id: number;
  /** Who opened or promised it. */
  readonly initiator: Side;
  readonly client = new StreamHalf();
  readonly server = new StreamHalf();
  /** The frame that opened it lies in the capture: nothing on it went before. */
  readonly seen: boolean;
  /** Where the opening HEADERS or the promise ends in the initiator's direction. */
  readonly openedAt: number;
  readonly openedTime: number;
  /** The frame that opened or promised it. */
  opening: FrameRef | undefined = undefined;
  /** By PUSH_PROMISE, and no HEADERS of the server yet. */
  reserved = false;
  promised = false;
  request: MessageHead = noHead;
  response: MessageHead = noHead;
  /** The call that it is, if it is one; until its end. */
  call: StreamCall | undefined = undefined;
  /** `StreamBit`. */
  bits = 0;
  /** Both sides are done, as far as the capture shows, in capture order. */
  closed = false;

  constructor(id: number, initiator: Side, seen: boolean, openedAt: number, openedTime: number) {
    this.id = id;
    this.initiator = initiator;
    this.seen = seen;
    this.openedAt = openedAt;
    this.openedTime = openedTime;
  }

  /** What one side sent on it. */
  half(side: Side): StreamHalf {
    return side === "client" ? this.client : this.server;
  }

  /** Nothing reads what may still come. */
  release(): void {
    this.call = undefined;
    this.client.content = undefined;
    this.server.content = undefined;
  }
}
