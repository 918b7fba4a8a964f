// Standard output, in large pieces: a report of many frames would otherwise be one system call a line.
import { fstatSync } from "node:fs";
import type { Output } from "../report/report.ts";
import { discardUnfinished, hasUnfinished, reasonOf, writeAll } from "./output-file.ts";

class StandardOutput {
  #pending = "";
  /** Why nothing is written any more. */
  #failure: NodeJS.ErrnoException | undefined;
  #isFile: boolean | undefined;
  #isDue = false;

  /** Forget what a run before this one, in the same process, failed to finish. */
  begin(): void {
    this.#pending = "";
  }

  readonly write: Output = (text) => {
    this.#pending += text;
    if (this.#pending.length > 1 << 16) this.flush();
    else if (!this.#isDue) {
      this.#isDue = true;
      setImmediate(this.#flushDue);
    }
  };

  // Before a pipe is waited for, what is known is written.
  readonly #flushDue = (): void => {
    this.#isDue = false;
    this.flush();
  };

  flush(): void {
    const text = this.#pending;
    this.#pending = "";
    if (text === "" || this.#failure !== undefined) return;
    // A stream over a file lets short writes pass, and so a full disk.
    this.#isFile ??= isFile();
    if (!this.#isFile) process.stdout.write(text);
    else
      try {
        writeAll(1, Buffer.from(text));
      } catch (error) {
        this.failed(error as NodeJS.ErrnoException);
      }
  }

  /** What was written was taken by who reads. To be awaited where much is written: a pipe keeps in memory what is not taken. */
  async drained(): Promise<void> {
    this.flush();
    if (this.#failure !== undefined || !process.stdout.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        process.stdout.off("drain", goOn).off("error", goOn);
        resolve();
      };
      process.stdout.on("drain", goOn).on("error", goOn);
    });
  }

  /** It cannot be written any more. Where reports are being written to files, they are finished first: `exitStatus` shows it. */
  failed(error: NodeJS.ErrnoException): void {
    this.#failure ??= error;
    if (!hasUnfinished()) process.exit(this.exitStatus(Number(process.exitCode ?? 0)));
  }

  /** The status of a run that ends with `status`, where all that was to be written was. Says what was not. */
  exitStatus(status: number): number {
    const error = this.#failure;
    // A closed pipe (`h2lint ... | head`) is no failure.
    if (error === undefined || error.code === "EPIPE") return status;
    process.stderr.write(`h2lint: standard output: ${reasonOf(error)}\n`);
    return 2;
  }
}

function isFile(): boolean {
  try {
    return fstatSync(1).isFile();
  } catch {
    return false;
  }
}

export const stdout = new StandardOutput();

/** Failures of the streams become one line, or none. Once a process. */
export function guardStreams(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => stdout.failed(error));
  // Where there is nobody to tell there is nothing to say.
  process.stderr.on("error", () => {});
  process.on("exit", discardUnfinished);
}
