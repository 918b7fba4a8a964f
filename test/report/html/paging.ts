// Pages of stories: the real model and collector, with the report's events around them.
import { defaultLimits, type Limits } from "../../../src/limits.ts";
import type { Connection } from "../../../src/model/connection.ts";
import type { ModelSink } from "../../../src/model/model-sink.ts";
import type { ConnectionEvent, FindingEvent, SummaryEvent } from "../../../src/report/event.ts";
import { Collector } from "../../../src/report/html/collector.ts";
import type { PageData } from "../../../src/report/html/page-data.ts";
import { rules } from "../../../src/rules/index.ts";
import { playModel } from "../../../src/testing/play.ts";
import { type Story, written } from "../../../src/testing.ts";

export interface PageOptions {
  readonly limits?: Partial<Limits>;
  readonly showSecrets?: boolean;
  readonly stream?: number;
  /** How many connections tell the story, one after the other, and which of them have a finding. */
  readonly times?: number;
  readonly faulty?: readonly number[];
  readonly finding?: Partial<FindingEvent>;
}

export function pageOf(story: Story, options: PageOptions = {}): PageData {
  const { showSecrets = false, times = 1, faulty = [], finding, stream } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const collector = new Collector({ limits, rules, showSecrets, ...(stream === undefined ? {} : { stream }) });
  collector.event({
    kind: "run",
    schema: "h2lint-report/1",
    tool: { name: "h2lint", version: "0", engine: "fast" },
    captures: ["a.pcap"],
  });
  for (let id = 1; id <= times; id++) {
    playModel(written(story).segments, [numbered(collector, id)], limits, () => {});
    if (faulty.includes(id)) collector.event({ ...FINDING, connection: id, ...finding });
    collector.event({ ...CONNECTION, id });
  }
  collector.event(SUMMARY);
  return collector.data();
}

/** Each story plays as connection 1: what the collector hears of it has another number. */
function numbered(collector: Collector, id: number): ModelSink {
  const as = (connection: Connection): Connection =>
    new Proxy(connection, { get: (of, key) => (key === "id" ? id : Reflect.get(of, key)) });
  return {
    connectionStart: (connection) => collector.connectionStart(as(connection)),
    frame: (frame, stream, connection) => collector.frame(frame, stream, as(connection)),
    fields: (block, stream, connection) => collector.fields(block, stream, as(connection)),
    fieldsLost: (from, connection) => collector.fieldsLost(from, as(connection)),
    gap: (from, length, proof, at, connection) => collector.gap(from, length, proof, at, as(connection)),
    end: (from, how, at, connection) => collector.end(from, how, at, as(connection)),
  };
}

const CONNECTION: ConnectionEvent = {
  kind: "connection",
  id: 1,
  client: "192.0.2.1:50000",
  server: "192.0.2.2:80",
  transport: "tcp",
  protocol: "h2c-prior-knowledge",
  complete: { start: true, end: true, lostOctets: { client: 0, server: 0 } },
  frames: 8,
  streams: 1,
  calls: 1,
  start: "1766400000.000000000",
  duration: 20e6,
};

const FINDING: FindingEvent = {
  kind: "finding",
  rule: "grpc/request-trailers",
  severity: "error",
  certainty: "proven",
  message: "said",
  data: {},
  offender: "client",
  connection: 1,
  stream: 1,
  frame: { kind: "headers", streamId: 1, from: "client", packet: 4, time: "1766400000.003000000", offset: 24 },
  related: [],
  spec: [],
  count: 1,
  consequent: false,
  hides: [],
  reaction: { verdict: "unseen" },
  shape: "",
  fingerprint: "0",
};

const SUMMARY: SummaryEvent = {
  kind: "summary",
  unexplained: 0,
  captures: [{ file: "a.pcap", format: "pcap", packets: 10, octets: 1000 }],
  connections: 1,
  http2Connections: 1,
  frames: 8,
  calls: 1,
  errors: 0,
  warnings: 0,
  infos: 0,
  unproven: 0,
  baseline: 0,
  answered: 0,
  due: 0,
  incomplete: false,
  unchecked: [],
};
