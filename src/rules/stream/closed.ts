import { ErrorCode } from "../../http2/error-code.ts";
import type { Stream } from "../../model/stream.ts";
import { other } from "../../place.ts";
import { MS, SECOND } from "../../time.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { says } from "../shapes/spec.ts";

export const windowUpdateOnClosed = defineRule({
  id: "stream/window-update-on-closed",
  meta: {
    title: "WINDOW_UPDATE has no use on a closed stream",
    severity: "info",
    off: true,
    by: "either",
    spec: [says("5.1"), says("6.9")],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["seen", "acks"],
    decidable: "head",
    messages: { closed: "WINDOW_UPDATE on stream {streamId}, which the {side} knew to be closed" },
    docs: {
      why: "Receivers ignore it for a while; later they may treat it as an error.",
      fix: "Grant window on the connection only when a message is complete.",
    },
  },
  kinds: ["window-update"],
  frame(frame, stream, { connection, report }) {
    if (stream === undefined || frame.streamId === 0 || stream.promised) return;
    const own = stream.half(frame.from);
    const peer = stream.half(other(frame.from));
    if (own.endAt < 0 || own.resetAt >= 0 || peer.endAt < 0 || peer.endAt > connection.endpoint(frame.from).processed) return;
    report(frame, "closed", { streamId: frame.streamId, side: frame.from }, { related: opened(stream), fold: "connection" });
  },
});

export const refusedRetryStorm = defineRule({
  id: "stream/refused-retry-storm",
  meta: {
    title: "A client should not repeat a refused request at once, again and again",
    severity: "warning",
    by: "client",
    spec: [says("8.7")],
    expect: { scope: "stream", codes: [] },
    needs: ["seen", "hpack"],
    decidable: "payload",
    messages: { storm: "{method} {path} was refused {times} times within {seconds} s, and each time sent again at once" },
    docs: {
      why: "The server refuses because it has too much to do; the repeats keep it busy.",
      fix: "Wait longer before each repeat, or open another connection.",
    },
    options: {
      times: { default: 5, unit: "frames", about: "Refusals of one request that are a storm" },
      within: { default: 10_000, unit: "ms", about: "Time window of these refusals" },
      pause: { default: 1000, unit: "ms", about: "A request repeated after a longer pause does not count" },
    },
  },
  // The requests refused last, by what was asked.
  state: () => new Map<string, Refusals>(),
  kinds: ["rst-stream"],
  frame(frame, stream, { state, options, report }) {
    if (frame.from !== "server" || frame.errorCode !== ErrorCode.refusedStream || stream === undefined) return;
    const { request, opening } = stream;
    if (!stream.seen || stream.initiator !== "client" || !request.known || opening === undefined || stream.server.resetAt >= 0)
      return;
    const key = keyOf(stream);
    let refusals = state.get(key);
    if (refusals === undefined) {
      if (state.size >= REQUESTS) state.clear();
      refusals = { times: [], endOffset: -1 };
      state.set(key, refusals);
    }
    const { times } = refusals;
    const last = times.at(-1);
    // It was sent knowing of the refusal before, and soon. What was under way already is no repeat.
    if (last !== undefined && opening.acked < refusals.endOffset) return;
    if (last !== undefined && opening.began - last > options.pause * MS) times.length = 0;
    while (times.length > 0 && frame.last.time - times[0]! > options.within * MS) times.shift();
    times.push(frame.last.time);
    refusals.endOffset = frame.last.offset + 1;
    if (times.length < options.times) return;
    const seconds = Math.ceil((frame.last.time - times[0]!) / SECOND);
    report(
      opening,
      "storm",
      { method: request.method ?? "", path: request.path ?? "", times: times.length, seconds },
      { stream, fold: key },
    );
    times.length = 0;
  },
});

interface Refusals {
  readonly times: number[];
  /** Of the last one. */
  endOffset: number;
}

const keyOf = ({ request: { method, path }, client: { dataOctets } }: Stream): string => `${method} ${dataOctets} ${path}`;

// Different ones that are remembered.
const REQUESTS = 256;
