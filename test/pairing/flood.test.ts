import { expect, it } from "vitest";
import type { Connection } from "../../src/model/connection.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import { play } from "../../src/testing/play.ts";

/** How often a stream was looked at, where a server sends so many GOAWAYs. */
function looks(goaways: number): number {
  let count = 0;
  const counter: ModelSink = {
    connectionStart({ streams }: Connection) {
      const values = streams.values.bind(streams);
      streams.values = () => {
        const all = [...values()];
        count += all.length;
        return all[Symbol.iterator]();
      };
    },
  };
  play(
    (s) => {
      s.client.headers(1);
      for (let i = 0; i < goaways; i++) s.server.goaway(1, 1);
    },
    { rules: [], listeners: [counter] },
  );
  return count;
}

it("a flood of GOAWAYs does not cost streams times GOAWAYs", () => {
  expect(looks(10)).toBeGreaterThan(10);
  expect(looks(1000)).toBe(looks(500));
});
