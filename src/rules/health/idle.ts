import { ValueBit } from "../../fields/value-bit.ts";
import { mayBeAtDeadline, timeoutOf } from "../../grpc/timeout.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import type { Connection } from "../../model/connection.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { Stream } from "../../model/stream.ts";
import { timerOf } from "../../model/timer.ts";
import { other, type Side } from "../../place.ts";
import { SECOND } from "../../time.ts";
import type { RelatedFrame } from "../finding.ts";
import { opened } from "../related.ts";
import { defineRule, type Note } from "../rule.ts";

export const idleTimeout = defineRule({
  id: "health/idle-timeout",
  meta: {
    title: "A stream or connection in use should not end by an idle timeout",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "9.1" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["no-gap2"],
    decidable: "payload",
    messages: {
      reset:
        "the {side} reset stream {streamId} with {code} after {seconds} s without a frame on it: an idle timeout of the {side}, or of a proxy in its place",
      answered:
        "the {side} answered stream {streamId} with :status {status} after {seconds} s without a frame on it: a timeout of the {side}, or of a proxy in its place",
      closed:
        "the {side} closed the connection ({how}) on {streams} open streams after {seconds} s without a frame: an idle timeout of the {side}, or of a proxy in its place",
    },
    docs: {
      why: "Load balancers and proxies close streams and connections on which nothing moves, whatever their error code says; a quiet stream is lawful.",
      fix: "Raise the idle timeout for that route, or send something sooner: gRPC keepalive PINGs for a connection, messages for a stream.",
    },
  },
  state: () => ({ waits: [] as Wait[], answers: [] as Answer[], resets: [] as Reset[] }),
  // Quiet times that ended so: nobody's wait is the same twice by chance.
  session: () => ({ quiet: [] as number[], told: "" }),
  when: { values: ValueBit.statusOther, roles: ["response"], from: "server" },
  judge(subject, stream, context) {
    const status = "decoded" in subject ? (subject.decoded?.statusCode ?? 0) : 0;
    if (!TIMEOUTS.has(status) || stream?.seen !== true || stream.promised) return;
    const seconds = timerOf(subject.first.time - lastTimeOf(stream));
    if (seconds === undefined) return;
    const { answers } = context.state;
    if (answers.length >= KEPT) return;
    // Reported apart from what is wrong with the status: it says why.
    const data = { side: subject.from, streamId: stream.id, status, seconds };
    answers.push({ subject: FrameRef.of(subject), stream, related: opened(stream), data });
  },
  kinds: ["rst-stream"],
  frame(frame, stream, context) {
    const { errorCode, from } = frame;
    if (stream?.seen !== true || stream.closed || isGivenUp(stream, from, errorCode, frame.last.time)) return;
    const quiet = frame.first.time - lastTimeOf(stream);
    if (quiet < LEAST) return;
    const seconds = timerOf(quiet);
    const data = { side: from, streamId: stream.id, code: errorCodeName(errorCode) };
    const related = opened(stream);
    const { waits, resets } = context.state;
    // What is wrong with NO_ERROR before the end of a response stands by itself: this says why, and is reported apart.
    if (errorCode === ErrorCode.noError) {
      if (seconds !== undefined && resets.length < KEPT)
        resets.push({ subject: FrameRef.of(frame), stream, related, data: { ...data, seconds } });
    } else if (seconds !== undefined) context.report(frame, "reset", { ...data, seconds }, { related, fold: String(errorCode) });
    if (waits.length >= KEPT || errorCode === ErrorCode.noError) return;
    const facts = { quiet, isTimer: seconds !== undefined, message: "reset", data } as const;
    waits.push(seconds === undefined ? { facts, subject: FrameRef.of(frame), related, stream } : { facts });
  },
  onClose: true,
  end(from, how, at, context) {
    const { connection } = context;
    const peer = connection.endpoint(other(from));
    if (from === "client" || peer.end !== undefined || connection.closedUnseen("client")) return;
    if (connection.server.goaways.length > 0 || connection.client.goaways.length > 0) return;
    const streams = openStreams(connection);
    if (streams === 0) return;
    const quiet = at.time - Math.max(connection.client.lastAt.time, connection.server.lastAt.time);
    if (quiet < LEAST) return;
    const seconds = timerOf(quiet);
    const data = { side: from, how: how.toUpperCase(), streams };
    const subject = FrameRef.close(from, at);
    if (seconds !== undefined) context.report(subject, "closed", { ...data, seconds });
    const facts = { quiet, isTimer: seconds !== undefined, message: "closed", data } as const;
    context.state.waits.push(seconds === undefined ? { facts, subject } : { facts });
  },
  withState: ["connectionEnd"],
  connectionEnd({ state: { answers, resets }, report }) {
    for (const { subject, stream, related, data } of resets) report(subject, "reset", data, { stream, related, fold: data.code });
    for (const { subject, stream, related, data } of answers)
      report(subject, "answered", data, { stream, related, fold: String(data.status) });
  },
  note: ({ state }) => state.waits,
  compare({ quiet, isTimer, ...of }: QuietTime, { session, connection }) {
    const before = session.quiet;
    const again = before.some((one) => Math.abs(one - quiet) <= ALIKE * quiet);
    if (before.length < KEPT) before.push(quiet);
    if (!again || isTimer) return undefined;
    // Of a kind one a connection is enough.
    const kind = `${connection} ${of.message} ${of.message === "reset" ? of.data.code : ""}`;
    if (session.told === kind) return undefined;
    session.told = kind;
    const seconds = Math.round(quiet / (SECOND / 10)) / 10;
    if (of.message === "reset") return { message: of.message, data: { ...of.data, seconds } };
    return { message: of.message, data: { ...of.data, seconds } };
  },
});

interface Answer {
  readonly subject: FrameRef;
  readonly stream: Stream;
  readonly related: readonly RelatedFrame[];
  readonly data: { readonly side: Side; readonly streamId: number; readonly status: number; readonly seconds: number };
}

interface Reset {
  readonly subject: FrameRef;
  readonly stream: Stream;
  readonly related: readonly RelatedFrame[];
  readonly data: { readonly side: Side; readonly streamId: number; readonly code: string; readonly seconds: number };
}

type Wait = Note<QuietTime>;

/** A time without a frame, in nanoseconds, that an end followed. One that timers are set to is reported at once. */
type QuietTime = { readonly quiet: number; readonly isTimer: boolean } & (
  | { readonly message: "reset"; readonly data: { readonly side: Side; readonly streamId: number; readonly code: string } }
  | { readonly message: "closed"; readonly data: { readonly side: Side; readonly how: string; readonly streams: number } }
);

// Everyday ends: a client that does not want the stream any more, a deadline, a refusal.
function isGivenUp(stream: Stream, from: "client" | "server", errorCode: number, now: number): boolean {
  if (errorCode === ErrorCode.refusedStream) return true;
  // RFC 9113 8.1: behind a whole response it stops the request only.
  if (errorCode === ErrorCode.noError && (from === "client" || stream.server.endAt >= 0)) return true;
  if (errorCode === ErrorCode.cancel && from === "client") return true;
  const timeout = timeoutOf(stream.request.grpcTimeout);
  return mayBeAtDeadline(now - stream.openedTime, timeout);
}

function openStreams({ streams }: Connection): number {
  let open = 0;
  for (const { closed, reserved, seen } of streams.values()) if (!closed && !reserved && seen) open++;
  return open;
}

const lastTimeOf = ({ client, server, openedTime }: Stream): number => Math.max(openedTime, client.lastTime, server.lastTime);

// By which servers and proxies say that they do not wait any longer.
const TIMEOUTS: ReadonlySet<number> = new Set([408, 502, 503, 504, 524]);
const LEAST = 4.9 * SECOND;
const ALIKE = 0.02;
// Of a run, and of a connection.
const KEPT = 64;
