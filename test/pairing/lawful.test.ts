// Lawful input that receivers take for a fault: each line of the table, and that it is not told where the fault was real.
import { expect, it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import type { Story } from "../../src/testing/script.ts";
import { getRequest, h2cRequest, okResponse, switching } from "../../src/testing.ts";

const PROTOCOL_ERROR = 1;
const STREAM_CLOSED = 5;
const FRAME_SIZE_ERROR = 6;
const COMPRESSION_ERROR = 9;
const ENHANCE_YOUR_CALM = 11;
const CANCEL = 8;
const end = { endStream: true } as const;

/** `offender input` of each overreaction that was told. */
const told = (story: Story): string[] =>
  play(story, { rules })
    .pairs.filter(({ finding }) => finding.rule === "health/receiver-overreaction" && finding.message !== "strict")
    .map(
      ({ finding: { offender, data, message } }) => `${offender} ${data["input"] ?? `${message} ${data["count"] ?? ""}`.trim()}`,
    );

/** A request or response with so many fields. */
const withFields = (fields: Readonly<Record<string, string>>, count: number) => ({
  ...end,
  fields: {
    ...fields,
    ...Object.fromEntries(Array.from({ length: count - Object.keys(fields).length }, (_, i) => [`x-${i}`, "a"])),
  },
});
const INTERNAL_ERROR = 2;
// RFC 7541 6.3, with a :status behind it.
const UPDATE_TO_0 = Uint8Array.of(0x20, 0x88);

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
    ["client field blocks that decode without a fault, in which each size update is allowed and none is missing"],
  ],
  "field blocks whose indices are called too large": [
    (s) => {
      finished(s);
      s.client.goaway(0, COMPRESSION_ERROR, "Index 67 too large!").close();
    },
    ["client field blocks that decode without a fault, in which each index lies within the table"],
  ],
  "field blocks that are said to lack a size update": [
    (s) => {
      finished(s);
      s.client.goaway(0, COMPRESSION_ERROR, "size update expected").close();
    },
    ["client field blocks that decode without a fault, in which each size update is allowed and none is missing"],
  ],
  "DATA of a request that goes on after the response": [
    (s) => {
      s.client.headers(1).server.headers(1, end).client.crossing().data(1, 0, end);
      s.server.rst(1, STREAM_CLOSED);
    },
    ["server DATA of a request that went on when the response was whole"],
  ],
  "trailers of a response": [
    (s) => s.client.headers(1, end).server.headers(1).data(1, 2).trailers(1).client.rst(1, PROTOCOL_ERROR),
    ["client trailers, which end the message"],
  ],
  "no trailers: the response ends with its HEADERS": [
    (s) => s.client.headers(1, end).server.headers(1, end).client.goaway(0, PROTOCOL_ERROR).close(),
    [],
  ],
  "RST_STREAM on a stream that was open": [
    (s) => s.client.headers(1, end).server.headers(1).client.rst(1, CANCEL).server.goaway(1, PROTOCOL_ERROR).close(),
    ["server RST_STREAM on a stream that it had open"],
  ],
  "RST_STREAM on a stream that was closed, as its sender knew": [
    (s) => {
      finished(s);
      s.client.wait(100).rst(1, CANCEL).server.goaway(1, STREAM_CLOSED).close();
    },
    [],
  ],
  "RST_STREAM that crossed the end of the stream": [
    (s) => {
      finished(s);
      s.client.crossing().rst(1, CANCEL).server.goaway(1, STREAM_CLOSED).close();
    },
    ["server RST_STREAM on a stream that it had open"],
  ],
  "RST_STREAM on a stream that the other side had reset": [
    (s) =>
      s.client
        .headers(1)
        .server.headers(1)
        .rst(1, CANCEL)
        .client.wait(100)
        .rst(1, CANCEL)
        .server.goaway(1, STREAM_CLOSED)
        .close(),
    [],
  ],
  "DATA after a whole response and RST_STREAM": [
    (s) =>
      s.client.headers(1).server.headers(1, end).rst(1, 0).client.wait(100).data(1, 1).server.goaway(1, STREAM_CLOSED).close(),
    [],
  ],
  "RST_STREAM on the stream that the upgrade opened": [
    (s) => {
      s.bare().client.http1(h2cRequest);
      s.server.http1(switching).settings();
      s.client.preface().settings().settingsAck();
      s.server.settingsAck().headers(1).client.rst(1, CANCEL).server.goaway(0, PROTOCOL_ERROR).close();
    },
    ["server RST_STREAM on stream 1, which the upgrade from HTTP/1.1 had opened"],
  ],
  "RST_STREAM of its own, which it counts": [
    (s) => {
      for (let i = 0; i < 60; i++)
        s.client
          .headers(1 + 2 * i)
          .server.headers(1 + 2 * i, end)
          .rst(1 + 2 * i, 0);
      s.client.headers(121, end).server.goaway(121, ENHANCE_YOUR_CALM, "invalid_rst_stream_frame_rate").close();
    },
    ["server resets"],
  ],
  "host beside :authority": [
    (s) => s.client.headers(1, { ...end, fields: { ...getRequest, host: "h2.test" } }).server.rst(1, PROTOCOL_ERROR),
    ["server `host` beside :authority"],
  ],
  "an empty DATA frame": [
    (s) => s.client.headers(1).data(1, 0, end).server.goaway(1, PROTOCOL_ERROR, "empty DATA").close(),
    ["server an empty DATA frame with END_STREAM"],
  ],
  "trailers without a field": [
    (s) =>
      s.client
        .headers(1)
        .data(1, 4)
        .headers(1, { ...end, block: "" })
        .server.goaway(1, FRAME_SIZE_ERROR)
        .close(),
    ["server trailers without a field"],
  ],
  "trailers with a field, and another code": [
    (s) => s.client.headers(1).data(1, 4).trailers(1).server.goaway(1, FRAME_SIZE_ERROR).close(),
    [],
  ],
  "trailers without a field, and a stream that is reset for another": [
    (s) =>
      s.client
        .headers(1)
        .headers(3)
        .data(3, 4)
        .headers(3, { ...end, block: "" })
        .server.rst(1, FRAME_SIZE_ERROR),
    [],
  ],
  "HEADERS without a field, which are no trailers": [
    (s) =>
      s.client
        .headers(1, { ...end, block: "" })
        .server.goaway(1, PROTOCOL_ERROR)
        .close(),
    [],
  ],
  "a response to HEAD": [
    (s) =>
      s.client
        .headers(1, { ...end, fields: { ...getRequest, ":method": "HEAD" } })
        .server.headers(1, { ...end, fields: { ...okResponse, "content-length": "5" } })
        .client.goaway(0, PROTOCOL_ERROR)
        .close(),
    ["client a response to HEAD, which has no content whatever its content-length says"],
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
  "more fields than many take": [
    (s) => s.client.headers(1, withFields(getRequest, 101)).server.rst(1, INTERNAL_ERROR),
    ["server a field section of 101 fields"],
  ],
  "more fields than many take, in a response, and a close without a word": [
    (s) => s.client.headers(1, end).server.headers(1, withFields(okResponse, 120)).client.goaway(0, ENHANCE_YOUR_CALM).close(),
    ["client a field section of 120 fields"],
  ],
  "as many fields as most take": [(s) => s.client.headers(1, withFields(getRequest, 100)).server.rst(1, INTERNAL_ERROR), []],
  "more fields than many take, and a code that is for something else": [
    (s) => s.client.headers(1, withFields(getRequest, 101)).server.rst(1, 3),
    [],
  ],
  "a large field section, with no limit announced": [
    (s) =>
      s.client
        .headers(1, { ...end, fields: { ...getRequest, "x-token": "a".repeat(8000) } })
        .server.goaway(1, PROTOCOL_ERROR)
        .close(),
    ["server a field section of 8211 bytes (as SETTINGS_MAX_HEADER_LIST_SIZE counts them)"],
  ],
  "a field section that is not large": [
    (s) =>
      s.client
        .headers(1, { ...end, fields: { ...getRequest, "x-token": "a".repeat(7000) } })
        .server.goaway(1, PROTOCOL_ERROR)
        .close(),
    [],
  ],
  "a field that is longer than nginx takes": [
    (s) =>
      s.client
        .headers(1, { ...end, fields: { ...getRequest, "x-token": "a".repeat(4097) } })
        .server.goaway(1, ENHANCE_YOUR_CALM)
        .close(),
    ["server a field of 4097 bytes"],
  ],
  "a field as long as nginx takes": [
    (s) =>
      s.client
        .headers(1, { ...end, fields: { ...getRequest, "x-token": "a".repeat(4096) } })
        .server.goaway(1, ENHANCE_YOUR_CALM)
        .close(),
    [],
  ],
  "HEADERS behind PRIORITY, which opens no stream": [
    (s) => s.client.priority(1).headers(1, end).server.goaway(0, STREAM_CLOSED, "invalid stream id in HEADERS frame").close(),
    ["server HEADERS that open a stream which PRIORITY had named before"],
  ],
  "PRIORITY of another stream before HEADERS": [
    (s) => s.client.priority(3).headers(1, end).server.goaway(0, STREAM_CLOSED, "invalid stream id in HEADERS frame").close(),
    [],
  ],
  "HEADERS behind PRIORITY, which the server had let pass": [
    (s) => s.client.priority(1).headers(1).data(1, 4).server.goaway(0, STREAM_CLOSED).close(),
    [],
  ],
  "host in place of :authority": [
    (s) => {
      const { ":authority": _, ...fields } = getRequest;
      s.client.headers(1, { ...end, fields: { ...fields, host: "h2.test" } }).server.rst(1, PROTOCOL_ERROR);
    },
    ["server `host` without :authority"],
  ],
  "host in a response": [
    (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { fields: { ...okResponse, host: "a/b" } })
        .client.rst(1, PROTOCOL_ERROR),
    ["client `host` in a response, where it means nothing"],
  ],
  "host in the response of another stream": [
    (s) =>
      s.client
        .headers(1, end)
        .headers(3, end)
        .server.headers(1, { fields: { ...okResponse, host: "a" } })
        .headers(3)
        .client.rst(3, PROTOCOL_ERROR),
    [],
  ],
  "a request that crossed a GOAWAY": [
    (s) => s.client.headers(1, end).server.goaway(1).client.crossing().headers(3, end).server.goaway(1, PROTOCOL_ERROR).close(),
    ["server a request that was under way when it sent its own GOAWAY(NO_ERROR)"],
  ],
  "a request behind a GOAWAY that had arrived: the fault is real": [
    (s) => {
      s.client.headers(1, end).server.goaway(1).ping();
      s.client.pingAck().headers(3, end).server.goaway(1, PROTOCOL_ERROR).close();
    },
    [],
  ],
  "a client's GOAWAY is not about its own streams": [
    (s) => s.client.goaway(0).headers(1, end).server.crossing().headers(1).client.goaway(0, PROTOCOL_ERROR).close(),
    [],
  ],
  "a size update that is allowed": [
    (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { ...end, block: UPDATE_TO_0 })
        .client.goaway(0, COMPRESSION_ERROR)
        .close(),
    ["client fields behind a size update to 0"],
  ],
  "a block before a lower HEADER_TABLE_SIZE was acknowledged": [
    (s) =>
      s
        .bare()
        .client.preface()
        .settings([[1, 0]])
        .headers(1, end)
        .server.settings()
        .headers(1, end)
        .client.goaway(0, COMPRESSION_ERROR, "HPACK - max dynamic table size change required")
        .close(),
    [
      "client a field block that was sent before the lower HEADER_TABLE_SIZE was acknowledged, with no size update, which was not due yet",
    ],
  ],
  "requests that are refused with no flood": [
    (s) => {
      for (const id of [1, 3, 5]) s.client.headers(id, end).server.headers(id, end);
      s.client.headers(7, end).server.rst(7, ENHANCE_YOUR_CALM);
    },
    ["server budget 4"],
  ],
  "many requests that are refused at once": [
    (s) => {
      for (const id of [1, 3, 5]) s.client.headers(id, end).server.headers(id, end);
      for (let id = 7; id < 47; id += 2) s.client.headers(id, end);
      s.server.rst(7, ENHANCE_YOUR_CALM);
    },
    ["server budget 4"],
  ],
  "the first request is refused": [(s) => s.client.headers(1, end).server.rst(1, ENHANCE_YOUR_CALM), []],
  "it had begun to answer": [(s) => s.client.headers(1, end).server.headers(1).rst(1, ENHANCE_YOUR_CALM), []],
  "a flood that it is about": [
    (s) => {
      for (let id = 1; id < 241; id += 2) s.client.headers(id, end).rst(id, CANCEL);
      s.client.headers(241, end).server.rst(241, ENHANCE_YOUR_CALM);
    },
    [],
  ],
  "nothing of the table": [(s) => s.client.headers(1, end).server.goaway(1, 2).close(), []],
};

it.each(Object.entries(cases))("%s", (_, [story, expected]) => {
  expect(told(story)).toEqual(expected);
});
