// Is this connection of a log that one of the capture? By the order of their frames, direction by direction; clocks are not asked.
import { Flag } from "../http2/frame.ts";
import { other, type Side } from "../place.ts";
import type { Conversation } from "./conversation.ts";
import type { FrameEvent } from "./event.ts";
import type { WireConnection, WireFrame } from "./wire.ts";

export interface Likeness {
  /** Which end wrote the log. */
  readonly side: Side;
  readonly pairs: readonly FramePair[];
  /** Part of the frames that both have, 0 to 1. */
  readonly fit: number;
}

export interface FramePair {
  readonly event: FrameEvent;
  readonly frame: WireFrame;
}

/** @returns undefined where they have little in common. */
export function likenessOf(conversation: Conversation, wire: WireConnection): Likeness | undefined {
  const sides: readonly Side[] = conversation.side === undefined ? ["client", "server"] : [conversation.side];
  let best: Likeness | undefined;
  for (const side of sides) {
    const one = compared(conversation, wire, side);
    if (one !== undefined && one.fit > (best?.fit ?? 0)) best = one;
  }
  return best;
}

function compared({ frames, format }: Conversation, wire: WireConnection, side: Side): Likeness | undefined {
  const pairs: FramePair[] = [];
  let missing = 0;
  let extra = 0;
  // Called after the capture ended.
  let beyond = 0;
  const open = wire.ends.length === 0;
  for (const by of ["sent", "received"] as const) {
    const all = frames.filter(({ frame }) => frame.by === by);
    if (all.length === 0) continue;
    const from = by === "sent" ? side : other(side);
    // Some formats tell frames of some kinds only.
    const kinds = new Set(all.slice(0, COMPARED).map(({ frame }) => frame.kind));
    const folds = format?.foldsContinuation === true;
    const seen = wire.frames[from].filter(({ kind }) => kinds.has(kind)).slice(0, 2 * COMPARED);
    const start = wire.late[from] ? startOf(all, seen, folds) : 0;
    // All that it shows is of stream 0, or went by before: that says nothing.
    if (start === undefined) continue;
    const told = all.slice(start, start + COMPARED);
    let at = 0;
    for (const event of told) {
      let found = -1;
      for (let i = at; i < Math.min(seen.length, at + AHEAD); i++) {
        if (isSame(event, seen[i]!, folds)) {
          found = i;
          break;
        }
      }
      if (found < 0 && open && at >= seen.length) beyond++;
      else if (found < 0) missing++;
      else {
        extra += found - at;
        pairs.push({ event, frame: seen[found]! });
        at = found + 1;
      }
      if (missing > MISSES && missing > pairs.length) return undefined;
    }
    if (told.length < COMPARED) extra += seen.length - at;
  }
  if (pairs.length === 0 || missing > pairs.length / 4) return undefined;
  const fit = pairs.length / (pairs.length + missing + extra + beyond / 2);
  return fit < LEAST ? undefined : { side, pairs, fit };
}

/** Of a connection that the capture shows from its middle on: the frame of the log that the capture begins with; undefined: none is found. */
function startOf(told: readonly FrameEvent[], seen: readonly WireFrame[], folds: boolean): number | undefined {
  let best: number | undefined;
  let most = 0;
  const firsts = seen.slice(0, FIRSTS);
  const streams = new Set(firsts.map(({ streamId }) => streamId));
  for (let i = 0; i < told.length && most < FIRSTS; i++) {
    // Frames of a stream are distinguished by it, those of stream 0 are alike.
    const { streamId } = told[i]!.frame;
    if (streamId === 0 || !streams.has(streamId)) continue;
    const j = firsts.findIndex((frame) => frame.streamId === streamId && isSame(told[i]!, frame, folds));
    if (j < 0) continue;
    let same = 0;
    while (same < FIRSTS && i + same < told.length && j + same < seen.length && isSame(told[i + same]!, seen[j + same]!, folds))
      same++;
    let before = 0;
    while (before < Math.min(i, j) && isSame(told[i - before - 1]!, seen[j - before - 1]!, folds)) before++;
    if (same + before <= most) continue;
    most = same + before;
    best = i - before;
  }
  return best;
}

function isSame({ frame }: FrameEvent, wire: WireFrame, folds: boolean): boolean {
  if (frame.kind !== wire.kind || frame.streamId !== wire.streamId) return false;
  if (frame.flags !== undefined) {
    const mask = (frame.flagMask ?? ALL) & comparedFlags(frame.kind);
    if (((frame.flags ^ wire.flags) & mask) !== 0) return false;
  }
  if (frame.errorCode !== undefined && frame.errorCode !== wire.errorCode) return false;
  if (frame.lastStreamId !== undefined && frame.lastStreamId !== wire.lastStreamId) return false;
  if (frame.increment !== undefined && frame.increment !== wire.increment) return false;
  const padded = (wire.flags & Flag.padded) !== 0 && (wire.kind === "data" || wire.kind === "headers");
  const isBlock = folds && (wire.kind === "headers" || wire.kind === "push-promise");
  return frame.length === undefined || padded || isBlock || frame.length === wire.length;
}

// END_HEADERS is another one where CONTINUATIONs are not reported.
const comparedFlags = (kind: string): number =>
  kind === "settings" || kind === "ping" ? Flag.ack : kind === "data" || kind === "headers" ? Flag.endStream : 0;

const ALL = 0xff;
// Frames of a direction that are compared; how many of the capture may be passed over for one; misses after which it is another one.
const COMPARED = 256;
const AHEAD = 48;
const MISSES = 8;
// Frames that show where a capture begins.
const FIRSTS = 16;
const LEAST = 0.5;
