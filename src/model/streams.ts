import type { Stream } from "./stream.ts";

/** The streams of a connection by their id, oldest first. Of one stream no map is made: most connections of a large capture have one or
 *  none. */
export class Streams {
  /** The stream asked for last: frames of a stream come in runs. The only one, while there is no map. */
  #last: Stream | undefined = undefined;
  #all: Map<number, Stream> | undefined = undefined;

  get size(): number {
    if (this.#all !== undefined) return this.#all.size;
    return this.#last === undefined ? 0 : 1;
  }

  get(id: number): Stream | undefined {
    const last = this.#last;
    if (last !== undefined && last.id === id) return last;
    const found = this.#all?.get(id);
    if (found !== undefined) this.#last = found;
    return found;
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  add(stream: Stream): void {
    if (this.#all !== undefined) this.#all.set(stream.id, stream);
    else if (this.#last !== undefined && this.#last.id !== stream.id) {
      this.#all = new Map([
        [this.#last.id, this.#last],
        [stream.id, stream],
      ]);
    }
    this.#last = stream;
  }

  delete(id: number): void {
    if (this.#last?.id === id) this.#last = undefined;
    this.#all?.delete(id);
  }

  values(): Iterable<Stream> {
    if (this.#all !== undefined) return this.#all.values();
    return this.#last === undefined ? NONE : [this.#last];
  }

  get oldest(): Stream | undefined {
    return this.#all === undefined ? this.#last : this.#all.values().next().value;
  }

  /** Goes on where it was after streams were added and deleted; for many streams only. */
  keys(): IterableIterator<number> {
    return (this.#all ?? new Map<number, Stream>()).keys();
  }
}

const NONE: readonly Stream[] = [];
