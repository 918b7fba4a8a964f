import { expect, it } from "vitest";
import { clientPrefaceAfter101, serverFirstFrame, streamOneReused } from "../../../src/rules/upgrade/after.ts";
import { h2cRequest, play, type Script, type Speaker, switching, testRule } from "../../../src/testing.ts";

const asked = (s: Script): Speaker => s.bare().client.http1(h2cRequest).server.http1(switching);
const upgraded = (s: Script): Speaker => asked(s).settings().client.preface().settings().settingsAck().server.settingsAck();
const [line, ...fields] = h2cRequest;
const post = [line.replace("GET", "POST"), ...fields, "Content-Length: 5"];

testRule(serverFirstFrame, {
  valid: {
    SETTINGS: (s) => upgraded(s).headers(1, { endStream: true }),
    "in the segment of 101": (s) =>
      s
        .bare()
        .client.http1(h2cRequest)
        .server.together((server) => server.http1(switching).settings().headers(1)),
    "without an upgrade: preface/server-settings-missing": (s) => s.bare().client.preface().settings().server.ping(),
    "lost by the capture": (s) =>
      asked(s)
        .lost((server) => server.settings())
        .headers(1),
    "a fault of the client: upgrade/client-preface-after-101": (s) => asked(s).settings().client.preface().headers(3),
  },
  invalid: {
    "the answer at once": { frames: (s) => asked(s).headers(1), finds: [["other", 3, { kind: "HEADERS" }]] },
    "an acknowledgment of HTTP2-Settings": {
      frames: (s) => asked(s).settingsAck().settings(),
      finds: [["ack", 3]],
    },
    "GOAWAY, in the segment of 101": {
      frames: (s) =>
        s
          .bare()
          .client.http1(h2cRequest)
          .server.together((server) => server.http1(switching).goaway(1, 1)),
      finds: [["other", 3, { kind: "GOAWAY" }]],
    },
  },
});

testRule(clientPrefaceAfter101, {
  valid: {
    "string and SETTINGS": (s) => upgraded(s),
    "before the answer": (s) => s.bare().client.http1(h2cRequest).preface().settings().server.http1(switching).settings(),
    // RFC 7540 3.2: the request's content goes before.
    "after the content, which comes after the answer": (s) =>
      s.bare().client.http1(post, "he").server.http1(switching).settings().client.octets("llo").preface().settings(),
    "another request, sent before the answer was there": (s) =>
      s.bare().client.http1(h2cRequest).http1(["GET /2 HTTP/1.1", "Host: h2.test"]).server.http1(switching).settings(),
    "it closes instead": (s) => asked(s).settings().client.close().server.close(),
    "refused: HTTP/1.1 goes on": (s) =>
      s
        .bare()
        .client.http1(h2cRequest)
        .server.http1(["HTTP/1.1 200 OK", "Content-Length: 0"])
        .client.http1(["GET /2 HTTP/1.1"])
        .server.http1(["HTTP/1.1 404 No", "Content-Length: 0"]),
    "without an upgrade: preface/client-settings-missing": (s) => s.bare().client.preface().ping(),
    "a fault of the server: upgrade/server-first-frame": (s) => asked(s).headers(1).settings().client.preface().settings(),
    "cut off within the string: preface/truncated": (s) => asked(s).settings().client.octets("PRI * HTT").close(),
    "the server goes on in HTTP/1.1": (s) => asked(s).http1(["HTTP/1.1 500 No", "Content-Length: 0"]).client.preface().settings(),
  },
  invalid: {
    "HTTP/1.1 goes on": {
      frames: (s) => asked(s).settings().client.http1(["GET /2 HTTP/1.1", "Host: h2.test"]),
      finds: [["other", "preface", { text: "GET /2 HTTP/1.1\r\nHost: h" }]],
      splittable: false,
    },
    "frames without the string": {
      frames: (s) => asked(s).settings().client.settings().headers(3).server.goaway(0, 1).close(),
      finds: [["other", "preface", { text: "\0\0\0\x04\0\0\0\0\0" }]],
      splittable: false,
    },
    "the string, then no SETTINGS": {
      frames: (s) => asked(s).settings().client.preface().headers(3),
      finds: [["frame", 5, { kind: "HEADERS" }]],
    },
    "the string, then an acknowledgment": {
      frames: (s) => asked(s).settings().client.preface().settingsAck(),
      finds: [["ack", 5]],
    },
  },
});

testRule(streamOneReused, {
  valid: {
    "stream 3": (s) => upgraded(s).client.headers(3, { endStream: true }).server.headers(1, { endStream: true }),
    "WINDOW_UPDATE, PRIORITY and RST_STREAM": (s) => upgraded(s).headers(1).client.windowUpdate(1).priority(1).rst(1).priority(1),
    "without an upgrade": (s) => s.client.headers(1).data(1, 1, { endStream: true }),
    "after a refused offer and a new connection's preface": (s) => s.client.headers(1, { endStream: true }).headers(1),
  },
  invalid: {
    HEADERS: { frames: (s) => upgraded(s).client.headers(1), finds: [["sent", 8, { kind: "HEADERS" }]] },
    DATA: { frames: (s) => upgraded(s).client.data(1, 3), finds: [["sent", 8, { kind: "DATA" }]] },
    "after the response": {
      frames: (s) => upgraded(s).headers(1, { endStream: true }).client.headers(1, { endStream: true }),
      finds: [["sent", 9, { kind: "HEADERS" }]],
    },
    "twice on the stream": {
      frames: (s) => upgraded(s).client.headers(1).data(1, 1, { endStream: true }),
      finds: [["sent", 8, { kind: "HEADERS" }, { count: 2 }]],
    },
  },
});

it.each([
  ["the server", serverFirstFrame, (s: Script) => asked(s).headers(1)],
  ["the client", clientPrefaceAfter101, (s: Script) => asked(s).settings().client.preface().settingsAck()],
] as const)("what %s does wrong after 101 shows the answer that switched", (_name, rule, story) => {
  const [finding] = play(story, { rules: [rule] }).findings;
  expect(finding?.related.map(({ role, text }) => [role, text])).toEqual([["switched to HTTP/2", switching[0]]]);
});
