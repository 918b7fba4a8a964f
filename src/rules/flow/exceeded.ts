import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import { last } from "../../model/settings.ts";
import type { Stream } from "../../model/stream.ts";
import { other, type Side } from "../../place.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { WalkBudget } from "../walk-budget.ts";

// It stands before stream-window-exceeded, which it hides: it says why.
export const negativeWindowData = defineRule({
  id: "flow/negative-window-data",
  meta: {
    title: "A sender whose window was lowered to 0 or below must wait until it is positive again",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "6.9.2", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["FLOW_CONTROL_ERROR"] },
    needs: ["seen", "settings", "acks"],
    decidable: "head",
    messages: {
      negative:
        "DATA of {length} bytes on stream {streamId}, whose window an acknowledged INITIAL_WINDOW_SIZE = {initial} had made {window}",
    },
    docs: {
      why: "The new INITIAL_WINDOW_SIZE applies to open streams too: the receiver has no room for what is sent beyond it.",
      fix: "On SETTINGS change the window of every stream by the difference, let it go negative, and send again when it is positive.",
    },
  },
  // Streams whose window an acknowledged SETTINGS frame left at 0 or below, and what was sent on them until then.
  state: (): Lowered => ({ walks: new WalkBudget(), client: undefined, server: undefined }),
  kinds: ["settings"],
  settings: { ack: true },
  frame(frame, _stream, context) {
    const { connection } = context;
    const { settings } = connection.endpoint(other(frame.from));
    const oldest = frame.ack ? settings.pending[0] : undefined;
    const initial = oldest === undefined ? undefined : last(oldest.entries, Setting.initialWindowSize);
    const before = settings.inForce(Setting.initialWindowSize)!; // it has an initial value
    if (initial === undefined || initial >= before || !context.state.walks.isDue(connection)) return;
    for (const stream of connection.streams.values()) {
      const { window, over } = stream.half(frame.from);
      if (stream.closed || over || window.available(initial, frame.first.acked) > 0) continue;
      const lowered = (context.state[frame.from] ??= new Map<number, number>());
      if (lowered.size < STREAMS) lowered.set(stream.id, window.sent);
    }
  },
  when: { observed: Observation.streamWindowExceeded },
  judge(frame, stream, { connection, state, report }) {
    const { length, streamId } = frame;
    const lowered = state[frame.from];
    const { initial, window } = streamWindow(connection, stream!, frame.from, frame.first.acked); // the observation is a stream's
    const { sent } = stream!.half(frame.from).window;
    // What was sent in between had a window.
    if (lowered === undefined || window > 0 || lowered.get(streamId) !== sent) {
      lowered?.delete(streamId);
      return;
    }
    lowered.set(streamId, sent + length);
    report(frame, "negative", { length, streamId, initial, window }, { related: opened(stream) });
  },
});

interface Lowered extends Record<Side, Map<number, number> | undefined> {
  readonly walks: WalkBudget;
}

export const streamWindowExceeded = defineRule({
  id: "flow/stream-window-exceeded",
  meta: {
    title: "DATA must fit into the window of its stream",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.2.1" },
      { rfc: 9113, section: "6.9.1", level: "MUST NOT" },
    ],
    expect: { scope: "stream", codes: ["FLOW_CONTROL_ERROR"] },
    needs: ["seen", "settings", "acks"],
    decidable: "head",
    messages: { exceeded: "DATA of {length} bytes on stream {streamId}, whose window was {window}" },
    docs: {
      why: "The window is the room that the receiver has; it resets the stream or closes the connection.",
      fix: "Count padding and Pad Length too, and take INITIAL_WINDOW_SIZE from the other side's SETTINGS.",
    },
  },
  when: { observed: Observation.streamWindowExceeded },
  judge(frame, stream, { connection, report }) {
    const { length, streamId } = frame;
    const { window } = streamWindow(connection, stream!, frame.from, frame.first.acked); // the observation is a stream's
    report(frame, "exceeded", { length, streamId, window }, { related: opened(stream) });
  },
});

export const connectionWindowExceeded = defineRule({
  id: "flow/connection-window-exceeded",
  meta: {
    title: "DATA must fit into the window of the connection",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.2.1" },
      { rfc: 9113, section: "6.9.1", level: "MUST NOT" },
    ],
    expect: { scope: "connection", codes: ["FLOW_CONTROL_ERROR"] },
    needs: ["start2", "no-gap2", "acks"],
    decidable: "head",
    messages: { exceeded: "DATA of {length} bytes on stream {streamId}; the window of the connection was {window}" },
    docs: {
      why: "All streams share it, and only WINDOW_UPDATE on stream 0 raises it; the receiver closes the connection.",
      fix: "Count DATA of all streams, closed and reset ones too; INITIAL_WINDOW_SIZE does not change this window.",
    },
  },
  when: { observed: Observation.connectionWindowExceeded },
  judge(frame, _stream, { connection, report }) {
    const window = connection.endpoint(frame.from).window.available(INITIAL_WINDOW, frame.first.acked);
    report(frame, "exceeded", { length: frame.length, streamId: frame.streamId, window }, { fold: "connection" });
  },
});

// The largest that its sender can have known.
function streamWindow(connection: Connection, stream: Stream, from: Side, horizon: number): { initial: number; window: number } {
  const initial = connection.endpoint(other(from)).settings.largest(Setting.initialWindowSize, horizon);
  return { initial, window: stream.half(from).window.available(initial, horizon) };
}

// RFC 9113 6.9.2: of the connection, which no setting changes.
const INITIAL_WINDOW = 65_535;
const STREAMS = 1000;
