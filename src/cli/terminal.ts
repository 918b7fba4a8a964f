import type { Progress } from "../analyze-options.ts";
import type { Look } from "../report/style.ts";
import { count, size } from "../report/text.ts";
import type { Invocation } from "./invocation.ts";

/** How to write to standard output: NO_COLOR and FORCE_COLOR count (no-color.org, force-color.org), an option counts more. */
export function lookOf({ color, quiet, verbose }: Invocation): Look {
  const { env, stdout } = process;
  const dumb = env["TERM"] === "dumb";
  const forced = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  const plain = (env["NO_COLOR"] ?? "") !== "" || dumb;
  const columns = Number(env["COLUMNS"]);
  return {
    width: stdout.columns ?? (Number.isInteger(columns) && columns >= 40 ? columns : 100),
    color: color ?? (forced || (stdout.isTTY === true && !plain)),
    quiet,
    verbose,
  };
}

/** A line on stderr that is written over as reading goes on; nothing where nobody looks. */
export class ProgressLine {
  readonly #shown: boolean;
  readonly #started = performance.now();
  #last = 0;
  #written = false;

  constructor({ progress }: Invocation) {
    this.#shown = progress ?? (process.stderr.isTTY === true && process.stdout.isTTY !== false);
  }

  readonly update = ({ file, octets, packets }: Progress): void => {
    const now = performance.now();
    if (!this.#shown || now - this.#last < 200) return;
    this.#last = now;
    const rate = octets / Math.max((now - this.#started) / 1000, 0.001);
    process.stderr.write(`\r\x1b[K${file}: ${size(octets)}, ${count(packets)} packets, ${size(Math.round(rate))}/s`);
    this.#written = true;
  };

  clear(): void {
    if (this.#written) process.stderr.write("\r\x1b[K");
    this.#written = false;
  }
}
