// Rules about one frame that must not be there, or must not look like that: what they have in common is here, so that a rule says only
// what it is about.
import { kindName } from "../../http2/frame.ts";
import type { Stream } from "../../model/stream.ts";
import type { Expectation } from "../expectation.ts";
import type { RelatedFrame } from "../finding.ts";
import type { Condition, Holes, Rule, RuleMeta, Subject } from "../rule.ts";

/** What such a rule says of itself: whatever was observed breaks it. */
export interface FrameRule<Messages> {
  readonly id: string;
  readonly title: string;
  /** Default: error. */
  readonly severity?: RuleMeta["severity"];
  readonly profiles?: RuleMeta["profiles"];
  /** Default: either. */
  readonly by?: RuleMeta["by"];
  readonly spec: RuleMeta["spec"];
  /** What differs from PROTOCOL_ERROR. */
  readonly expect?: Partial<Omit<Expectation, "scope">>;
  /** Default: none. */
  readonly needs?: RuleMeta["needs"];
  /** Default: the head of the frame. */
  readonly decidable?: RuleMeta["decidable"];
  /** One message, by its id; its holes are filled with what `Hole` names. */
  readonly messages: Messages & WellFormed<Messages>;
  readonly when: Condition;
  readonly related?: (stream: Stream | undefined) => readonly RelatedFrame[];
  /** Fold with frames of other streams that give the same. */
  readonly fold?: (frame: Subject) => string;
  readonly why: string;
  readonly fix: string;
}

/** What the holes of a message are filled with. */
export type Hole = keyof typeof holes;

// A message with another hole is of type never, so it does not compile.
type WellFormed<Messages> = {
  readonly [Id in keyof Messages]: Messages[Id] extends string
    ? [Exclude<Holes<Messages[Id]>, Hole>] extends [never]
      ? Messages[Id]
      : never
    : never;
};

/** RFC 9113 5.4.1: the connection cannot go on. */
export const connectionError = <const Messages extends Readonly<Record<string, string>>>(rule: FrameRule<Messages>): Rule =>
  frameRule(rule, "connection");

/** RFC 9113 5.4.2: of one stream. */
export const streamError = <const Messages extends Readonly<Record<string, string>>>(rule: FrameRule<Messages>): Rule =>
  frameRule(rule, "stream");

function frameRule(rule: FrameRule<Readonly<Record<string, string>>>, scope: Expectation["scope"]): Rule {
  const { id, title, severity = "error", profiles, by = "either", spec, needs = [], decidable = "head", messages } = rule;
  const { when, related, fold, why, fix } = rule;
  const [[message, text] = ["", ""]] = Object.entries(messages);
  const filled = Array.from(text.matchAll(/\{(\w+)\}/g), ([, name]) => name as Hole);
  const expect = { scope, codes: ["PROTOCOL_ERROR"], ...rule.expect };
  return {
    id,
    meta: {
      ...{ title, severity, by, spec, expect, needs, decidable, messages },
      ...(profiles !== undefined && { profiles }),
      docs: { why, fix },
    },
    when,
    judge(frame, stream, { report }) {
      const data: Record<string, string | number> = {};
      for (const name of filled) data[name] = holes[name](frame);
      report(frame, message, data, {
        ...(related !== undefined && { related: related(stream) }),
        ...(fold !== undefined && { fold: fold(frame) }),
      });
    },
  };
}

const holes = {
  kind: (frame: Subject) => kindName(frame.kind),
  streamId: (frame: Subject) => frame.streamId,
  promisedStreamId: (frame: Subject) => frame.promisedStreamId,
  side: (frame: Subject) => frame.from,
  /** Of the payload. */
  length: (frame: Subject) => frame.length,
  /** Hexadecimal. */
  flags: (frame: Subject) => frame.flags.toString(16).padStart(2, "0"),
};
