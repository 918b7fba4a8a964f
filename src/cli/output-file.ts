// The files of `--output`.
import { closeSync, openSync, writeSync } from "node:fs";
import { extname } from "node:path";
import { H2lintError } from "../error.ts";
import type { Output } from "../report/report.ts";

/** `[FORMAT=]FILE`, the format by extension.
 *  @param known The formats that the command writes. @throws H2lintError for another. */
export function outputOf(text: string, known: readonly string[]): { readonly format: string; readonly path: string } {
  const named = known.find((format) => text.startsWith(`${format}=`));
  if (named !== undefined && text.length > named.length + 1) return { format: named, path: text.slice(named.length + 1) };
  const format = EXTENSIONS[extname(text)];
  if (format === undefined || !known.includes(format))
    throw new H2lintError("usage", `--output ${text}: no format is known by this extension; use FORMAT=FILE`);
  return { format, path: text };
}

/** @throws H2lintError where it cannot be written. */
export function openFile(path: string, flags: "w" | "a"): { readonly write: Output; readonly close: () => void } {
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (error) {
    throw new H2lintError("unreadable", `${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? "error"})`);
  }
  return { write: (piece) => void writeSync(file, piece), close: () => closeSync(file) };
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  ".json": "json",
  ".ndjson": "ndjson",
  ".txt": "table",
  ".sarif": "sarif",
  ".xml": "junit",
  ".md": "markdown",
  ".html": "html",
  ".har": "har",
};
