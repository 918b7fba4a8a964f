// HEADERS on an id that was already used, case by case, with every rule at once.
import { describe, expect, it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { grpcRequest, okResponse, play, type Story } from "../../src/testing.ts";

const end = { endStream: true } as const;
const interim = { fields: { ":status": "103" } } as const;
const grpc = { fields: grpcRequest } as const;
const status = { "grpc-status": "0" } as const;

// What a reset costs is no violation.
const violations = rules.filter(({ id }) => !id.startsWith("health/"));

const cases: Readonly<Record<string, readonly [story: Story, finds: readonly string[], hides?: readonly string[]]>> = {
  "a1: a request after END_STREAM": [(s) => s.client.headers(1, end).headers(1, end), ["stream-id/reuse"]],
  "a1: a request after the own RST_STREAM": [(s) => s.client.headers(1).rst(1).headers(1, end), ["stream-id/reuse"]],
  "a1: a request after both sides had ended it": [
    (s) => s.client.headers(1, end).server.headers(1, end).client.headers(1, end),
    ["stream-id/reuse"],
  ],
  "a2: trailers after END_STREAM": [(s) => s.client.headers(1).data(1, 1, end).trailers(1), ["stream/headers-after-end-stream"]],
  "a3: after the processed RST_STREAM of the other side": [
    (s) => s.client.headers(1).server.rst(1).ping().client.pingAck().trailers(1),
    ["stream/frame-after-peer-rst"],
  ],
  "a4: the RST_STREAM is under way": [(s) => s.client.headers(1).server.rst(1).client.crossing().trailers(1), []],
  "a4: the RST_STREAM is only delivered": [(s) => s.client.headers(1).server.rst(1).client.trailers(1), []],
  "a4: the fault of a gRPC message stands": [
    (s) => s.client.headers(1, grpc).server.rst(1).client.crossing().trailers(1),
    ["grpc/request-trailers"],
  ],
  "a4: the fault of a message stands": [
    (s) => s.client.headers(1).server.rst(1).client.crossing().headers(1),
    ["headers/second-headers-no-end-stream"],
  ],
  "b: a lower id of its own": [(s) => s.client.headers(3, end).headers(1, end), ["stream-id/not-increasing"]],
  "c: an even id of the client": [(s) => s.client.headers(2, end), ["stream-id/even-client"]],
  "c: an odd id of the server": [(s) => s.client.headers(1, end).server.pushPromise(1, 3), ["stream-id/odd-server"]],
  "c: an id that was not promised": [(s) => s.client.headers(1, end).server.headers(2, end), ["stream-id/unpromised"]],
  "d: a second HEADERS without END_STREAM": [(s) => s.client.headers(1).headers(1), ["headers/second-headers-no-end-stream"]],
  "e: request trailers": [(s) => s.client.headers(1).data(1).trailers(1), []],
  "e: of a gRPC call": [(s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\0").trailers(1), ["grpc/request-trailers"]],
  "e: of a gRPC call, with a status": [
    (s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\0").trailers(1, status),
    ["grpc/request-trailers"],
    ["grpc/client-sends-status"],
  ],
  "f: interim responses, then the final one": [
    (s) => s.client.headers(1, end).server.headers(1, interim).headers(1, interim).headers(1, end),
    [],
  ],
  "g: response trailers": [(s) => s.client.headers(1, end).server.headers(1).data(1).trailers(1), []],
  "h: a second HEADERS of the response without END_STREAM": [
    (s) => s.client.headers(1, end).server.headers(1).headers(1, { fields: okResponse }),
    ["headers/second-headers-no-end-stream"],
  ],
  "h: an interim response after the final one": [
    (s) => s.client.headers(1, end).server.headers(1).headers(1, interim),
    ["headers/interim-after-final"],
  ],
  "i: the capture began after the stream was opened": [(s) => s.midway().client.trailers(1), []],
};

describe("HEADERS on an id that was already used", () => {
  for (const [name, [story, finds, hides]] of Object.entries(cases)) {
    it(name, () => {
      const proven = play(story, { rules: violations }).findings.filter((f) => f.certainty === "proven" && f.severity !== "info");
      expect(proven.map(({ rule }) => rule)).toEqual(finds);
      if (hides !== undefined) expect(proven[0]?.hides).toEqual(hides);
    });
  }
});
