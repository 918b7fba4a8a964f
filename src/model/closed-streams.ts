// Which closed streams are remembered: the last few of each connection, and of all connections the last so many.

/** A stream that closed, with its place among those that did: `ClosedStreams` alone sets that. To keep it
 *  elsewhere takes another object. */
export interface Closed<One> {
  /** The list of its connection; undefined: it is not remembered, or not closed. */
  closedIn: ClosedOfConnection<One> | undefined;
  /** In the order of all, and in that of its connection. */
  closedBefore: One | undefined;
  closedAfter: One | undefined;
  ownBefore: One | undefined;
  ownAfter: One | undefined;
}

/** A connection, as far as is needed here. */
export interface Remembering<One> {
  /** Closed streams that are remembered; undefined before the first. */
  closed: ClosedOfConnection<One> | undefined;
}

/** The streams of all connections that closed, oldest first. The oldest of all is the oldest of its connection, too. */
export class ClosedStreams<One extends Closed<One>> {
  readonly #each: number;
  readonly #total: number;
  #oldest: One | undefined = undefined;
  #newest: One | undefined = undefined;
  #count = 0;
  /** The most that were remembered, or would have been. */
  most = 0;

  /** @param each Streams of one connection. @param total Streams of all. */
  constructor(each: number, total: number) {
    this.#each = each;
    this.#total = total;
  }

  /** Takes constant time. @returns One that there is no more room for, if there is one: it is to be taken out. */
  add(c: Remembering<One>, one: One): One | undefined {
    const newest = this.#newest;
    if (newest === undefined) this.#oldest = one;
    else {
      newest.closedAfter = one;
      one.closedBefore = newest;
    }
    this.#newest = one;
    if (++this.#count > this.most) this.most = this.#count;
    const closed = (c.closed ??= new ClosedOfConnection<One>(c));
    one.closedIn = closed;
    const { last } = closed;
    if (last === undefined) closed.first = one;
    else {
      last.ownAfter = one;
      one.ownBefore = last;
    }
    closed.last = one;
    if (++closed.count > this.#each) return closed.first;
    return this.#count > this.#total ? this.#oldest : undefined;
  }

  /** It is remembered no longer. */
  remove(one: One): void {
    const { closedIn, closedBefore, closedAfter, ownBefore, ownAfter } = one;
    if (closedIn === undefined) return;
    if (closedBefore === undefined) this.#oldest = closedAfter;
    else closedBefore.closedAfter = closedAfter;
    if (closedAfter === undefined) this.#newest = closedBefore;
    else closedAfter.closedBefore = closedBefore;
    this.#count--;
    if (ownBefore === undefined) closedIn.first = ownAfter;
    else ownBefore.ownAfter = ownAfter;
    if (ownAfter === undefined) closedIn.last = ownBefore;
    else ownAfter.ownBefore = ownBefore;
    closedIn.count--;
    // What is garbage may be old and is not looked at for a while: it must hold nothing that is young.
    one.closedIn = one.closedBefore = one.closedAfter = one.ownBefore = one.ownAfter = undefined;
  }

  /** Nothing of the connection follows. */
  release(c: Remembering<One>): void {
    for (let one = c.closed?.first; one !== undefined; one = c.closed!.first) this.remove(one);
  }
}

/** Those of one connection, oldest first. */
export class ClosedOfConnection<One> {
  readonly connection: Remembering<One>;
  first: One | undefined = undefined;
  last: One | undefined = undefined;
  count = 0;

  constructor(connection: Remembering<One>) {
    this.connection = connection;
  }
}
