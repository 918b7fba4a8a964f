import { timeoutOf } from "../../grpc/timeout.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import type { Connection } from "../../model/connection.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { Stream } from "../../model/stream.ts";
import { timerOf } from "../../model/timer.ts";
import { other } from "../../place.ts";
import { SECOND } from "../../time.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

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
      closed:
        "the {side} closed the connection ({how}) on {streams} open streams after {seconds} s without a frame: an idle timeout of the {side}, or of a proxy in its place",
    },
    docs: {
      why: "Load balancers and proxies close streams and connections on which nothing moves, whatever their error code says; a quiet stream is lawful.",
      fix: "Raise the idle timeout for that route, or send something sooner: gRPC keepalive PINGs for a connection, messages for a stream.",
    },
  },
  // Quiet times that ended so: nobody's wait is the same twice by chance.
  session: (): { readonly quiet: number[] } => ({ quiet: [] }),
  kinds: ["rst-stream"],
  frame(frame, stream, { session, report }) {
    const { errorCode, from } = frame;
    if (!frame.whole || stream?.seen !== true || stream.closed || isGivenUp(stream, from, errorCode, frame.last.time)) return;
    const seconds = timeOut(frame.first.time - lastTimeOf(stream), session.quiet);
    if (seconds === undefined) return;
    const data = { side: from, streamId: stream.id, code: errorCodeName(errorCode), seconds };
    report(frame, "reset", data, { related: opened(stream), fold: String(errorCode) });
  },
  onClose: true,
  end(from, how, at, { connection, session, report }) {
    const peer = connection.endpoint(other(from));
    if ((how !== "fin" && how !== "rst") || from === "client" || peer.end !== undefined) return;
    if (connection.server.goaways.length > 0 || connection.client.goaways.length > 0) return;
    const streams = openStreams(connection);
    if (streams === 0) return;
    const seconds = timeOut(at.time - Math.max(connection.client.lastAt.time, connection.server.lastAt.time), session.quiet);
    if (seconds !== undefined)
      report(FrameRef.close(from, at), "closed", { side: from, how: how.toUpperCase(), streams, seconds });
  },
});

// Everyday ends: a client that does not want the stream any more, a deadline, a refusal.
function isGivenUp(stream: Stream, from: "client" | "server", errorCode: number, now: number): boolean {
  if (errorCode === ErrorCode.noError || errorCode === ErrorCode.refusedStream) return true;
  if (errorCode === ErrorCode.cancel && from === "client") return true;
  const { grpcTimeout } = stream.request;
  const timeout = grpcTimeout === undefined ? undefined : timeoutOf(grpcTimeout);
  return timeout !== undefined && now - stream.openedTime >= 0.9 * timeout;
}

function timeOut(quiet: number, before: number[]): number | undefined {
  if (quiet < LEAST) return undefined;
  const again = before.some((one) => Math.abs(one - quiet) <= ALIKE * quiet);
  if (before.length < KEPT) before.push(quiet);
  return timerOf(quiet) ?? (again ? Math.round(quiet / (SECOND / 10)) / 10 : undefined);
}

function openStreams({ streams }: Connection): number {
  let open = 0;
  for (const { closed, reserved, seen } of streams.values()) if (!closed && !reserved && seen) open++;
  return open;
}

const lastTimeOf = ({ client, server, openedTime }: Stream): number => Math.max(openedTime, client.lastTime, server.lastTime);

const LEAST = 4.9 * SECOND;
const ALIKE = 0.02;
// Of a run.
const KEPT = 64;
