// `-o out.parquet`: a folder of tables, for DuckDB and whatever else reads Parquet.

import { H2lintError } from "../../error.ts";
import type { Connection } from "../../model/connection.ts";
import type { Report, RunFacts } from "../report.ts";
import { SeenCalls } from "../seen-calls.ts";
import { CallsTable } from "./calls-table.ts";
import { ConnectionsTable, FindingTables, UnexplainedTable } from "./finding-tables.ts";
import { FramesTable } from "./frames-table.ts";

/** The tables, each a separate file. */
export const TABLES = ["connections", "calls", "frames", "findings", "answers", "unexplained"] as const;

/** Writes one of the tables. */
export type TableOutputs = Readonly<Record<(typeof TABLES)[number], (octets: Uint8Array) => void>>;

export function parquetTables(outputs: TableOutputs): Report {
  const connections = new ConnectionsTable(outputs.connections);
  const calls = new CallsTable(outputs.calls);
  const frames = new FramesTable(outputs.frames);
  const findings = new FindingTables(outputs.findings, outputs.answers);
  const unexplained = new UnexplainedTable(outputs.unexplained);
  let run: RunFacts | undefined;
  const seen = new SeenCalls({
    chooser: () => run?.chooser,
    over: (stream, connection, began, notes) => run !== undefined && calls.add(stream, connection, began, notes, run.clock),
    traces: false,
  });
  return {
    begin(facts) {
      run = facts;
    },
    listener: {
      fields: (block, stream, connection) => seen.fields(block, stream, connection),
      streamStart: (stream, connection) => seen.streamStart(stream, connection),
      streamEnd: (stream, connection) => seen.streamEnd(stream, connection),
      frame(frame, _, connection: Connection) {
        if (run === undefined || !seen.isChosen(connection) || !run.chooser.exchange(frame.streamId, frame.last.time)) return;
        frames.add(frame, connection.id, run.files[frame.last.file] ?? "", run.clock);
      },
      connectionEnd: (connection) => seen.connectionEnd(connection),
    },
    event(event) {
      if (event.kind === "connection") connections.add(event);
      else if (event.kind === "finding") findings.add(event);
      else if (event.kind === "unexplained") unexplained.add(event);
    },
    end() {
      if (run === undefined) throw new H2lintError("usage", "tables are made of captures, and there is none");
      for (const table of [connections, calls, frames, findings, unexplained]) table.end();
    },
  };
}
