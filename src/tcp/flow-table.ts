import type { TcpSegment } from "../net/segment.ts";
import type { Flow } from "./flow.ts";

/** The connections by their addresses and ports, without an object or a string per packet. The lower endpoint stands first in a
 *  key, so both directions find the same flow. Open addressing; the hash is seeded, since captures may be hostile. */
export class FlowTable {
  /** Whether the last segment looked up came from the endpoint that stands second in the key. */
  fromSecond = false;
  readonly #seed = (Math.random() * 0x1_0000_0000) | 0;
  #keys = new Int32Array(WORDS * 64);
  #flows: (Flow | undefined)[] = new Array(64).fill(undefined);
  #size = 0;
  readonly #key = new Int32Array(WORDS);
  #last: Flow | undefined;
  readonly #lastKey = new Int32Array(WORDS);

  get size(): number {
    return this.#size;
  }

  /** The flow of the segment's addresses and ports, if there is one. */
  find(segment: TcpSegment): Flow | undefined {
    const key = this.#load(segment);
    if (this.#last !== undefined && same(this.#lastKey, 0, key)) return this.#last;
    const flow = this.#flows[this.#slot(key)];
    if (flow !== undefined) this.#remember(key, flow);
    return flow;
  }

  /** Put a flow in the place of the segment looked up last, over one that may be there. */
  put(segment: TcpSegment, flow: Flow): void {
    const key = this.#load(segment);
    if ((this.#size + 1) * 2 > this.#flows.length) this.#rehash(this.#flows.length * 2, () => true);
    const slot = this.#slot(key);
    if (this.#flows[slot] === undefined) this.#size++;
    this.#keys.set(key, slot * WORDS);
    this.#flows[slot] = flow;
    this.#remember(key, flow);
  }

  /** Drop every flow that `keep` refuses. */
  sweep(keep: (flow: Flow) => boolean): void {
    this.#last = undefined;
    this.#rehash(this.#flows.length, keep);
  }

  *[Symbol.iterator](): Generator<Flow> {
    for (const flow of this.#flows) if (flow !== undefined) yield flow;
  }

  #load(s: TcpSegment): Int32Array {
    const key = this.#key;
    const order =
      s.source0 - s.target0 ||
      s.source1 - s.target1 ||
      s.source2 - s.target2 ||
      s.source3 - s.target3 ||
      s.sourcePort - s.targetPort;
    this.fromSecond = order > 0;
    if (order > 0) {
      key[0] = s.target0;
      key[1] = s.target1;
      key[2] = s.target2;
      key[3] = s.target3;
      key[4] = s.source0;
      key[5] = s.source1;
      key[6] = s.source2;
      key[7] = s.source3;
      key[8] = (s.targetPort << 16) | s.sourcePort;
    } else {
      key[0] = s.source0;
      key[1] = s.source1;
      key[2] = s.source2;
      key[3] = s.source3;
      key[4] = s.target0;
      key[5] = s.target1;
      key[6] = s.target2;
      key[7] = s.target3;
      key[8] = (s.sourcePort << 16) | s.targetPort;
    }
    return key;
  }

  #remember(key: Int32Array, flow: Flow): void {
    this.#lastKey.set(key);
    this.#last = flow;
  }

  #slot(key: Int32Array): number {
    let h = this.#seed;
    for (let i = 0; i < WORDS; i++) h = Math.imul(h ^ key[i]!, 0x85ebca6b) ^ (h >>> 15);
    h ^= h >>> 13;
    const mask = this.#flows.length - 1;
    let slot = h & mask;
    while (this.#flows[slot] !== undefined && !same(this.#keys, slot * WORDS, key)) slot = (slot + 1) & mask;
    return slot;
  }

  #rehash(length: number, keep: (flow: Flow) => boolean): void {
    const flows = this.#flows;
    const keys = this.#keys;
    this.#flows = new Array(length).fill(undefined);
    this.#keys = new Int32Array(length * WORDS);
    this.#size = 0;
    for (let i = 0; i < flows.length; i++) {
      const flow = flows[i];
      if (flow === undefined || !keep(flow)) continue;
      const key = keys.subarray(i * WORDS, (i + 1) * WORDS);
      const slot = this.#slot(key);
      this.#keys.set(key, slot * WORDS);
      this.#flows[slot] = flow;
      this.#size++;
    }
  }
}

// Two addresses of four words each, and both ports in one word.
const WORDS = 9;

function same(keys: Int32Array, at: number, key: Int32Array): boolean {
  // Ports differ most often: compared first.
  for (let i = WORDS - 1; i >= 0; i--) if (keys[at + i] !== key[i]) return false;
  return true;
}
