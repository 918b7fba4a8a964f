import { describe, expect, it } from "vitest";
import { type Closed, type ClosedOfConnection, ClosedStreams } from "../../src/model/closed-streams.ts";

class One implements Closed<One> {
  readonly id: number;
  closedIn: ClosedOfConnection<One> | undefined = undefined;
  closedBefore: One | undefined = undefined;
  closedAfter: One | undefined = undefined;
  ownBefore: One | undefined = undefined;
  ownAfter: One | undefined = undefined;

  constructor(id: number) {
    this.id = id;
  }
}

class Owner {
  readonly name: string;
  closed: ClosedOfConnection<One> | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }

  get ids(): number[] {
    const ids: number[] = [];
    for (let one = this.closed?.first; one !== undefined; one = one.ownAfter) ids.push(one.id);
    return ids;
  }
}

function forgotten(streams: ClosedStreams<One>, owner: Owner, id: number): string | undefined {
  const one = streams.add(owner, new One(id));
  if (one === undefined) return undefined;
  const { name } = one.closedIn!.connection as Owner;
  streams.remove(one);
  return `${name} ${one.id}`;
}

describe("ClosedStreams", () => {
  it("forgets the oldest of a connection that has too many", () => {
    const streams = new ClosedStreams<One>(2, 100);
    const [a, b] = [new Owner("a"), new Owner("b")];
    expect([1, 3].map((id) => forgotten(streams, a, id))).toEqual([undefined, undefined]);
    expect(forgotten(streams, b, 1)).toBeUndefined();
    expect(forgotten(streams, a, 5)).toBe("a 1");
    expect([a.ids, b.ids]).toEqual([[3, 5], [1]]);
  });

  it("forgets the oldest of all where all have too many together", () => {
    const streams = new ClosedStreams<One>(10, 3);
    const [a, b] = [new Owner("a"), new Owner("b")];
    for (const id of [1, 3]) streams.add(a, new One(id));
    streams.add(b, new One(1));
    expect(forgotten(streams, b, 3)).toBe("a 1");
    expect(forgotten(streams, b, 5)).toBe("a 3");
    expect(forgotten(streams, b, 7)).toBe("b 1");
    expect([a.ids, b.ids]).toEqual([[], [3, 5, 7]]);
    expect(forgotten(streams, a, 5)).toBe("b 3");
  });

  it("does not count those of a connection that is over", () => {
    const streams = new ClosedStreams<One>(10, 3);
    const [a, b] = [new Owner("a"), new Owner("b")];
    streams.add(b, new One(1));
    for (const id of [1, 3]) streams.add(a, new One(id));
    streams.release(a);
    expect(a.ids).toEqual([]);
    expect([3, 5].map((id) => forgotten(streams, b, id))).toEqual([undefined, undefined]);
    expect(forgotten(streams, b, 7)).toBe("b 1");
  });

  it("does not count one that was taken out", () => {
    const streams = new ClosedStreams<One>(10, 3);
    const [a, b] = [new Owner("a"), new Owner("b")];
    const [first, middle, last] = [new One(1), new One(3), new One(5)];
    for (const one of [first, middle, last]) streams.add(a, one);
    streams.remove(middle);
    // Again: there is nothing to take out.
    streams.remove(middle);
    expect(a.ids).toEqual([1, 5]);
    expect(forgotten(streams, b, 1)).toBeUndefined();
    streams.remove(first);
    streams.remove(last);
    expect([a.ids, b.ids]).toEqual([[], [1]]);
    expect([3, 5].map((id) => forgotten(streams, a, id))).toEqual([undefined, undefined]);
    expect(forgotten(streams, a, 7)).toBe("b 1");
  });

  it("is the same as lists that are searched, whatever the order", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
      return seed % below;
    };
    const streams = new ClosedStreams<One>(4, 9);
    let owners = Array.from({ length: 5 }, (_, i) => new Owner(`${i}`));
    let all: { owner: Owner; id: number }[] = [];
    for (let id = 1; id < 4000; id += 2) {
      const owner = owners[random(owners.length)]!;
      if (random(20) === 0) {
        streams.release(owner);
        all = all.filter((one) => one.owner !== owner);
        owners = owners.map((one) => (one === owner ? new Owner(`${id}`) : one));
        continue;
      }
      all.push({ owner, id });
      const own = all.filter((one) => one.owner === owner);
      const due = own.length > 4 ? own[0] : all.length > 9 ? all[0] : undefined;
      expect(forgotten(streams, owner, id)).toBe(due && `${due.owner.name} ${due.id}`);
      all = all.filter((one) => one !== due);
    }
  });
});
