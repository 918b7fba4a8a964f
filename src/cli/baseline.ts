// The baseline file, read and written.
import { readFileSync } from "node:fs";
import { H2lintError } from "../error.ts";
import { Baseline, type BaselineEntry, baselineText, parseBaseline } from "../report/baseline.ts";
import type { Invocation } from "./invocation.ts";
import { replaceFile } from "./output-file.ts";

export interface OpenBaseline {
  readonly baseline: Baseline;
  /** Write the file, if it changes. @returns What was done, for people. */
  update(): string;
}

/** @param path Of the file; with `updateBaseline` it need not be there yet.
 *  @throws H2lintError for a file that is not there or no baseline, and for options that do not go together. */
export function openBaseline(path: string | undefined, { updateBaseline, only }: Invocation): OpenBaseline | undefined {
  const partial = Object.keys(only).length > 0;
  if (path === undefined) {
    if (updateBaseline) throw new H2lintError("usage", "--update-baseline needs --baseline FILE");
    return undefined;
  }
  if (updateBaseline && partial)
    throw new H2lintError("usage", "--update-baseline looks at the whole capture: leave out --connection, --stream and the like");
  const text = read(path, updateBaseline);
  const entries: readonly BaselineEntry[] = text === undefined ? [] : parseBaseline(text, path);
  const today = new Date().toISOString().slice(0, 10);
  const baseline = new Baseline(entries, { file: path, today, update: updateBaseline, partial });
  return {
    baseline,
    update() {
      const updated = baseline.updated();
      const after = baselineText(updated);
      // The same entries in another layout are no change.
      if (text !== undefined && after === baselineText(entries)) return `${path}: unchanged`;
      replaceFile(path, after);
      const before = new Set(entries.map(({ fingerprint }) => fingerprint));
      const kept = updated.filter(({ fingerprint }) => before.has(fingerprint)).length;
      return `${path}: ${updated.length - kept} added, ${entries.length - kept} removed, ${kept} kept`;
    },
  };
}

function read(path: string, mayBeMissing: boolean): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && mayBeMissing) return undefined;
    throw code === "ENOENT"
      ? new H2lintError("not-found", `${path}: no such file (--update-baseline writes it)`)
      : new H2lintError("unreadable", `${path}: cannot be read (${code ?? "error"})`);
  }
}
