import { isAtDeadline, timeoutOf } from "../../grpc/timeout.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { requestNumber } from "../../model/request-number.ts";
import type { Stream } from "../../model/stream.ts";
import { timerOf } from "../../model/timer.ts";
import { other } from "../../place.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { statusText } from "../status-text.ts";
import { WalkBudget } from "../walk-budget.ts";

export const refusedStreams = defineRule({
  id: "health/refused-streams",
  meta: {
    title: "A server should not have to refuse streams",
    severity: "info",
    by: "server",
    spec: [{ rfc: 9113, section: "8.7" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      refused: "the server refused stream {streamId} with {others} others open; its limit: {limit}",
      within:
        "the server refused stream {streamId} with {others} others open, though its limit is {limit}: it counts otherwise than RFC 9113, or refuses for another reason",
      early:
        "the server refused stream {streamId}, which the client had sent before the server's SETTINGS ({setting} {value}) could reach it; that is lawful, and the request may be sent again",
      content:
        "the server refused stream {streamId}, whose content the client had sent before the server's SETTINGS could reach it, as nginx does; that is lawful, and the request may be sent again",
    },
    docs: {
      why: "The server is overloaded or shutting down, or got more streams than it can handle; the client may send the requests again.",
      fix: "Announce MAX_CONCURRENT_STREAMS as it is meant, so that clients wait or open another connection.",
    },
  },
  kinds: ["rst-stream"],
  from: "server",
  state: () => ({ walks: new WalkBudget(), others: 0, early: [] as Early[] }),
  frame(frame, stream, context) {
    if (!frame.whole || frame.errorCode !== ErrorCode.refusedStream) return;
    const { connection, state, report } = context;
    if (stream !== undefined && state.early.length < EARLY && wentBefore(stream, connection)) {
      const lower = lowerThanKnown(stream, connection);
      if (lower !== undefined || stream.client.dataFrames > 0) {
        // Reported apart from what a caller makes of it: it says why.
        state.early.push({ frame: FrameRef.of(frame), stream, lower });
        return;
      }
    }
    const { client, server } = connection;
    const { streamId } = frame;
    const isCounted = state.walks.isDue(connection);
    if (isCounted) state.others = othersOpen(streamId, frame.first.acked, connection);
    const { others } = state;
    const announced = server.settings.announced(Setting.maxConcurrentStreams);
    const limit = server.settings.inForce(Setting.maxConcurrentStreams) ?? announced;
    const isWhole = isCounted && client.whole && server.whole;
    if (stream !== undefined && isWhole && limit !== undefined && announced !== undefined && others < Math.min(limit, announced))
      report(frame, "within", { streamId, others, limit: Math.min(limit, announced) }, { fold: "within" });
    else report(frame, "refused", { streamId, others, limit: limit ?? "none announced" }, { fold: "" });
  },
  withState: ["connectionEnd"],
  connectionEnd({ state: { early }, report }) {
    for (const { frame, stream, lower } of early) {
      const { id: streamId } = stream;
      if (lower === undefined) report(frame, "content", { streamId }, { stream, fold: "content" });
      else report(frame, "early", { streamId, ...lower }, { stream, fold: "early" });
    }
  },
});

interface Early {
  readonly frame: FrameRef;
  readonly stream: Stream;
  readonly lower: { readonly setting: string; readonly value: number } | undefined;
}

// Of a connection.
const EARLY = 64;

// Streams of the client that the server may still count (RFC 9113 5.1.2) when it has got so many bytes: it cannot know of what was under way.
function othersOpen(but: number, acked: number, { streams }: Connection): number {
  let others = 0;
  for (const { id, seen, initiator, reserved, client, server } of streams.values()) {
    if (id === but || !seen || reserved || initiator !== "client" || server.resetAt >= 0) continue;
    const left = client.resetAt >= 0 ? client.resetAt : server.endAt >= 0 ? client.endAt : -1;
    if (left < 0 || left > acked) others++;
  }
  return others;
}

// RFC 9113 3.4, 6.9.2: until the server's SETTINGS arrive the client goes by the initial values.
function wentBefore({ opening }: Stream, { server: { settings } }: Connection): boolean {
  return settings.first !== undefined && opening !== undefined && opening.acked >= 0 && opening.acked < settings.first.end;
}

// What they say that this request does not fit.
function lowerThanKnown({ id, client }: Stream, connection: Connection): { setting: string; value: number } | undefined {
  const { settings } = connection.server;
  const window = settings.announced(Setting.initialWindowSize);
  if (window !== undefined && client.dataOctets > window) return { setting: "INITIAL_WINDOW_SIZE", value: window };
  const most = settings.announced(Setting.maxConcurrentStreams);
  return most !== undefined && most < requestNumber(connection, id)
    ? { setting: "MAX_CONCURRENT_STREAMS", value: most }
    : undefined;
}

export const resetAfterResponse = defineRule({
  id: "health/reset-after-response",
  meta: {
    title: "After a whole response a server should reset the rest of the request with NO_ERROR",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 9113, section: "8.1" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["seen"],
    decidable: "payload",
    messages: {
      cancel:
        "the server reset stream {streamId} with CANCEL after its whole response ({answer}), while the client had not ended the request; only NO_ERROR lets the response stand",
    },
    docs: {
      why: "RFC 9113 lets a server stop a request so, and forbids clients to drop the response; after CANCEL they may. gRPC callers then see CANCELLED in place of the status.",
      fix: "Send RST_STREAM(NO_ERROR). A proxy should pass the code on as it came.",
    },
  },
  kinds: ["rst-stream"],
  from: "server",
  frame(frame, stream, { report }) {
    if (!frame.whole || frame.errorCode !== ErrorCode.cancel) return;
    if (stream?.seen !== true || stream.initiator !== "client") return;
    const { client, server, response } = stream;
    if (server.endAt < 0 || server.resetAt >= 0 || client.over) return;
    report(frame, "cancel", { streamId: stream.id, answer: statusText(response) }, { related: opened(stream), fold: "" });
  },
});

export const serverReset = defineRule({
  id: "health/server-reset",
  meta: {
    title: "A server should answer a request, not reset it",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 9113, section: "7" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      reset: "the server reset stream {streamId} with {code}: {meaning}",
      response:
        "the server reset stream {streamId} with {code} after it had begun its response (:status {status}, {octets} bytes of content): it cut off its own response",
      deadline: "the server reset stream {streamId} with {code} after {ms} ms, at its grpc-timeout of {timeout} ms",
    },
    docs: {
      why: "The request failed without a status, and the client cannot tell why. A response that is cut off is of no use to it.",
      fix: "Read the server's log at that time, and that of the server behind it where it is a proxy. A server that knows what went wrong should send a status.",
    },
  },
  kinds: ["rst-stream"],
  from: "server",
  frame(frame, stream, { connection: { client }, report }) {
    const { errorCode } = frame;
    if (errorCode === ErrorCode.noError || errorCode === ErrorCode.refusedStream) return;
    // After RST_STREAM of the client, or its own, nobody waits for an answer.
    if (stream === undefined || !stream.seen || stream.closed || stream.promised) return;
    // health/reset-after-response
    if (errorCode === ErrorCode.cancel && stream.server.endAt >= 0) return;
    // health/idle-timeout judges that.
    if (timerOf(frame.first.time - Math.max(stream.openedTime, stream.client.lastTime, stream.server.lastTime)) !== undefined)
      return;
    const timeout = timeoutOf(stream.request.grpcTimeout);
    const waited = frame.last.time - stream.openedTime;
    const data = { streamId: stream.id, code: errorCodeName(errorCode) };
    const more = { related: opened(stream), fold: String(errorCode) };
    // What it answers may be in octets of the client that the capture lacks, whatever the code: nghttpx calls faults INTERNAL_ERROR.
    const unseen = !(client.started && client.unbroken);
    // The client gives the call up at the same time.
    if (errorCode === ErrorCode.cancel && timeout !== undefined && isAtDeadline(waited, timeout)) {
      const times = { ms: Math.round(waited / 1e6), timeout: timeout / 1e6 };
      report(frame, "deadline", { ...data, ...times }, { ...more, severity: "info" });
      return;
    }
    // It had taken the request for right. Of one that goes on something may have been wrong since.
    if (stream.server.message === "yes" && stream.server.endAt < 0 && stream.client.endAt >= 0 && !unseen) {
      const { status } = stream.response;
      report(frame, "response", { ...data, status, octets: stream.server.dataOctets }, more);
      return;
    }
    const because = unseen ? ({ because: client.started ? "no-gap2" : "start2" } as const) : {};
    report(frame, "reset", { ...data, meaning: MEANING[errorCode] ?? "no code of RFC 9113" }, { ...more, ...because });
  },
});

export const lateFramesAfterRst = defineRule({
  id: "health/late-frames-after-rst",
  meta: {
    title: "Frames on a stream should stop soon after its RST_STREAM",
    severity: "info",
    by: "either",
    spec: [{ rfc: 9113, section: "5.1" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["acks"],
    decidable: "head",
    messages: {
      late: "the {side} sent {kind} ({octets} bytes) on stream {streamId} when RST_STREAM had arrived; {ms} ms lie between them",
    },
    docs: {
      why: "They are wasted: the other side throws them away. They are legal while the RST_STREAM was not read.",
      fix: "Nothing, if there are few; otherwise read frames before writing more DATA.",
    },
  },
  when: { observed: Observation.lateAfterReset },
  judge(subject, stream, { report }) {
    if (stream === undefined) return;
    const { resetTime } = stream.half(other(subject.from));
    const ms = Math.round((subject.first.time - resetTime) / 1e6);
    const data = { side: subject.from, kind: kindName(subject.kind), octets: subject.length, streamId: stream.id, ms };
    report(subject, "late", data, { related: opened(stream), fold: "" });
  },
});

const MEANING: Readonly<Record<number, string>> = {
  [ErrorCode.protocolError]: "it calls something on the stream a violation",
  [ErrorCode.internalError]: "it failed inside",
  [ErrorCode.flowControlError]: "it calls a window exceeded",
  [ErrorCode.settingsTimeout]: "its SETTINGS were not acknowledged in time",
  [ErrorCode.streamClosed]: "it calls the stream closed",
  [ErrorCode.frameSizeError]: "it calls a frame's length wrong",
  [ErrorCode.cancel]: "it does not want the stream any more",
  [ErrorCode.compressionError]: "it could not decode fields",
  [ErrorCode.connectError]: "the connection behind CONNECT failed",
  [ErrorCode.enhanceYourCalm]: "it calls the load excessive",
  [ErrorCode.inadequateSecurity]: "it wants a better TLS",
  [ErrorCode.http11Required]: "it wants HTTP/1.1 for this",
};
