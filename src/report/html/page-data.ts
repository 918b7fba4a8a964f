// What a page holds, once, as JSON: columns of numbers and a table of strings. Written by collector.ts, read by page/.

import { frameKinds } from "../../http2/frame.ts";
import type { Catalogue } from "../../lang/language.ts";
import type { Severity } from "../../rules/severity.ts";
import type {
  BudgetEvent,
  CaptureInfo,
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  RunEvent,
  SummaryEvent,
} from "../event.ts";
import type { HeadersCertainty } from "../frame-object.ts";
import type { StoryText } from "../story.ts";

export interface PageData {
  /** Of the worst that failed; `finding` is its index, -1 where it is an answer that none explains. */
  readonly story?: StoryText & { readonly finding: number };
  /** What went wrong for somebody, in lines; what is listed is indented. */
  readonly symptoms: readonly string[];
  readonly schema: "h2lint-page/1";
  readonly tool: RunEvent["tool"];
  readonly captures: readonly CaptureInfo[];
  readonly summary: Omit<SummaryEvent, "kind" | "captures">;
  readonly diagnostics: readonly DiagnosticEvent[];
  readonly budgets: readonly BudgetEvent[];
  /** Of the rules that were broken. */
  readonly rules: Readonly<Record<string, RuleText>>;
  /** What verdicts and needs are called. */
  readonly words: { readonly verdicts: Readonly<Record<string, string>>; readonly needs: Readonly<Record<string, string>> };
  /** The first one is empty. */
  readonly strings: readonly string[];
  /** What frames say besides their columns. The first one is empty. */
  readonly details: readonly FrameDetail[];
  /** The first one is empty. */
  readonly blocks: readonly BlockData[];
  readonly connections: readonly PageConnection[];
  readonly findings: readonly FindingEvent[];
  readonly left: LeftOut;
  /** Of what the page itself says; absent: English. */
  readonly language?: PageLanguage;
}

/** The texts that the page's script holds, in another language. */
export type PageLanguage = Pick<Catalogue, "tag" | "nouns" | "texts" | "stop">;

export interface RuleText {
  readonly title: string;
  readonly severity: Severity;
  readonly why: string;
  readonly fix: string;
  /** `RFC 9113, 8.1 (MUST)`. */
  readonly spec: readonly string[];
}

/** What the bounds left out (limits.ts): the page says so. */
export interface LeftOut {
  /** Frames that are in summaries, not on their own. */
  readonly foldedFrames: number;
  readonly connections: number;
  readonly findings: number;
  readonly diagnostics: number;
  /** Field blocks that are left out to save room. */
  readonly blocks: number;
}

/** Members by the frame's type, as of `h2lint frames`. */
export type FrameDetail = Readonly<Record<string, unknown>>;

export interface BlockData {
  readonly certainty: HeadersCertainty;
  /** Name and value of each field, as indexes into the strings; -1: not known. */
  readonly fields: readonly number[];
  /** Fields that were not read but follow from other things, from 0, and why. */
  readonly inferred?: readonly number[];
  readonly because?: string;
  /** Why decoding ended early. */
  readonly fault?: string;
  /** Fields that there was no room for. */
  readonly more?: number;
}

export interface PageConnection extends ConnectionEvent {
  /** What it speaks, in words, and for whom. */
  readonly speaks: string;
  readonly behind: readonly string[];
  /** Nanoseconds since the session's first packet. */
  readonly from: number;
  readonly columns: FrameColumns;
  readonly lanes: readonly StreamData[];
  readonly gaps: readonly GapData[];
  readonly ends: readonly EndData[];
  /** Frames are in summaries. */
  readonly folded: boolean;
  /** Every frame is there from the first on, so that its flow-control windows can be counted. */
  readonly whole: boolean;
}

/** One entry a frame, in the order of the model: no answer before its cause. A `d` column holds differences to the entry before. */
export interface FrameColumns {
  /** Nanoseconds since the session's first packet. */
  readonly dTime: readonly number[];
  /** Index of the capture file; left out where there is one file. */
  readonly file?: readonly number[];
  readonly dPacket: readonly number[];
  /** Twice the index into `pageKinds`, and 1 for the server's. */
  readonly kind: readonly number[];
  readonly stream: readonly number[];
  /** Differences within each direction. */
  readonly dOffset: readonly number[];
  readonly length: readonly number[];
  readonly flags: readonly number[];
  /** Indexes. */
  readonly text: readonly number[];
  readonly detail: readonly number[];
  readonly block: readonly number[];
  /** First octets of the payload in base64, an index into the strings. */
  readonly payload: readonly number[];
  /** Entries that stand for many: the entry, frames, nanoseconds from first to last, octets. */
  readonly many: readonly (readonly [entry: number, frames: number, span: number, octets: number])[];
}

/** A stream: what was asked and answered, as indexes into the strings. */
export type StreamData = readonly [id: number, request: number, status: number, grpcStatus: number];

/** `side`: 0 client, 1 server. */
export interface GapData {
  readonly side: 0 | 1;
  readonly time: number;
  readonly packet: number;
  readonly octets: number;
  readonly why: string;
}

export interface EndData {
  readonly side: 0 | 1;
  readonly how: "fin" | "rst";
  readonly time: number;
  readonly packet: number;
}

/** Of the entries: the frames, the HTTP/1.1 heads around an upgrade. */
export const pageKinds = [...frameKinds, "http1"] as const;

/** Octets of the payload that are kept of a frame. */
export const shownOctets = 32;
