import type { Frame } from "../../http2/frame.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import type { WindowView } from "../../model/flow-window.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { Stream } from "../../model/stream.ts";
import { other, type Side } from "../../place.ts";
import { opened } from "../related.ts";
import { type Context, defineRule, type Rule } from "../rule.ts";

const OVERFLOW = "WINDOW_UPDATE of {increment} lifts the window of {what} to {window}";

export const streamWindowOverflow = overflow("stream", {
  id: "flow/stream-window-overflow",
  meta: {
    title: "WINDOW_UPDATE must not lift the window of a stream above 2147483647",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "6.9.1", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["FLOW_CONTROL_ERROR"] },
    needs: ["seen", "settings"],
    decidable: "payload",
    messages: { overflow: OVERFLOW },
    docs: {
      why: "The sender of DATA counts the window in 31 bits; it resets the stream.",
      fix: "Grant what was read, no more; to open a window wide, leave room for the initial size.",
    },
  },
});

export const connectionWindowOverflow = overflow("connection", {
  id: "flow/connection-window-overflow",
  meta: {
    title: "WINDOW_UPDATE must not lift the window of the connection above 2147483647",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "6.9.1", level: "MUST NOT" }],
    expect: { scope: "connection", codes: ["FLOW_CONTROL_ERROR"] },
    needs: ["start2"],
    decidable: "payload",
    messages: { overflow: OVERFLOW },
    docs: {
      why: "The sender of DATA counts the window in 31 bits; it closes the connection with all its streams.",
      fix: "The window begins with 65535 bytes: to open it fully, grant 2147483647 minus that.",
    },
  },
});

/** A WINDOW_UPDATE that lifts a window too high, unless DATA that its sender had not seen makes room: what the other side sends
 *  before it can have read the WINDOW_UPDATE decides. */
interface Raised {
  readonly frame: FrameRef;
  readonly stream: Stream | undefined;
  readonly increment: number;
  readonly sender: Endpoint;
  /** The initial size and all grants, this one too. */
  readonly right: number;
  /** From then on the other side has read it. */
  readonly until: number;
}

function overflow(of: "stream" | "connection", { id, meta }: Pick<Rule<Meta>, "id" | "meta">): Rule {
  return defineRule({
    id,
    meta,
    state: (): Raised[] => [],
    withState: ["end", "connectionEnd"],
    kinds: ["window-update", "rst-stream", "goaway", "settings", "ping"],
    begunBy: ["window-update"],
    frame(frame, stream, context) {
      const { connection } = context;
      if (frame.kind === "window-update" && (frame.streamId === 0) === (of === "connection")) {
        const raised = raise(frame, stream, connection);
        if (raised !== undefined && context.state.length < WAITING) context.state.push(raised);
      }
      if (context.hasState && context.state.length > 0) settle(context, (raised) => hasRead(raised, frame, connection));
    },
    ...(of === "stream" && {
      ended: { withState: true },
      streamEnd(stream: Stream, context: Context<Meta, Raised[]>): void {
        if (context.state.length > 0) settleStream(stream, context);
      },
    }),
    end(from, how, _at, context) {
      // All that it sent is known.
      if (how === "fin" || how === "rst") settle(context, ({ frame }) => frame.from !== from);
    },
    connectionEnd(context) {
      const { connection, state, uncheck } = context;
      settle(context, ({ until }) => connection.flow.lastTime >= until);
      for (const _ of state.splice(0)) uncheck("end");
    },
  });
}

// All that the other side sent on the stream is known, unless it was ended for it: then some may be on its way. Apart, so that a stream
// without any costs no closure.
function settleStream(stream: Stream, context: Context<Meta, Raised[]>): void {
  settle(context, (raised) => raised.stream === stream && stream.half(other(raised.frame.from)).over);
}

function raise(frame: Frame, stream: Stream | undefined, connection: Connection): Raised | undefined {
  const { increment, from } = frame;
  if (!frame.whole || increment === 0) return undefined;
  const sender = connection.endpoint(other(from));
  if (frame.streamId !== 0 && (stream === undefined || stream.closed)) return undefined;
  const window = windowOf(sender, stream);
  const initial = stream === undefined ? INITIAL_WINDOW : smallestInitial(connection, from);
  const right = initial + window.granted + increment;
  if (right - window.sent <= MAX_WINDOW) return undefined;
  // To the other side and back once for it to arrive, once more for what was on its way.
  const until = frame.last.time + 2 * (connection.roundTrip ?? SECOND);
  return { frame: FrameRef.of(frame), stream, increment, sender, right, until };
}

const windowOf = (sender: Endpoint, stream: Stream | undefined): WindowView =>
  stream === undefined ? sender.window : stream.half(sender.side).window;

// Settings take effect in order, so what was announced last applies; where its acknowledgment is outstanding any of them may.
function smallestInitial(connection: Connection, from: Side): number {
  const { settings } = connection.endpoint(from);
  if (settings.overflowed) return 0;
  let smallest = settings.inForce(Setting.initialWindowSize)!; // it has an initial value
  for (const { entries } of settings.pending) {
    for (const [id, value] of entries) if (id === Setting.initialWindowSize && value < smallest) smallest = value;
  }
  return smallest;
}

// An answer to it, to a later frame, or time.
function hasRead({ frame, until }: Raised, by: Frame, connection: Connection): boolean {
  if (by.first.time > until) return true;
  if (by.from === frame.from) return false;
  if (connection.endpoint(by.from).processed >= frame.end) return true;
  if (by.first.acked < frame.end) return false;
  return by.kind === "goaway" ? by.errorCode !== 0 : by.kind === "rst-stream" && by.streamId === frame.streamId;
}

const isUnbroken = ({ client, server }: Connection): boolean => client.unbroken && server.unbroken;

function settle({ state, report, connection }: Context<Meta, Raised[]>, decided: (raised: Raised) => boolean): void {
  for (let i = 0; i < state.length; ) {
    const raised = state[i]!;
    if (!decided(raised)) {
      i++;
      continue;
    }
    state.splice(i, 1);
    const { frame, stream, increment } = raised;
    const window = raised.right - windowOf(raised.sender, stream).sent;
    const what = stream === undefined ? "the connection" : `stream ${stream.id}`;
    // What is missing may be DATA, which makes room: but no more of it than there are bytes.
    const { sender, right } = raised;
    const isCertain = isUnbroken(connection) || right - connection.sentAtMost(sender.side) > MAX_WINDOW;
    const more = stream !== undefined ? { stream } : isCertain ? {} : { because: "no-gap2" as const };
    if (window > MAX_WINDOW) report(frame, "overflow", { increment, what, window }, { ...more, related: opened(stream) });
  }
}

type Meta = Rule["meta"] & { readonly messages: { readonly overflow: typeof OVERFLOW } };

const INITIAL_WINDOW = 65_535;
const MAX_WINDOW = 0x7fffffff;
// That wait to be decided; more are consequence.
const WAITING = 16;
// Nanoseconds.
const SECOND = 1e9;
