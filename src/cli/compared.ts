// FILE, FILE#CONNECTION or FILE#CONNECTION.STREAM -> what a comparison looks at.
import { existsSync } from "node:fs";
import { analyze } from "../analyze.ts";
import type { AnalyzeOptions } from "../analyze-options.ts";
import { Clock } from "../capture/clock.ts";
import { H2lintError } from "../error.ts";
import { defaultLimits } from "../limits.ts";
import type { Compared } from "../report/comparison.ts";
import type { FindingEvent } from "../report/event.ts";
import { ShapeCollector } from "../report/shape.ts";
import { type Filter, TrafficFilter } from "../traffic-filter.ts";
import { findCaptures } from "./captures.ts";

/** @throws H2lintError where the capture cannot be read, or holds no HTTP/2 that was chosen. */
export async function shapeOf(operand: string, options: AnalyzeOptions): Promise<Compared> {
  const { file, only } = partOf(operand);
  const chosen: Filter = { ...options.only, ...only };
  const { from: _, to: __, ...untimed } = chosen;
  const collector = new ShapeCollector(new TrafficFilter(untimed, new Clock()), { ...defaultLimits, ...options.limits });
  const findings: FindingEvent[] = [];
  for await (const event of analyze(await findCaptures([file]), { ...options, only: chosen, listeners: [collector] })) {
    if (event.kind === "finding" && findings.length < FINDINGS) findings.push(event);
    else if (event.kind === "connection") collector.recognised(event);
  }
  const { shape } = collector;
  if (!shape.connections.some(({ protocol }) => protocol.startsWith("h2"))) {
    const where = chosen.connection === undefined ? "" : ` on connection ${chosen.connection}`;
    throw new H2lintError("not-found", `${file}: there is no HTTP/2${where} to compare`);
  }
  return { operand, shape, findings };
}

/** Without the part of it that is looked at. */
export const fileOf = (operand: string): string => partOf(operand).file;

function partOf(operand: string): { file: string; only: Filter } {
  const match = /^(.+)#(\d+)(?:\.(\d+))?$/.exec(operand);
  // A file may be named so.
  if (match === null || existsSync(operand)) return { file: operand, only: {} };
  const [, file = "", connection, stream] = match;
  return { file, only: { connection: Number(connection), ...(stream === undefined ? {} : { stream: Number(stream) }) } };
}

const FINDINGS = 10_000;
