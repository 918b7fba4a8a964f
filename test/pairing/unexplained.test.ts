import { describe, expect, it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import type { Story } from "../../src/testing/script.ts";
import { getRequest } from "../../src/testing.ts";

const PROTOCOL_ERROR = 1;
const INTERNAL_ERROR = 2;
const STREAM_CLOSED = 5;
const REFUSED_STREAM = 7;
const CANCEL = 8;
const ENHANCE_YOUR_CALM = 11;
const call = (timeout: string) => ({
  fields: { ":method": "POST", ":scheme": "http", ":authority": "a", ":path": "/a.B/C", "grpc-timeout": timeout, te: "trailers" },
});

/** `side kind code` of each. */
const unexplained = (story: Story): string[] =>
  play(story, { rules }).unexplained.map(
    ({ reaction: { from, kind, errorCode, status } }) => `${from} ${kind} ${errorCode || status}`,
  );

const connect = { ":method": "POST", ":scheme": "http", ":authority": "a", ":path": "/a.B/C", "connect-protocol-version": "1" };
const connectCall = (timeout: string) => ({
  endStream: true,
  fields: { ...connect, "content-type": "application/proto", "connect-timeout-ms": timeout },
});

const sized = { fields: { ":status": "200", "content-length": "5" } } as const;

const told: Record<string, readonly [Story, readonly string[]]> = {
  "GOAWAY with an error": [(s) => s.client.headers(1).server.goaway(1, PROTOCOL_ERROR).close(), ["server goaway 1"]],
  "by a client": [(s) => s.server.settings().client.goaway(0, PROTOCOL_ERROR).close(), ["client goaway 1"]],
  "once, with the close that belongs to it": [
    (s) => s.client.headers(1).server.goaway(1, PROTOCOL_ERROR).goaway(1, INTERNAL_ERROR).close(),
    ["server goaway 1"],
  ],
  "GOAWAY, beside advice on a stream that it is hardly about": [
    (s) =>
      s.client
        .headers(1, { endStream: true, fields: { ...getRequest, ":scheme": "https" } })
        .server.headers(1)
        .wait(5000)
        .goaway(1, PROTOCOL_ERROR)
        .close(),
    ["server goaway 1"],
  ],
  "GOAWAY, and RST_STREAM of who had got it": [
    (s) => s.client.headers(1).server.goaway(1, ENHANCE_YOUR_CALM).close().client.rst(1, ENHANCE_YOUR_CALM),
    ["server goaway 11"],
  ],
  "GOAWAY, and RST_STREAM of who had not got it": [
    (s) => s.client.headers(1).server.goaway(1, ENHANCE_YOUR_CALM).client.crossing().rst(1, ENHANCE_YOUR_CALM),
    ["server goaway 11", "client rst-stream 11"],
  ],
  "RST_STREAM behind a graceful GOAWAY": [
    (s) => s.client.headers(1).server.goaway(1, 0).client.rst(1, PROTOCOL_ERROR),
    ["client rst-stream 1"],
  ],
  "RST_STREAM with an error": [(s) => s.client.headers(1).server.rst(1, INTERNAL_ERROR), ["server rst-stream 2"]],
  "STREAM_CLOSED of a client within a response": [
    (s) => s.client.headers(1, { endStream: true }).server.headers(1).data(1, 5).client.rst(1, STREAM_CLOSED),
    ["client rst-stream 5"],
  ],
  "STREAM_CLOSED of a client that has less than content-length says": [
    (s) => s.client.headers(1, { endStream: true }).server.headers(1, sized).data(1, 4).client.rst(1, STREAM_CLOSED),
    ["client rst-stream 5"],
  ],
  "another error of a client about a whole response": [
    (s) => s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true }).client.rst(1, PROTOCOL_ERROR),
    ["client rst-stream 1"],
  ],
  "STREAM_CLOSED of a server on a request that is whole": [
    (s) => s.client.headers(1, { endStream: true }).server.rst(1, STREAM_CLOSED),
    ["server rst-stream 5"],
  ],
  "INTERNAL_ERROR of a client long before the deadline of Connect": [
    (s) => s.client.headers(1, connectCall("2000")).server.wait(200).client.rst(1, INTERNAL_ERROR),
    ["client rst-stream 2"],
  ],
  "INTERNAL_ERROR of a client, behind what some receivers refuse": [
    (s) =>
      s.client
        .headers(1, { endStream: true })
        .headers(3, { endStream: true })
        .server.headers(1, { fields: { ":status": "103" } })
        .headers(1)
        .data(1, 0, { endStream: true })
        .headers(3)
        .client.rst(3, INTERNAL_ERROR),
    ["client rst-stream 2"],
  ],
  "PROTOCOL_ERROR of a client on one stream, behind what some receivers refuse on another": [
    (s) =>
      s.client
        .headers(1, { endStream: true })
        .headers(3, { endStream: true })
        .server.headers(1)
        .data(1, 0, { endStream: true })
        .headers(3)
        .client.rst(3, PROTOCOL_ERROR),
    ["client rst-stream 1"],
  ],
  "a request called bad": [
    (s) => s.client.headers(1, { endStream: true }).server.headers(1, { fields: { ":status": "400" }, endStream: true }),
    ["server status 400"],
  ],
  "a server's close on a request without an answer": [
    (s) => s.client.headers(1, { endStream: true }).server.close(),
    ["server fin 0"],
  ],
};

const untold: Record<string, Story> = {
  "STREAM_CLOSED of a client that has all that content-length says": (s) =>
    s.client.headers(1, { endStream: true }).server.headers(1, sized).data(1, 5).client.rst(1, STREAM_CLOSED),
  "INTERNAL_ERROR of a client at its grpc-timeout": (s) =>
    s.client.headers(1, call("200m")).server.wait(200).client.rst(1, INTERNAL_ERROR),
  "the same at the deadline of Connect": (s) =>
    s.client.headers(1, connectCall("200")).server.wait(200).client.rst(1, INTERNAL_ERROR),
  "the 400 of Connect, whose content says why": (s) =>
    s.client
      .headers(1, connectCall("200"))
      .server.headers(1, { fields: { ":status": "400", "content-type": "application/json" } })
      .data(1, '{"code":"invalid_argument"}', { endStream: true }),
  "STREAM_CLOSED of a client that has the whole response": (s) =>
    s.client
      .headers(1, { endStream: true })
      .server.headers(1)
      .data(1, 5)
      .data(1, 0, { endStream: true })
      .client.rst(1, STREAM_CLOSED),
  "the same after an interim response": (s) =>
    s.client
      .headers(1, { endStream: true })
      .server.headers(1, { fields: { ":status": "103" } })
      .headers(1)
      .data(1, 5, { endStream: true })
      .client.rst(1, STREAM_CLOSED),
  "RST_STREAM of a server on a response that it had begun: health/server-reset": (s) =>
    s.client
      .headers(1, { endStream: true })
      .server.headers(1, { fields: { ":status": "416" } })
      .rst(1, PROTOCOL_ERROR),
  "the same on a second stream, which is folded into the first": (s) => {
    for (const id of [1, 3])
      s.client
        .headers(id, { endStream: true })
        .server.headers(id, { fields: { ":status": "416" } })
        .rst(id, PROTOCOL_ERROR);
  },
  "a WebSocket that the server announces and does not take: health/connect-refused": (s) =>
    s
      .settings({ server: [[8, 1]] })
      .client.headers(1, { fields: { ...getRequest, ":method": "CONNECT", ":protocol": "websocket" } })
      .server.headers(1, { fields: { ":status": "400" }, endStream: true }),
  "what a finding explains": (s) => s.client.data(0).server.goaway(0, PROTOCOL_ERROR).close(),
  "a client that gives up": (s) => s.client.headers(1).rst(1, CANCEL),
  "a graceful stop": (s) =>
    s.client
      .headers(1)
      .server.goaway(1, 0)
      .headers(1, { fields: { ":status": "200" }, endStream: true })
      .close(),
  "RST_STREAM(NO_ERROR) after a complete response": (s) =>
    s.client
      .headers(1)
      .server.headers(1, { fields: { ":status": "200" }, endStream: true })
      .rst(1, 0),
  "a stream that is refused": (s) => s.client.headers(1).server.rst(1, REFUSED_STREAM),
  "a call at its deadline": (s) => s.client.headers(1, call("5m")).server.wait(5).rst(1, CANCEL),
  "what the application does not find": (s) =>
    s.client.headers(1, { endStream: true }).server.headers(1, { fields: { ":status": "404" }, endStream: true }),
  "both sides resetting at once": (s) => s.client.headers(1).rst(1, CANCEL).server.crossing().rst(1, INTERNAL_ERROR),
  "DATA that came for a stream after its reset": (s) =>
    s.client.headers(1).server.rst(1, CANCEL).client.crossing().data(1, 4).server.rst(1, STREAM_CLOSED),
  "a client that hangs up": (s) => s.client.headers(1).close(),
  "a server's close after the client's": (s) => s.client.headers(1, { endStream: true }).close().server.close(),
  "a server's close after its answer": (s) =>
    s.client
      .headers(1, { endStream: true })
      .server.headers(1, { fields: { ":status": "200" }, endStream: true })
      .close(),
  "a GOAWAY that follows the other side's": (s) =>
    s.client.headers(1).data(0).server.goaway(1, PROTOCOL_ERROR).client.goaway(0, PROTOCOL_ERROR).close(),
};

describe("an error that no finding explains", () => {
  it.each(Object.entries(told))("is told: %s", (_, [story, expected]) => expect(unexplained(story)).toEqual(expected));

  it.each(Object.entries(untold))("is not: %s", (name, story) => {
    const own = unexplained(story).filter((text) => !(name.startsWith("DATA that came") && text.includes("rst-stream 8")));
    expect(own).toEqual([]);
  });

  it("comes with the last frames that had arrived, and with none that had not", () => {
    const [one] = play(
      (s) => {
        s.client.headers(1);
        for (let i = 0; i < 12; i++) s.client.data(1, 4);
        s.client.ping();
        s.server.crossing().goaway(1, INTERNAL_ERROR).close();
      },
      { rules },
    ).unexplained;
    expect(one!.before.map(({ kind }) => kind)).toEqual(new Array(10).fill("data"));
    expect(one!.streamsKilled).toEqual([1]);
    expect(one!.unchecked).toEqual([]);
  });

  it("says what could not be checked", () => {
    const [one] = play((s) => s.midway().client.headers(1).server.goaway(1, INTERNAL_ERROR).close(), { rules }).unexplained;
    expect(one!.unchecked).toContain("the start of the client was not captured");
  });

  it("is of bounded number", () => {
    const story: Story = (s) => {
      for (let id = 1; id < 201; id += 2) s.client.headers(id).server.rst(id, INTERNAL_ERROR);
    };
    expect(unexplained(story).length).toBe(20);
  });

  it("names what its software refuses though it is legal", () => {
    const [one] = play(
      (s) =>
        s
          .settings({ server: [[3, 100]] })
          .client.priority(3, { dependency: 0 })
          .server.goaway(0, PROTOCOL_ERROR),
      {
        rules,
      },
    ).unexplained;
    expect(one!.refusals).toEqual(["nghttp2 refuses a stream that depends on itself (no error since RFC 9113)"]);
  });
});

describe("the offender's own end", () => {
  it("is told with the finding, and is no answer", () => {
    const { pairs } = play((s) => s.client.headers(1, { endStream: true }).data(1, 4).close(), { rules });
    const pair = pairs.find(({ finding }) => finding.rule === "stream/data-after-end-stream")!;
    expect(pair.reaction).toBeUndefined();
    expect(pair.selfInflicted?.kind).toBe("fin");
  });
});

it("a grpc-status that names the fault is an answer, likely at most", () => {
  const { pairs } = play(
    (s) =>
      s.client
        .headers(1, {
          fields: {
            ":method": "POST",
            ":scheme": "http",
            ":authority": "a",
            ":path": "/a.B/C",
            "content-type": "application/grpc",
            te: "trailers",
            "grpc-timeout": "1x",
          },
          endStream: false,
        })
        .data(1, "\0\0\0\0\0", { endStream: true })
        .server.headers(1, {
          fields: { ":status": "200", "content-type": "application/grpc", "grpc-status": "13" },
          endStream: true,
        }),
    { rules },
  );
  const pair = pairs.find(({ finding }) => finding.rule === "grpc/timeout-grammar")!;
  expect([pair.reaction?.kind, pair.reaction?.status, pair.confidence]).toEqual(["grpc-status", 13, "likely"]);
});

it("lists what else the answer may be about", () => {
  const { pairs } = play(
    (s) => s.client.headers(1, { endStream: true }).windowUpdate(0, 0).data(0, 4).server.goaway(1, PROTOCOL_ERROR).close(),
    { rules },
  );
  const answered = pairs.filter(({ confidence }) => confidence !== undefined && confidence !== "possible");
  expect(answered.map(({ finding, also }) => [finding.rule, also?.map(({ rule }) => rule)])).toEqual([
    ["flow/window-update-zero-connection", ["frame/data-on-stream-zero"]],
  ]);
});

it("STREAM_CLOSED of a client answers what a server sends behind the end", () => {
  const { pairs } = play(
    (s) =>
      s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true }).data(1, 5).client.rst(1, STREAM_CLOSED),
    { rules },
  );
  const [pair] = pairs.filter(({ finding: { severity } }) => severity === "error");
  expect([pair?.finding.offender, pair?.reaction?.kind]).toEqual(["server", "rst-stream"]);
});

it("says what a server's text about its own push means", () => {
  const text = "Server push not allowed to opposite endpoint";
  const [found] = play(
    (s) =>
      s.client
        .headers(1)
        .server.goaway(2 ** 31 - 1, PROTOCOL_ERROR, text)
        .close(),
    { rules },
  ).unexplained;
  expect(found?.explanation).toContain("Netty's own application");
});
