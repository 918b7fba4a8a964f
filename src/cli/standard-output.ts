import type { Output } from "../report/report.ts";

/** Written in large pieces: a report of many frames would otherwise be one system call a line. */
class StandardOutput {
  #pending = "";

  /** Forget what a run before this one, in the same process, failed to finish. */
  begin(): void {
    this.#pending = "";
  }

  readonly write: Output = (text) => {
    this.#pending += text;
    if (this.#pending.length > 1 << 16) this.flush();
  };

  flush(): void {
    if (this.#pending !== "") process.stdout.write(this.#pending);
    this.#pending = "";
  }
}

export const stdout = new StandardOutput();
