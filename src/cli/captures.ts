import { statSync } from "node:fs";
import { Clock } from "../capture/clock.ts";
import { openCapture } from "../capture/open.ts";
import { fileSource, type Source, stdinSource } from "../capture/source.ts";
import { H2lintError } from "../error.ts";
import { defaultLimits } from "../limits.ts";

/** The captures that the operands name: files, `-`, folders and globs. In a folder or glob what is no capture is passed over.
 *  @throws H2lintError for a name that is nothing, and for a folder or glob without a capture. */
export async function findCaptures(operands: readonly string[]): Promise<(string | Source)[]> {
  const found: (string | Source)[] = [];
  for (const operand of operands) {
    const stats = statSync(operand, { throwIfNoEntry: false });
    if (operand === "-") found.push(stdinSource());
    else if (stats !== undefined && !stats.isDirectory()) found.push(operand);
    else {
      const { glob, isDynamicPattern } = await import("tinyglobby");
      if (stats !== undefined)
        found.push(...(await within(operand, await glob("**/*", { cwd: operand, absolute: false, dot: false }), operand)));
      else if (isDynamicPattern(operand)) found.push(...(await within(undefined, await glob(operand), operand)));
      else found.push(operand);
    }
  }
  return found;
}

async function within(folder: string | undefined, files: string[], operand: string): Promise<string[]> {
  const paths = files.sort().map((file) => (folder === undefined ? file : `${folder.replace(/\/+$/, "")}/${file}`));
  const captures: string[] = [];
  for (const path of paths) if (await isCapture(path)) captures.push(path);
  if (captures.length > 0) return captures;
  throw new H2lintError(
    "not-found",
    folder === undefined ? `${operand}: no file matches that is a capture` : `${operand}: no capture in this folder`,
  );
}

async function isCapture(path: string): Promise<boolean> {
  try {
    const context = { file: 0, clock: new Clock(), limits: defaultLimits, diagnostics: () => {}, engine: "fast" } as const;
    const reader = await openCapture(fileSource(path), context);
    await reader.close();
    return true;
  } catch (error) {
    if (error instanceof H2lintError) return false;
    throw error;
  }
}
