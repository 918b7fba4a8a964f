import type { Connection } from "../model/connection.ts";

/** Keeps rules that look at all streams of a connection from doing so with each frame: where streams are many, a walk waits until frames
 *  have paid for it. */
export class WalkBudget {
  #frames = -Infinity;

  /** Whether to look again. */
  isDue({ streams, frames }: Connection): boolean {
    if (streams.size > FEW && (frames - this.#frames) * STREAMS_A_FRAME < streams.size) return false;
    this.#frames = frames;
    return true;
  }
}

const FEW = 256;
const STREAMS_A_FRAME = 16;
