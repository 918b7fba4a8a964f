import { statSync } from "node:fs";
import { Clock } from "../capture/clock.ts";
import { openCapture } from "../capture/open.ts";
import { fileSource, type Source, stdinSource } from "../capture/source.ts";
import { H2lintError } from "../error.ts";
import { defaultLimits } from "../limits.ts";

/** The captures that the operands name: files, `-`, folders and globs. In a folder or glob what is no capture is passed over; what has the
 *  name of one but cannot be read is named on standard error.
 *  @param strict Such a file is a failure. @throws H2lintError for a name that is nothing, and for a folder or glob without a capture. */
export async function findCaptures(operands: readonly string[], strict = false): Promise<(string | Source)[]> {
  const found: (string | Source)[] = [];
  for (const operand of operands) {
    const stats = statSync(operand, { throwIfNoEntry: false });
    if (operand === "-") found.push(stdinSource());
    else if (stats !== undefined && !stats.isDirectory()) found.push(operand);
    else {
      const { glob, isDynamicPattern } = await import("tinyglobby");
      if (stats !== undefined)
        found.push(
          ...(await within(operand, await glob("**/*", { cwd: operand, absolute: false, dot: false }), operand, strict)),
        );
      else if (isDynamicPattern(operand)) found.push(...(await within(undefined, await glob(operand), operand, strict)));
      else found.push(operand);
    }
  }
  return found;
}

async function within(folder: string | undefined, files: string[], operand: string, strict: boolean): Promise<string[]> {
  const paths = files.sort().map((file) => (folder === undefined ? file : `${folder.replace(/\/+$/, "")}/${file}`));
  const captures: string[] = [];
  for (const path of paths) {
    const fault = await faultOf(path);
    if (fault === undefined) captures.push(path);
    else if (fault.code === "unreadable" || NAMED_SO.test(path)) {
      if (strict) throw fault;
      process.stderr.write(`h2lint: passed over ${fault.message}\n`);
    }
  }
  if (captures.length > 0) return captures;
  throw new H2lintError(
    "not-found",
    folder === undefined ? `${operand}: no file matches that is a capture` : `${operand}: no capture in this folder`,
  );
}

/** Whether the file can be read as a capture, by its content. */
export const isCapture = async (path: string): Promise<boolean> => (await faultOf(path)) === undefined;

/** @returns Why the file cannot be read as a capture. */
async function faultOf(path: string): Promise<H2lintError | undefined> {
  try {
    const context = { file: 0, clock: new Clock(), limits: defaultLimits, diagnostics: () => {}, engine: "fast" } as const;
    const reader = await openCapture(fileSource(path), context);
    await reader.close();
    return undefined;
  } catch (error) {
    if (error instanceof H2lintError) return error;
    throw error;
  }
}

const NAMED_SO = /\.(?:pcap|pcapng|cap|ntar|snoop|dmp)\d*(?:\.(?:gz|zst|lz4|bz2|xz))?$/i;
