// Findings in the order in which they are read, and those of each connection by time.
import { between } from "../../style.ts";
import type { PageData } from "../page-data.ts";
import type { FoundAt } from "./connection-chart.ts";
import type { PageFinding } from "./connection-model.ts";

/** By connection, in order of time. */
export function foundByConnection({ connections, findings }: PageData): ReadonlyMap<number, readonly FoundAt[]> {
  const starts = new Map(connections.map((connection) => [connection.id, connection]));
  const found = new Map<number, FoundAt[]>();
  for (const finding of findings) {
    const connection = starts.get(finding.connection);
    if (connection === undefined) continue;
    const list = found.get(connection.id) ?? [];
    list.push({ finding, time: between(connection.start, finding.frame.time) + connection.from });
    found.set(connection.id, list);
  }
  for (const list of found.values()) list.sort((a, b) => a.time - b.time);
  return found;
}

/** Indexes of the findings. */
export function worstFirst({ connections, findings }: PageData): readonly number[] {
  const starts = new Map(connections.map((connection) => [connection.id, connection]));
  const times = findings.map(({ connection, frame }) => {
    const start = starts.get(connection);
    return start === undefined ? 0 : between(start.start, frame.time) + start.from;
  });
  return findings
    .map((_, index) => index)
    .sort((a, b) => rank(findings[a]!) - rank(findings[b]!) || times[a]! - times[b]! || a - b);
}

const rank = ({ severity, certainty, consequent }: PageFinding): number =>
  SEVERITIES.indexOf(severity) + (certainty === "unproven" ? 3 : 0) + (consequent ? 6 : 0);

const SEVERITIES: readonly string[] = ["error", "warning", "info"];
