// The other side's answer in words, for every report.
import { english } from "../lang/language.ts";
import type { FindingEvent, ReactionObject } from "./event.ts";
import { duration, printable } from "./text.ts";

/** A guess is not shown as an answer. */
export const isAnswered = ({ kind, confidence }: ReactionObject): boolean => kind !== undefined && confidence !== "possible";

/** `GOAWAY PROTOCOL_ERROR`, `TCP FIN`. */
export function answerName({ kind = "", errorCode, status }: Omit<ReactionObject, "verdict">, language = english): string {
  switch (kind) {
    case "status":
      return `:status ${status}`;
    case "grpc-status":
      return `grpc-status ${status}`;
    case "goaway":
      return `GOAWAY ${errorCode}`;
    case "rst-stream":
      return `RST_STREAM ${errorCode}`;
    case "tls-alert":
      return `TLS alert ${errorCode}`;
    case "log-only":
      return language.text("an answer known from the log only");
    default:
      return `TCP ${kind.toUpperCase()}`;
  }
}

/** What is said where there is no answer. */
export const noAnswer = ({ reaction, certainty }: Pick<FindingEvent, "reaction" | "certainty">, language = english): string =>
  language.text((certainty === "proven" ? NO_ANSWER[reaction.verdict] : UNPROVEN[reaction.verdict]) ?? "none");

/** One sentence, without a full stop: `the server answered with GOAWAY PROTOCOL_ERROR after 0.42 ms`. */
export function answerSentence({ reaction, offender, certainty }: FindingEvent): string {
  if (!isAnswered(reaction)) return `answer: ${noAnswer({ reaction, certainty })}`;
  const side = offender === "client" ? "server" : "client";
  if (reaction.kind === "log-only") return `an answer known only from the log of the ${side} (${reaction.confidence})`;
  const debug = reaction.debug === undefined || reaction.debug === "" ? "" : `, "${printable(reaction.debug)}"`;
  const closed = reaction.closed === undefined ? "" : `, then ${reaction.closed.how.toUpperCase()}`;
  return `the ${side} answered with ${answerName(reaction)}${debug} after ${duration(reaction.delay ?? 0)}${closed} (${reaction.confidence})`;
}

const NO_ANSWER: Readonly<Record<string, string>> = {
  tolerated: "none: the other side accepted it",
  unseen: "none in the capture",
  "none-expected": "none expected",
};

// What nobody may have done nobody accepted.
const UNPROVEN: Readonly<Record<string, string>> = { ...NO_ANSWER, tolerated: "none: the other side went on" };
