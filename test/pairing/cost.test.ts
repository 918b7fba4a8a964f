// What an answer cost: RFC 9113 6.8 (streams above the last one, those below), 8.7 (what is safe to send again).
import { describe, expect, it } from "vitest";
import type { Cost } from "../../src/pairing/reaction.ts";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import type { Story } from "../../src/testing/script.ts";

const PROTOCOL_ERROR = 1;
const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;
const CANCEL = 8;
const grpc = (path: string) => ({
  fields: {
    ":method": "POST",
    ":scheme": "http",
    ":path": path,
    ":authority": "a",
    "content-type": "application/grpc",
    te: "trailers",
  },
});
const get = { fields: { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "a" }, endStream: true };
const ok = { fields: { ":status": "200" }, endStream: true };
const A = grpc("/a.B/C");
const B = grpc("/a.B/D");

/** The cost of the answer of this kind. */
function costOf(story: Story, kind: string): Cost {
  const { pairs, unexplained } = play(story, { rules });
  const one = [...unexplained, ...pairs].find(({ reaction }) => reaction?.kind === kind);
  expect(one, `no ${kind}`).toBeDefined();
  return one!;
}

const cases: Record<string, readonly [kind: string, story: Story, killed: readonly number[], safe: readonly number[]]> = {
  "GOAWAY with an error: all that was open; above the last one it was not acted on": [
    "goaway",
    (s) => s.client.headers(1, A).headers(3, A).headers(5, A).server.goaway(3, INTERNAL_ERROR).close(),
    [1, 3, 5],
    [5],
  ],
  "what the client opened while the GOAWAY was under way is lost too, and safe": [
    "goaway",
    (s) => s.client.headers(1, A).server.goaway(1, INTERNAL_ERROR).client.crossing().headers(3, A).server.close(),
    [1, 3],
    [3],
  ],
  "a call that was completed before is not lost": [
    "goaway",
    (s) => s.client.headers(1, get).headers(3, A).server.headers(1, ok).goaway(3, INTERNAL_ERROR).close(),
    [3],
    [],
  ],
  "one that was completed after it neither": [
    "goaway",
    (s) => s.client.headers(1, get).headers(3, A).server.goaway(3, INTERNAL_ERROR).headers(1, ok).close(),
    [3],
    [],
  ],
  "nor one that its caller had given up": [
    "goaway",
    (s) => s.client.headers(1, A).headers(3, A).rst(1, CANCEL).server.goaway(3, INTERNAL_ERROR).close(),
    [3],
    [],
  ],
  "one that its caller gave up because of it is": [
    "goaway",
    (s) => s.client.headers(1, A).server.goaway(0, INTERNAL_ERROR).client.rst(1, CANCEL).server.close(),
    [1],
    [1],
  ],
  "the last id of a client's GOAWAY tells nothing of its own streams": [
    "goaway",
    (s) => s.client.headers(1, A).server.headers(1, ok).ping().client.headers(3, A).goaway(0, INTERNAL_ERROR).close(),
    [3],
    [],
  ],
  "RST_STREAM: its stream": ["rst-stream", (s) => s.client.headers(1, A).headers(3, A).server.rst(3, INTERNAL_ERROR), [3], []],
  "RST_STREAM of a stream that the client had reset costs nothing": [
    "rst-stream",
    (s) => s.client.headers(1, A).data(1, 4, { endStream: true }).data(1, 4).rst(1, CANCEL).server.rst(1, 5),
    [],
    [],
  ],
  "the server's close, without a word: nobody can tell what took effect": [
    "fin",
    (s) => s.client.headers(1, A).headers(3, B).server.close(),
    [1, 3],
    [],
  ],
};

describe("the cost", () => {
  it.each(Object.entries(cases))("%s", (_, [kind, story, killed, safe]) => {
    const { streamsKilled, retrySafe } = costOf(story, kind);
    expect([streamsKilled, retrySafe]).toEqual([killed, safe]);
  });

  it.each([
    // Recorded: grpc-js shows its callers CANCELLED for GOAWAY(CANCEL).
    ["grpc-node-js/1.13.0", CANCEL, "CANCELLED (1)"],
    ["grpc-node-js/1.13.0", PROTOCOL_ERROR, "INTERNAL (13)"],
    ["grpc-go/1.71.0", CANCEL, "UNAVAILABLE (14)"],
  ])("callers of %s see of GOAWAY with code %s %s", (agent, code, saw) => {
    const request = { fields: { ...A.fields, "user-agent": agent } };
    const story: Story = (s) =>
      s
        .settings({ client: [[4, 65_535]] })
        .client.headers(1, request)
        .server.goaway(1, code)
        .close();
    expect(costOf(story, "goaway").lost[0]!.saw).toBe(saw);
  });

  it("is told by method, the most hit first, with what callers saw", () => {
    const { lost } = costOf(
      (s) => s.client.headers(1, A).headers(3, B).headers(5, B).headers(7, get).server.goaway(5, PROTOCOL_ERROR).close(),
      "goaway",
    );
    expect(lost).toEqual([
      { path: "/a.B/D", grpc: true, streams: [3, 5], retrySafe: [], saw: "UNAVAILABLE (14)" },
      { path: "/a.B/C", grpc: true, streams: [1], retrySafe: [], saw: "UNAVAILABLE (14)" },
      { path: "/", grpc: false, streams: [7], retrySafe: [7], saw: undefined },
    ]);
  });

  // gRPC over HTTP2, Errors.
  it.each([
    [PROTOCOL_ERROR, "INTERNAL (13)"],
    [11, "RESOURCE_EXHAUSTED (8)"],
    [12, "PERMISSION_DENIED (7)"],
    [0x1f, "UNKNOWN (2)"],
  ])("RST_STREAM with code %s becomes %s", (code, saw) => {
    expect(costOf((s) => s.client.headers(1, A).server.rst(1, code), "rst-stream").lost[0]!.saw).toBe(saw);
  });

  // The text of a program that was recorded.
  it("is told in the words of the client where they are known", () => {
    const volo = grpc("/a.B/C");
    const fields = { ...volo.fields, "destination-service": "a.B", "destination-method": "/a.B/C" };
    const { lost } = costOf(
      (s) =>
        s
          .settings({
            client: [
              [2, 0],
              [4, 2_097_152],
              [5, 16_384],
              [6, 16_384],
            ],
          })
          .client.headers(1, { fields })
          .server.goaway(1, PROTOCOL_ERROR)
          .close(),
      "goaway",
    );
    expect(lost[0]!.saw).toBe('Internal, "h2 protocol error: http2 error"');
  });
});

describe("REFUSED_STREAM", () => {
  // RFC 9113 8.7: no processing has occurred.
  it("is safe to send again", () => {
    const { pairs } = play(
      (s) =>
        s
          .settings({ server: [[3, 1]] })
          .client.headers(1, A)
          .headers(3, A)
          .server.rst(3, REFUSED_STREAM),
      {
        rules,
      },
    );
    const pair = pairs.find(({ finding }) => finding.rule === "stream/concurrency-exceeded");
    expect(pair).toMatchObject({ streamsKilled: [3], retrySafe: [3] });
  });
});

describe("what is told by itself", () => {
  const costsOf = (story: Story) =>
    play(story, { rules })
      .pairs.filter(({ streamsKilled }) => streamsKilled.length > 0)
      .map(({ finding, streamsKilled, retrySafe }) => [finding.rule, streamsKilled, retrySafe]);

  // RFC 9113 6.8: with NO_ERROR streams up to the last one go on.
  it("is a graceful stop that leaves a stream out", () => {
    expect(costsOf((s) => s.client.headers(1, get).headers(3, A).server.goaway(1, 0).headers(1, ok).ping())).toContainEqual([
      "grpc/unavailable-retryable",
      [3],
      [3],
    ]);
  });

  it("is one that completes what it took: no cost", () => {
    expect(costsOf((s) => s.client.headers(1, get).server.goaway(1, 0).headers(1, ok).close())).toEqual([]);
  });

  it("is a close on open streams, after a GOAWAY that left some of them out", () => {
    expect(costsOf((s) => s.client.headers(1, A).headers(3, A).server.goaway(1, 0).wait(5000).close())).toContainEqual([
      "health/stream-killed-by-close",
      [1, 3],
      [3],
    ]);
  });
});

// What is missing may be the end of a call.
describe("what cannot be known", () => {
  const story =
    (lost: boolean): Story =>
    (s) => {
      s.client.headers(1, A);
      const server = lost ? s.server.lost((speaker) => speaker.headers(1, ok)) : s.server;
      server.goaway(1, INTERNAL_ERROR).close();
    };

  it("is no cost", () => {
    expect(costOf(story(false), "goaway").streamsKilled).toEqual([1]);
    expect(costOf(story(true), "goaway").streamsKilled).toEqual([]);
  });
});
