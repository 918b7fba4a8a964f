/** The ids of the last streams that closed, in a ring that grows up to its limit. */
export class ClosedStreams {
  readonly #ids: number[] = [];
  #next = 0;

  /** @returns The one that it takes the place of; 0: none. */
  add(id: number, limit: number): number {
    const ids = this.#ids;
    if (ids.length < limit) {
      ids.push(id);
      return 0;
    }
    const at = this.#next;
    const old = ids[at]!;
    ids[at] = id;
    this.#next = at + 1 < ids.length ? at + 1 : 0;
    return old;
  }
}
