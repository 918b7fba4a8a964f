// A part of a long text, line by line as it comes, in bounded memory.

export class Excerpt {
  readonly #offset: number;
  readonly #limit: number;
  readonly #kept: string[] = [];
  /** Whole lines that were seen. */
  #seen = 0;
  #octets = 0;
  #line = "";

  /** @param offset Lines to pass over. @param limit Lines to keep. */
  constructor(offset: number, limit: number) {
    this.#offset = offset;
    this.#limit = limit;
  }

  /** @returns Whether a line after the part was begun: then nothing more is needed. */
  add(text: string): boolean {
    const pieces = text.split("\n");
    for (let i = 0; i < pieces.length; i++) {
      if (i > 0) this.#endLine();
      if (this.isFull) {
        if (pieces[i] !== "") return true;
        continue;
      }
      // One more than is shown, so that it is known to be too long.
      if (this.#line.length <= LINE) this.#line += pieces[i]!.slice(0, LINE + 1 - this.#line.length);
    }
    return false;
  }

  get isFull(): boolean {
    return this.#kept.length === this.#limit || this.#octets > TOTAL;
  }

  /** The part, and how to come by the rest.
   *  @param more Lines follow that were not read. */
  end(more: boolean): string {
    if (this.#line !== "") this.#endLine();
    const last = this.#offset + this.#kept.length;
    const lines = this.#kept.length === 0 ? [`(no line from ${this.#offset} on: there are ${this.#seen})`] : [...this.#kept];
    if (more) lines.push(`(more lines follow: ask again with offset ${last})`);
    return lines.join("\n");
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = "";
    if (this.isFull) return;
    if (this.#seen++ < this.#offset) return;
    const kept = line.length > LINE ? `${line.slice(0, LINE)} (the line is cut here)` : line;
    this.#kept.push(kept);
    this.#octets += kept.length;
  }
}

/** Characters of a line that are shown. */
const LINE = 8000;

/** Characters of an answer, but for its last line: an assistant pays for each. */
const TOTAL = 40_000;
