import type { Progress } from "../analyze-options.ts";
import { milliseconds } from "../platform/turn.ts";
import type { ReportEvent } from "../report/event.ts";
import type { Look } from "../report/style.ts";
import { duration, plural, printable, size } from "../report/text.ts";
import type { Invocation } from "./invocation.ts";
import type { Task } from "./task.ts";

/** How to write to standard output: NO_COLOR and FORCE_COLOR count (no-color.org, force-color.org), an option counts more. */
export function lookOf({ color, quiet, verbose, language }: Invocation & Pick<Task, "language">): Look {
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
    ...(language === undefined ? {} : { language }),
  };
}

/** A line on stderr that is written over as reading goes on; nothing where nobody looks. */
export class ProgressLine {
  readonly #shown: boolean;
  protected readonly started = milliseconds();
  #last = 0;
  #written = false;

  constructor({ progress }: Invocation) {
    this.#shown = progress ?? (process.stderr.isTTY === true && process.stdout.isTTY !== false);
  }

  readonly update = (progress: Progress): void => {
    const now = milliseconds();
    if (!this.#shown || now - this.#last < 200) return;
    this.#last = now;
    this.draw(progress);
  };

  protected draw(progress: Progress): void {
    if (!this.#shown) return;
    process.stderr.write(`\r\x1b[K${fitted(this.text(progress), (process.stderr.columns ?? 80) - 1)}`);
    this.#written = true;
  }

  /** What was found; for those that tell of it. */
  event(_event: ReportEvent): void {}

  clear(): void {
    if (this.#written) process.stderr.write("\r\x1b[K");
    this.#written = false;
  }

  protected text(progress: Progress): string {
    return progressText(progress, (milliseconds() - this.started) / 1000);
  }
}

/** `a.pcap: 41%, 12.0 MB, 8,412 packets, 30.1 MB/s, 3 s left`.
 *  @param seconds Since the start. */
export function progressText({ file, octets, of, packets }: Progress, seconds: number): string {
  const rate = octets / Math.max(seconds, 0.001);
  const isKnown = of !== undefined && of > 0 && octets <= of;
  const parts = [
    ...(isKnown ? [`${Math.floor((octets / of) * 100)}%`] : []),
    size(octets),
    plural(packets, "packet"),
    `${size(Math.round(rate))}/s`,
    ...(isKnown && rate > 0 ? [`${duration(Math.ceil((of - octets) / rate) * 1e9)} left`] : []),
  ];
  return `${printable(file)}: ${parts.join(", ")}`;
}

/** A text cut in the middle, where names are long and ends matter. */
export function fitted(text: string, columns: number): string {
  if (text.length <= columns) return text;
  if (columns < 10) return text.slice(0, Math.max(columns, 0));
  const tail = Math.min(Math.ceil(columns * 0.7), columns - 4);
  return `${text.slice(0, columns - tail - 3)}...${text.slice(-tail)}`;
}
