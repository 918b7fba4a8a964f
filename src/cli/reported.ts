// What was found: in captures, or as a JSON report says it.
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { analyze } from "../analyze.ts";
import type { AnalyzeOptions } from "../analyze-options.ts";
import { type Found, findingsOfReport } from "../report/difference.ts";
import { findCaptures } from "./captures.ts";

/** @throws H2lintError for what is neither. */
export async function findingsIn(operand: string, options: AnalyzeOptions): Promise<Found[]> {
  if (looksLikeReport(operand)) return findingsOfReport(readFileSync(operand, "utf8"), operand);
  const found: Found[] = [];
  for await (const event of analyze(await findCaptures([operand]), options)) if (event.kind === "finding") found.push(event);
  return found;
}

// By content: a report is an object, and no capture begins with a brace.
function looksLikeReport(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(64);
      return /^\ufeff?\s*\{/.test(head.toString("utf8", 0, readSync(file, head)));
    } finally {
      closeSync(file);
    }
  } catch {
    // Who reads the capture says what is wrong.
    return false;
  }
}
