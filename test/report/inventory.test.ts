import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import { Inventory, isEmpty, symptomLines } from "../../src/report/inventory.ts";
import { playModel, written } from "../../src/testing/play.ts";
import { grpcRequest, type Story } from "../../src/testing.ts";
import { findingOf } from "./events.ts";

const end = { endStream: true } as const;
const request = { ...end, fields: grpcRequest } as const;

function linesOf(story: Story, stream?: number, chosen = true): string[] {
  const inventory = new Inventory(() => chosen, stream);
  playModel(written(story).segments, [inventory], defaultLimits, () => {});
  const symptoms = inventory.symptoms([], () => true);
  expect(isEmpty(symptoms)).toBe(symptomLines(symptoms).length === 0);
  return symptomLines(symptoms).map((line) => line.replace(/ \(connection.*/, ""));
}

describe("the inventory of symptoms", () => {
  it("has calls that the end of a connection cut off, and the connection", () => {
    expect(linesOf((s) => s.client.headers(1, request).headers(3, request).server.close())).toEqual([
      "2 calls did not end well:",
      "  /a.B/C: cut off by FIN by the server, 2 times, first",
      "1 connection did not end gracefully:",
      "  FIN by the server, with 2 calls unfinished",
    ]);
  });

  it("has calls that were sent when the server had closed", () => {
    const story: Story = (s) => {
      s.client.headers(1, request).server.headers(1, end).close();
      s.client.ack().wait(500).headers(3, request);
    };
    expect(linesOf(story)).toEqual([
      "1 call did not end well:",
      "  /a.B/C: cut off by FIN by the server",
      "1 connection did not end gracefully:",
      "  FIN by the server, with 1 call unfinished",
    ]);
  });

  it("has calls that were given up at their deadlines, however much time each had left", () => {
    const story: Story = (s) => {
      for (const [id, timeout] of [
        [1, "20m"],
        [3, "19000u"],
        [5, "19500u"],
        [7, "90m"],
      ] as const)
        s.client.headers(id, { ...end, fields: { ...grpcRequest, "grpc-timeout": timeout } });
      s.client.wait(16).rst(1).rst(3).rst(5).rst(7);
    };
    expect(linesOf(story)).toEqual([
      "4 calls did not end well:",
      "  /a.B/C: RST_STREAM CANCEL by the client, the deadline (19.00 ms to 20.00 ms) had passed, 3 times, first",
      "  /a.B/C: RST_STREAM CANCEL by the client",
    ]);
  });

  it("says where it has the first of them only", () => {
    const story: Story = (s) => {
      for (let id = 1; id < 2402; id += 2)
        s.client.headers(id, request).server.headers(id, { ...end, fields: { ":status": "500" } });
    };
    expect(linesOf(story)).toEqual([
      "1,201 calls did not end well; the first 1,000 of them:",
      "  /a.B/C: :status 500, 1000 times, first",
    ]);
  });

  it("has a GOAWAY with an error, also where no call was open", () => {
    const story: Story = (s) => s.client.headers(1, end).server.headers(1, end).client.goaway(0, 3).close();
    expect(linesOf(story)).toEqual(["1 connection did not end gracefully:", "  GOAWAY FLOW_CONTROL_ERROR by the client"]);
    expect(linesOf(story, undefined, false)).toEqual([]);
  });

  it("has attempts that failed", () => {
    const refused = findingOf({ rule: "preface/connection-refused", message: "refused", connection: 2, stream: 0 });
    const known = findingOf({ rule: "preface/connection-refused", baseline: true });
    const symptoms = new Inventory().symptoms([refused, findingOf(), known], () => true);
    expect(symptomLines(symptoms)).toEqual(["1 attempt to connect failed:", "  refused (connection 2, packet 12)"]);
  });

  it.each<[string, Story]>([
    ["an idle connection that closes", (s) => s.client.headers(1, end).server.headers(1, end).goaway(1, 0).close()],
    ["a client that hangs up on its own call", (s) => s.client.headers(1, request).close().server.close()],
    [
      "a response whose end may be missing",
      (s) =>
        s.client
          .headers(1, request)
          .server.lost((x) => x.headers(1, end))
          .close(),
    ],
    ["a call that goes on when the capture ends", (s) => s.client.headers(1, request)],
  ])("is empty for %s", (_, story) => expect(linesOf(story)).toEqual([]));
});
