import { english } from "../lang/language.ts";
import type { BudgetEvent, BudgetPlace, FindingEvent } from "./event.ts";

/** What a check in CI is about: proven, no consequence of a fault before it, and not accepted before. */
export const counts = ({ certainty, consequent, baseline }: FindingEvent): boolean =>
  certainty === "proven" && !consequent && baseline !== true;

/** Not proven only as it cannot be known that a frame was read: nothing else is likely. */
export const isLikely = ({ certainty, because = [], consequent, baseline }: FindingEvent): boolean =>
  certainty === "unproven" && because.every((need) => need === "processed") && !consequent && baseline !== true;

/** `connection 1, stream 3, packet 11`; of a log `line 11`. */
export const placeOf = ({ connection, stream, frame }: FindingEvent, language = english): string =>
  placeText(connection, stream, frame, language);

/** What is undefined is not named, nor stream 0. @param at The number of a packet, or what has one. */
export function placeText(
  connection: number | undefined,
  stream: number | undefined,
  at: number | Position | undefined,
  language = english,
): string {
  const parts: string[] = [];
  if (connection !== undefined) parts.push(language.text("connection {id}", { id: connection }));
  if (stream !== undefined && stream !== 0) parts.push(language.text("stream {id}", { id: stream }));
  if (at !== undefined) parts.push(positionText(typeof at === "number" ? { packet: at } : at, language));
  return parts.join(language.text(", "));
}

interface Position {
  readonly packet: number;
  readonly line?: number;
}

/** `packet 11`; of a log `line 11`. */
export const positionText = ({ packet, line }: Position, language = english): string =>
  line === undefined ? language.text("packet {n}", { n: packet }) : language.text("line {n}", { n: line });

/** `assert/latency`: a budget's name where a finding has its rule's. */
export const budgetName = ({ assert }: BudgetEvent): string => `assert/${assert}`;

/** `p99 of /a.B/C at most 50ms: 3 of 100 calls took longer`. */
export const budgetText = ({ asserted, message, because }: BudgetEvent): string =>
  `${asserted}: ${message}${because === undefined ? "" : `; ${because}`}`;

/** `connection 1, stream 3, packet 11 (210 ms)`. */
export const budgetPlace = ({ connection, stream, packet, what }: BudgetPlace, language = english): string => {
  const place = placeText(connection, stream, packet, language);
  return what === undefined ? place : language.text("{place} ({what})", { place, what: language.word("budget", what) });
};

/** `; first on connection 1, stream 3, packet 11 (210 ms)`, where it is known. */
export const budgetFirst = ({ places: [first] }: BudgetEvent): string =>
  first === undefined ? "" : `; first on ${budgetPlace(first)}`;
