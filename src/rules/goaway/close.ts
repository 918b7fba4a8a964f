import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import { isError } from "../../model/endpoint.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other } from "../../place.ts";
import { closing } from "../absent.ts";
import { defineRule } from "../rule.ts";
import { says, should } from "../shapes/spec.ts";

export const missingBeforeClose = defineRule({
  id: "goaway/missing-before-close",
  meta: {
    title: "GOAWAY should come before a close that ends streams",
    severity: "warning",
    by: "either",
    spec: [should("5.4.1"), should("6.8"), should("9.1")],
    expect: { scope: "connection", codes: [] },
    // A GOAWAY may be among what is missing, and the other side's close.
    needs: ["start2", "no-gap2"],
    decidable: "head",
    messages: {
      theirs: "the {side} closed without GOAWAY, with {streams} of the other side's streams unfinished",
      own: "the {side} closed without GOAWAY, with {streams} streams open that it had opened",
    },
    docs: {
      why: "Without GOAWAY the other side cannot know which of its requests were processed, so it must not repeat them.",
      fix: "Send GOAWAY before closing; look for a crash, a timeout of a proxy, or a process that was killed without a grace period.",
    },
  },
  onClose: true,
  end(from, _how, at, { connection, report }) {
    const own = connection.endpoint(from);
    const peer = connection.endpoint(other(from));
    if (own.goaways.length > 0 || own.foreign !== undefined || own.frames === 0) return;
    // The other side closed first.
    if (peer.end?.how === "fin" || peer.end?.how === "rst" || connection.closedUnseen(peer.side)) return;
    let [unfinished, open] = [0, 0];
    for (const stream of connection.streams.values()) {
      if (stream.closed) continue;
      if (stream.initiator === from) open++;
      else if (!stream.half(from).over) unfinished++;
    }
    const subject = closing(connection, from, at);
    // Nothing that was pushed needs to be sent again. What the other side did wrong, or took for wrong, is reason enough.
    const excused = from === "client" || peer.faults > 0 || peer.foreign !== undefined || peer.goaways.some(isError);
    if (unfinished > 0) {
      report(subject, "theirs", { side: from, streams: unfinished }, excused ? { severity: "info" } : {});
    } else if (open > 0) report(subject, "own", { side: from, streams: open }, { severity: "info" });
  },
});

export const multipleErrorCodes = defineRule({
  id: "goaway/multiple-error-codes",
  meta: {
    title: "A connection should end with one error code",
    severity: "warning",
    by: "either",
    spec: [says("5.4"), says("6.8")],
    expect: { scope: "connection", codes: [] },
    needs: [],
    decidable: "payload",
    messages: { another: "GOAWAY with {code} after one with {before}" },
    docs: {
      why: "The other side cannot know what it did wrong.",
      fix: "Send one GOAWAY for the first error, then close.",
    },
  },
  kinds: ["goaway"],
  frame(frame, _stream, { connection, report }) {
    const { errorCode } = frame;
    if (!frame.whole || errorCode === ErrorCode.noError) return;
    const before = connection
      .endpoint(frame.from)
      .goaways.findLast((goaway) => goaway.errorCode !== ErrorCode.noError && goaway.errorCode !== errorCode);
    if (before === undefined) return;
    report(frame, "another", { code: errorCodeName(errorCode), before: errorCodeName(before.errorCode) });
  },
});

export const noWarning = defineRule({
  id: "goaway/no-warning",
  meta: {
    title: "A server should announce its shutdown one round trip before",
    severity: "info",
    by: "server",
    spec: [should("6.8")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["acks"],
    decidable: "payload",
    messages: {
      lost: "the server's first GOAWAY names stream {last} as the last one: those that were under way behind it are lost ({streams})",
    },
    docs: {
      why: "Requests that cross the GOAWAY are not processed, and not every client repeats them.",
      fix: "Send GOAWAY with 2147483647 first, wait for a PING's answer, then send the GOAWAY that counts.",
    },
  },
  // The server's first GOAWAY, if it is none that only announces.
  state: (): { first: FrameRef | undefined; last: number; decided: boolean } => ({ first: undefined, last: 0, decided: false }),
  kinds: ["goaway"],
  frame(frame, _stream, { state }) {
    if (frame.from !== "server" || !frame.whole || state.decided) return;
    state.decided = true;
    // One that names all streams has none above it.
    if (frame.errorCode !== ErrorCode.noError) return;
    state.first = FrameRef.of(frame);
    state.last = frame.lastStreamId;
  },
  withState: ["connectionEnd"],
  connectionEnd({ connection, state, report }) {
    const { first, last } = state;
    if (first === undefined) return;
    let streams = 0;
    for (const { id, initiator, seen, opening, server } of connection.streams.values()) {
      if (id <= last || initiator !== "client" || !seen || server.message !== "no") continue;
      // One that was opened when the GOAWAY had arrived is the client's fault.
      if (opening !== undefined && opening.acked < first.end) streams++;
    }
    if (streams > 0) report(first, "lost", { last, streams });
  },
});
