import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import { other } from "../../place.ts";
import { defineRule } from "../rule.ts";
import { mustNot } from "../shapes/spec.ts";

// 5.1.2: "Endpoints MUST NOT exceed the limit set by their peer."
export const concurrencyExceeded = defineRule({
  id: "stream/concurrency-exceeded",
  meta: {
    title: "A side must not open more streams than the other side's MAX_CONCURRENT_STREAMS",
    severity: "error",
    by: "either",
    spec: [mustNot("5.1.2")],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR", "REFUSED_STREAM"] },
    needs: ["settings", "acks"],
    decidable: "head",
    messages: { exceeded: "the {side} opened stream {streamId} with {active} others open; the limit it acknowledged is {limit}" },
    docs: {
      why: "The limit protects the receiver; the stream is refused, or the connection closed.",
      fix: "Queue requests, or open another connection, when the limit is reached.",
    },
  },
  when: { observed: Observation.concurrencyExceeded },
  judge(frame, _stream, { connection, report }) {
    const { active } = connection.endpoint(frame.from);
    const limit = connection.endpoint(other(frame.from)).settings.largest(Setting.maxConcurrentStreams, frame.first.acked);
    report(frame, "exceeded", { side: frame.from, streamId: frame.streamId, active: active.length, limit });
  },
});
