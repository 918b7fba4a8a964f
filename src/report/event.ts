// What a report is made of: the objects of `--format ndjson` and of the library, plain data. Times are strings of seconds since the
// epoch with nine decimals, durations whole nanoseconds; packets count from 1, offsets from 0; what is absent is unknown.
import type { Side } from "../place.ts";
import type { KeyInfo } from "../tls/key-files.ts";
import type { TlsSummary } from "../tls/summary.ts";

/** What a run comes to, in order of time; `kind` distinguishes them. */
export type ReportEvent =
  | RunEvent
  | ConnectionEvent
  | FindingEvent
  | UnexplainedEvent
  | DiagnosticEvent
  | BaselineEvent
  | BudgetEvent
  | SummaryEvent;

/** The first event: what is run, on what. */
export interface RunEvent {
  readonly kind: "run";
  readonly schema: "h2lint-report/1";
  readonly tool: { readonly name: "h2lint"; readonly version: string; readonly engine: "fast" | "reference" };
  readonly captures: readonly string[];
  readonly logs?: readonly string[];
}

/** What was read of a log, and joined. */
export interface LogInfo {
  readonly file: string;
  /** Which end wrote it, as the user or the log says. */
  readonly side?: Side;
  /** The formats and programs that its lines are of, the most first. */
  readonly formats: readonly string[];
  readonly lines: number;
  /** Those that are of a known format. */
  readonly read: number;
  /** Connections that it is about. */
  readonly connections: number;
  /** Those of them that were found in the capture; absent without a capture. */
  readonly joined?: number;
  /** Seconds that its clock is behind the capture's, zone included. */
  readonly clockOffset?: number;
}

/** A line of a log, as a report shows it. */
export interface LogLineObject {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Which end wrote it; absent: not known. */
  readonly side?: Side;
  /** `frame`, `fault`, `sent`, `received`, `close`, `symptom`: what it is about. */
  readonly tells: string;
  readonly text: string;
  /** That it is of this connection: `exact`, `likely`, `possible`. */
  readonly confidence: string;
}

/** One capture file. */
export interface CaptureInfo {
  readonly file: string;
  /** `pcap`, `pcapng` or `snoop`. */
  readonly format: string;
  /** `gzip`, `zstd`, `lz4`, `bzip2` or `xz`. */
  readonly compression?: string;
  readonly packets: number;
  /** Unpacked. */
  readonly octets: number;
  readonly start?: string;
  readonly end?: string;
  readonly interfaces?: readonly InterfaceInfo[];
}

/** One interface that a capture was taken on, as the file describes it. */
export interface InterfaceInfo {
  readonly name?: string;
  readonly description?: string;
  /** The capture filter. */
  readonly filter?: string;
  readonly os?: string;
  /** LINKTYPE_ number. */
  readonly linkType: number;
  readonly packets: number;
}

/** One TCP connection, HTTP/2 or not; reported when it is over. */
export interface ConnectionEvent {
  readonly kind: "connection";
  readonly id: number;
  readonly client: string;
  readonly server: string;
  /** Absent where only a log reports it. */
  readonly transport?: "tcp" | "tls";
  readonly protocol: string;
  readonly complete: {
    readonly start: boolean;
    readonly end: boolean;
    readonly lostOctets: Readonly<Record<Side, number>>;
  };
  /** Where the start was not captured: how it is known who is the client. */
  readonly roles?: RolesObject;
  readonly frames: number;
  readonly streams: number;
  readonly calls: number;
  readonly start: string;
  /** Nanoseconds from its first to its last packet. */
  readonly duration: number;
  /** A finer name than the protocol's, where there is one: `http/1.0`, `grpc-web`, `websocket`, `ssh`. */
  readonly recognised?: string;
  /** What a proxy in front says of it. */
  readonly proxied?: { readonly version: 1 | 2; readonly client: string; readonly server: string };
  /** What a proxy was asked to connect to. */
  readonly tunnel?: { readonly via: string; readonly target: string };
  /** What the TLS handshake says, and whether the connection was decrypted. */
  readonly tls?: TlsSummary;
  readonly endedBy?: { readonly side: Side; readonly how: "fin" | "rst"; readonly packet: number };
  /** The log that reports it, where there is no capture: its name for it, and its first line. */
  readonly log?: { readonly file: string; readonly line: number; readonly side?: Side; readonly name?: string };
  /** The implementation of each end, where it is certain. */
  readonly software?: Readonly<Partial<Record<Side, string>>>;
  /** What shows it, or hints at it. */
  readonly softwareEvidence?: readonly SoftwareEvidence[];
}

/** What it rests on that one end is called the client; what is not `proven` may be the other way round. */
export interface RolesObject {
  readonly certainty: "proven" | "likely" | "unknown";
  /** `fields`: pseudo-header fields of requests or responses; `siblings`: other connections to the same address and port; `frames`: what
   *  clients or servers alone are to send; `ports`. Absent: nothing shows it, or proofs contradict each other. */
  readonly by?: "fields" | "siblings" | "frames" | "ports";
}

/** One sign of the implementation of an end. */
export interface SoftwareEvidence {
  readonly side: Side;
  readonly software: string;
  readonly sign: "ping" | "goaway" | "settings" | "fields" | "user-agent" | "server";
  readonly text: string;
  readonly says: string;
  /** False: proxies pass it on, so it may be about an end behind this one. */
  readonly hopByHop: boolean;
  readonly packet: number;
}

/** One frame, as a finding names it. */
export interface FrameObject {
  readonly kind: string;
  readonly streamId: number;
  readonly from: Side;
  readonly file?: string;
  readonly packet: number;
  /** Of a log, from 1: then there is no packet. */
  readonly line?: number;
  readonly time: string;
  readonly offset: number;
  readonly flags?: number;
  readonly length?: number;
  /** What to show of it. */
  readonly text?: string;
  /** What the capture says beside the packet. */
  readonly comment?: string;
  readonly role?: string;
}

/** One violation, with the answer of the peer. */
export interface FindingEvent {
  readonly kind: "finding";
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  readonly certainty: "proven" | "unproven";
  readonly because?: readonly string[];
  readonly message: string;
  /** The message with its numbers left as `{name}`: the same for every occurrence of a fingerprint. */
  readonly shape: string;
  readonly data: Readonly<Record<string, string | number>>;
  readonly offender: Side;
  readonly connection: number;
  readonly stream: number;
  /** `:path` of the request. */
  readonly path?: string;
  readonly frame: FrameObject;
  readonly related: readonly FrameObject[];
  readonly spec: readonly { readonly document: string; readonly section: string; readonly level?: string }[];
  readonly count: number;
  /** How many connections the count is of, where it is more than one: a habit of some software, reported once a run; `frame` is the first. */
  readonly connections?: number;
  readonly consequent: boolean;
  readonly hides: readonly string[];
  readonly reaction: ReactionObject;
  readonly fingerprint: string;
  /** Known and accepted: it does not count. */
  readonly baseline?: true;
}

/** The peer's answer, or that there is none. */
export interface ReactionObject {
  readonly verdict: string;
  /** What the text asks the other side for; absent where it asks for nothing. */
  readonly due?: { readonly scope: "connection" | "stream"; readonly codes: readonly string[] };
  readonly confidence?: string;
  readonly kind?: string;
  /** Of an alert of TLS its name. */
  readonly errorCode?: string;
  readonly status?: number;
  readonly lastStreamId?: number;
  readonly debug?: string;
  readonly frame?: FrameObject;
  readonly from?: Side;
  readonly file?: string;
  readonly packet?: number;
  readonly time?: string;
  readonly comment?: string;
  /** The close that followed a GOAWAY or an alert. */
  readonly closed?: { readonly how: string; readonly packet: number; readonly time: string; readonly delay: number };
  readonly delay?: number;
  readonly streamsKilled?: readonly number[];
  readonly retrySafe?: readonly number[];
  /** The calls on them, by method or path. */
  readonly lost?: readonly LostObject[];
  readonly explanation?: string;
  readonly evidence?: readonly { readonly points: number; readonly reason: string }[];
  /** Other findings that the same answer may be about. */
  readonly also?: readonly { readonly rule: string; readonly stream: number; readonly packet: number }[];
  /** Further answers to the same fault. */
  readonly further?: readonly OtherEnd[];
  /** Lines of logs that tell of it. */
  readonly logs?: readonly LogLineObject[];
  /** No answer: the offender itself gave up after its fault. */
  readonly selfInflicted?: OtherEnd;
}

/** An answer or end that is reported in short. */
export interface OtherEnd {
  readonly kind: string;
  readonly errorCode?: string;
  readonly packet: number;
  readonly time: string;
  readonly delay: number;
}

/** Calls of one method or path that an answer or an end cost. */
export interface LostObject {
  readonly path?: string;
  readonly protocol: "grpc" | "http";
  readonly streams: readonly number[];
  readonly retrySafe: readonly number[];
  /** What their callers probably saw. */
  readonly saw?: string;
}

/** An error answer that no finding explains. */
export interface UnexplainedEvent {
  readonly kind: "unexplained";
  readonly connection: number;
  readonly reaction: Omit<ReactionObject, "verdict">;
  /** The other side's last frames that had arrived by then, oldest first. */
  readonly before: readonly FrameObject[];
  /** What could not be checked, and why. */
  readonly unchecked: readonly string[];
  /** What software is known to refuse in this way though it is legal, and was among the frames before. */
  readonly refusals: readonly string[];
  /** Accepted: it counts for nothing. */
  readonly baseline?: boolean;
}

/** What the capture lacks, or could not be read. */
export interface DiagnosticEvent {
  readonly kind: "diagnostic";
  readonly code: string;
  readonly severity: "info" | "loss" | "error";
  readonly count: number;
  readonly message: string;
  readonly place: Readonly<Record<string, string | number>>;
}

/** Where there is a baseline: what of it matched nothing, and what no longer counts. */
export interface BaselineEvent {
  readonly kind: "baseline";
  readonly file: string;
  readonly stale: readonly BaselineNote[];
  readonly expired: readonly BaselineNote[];
}

/** One entry of the baseline. */
export interface BaselineNote {
  readonly fingerprint: string;
  readonly rule: string;
  readonly message: string;
  readonly reason?: string;
  readonly expires?: string;
}

/** What became of one thing that the configuration asserts. */
export interface BudgetEvent {
  readonly kind: "budget";
  /** The key of the configuration: `latency`. */
  readonly assert: string;
  /** `p99 of /a.B/C at most 50ms`. */
  readonly asserted: string;
  /** `broken`: what was captured proves it. `undecided`: what was not captured, or could not be read, may make the difference. */
  readonly status: "held" | "broken" | "undecided";
  /** What was seen. */
  readonly message: string;
  /** Why it is undecided. */
  readonly because?: string;
  /** How often it is broken. */
  readonly count: number;
  /** The first of them. */
  readonly places: readonly BudgetPlace[];
  readonly fingerprint: string;
}

/** Where a budget is broken. */
export interface BudgetPlace {
  readonly connection: number;
  readonly stream: number;
  /** Where there are several captures. */
  readonly file?: string;
  readonly packet?: number;
  /** `210 ms`, `REFUSED_STREAM`. */
  readonly what?: string;
}

/** The last event. */
export interface SummaryEvent {
  readonly kind: "summary";
  readonly captures: readonly CaptureInfo[];
  readonly logs?: readonly LogInfo[];
  /** Where TLS keys were read. */
  readonly keys?: readonly KeyInfo[];
  readonly connections: number;
  readonly http2Connections: number;
  readonly frames: number;
  readonly calls: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly unproven: number;
  readonly baseline: number;
  /** Of the errors and warnings. */
  readonly answered: number;
  /** Those of them that were answered, or should have been. */
  readonly due: number;
  /** Error answers that no finding explains. */
  readonly unexplained: number;
  /** Where the configuration has budgets. */
  readonly budgets?: Readonly<Record<BudgetEvent["status"], number>>;
  readonly incomplete: boolean;
  readonly unchecked: readonly { readonly rule: string; readonly reason: string; readonly count: number }[];
}
