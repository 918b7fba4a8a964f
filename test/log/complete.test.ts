// A log that cannot be read takes nothing from the capture beside it.
import { expect, it } from "vitest";
import { DiagnosticCounter } from "../../src/report/event-builder.ts";

const unknown = { code: "log/unknown-format", place: { in: "log", file: 0, line: 1 }, data: { lines: 1 } } as const;
const lost = { code: "capture/lost-segments", place: { in: "log", file: 0, line: 1 }, data: {} } as const;

it("is incomplete by what of the capture is missing, not by its logs", () => {
  const diagnostics = new DiagnosticCounter();
  diagnostics.add(unknown);
  expect([diagnostics.incomplete(false), diagnostics.incomplete(true)]).toEqual([false, true]);
  diagnostics.add(lost);
  expect(diagnostics.incomplete(false)).toBe(true);
});
