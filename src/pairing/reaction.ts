import type { FrameRef } from "../model/frame-ref.ts";
import type { Side } from "../place.ts";
import type { Finding } from "../rules/finding.ts";

/** What a side did that can be an answer to the other side's fault (rules.md 5.1). */
export interface Reaction {
  readonly kind: "goaway" | "rst-stream" | "status" | "fin" | "rst";
  readonly from: Side;
  /** GOAWAY, RST_STREAM. */
  readonly errorCode: number;
  readonly lastStreamId: number;
  /** GOAWAY: its debug data, one character per octet. */
  readonly debug: string;
  /** `:status`. */
  readonly status: number;
  readonly streamId: number;
  /** The frame; of `fin` and `rst` the segment. */
  readonly frame: FrameRef;
  /** Streams that were open then. */
  readonly open: readonly number[];
  /** It is everyday and needs no fault to be explained. */
  readonly everyday: boolean;
  /** The same side's close that followed a GOAWAY. */
  closedBy?: Reaction;
}

/** `as-specified`: what the text demands; `other-code`: another code or form of it; `escalated`: more than it demands; `tolerated`: the
 *  other side processed the frame and did not mind; `unseen`: none in the capture; `none-expected`: none is due, and none came. */
export type Verdict = "as-specified" | "other-code" | "escalated" | "tolerated" | "unseen" | "none-expected";

export type Confidence = "exact" | "likely" | "possible";

export interface PairedFinding {
  readonly finding: Finding;
  readonly verdict: Verdict;
  readonly reaction?: Reaction;
  readonly confidence?: Confidence;
  /** The points behind the confidence, with their reasons (rules.md 5.3). */
  readonly evidence?: readonly Evidence[];
  /** Nanoseconds from the offending frame to the answer. */
  readonly delay?: number;
  /** Streams that were not completed because of the answer, and those of them the other side did not act on. */
  readonly streamsKilled: readonly number[];
  readonly retrySafe: readonly number[];
  /** What the debug text tells: `grpc-go 1.63 or later calls any second HEADERS an illegal stream id`. */
  readonly explanation?: string;
}

export interface Evidence {
  readonly points: number;
  readonly reason: string;
}

export interface PairSink {
  paired(pair: PairedFinding): void;
}
