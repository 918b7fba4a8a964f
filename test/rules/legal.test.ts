// rules.md 3.20: what looks wrong and is not, with every rule at once.
import { describe, expect, it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { getRequest, play, type Story } from "../../src/testing.ts";

const end = { endStream: true } as const;
const interim = { fields: { ":status": "103" } } as const;

const cases: Readonly<Record<string, Story>> = {
  "many frames on an open stream": (s) =>
    s.client.headers(1, { endHeaders: false }).continuation(1).data(1).windowUpdate(1).priority(1).rst(1),
  "PRIORITY in any state": (s) =>
    s.client.priority(1).headers(1, end).priority(1).server.headers(1, end).client.priority(1).headers(3).rst(3).priority(3),
  "WINDOW_UPDATE and RST_STREAM on a half-closed stream": (s) => s.client.headers(1, end).windowUpdate(1).rst(1),
  "WINDOW_UPDATE and RST_STREAM on a closed stream": (s) =>
    s.client.headers(1, end).server.headers(1, end).client.windowUpdate(1).rst(1),
  "frames after an RST_STREAM under way": (s) =>
    s.client.headers(1).server.rst(1).client.crossing().data(1).windowUpdate(1).data(1, 0, end),
  "frames after an RST_STREAM that only arrived": (s) => s.client.headers(1).server.rst(1).client.data(1).windowUpdate(1).rst(1),
  "skipped ids": (s) => s.client.headers(3, end).headers(7, end).headers(11, end),
  "PRIORITY on 101, then HEADERS on 3": (s) => s.client.priority(101).headers(3, end),
  "request trailers outside gRPC": (s) => s.client.headers(1).data(1).trailers(1),
  "several interim responses": (s) => s.client.headers(1, end).server.headers(1, interim).headers(1, interim).headers(1, end),
  "unknown frame types": (s) =>
    s.client
      .frame({ type: 0x0b, payload: "x" })
      .headers(1, end)
      .frame({ type: 0xfa, streamId: 1, flags: 0xff, payload: "grease" }),
  "unknown settings": (s) => s.settings({ client: [[0x0a0a, 7]], server: [[0xfafa, 0xffffffff]] }).client.headers(1, end),
  "unknown error codes": (s) => s.client.headers(1).rst(1, 0xfa).server.goaway(1, 0xfafa),
  "GOAWAY again, with a lower id": (s) => s.client.headers(1, end).server.goaway(0x7fffffff).goaway(1).headers(1, end),
  "GOAWAY of the client": (s) => s.client.headers(1, end).goaway(0).server.headers(1, end),
  "equal PINGs and late answers": (s) => s.client.ping().ping().headers(1, end).server.pingAck().headers(1, end).pingAck(),
  "empty DATA, with END_STREAM and without": (s) => s.client.headers(1).data(1, 0).data(1, 0, end),
  "padded DATA": (s) => s.client.headers(1).data(1, 1, { padding: 255, endStream: true }),
  "two HPACK size updates at the start of a block": (s) =>
    s.client.headers(1, { endStream: true, block: "\x20\x3f\xe1\x1f\x82\x86\x84\x41\x07h2.test" }),
  "streams beyond a limit that is under way": (s) =>
    s
      .settings({ server: [[3, 100]] })
      .client.headers(1)
      .server.settings([[3, 1]])
      .client.crossing()
      .headers(3),
  "several cookies": (s) =>
    s.client.headers(1, { endStream: true, fields: [...Object.entries(getRequest), ["cookie", "a=b"], ["cookie", "c=d"]] }),
  "a response before the request is whole, then RST_STREAM(NO_ERROR)": (s) =>
    s.client.headers(1).server.headers(1, end).rst(1, 0),
  "SETTINGS at any time, acknowledged after other frames": (s) =>
    s.client.headers(1, end).settings().server.headers(1).data(1).settingsAck().data(1, 1, end),
  "DATA in a tunnel, both ways": (s) =>
    s.client
      .headers(1, { fields: { ":method": "CONNECT", ":authority": "h2.test:443" } })
      .server.headers(1)
      .data(1)
      .client.data(1)
      .server.data(1, 1, end)
      .client.data(1, 1, end),
  "what crosses an error GOAWAY": (s) => s.client.headers(1, end).server.goaway(1, 1).client.crossing(1).headers(2, end),
  "FIN without GOAWAY": (s) => s.client.headers(1, end).server.headers(1, end).client.close().server.close(),
  "plain HTTP beside gRPC": (s) =>
    s.client.headers(1, end).server.headers(1, {
      endStream: true,
      fields: { ":status": "415", "content-type": "application/grpc", "grpc-status": "3" },
    }),
};

describe("legal", () => {
  for (const [name, story] of Object.entries(cases)) {
    it(name, () => {
      const { findings } = play(story, { rules });
      expect(findings.filter(({ severity }) => severity !== "info").map(({ rule, message }) => `${rule} ${message}`)).toEqual([]);
    });
  }
});
