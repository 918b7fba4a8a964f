// The pairing stage finds it, so its cases run with all rules: a finding about the other side would be the better reason.
import { expect, it } from "vitest";
import { receiverOverreaction } from "../../../src/rules/health/overreaction.ts";
import { rules } from "../../../src/rules/index.ts";
import { play } from "../../../src/testing/play.ts";
import type { Story } from "../../../src/testing/script.ts";

const PROTOCOL_ERROR = 1;
const INTERNAL_ERROR = 2;
const STREAM_CLOSED = 5;
const CANCEL = 8;
const { id, meta } = receiverOverreaction;

/** `message severity side` of each. */
const found = (story: Story): string[] =>
  play(story, { rules })
    .pairs.filter(({ finding }) => finding.rule === id)
    .map(({ finding }) => `${finding.message} ${finding.severity} ${finding.offender}`);

const cases: Record<string, readonly [Story, readonly string[]]> = {
  "trailers that crossed RST_STREAM, answered with GOAWAY": [
    (s) =>
      s.client.headers(1).data(1, 4).server.rst(1, CANCEL).client.crossing().trailers(1).server.goaway(1, PROTOCOL_ERROR).close(),
    ["crossed warning server"],
  ],
  "a connection's window beside a large INITIAL_WINDOW_SIZE, which does not change it": [
    (s) =>
      s.client
        .headers(1)
        .server.settings([[4, 2 ** 31 - 1]])
        .windowUpdate(0, 2 ** 31 - 65_536)
        .client.goaway(0, 3, "May not increment flow control window past 2147483647")
        .close(),
    ["lawful warning client"],
  ],
  "the same where the window does overflow": [
    (s) =>
      s.client
        .headers(1)
        .server.settings([[4, 2 ** 31 - 1]])
        .windowUpdate(0, 2 ** 31 - 65_535)
        .client.goaway(0, 3, "May not increment flow control window past 2147483647")
        .close(),
    [],
  ],
  "DATA that crossed RST_STREAM, answered with GOAWAY": [
    (s) => s.client.headers(1).server.rst(1, CANCEL).client.crossing().data(1, 4).server.goaway(1, STREAM_CLOSED).close(),
    ["crossed warning server"],
  ],
  "the same where the capture saw the DATA first": [
    (s) => s.client.headers(1).data(1, 4).server.crossing().rst(1, CANCEL).server.goaway(1, STREAM_CLOSED).close(),
    ["crossed warning server"],
  ],
  "a second RST_STREAM for what crossed the first": [
    (s) => s.client.headers(1).server.rst(1, CANCEL).client.crossing().data(1, 4).server.rst(1, STREAM_CLOSED),
    ["crossed info server"],
  ],
  "DATA sent with the RST_STREAM at hand is no crossing": [
    (s) => s.client.headers(1).server.rst(1, CANCEL).client.data(1, 4).server.goaway(1, STREAM_CLOSED).close(),
    [],
  ],
  "a GOAWAY that had not received it is about something else": [
    (s) =>
      s.client.headers(1).server.rst(1, CANCEL).client.crossing().data(1, 4).server.crossing().goaway(1, STREAM_CLOSED).close(),
    [],
  ],
  "another frame came after it: it may be about that": [
    (s) =>
      s.client
        .headers(1)
        .server.rst(1, CANCEL)
        .client.crossing()
        .data(1, 4)
        .headers(3, { endStream: true })
        .server.goaway(1, STREAM_CLOSED)
        .close(),
    [],
  ],
  "a code that no stream's state asks for": [
    (s) => s.client.headers(1).server.rst(1, CANCEL).client.crossing().data(1, 4).server.goaway(1, INTERNAL_ERROR).close(),
    [],
  ],
  "a text about something else": [
    (s) =>
      s.client
        .headers(1)
        .server.rst(1, CANCEL)
        .client.crossing()
        .data(1, 4)
        .server.goaway(1, PROTOCOL_ERROR, "SETTINGS expected"),
    [],
  ],
  "something else was wrong": [
    (s) =>
      s.client.headers(1).server.rst(1, CANCEL).client.crossing().data(1, 4).data(0, 4).server.goaway(1, PROTOCOL_ERROR).close(),
    [],
  ],
  "something of the client is missing": [
    (s) =>
      s.client
        .headers(1)
        .lost((lost) => lost.ping())
        .server.rst(1, CANCEL)
        .client.crossing()
        .data(1, 4)
        .server.goaway(1, STREAM_CLOSED)
        .close(),
    [],
  ],
  "a GOAWAY that needs no reason": [
    (s) => s.client.headers(1).server.rst(1, CANCEL).client.crossing().data(1, 4).server.goaway(1, 0).close(),
    [],
  ],
};

it.each(Object.entries(cases))("%s", (_, [story, expected]) => expect(found(story)).toEqual(expected));

it("a setting that stands twice in one SETTINGS, which Go's server refuses", () => {
  const go = [
    [5, 1_048_576],
    [3, 250],
    [6, 1_048_896],
    [1, 4096],
    [4, 1_048_576],
  ] as const;
  const twice = [
    [4, 65_535],
    [4, 65_536],
  ] as const;
  const story = (settings: typeof go | []): Story => {
    return (s) => s.settings({ server: settings, client: twice }).server.goaway(0, PROTOCOL_ERROR).close();
  };
  expect(found(story(go))).toEqual(["strict warning server"]);
  // Of another server nobody knows why it did.
  expect(found(story([]))).toEqual([]);
  expect(play(story([]), { rules }).unexplained).toHaveLength(1);
});

it("fills its messages", () => {
  const [story] = Object.values(cases)[0]!;
  const { finding } = play(story, { rules }).pairs.find((pair) => pair.finding.rule === id)!;
  for (const [, hole] of meta.messages["crossed"]!.matchAll(/\{(\w+)\}/g)) expect(finding.data).toHaveProperty(hole!);
  expect(finding.text).toBe("PROTOCOL_ERROR, last stream 1");
  expect(finding.related.map(({ frame }) => frame.kind)).toEqual(["rst-stream", "headers"]);
});
