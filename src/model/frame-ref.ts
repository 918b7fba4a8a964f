import type { Http1Head } from "../detect/http1.ts";
import type { Frame, FrameKind } from "../http2/frame.ts";
import type { Origin, Side } from "../place.ts";
import type { FieldBlock } from "./field-block.ts";

/** What a reference may mean that is no frame. */
export type NoFrame = "preface" | "http1" | "close" | "stop" | "tls-hello" | "tls-handshake" | "tls-alert";

/** Which frame is meant: plain data that may be kept. */
export class FrameRef {
  /** `preface`: the client's first octets; `http1`: a request or answer before HTTP/2; `close`: the end of the direction; `stop`: a place where
   *  something was due, or TCP says something; `tls-hello` and the like: a message of TLS. No frame is at fault there. */
  kind: FrameKind | NoFrame = "unknown";
  streamId = 0;
  from: Side = "client";
  file = 0;
  /** The packet that brought its last octet, and that packet's time. */
  packet = 0;
  time = 0;
  /** The time of the packet that brought its first octet. */
  began = 0;
  /** Of its first octet in its direction, and of the octet after its last. */
  offset = 0;
  end = 0;
  /** What its sender had received of the other direction; -1 unknown. */
  acked = -1;
  flags = 0;
  length = 0;
  /** What to show of it, where it is no frame. */
  text = "";

  static of(subject: Frame | FieldBlock): FrameRef {
    return new FrameRef().take(subject);
  }

  /** The head of a message in HTTP/1.1. */
  static ofHttp1({ line, first, last }: Http1Head, from: Side): FrameRef {
    const ref = new FrameRef();
    ref.kind = "http1";
    ref.from = from;
    ref.file = last.file;
    ref.packet = last.packet;
    ref.time = last.time;
    ref.began = first.time;
    ref.offset = first.offset;
    ref.end = last.offset + 1;
    ref.acked = first.acked;
    ref.text = line;
    return ref;
  }

  /** A message of TLS. The place of an alert among the decrypted octets is known; that of others is 0. */
  static ofTls(
    kind: "tls-hello" | "tls-handshake" | "tls-alert",
    from: Side,
    { file, packet, time, offset = 0, acked = -1 }: TlsPlace = NOWHERE,
    text = "",
  ): FrameRef {
    const ref = new FrameRef();
    ref.kind = kind;
    ref.from = from;
    ref.file = file;
    ref.packet = packet;
    ref.time = ref.began = time;
    ref.offset = ref.end = offset;
    ref.acked = acked;
    ref.text = text;
    return ref;
  }

  /** A frame is meant. */
  get isFrame(): boolean {
    return !NO_FRAMES.has(this.kind) && !this.kind.startsWith("tls-");
  }

  /** A place in a side's direction that no frame of it has: where something was due, or TCP says something. */
  static at(from: Side, at: Origin, end = at.offset): FrameRef {
    const ref = new FrameRef();
    ref.kind = "stop";
    ref.from = from;
    ref.file = at.file;
    ref.packet = at.packet;
    ref.time = ref.began = at.time;
    ref.offset = ref.end = end;
    ref.acked = at.acked;
    return ref;
  }

  /** The end of a side's octets. */
  static close(from: Side, at: Origin): FrameRef {
    const ref = FrameRef.at(from, at);
    ref.kind = "close";
    return ref;
  }

  /** Where a side has come to: what it did not send has no frame. */
  static stop({ side, lastAt }: { readonly side: Side; readonly lastAt: Origin }): FrameRef {
    return FrameRef.at(side, lastAt, lastAt.offset + 1);
  }

  /** References that a stream keeps are refilled. */
  copy(): FrameRef {
    return new FrameRef().takeRef(this);
  }

  /** @internal */
  takeRef(ref: FrameRef): this {
    this.kind = ref.kind;
    this.streamId = ref.streamId;
    this.from = ref.from;
    this.file = ref.file;
    this.packet = ref.packet;
    this.time = ref.time;
    this.began = ref.began;
    this.offset = ref.offset;
    this.end = ref.end;
    this.acked = ref.acked;
    this.flags = ref.flags;
    this.length = ref.length;
    this.text = ref.text;
    return this;
  }

  /** @internal */
  take(subject: Frame | FieldBlock): this {
    return "headLast" in subject ? this.takeBlock(subject) : this.takeFrame(subject);
  }

  // The same twice, so that each reads one shape: every frame passes here.
  /** @internal */
  takeFrame(frame: Frame): this {
    const { first, last } = frame;
    this.kind = frame.kind;
    this.streamId = frame.streamId;
    this.from = frame.from;
    this.file = last.file;
    this.packet = last.packet;
    this.time = last.time;
    this.began = first.time;
    this.offset = first.offset;
    this.end = last.offset + 1;
    this.acked = first.acked;
    this.flags = frame.flags;
    this.length = frame.length;
    return this;
  }

  /** @internal */
  takeBlock(block: FieldBlock): this {
    const { first, headLast } = block;
    this.kind = block.kind;
    this.streamId = block.streamId;
    this.from = block.from;
    this.file = headLast.file;
    this.packet = headLast.packet;
    this.time = headLast.time;
    this.began = first.time;
    this.offset = first.offset;
    this.end = block.last.offset + 1;
    this.acked = first.acked;
    this.flags = block.flags;
    this.length = block.length;
    return this;
  }
}

interface TlsPlace {
  readonly file: number;
  readonly packet: number;
  readonly time: number;
  readonly offset?: number;
  readonly acked?: number;
}

const NOWHERE: TlsPlace = { file: 0, packet: 0, time: 0 };

const NO_FRAMES: ReadonlySet<string> = new Set(["preface", "http1", "close", "stop"]);
