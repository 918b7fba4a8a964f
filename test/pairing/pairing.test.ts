import { describe, expect, it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import type { Story } from "../../src/testing/script.ts";
import { grpcResponse } from "../../src/testing.ts";

const PROTOCOL_ERROR = 1;
const STREAM_CLOSED = 5;
const FRAME_SIZE_ERROR = 6;
const REFUSED_STREAM = 7;
// A gRPC message without octets.
const EMPTY = "\0\0\0\0\0";
const grpc = {
  fields: {
    ":method": "POST",
    ":scheme": "http",
    ":path": "/a.B/C",
    ":authority": "a",
    "content-type": "application/grpc",
    te: "trailers",
  },
};
const illegal = "received an illegal stream id: 1.";

/** `rule verdict confidence kind` of each finding that is an error or a warning. */
function answers(story: Story): string[] {
  return play(story, { rules })
    .pairs.filter(({ finding }) => finding.severity !== "info" && !finding.consequent)
    .map(({ finding, verdict, confidence, reaction }) =>
      [finding.rule, verdict, confidence, reaction?.kind].filter(Boolean).join(" "),
    );
}

const cases: Record<string, readonly [Story, readonly string[]]> = {
  "a GOAWAY whose text names the fault is the answer, exactly": [
    (s) =>
      s.client
        .headers(1, grpc)
        .data(1, EMPTY)
        .trailers(1, { "grpc-status": "0" })
        .server.goaway(1, PROTOCOL_ERROR, illegal)
        .close(),
    ["grpc/request-trailers as-specified exact goaway"],
  ],
  "a text that quotes another frame is not about this one": [
    (s) =>
      s.client
        .headers(1, grpc)
        .data(1, EMPTY)
        .trailers(1, { "grpc-status": "0" })
        .server.goaway(1, PROTOCOL_ERROR, `${illegal} headers frame: [FrameHeader HEADERS flags=END_HEADERS stream=1 len=1]`)
        .close(),
    ["grpc/request-trailers as-specified possible goaway"],
  ],
  "a close alone, on an open stream, is likely the answer": [
    (s) => s.client.headers(1, grpc).data(1, EMPTY).trailers(1, { "grpc-status": "0" }).server.close(),
    ["grpc/request-trailers as-specified likely fin"],
  ],
  "an answer to what follows from a fault may be to that fault": [
    // END_HEADERS stands one frame too early.
    (s) =>
      s.client
        .headers(1, { endStream: true, endHeaders: false, block: Uint8Array.of(0x82, 0x86) })
        // A literal of 127 octets.
        .continuation(1, { block: Uint8Array.of(0x04, 0x7f, 0x00, 0x2f) })
        .continuation(1, { block: Uint8Array.of(0x2f), endHeaders: false })
        .server.goaway(0, PROTOCOL_ERROR)
        .close(),
    ["hpack/string-too-long other-code likely goaway"],
  ],
  "RST_STREAM with the code that is due": [
    (s) => s.client.headers(1, { endStream: true }).data(1, 4).server.rst(1, STREAM_CLOSED),
    ["stream/data-after-end-stream as-specified exact rst-stream"],
  ],
  "RST_STREAM with another code": [
    (s) => s.client.headers(1, { endStream: true }).data(1, 4).server.rst(1, PROTOCOL_ERROR),
    ["stream/data-after-end-stream other-code exact rst-stream"],
  ],
  "GOAWAY for a stream's fault": [
    (s) => s.client.headers(1, { endStream: true }).data(1, 4).server.goaway(1, STREAM_CLOSED).close(),
    ["stream/data-after-end-stream escalated likely goaway"],
  ],
  "an answer that had not received the fault is none": [
    (s) => s.client.frame({ type: 6, payload: "short" }).server.crossing().goaway(0, FRAME_SIZE_ERROR).close(),
    ["frame/ping-length unseen"],
  ],
  "an answer of the offender is none": [
    (s) => s.client.headers(1, { endStream: true }).data(1, 4).rst(1, STREAM_CLOSED),
    ["stream/data-after-end-stream unseen"],
  ],
  "RST_STREAM on another stream is none": [
    (s) => s.client.headers(1, { endStream: true }).data(1, 4).headers(3, { endStream: true }).server.rst(3, STREAM_CLOSED),
    ["stream/data-after-end-stream tolerated", "health/server-reset none-expected"],
  ],
  // MAX_CONCURRENT_STREAMS is 1; PINGs only ask whether anybody is there.
  "a request that nobody answers was not let pass": [
    (s) => {
      s.settings({ server: [[3, 1]] });
      s.client.headers(1, { endStream: true }).headers(3, { endStream: true }).ping().server.pingAck();
    },
    ["stream/concurrency-exceeded unseen"],
  ],
  "a request that is answered was": [
    (s) => {
      s.settings({ server: [[3, 1]] });
      s.client.headers(1, { endStream: true }).headers(3, { endStream: true }).server.headers(3, { endStream: true });
    },
    ["stream/concurrency-exceeded tolerated"],
  ],
  "a peer that answered a later PING let it pass": [
    (s) => s.client.headers(1, grpc).data(1, EMPTY).trailers(1, { "grpc-status": "0" }).ping().server.pingAck(),
    ["grpc/request-trailers tolerated"],
  ],
  // A client that fails a call tells its caller, not the server.
  "a response that is over leaves nothing to answer on its stream": [
    (s) =>
      s.client
        .headers(1, grpc)
        .data(1, EMPTY, { endStream: true })
        .server.headers(1, { fields: grpcResponse })
        .data(1, EMPTY, { endStream: true })
        .client.ping()
        .server.pingAck(),
    ["grpc/ended-without-trailers none-expected"],
  ],
  "a response that is malformed, and over: a client that let it pass would have reset the stream": [
    (s) =>
      s.client
        .headers(1, { endStream: true })
        .server.headers(1, { fields: { ":status": "200", "X-A": "b" }, endStream: true })
        .client.ping()
        .server.pingAck(),
    ["headers/uppercase-name tolerated"],
  ],
  "what is no violation has no answer, and takes none away": [
    (s) =>
      s.client
        .headers(1, { endStream: true })
        .headers(3, { endStream: true })
        .data(3, 4)
        .server.rst(1, 2)
        .goaway(3, STREAM_CLOSED)
        .close(),
    ["stream/data-after-end-stream escalated likely goaway", "health/server-reset none-expected"],
  ],
  "a close on open streams that answers nothing": [
    (s) => s.client.headers(1).server.headers(1).close(),
    ["goaway/missing-before-close none-expected", "health/stream-killed-by-close none-expected"],
  ],
  "the end of the capture leaves it open": [
    (s) => s.client.headers(1, { endStream: true }).data(1, 4),
    ["stream/data-after-end-stream unseen"],
  ],
  "GOAWAY(NO_ERROR) of a graceful stop is no answer": [
    (s) =>
      s.client
        .headers(1, { endStream: true })
        .data(1, 4)
        .server.goaway(1, 0)
        .headers(1, { fields: { ":status": "200" }, endStream: true }),
    ["stream/data-after-end-stream tolerated"],
  ],
};

describe("pairing", () => {
  it.each(Object.entries(cases))("%s", (_, [story, expected]) => expect(answers(story)).toEqual(expected));

  it("one answer explains one fault: the last before it, where both fit alike", () => {
    const { pairs } = play(
      (s) =>
        s.client
          .headers(1, { endStream: true })
          .headers(3, { endStream: true })
          .data(1, 4)
          .data(3, 4)
          .server.goaway(3, STREAM_CLOSED)
          .close(),
      { rules },
    );
    expect(pairs.map(({ finding, confidence }) => [finding.frame.streamId, confidence])).toEqual([
      [1, expect.stringMatching(/possible/)],
      [3, "likely"],
    ]);
  });

  it("behind a gap an exact answer shows that frames are where they seem to be", () => {
    const found = (story: Story) =>
      play(story, { rules })
        .pairs.filter(({ finding }) => finding.severity === "error")
        .map(({ finding: { rule, certainty, because }, confidence }) => [rule, certainty, ...because, confidence].join(" "));
    const behind = (s: Parameters<Story>[0]) => s.client.lost((client) => client.ping());
    const trailers = (s: Parameters<Story>[0]) => behind(s).headers(1, grpc).data(1, EMPTY).trailers(1, { "grpc-status": "0" });
    const rule = "grpc/request-trailers";
    expect(found((s) => trailers(s).server.goaway(1, PROTOCOL_ERROR, illegal).close())).toEqual([`${rule} proven exact`]);
    // The code is for any fault, and no text names this one.
    expect(found((s) => trailers(s).server.goaway(1, PROTOCOL_ERROR).close())).toEqual([`${rule} unproven borders possible`]);
    expect(found((s) => trailers(s).ping().server.pingAck())).toEqual([`${rule} unproven borders `]);
    const fault = (s: Parameters<Story>[0]) => behind(s).frame({ type: 6, payload: "short" });
    // One answer does not show that each of several was.
    expect(found((s) => fault(s).frame({ type: 6, payload: "short" }).server.goaway(0, FRAME_SIZE_ERROR).close())[0]).toMatch(
      /^frame\/ping-length unproven borders/,
    );
    // The code fits, but what is missing may have had the same fault.
    expect(found((s) => fault(s).server.goaway(0, FRAME_SIZE_ERROR).close())).toEqual([
      "frame/ping-length unproven borders likely",
    ]);
    expect(found((s) => fault(s).server.goaway(0, PROTOCOL_ERROR).close())[0]).toMatch(/unproven borders/);
    // What the server refuses for its own load; and a limit that it may have raised in what is missing.
    const many = (s: Parameters<Story>[0]) =>
      s
        .settings({ server: [[3, 1]] })
        .server.lost((server) => server.settings([[3, 2]]))
        .client.headers(1)
        .headers(3);
    expect(found((s) => many(s).server.rst(3, PROTOCOL_ERROR))[0]).toMatch(/^stream\/concurrency-exceeded unproven/);
    const known = (s: Parameters<Story>[0]) =>
      behind(s.settings({ server: [[3, 1]] }))
        .headers(1)
        .headers(3);
    expect(found((s) => known(s).server.rst(3, REFUSED_STREAM))[0]).toMatch(/^stream\/concurrency-exceeded unproven borders/);
    // What else was on the stream, if all that is known of it speaks against the sender.
    const inHiding: Story = (s) => {
      s.client.headers(1, grpc).data(1, EMPTY);
      behind(s).trailers(1, { "grpc-status": "0" }).server.goaway(1, PROTOCOL_ERROR, illegal).close();
    };
    expect(found(inHiding)).toEqual([`${rule} proven exact`]);
  });

  it("tells a GOAWAY once: with the fault that it answers, or by itself", () => {
    const rulesOf = (story: Story) => play(story, { rules }).pairs.map(({ finding }) => finding.rule);
    expect(rulesOf((s) => s.client.data(0).server.goaway(0, PROTOCOL_ERROR).close())).toEqual(["frame/data-on-stream-zero"]);
    expect(rulesOf((s) => s.server.goaway(0, PROTOCOL_ERROR).close())).toEqual(["health/goaway"]);
  });

  it("counts what the answer cost, and what is safe to retry", () => {
    const { pairs } = play(
      (s) =>
        s.client
          .headers(1, grpc)
          .headers(3, grpc)
          .headers(5, grpc)
          .trailers(1, { "grpc-status": "0" })
          .server.goaway(3, PROTOCOL_ERROR, illegal)
          .close(),
      { rules },
    );
    const pair = pairs.find(({ finding }) => finding.rule === "grpc/request-trailers");
    expect(pair).toMatchObject({ streamsKilled: [1, 3, 5], retrySafe: [5] });
  });
});
