// Octets that are written once and read once, in a file that nobody sees: of outputs that cannot be written before all is read.
import { closeSync, openSync, readSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { H2lintError } from "../error.ts";
import type { Spool } from "../report/annotated/spool.ts";
import { reasonOf, writeAll } from "./output-file.ts";

/** @param path Of the output: beside it there is room, unless it is no file. @throws H2lintError, as its members do, where it cannot be
 *  written. */
export function openSpool(path: string): Spool {
  const known = statSync(path, { throwIfNoEntry: false });
  const folder = known === undefined || known.isFile() ? dirname(resolve(path)) : tmpdir();
  const hidden = join(folder, `.${basename(path).slice(0, 200)}.${process.pid}-${++opened}.spool.tmp`);
  const file = guarded(path, () => openSync(hidden, "wx+", 0o600));
  // The open file stays.
  rmSync(hidden, { force: true });
  return {
    write: (octets) => guarded(path, () => writeAll(file, octets)),
    read: (into, start, at) => guarded(path, () => readSync(file, into, start, into.length - start, at)),
    close: () => closeSync(file),
  };
}

function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new H2lintError("unwritable", `${path}: ${reasonOf(error)}`);
  }
}

let opened = 0;
