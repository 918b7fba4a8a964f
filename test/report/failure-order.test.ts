// Which of several failures `why` begins with.
import { expect, it } from "vitest";
import { failuresOf } from "../../src/report/failures.ts";
import { findingOf } from "./events.ts";

const unanswered = { kind: undefined, verdict: "none-expected" } as never;

const rulesOf = (findings: ReturnType<typeof findingOf>[]): (string | undefined)[] =>
  failuresOf(findings, []).map(({ finding }) => finding?.rule);

const advice = (rule: string, data: Readonly<Record<string, string | number>> = {}) =>
  findingOf({ rule, data, severity: "warning", reaction: unanswered, fingerprint: rule });

it("begins with a stall that lasted, before a peer that nobody reaches", () => {
  const stall = advice("health/flow-stall");
  expect(rulesOf([advice("health/peer-unreachable"), stall])).toEqual(["health/flow-stall", "health/peer-unreachable"]);
});

it("has a stall that was over behind it", () => {
  const stall = advice("health/flow-stall", { increment: 65_535 });
  expect(rulesOf([stall, advice("health/peer-unreachable")])).toEqual(["health/peer-unreachable", "health/flow-stall"]);
});
