// Captures and logs through the whole of h2lint.
import { readFileSync } from "node:fs";
import { analyze } from "../../src/analyze.ts";
import type { AnalyzeOptions, LogSource } from "../../src/analyze-options.ts";
import type { Source } from "../../src/capture/source.ts";
import type {
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  ReportEvent,
  SummaryEvent,
  UnexplainedEvent,
} from "../../src/report/event.ts";
import { memorySource } from "../capture/reading.ts";

export interface Linted {
  readonly events: readonly ReportEvent[];
  readonly findings: readonly FindingEvent[];
  readonly connections: readonly ConnectionEvent[];
  readonly unexplained: readonly UnexplainedEvent[];
  readonly diagnostics: readonly DiagnosticEvent[];
  readonly summary: SummaryEvent;
}

export async function lint(
  captures: readonly (string | Source)[],
  logs: readonly LogSource[],
  options: AnalyzeOptions = {},
): Promise<Linted> {
  const events: ReportEvent[] = [];
  for await (const event of analyze(captures, { ...options, logs })) events.push(event);
  const of = <K extends ReportEvent["kind"]>(kind: K) =>
    events.filter((event): event is Extract<ReportEvent, { kind: K }> => event.kind === kind);
  return {
    events,
    findings: of("finding"),
    connections: of("connection"),
    unexplained: of("unexplained"),
    diagnostics: of("diagnostic"),
    summary: of("summary")[0]!,
  };
}

export const logOf = (text: string, name = "x.log", side?: LogSource["side"]): LogSource => {
  const source = memorySource(Buffer.from(text, "utf8"), undefined, name);
  return side === undefined ? { source } : { source, side };
};

export const captureOf = (bytes: Uint8Array): Source => memorySource(bytes, bytes.length, "x.pcap");

/** The first so many records of a microsecond little-endian pcap. */
export function beginning(path: string, records: number): Uint8Array {
  const file = readFileSync(path);
  let at = 24;
  for (let i = 0; i < records; i++) at += 16 + file.readUInt32LE(at + 8);
  return file.subarray(0, at);
}
