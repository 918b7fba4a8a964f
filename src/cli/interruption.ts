// SIGINT and SIGTERM. The first ends reading, where the command can make its report of what was read; the second, and the first of other
// commands, ends the process.
import { discardUnfinished } from "./output-file.ts";

class Interruption {
  #controller = new AbortController();
  #isGraceful = false;

  begin(): void {
    this.#controller = new AbortController();
    this.#isGraceful = false;
  }

  /** What a command gets that makes its report where reading ends early. */
  signal(): AbortSignal {
    this.#isGraceful = true;
    return this.#controller.signal;
  }

  get happened(): boolean {
    return this.#controller.signal.aborted;
  }

  readonly on = (signal: "SIGINT" | "SIGTERM"): void => {
    if (this.#isGraceful && !this.happened) {
      this.#controller.abort();
      return;
    }
    discardUnfinished();
    // As a shell names the end by a signal.
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
}

export const interruption = new Interruption();

/** Once a process. */
export function guardSignals(): void {
  process.on("SIGINT", interruption.on);
  process.on("SIGTERM", interruption.on);
}
