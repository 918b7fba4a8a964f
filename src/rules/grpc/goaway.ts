import { latin1 } from "../../bytes.ts";
import { callOf } from "../../grpc/call.ts";
import { ErrorCode } from "../../http2/error-code.ts";
import type { Connection } from "../../model/connection.ts";
import type { Stream } from "../../model/stream.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const goawayReason = defineRule({
  id: "grpc/goaway-reason",
  meta: {
    title: "Why a gRPC server sent GOAWAY",
    severity: "info",
    by: "server",
    spec: [{ document: "gRFC A9", section: "Server-side Connection Management" }],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: { reason: "the server sends GOAWAY with {text}: {reason}" },
    docs: {
      why: "The debug data of GOAWAY says what the error code does not.",
      fix: "Nothing needs to be done unless the reason is a surprise.",
    },
  },
  kinds: ["goaway"],
  from: "server",
  frame(frame, _stream, { report }) {
    if (!frame.whole) return;
    const text = latin1(frame.bytes, frame.start, Math.min(frame.end, frame.start + 200));
    const known = Object.keys(REASONS).find((word) => text.includes(word));
    if (known !== undefined) report(frame, "reason", { text: known, reason: REASONS[known]! }, { fold: known });
  },
});

const REASONS: Readonly<Record<string, string>> = {
  max_age: "the connection has reached the age that the server allows",
  max_idle: "the connection had no call for the time that the server allows",
  graceful_stop: "the server is being stopped; open calls may end",
  draining: "the server, or a proxy, is being taken out of service",
  app_requested: "the server's application asked for it",
  too_many_pings: "the client's keepalive PINGs come more often than the server allows",
  too_many_rststreams: "the client resets more streams than the server allows",
  session_timed_out: "the front end closes connections after a time",
};

// The client's, without and with the two ids. A flood of GOAWAYs that count down asks for each id once.
function* streamsBetween({ streams }: Connection, above: number, upTo: number): Generator<Stream> {
  if (upTo - above > 2 * streams.size) {
    for (const stream of streams.values())
      if (stream.initiator === "client" && stream.id > above && stream.id <= upTo) yield stream;
    return;
  }
  for (let id = (above + 1) | 1; id <= upTo; id += 2) {
    const stream = streams.get(id);
    if (stream !== undefined) yield stream;
  }
}

export const unavailableRetryable = defineRule({
  id: "grpc/unavailable-retryable",
  meta: {
    title: "A call that the server did not process may be sent again",
    severity: "info",
    by: "server",
    spec: [{ document: "gRFC A6", section: "Transparent Retries" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: {
      goaway: "GOAWAY ends {calls} calls above its last stream {lastStreamId}: they were not processed and may be sent again",
      refused: "the server refuses the call on stream {streamId}: it was not processed and may be sent again",
    },
    docs: {
      why: "The handler has not run: a retry is safe even where the method is not idempotent, and libraries do it automatically.",
      fix: "Nothing needs to be done if the client retries.",
    },
  },
  kinds: ["goaway"],
  from: "server",
  // Streams above it are reported.
  state: () => ({ lowest: Infinity }),
  frame(frame, _stream, { state, report, connection }) {
    const { lastStreamId } = frame;
    if (!frame.whole || frame.streamId !== 0 || lastStreamId >= state.lowest) return;
    const before = Math.min(state.lowest, connection.client.highestOpened);
    state.lowest = lastStreamId;
    if (before <= lastStreamId) return;
    let calls = 0;
    for (const stream of streamsBetween(connection, lastStreamId, before)) {
      if (!stream.closed && callOf(stream)?.asked) calls++;
    }
    if (calls > 0) report(frame, "goaway", { calls, lastStreamId });
  },
  reset(frame, { asked, stream }, { report }) {
    const { server } = stream;
    if (frame.from !== "server" || frame.errorCode !== ErrorCode.refusedStream || !asked) return;
    if (server.message !== "no" || server.dataFrames > 0) return;
    report(frame, "refused", { streamId: stream.id }, { related: opened(stream) });
  },
});
