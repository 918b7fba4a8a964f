// What passes between the thread of the command and those that judge: texts of part lines one way, counters in shared memory the other.
import type { AnalyzeOptions, Progress } from "../../analyze-options.ts";
import type { ShareName } from "../../shares/share.ts";

/** What a thread is started with. */
export interface WorkerTask {
  readonly files: readonly string[];
  readonly share: ShareName;
  /** Plain data. */
  readonly options: Omit<AnalyzeOptions, "rules" | "listeners" | "callListeners" | "signal" | "progress" | "schemas">;
  readonly protos: readonly string[];
  readonly counters: SharedArrayBuffer;
}

export type WorkerMessage =
  | { readonly kind: "lines"; readonly text: string }
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "over" }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/** Counters that all threads see. */
export class Counters {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;
  readonly #workers: number;

  constructor(workers: number, memory = new SharedArrayBuffer(4 * (FIRST + 2 * workers))) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
    this.#workers = workers;
  }

  /** A text of this thread was taken. */
  took(worker: number): void {
    const cell = FIRST + this.#workers + worker;
    Atomics.add(this.#cells, cell, 1);
    Atomics.notify(this.#cells, cell);
  }

  /** Waits until fewer than `most` texts of this thread lie untaken. @param sent So many were sent. */
  waitForRoom(worker: number, sent: number, most: number): void {
    const cell = FIRST + this.#workers + worker;
    for (let taken = Atomics.load(this.#cells, cell); sent - taken >= most; taken = Atomics.load(this.#cells, cell))
      Atomics.wait(this.#cells, cell, taken);
  }

  /** Reading is to end, in all threads at the same block. */
  stop(): void {
    Atomics.store(this.#cells, STATE, ASKING);
    let last = 0;
    for (let worker = 0; worker < this.#workers; worker++) last = Math.max(last, Atomics.load(this.#cells, FIRST + worker));
    Atomics.store(this.#cells, LAST, last);
    Atomics.store(this.#cells, STATE, STOPPING);
    Atomics.notify(this.#cells, STATE);
  }

  /** Asked by a thread between blocks. All ask alike, so that the number of the question says where they are.
   *  @param asked How often it asked, this time included. */
  stops(worker: number, asked: number): boolean {
    Atomics.store(this.#cells, FIRST + worker, asked);
    while (Atomics.load(this.#cells, STATE) === ASKING) Atomics.wait(this.#cells, STATE, ASKING);
    return Atomics.load(this.#cells, STATE) === STOPPING && asked > Atomics.load(this.#cells, LAST);
  }
}

const STATE = 0;
const LAST = 1;
// Of each worker how often it asked; then how many of its texts were taken.
const FIRST = 2;
const ASKING = 1;
const STOPPING = 2;
