// A command line of ours -> the part of its output that was asked for.
import { spawn } from "node:child_process";
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { H2lintError } from "../../error.ts";
import { Excerpt } from "./excerpt.ts";

export interface Part {
  /** Lines. */
  readonly offset: number;
  readonly limit: number;
}

/** Run a command in the folder.
 *  @throws H2lintError with what it said where it could not run, ran for too long, or `signal` ended it. */
export async function answer(folder: string, words: readonly string[], part: Part, signal: AbortSignal): Promise<string> {
  const excerpt = new Excerpt(part.offset, part.limit);
  let complaints = "";
  let more = false;
  const child = spawn(process.execPath, [childFile(), ...words], {
    cwd: folder,
    // Not SSLKEYLOGFILE, above all, which is outside.
    env: { NO_COLOR: "1", ...(process.platform === "win32" ? { SystemRoot: process.env["SystemRoot"] } : {}) },
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (more || !excerpt.add(text)) return;
    more = true;
    child.kill("SIGKILL");
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(0, COMPLAINTS);
  });
  const status = await new Promise<number | null>((done, failed) => {
    child.on("error", failed).on("close", done);
  }).catch(() => {
    throw new H2lintError(
      "usage",
      signal.aborted ? "cancelled" : `not done after ${TIMEOUT / 1000} s: ask for less, such as one connection`,
    );
  });
  const said = complaints.trim();
  if (status === 2 || (status === null && !more)) throw new H2lintError("usage", said === "" ? "ended without an answer" : said);
  return said === "" ? excerpt.end(more) : `${excerpt.end(more)}\n\n${said}`;
}

// Beside the program, which may have been called by a link to it.
const childFile = (): string => join(dirname(realpathSync(process.argv[1]!)), "mcp-child.js");

/** Milliseconds. */
const TIMEOUT = 300_000;

/** Characters. */
const COMPLAINTS = 4000;
