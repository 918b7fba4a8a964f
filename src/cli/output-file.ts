// The files of `--output`, the baseline and `cut`. A file is written beside its target and renamed when it is whole: whoever looks finds the
// file of before or the new one, never half of one, and what fails leaves the file of before.
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { H2lintError } from "../error.ts";

/** `[FORMAT=]FILE`, the format by extension.
 *  @param known The formats that the command writes. @param longer Formats by ends of names, which go before extensions.
 *  @throws H2lintError for another. */
export function outputOf(
  text: string,
  known: readonly string[],
  longer: Readonly<Record<string, string>> = {},
): { readonly format: string; readonly path: string } {
  const named = known.find((format) => text.startsWith(`${format}=`));
  if (named !== undefined && text.length > named.length + 1) return { format: named, path: text.slice(named.length + 1) };
  const format = Object.entries(longer).find(([end]) => text.endsWith(end))?.[1] ?? EXTENSIONS[extname(text)];
  if (format === undefined || !known.includes(format))
    throw new H2lintError("usage", `--output ${text}: no format is known by this extension; use FORMAT=FILE`);
  return { format, path: text };
}

/** A file on its way. Its members throw an H2lintError where it cannot be written. */
export interface OutputFile {
  /** Where it is until it takes its place. */
  readonly path: string;
  readonly write: (piece: string | Uint8Array) => void;
  /** All of it is on the disk; the target is as before. */
  finish(): void;
  /** What was written takes the place of the target. */
  commit(): void;
}

/** Open a file that replaces what is there once it is whole. What is no regular file (a pipe, a device) is written as it is.
 *  @throws H2lintError where it cannot be written. */
export function openFile(path: string): OutputFile {
  return guarded(path, () => {
    const target = followed(path);
    const before = statSync(target, { throwIfNoEntry: false });
    return before === undefined || before.isFile() ? replacing(path, target, before) : straight(path, openSync(path, "w"));
  });
}

/** Open a file that others write to as well: all that is written comes to its end at once. */
export function openToAppend(path: string): OutputFile {
  // It fails now, where it will.
  const file = guarded(path, () => openSync(path, "a"));
  const pieces: (string | Uint8Array)[] = [];
  return {
    path,
    write: (piece) => void pieces.push(piece),
    finish() {},
    commit: () =>
      guarded(path, () => {
        writeAll(file, Buffer.concat(pieces.map(octetsOf)));
        closeSync(file);
      }),
  };
}

/** Make the folder that files are to be written in, unless it is there. Where the run fails it is gone again.
 *  @throws H2lintError where it cannot be made. */
export function openFolder(path: string): void {
  guarded(path, () => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
    mkdirSync(path);
    folders.add(path);
  });
}

/** The files of one run: none takes its place before all are whole. */
export function commitAll(files: readonly OutputFile[]): void {
  for (const file of files) file.finish();
  for (const file of files) file.commit();
}

/** Remove what was begun and not committed. */
export function discardUnfinished(): void {
  for (const path of unfinished) rmSync(path, { force: true });
  unfinished.clear();
  for (const path of folders) {
    try {
      rmdirSync(path);
    } catch {
      // Something is in it: it stays.
    }
  }
  folders.clear();
}

/** Whether a file was begun that is not committed yet. */
export const hasUnfinished = (): boolean => unfinished.size > 0;

/** Write a text file whole, or leave it as it is. @throws H2lintError where it cannot be written. */
export function replaceFile(path: string, text: string): void {
  const file = openFile(path);
  file.write(text);
  commitAll([file]);
}

/** Write all of it: the system may take less at a time. Throws what `writeSync` throws. */
export function writeAll(file: number, octets: Uint8Array, write: typeof writeSync = writeSync): void {
  for (let at = 0; at < octets.length; ) {
    const taken = write(file, octets, at, octets.length - at);
    // A disk that takes nothing says so at the next try; one that never does would hold us here.
    if (taken === 0) throw Object.assign(new Error("nothing was taken"), { code: "EIO" });
    at += taken;
  }
}

/** `no space left`: what a code of the system means. */
export const reasonOf = (error: unknown): string => {
  const { code } = error as NodeJS.ErrnoException;
  return `cannot be written (${(code !== undefined && REASONS[code]) || (code ?? "error")})`;
};

function replacing(path: string, target: string, before: Stats | undefined): OutputFile {
  const temporary = join(dirname(target), `.${basename(target).slice(0, 200)}.${process.pid}-${++opened}.tmp`);
  // Where the file may not be written, it may not be replaced either.
  if (before !== undefined) closeSync(openSync(target, "r+"));
  const file = openSync(temporary, "wx");
  unfinished.add(temporary);
  if (before !== undefined) chmodSync(temporary, before.mode & 0o7777);
  return {
    path: temporary,
    write: (piece) => guarded(path, () => writeAll(file, octetsOf(piece))),
    finish: () =>
      guarded(path, () => {
        fsyncSync(file);
        closeSync(file);
      }),
    commit: () =>
      guarded(path, () => {
        renameSync(temporary, target);
        unfinished.delete(temporary);
      }),
  };
}

function straight(path: string, file: number): OutputFile {
  const isPipe = fstatSync(file).isFIFO();
  let closed = false;
  return {
    path,
    write: (piece) =>
      guarded(path, () => {
        if (closed) return;
        try {
          writeAll(file, octetsOf(piece));
        } catch (error) {
          // Nobody reads on: no failure.
          if (!isPipe || (error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
          closed = true;
        }
      }),
    finish: () => guarded(path, () => closeSync(file)),
    commit() {},
  };
}

// A link stays one: what it leads to is replaced, be it there or not.
function followed(path: string): string {
  let at = path;
  for (let i = 0; i < LINKS && lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true; i++) {
    const next = resolve(dirname(at), readlinkSync(at));
    // Such as /dev/stdout, which leads to what has no path.
    if (statSync(at, { throwIfNoEntry: false })?.isFile() === true && !statSync(next, { throwIfNoEntry: false })?.isFile())
      return at;
    at = next;
  }
  return at;
}

function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof H2lintError) throw error;
    throw new H2lintError("unwritable", `${path}: ${reasonOf(error)}`);
  }
}

const octetsOf = (piece: string | Uint8Array): Uint8Array => (typeof piece === "string" ? Buffer.from(piece) : piece);

const unfinished = new Set<string>();
/** Those that were made in this run. */
const folders = new Set<string>();
let opened = 0;
const LINKS = 40;

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the device",
  EDQUOT: "the quota is used up",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
  EISDIR: "is a directory",
  EEXIST: "is no folder",
  ENOENT: "no such folder",
  ENOTDIR: "a part of the path is not a folder",
  EFBIG: "the file would be too large",
  EIO: "input/output error",
};

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
