import { type Origin, origin, type Side } from "../place.ts";
import { Observations } from "./observation.ts";

export const frameKinds = [
  "data",
  "headers",
  "priority",
  "rst-stream",
  "settings",
  "push-promise",
  "ping",
  "goaway",
  "window-update",
  "continuation",
  "altsvc",
  "origin",
  "priority-update",
  "unknown",
] as const;

/** The types of RFC 9113 section 6 and of its extensions that are read; `unknown` is every other. */
export type FrameKind = (typeof frameKinds)[number];

/** `length`: mandatory fields do not fit; `padding`: the padding does not; `cut`: octets of it were not captured, or not sent. */
export type FrameFault = "length" | "padding" | "cut";

/** One frame, legal or not. One class for every kind, one object per direction, refilled: what a sink gets is borrowed. */
export class Frame {
  kind: FrameKind = "unknown";
  type = 0;
  flags = 0;
  streamId = 0;
  reserved = false;
  /** As on the wire, padding included. */
  length = 0;
  from: Side = "client";
  /** Of its first and its last octet. */
  readonly first: Origin = origin();
  readonly last: Origin = origin();
  /** A larger buffer, of which `[start, end)` is the payload without Pad Length and padding; empty where that was not kept (DATA over
   *  several segments, cut frames). */
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;
  fault: FrameFault | undefined = undefined;
  padLength = 0;
  /** HEADERS with the PRIORITY flag, and PRIORITY: RFC 9113 5.3.2. */
  hasPriority = false;
  exclusive = false;
  dependency = 0;
  weight = 0;
  /** RST_STREAM, GOAWAY. */
  errorCode = 0;
  lastStreamId = 0;
  /** WINDOW_UPDATE, without its reserved bit. */
  increment = 0;
  /** PUSH_PROMISE; PRIORITY_UPDATE: the prioritised stream. */
  promisedStreamId = 0;
  readonly observations = new Observations();

  /** The fields of the kind were read: nothing is cut and nothing was too short. */
  get whole(): boolean {
    return this.fault === undefined;
  }

  get endStream(): boolean {
    return (this.flags & Flag.endStream) !== 0 && (this.kind === "data" || this.kind === "headers");
  }

  get endHeaders(): boolean {
    return (this.flags & Flag.endHeaders) !== 0;
  }

  get ack(): boolean {
    return (this.flags & Flag.ack) !== 0 && (this.kind === "settings" || this.kind === "ping");
  }

  /** DATA octets without Pad Length and padding. */
  get contentLength(): number {
    return this.length - this.padLength - ((this.flags & Flag.padded) !== 0 ? 1 : 0);
  }
}

export const Flag = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

export const FrameType = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
  altsvc: 10,
  origin: 12,
  priorityUpdate: 16,
} as const;

export const kindOf = (type: number): FrameKind => KINDS[type] ?? "unknown";

/** For people: `RST_STREAM`. */
export const kindName = (kind: string): string => kind.toUpperCase().replaceAll("-", "_");

const NOTHING = new Uint8Array(0);

const KINDS: readonly (FrameKind | undefined)[] = [
  "data",
  "headers",
  "priority",
  "rst-stream",
  "settings",
  "push-promise",
  "ping",
  "goaway",
  "window-update",
  "continuation",
  "altsvc",
  undefined,
  "origin",
  undefined,
  undefined,
  undefined,
  "priority-update",
];
