import type { Connection } from "../model/connection.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type { Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";
import type { Finding } from "../rules/finding.ts";
import type { Tells } from "./software.ts";

/** What a side did that can be an answer to the other side's fault. */
export interface Reaction {
  readonly kind: "goaway" | "rst-stream" | "status" | "grpc-status" | "fin" | "rst" | "tls-alert";
  readonly from: Side;
  /** GOAWAY, RST_STREAM. */
  readonly errorCode: number;
  readonly lastStreamId: number;
  /** GOAWAY: its debug data; `grpc-status`: its message; `tls-alert`: its name; one character per octet. */
  readonly debug: string;
  /** `:status`, `grpc-status`, or the number of the alert. */
  readonly status: number;
  readonly streamId: number;
  /** Of RST_STREAM, where it is known: it may be forgotten before the connection ends. */
  readonly stream: Stream | undefined;
  /** The frame; of `fin` and `rst` the segment, of `tls-alert` the record. */
  readonly frame: FrameRef;
  /** A stream was open then. */
  readonly onOpenStream: boolean;
  /** It is everyday and needs no fault to be explained. */
  readonly everyday: boolean;
  /** It says that something is wrong: if no finding explains it, it is reported by itself. */
  readonly blames: boolean;
  /** Of an error: the other side's last frames that had arrived by then. */
  readonly before: readonly FrameRef[];
  /** The same side's close that followed a GOAWAY or an alert. */
  closedBy: Reaction | undefined;
}

export interface Cost {
  /** Streams that were not completed because of it, and those of them that the other side did not act on. */
  readonly streamsKilled: readonly number[];
  readonly retrySafe: readonly number[];
  /** The same by method or path, the most hit first. */
  readonly lost: readonly LostCalls[];
}

/** Calls of one method or path. */
export interface LostCalls {
  /** `:path`, one character per octet; undefined: not known. */
  readonly path: string | undefined;
  readonly grpc: boolean;
  readonly streams: readonly number[];
  readonly retrySafe: readonly number[];
  /** What their callers probably saw; undefined: nothing is known of it. */
  readonly saw: string | undefined;
}

/** `as-specified`: what the text demands; `other-code`: another code or form of it; `escalated`: more than it demands; `tolerated`: the
 *  other side processed the frame and accepted it; `unseen`: none in the capture; `none-expected`: none is expected, and none came. */
export type Verdict = "as-specified" | "other-code" | "escalated" | "tolerated" | "unseen" | "none-expected";

export type Confidence = "exact" | "likely" | "possible";

export interface PairedFinding extends Cost {
  readonly finding: Finding;
  /** How often it was found. */
  readonly count: number;
  readonly verdict: Verdict;
  readonly reaction?: Reaction;
  readonly confidence?: Confidence;
  /** The points behind the confidence, with their reasons. */
  readonly evidence?: readonly Evidence[];
  /** Nanoseconds from the offending frame to the answer. */
  readonly delay?: number;
  /** What the debug text says: `grpc-go 1.63 or later calls any second HEADERS an illegal stream id`. */
  readonly explanation?: string;
  /** Other findings that the same answer may be about. */
  readonly also?: readonly Finding[];
  /** Further answers to the same fault. */
  readonly further?: readonly Reaction[];
  /** The offender itself gave up after its fault: that is no answer. */
  readonly selfInflicted?: Reaction;
  /** Lines of logs that tell of it. */
  readonly logs?: readonly JoinedLine[];
  /** A log reports an answer, and the capture holds none: what it says of it. */
  readonly logOnly?: LoggedAnswer;
}

export interface LoggedAnswer {
  /** Of a GOAWAY; absent: the log does not say. */
  readonly errorCode?: number;
  readonly lastStreamId?: number;
  /** One character per octet. */
  readonly debug?: string;
}

/** A line of a log of one end. */
export interface JoinedLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Which end wrote it; absent: not known. */
  readonly side?: Side;
  /** What it is about: a frame, or as the dictionary says. */
  readonly tells: "frame" | Tells;
  /** One character per octet. */
  readonly text: string;
  /** That it is of this connection. */
  readonly confidence: Confidence;
}

export interface Evidence {
  readonly points: number;
  readonly reason: string;
}

/** An error answer that no finding explains. */
export interface Unexplained extends Cost {
  readonly connection: number;
  readonly reaction: Reaction;
  /** What its text says, where it is known. */
  readonly explanation?: string;
  /** The other side's last frames that had arrived by then, oldest first. */
  readonly before: readonly FrameRef[];
  /** What could not be checked, and why. */
  readonly unchecked: readonly string[];
  /** Legal input that this software refuses in this way, and that was among the frames before. */
  readonly refusals: readonly string[];
  /** Lines of logs that tell of it. */
  readonly logs?: readonly JoinedLine[];
}

/** What a connection adds to what a rule compares (rules/rule.ts). */
export interface PairedNote {
  readonly rule: string;
  readonly facts: unknown;
  readonly connection: number;
  /** Addresses with ports. */
  readonly client: string;
  readonly server: string;
  /** What is found if the comparison says so, but for message, data and severity. */
  readonly pair: PairedFinding | undefined;
}

/** What comes of a connection, at its end. */
export interface PairSink {
  paired(pair: PairedFinding): void;
  /** Where only a share of the connections is judged: what this one adds to a comparison, after all that was paired. */
  noted?(note: PairedNote): void;
  /** @param unless Rules that compare connections: what one of them finds here explains it. */
  unexplained?(unexplained: Unexplained, unless?: readonly string[]): void;
  /** A connection is over, and all of it was reported. @param software What its ends were recognised as; undefined where it was never HTTP/2. */
  closed?(connection: Connection, software: RecognisedSoftware | undefined): void;
}

/** Takes all that comes of a connection. */
export type Results = Required<Omit<PairSink, "noted">> & Pick<PairSink, "noted">;

/** What the two ends of a connection are, where that is certain, and the signs of it. */
export interface RecognisedSoftware {
  readonly client?: string;
  readonly server?: string;
  readonly evidence: readonly SoftwareSign[];
}

export interface SoftwareSign {
  readonly side: Side;
  readonly software: string;
  readonly sign: "ping" | "goaway" | "settings" | "fields" | "user-agent" | "server";
  /** As it stood on the wire, one character per octet; of SETTINGS the ids and values, of fields their names. */
  readonly text: string;
  readonly says: string;
  /** False: proxies pass it on, so it may be about an end behind this one. */
  readonly hopByHop: boolean;
  readonly packet: number;
}
