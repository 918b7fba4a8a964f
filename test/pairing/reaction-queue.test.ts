import { describe, expect, it } from "vitest";
import { FrameRef } from "../../src/model/frame-ref.ts";
import type { Reaction } from "../../src/pairing/reaction.ts";
import { ReactionQueue } from "../../src/pairing/reaction-queue.ts";

const reaction = (streamId: number, blames: boolean, kind: Reaction["kind"] = "rst-stream"): Reaction => ({
  ...{ kind, from: "server", errorCode: 2, lastStreamId: 0, debug: "", status: 0, streamId, stream: undefined },
  ...{ frame: new FrameRef(), onOpenStream: true, everyday: false, blames, before: [], closedBy: undefined },
});

const ids = (queue: ReactionQueue): number[] => queue.all.map(({ streamId }) => streamId);

describe("reactions that wait", () => {
  it("drop the oldest that blames nobody, then the oldest", () => {
    const queue = new ReactionQueue();
    for (const [id, blames] of [true, false, true, false].entries()) queue.add(reaction(id, blames), 4);
    queue.add(reaction(4, true), 4);
    expect(ids(queue)).toEqual([0, 2, 3, 4]);
    queue.add(reaction(5, true), 4);
    expect(ids(queue)).toEqual([0, 2, 4, 5]);
    queue.add(reaction(6, true), 4);
    expect(ids(queue)).toEqual([2, 4, 5, 6]);
    queue.add(reaction(7, false), 4);
    expect(ids(queue)).toEqual([2, 4, 5, 6]);
  });

  it("do the same as a plain list, whatever comes", () => {
    const queue = new ReactionQueue();
    const plain: Reaction[] = [];
    let seed = 1;
    for (let id = 0; id < 5000; id++) {
      seed = (seed * 48271) % 0x7fffffff;
      const one = reaction(id, seed % 3 === 0);
      const bound = id < 300 ? 32 : 100;
      queue.add(one, bound);
      plain.push(one);
      if (plain.length > bound)
        plain.splice(
          Math.max(
            plain.findIndex(({ blames }) => !blames),
            0,
          ),
          1,
        );
      if (id % 97 === 0) expect(queue.all).toEqual(plain);
    }
    expect(ids(queue)).toEqual(plain.map(({ streamId }) => streamId));
  });

  it("cost the same, however many there were", () => {
    // What is looked at while dropping, counted.
    const looks = (many: number): number => {
      let count = 0;
      const queue = new ReactionQueue();
      for (let id = 0; id < many; id++) {
        const one = reaction(id, true);
        Object.defineProperty(one, "blames", {
          get() {
            count++;
            return true;
          },
        });
        queue.add(one, 1000);
      }
      return count / many;
    };
    expect(looks(20_000)).toBeLessThan(4);
    expect(looks(20_000)).toBeLessThan(1.5 * looks(4000));
  });

  it("know the first GOAWAY of a side", () => {
    const queue = new ReactionQueue();
    queue.add(reaction(1, false), 10);
    queue.add(reaction(2, false, "goaway"), 10);
    queue.add(reaction(3, false, "goaway"), 10);
    expect(queue.announced("server")?.streamId).toBe(2);
    expect(queue.announced("client")).toBeUndefined();
  });
});
