import { callOf } from "../../grpc/call.ts";
import { ErrorCode } from "../../http2/error-code.ts";
import type { Connection } from "../../model/connection.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import type { Stream } from "../../model/stream.ts";
import { acknowledgedWindow, connectionWindow } from "../../model/window-stall.ts";
import { SECOND } from "../../time.ts";
import { opened } from "../related.ts";
import { type Context, defineRule, type RuleMeta } from "../rule.ts";

const messages = {
  message:
    "the client stopped in the middle of its request on stream {streamId}: {missing} bytes of message {number} were missing, and nothing more of it came in the {seconds} s until the server gave up",
  content:
    "the client stopped in the middle of its request on stream {streamId}: {octets} of {length} bytes of content were there, and nothing more of it came in the {seconds} s until the server gave up",
} as const;

export const requestStalled = defineRule({
  id: "health/request-stalled",
  meta: {
    title: "A request should not stop in the middle of its content",
    severity: "warning",
    by: "client",
    spec: [{ rfc: 9113, section: "8.1" }],
    expect: { scope: "stream", codes: ["CANCEL"], optional: true },
    needs: ["seen", "settings", "no-gap2"],
    decidable: "payload",
    messages,
    options: { ms: { default: 1000, unit: "ms", about: "without a frame of the request" } },
    docs: {
      why: "A server waits for the rest as long as it may: Kestrel wants 240 bytes a second (MinRequestBodyDataRate), others have a timer for the whole request.",
      fix: "Look at what the client waited for while it wrote: its own source, a proxy that buffers, a network that had gone. If slow requests are meant to be, raise the server's limit.",
    },
  },
  kinds: ["rst-stream", "goaway"],
  from: "server",
  state: () => ({ closed: false }),
  // Then the client cannot send, whatever HTTP/2 allows.
  tcpWindow(from, zero, _at, { state }) {
    if (from === "server") state.closed = zero;
  },
  frame(frame, stream, context) {
    const { errorCode, kind, last } = frame;
    const { connection, options } = context;
    if (!frame.whole || errorCode === ErrorCode.noError || errorCode === ErrorCode.refusedStream) return;
    if (kind === "goaway") {
      if (connection.server.goaways.length === 0) tell(stalledIn(connection, last.time, options.ms), context);
    } else if (stream !== undefined) tell(stalledAt(stream, connection, last.time, options.ms), context);
  },
  onClose: true,
  end(from, _how, at, context) {
    const { client, server } = context.connection;
    if (from !== "server" || server.goaways.length > 0 || client.end !== undefined) return;
    // The client may have closed first, unseen.
    if (context.connection.closedUnseen("client")) return;
    tell(stalledIn(context.connection, at.time, context.options.ms), context);
  },
});

function tell(stalled: Stalled | undefined, context: StallContext): void {
  if (stalled === undefined || (context.hasState && context.state.closed)) return;
  const { stream, at, seconds, inside } = stalled;
  const { dataOctets: octets, declaredLength: length } = stream.client;
  // A shorter wait may be for anything.
  const severity = seconds >= LONG ? {} : ({ severity: "info" } as const);
  const more = { stream, related: opened(stream), fold: "", ...severity };
  const { report } = context;
  if (inside !== undefined) report(at, "message", { streamId: stream.id, ...inside, seconds }, more);
  else report(at, "content", { streamId: stream.id, octets, length, seconds }, more);
}

type StallContext = Context<RuleMeta & { readonly messages: typeof messages }, { closed: boolean }>;

interface Stalled {
  readonly stream: Stream;
  readonly at: FrameRef;
  readonly seconds: number;
  /** Of the message that it stopped in; undefined: it stopped short of its content-length. */
  readonly inside: { readonly missing: number; readonly number: number } | undefined;
}

// The first of them, where the client had sent nothing else for so long that the server can mean.
function stalledIn(connection: Connection, now: number, ms: number): Stalled | undefined {
  let first: Stalled | undefined;
  for (const stream of connection.streams.values()) {
    if (stream.initiator === "client" && now - Math.max(stream.openedTime, stream.client.lastTime) < ms * 1e6) return undefined;
    first ??= stalledAt(stream, connection, now, ms);
  }
  return first;
}

function stalledAt(stream: Stream, connection: Connection, now: number, ms: number): Stalled | undefined {
  const { client, server } = stream;
  if (!stream.seen || stream.initiator !== "client" || client.over || server.over || server.message !== "no") return undefined;
  const quiet = now - client.lastTime;
  if (client.lastData === undefined || quiet < ms * 1e6) return undefined;
  // Then it could not.
  if (acknowledgedWindow(connection, stream, "client") <= 0 || connectionWindow(connection, "client") <= 0) return undefined;
  const request = callOf(stream)?.request;
  const inside = request?.inMessage === true ? { missing: request.missing, number: request.messages + 1 } : undefined;
  if (inside === undefined && client.dataOctets >= client.declaredLength) return undefined;
  return { stream, at: client.lastData.copy(), seconds: Math.round(quiet / (SECOND / 10)) / 10, inside };
}

// Seconds.
const LONG = 5;
