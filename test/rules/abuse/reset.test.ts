import { expect, it } from "vitest";
import { madeYouReset, manyResets, rapidReset, resetFlood } from "../../../src/rules/abuse/reset.ts";
import { getRequest, grpcRequest, play, type Script, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const few = { streams: 3, window: 1000 } as const;
const three = { count: 3, peak: 3, window: "1 s" } as const;
const share = { within: "100 ms", share: 50 } as const;

const withDeadline = (timeout: string) => ({ fields: { ...grpcRequest, "grpc-timeout": timeout }, ...end });

const ids = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + 2 * i);

function openAndReset(s: Script, count: number, from = 1): void {
  for (const id of ids(count, from)) s.client.headers(id, end).rst(id);
}

const some = { streams: 3 };
const CALM = 11;

/** Streams that were answered in part, and are reset then. */
function cancelled(s: Script, count: number, wait = 0): void {
  for (const id of ids(count)) s.client.headers(id, end).wait(wait).server.headers(id).client.rst(id);
}

testRule(manyResets, {
  valid: {
    "nobody minds": { options: some, frames: (s) => cancelled(s, 5) },
    "another fault on a stream that was reset": {
      options: some,
      frames: (s) => {
        cancelled(s, 5);
        s.server.goaway(9, 1, "DATA on a reset stream");
      },
    },
    "the last one had not arrived": {
      options: some,
      frames: (s) => {
        cancelled(s, 5);
        s.server.crossing().goaway(9, CALM);
      },
    },
    "one below": {
      options: some,
      frames: (s) => {
        cancelled(s, 2);
        s.server.goaway(3, CALM);
      },
    },
    "one below in the window": {
      options: some,
      frames: (s) => {
        cancelled(s, 5, 17_000);
        s.server.goaway(9, CALM);
      },
    },
    "the server's text is about something else": {
      options: some,
      frames: (s) => {
        cancelled(s, 3);
        s.server.goaway(5, CALM, "too_many_pings");
      },
    },
    "another code": {
      options: some,
      frames: (s) => {
        cancelled(s, 3);
        s.server.goaway(5, 1).goaway(5, 2).goaway(5, 0, "reset");
      },
    },
    "the same stream again, unknown ones, and the server's": {
      options: some,
      frames: (s) => {
        cancelled(s, 2);
        s.client.rst(3).rst(3).rst(99);
        for (const id of [5, 7, 9]) s.client.headers(id, end).server.rst(id, 2);
        s.server.goaway(9, CALM);
      },
    },
    "the client says so": {
      options: some,
      frames: (s) => {
        cancelled(s, 3);
        s.client.goaway(0, CALM);
      },
    },
    "frames that are too short": {
      options: some,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, end).frame({ type: 3, streamId: id, payload: "\0\0\x08" });
        s.server.goaway(5, CALM);
      },
    },
    "the client says so, and has got more than it sent": {
      options: some,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, end).server.headers(id).data(id, 500).client.rst(id);
        s.client.goaway(0, CALM);
      },
    },
  },
  invalid: {
    "by the code alone": {
      options: some,
      frames: (s) => {
        cancelled(s, 3);
        s.server.goaway(5, CALM);
      },
      finds: [["many", 9, { count: 3, peak: 3, window: "30 s" }]],
    },
    "by its text, whatever the code": {
      options: some,
      frames: (s) => {
        cancelled(s, 4, 14_000);
        s.server.goaway(7, 1, "Maximum number of RST frames reached");
      },
      finds: [["many", 12, { count: 4, peak: 3, window: "30 s" }]],
    },
    "something of the client is missing": {
      options: some,
      frames: (s) => {
        s.client.lost((client) => client.ping());
        cancelled(s, 3);
        s.server.goaway(5, CALM);
      },
      finds: [["many", 10, { count: 3, peak: 3, window: "30 s" }]],
      because: ["borders", "no-gap2"],
    },
  },
});

// nghttp2 says no more than that.
it.each([
  [899, []],
  [900, [900]],
])("INTERNAL_ERROR after %i resets", (count, expected) => {
  const { findings } = play(
    (s) => {
      s.client.together((client) => {
        for (const id of ids(count)) client.headers(id, end).rst(id);
      });
      s.server.goaway(1, 2);
    },
    { rules: [manyResets] },
  );
  expect(findings.map(({ data }) => data["count"])).toEqual(expected);
});

testRule(rapidReset, {
  valid: {
    "one below": { options: few, frames: (s) => openAndReset(s, 2) },
    "less than half of all": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, end);
        openAndReset(s, 3, 9);
      },
    },
    "few of many that are opened after the first resets": {
      options: { ...few, streams: 5 },
      frames: (s) => {
        openAndReset(s, 2);
        for (const id of ids(12, 5)) s.client.headers(id, end);
        openAndReset(s, 3, 29);
      },
    },
    "after waiting for an answer": {
      options: few,
      frames: (s) => {
        for (const id of ids(5)) s.client.headers(id, end).wait(100).rst(id);
      },
    },
    "of calls whose deadline is over": {
      options: few,
      frames: (s) => {
        for (const id of ids(5)) s.client.headers(id, withDeadline("20m")).wait(19).rst(id);
      },
    },
    "of responses that had begun": {
      options: few,
      frames: (s) => {
        for (const id of ids(5)) s.client.headers(id, end).server.headers(id).client.rst(id);
      },
    },
    "a response is missing from the capture, so is all of the server": {
      options: few,
      frames: (s) => {
        s.bare().client.preface().settings();
        openAndReset(s, 5);
      },
    },
    "of the server": {
      options: few,
      frames: (s) => {
        for (const id of ids(5)) s.client.headers(id, end).server.rst(id, 7);
      },
    },
    "other frames": {
      options: few,
      frames: (s) => {
        for (const id of ids(5)) s.client.headers(id, end).windowUpdate(id).windowUpdate(id);
      },
    },
    "the same stream over and over": { options: few, frames: (s) => s.client.headers(1, end).rst(1).rst(1).rst(1).rst(1) },
    "streams that are not known": { options: few, frames: (s) => s.client.rst(1).rst(3).rst(5).rst(7) },
    "promised streams": {
      options: few,
      frames: (s) => {
        s.client.headers(1, end).server.pushPromise(1, 2).pushPromise(1, 4).pushPromise(1, 6).pushPromise(1, 8);
        s.client.rst(2).rst(4).rst(6).rst(8);
      },
    },
    "streams that were opened before": {
      options: few,
      frames: (s) => {
        s.midway().client.ping();
        for (const id of ids(5)) s.client.data(id).rst(id);
      },
    },
    "less than half of all, and of those that follow": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, end);
        openAndReset(s, 3, 9);
        for (const id of ids(6, 15)) s.client.headers(id, end);
        openAndReset(s, 1, 27);
      },
    },
  },
  invalid: {
    three: {
      options: few,
      frames: (s) => openAndReset(s, 3),
      finds: [["rapid", 6, { ...three, time: "4 ms", ...share }]],
    },
    "half of all": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, end);
        openAndReset(s, 3, 7);
      },
      finds: [["rapid", 9, { ...three, time: "4 ms", ...share }]],
    },
    "nearly all, beside what the server promises": {
      options: few,
      frames: (s) => {
        s.client.headers(1, end).server.pushPromise(1, 2).pushPromise(1, 4).pushPromise(1, 6).pushPromise(1, 8);
        openAndReset(s, 3, 3);
      },
      finds: [["rapid", 11, { ...three, time: "4 ms", ...share }]],
    },
    thirty: {
      options: few,
      frames: (s) => openAndReset(s, 30),
      finds: [["rapid", 6, { count: 30, peak: 30, window: "1 s", time: "58 ms", ...share }, { severity: "error" }]],
    },
    "of calls that had time left": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, withDeadline("40m")).wait(19).rst(id);
      },
      finds: [["rapid", 6, { ...three, time: "42 ms", ...share }]],
    },
    "with deadlines that nobody can keep": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, withDeadline("1u")).rst(id);
      },
      finds: [["rapid", 6, { ...three, time: "4 ms", ...share }]],
    },
    "where bytes of the server are missing": {
      options: few,
      frames: (s) => {
        openAndReset(s, 3);
        s.server.lost((server) => server.ping()).ping();
        s.client.ack();
      },
      certainty: "unproven",
      finds: [["rapid", 6, { ...three, time: "4 ms", ...share }]],
    },
    "as late as they may come": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, end).wait(99).rst(id);
      },
      finds: [["rapid", 6, { ...three, time: "202 ms", ...share }]],
    },
    "half of all, which goes on with trailers": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id).trailers(id);
        openAndReset(s, 3, 7);
      },
      finds: [["rapid", 12, { ...three, time: "4 ms", ...share }]],
    },
    "told when it is over": {
      options: few,
      frames: (s) => {
        openAndReset(s, 3);
        s.client.wait(2000);
        openAndReset(s, 1, 7);
      },
      finds: [["rapid", 6, { ...three, time: "4 ms", ...share }]],
    },
  },
});

testRule(madeYouReset, {
  valid: {
    "one below": {
      options: few,
      frames: (s) => {
        for (const id of ids(2)) s.client.headers(id, end).windowUpdate(id, 0).server.rst(id, 1);
      },
    },
    "resets for reasons of the server": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, end).windowUpdate(id, 1).server.rst(id, 2);
      },
    },
    "refused before the fault had arrived": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, end).windowUpdate(id, 0).server.crossing().rst(id, 1);
      },
    },
    "cancelled by the server": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, end).windowUpdate(id, 0).server.rst(id, 8);
      },
    },
    "after a while": {
      options: { ...few, within: 10 },
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, end).windowUpdate(id, 0).server.wait(10).rst(id, 1);
      },
    },
    "frames of a wrong length are the connection's": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) {
          s.client.headers(id, end).frame({ type: 8, streamId: id, payload: "\0\0\0" }).server.rst(id, 1);
        }
      },
    },
    "windows that are as wide as they may be": {
      options: few,
      frames: (s) => {
        for (const id of ids(4))
          s.client
            .headers(id, end)
            .windowUpdate(id, 0x7fffffff - 65_535)
            .server.rst(id, 3);
      },
    },
    "windows that were used": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) {
          s.client
            .headers(id, end)
            .server.headers(id)
            .data(id, 10)
            .client.windowUpdate(id, 0x7fffffff - 65_525)
            .server.rst(id, 3);
        }
      },
    },
    "DATA that comes after the end of a response": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id).server.headers(id, end).data(id).rst(id, 5);
      },
    },
    "one fault, and a reset each time": {
      options: few,
      frames: (s) => {
        s.client.headers(1, end).windowUpdate(1, 0);
        s.server.rst(1, 1).rst(1, 1).rst(1, 1);
      },
    },
    "promised streams": {
      options: few,
      frames: (s) => {
        s.client.headers(1, end);
        for (const id of [2, 4, 6]) s.server.pushPromise(1, id).client.windowUpdate(id, 0).server.rst(id, 1);
      },
    },
    "streams that are not known": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.windowUpdate(id, 0).server.rst(id, 1);
      },
    },
  },
  invalid: {
    "by increments of 0": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, end).windowUpdate(id, 0).server.rst(id, 1);
      },
      finds: [["made", 8, { ...three, time: "6 ms" }]],
    },
    "in four ways": {
      options: { ...few, streams: 4 },
      frames: (s) =>
        s.client
          .headers(1, end)
          .windowUpdate(1, 0x7fffffff)
          .server.rst(1, 3)
          .client.headers(3, end)
          .data(3)
          .server.rst(3, 5)
          .client.headers(5)
          .frame({ type: 2, streamId: 5, payload: "12" })
          .server.rst(5, 6)
          .client.headers(7, end)
          .priority(7, { dependency: 7 })
          .server.rst(7, 1),
      finds: [["made", 11, { count: 4, peak: 4, time: "9 ms", window: "1 s" }]],
    },
    thirty: {
      options: few,
      frames: (s) => {
        for (const id of ids(30)) s.client.headers(id, end).windowUpdate(id, 0).server.rst(id, 1);
      },
      finds: [["made", 8, { count: 30, peak: 30, window: "1 s", time: "87 ms" }, { severity: "error" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => {
        for (const id of ids(3)) s.holes().client.headers(id, end).windowUpdate(id, 0).server.rst(id, 1);
      },
      finds: [["made", 8, { ...three, time: "6 ms" }]],
      options: few,
      because: ["borders", "no-gap2"],
    },
    "as late as it may come": {
      options: { ...few, within: 10 },
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, end).windowUpdate(id, 0).server.wait(9).rst(id, 1);
      },
      finds: [["made", 8, { ...three, time: "24 ms" }]],
    },
    "windows one byte too wide": {
      options: few,
      frames: (s) => {
        for (const id of ids(3))
          s.client
            .headers(id, end)
            .windowUpdate(id, 0x7fffffff - 65_534)
            .server.rst(id, 3);
      },
      finds: [["made", 8, { ...three, time: "6 ms" }]],
    },
    "windows too wide in two steps": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) {
          s.client
            .headers(id, end)
            .windowUpdate(id, 0x7fffffff - 65_535)
            .windowUpdate(id, 1)
            .server.rst(id, 3);
        }
      },
      finds: [["made", 11, { ...three, time: "8 ms" }]],
    },
    "told when it is over": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, end).windowUpdate(id, 0).server.rst(id, 1);
        s.client.wait(2000).headers(7, end).windowUpdate(7, 0).server.rst(7, 1);
      },
      finds: [["made", 8, { ...three, time: "6 ms" }]],
    },
  },
});

const upper = { ...getRequest, "X-Upper": "1" } as const;

testRule(resetFlood, {
  valid: {
    "one below": {
      options: few,
      frames: (s) => {
        for (const id of ids(2)) s.client.headers(id, { ...end, fields: upper }).server.rst(id, 1);
      },
    },
    "requests that are well-formed": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, end).server.rst(id, 1);
      },
    },
    "fields that are missing may be among what is not known": {
      options: few,
      frames: (s) => {
        const fields = { ":method": "GET", ":scheme": "http" };
        for (const id of ids(4))
          s.holes()
            .client.headers(id, { ...end, fields })
            .server.rst(id, 1);
      },
    },
    "refused for another reason": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, { ...end, fields: upper }).server.rst(id, 7);
      },
    },
    "answered all the same": {
      options: few,
      frames: (s) => {
        for (const id of ids(4))
          s.client
            .headers(id, { ...end, fields: upper })
            .server.headers(id)
            .rst(id, 1);
      },
    },
    "CONNECT, which has neither scheme nor path": {
      options: few,
      frames: (s) => {
        const fields = { ":method": "CONNECT", ":authority": "h2.test:443" };
        for (const id of ids(4)) s.client.headers(id, { fields }).server.rst(id, 2);
      },
    },
    "cancelled by the client": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id, { ...end, fields: upper }).rst(id, 1);
      },
    },
    "malformed promises": {
      options: few,
      frames: (s) => {
        s.client.headers(1, end);
        for (const id of [2, 4, 6, 8]) s.server.pushPromise(1, id, { fields: upper }).rst(id, 1);
      },
    },
    "malformed trailers": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.client.headers(id).trailers(id, { "X-Upper": "1" }).server.rst(id, 1);
      },
    },
    "malformed responses": {
      options: few,
      frames: (s) => {
        for (const id of ids(4))
          s.client
            .headers(id, end)
            .server.headers(id, { fields: { ":status": "200", "X-A": "1" } })
            .rst(id, 1);
      },
    },
    "other frames of the server": {
      options: few,
      frames: (s) => {
        for (const id of ids(4))
          s.client
            .headers(id, { ...end, fields: upper })
            .server.windowUpdate(id)
            .windowUpdate(0);
      },
    },
    "streams that are not known": {
      options: few,
      frames: (s) => {
        for (const id of ids(4)) s.server.rst(id, 1);
      },
    },
  },
  invalid: {
    "names in upper case": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, { ...end, fields: upper }).server.rst(id, 1);
      },
      finds: [["flood", 5, { ...three, time: "4 ms" }]],
    },
    "without a path": {
      options: few,
      frames: (s) => {
        const fields = { ":method": "GET", ":scheme": "http" };
        for (const id of ids(30)) s.client.headers(id, { ...end, fields }).server.rst(id, 1);
      },
      finds: [["flood", 5, { count: 30, peak: 30, window: "1 s", time: "58 ms" }, { severity: "error" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => {
        for (const id of ids(3))
          s.holes()
            .client.headers(id, { ...end, fields: upper })
            .server.rst(id, 1);
      },
      finds: [["flood", 5, { ...three, time: "4 ms" }]],
      options: few,
      because: ["borders", "no-gap2"],
    },
    "told when it is over": {
      options: few,
      frames: (s) => {
        for (const id of ids(3)) s.client.headers(id, { ...end, fields: upper }).server.rst(id, 1);
        s.client
          .wait(2000)
          .headers(7, { ...end, fields: upper })
          .server.rst(7, 1);
      },
      finds: [["flood", 5, { ...three, time: "4 ms" }]],
    },
  },
});
