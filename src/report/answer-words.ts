// Verdicts, and what is missing where nothing is proven, in words.
import type { Language } from "../lang/language.ts";
import { LACKS } from "../rules/need-words.ts";

export const VERDICTS: Readonly<Record<string, string>> = {
  "as-specified": "as specified",
  "other-code": "another answer than specified",
  escalated: "more than specified",
};

export const NEEDS: Readonly<Record<string, string>> = LACKS;

/** `grpc/request-trailers not checked once: not all fields are known`. A family is written `stream/*`, and has no number. */
export function uncheckedText({ rule = "", reason, count: times }: Unchecked, language: Language): string {
  const data = { rule, reason: language.text(NEEDS[reason] ?? reason), n: String(times) };
  if (rule.endsWith("/*")) return language.text("{rule} not checked: {reason}", data);
  return language.text(times === 1 ? "{rule} not checked once: {reason}" : "{rule} not checked {n} times: {reason}", data);
}

/** Of an answer that nothing explains: `grpc/request-trailers: not all fields are known, 3 times`, `12 bytes of the client are missing`. */
export function blindText(text: string, say: Language): string {
  const [, rule, reason = "", n] = /^([a-z0-9-]+\/[a-z0-9*-]+): (.*?)(?:, (\d+) times)?$/.exec(text) ?? [];
  if (rule === undefined) return say.phrase(text);
  const data = { rule, reason: say.phrase(reason), n: n ?? "" };
  return say.text(n === undefined ? "{rule}: {reason}" : "{rule}: {reason}, {n} times", data);
}

interface Unchecked {
  readonly rule?: string;
  readonly reason: string;
  readonly count: number;
}
