import { Name } from "../../fields/name.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { statusName, valueStart } from "../../grpc/status.ts";
import { timeoutOf } from "../../grpc/timeout.ts";
import { StreamBit } from "../../model/stream.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const errorStatus = defineRule({
  id: "health/error-status",
  meta: {
    title: "A request should not end in an error status",
    severity: "info",
    by: "server",
    spec: [
      { rfc: 9110, section: "15.6" },
      { document: "gRPC over HTTP2", section: "Responses" },
    ],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      http: "stream {streamId} got :status {status} after {ms} ms",
      grpc: 'stream {streamId} got grpc-status {status} ({name}) after {ms} ms: "{text}"',
    },
    options: {
      status: { default: 500, unit: "status", about: "the lowest :status that is reported; 400 includes client errors" },
    },
    docs: {
      why: "The call failed. UNKNOWN, INTERNAL, UNAVAILABLE and DATA_LOSS, and 502 to 504, mean a fault of the service or on the way to it.",
      fix: "Read the server's log at that time, or that of the proxy that made the answer.",
    },
  },
  when: { values: ValueBit.statusOther | ValueBit.grpcStatusNotOk, roles: ["response", "response-trailers"], from: "server" },
  judge(subject, stream, { options, report }) {
    if (!("decoded" in subject) || subject.decoded === undefined || stream === undefined) return;
    const { decoded, streamId } = subject;
    const ms = stream.seen ? Math.round((subject.last.time - stream.openedTime) / 1e6) : -1;
    const status = decoded.statusCode;
    const related = opened(stream);
    if (status >= options.status) {
      const severity = status >= 502 && status <= 504 ? "warning" : "info";
      report(subject, "http", { streamId, status, ms }, { severity, related, fold: String(status) });
      return;
    }
    const value = decoded.grpcStatus?.value;
    if (value === undefined || !/^[1-9]\d{0,3}$/.test(value)) return;
    const code = Number(value);
    const text = valueStart("grpc-message", decoded.slots[Name.grpcMessage]?.value ?? "", TEXT);
    const severity = FAULTS.has(code) ? "warning" : "info";
    const data = { streamId, status: code, name: code <= LAST_STATUS ? statusName(code) : "no known status", ms, text };
    report(subject, "grpc", data, { severity, related, fold: value });
  },
});

export const deadlineNearlyUsed = defineRule({
  id: "health/deadline-nearly-used",
  meta: {
    title: "A call should leave room before its deadline",
    severity: "info",
    by: "either",
    spec: [{ document: "gRPC over HTTP2", section: "Requests" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { used: "stream {streamId} took {ms} ms, {share} % of its grpc-timeout of {timeout} ms" },
    options: { share: { default: 80, unit: "percent", about: "of the deadline" } },
    docs: {
      why: "A little more load, and such calls fail with DEADLINE_EXCEEDED.",
      fix: "Make the call faster, or give it more time.",
    },
  },
  ended: { streams: StreamBit.timeout },
  streamEnd(stream, { options, report }) {
    const timeout = timeoutOf(stream.request.grpcTimeout);
    if (timeout === undefined || stream.opening === undefined || !stream.request.known) return;
    const { client, server } = stream;
    // Given up at the deadline: health/request-cancelled and health/server-reset tell.
    if (client.resetAt >= 0 || server.resetAt >= 0) return;
    const took = server.endTime - stream.openedTime;
    if (took * 100 < timeout * options.share) return;
    const share = Math.round((took / timeout) * 100);
    const data = { streamId: stream.id, ms: Math.round(took / 1e6), share, timeout: timeout / 1e6 };
    report(stream.opening, "used", data, { fold: "" });
  },
});

// Of those that gRPC defines, the ones that point at the service or the way to it.
const FAULTS: ReadonlySet<number> = new Set([2, 13, 14, 15]);

// gRPC defines 0 to 16.
const LAST_STATUS = 16;

// Octets of a grpc-message that are shown.
const TEXT = 200;
