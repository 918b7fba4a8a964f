// Which closed streams are remembered: the last few of each connection, and of all connections the last so many.

/** A connection, as far as is needed here. */
export interface Remembering<Owner> {
  /** Closed streams that are remembered; undefined before the first. */
  closed: ClosedOfConnection<Owner> | undefined;
}

/** The streams of all connections that closed, oldest first. The oldest of all is the oldest of its connection, too. */
export class ClosedStreams<Owner extends Remembering<Owner>> {
  readonly #each: number;
  readonly #total: number;
  #oldest: ClosedStream<Owner> | undefined = undefined;
  #newest: ClosedStream<Owner> | undefined = undefined;
  #count = 0;
  /** The most that were remembered, or would have been. */
  most = 0;

  /** @param each Streams of one connection. @param total Streams of all. */
  constructor(each: number, total: number) {
    this.#each = each;
    this.#total = total;
  }

  /** Takes constant time. @returns The one that is remembered no longer, if there is one. */
  add(c: Owner, id: number): ClosedStream<Owner> | undefined {
    const one = new ClosedStream(c, id, this.#newest);
    if (this.#newest === undefined) this.#oldest = one;
    else this.#newest.newer = one;
    this.#newest = one;
    if (++this.#count > this.most) this.most = this.#count;
    const closed = (c.closed ??= new ClosedOfConnection<Owner>());
    if (closed.last === undefined) closed.first = one;
    else closed.last.next = one;
    closed.last = one;
    if (++closed.count > this.#each) return this.#take(closed.first!);
    return this.#count > this.#total ? this.#take(this.#oldest!) : undefined;
  }

  /** Nothing of the connection follows. */
  release(c: Owner): void {
    for (let one = c.closed?.first; one !== undefined; one = c.closed!.first) this.#take(one);
  }

  // The first of its connection.
  #take(one: ClosedStream<Owner>): ClosedStream<Owner> {
    const { older, newer } = one;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    this.#count--;
    const closed = one.connection.closed!; // it is one of them
    closed.first = one.next;
    if (one.next === undefined) closed.last = undefined;
    closed.count--;
    // What is garbage may be old and is not looked at for a while: it must hold nothing that is young.
    one.older = one.newer = one.next = undefined;
    return one;
  }
}

/** One of them: in the order of all, and in that of its connection. */
export class ClosedStream<Owner> {
  readonly connection: Owner;
  readonly id: number;
  older: ClosedStream<Owner> | undefined;
  newer: ClosedStream<Owner> | undefined = undefined;
  next: ClosedStream<Owner> | undefined = undefined;

  constructor(connection: Owner, id: number, older: ClosedStream<Owner> | undefined) {
    this.connection = connection;
    this.id = id;
    this.older = older;
  }
}

/** Those of one connection. */
export class ClosedOfConnection<Owner> {
  first: ClosedStream<Owner> | undefined = undefined;
  last: ClosedStream<Owner> | undefined = undefined;
  count = 0;
}
