import { latin1 } from "../../bytes.ts";
import { BlockBit } from "../../fields/decoded-block.ts";
import { FieldBit } from "../../fields/field.ts";
import { mayBeAtDeadline, timeoutOf } from "../../grpc/timeout.ts";
import { ErrorCode } from "../../http2/error-code.ts";
import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { MessageHead } from "../../model/message-head.ts";
import type { Stream } from "../../model/stream.ts";
import { durationText } from "../duration.ts";
import { defineRule } from "../rule.ts";
import { enhanceYourCalm } from "../shapes/excess.ts";
import { flood, within } from "../shapes/flood.ts";
import { SlidingCount } from "../shapes/sliding-count.ts";

// RFC 9113 8.2, 8.2.1, 8.2.2, 8.3, 8.3.1.
const MALFORMED =
  FieldBit.upperCase |
  FieldBit.invalidNameChar |
  FieldBit.colonInName |
  FieldBit.emptyName |
  FieldBit.connectionSpecific |
  FieldBit.pseudoUnknown |
  FieldBit.responsePseudo |
  FieldBit.invalidValueChar |
  BlockBit.pseudoAfterRegular |
  BlockBit.pseudoDuplicate;

export const rapidReset = flood("abuse/rapid-reset", {
  meta: {
    title: "A client should not open streams only to reset them",
    by: "client",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2023-44487", section: "HTTP/2 Rapid Reset" },
    ],
    needs: ["no-gap2"],
    decidable: "head",
    messages: {
      rapid:
        "the client reset {count} streams before any response, each within {within} of its HEADERS, in {time}, up to {peak} within {window}: {share} % of those it opened",
    },
    options: {
      streams: { default: 100, unit: "streams", about: "Such streams that are too many" },
      window: within(30_000),
      within: { default: 100, unit: "ms", about: "From HEADERS to RST_STREAM" },
      share: { default: 50, unit: "percent", about: "Of the streams opened in the window, at least" },
    },
    docs: {
      why: "A reset stream no longer counts against MAX_CONCURRENT_STREAMS, but the server may still work on it: two frames cost it a whole request.",
      fix: "If this is your client, send only requests whose answer you want. A server should limit resets and close with ENHANCE_YOUR_CALM.",
    },
  },
  most: "streams",
  kinds: ["headers", "rst-stream"],
  from: "client",
  // The streams that were opened within the window.
  memory: (): { opened: SlidingCount | undefined } => ({ opened: undefined }),
  of(frame, stream, context) {
    const { connection, options } = context;
    if (frame.kind === "headers") {
      if (stream !== undefined || (!context.hasState && connection.streamCount < FEW)) return undefined;
      openedOn(connection, context.state.memory, options.window).add(frame.last.time);
      return undefined;
    }
    if (stream === undefined || !stream.seen || stream.initiator !== "client" || stream.client.resetAt >= 0) return undefined;
    // Where nothing of the server was captured, nothing shows that there was no response.
    if (!connection.server.seen || stream.server.message !== "no" || stream.server.over) return undefined;
    const waited = frame.last.time - stream.openedTime;
    if (waited > options.within * MS) return undefined;
    // Its client wanted an answer as long as it said, and the server knows when to stop (gRPC over HTTP2, Timeout).
    const timeout = timeoutOf(stream.request.grpcTimeout);
    return timeout !== undefined && timeout >= SHORTEST && mayBeAtDeadline(waited, timeout) ? undefined : frame;
  },
  isTooMuch({ count, time }, { connection, state, options }) {
    const opened = openedOn(connection, state.memory, options.window).within(time);
    return count >= (opened * options.share) / 100;
  },
  data: (excess, { within, share }) => ({ ...excess.data, within: `${within} ms`, share }),
});

// The first few are counted when there are more, or resets: the model remembers them.
function openedOn({ streams }: Connection, memory: { opened: SlidingCount | undefined }, window: number): SlidingCount {
  if (memory.opened !== undefined) return memory.opened;
  memory.opened = new SlidingCount(window * MS);
  for (const { initiator, openedTime } of streams.values()) if (initiator === "client") memory.opened.add(openedTime);
  return memory.opened;
}

const FEW = 8;
// A deadline that leaves a server time to answer.
const SHORTEST = 1e6;

export const manyResets = defineRule({
  id: "abuse/many-resets",
  meta: {
    title: "A client should not reset more streams than the server allows",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2023-44487", section: "HTTP/2 Rapid Reset" },
    ],
    expect: enhanceYourCalm,
    needs: ["no-gap2"],
    decidable: "payload",
    messages: {
      many: "the client reset {count} streams, up to {peak} within {window}, when the server gave up; servers count that whatever the reason (Netty allows 200 in 30 s, nghttp2 1,000 and then 33 a second)",
    },
    options: {
      streams: { default: 20, unit: "streams", about: "The least that a server may have counted" },
      window: within(30_000),
    },
    docs: {
      why: "Since Rapid Reset servers end the connection of a client that cancels many calls, and all other calls on it.",
      fix: "Cancel less: let short calls end, give searches and streams of results a pause. Else raise the server's limit.",
    },
  },
  kinds: ["rst-stream", "goaway"],
  state: (): { resets: SlidingCount | undefined; latest: FrameRef | undefined; count: number; peak: number } => ({
    ...{ resets: undefined, latest: undefined, count: 0, peak: 0 },
  }),
  frame(frame, stream, context) {
    if (!frame.whole) return;
    const { options } = context;
    if (frame.kind === "rst-stream") {
      if (frame.from !== "client" || stream?.seen !== true || stream.client.resetAt >= 0) return;
      const { state } = context;
      const { time } = frame.last;
      state.resets ??= new SlidingCount(options.window * MS);
      state.resets.add(time);
      state.count++;
      state.peak = Math.max(state.peak, state.resets.within(time));
      state.latest = FrameRef.of(frame);
      return;
    }
    if (frame.from !== "server" || !context.hasState) return;
    const { latest, count, peak } = context.state;
    // What it had not got it does not answer.
    if (latest === undefined || latest.end > frame.first.acked || peak < options.streams || !isForResets(frame, peak)) return;
    context.report(latest, "many", { count, peak, window: durationText(options.window * MS) }, { fold: "resets" });
  },
});

// By its text; where it has none, by its code. nghttp2 says INTERNAL_ERROR.
function isForResets({ errorCode, bytes, start, end }: Frame, peak: number): boolean {
  const text = latin1(bytes, start, Math.min(end, start + TEXT));
  if (text !== "") return errorCode !== ErrorCode.noError && RESETS.test(text) && MANY.test(text);
  return errorCode === ErrorCode.enhanceYourCalm || (errorCode === ErrorCode.internalError && peak >= NGHTTP2_RESETS);
}

const RESETS = /\bRST|_rst|reset|cancel/i;
const MANY = /too.?many|max|limit|exceed|flood|rate|number of/i;
const TEXT = 300;
// Its default, less what this may have counted wrongly.
const NGHTTP2_RESETS = 900;

export const madeYouReset = flood("abuse/made-you-reset", {
  meta: {
    title: "A client should not make the server reset streams",
    by: "client",
    spec: [
      { rfc: 9113, section: "5.4.2" },
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2025-8671", section: "MadeYouReset" },
    ],
    needs: ["acks", "no-gap2"],
    decidable: "head",
    messages: {
      made: "the client made the server reset {count} open streams by stream errors in {time}, up to {peak} within {window}",
    },
    options: {
      streams: { default: 50, unit: "streams", about: "Such streams that are too many" },
      window: within(30_000),
      within: { default: 1000, unit: "ms", about: "From the fault to the server's RST_STREAM" },
    },
    docs: {
      why: "The server resets the stream itself, so limits on the client's resets do not count it, but may still work on the request.",
      fix: "A server should count the resets that it is made to send too, and close with ENHANCE_YOUR_CALM.",
    },
  },
  most: "streams",
  when: { observed: Observation.afterEndStream, from: "client" },
  kinds: ["window-update", "priority", "rst-stream"],
  // By stream what the client did last that the server may take for an error.
  memory: () => new Map<number, FrameRef>(),
  judge(subject, _stream, { state }) {
    remember(state.memory, FrameRef.of(subject));
  },
  of(frame, stream, context) {
    if (stream === undefined || !stream.seen || stream.initiator !== "client") return undefined;
    if (frame.from === "client") {
      const { connection } = context;
      if (!stream.closed && isStreamError(frame, stream, connection)) remember(context.state.memory, FrameRef.of(frame));
      return undefined;
    }
    if (!BLAMES.has(frame.errorCode)) return undefined;
    const { memory: faults } = context.state;
    const fault = faults.get(frame.streamId);
    if (fault === undefined || fault.end > frame.first.acked) return undefined;
    if (frame.last.time - fault.time > context.options.within * MS) return undefined;
    faults.delete(frame.streamId);
    return fault;
  },
});

export const resetFlood = flood("abuse/reset-flood", {
  meta: {
    title: "A client should not send requests that the server can only reset",
    by: "client",
    spec: [
      { rfc: 9113, section: "8.1.1" },
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9514", section: "Reset Flood" },
    ],
    needs: ["hpack", "no-gap2"],
    decidable: "block",
    messages: {
      flood:
        "the client opened {count} streams with malformed requests, each reset by the server, in {time}, up to {peak} within {window}",
    },
    options: {
      streams: { default: 50, unit: "streams", about: "Such streams that are too many" },
      window: within(10_000),
    },
    docs: {
      why: "Every one makes the server queue an RST_STREAM; with a client that does not read, the queue grows.",
      fix: "Find out what makes the requests malformed: see the findings on the single streams.",
    },
  },
  most: "streams",
  when: { bits: MALFORMED, roles: ["request"], from: "client" },
  kinds: ["rst-stream"],
  // Open streams with malformed requests.
  memory: (): { malformed: Set<number> | undefined } => ({ malformed: undefined }),
  judge({ streamId }, _stream, { state: { memory } }) {
    memory.malformed ??= new Set();
    if (memory.malformed.size < REMEMBERED) memory.malformed.add(streamId);
  },
  of(frame, stream, { state }) {
    if (stream === undefined) return undefined;
    const faulty = state.memory.malformed?.delete(frame.streamId) || lacksPseudo(stream.request);
    if (frame.from !== "server" || !faulty || stream.opening === undefined || stream.promised) return undefined;
    const { message, resetAt } = stream.server;
    if (message !== "no" || resetAt >= 0 || !BLAMES.has(frame.errorCode) || stream.openedAt > frame.first.acked) return undefined;
    return stream.opening;
  },
  streamEnd(stream, { state }) {
    state.memory.malformed?.delete(stream.id);
  },
});

function remember(faults: Map<number, FrameRef>, fault: FrameRef): void {
  if (faults.size < REMEMBERED) faults.set(fault.streamId, fault);
}

// RFC 9113 6.9 and 6.9.1, 5.3.1 and 6.3.
function isStreamError(frame: Frame, stream: Stream, connection: Connection): boolean {
  if (frame.kind === "priority") return frame.observations.has(Observation.badLength) || frame.dependency === frame.streamId;
  if (frame.kind !== "window-update" || !frame.whole) return false;
  if (frame.increment === 0) return true;
  const { granted, sent } = stream.server.window;
  const initial = connection.client.settings.inForce(Setting.initialWindowSize)!; // it has an initial value
  return initial + granted - sent + frame.increment > MAX_WINDOW;
}

// RFC 9113 8.3.1.
function lacksPseudo({ known, method, scheme, path }: MessageHead): boolean {
  if (!known) return false;
  return method === undefined || (method !== "CONNECT" && (scheme === undefined || path === undefined));
}

// The client is at fault, says the server.
const BLAMES: ReadonlySet<number> = new Set([
  ErrorCode.protocolError,
  ErrorCode.internalError,
  ErrorCode.flowControlError,
  ErrorCode.streamClosed,
  ErrorCode.frameSizeError,
  ErrorCode.enhanceYourCalm,
]);
const REMEMBERED = 1000;
const MAX_WINDOW = 0x7fffffff;
// Nanoseconds.
const MS = 1e6;
