import { ErrorCode } from "../../http2/error-code.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other } from "../../place.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { mustNot, says } from "../shapes/spec.ts";

export const lastStreamIdIncreased = defineRule({
  id: "goaway/last-stream-id-increased",
  meta: {
    title: "A later GOAWAY must not name a higher stream",
    severity: "error",
    by: "either",
    spec: [mustNot("6.8")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"], optional: true },
    needs: [],
    decidable: "payload",
    messages: { higher: "GOAWAY names stream {last} as the last one, an earlier GOAWAY named stream {before}" },
    docs: {
      why: "The other side may already have repeated the requests above the first id on another connection: they would run twice.",
      fix: "Lower the id or leave it; to let requests under way finish, begin with 2147483647.",
    },
  },
  kinds: ["goaway"],
  frame(frame, _stream, { connection, report }) {
    const before = connection.endpoint(frame.from).goaways.at(-1)?.lastStreamId;
    if (before === undefined || !frame.whole || frame.lastStreamId <= before) return;
    report(frame, "higher", { last: frame.lastStreamId, before });
  },
});

export const lastStreamIdParity = defineRule({
  id: "goaway/last-stream-id-parity",
  meta: {
    title: "GOAWAY should name a stream that the other side opened",
    severity: "warning",
    by: "either",
    spec: [says("6.8")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"], optional: true },
    needs: [],
    decidable: "payload",
    quirk: true,
    messages: { own: "the {side}'s GOAWAY names the {side}'s own stream {last} as the last one" },
    docs: {
      why: "The id says which of the other side's streams were processed. Some peers close the connection with an error over such an id.",
      fix: "Name the highest stream of the other side that was processed, or 0. (grpc-go clients name their own when they close: harmless.)",
    },
  },
  // A client's, as long as it may be the last frame before it closes.
  state: (): { last: FrameRef | undefined; lastStreamId: number } => ({ last: undefined, lastStreamId: 0 }),
  kinds: ["goaway"],
  frame(frame, _stream, { state, report }) {
    const { from, errorCode, lastStreamId: last } = frame;
    if (!frame.whole || last === 0 || last === ALL || ((last & 1) === 1) !== (from === "client")) return;
    if (from === "server" || errorCode !== ErrorCode.noError) report(frame, "own", { side: from, last });
    else if (state.last === undefined) {
      state.last = FrameRef.of(frame);
      state.lastStreamId = last;
    }
  },
  withState: ["connectionEnd"],
  connectionEnd({ connection, state, report }) {
    if (state.last === undefined) return;
    const { side, lastAt } = connection.client;
    const followed = lastAt.offset >= state.last.end;
    report(state.last, "own", { side, last: state.lastStreamId }, followed ? {} : { severity: "info" });
  },
});

export const lastStreamIdUnopened = defineRule({
  id: "goaway/last-stream-id-unopened",
  meta: {
    title: "GOAWAY names no stream above those that the other side opened",
    severity: "info",
    by: "either",
    spec: [says("6.8")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["start2", "no-gap2"],
    decidable: "payload",
    messages: { unopened: "GOAWAY names stream {last} as the last one; the highest that was opened is {highest}" },
    docs: {
      why: "To the other side it means that streams up to that id may still be opened.",
      fix: "Name the highest stream that was processed, or 2147483647 to announce a shutdown.",
    },
  },
  kinds: ["goaway"],
  frame(frame, _stream, { connection, report }) {
    const { lastStreamId: last, from } = frame;
    const { highestOpened: highest } = connection.endpoint(other(from));
    if (!frame.whole || last === ALL || last <= highest) return;
    // A stream of the sender itself is last-stream-id-parity's.
    if (((last & 1) === 1) !== (from === "client")) report(frame, "unopened", { last, highest });
  },
});

export const lastIdBelowAnswered = defineRule({
  id: "goaway/last-id-below-answered",
  meta: {
    title: "GOAWAY must not leave out streams that were answered",
    severity: "error",
    by: "either",
    spec: [says("6.8"), mustNot("8.7")],
    expect: { scope: "connection", codes: [] },
    needs: ["seen"],
    decidable: "payload",
    messages: {
      open: "GOAWAY names stream {last} as the last one, but stream {streamId} had been answered and was not finished",
      reset:
        "GOAWAY names stream {last} as the last one, but stream {streamId}, which the other side had reset, had been answered",
      ended: "GOAWAY names stream {last} as the last one, but stream {streamId} had been answered in full",
      own: "GOAWAY names stream {last} as the last one, but stream {streamId} had been answered, and then reset by the same side",
    },
    docs: {
      why: "The id promises that no stream above it was processed, so the other side may send those requests again.",
      fix: "Name the highest stream on which anything was done.",
    },
  },
  kinds: ["goaway"],
  frame(frame, _stream, { connection, report }) {
    const { from, lastStreamId: last } = frame;
    // All streams are looked at for each.
    if (!frame.whole || connection.endpoint(from).goaways.length >= GOAWAYS) return;
    let [open, ended] = [0, 0];
    for (const stream of connection.streams.values()) {
      if (stream.id <= last || stream.initiator === from || !stream.seen) continue;
      const own = stream.half(from);
      if (own.message !== "yes" && own.dataFrames === 0) continue;
      // Where the other side gave it up there is nothing to repeat either.
      if (own.over || stream.closed) ended = Math.max(ended, stream.id);
      else open = Math.max(open, stream.id);
    }
    const streamId = open === 0 ? ended : open;
    const stream = connection.streams.get(streamId);
    if (stream === undefined) return;
    const more = { related: opened(stream), stream };
    if (open > 0) report(frame, "open", { last, streamId }, more);
    else
      report(
        frame,
        stream.half(from).endAt >= 0 ? "ended" : stream.half(from).resetAt >= 0 ? "own" : "reset",
        { last, streamId },
        { ...more, severity: "warning" },
      );
  },
});

// Every stream id: shutdown is announced, nothing is refused (RFC 9113 6.8).
const ALL = 0x7fffffff;
const GOAWAYS = 16;
