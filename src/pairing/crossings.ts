// Frames that crossed an RST_STREAM of the other side, which are legal (RFC 9113 5.1).
import type { Frame } from "../http2/frame.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { Stream } from "../model/stream.ts";
import { other } from "../place.ts";
import type { Reaction } from "./reaction.ts";
import type { RecentFrames } from "./recent-frames.ts";

export interface Crossing {
  readonly frame: FrameRef;
  readonly reset: FrameRef;
}

/** HEADERS and DATA that were under way when the other side reset their stream. */
export class Crossings {
  readonly #resets: FrameRef[] = [];
  readonly #crossings: Crossing[] = [];

  /** RST_STREAM, whole, before it takes effect.
   *  @param trail Of the other side. */
  reset(frame: Frame, stream: Stream, recent: RecentFrames, trail: number): void {
    const { from, streamId, first } = frame;
    const sender = other(from);
    if (stream.client.resetAt >= 0 || stream.server.resetAt >= 0) return;
    const reset = FrameRef.of(frame);
    if (this.#resets.length >= KEPT) this.#resets.shift();
    this.#resets.push(reset);
    // The capture may have seen first what crossed it.
    for (const sent of recent.contentAfter(trail, sender, streamId, first.acked)) this.#keep(sent, reset);
  }

  /** HEADERS or DATA, before it takes effect. */
  content(frame: Frame, stream: Stream): void {
    const { from, streamId, first } = frame;
    if (!stream.seen || first.acked < 0 || stream.half(from).over || first.acked >= stream.half(other(from)).resetAt) return;
    const reset = this.#resets.find((one) => one.streamId === streamId && one.from !== from);
    if (reset !== undefined) this.#keep(FrameRef.of(frame), reset);
  }

  /** What crossed an RST_STREAM of the reaction's side, if that was the last it can be about. */
  behind(reaction: Reaction): Crossing | undefined {
    const subject = reaction.before.findLast(({ kind }) => !QUIET.has(kind));
    if (subject === undefined) return undefined;
    return this.#crossings.find(({ frame }) => frame.from === subject.from && frame.offset === subject.offset);
  }

  #keep(frame: FrameRef, reset: FrameRef): void {
    // What a later answer is about came last.
    if (this.#crossings.length >= KEPT) this.#crossings.shift();
    this.#crossings.push({ frame, reset });
  }
}

// Frames that no receiver takes for a fault of a stream.
const QUIET: ReadonlySet<string> = new Set(["window-update", "ping", "settings"]);

const KEPT = 64;
