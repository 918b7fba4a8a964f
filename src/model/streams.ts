import type { Stream } from "./stream.ts";

/** The streams of a connection by their id, and oldest first. A hash table that is chained through the streams, not a Map: of one stream
 *  no table is made, since most connections of a large capture have one or none; and what a Map threw away leads to what it holds now, so
 *  that streams outlive many collections of young garbage. The hash is seeded, since captures may be hostile. */
export class Streams {
  size = 0;
  #oldest: Stream | undefined = undefined;
  #newest: Stream | undefined = undefined;
  /** The stream asked for last: frames of a stream come in runs. */
  #last: Stream | undefined = undefined;
  /** Undefined while there is one stream at most. */
  #buckets: (Stream | undefined)[] | undefined = undefined;

  get oldest(): Stream | undefined {
    return this.#oldest;
  }

  get(id: number): Stream | undefined {
    const last = this.#last;
    if (last !== undefined && last.id === id) return last;
    const buckets = this.#buckets;
    if (buckets === undefined) return this.#oldest?.id === id ? this.#oldest : undefined;
    for (let one = buckets[bucketOf(id, buckets)]; one !== undefined; one = one.sameBucket) {
      if (one.id !== id) continue;
      this.#last = one;
      return one;
    }
    return undefined;
  }

  has(id: number): boolean {
    return this.get(id) !== undefined;
  }

  /** There is none of this id. */
  add(stream: Stream): void {
    const newest = this.#newest;
    if (newest === undefined) this.#oldest = stream;
    else {
      newest.newer = stream;
      stream.older = newest;
    }
    this.#newest = this.#last = stream;
    this.size++;
    if (this.size === 1) return;
    const buckets = this.#buckets;
    if (buckets === undefined) this.#fill(FEWEST);
    else if (this.size > buckets.length) this.#fill(buckets.length * 2);
    else put(stream, buckets);
  }

  delete(stream: Stream): void {
    const { older, newer } = stream;
    if (this.#buckets !== undefined) takeOut(stream, this.#buckets);
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    // Garbage may be old, and is not looked at for a while: it must hold nothing that is young.
    stream.older = stream.newer = stream.sameBucket = undefined;
    if (this.#last === stream) this.#last = undefined;
    this.size--;
  }

  /** Oldest first. */
  values(): Iterable<Stream> {
    return this.#oldest === undefined ? NONE : new Walk(this.#oldest);
  }

  #fill(length: number): void {
    const buckets = new Array<Stream | undefined>(length).fill(undefined);
    for (let one = this.#oldest; one !== undefined; one = one.newer) put(one, buckets);
    this.#buckets = buckets;
  }
}

// One object for all steps: what each step returns is read before the next one.
class Walk implements IterableIterator<Stream> {
  done = false;
  value: Stream | undefined = undefined;
  #next: Stream | undefined;

  constructor(first: Stream) {
    this.#next = first;
  }

  next(): IteratorResult<Stream> {
    this.value = this.#next;
    this.done = this.value === undefined;
    this.#next = this.value?.newer;
    return this as unknown as IteratorResult<Stream>; // where it is not done there is a value
  }

  [Symbol.iterator](): this {
    return this;
  }
}

function put(stream: Stream, buckets: (Stream | undefined)[]): void {
  const bucket = bucketOf(stream.id, buckets);
  stream.sameBucket = buckets[bucket];
  buckets[bucket] = stream;
}

function takeOut(stream: Stream, buckets: (Stream | undefined)[]): void {
  const bucket = bucketOf(stream.id, buckets);
  let before = buckets[bucket];
  if (before === stream) {
    buckets[bucket] = stream.sameBucket;
    return;
  }
  while (before !== undefined && before.sameBucket !== stream) before = before.sameBucket;
  if (before !== undefined) before.sameBucket = stream.sameBucket;
}

function bucketOf(id: number, buckets: readonly unknown[]): number {
  const hash = Math.imul(id ^ SEED, 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & (buckets.length - 1);
}

const NONE: readonly Stream[] = [];
const SEED = (Math.random() * 0x1_0000_0000) | 0;
// Powers of two.
const FEWEST = 16;
