// Streams that move hardly anything though nothing holds them back: looked at at both ends of a span of time, and reported once, at their worst.
import type { Connection } from "../../model/connection.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import type { SeenHalf, Stream } from "../../model/stream.ts";
import type { Side } from "../../place.ts";
import { durationText } from "../duration.ts";
import { defineRule, type Rule, type RuleMeta } from "../rule.ts";
import { enhanceYourCalm, severityByExcess } from "./excess.ts";

/** What differs from one such attack of a client to the other. */
export interface SlowProgress {
  /** Its message `slow` has `{octets}`, `{count}` and `{time}`. */
  readonly meta: Omit<RuleMeta, "severity" | "by" | "expect" | "decidable" | "messages" | "options"> & {
    readonly messages: { readonly slow: string };
    readonly options: Readonly<Record<keyof Thresholds, NonNullable<RuleMeta["options"]>[string]>>;
  };
  /** Who is to read: while its TCP window is closed, nothing can be said of HTTP/2. */
  readonly reader: Side;
  /** The half of a stream that should move on; undefined where nothing is to be expected of it. */
  slow(connection: Connection, stream: Stream): SeenHalf | undefined;
}

interface Thresholds {
  /** Milliseconds that are measured. */
  readonly time: number;
  /** Octets each second over all streams, below which they are slow. */
  readonly rate: number;
  /** So many at once, at least. */
  readonly streams: number;
}

/** A rule on clients that hold many streams and make little progress on them. */
export function slowProgress(id: string, { meta, reader, slow }: SlowProgress): Rule {
  return defineRule({
    id,
    meta: { ...meta, severity: "warning", by: "client", expect: enhanceYourCalm, decidable: "block" },
    state: () => new Progress(),
    tcpWindow(from, zero, _at, { state }) {
      if (from !== reader) return;
      state.closed = zero;
      // What was measured so far does not count.
      state.since = NaN;
    },
    tick(now, context) {
      const { connection, options } = context;
      if (!context.hasState && connection.client.active.length < options.streams) return;
      const { state } = context;
      if (!state.closed) look(state, connection, now, options, slow);
    },
    withState: ["connectionEnd"],
    connectionEnd({ connection, state, options, report }) {
      look(state, connection, connection.lastTime, options, slow);
      if (state.worst === undefined) return;
      const { first, streams: count, octets, time } = state.worst;
      const data = { octets, count, time: durationText(time) };
      report(first, "slow", data as never, severityByExcess(count, options.streams));
    },
  });
}

/** Of one connection. */
class Progress {
  /** The reader's TCP window is. */
  closed = false;
  /** When the span began. */
  since = NaN;
  /** By stream, what it had sent then. */
  before: Map<number, number> | undefined = undefined;
  /** The most streams that were slow at once, and of those the first, their octets, and nanoseconds. */
  worst: { readonly first: FrameRef; readonly streams: number; readonly octets: number; readonly time: number } | undefined =
    undefined;
}

function look(state: Progress, connection: Connection, now: number, most: Thresholds, slow: SlowProgress["slow"]): void {
  const measured = now - state.since;
  if (measured >= 0 && measured < most.time * MS) return;
  state.since = now;
  const { before } = state;
  state.before = undefined;
  if (connection.client.active.length < most.streams) return;
  let count = 0;
  let octets = 0;
  let first: FrameRef | undefined;
  const next = new Map<number, number>();
  for (const stream of connection.streams.values()) {
    const half = stream.closed || !stream.seen ? undefined : slow(connection, stream);
    if (half === undefined) continue;
    const { sent } = half.window;
    const was = before?.get(stream.id);
    if (was !== undefined) {
      count++;
      octets += sent - was;
      first ??= stream.opening;
    }
    if (next.size < STREAMS) next.set(stream.id, sent);
  }
  state.before = next;
  const least = state.worst?.streams ?? most.streams;
  // Nothing was measured before the first look.
  if (first !== undefined && count >= least && octets * 1e9 < most.rate * measured)
    state.worst = { first, streams: count, octets, time: measured };
}

// That are measured at once.
const STREAMS = 1000;
// Nanoseconds.
const MS = 1e6;
