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
export function answerSentence({ reaction, offender, certainty }: FindingEvent, say = english): string {
  if (!isAnswered(reaction)) return say.text("answer: {answer}", { answer: noAnswer({ reaction, certainty }, say) });
  const side = say.text(offender === "client" ? "server" : "client");
  const sure = say.text(String(reaction.confidence));
  if (reaction.kind === "log-only") return say.text("an answer known only from the log of the {side} ({sure})", { side, sure });
  const debug = reaction.debug === undefined || reaction.debug === "" ? "" : `${say.text(", ")}"${printable(reaction.debug)}"`;
  const closed = reaction.closed === undefined ? "" : say.text(", then {how}", { how: reaction.closed.how.toUpperCase() });
  return say.text("the {side} answered with {answer}{debug} after {delay}{closed} ({sure})", {
    ...{ side, answer: answerName(reaction, say), debug, delay: duration(reaction.delay ?? 0), closed, sure },
  });
}

const NO_ANSWER: Readonly<Record<string, string>> = {
  tolerated: "none: the other side accepted it",
  unseen: "none in the capture",
  "none-expected": "none expected",
};

// What nobody may have done nobody accepted.
const UNPROVEN: Readonly<Record<string, string>> = { ...NO_ANSWER, tolerated: "none: the other side went on" };
