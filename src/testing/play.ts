// In: a script's segments. Out: what the stages of h2lint, the real ones, make of them.
import type { Diagnostic } from "../diagnostic.ts";
import { Schemas } from "../grpc/schema.ts";
import { fastHpack } from "../hpack/decoder.ts";
import { defaultLimits, type Limits } from "../limits.ts";
import type { ConnectionModel } from "../model/connection-model.ts";
import { Model } from "../model/model.ts";
import type { ModelSink } from "../model/model-sink.ts";
import { TcpFlag, TcpSegment } from "../net/segment.ts";
import type { PairedFinding, PairSink, RecognisedSoftware, Unexplained } from "../pairing/reaction.ts";
import { buildPipeline } from "../pipeline.ts";
import { other, type Side } from "../place.ts";
import type { Finding, Repeats } from "../rules/finding.ts";
import type { Rule } from "../rules/rule.ts";
import { Assembler } from "../tcp/assembler.ts";
import type { FlowReader } from "../tcp/flow.ts";
import { noFacts, type TlsFacts } from "../tls/facts.ts";
import { tlsSummary } from "../tls/summary.ts";
import { Script, type Story, type WireFrame, type WireSegment } from "./script.ts";

/** What a story is judged by. */
export interface PlayOptions {
  /** All at their own severity; also those that are off by default. */
  readonly rules: readonly Rule[];
  readonly limits?: Partial<Limits>;
  /** Thresholds by rule id. */
  readonly thresholds?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The octets are those inside TLS with such a handshake. */
  readonly tls?: Partial<TlsFacts> | undefined;
  /** Also hears what the model reports. */
  readonly listeners?: readonly ModelSink[];
}

/** What a story came to. */
export interface Played {
  /** In the order they were found; `count` as it stands at the end. */
  readonly findings: readonly PlayedFinding[];
  /** The same with their answers. */
  readonly pairs: readonly PairedFinding[];
  /** Error answers that no finding explains. */
  readonly unexplained: readonly Unexplained[];
  /** What the two ends were recognised as. */
  readonly software: RecognisedSoftware;
  readonly diagnostics: readonly Diagnostic[];
  /** What could not be judged: `rule need` and how often. */
  readonly unchecked: Readonly<Record<string, number>>;
}

/** Lints a story, in memory. */
export function play(story: Story, options: PlayOptions): Played {
  return playSegments(written(story).segments, options);
}

/** A story as segments and frames. */
export function written(story: Story): ReturnType<Script["wire"]> {
  const script = new Script();
  story(script);
  return script.wire();
}

/** A finding with how often it was made. */
export type PlayedFinding = Finding & Repeats;

/** The number of the frame that a finding names, in its script; `preface` and `close` where it names no frame: `close` also
 *  for a place that no frame has. */
export function numberOf({ frame }: Finding, frames: readonly WireFrame[]): number | "preface" | "close" | "tls" | undefined {
  if (frame.kind.startsWith("tls-")) return "tls";
  if (frame.kind === "stop") return "close";
  if (frame.kind === "preface" || frame.kind === "close") return frame.kind;
  return frames.find(({ from, offset, end }) => from === frame.from && frame.offset >= offset && frame.offset < end)?.number;
}

export function playSegments(segments: readonly WireSegment[], options: PlayOptions): Played {
  const { rules, limits = {}, thresholds = {}, listeners = [], tls } = options;
  const all = { ...defaultLimits, ...limits };
  const findings: { readonly finding: Finding; readonly repeats: Repeats }[] = [];
  const diagnostics: Diagnostic[] = [];
  const unchecked: Record<string, number> = {};
  const diagnose = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic);
  const active = rules.map((rule) => ({ rule, severity: rule.meta.severity, options: thresholds[rule.id] ?? {} }));
  const pairs: PairedFinding[] = [];
  const unexplained: Unexplained[] = [];
  let software: RecognisedSoftware = { evidence: [] };
  const results: PairSink = {
    paired: (pair) => void pairs.push(pair),
    unexplained: (one) => void unexplained.push(one),
    closed(connection, ends = software) {
      software = ends;
      for (const [key, count] of connection.unchecked) unchecked[key] = (unchecked[key] ?? 0) + count;
    },
  };
  const judged = {
    rules: active,
    found: (finding: Finding, repeats: Repeats) => void findings.push({ finding, repeats }),
    results,
  };
  playModel(segments, buildPipeline({ schemas: new Schemas(), listeners, judged }, all), all, diagnose, tls);
  const played = findings.map(({ finding, repeats }) => ({ ...finding, ...repeats }));
  return { findings: played, pairs, unexplained, software, diagnostics, unchecked };
}

/** The same for listeners of the model. */
export function playModel(
  segments: readonly WireSegment[],
  sinks: readonly ModelSink[],
  limits: Limits,
  diagnose: (diagnostic: Diagnostic) => void,
  tls?: Partial<TlsFacts>,
): void {
  const model = new Model(sinks, fastHpack, limits, diagnose);
  const assembler = new Assembler(tls === undefined ? model : { open: (flow) => inTls(model.open(flow), tls) }, limits, diagnose);
  segments.forEach((segment, index) => {
    const tcp = tcpSegment(segment, index + 1);
    assembler.segment(tcp);
    // The octets were borrowed: who kept them without a copy shall notice.
    tcp.packet.bytes.fill(0xee);
  });
  assembler.end();
}

// As if the octets had been decrypted.
function inTls(connection: ConnectionModel, tls: Partial<TlsFacts>): FlowReader {
  const facts = { ...noFacts(), ...tls };
  connection.note({ tls: tlsSummary(facts) });
  connection.secured(facts, 0, false);
  return {
    window: (side, zero, at) => connection.window(side, zero, at),
    close() {
      connection.secured(facts, 0, true);
      connection.close();
    },
  };
}

function tcpSegment({ from, flags, offset, acked, bytes, window, time }: WireSegment, number: number): TcpSegment {
  const segment = new TcpSegment();
  const { packet } = segment;
  packet.number = number;
  packet.time = time;
  // A Buffer, as of the readers: its slice() copies nothing.
  packet.bytes = Buffer.from(bytes);
  packet.end = packet.wireLength = bytes.length;
  const to = other(from);
  segment.source3 = ADDRESSES[from];
  segment.sourcePort = PORTS[from];
  segment.target3 = ADDRESSES[to];
  segment.targetPort = PORTS[to];
  segment.seq = (INITIAL[from] + 1 + offset) | 0;
  segment.ack = (flags & TcpFlag.ack) === 0 ? 0 : (INITIAL[to] + 1 + acked) | 0;
  segment.flags = flags;
  segment.window = window;
  segment.end = bytes.length;
  return segment;
}

// 192.0.2.1 and 192.0.2.2 (RFC 5737).
const ADDRESSES: Readonly<Record<Side, number>> = { client: 0xc0000201 | 0, server: 0xc0000202 | 0 };
const PORTS: Readonly<Record<Side, number>> = { client: 50_000, server: 80 };
// The client's sequence numbers wrap after 100 octets.
const INITIAL: Readonly<Record<Side, number>> = { client: -101, server: 7000 };
