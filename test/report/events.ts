// Events of a report built by hand, and texts that a format must not let through.
import type { FindingEvent, FrameObject, ReactionObject, ReportEvent, RunEvent, SummaryEvent } from "../../src/report/event.ts";
import { endAtOnce, type Output, type Report } from "../../src/report/report.ts";

export const runOf = (...captures: string[]): RunEvent => ({
  kind: "run",
  schema: "h2lint-report/1",
  tool: { name: "h2lint", version: "0.0.0", engine: "fast" },
  captures,
});

export const frameAt = (packet: number, time: string, fields: Partial<FrameObject> = {}): FrameObject => ({
  ...{ kind: "headers", streamId: 1, from: "client", packet, time, offset: packet * 10, flags: 5, length: 4 },
  ...fields,
});

/** A trailer section of a client, answered with GOAWAY. */
export const findingOf = (fields: Partial<FindingEvent> = {}): FindingEvent => ({
  kind: "finding",
  rule: "grpc/request-trailers",
  severity: "error",
  certainty: "proven",
  message: "a request ends with trailers",
  shape: "a request ends with trailers",
  data: { streamId: 1 },
  offender: "client",
  connection: 1,
  stream: 1,
  path: "/a.B/C",
  frame: frameAt(12, "9.900000000"),
  related: [frameAt(8, "9.100000000", { role: "opened the stream" })],
  spec: [{ document: "RFC 9113", section: "8.1" }],
  count: 1,
  consequent: false,
  hides: [],
  reaction: goaway(),
  fingerprint: "0123456789abcdef",
  ...fields,
});

export const goaway = (fields: Partial<ReactionObject> = {}): ReactionObject => ({
  verdict: "as-specified",
  confidence: "exact",
  kind: "goaway",
  errorCode: "PROTOCOL_ERROR",
  lastStreamId: 1,
  debug: "",
  frame: frameAt(15, "10.100000000", { kind: "goaway", streamId: 0, from: "server", flags: 0 }),
  delay: 200_000_000,
  streamsKilled: [1],
  retrySafe: [],
  ...fields,
});

export const summaryOf = (fields: Partial<SummaryEvent> = {}): SummaryEvent => ({
  kind: "summary",
  unexplained: 0,
  captures: [],
  ...{ connections: 1, http2Connections: 1, frames: 11, calls: 1, errors: 0, warnings: 0, infos: 0, unproven: 0, baseline: 0 },
  ...{ answered: 0, due: 0, incomplete: false, unchecked: [] },
  ...fields,
});

/** What a report makes of the events. */
export function written(report: (output: Output) => Report, events: readonly ReportEvent[]): string {
  let text = "";
  const made = report((piece) => {
    text += piece;
  });
  for (const event of events) made.event(event);
  endAtOnce(made);
  return text;
}

/** A finding with the text wherever the wire or a file name can bring it. */
export const hostileFinding = (text: string): FindingEvent =>
  findingOf({
    message: text,
    path: text,
    data: { name: text },
    frame: frameAt(12, "9.900000000", { text, comment: text }),
    related: [frameAt(8, "9.100000000", { role: "opened the stream", text })],
    reaction: goaway({
      debug: text,
      frame: frameAt(15, "10.100000000", { kind: "goaway", streamId: 0, from: "server", flags: 0, text }),
    }),
  });

export const hostileTexts: readonly string[] = [
  "a\nb\r\nc\u2028d\u2029e",
  "::error file=x::y",
  "100%25 %0A %",
  "a|b||c",
  "]]> <![CDATA[ &amp; <script>alert(1)</script> \" '",
  "\0\x01\x08\x0b\x1b[31m\x7f\x85",
  "\ud800 \udc00 \ufffe \uffff \u{1f600}",
  "[text](https://example.test) {0} {{1}} ![](x)",
  "```\n# head\n- item\n<details>",
  "x; C->>S: y #35; %% --> : end",
  "%%{init: {}}%%",
  "end",
  "participant C",
  "wrap: x",
  ":nowrap: y",
  "\u202e\u2066 right to left",
  "é中Ã©",
  "\\|\\\\`*_~#@&",
];
