// Files for other programs: what `check -o` writes and nobody reads from standard output.
import { join } from "node:path";
import type { TableOutputs } from "../report/parquet/tables.ts";
import type { Report } from "../report/report.ts";
import { type OutputFile, openFile, openFolder } from "./output-file.ts";
import { openSpool } from "./spool.ts";
import type { Task } from "./task.ts";

/** What is being written. */
export interface OpenExport {
  readonly report: Report;
  readonly files: readonly OutputFile[];
}

/** Formats of `check -o`, and the ends of names that ask for them. */
export const EXPORTS: Readonly<Record<string, readonly string[]>> = {
  annotated: [".pcapng"],
  pcapng: [],
  parquet: [".parquet"],
  otlp: [".otlp.json"],
  "otlp-lines": [".otlp.jsonl"],
  perfetto: [".perfetto-trace"],
};

/** Each is loaded when it is asked for. @throws H2lintError where it cannot be written. */
export async function openExport(format: string, path: string, task: Task): Promise<OpenExport> {
  const { showSecrets } = task;
  switch (format) {
    case "parquet": {
      const { parquetTables, TABLES } = await import("../report/parquet/tables.ts");
      openFolder(path);
      const files = TABLES.map((name) => [name, openFile(join(path, `${name}.parquet`))] as const);
      const outputs = Object.fromEntries(files.map(([name, { write }]) => [name, write])) as TableOutputs; // every table is there
      return { report: parquetTables(outputs), files: files.map(([, file]) => file) };
    }
    case "otlp":
    case "otlp-lines": {
      const { otlpSpans } = await import("../report/otlp/otlp.ts");
      const file = openFile(path);
      return { report: otlpSpans(file.write, format === "otlp-lines"), files: [file] };
    }
    case "perfetto": {
      const { perfettoTrace } = await import("../report/perfetto/perfetto.ts");
      const file = openFile(path);
      return { report: perfettoTrace(file.write), files: [file] };
    }
    default: {
      const { annotatedCapture } = await import("../report/annotated/annotated.ts");
      const file = openFile(path);
      return { report: annotatedCapture(file.write, { path, spool: openSpool(path), showSecrets }), files: [file] };
    }
  }
}
