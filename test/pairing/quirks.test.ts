// Habits of some software are told once a session (src/pairing/quirks.ts), but not where something came of them.
import { describe, expect, it } from "vitest";
import { Quirks } from "../../src/pairing/quirks.ts";
import { rules } from "../../src/rules/index.ts";
import { playSegments, written } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story } from "../../src/testing.ts";

const end = { endStream: true } as const;

// A client that names its own stream in its last GOAWAY, as grpc-go's does.
const parity: Story = (s) => s.client.headers(1, end).server.headers(1, end).client.goaway(1, 0).close().server.close();
const talkative =
  (calls: number): Story =>
  (s) => {
    for (let id = 1; id < 2 * calls; id += 2)
      s.client
        .headers(id, { ...end, fields: grpcRequest })
        .server.headers(id, { ...end, fields: { ...grpcResponse, "grpc-status": "0", "grpc-message": "OK" } });
    s.client.close().server.close();
  };

function told(rule: string, stories: readonly Story[], sessionOf = (_connection: number): number => 0) {
  const segments = stories.flatMap((story, i) =>
    written(story).segments.map((segment) => ({ ...segment, time: segment.time + i * 1e9 })),
  );
  const { pairs } = playSegments(segments, { rules });
  const quirks = new Quirks<number>(rules);
  const apart = pairs.filter(
    (pair) =>
      !quirks.keeps(pair, sessionOf(pair.finding.connection), (first) => first.finding.connection) && pair.finding.rule === rule,
  );
  const folded = quirks.take().filter(({ key }) => key.split(" ")[1] === rule);
  expect(quirks.take()).toEqual([]);
  return {
    folded: folded.map(({ event, count, connections }) => [event, count, connections]),
    apart: apart.map(({ finding }) => finding.severity),
  };
}

describe("habits of software", () => {
  it("are told once, with how often and on how many connections", () => {
    expect(told("goaway/last-stream-id-parity", [parity, parity, parity])).toEqual({ folded: [[1, 3, 3]], apart: [] });
    expect(told("grpc/message-with-ok", [talkative(2), talkative(3)])).toEqual({ folded: [[1, 5, 2]], apart: [] });
  });

  it("are told of each session", () => {
    const { folded } = told("goaway/last-stream-id-parity", [parity, parity, parity], (connection) => (connection > 1 ? 1 : 0));
    expect(folded).toEqual([
      [1, 1, 1],
      [2, 2, 2],
    ]);
  });

  it("are told by themselves where they are more than advice", () => {
    // The client goes on after it.
    const goesOn: Story = (s) =>
      s.client.headers(1, end).goaway(1, 0).ping().server.headers(1, end).client.close().server.close();
    expect(told("goaway/last-stream-id-parity", [goesOn, goesOn])).toEqual({ folded: [], apart: ["warning", "warning"] });
  });

  it("are told by themselves where they were answered", () => {
    const answered: Story = (s) => s.client.headers(1, end).goaway(1, 0).server.goaway(1, 1).close();
    const { apart, folded } = told("goaway/last-stream-id-parity", [answered]);
    expect([apart, folded]).toEqual([["info"], []]);
  });

  it("are of a rule that says so", () => {
    expect(told("health/goaway", [parity, parity]).folded).toEqual([]);
  });
});
