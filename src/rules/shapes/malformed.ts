// Rules about malformed messages (RFC 9113 8.1.1): "a stream error of type PROTOCOL_ERROR" is due, and HTTP may answer instead. What they
// have in common is here, so that a rule says only what it is about.
import type { BlockRole, FieldBlock } from "../../model/field-block.ts";
import type { Side } from "../../place.ts";
import type { Expectation } from "../expectation.ts";
import { opened } from "../related.ts";
import type { BlockCondition, Context, Holes, ReportOptions, Rule, RuleMeta } from "../rule.ts";
import {
  exactFieldsOf,
  type Fields,
  fieldsOf,
  type Request,
  type Response,
  requestOf,
  responseOf,
  type Trailers,
  trailersOf,
  type View,
} from "./message.ts";

/** What such a rule says of itself. */
export interface Malformed<Messages extends Texts, What extends Fields> {
  readonly id: string;
  readonly title: string;
  /** Default: error. */
  readonly severity?: RuleMeta["severity"];
  /** Who can break it, where the shape does not tell. */
  readonly by?: RuleMeta["by"];
  readonly spec: RuleMeta["spec"];
  /** The receiver may let it pass. */
  readonly optional?: boolean;
  /** Where the text asks for something else. */
  readonly expect?: Expectation;
  /** Default: all fields. */
  readonly needs?: RuleMeta["needs"];
  /** By id; `streamId` and `side` are filled in, other holes by `check`. */
  readonly messages: Messages;
  /** Which blocks may be at fault, by bits: ordinary ones should not have them. */
  readonly when: BlockCondition | readonly BlockCondition[];
  /** Whether it is broken: `found` says it. */
  check(what: What, found: Found<Messages>, context: Pick<Context, "uncheck">): void;
  readonly why: string;
  readonly fix: string;
}

export type Texts = Readonly<Record<string, string>>;

/** Reports a fault. @param given Fills the holes that are not filled in. */
export type Found<Messages extends Texts> = <Id extends keyof Messages & string>(
  message: Id,
  ...given: [Exclude<Holes<Messages[Id]>, Filled>] extends [never] ? [] : [data: Given<Messages[Id]>, more?: ReportOptions]
) => void;

type Filled = "streamId" | "side";

type Given<Text extends string> = Readonly<Record<Exclude<Holes<Text>, Filled>, string | number>>;

/** Of a request, all of its fields known. */
export const malformedRequest = <const Messages extends Texts>(rule: Malformed<Messages, Request>): Rule =>
  malformed(rule, requestOf, "client", ["request"]);

/** Of an interim or final response, all of its fields known. */
export const malformedResponse = <const Messages extends Texts>(rule: Malformed<Messages, Response>): Rule =>
  malformed(rule, responseOf, "server", ["interim", "response"]);

/** Of trailers, all of their fields known. */
export const malformedTrailers = <const Messages extends Texts>(rule: Malformed<Messages, Trailers>): Rule =>
  malformed(rule, trailersOf, "either", ["request-trailers", "response-trailers"]);

/** Of any block, or what `when` names, all of its fields known. */
export const malformedMessage = <const Messages extends Texts>(rule: Malformed<Messages, Fields>): Rule =>
  malformed(rule, exactFieldsOf, "either", undefined);

/** Of single fields, whatever is known of the others. */
export const malformedField = <const Messages extends Texts>(rule: Malformed<Messages, Fields>): Rule =>
  malformed(rule, fieldsOf, "either", undefined);

function malformed<Messages extends Texts, What extends Fields>(
  rule: Malformed<Messages, What>,
  view: View<What>,
  usually: Side | "either",
  roles: readonly BlockRole[] | undefined,
): Rule {
  const { id, title, severity = "error", by = usually, spec, optional, needs = ["hpack"], messages, when, why, fix } = rule;
  const { expect = { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, ...(optional && { optional }) } } = rule;
  return {
    id,
    meta: { title, severity, by, spec, expect, needs, messages, decidable: "block", docs: { why, fix } },
    when: [when].flat().map((condition) => (roles === undefined ? condition : { roles, ...condition })),
    judge(subject, stream, { connection, report, uncheck }) {
      const block = subject as FieldBlock; // the conditions are of blocks
      const { decoded, from: side, streamId } = block;
      const what = decoded && view({ block, decoded, stream, connection });
      if (what === undefined) return;
      const found = (message: keyof Messages & string, given?: Texts, more?: ReportOptions): void => {
        const text = messages[message]!; // an id of one
        const data = { ...(text.includes("{side}") && { side }), ...given, ...(text.includes("{streamId}") && { streamId }) };
        report(block, message, data, { related: opened(stream), ...more });
      };
      rule.check(what, found as Found<Messages>, { uncheck });
    },
  };
}
