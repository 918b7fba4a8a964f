import { expect, it } from "vitest";
import { play } from "../../src/testing/play.ts";
import type { Settings, Story } from "../../src/testing/script.ts";

const request = (fields: Record<string, string>) => ({
  fields: { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "a", ...fields },
  endStream: true,
});
const answer = (fields: Record<string, string>) => ({ fields: { ":status": "200", ...fields }, endStream: true });

const BDP = Uint8Array.of(2, 4, 16, 16, 9, 14, 7, 7);
const SMALL = Uint8Array.of(0, 0, 0, 0, 0, 0, 4, 210);
const CURL: Settings = [
  [3, 100],
  [4, 33_554_432],
  [2, 0],
];
const JAVA: Settings = [
  [3, 2_147_483_647],
  [4, 1_048_576],
  [6, 8192],
];
const NGINX: Settings = [
  [3, 128],
  [4, 65_536],
  [5, 16_777_215],
];
const illegal = "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS stream=1 len=12]";

/** `client: x` and `server: y`, where they are certain. */
const cases: Record<string, readonly [Story, { client?: string; server?: string }]> = {
  "a PING that only grpc-go sends": [(s) => s.client.ping().server.ping(BDP), { server: "grpc-go" }],
  "the same payload in an acknowledgment is the other side's": [
    (s) => s.client.ping(BDP).server.pingAck(BDP),
    { client: "grpc-go" },
  ],
  "a text that only grpc-go writes": [(s) => s.client.headers(1).server.goaway(1, 1, illegal), { server: "grpc-go" }],
  "a text that several write": [(s) => s.client.ping().server.goaway(0, 11, "too_many_pings"), {}],
  "a PING that anybody may send": [(s) => s.client.ping().server.ping(SMALL), {}],
  "the same and SETTINGS as grpc-java begins": [(s) => s.settings({ server: JAVA }).server.ping(SMALL), { server: "grpc-java" }],
  "a user-agent alone": [(s) => s.client.headers(1, request({ "user-agent": "curl/7.88.1" })), {}],
  "a user-agent and SETTINGS as curl begins": [
    (s) => s.settings({ client: CURL }).client.headers(1, request({ "user-agent": "curl/7.88.1" })),
    { client: "curl" },
  ],
  "the same, passed on by a proxy that says so": [
    (s) => s.settings({ client: CURL }).client.headers(1, request({ "user-agent": "curl/7.88.1", via: "2 a" })),
    {},
  ],
  "two user-agents on one connection: a proxy": [
    (s) =>
      s
        .settings({ client: CURL })
        .client.headers(1, request({ "user-agent": "curl/7.88.1" }))
        .headers(3, request({ "user-agent": "nghttp2/1.52.0" })),
    {},
  ],
  "SETTINGS alone": [(s) => s.settings({ client: CURL }).client.headers(1, request({})), {}],
  "a server field and SETTINGS as nginx begins": [
    (s) =>
      s
        .settings({ server: NGINX })
        .client.headers(1, request({}))
        .server.headers(1, answer({ server: "nginx/1.22.1" })),
    { server: "nginx" },
  ],
  "a server field that a proxy passed on": [
    (s) =>
      s
        .settings({ server: [[8, 1]] })
        .client.headers(1, request({}))
        .server.headers(1, answer({ server: "nginx/1.22.1" })),
    {},
  ],
  "what goes hop by hop outweighs a name that may have been passed on": [
    (s) => s.client.ping(BDP).headers(1, request({ "user-agent": "curl/7.88.1" })),
    { client: "grpc-go" },
  ],
  "signs that contradict each other": [(s) => s.server.ping(BDP).goaway(0, 1, "SETTINGS expected"), {}],
  "what is built on nghttp2 and says so": [
    (s) =>
      s
        .settings({ client: CURL })
        .client.headers(1, request({ "user-agent": "curl/7.88.1" }))
        .server.data(0, 1)
        .client.goaway(0, 1, "DATA: stream_id == 0"),
    { client: "curl" },
  ],
  "SETTINGS of a capture that began late are no beginning": [
    (s) =>
      s
        .midway()
        .client.settings(CURL)
        .headers(1, request({ "user-agent": "curl/7.88.1" })),
    {},
  ],
};

it.each(Object.entries(cases))("%s", (_, [story, expected]) => {
  const { evidence, ...ends } = play(story, { rules: [] }).software;
  expect(ends).toEqual(expected);
  for (const side of ["client", "server"] as const) {
    if (expected[side] !== undefined) expect(evidence.some((sign) => sign.side === side)).toBe(true);
  }
});

it("says of each sign whether it goes hop by hop", () => {
  const { software } = play(
    (s) =>
      s
        .settings({ client: CURL })
        .client.headers(1, request({ "user-agent": "grpc-go/1.85.0" }))
        .ping(BDP),
    { rules: [] },
  );
  expect(software.evidence.map(({ sign, text, hopByHop }) => [sign, text, hopByHop])).toEqual([
    ["user-agent", "grpc-go/1.85.0", false],
    ["ping", "02041010090e0707", true],
  ]);
});
