import type { Flow } from "./flow.ts";

/** Connections by their last packet, the longest idle first. The links are in the connections: every step takes constant time. A
 *  connection stands in one queue at a time. */
export class FlowQueue {
  oldest: Flow | undefined = undefined;
  #newest: Flow | undefined = undefined;

  /** A packet of this connection came: it stands last, in this queue. */
  put(flow: Flow): void {
    if (this.#newest === flow) return;
    flow.queue?.remove(flow);
    flow.queue = this;
    flow.older = this.#newest;
    if (this.#newest === undefined) this.oldest = flow;
    else this.#newest.newer = flow;
    this.#newest = flow;
  }

  remove(flow: Flow): void {
    const { older, newer } = flow;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    flow.older = flow.newer = flow.queue = undefined;
  }
}
