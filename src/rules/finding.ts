import type { FrameRef } from "../model/frame-ref.ts";
import type { Side } from "../place.ts";
import type { Expectation } from "./expectation.ts";
import type { Severity } from "./severity.ts";

/** What an endpoint did wrong. Plain data: survives JSON.stringify. */
export interface Finding {
  readonly rule: string;
  /** Key of the rule's `messages`; the report stage makes the text. */
  readonly message: string;
  readonly data: Readonly<Record<string, string | number>>;
  readonly severity: Severity;
  readonly offender: Side;
  readonly connection: number;
  readonly frame: FrameRef;
  /** What to show of the frame. */
  readonly text: string;
  /** `:path` of the stream's request, if it is known. */
  readonly path: string | undefined;
  readonly related: readonly RelatedFrame[];
  readonly certainty: "proven" | "unproven";
  /** The needs that are not met. */
  readonly because: readonly Need[];
  /** After a connection error of the same side: the other side will have stopped reading. */
  readonly consequent: boolean;
  /** Rules that would have fired on the same frame. */
  readonly hides: readonly string[];
  /** The answer that is due. */
  readonly expect: Expectation;
  /** Octets of the offender's direction after which a receiver could know. */
  readonly decidableAt: number;
}

/** How often a finding was made: repeats are folded into the first one. Grows until the connection ends. */
export interface Repeats {
  count: number;
}

export interface RelatedFrame {
  readonly frame: FrameRef;
  /** What it has to do with the finding: `opened the stream`. */
  readonly role: string;
  /** What to show of it: `POST /a.B/C`. */
  readonly text: string;
}

export interface FindingSink {
  /** @param repeats What folds into it later is counted there. */
  finding(finding: Finding, repeats: Repeats): void;
  /** What comparing the connection with others found; at its end. */
  compared(finding: Finding): void;
  /** Where only a share of the connections is judged: what this one adds to a comparison. */
  noted?(note: ConnectionNote, connection: number): void;
}

/** What a connection adds to what a rule compares. */
export interface ConnectionNote {
  readonly rule: string;
  /** As the rule made them; they survive JSON. */
  readonly facts: unknown;
  /** What is found if the comparison says so, which fills its message, data and severity; undefined: nothing is found here. */
  readonly finding: Finding | undefined;
}

/** Evidence a rule needs (docs/check.md). Without it a finding is unproven. */
export type Need =
  | "start"
  | "start2"
  | "no-gap"
  | "no-gap2"
  | "borders"
  | "seen"
  | "hpack"
  | "settings"
  | "acks"
  | "body"
  | "proto"
  | "end"
  | "roles"
  /** That a frame was read, not only received. */
  | "processed"
  /** Only a log reports it. */
  | "capture"
  /** That something is absent, or of the same connection, where only a log shows it: people shorten logs. */
  | "lines";
