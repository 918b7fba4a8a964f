import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import { FailedCalls } from "../../src/report/failed-calls.ts";
import { playModel, written } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Script, type Speaker } from "../../src/testing.ts";

const request = { fields: grpcRequest } as const;
const hello = "\0\0\0\0\x01a";

function failed(frames: (s: Script) => void, stream?: number, chosen = true): string[] {
  const calls = new FailedCalls(() => chosen, stream);
  playModel(written(frames).segments, [calls], defaultLimits, () => {});
  expect(calls.count).toBe(calls.calls.length);
  return calls.calls.map(({ stream: id, how }) => `${id} ${how}`);
}

const ended = (s: Script, id: number, status: string): Speaker =>
  s.client
    .headers(id, request)
    .data(id, hello, { endStream: true })
    .server.headers(id, { fields: grpcResponse })
    .headers(id, { fields: { "grpc-status": status }, endStream: true });

describe("calls that did not end well", () => {
  it("are those with a status other than OK, with an error status, and reset ones", () => {
    expect(
      failed((s) => {
        ended(s, 1, "14");
        s.client.headers(3, request).server.headers(3, { fields: { ":status": "404" }, endStream: true });
        s.client.headers(5, request).rst(5, 8);
        ended(s, 7, "0");
      }),
    ).toEqual(["1 grpc-status 14 UNAVAILABLE", "3 :status 404", "5 RST_STREAM CANCEL by the client"]);
  });

  it("are those that the server gave up with NO_ERROR before its response was whole", () => {
    expect(
      failed((s) => {
        s.client.headers(1, request).server.rst(1, 0);
        s.client
          .headers(3, request)
          .server.headers(3, { fields: { ":status": "200" } })
          .rst(3, 0);
        s.client.headers(5, request).rst(5, 0);
      }),
    ).toEqual(["1 RST_STREAM NO_ERROR by the server", "3 RST_STREAM NO_ERROR by the server"]);
  });

  it("are not those that ended before a reset, or with NO_ERROR", () => {
    expect(
      failed((s) => {
        s.client
          .headers(1, request)
          .server.headers(1, { fields: { ":status": "200" }, endStream: true })
          .rst(1, 0);
        ended(s, 3, "0").client.rst(3, 8);
      }),
    ).toEqual([]);
  });

  it("are those that the client reset while the end of the response was under way", () => {
    expect(
      failed((s) => {
        ended(s, 1, "0").client.crossing(1).rst(1, 8);
        ended(s, 3, "0").client.rst(3, 8);
        ended(s, 5, "0").client.crossing(1).rst(5, 0);
      }),
    ).toEqual(["1 RST_STREAM CANCEL by the client"]);
  });

  it("are told once each, and only where they are asked for", () => {
    const frames = (s: Script) => {
      s.client
        .headers(1, request)
        .server.headers(1, { fields: { ":status": "502" } })
        .rst(1, 2);
      ended(s, 3, "5");
    };
    expect(failed(frames)).toEqual(["1 :status 502", "3 grpc-status 5 NOT_FOUND"]);
    expect(failed(frames, 3)).toEqual(["3 grpc-status 5 NOT_FOUND"]);
    expect(failed(frames, undefined, false)).toEqual([]);
  });
});
