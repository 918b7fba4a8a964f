import type { TcpSegment } from "../net/segment.ts";
import type { Flow } from "./flow.ts";

/** The connections by their addresses and ports, without an object or a string per packet. The lower endpoint stands first in a
 *  key, so both directions find the same flow. Chained through the flows; the hash is seeded, since captures may be hostile. */
export class FlowTable {
  /** Whether the last segment looked up came from the endpoint that stands second in the key. */
  fromSecond = false;
  /** Flows that were compared with a segment, so far. */
  compared = 0;
  readonly #seed = (Math.random() * 0x1_0000_0000) | 0;
  #buckets: (Flow | undefined)[] = new Array(256).fill(undefined);
  #size = 0;
  /** Of the segment looked up last. */
  #hash = 0;
  #last: Flow | undefined;

  get size(): number {
    return this.#size;
  }

  /** The flow of the segment's addresses and ports, if there is one. */
  find(s: TcpSegment): Flow | undefined {
    const order = s.source3 - s.target3 || (s.family === 6 ? prefixOrder(s) : 0) || s.sourcePort - s.targetPort;
    const second = order > 0;
    this.fromSecond = second;
    const low = second ? s.target3 : s.source3;
    const high = second ? s.source3 : s.target3;
    const ports = second ? (s.targetPort << 16) | s.sourcePort : (s.sourcePort << 16) | s.targetPort;
    const last = this.#last;
    if (last !== undefined && last.ports === ports && last.low === low && last.high === high && samePrefixes(last, s, second)) {
      this.#hash = last.hash;
      return last;
    }
    let h = Math.imul(low ^ this.#seed, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 15) ^ high, 0x2c1b3c6d);
    h = Math.imul(h ^ (h >>> 13) ^ ports, 0x297a2d39);
    if (s.family === 6) h = mixPrefixes(h, s, second);
    h ^= h >>> 16;
    this.#hash = h;
    for (let flow = this.#buckets[h & (this.#buckets.length - 1)]; flow !== undefined; flow = flow.sameBucket) {
      this.compared++;
      if (flow.ports !== ports || flow.low !== low || flow.high !== high || !samePrefixes(flow, s, second)) continue;
      this.#last = flow;
      return flow;
    }
    return undefined;
  }

  /** Add the flow of the segment looked up last, of which there is none yet. */
  add(flow: Flow): void {
    if (this.#size >= this.#buckets.length) this.#grow();
    flow.hash = this.#hash;
    const bucket = flow.hash & (this.#buckets.length - 1);
    flow.sameBucket = this.#buckets[bucket];
    this.#buckets[bucket] = flow;
    this.#size++;
    this.#last = flow;
  }

  remove(flow: Flow): void {
    if (this.#last === flow) this.#last = undefined;
    const bucket = flow.hash & (this.#buckets.length - 1);
    let before: Flow | undefined;
    let at = this.#buckets[bucket];
    while (at !== undefined && at !== flow) {
      before = at;
      at = at.sameBucket;
    }
    if (at === undefined) return;
    if (before === undefined) this.#buckets[bucket] = flow.sameBucket;
    else before.sameBucket = flow.sameBucket;
    flow.sameBucket = undefined;
    this.#size--;
  }

  *[Symbol.iterator](): Generator<Flow> {
    for (let flow of this.#buckets) for (; flow !== undefined; flow = flow.sameBucket) yield flow;
  }

  #grow(): void {
    const old = this.#buckets;
    const length = old.length * 2;
    const buckets: (Flow | undefined)[] = new Array(length).fill(undefined);
    for (let flow of old) {
      while (flow !== undefined) {
        const next: Flow | undefined = flow.sameBucket;
        const bucket = flow.hash & (length - 1);
        flow.sameBucket = buckets[bucket];
        buckets[bucket] = flow;
        flow = next;
      }
    }
    this.#buckets = buckets;
  }
}

const prefixOrder = (s: TcpSegment): number => s.source0 - s.target0 || s.source1 - s.target1 || s.source2 - s.target2;

// `second`: the segment's source stands second in the key.
function samePrefixes(flow: Flow, s: TcpSegment, second: boolean): boolean {
  const { prefixes: p } = flow;
  if (p === undefined || s.family !== 6) return (p === undefined) === (s.family !== 6);
  const source = second ? 3 : 0;
  const target = 3 - source;
  return (
    p[source] === s.source0 &&
    p[source + 1] === s.source1 &&
    p[source + 2] === s.source2 &&
    p[target] === s.target0 &&
    p[target + 1] === s.target1 &&
    p[target + 2] === s.target2
  );
}

// The lower endpoint's words first, as in the flow's key.
function mixPrefixes(h: number, s: TcpSegment, second: boolean): number {
  if (second) return mix(mix(mix(mix(mix(mix(h, s.target0), s.target1), s.target2), s.source0), s.source1), s.source2);
  return mix(mix(mix(mix(mix(mix(h, s.source0), s.source1), s.source2), s.target0), s.target1), s.target2);
}

const mix = (h: number, word: number): number => Math.imul(h ^ (h >>> 15) ^ word, 0x85ebca6b);
