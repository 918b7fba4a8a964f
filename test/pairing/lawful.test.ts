// Lawful input that receivers take for a fault: each line of the table, and that it is not told where the fault was real.
import { expect, it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import type { Story } from "../../src/testing/script.ts";
import { getRequest, okResponse } from "../../src/testing.ts";

const PROTOCOL_ERROR = 1;
const COMPRESSION_ERROR = 9;
const ENHANCE_YOUR_CALM = 11;
const CANCEL = 8;
const end = { endStream: true } as const;

/** `offender input` of each overreaction that was told. */
const told = (story: Story): string[] =>
  play(story, { rules })
    .pairs.filter(({ finding }) => finding.rule === "health/receiver-overreaction" && finding.message !== "strict")
    .map(({ finding }) => `${finding.offender} ${finding.data["input"] ?? finding.message}`);

const finished: Story = (s) => s.client.headers(1, end).server.headers(1, end);
const cases: Record<string, readonly [Story, readonly string[]]> = {
  "WINDOW_UPDATE on a stream that is over, and a close without a word": [
    (s) => {
      finished(s);
      s.client.windowUpdate(1, 100).headers(3, end).server.close();
    },
    ["server WINDOW_UPDATE on a stream that had ended"],
  ],
  "PRIORITY on a stream that is over": [
    (s) => {
      finished(s);
      s.client.priority(1).headers(3, end).server.goaway(3, PROTOCOL_ERROR).close();
    },
    ["server PRIORITY on a stream that had ended"],
  ],
  "an interim response": [
    (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { fields: { ":status": "103" } })
        .headers(1)
        .data(1, 2, end)
        .client.goaway(0, PROTOCOL_ERROR, "response trailers must end the stream")
        .close(),
    ["client an interim response (1xx)"],
  ],
  "field blocks that decode": [
    (s) => {
      finished(s);
      s.client.goaway(0, COMPRESSION_ERROR).close();
    },
    ["client field blocks that decode without a fault, with no size update where none was due,"],
  ],
  "host beside :authority": [
    (s) => s.client.headers(1, { ...end, fields: { ...getRequest, host: "h2.test" } }).server.rst(1, PROTOCOL_ERROR),
    ["server `host` beside :authority"],
  ],
  "an empty DATA frame": [
    (s) => s.client.headers(1).data(1, 0, end).server.goaway(1, PROTOCOL_ERROR, "empty DATA").close(),
    ["server an empty DATA frame with END_STREAM"],
  ],
  "a response to HEAD": [
    (s) =>
      s.client
        .headers(1, { ...end, fields: { ...getRequest, ":method": "HEAD" } })
        .server.headers(1, { ...end, fields: { ...okResponse, "content-length": "5" } })
        .client.goaway(0, PROTOCOL_ERROR)
        .close(),
    ["client a response to HEAD, which has no content whatever its content-length says,"],
  ],
  "frames that crossed a reset, and calm is asked for": [
    (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .client.rst(1, CANCEL)
        .server.crossing()
        .data(1, 4)
        .client.goaway(0, ENHANCE_YOUR_CALM, "too_many_internal_resets")
        .close(),
    ["client crossed"],
  ],
  "the fault was real: DATA on a stream that was over": [
    (s) => {
      finished(s);
      s.client.windowUpdate(1, 100).data(1, 4).server.goaway(1, 5).close();
    },
    [],
  ],
  "bytes are missing": [
    (s) => {
      finished(s);
      s.client
        .lost((client) => client.ping())
        .windowUpdate(1, 100)
        .headers(3, end)
        .server.goaway(3, PROTOCOL_ERROR)
        .close();
    },
    [],
  ],
  "the other side's limit is lower: a size update was due": [
    (s) => {
      s.settings({ client: [[1, 0]] });
      finished(s);
      s.client.goaway(0, COMPRESSION_ERROR).close();
    },
    [],
  ],
  "nothing of the table": [(s) => s.client.headers(1, end).server.goaway(1, 2).close(), []],
};

it.each(Object.entries(cases))("%s", (_, [story, expected]) => {
  expect(told(story)).toEqual(expected);
});
