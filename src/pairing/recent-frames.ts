import type { Frame } from "../http2/frame.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { Side } from "../place.ts";

/** The last frames of each side, in references that are refilled. */
export class RecentFrames {
  readonly #sides: Readonly<Record<Side, Ring>> = { client: new Ring(), server: new Ring() };

  add(frame: Frame): void {
    const ring = this.#sides[frame.from];
    const slot = (ring.refs[ring.next] ??= new FrameRef());
    slot.takeFrame(frame);
    ring.next = (ring.next + 1) % KEPT;
  }

  /** Copies of a side's frames whose heads had arrived, oldest first.
   *  @param acked Octets of the side that had; -1: not known. */
  until(from: Side, acked: number): FrameRef[] {
    const { refs, next } = this.#sides[from];
    const sent = [...refs.slice(next), ...refs.slice(0, next)];
    return sent
      .filter(({ offset }) => acked < 0 || offset + HEAD <= acked)
      .slice(-SHOWN)
      .map((ref) => ref.copy());
  }
}

class Ring {
  readonly refs: FrameRef[] = [];
  next = 0;
}

// Some of those kept may not have arrived.
const KEPT = 32;
const SHOWN = 10;
const HEAD = 9;
