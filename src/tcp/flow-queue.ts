/** What keeps its own place in a queue. */
export interface Queued<Item extends Queued<Item>> {
  queue: FlowQueue<Item> | undefined;
  older: Item | undefined;
  newer: Item | undefined;
}

/** Connections by their last packet, the longest idle first. The links are in the connections: every step takes constant time. A
 *  connection stands in one queue at a time. */
export class FlowQueue<Item extends Queued<Item>> {
  oldest: Item | undefined = undefined;
  #newest: Item | undefined = undefined;

  /** A packet of this connection came: it stands last, in this queue. */
  put(flow: Item): void {
    if (this.#newest === flow) return;
    flow.queue?.remove(flow);
    flow.queue = this;
    flow.older = this.#newest;
    if (this.#newest === undefined) this.oldest = flow;
    else this.#newest.newer = flow;
    this.#newest = flow;
  }

  remove(flow: Item): void {
    const { older, newer } = flow;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    flow.older = flow.newer = flow.queue = undefined;
  }
}
