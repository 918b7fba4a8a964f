import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { isError } from "../../model/endpoint.ts";
import { other } from "../../place.ts";
import { MS, SECOND } from "../../time.ts";
import { closing } from "../absent.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

export const streamOpenedAfter = defineRule({
  id: "goaway/stream-opened-after",
  meta: {
    title: "A side that has processed GOAWAY must not open streams",
    severity: "error",
    by: "either",
    spec: [mustNot("6.8")],
    expect: { scope: "stream", codes: [], ignore: true },
    // An answer to a PING that is missing looks like one to a later PING with the same octets.
    needs: ["start2", "no-gap2", "acks"],
    decidable: "head",
    messages: {
      opened: "the {side} opened stream {streamId}, though it had answered what came after the other side's GOAWAY",
      late: "the {side} opened stream {streamId} {seconds} s after the other side's GOAWAY had reached it",
      promised: "the server promised stream {streamId}, though it had answered what came after the client's GOAWAY",
    },
    docs: {
      why: "The sender of GOAWAY ignores new streams: their requests are never answered.",
      fix: "Open a new connection for new requests as soon as GOAWAY is read.",
    },
  },
  when: { observed: Observation.openedAfterGoaway },
  judge(frame, _stream, { connection, report }) {
    const side = frame.from;
    const { endOffset, time } = connection.endpoint(other(side)).goaways[0]!; // the observation says that there is one
    if (endOffset > connection.endpoint(side).processed) {
      const seconds = Math.round((frame.first.time - time) / (SECOND / 10)) / 10;
      const streamId = frame.kind === "push-promise" ? frame.promisedStreamId : frame.streamId;
      report(frame, "late", { side, streamId, seconds }, { because: "processed", fold: "late" });
      return;
    }
    if (frame.kind === "push-promise") report(frame, "promised", { streamId: frame.promisedStreamId });
    else report(frame, "opened", { side, streamId: frame.streamId });
  },
});

export const activityAboveLast = defineRule({
  id: "goaway/activity-above-last",
  meta: {
    title: "After GOAWAY its sender should not go on with streams above the last one that it named",
    severity: "warning",
    by: "either",
    spec: [says("6.8")],
    expect: { scope: "stream", codes: [] },
    needs: [],
    decidable: "head",
    messages: { above: "{kind} on stream {streamId} after the {side} sent GOAWAY with stream {last} as the last one" },
    docs: {
      why: "For the other side the stream was not processed, so it may have repeated the request.",
      fix: "Drop streams above the last one; to finish those under way send GOAWAY with 2147483647 first.",
    },
  },
  when: { observed: Observation.aboveOwnGoaway },
  judge(frame, stream, { connection, report }) {
    const last = connection.endpoint(frame.from).goaways.at(-1)!.lastStreamId; // the observation says that there is one
    const data = { kind: kindName(frame.kind), streamId: frame.streamId, side: frame.from, last };
    report(frame, "above", data, { related: opened(stream) });
  },
});

export const noCloseAfterError = defineRule({
  id: "goaway/no-close-after-error",
  meta: {
    title: "After GOAWAY with an error code its sender must close the connection",
    severity: "error",
    by: "either",
    spec: [must("5.4.1")],
    expect: { scope: "connection", codes: [] },
    needs: ["end"],
    decidable: "head",
    messages: {
      lived: "the {side} sent GOAWAY with an error code and was still sending {seconds} s later",
      served: "the {side} sent GOAWAY with an error code and answers stream {streamId}, which reached it after that",
    },
    docs: {
      why: "The other side waits for a connection that no longer works.",
      fix: "Close the connection when the GOAWAY is written.",
    },
    options: { wait: { default: 30_000, unit: "ms", about: "How long a side may go on after its error GOAWAY" } },
  },
  // Of each side, whether it was found.
  state: () => ({ client: false, server: false }),
  when: { observed: Observation.aboveOwnGoaway },
  judge(frame, stream, { connection, state, report }) {
    const { from, streamId } = frame;
    const error = connection.endpoint(from).goaways.find(isError);
    if (error === undefined || stream === undefined || state[from] || frame.kind !== "headers") return;
    const theirs = connection.endpoint(other(from));
    if (!stream.seen || stream.initiator !== theirs.side || error.acked < 0 || stream.openedAt <= error.acked) return;
    state[from] = true;
    report(frame, "served", { side: from, streamId }, { related: opened(stream) });
  },
  connections: ConnectionBit.goaway,
  connectionEnd({ connection, state, options, report }) {
    for (const side of ["client", "server"] as const) {
      const { goaways, lastAt } = connection.endpoint(side);
      const error = goaways.find(isError);
      if (error === undefined || state[side]) continue;
      const lived = lastAt.time - error.time;
      const subject = closing(connection, side, lastAt);
      if (lived >= options.wait * MS) report(subject, "lived", { side, seconds: Math.floor(lived / SECOND) });
    }
  },
});
