// The other side's answer in words, for every report.
import { english } from "../lang/language.ts";
import type { FindingEvent, ReactionObject } from "./event.ts";
import { duration, printable } from "./text.ts";

/** A guess is not told as an answer. */
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
      return language.text("an answer that only the log tells of");
    default:
      return `TCP ${kind.toUpperCase()}`;
  }
}

/** What is said where there is no answer. */
export const noAnswer = ({ verdict }: ReactionObject, language = english): string => language.text(NO_ANSWER[verdict] ?? "none");

/** One sentence, without a full stop: `the server answered with GOAWAY PROTOCOL_ERROR after 0.42 ms`. */
export function answerSentence({ reaction, offender }: FindingEvent): string {
  if (!isAnswered(reaction)) return `answer: ${noAnswer(reaction)}`;
  const side = offender === "client" ? "server" : "client";
  if (reaction.kind === "log-only")
    return `the log of the ${side} tells of an answer, and nothing else does (${reaction.confidence})`;
  const debug = reaction.debug === undefined || reaction.debug === "" ? "" : `, "${printable(reaction.debug)}"`;
  const closed = reaction.closed === undefined ? "" : `, then ${reaction.closed.how.toUpperCase()}`;
  return `the ${side} answered with ${answerName(reaction)}${debug} after ${duration(reaction.delay ?? 0)}${closed} (${reaction.confidence})`;
}

const NO_ANSWER: Readonly<Record<string, string>> = {
  tolerated: "none: the other side read it and did not mind",
  unseen: "none in the capture",
  "none-expected": "none, and none is due",
};
