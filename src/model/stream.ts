import type { Side } from "../place.ts";
import type { Closed, ClosedOfConnection } from "./closed-streams.ts";
import { FlowWindow, unusedWindow, type WindowView } from "./flow-window.ts";
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
  /** The other side's content was whole by then, as its content-length says. */
  resetAtWhole = false;
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
  /** Reads what this side's DATA holds, where somebody wants it: `Stream.listen`. */
  content: ContentReader | undefined = undefined;
  #window: FlowWindow | undefined = undefined;

  /** The flow-control window that limits this side. */
  get window(): WindowView {
    return this.#window ?? unusedWindow;
  }

  /** The same, to be used: made now, if it was not. */
  ownWindow(): FlowWindow {
    return (this.#window ??= new FlowWindow());
  }

  get over(): boolean {
    return this.endAt >= 0 || this.resetAt >= 0;
  }

  /** See `Stream.listen`. */
  listen(reader: ContentReader): void {
    this.content = this.content === undefined ? reader : new BothReaders(this.content, reader);
  }
}

/** What may be asked of a half. */
export type SeenHalf = Readonly<Omit<StreamHalf, "listen" | "ownWindow">>;

/** Of a side that sent nothing on a stream. */
const silentHalf: SeenHalf = new StreamHalf();

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
export class Stream implements Closed<Stream> {
  readonly id: number;
  /** Who opened or promised it. */
  readonly initiator: Side;
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
  /** Its neighbours in the table of its connection's streams, which sets them. */
  older: Stream | undefined = undefined;
  newer: Stream | undefined = undefined;
  sameBucket: Stream | undefined = undefined;
  closedIn: ClosedOfConnection<Stream> | undefined = undefined;
  closedBefore: Stream | undefined = undefined;
  closedAfter: Stream | undefined = undefined;
  ownBefore: Stream | undefined = undefined;
  ownAfter: Stream | undefined = undefined;
  #client: StreamHalf | undefined = undefined;
  #server: StreamHalf | undefined = undefined;

  constructor(id: number, initiator: Side, seen: boolean, openedAt: number, openedTime: number) {
    this.id = id;
    this.initiator = initiator;
    this.seen = seen;
    this.openedAt = openedAt;
    this.openedTime = openedTime;
  }

  /** What the client sent on it. */
  get client(): SeenHalf {
    return this.#client ?? silentHalf;
  }

  /** What the server sent on it. */
  get server(): SeenHalf {
    return this.#server ?? silentHalf;
  }

  /** What one side sent on it. */
  half(side: Side): SeenHalf {
    return side === "client" ? this.client : this.server;
  }

  /** The same, to be changed: made now, if it was not. */
  ownHalf(side: Side): StreamHalf {
    return side === "client" ? (this.#client ??= new StreamHalf()) : (this.#server ??= new StreamHalf());
  }

  /** Says who reads what this side's DATA holds; to be said when the stream starts. */
  listen(side: Side, reader: ContentReader): void {
    this.ownHalf(side).listen(reader);
  }

  /** Nothing reads what may still come. */
  release(): void {
    this.call = undefined;
    if (this.#client !== undefined) this.#client.content = undefined;
    if (this.#server !== undefined) this.#server.content = undefined;
  }
}
