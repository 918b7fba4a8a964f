// In: the octets of a log. Out: its lines, without colours and line ends. Memory: one line, which is cut at a bound.
import { controlFree } from "./colours.ts";

export interface Line {
  /** One character per octet. */
  readonly text: string;
  /** From 1. */
  readonly number: number;
  /** It was longer: `text` is its beginning. */
  readonly cut: boolean;
}

/** Cuts octets into lines, however they come. */
export class LineSplitter {
  readonly #bound: number;
  readonly #sink: (line: Line) => void;
  #rest = "";
  #cut = false;
  #number = 0;

  /** @param bound Octets of a line that are kept. */
  constructor(bound: number, sink: (line: Line) => void) {
    this.#bound = bound;
    this.#sink = sink;
  }

  /** @param bytes Borrowed. */
  octets(bytes: Uint8Array, start: number, end: number): void {
    for (let p = start; p < end; ) {
      const found = bytes.indexOf(LINE_FEED, p);
      const stop = found < 0 || found >= end ? end : found;
      const room = this.#bound - this.#rest.length;
      const take = Math.min(stop - p, Math.max(room, 0));
      if (take > 0) this.#rest += Buffer.from(bytes.buffer, bytes.byteOffset + p, take).toString("latin1");
      this.#cut ||= take < stop - p;
      if (stop === end) return;
      this.#emit();
      p = stop + 1;
    }
  }

  end(): void {
    if (this.#rest !== "" || this.#cut) this.#emit();
  }

  #emit(): void {
    this.#number++;
    this.#sink({ text: controlFree(this.#rest), number: this.#number, cut: this.#cut });
    this.#rest = "";
    this.#cut = false;
  }
}

const LINE_FEED = 0x0a;
