// Logs without a capture: what of them is proven, what is only suspected, and what is not said.
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { Inventory } from "../../src/report/inventory.ts";
import { Causes, whyTable } from "../../src/report/why.ts";
import { rules } from "../../src/rules/index.ts";
import { lint, logOf } from "./linting.ts";
import { fixture, goodLogs, root, textOf } from "./logging.ts";

const client = textOf(`${root}samples/h2-trailers-grpc-go-1.85.client.log`);
const server = textOf(`${root}samples/h2-trailers-grpc-go-1.85.server.log`);
const ILLEGAL =
  "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_STREAM|END_HEADERS stream=1 len=12]";

describe("the client's log of the case h2lint was born from", () => {
  it("shows the fault and its answer, but not that the call is gRPC", async () => {
    const { findings, connections, summary } = await lint([], [logOf(client, "c.log")]);
    expect(findings).toMatchObject([
      {
        ...{ rule: "grpc/request-trailers", severity: "error", certainty: "unproven", because: ["hpack"], offender: "client" },
        ...{ connection: 1, stream: 1, hides: ["headers/request-trailers"] },
        frame: { kind: "headers", streamId: 1, from: "client", file: "c.log", line: 6, flags: 5 },
        related: [
          { kind: "headers", line: 4, role: "opened the stream" },
          { kind: "data", line: 5 },
        ],
        reaction: {
          ...{ kind: "goaway", confidence: "likely", errorCode: "PROTOCOL_ERROR", lastStreamId: 1, debug: ILLEGAL },
          frame: { kind: "goaway", from: "server", file: "c.log", line: 14 },
          ...{ streamsKilled: [1], retrySafe: [] },
        },
      },
    ]);
    expect(findings[0]!.reaction.explanation).toContain("grpc-go 1.63 or later");
    expect(findings[0]!.reaction.logs!.map(({ line }) => line)).toEqual([15, 16]);
    // What the log does not say is left out, not zero.
    expect(findings[0]!.frame).not.toHaveProperty("packet");
    expect(findings[0]!.frame).not.toHaveProperty("length");
    expect(findings[0]!.related[1]).not.toHaveProperty("text");
    expect(connections).toMatchObject([{ id: 1, frames: 11, streams: 1, log: { file: "c.log", line: 3, side: "client" } }]);
    expect(connections[0]).not.toHaveProperty("transport");
    expect(summary).toMatchObject({ errors: 0, unproven: 1, incomplete: true, captures: [], http2Connections: 1 });
    expect(summary.unchecked).toContainEqual({ rule: "frame/*", reason: "capture", count: 1 });
  });

  it("is judged no further where the answer does not say what it is about", async () => {
    const { findings } = await lint([], [logOf(client.replaceAll(ILLEGAL, ""), "c.log")]);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([["headers/request-trailers", "info"]]);
  });
});

describe("the server's log of it", () => {
  it("names the fault, and no frame", async () => {
    const { findings, summary } = await lint([], [logOf(server, "s.log")]);
    expect(findings).toMatchObject([
      {
        ...{ rule: "grpc/request-trailers", certainty: "unproven", because: ["capture"], offender: "client", stream: 1 },
        frame: { kind: "headers", streamId: 1, from: "client", file: "s.log", line: 3, flags: 5, length: 12 },
        reaction: { verdict: "unseen", kind: "log-only", confidence: "likely" },
      },
    ]);
    expect(findings[0]!.reaction.logs!.map(({ line, tells }) => [line, tells])).toEqual([
      [3, "fault"],
      [4, "close"],
    ]);
    expect(summary).toMatchObject({ connections: 1, frames: 0, errors: 0, unproven: 1 });
  });

  it.each([
    ["flags=END_HEADERS stream=1 len=12", 1, "headers/second-headers-no-end-stream"],
    ["flags=END_STREAM|END_HEADERS stream=2 len=12", 2, "stream-id/even-client"],
  ])("names another one by other flags and ids: %s", async (quoted, stream, rule) => {
    const text = `x [server-transport 0x1] Closing: received an illegal stream id: ${stream}. headers frame: [FrameHeader HEADERS ${quoted}]`;
    expect((await lint([], [logOf(text)])).findings.map((finding) => finding.rule)).toEqual([rule]);
  });

  it("with the frames of its Framer is proof", async () => {
    const { findings, connections, summary } = await lint([], [logOf(textOf(fixture("go-trailers.server.log")), "s.log")]);
    expect(
      findings.map(({ rule, certainty, frame, reaction }) => [rule, certainty, frame.line, reaction.kind, reaction.frame?.line]),
    ).toEqual([
      ["grpc/request-trailers", "proven", 12, "goaway", 17],
      ["grpc/request-trailers", "proven", 33, "goaway", 38],
      ["grpc/request-trailers", "proven", 55, "goaway", 60],
    ]);
    expect(findings.map(({ path }) => path)).toEqual(Array(3).fill("/grpc.health.v1.Health/Check"));
    // Two names of a connection, one connection.
    expect(connections.length).toBe(3);
    expect(summary.errors).toBe(3);
  });
});

describe("logs of good traffic", () => {
  it.each(goodLogs)("%s: nothing to find", async (name) => {
    const { findings, unexplained, summary } = await lint([], [{ source: fixture(name) }], { preset: "all" });
    expect(findings).toEqual([]);
    expect(unexplained).toEqual([]);
    expect(summary.http2Connections).toBeGreaterThan(0);
  });
});

it("nginx: trailers are legal, and it refuses them", async () => {
  const { findings } = await lint([], [{ source: fixture("nginx.log") }]);
  expect(findings.map(({ rule, severity, reaction }) => [rule, severity, reaction.kind, reaction.errorCode])).toEqual([
    ["headers/request-trailers", "info", "goaway", "PROTOCOL_ERROR"],
  ]);
});

it("grpc-js: a GOAWAY that only its texts tell of, as the fault that its text names", async () => {
  const { findings, unexplained, connections } = await lint([], [{ source: fixture("grpc-js.client.log") }]);
  expect(unexplained).toEqual([]);
  expect(
    findings.map(({ rule, offender, certainty, reaction: { errorCode, debug } }) => [
      rule,
      offender,
      certainty,
      errorCode,
      debug,
    ]),
  ).toEqual([["grpc/keepalive-too-frequent", "client", "unproven", "ENHANCE_YOUR_CALM", "too_many_pings"]]);
  expect(connections.map(({ log }) => [log!.side, log!.name])).toEqual([["client", "(1)"]]);
});

it("what may be of two connections proves nothing", async () => {
  const frames = (text: string) => `2026-11-23T15:00:53.1Z DEBUG h2::codec::framed_write: send frame=${text}`;
  const settings = "Settings { flags: (0x0) }";
  const headers = "Headers { stream_id: StreamId(1), flags: (0x5: END_HEADERS | END_STREAM) }";
  const zero = "WindowUpdate { stream_id: StreamId(1), size_increment: 0 }";
  const read = [settings, headers, zero].map(frames);
  const rule = "flow/window-update-zero-stream";
  const sure = await lint([], [logOf(read.join("\n"), "x", "client")]);
  expect(sure.findings.map(({ rule, certainty }) => [rule, certainty])).toEqual([[rule, "proven"]]);
  const { findings, diagnostics } = await lint(
    [],
    [logOf([frames(settings), frames(headers), ...read].join("\n"), "x", "client")],
  );
  expect(findings.map(({ rule, certainty }) => [rule, certainty])).toEqual([[rule, "unproven"]]);
  expect(diagnostics.map(({ code }) => code)).toContain("log/mixed-connections");
});

it("two logs are two stories", async () => {
  const { events, connections, findings } = await lint([], [logOf(client, "c"), logOf(server, "s")]);
  expect(connections.map(({ id, log }) => [id, log!.file])).toEqual([
    [1, "c"],
    [2, "s"],
  ]);
  expect(findings.map(({ connection, frame }) => [connection, frame.file])).toEqual([
    [1, "c"],
    [2, "s"],
  ]);
  expect(events[0]).toMatchObject({ kind: "run", captures: [], logs: ["c", "s"] });
});

it("no log at all is nothing", async () => {
  const { summary, diagnostics } = await lint([], [logOf("hello\n")]);
  expect(summary).toMatchObject({ http2Connections: 0, connections: 0, incomplete: true });
  expect(diagnostics.map(({ code }) => code)).toEqual(["log/unknown-format"]);
});

describe("errors that nothing explains", () => {
  it.each([
    [
      "D 2024-11-18T22:06:02.669Z | v1.12.2 1 | transport | (2) 127.0.0.1:5999 connection closed by GOAWAY with code 2 and data oops",
      { kind: "log-only", from: "server", errorCode: "INTERNAL_ERROR", debug: "oops" },
      undefined,
    ],
    [
      "[2024-01-05 10:00:00.000][14][debug][http2] [source/common/http/http2/codec_impl.cc:1400] [C12] invalid frame: Protocol error on stream 1",
      { kind: "log-only", debug: "Protocol error" },
      undefined,
    ],
  ])("%s", async (line, reaction, explanation) => {
    const { unexplained, summary } = await lint([], [logOf(line)]);
    expect(unexplained).toMatchObject([{ connection: 1, reaction: { ...reaction, logs: [{ line: 1 }] } }]);
    expect(unexplained[0]!.reaction.explanation).toBe(explanation);
    expect(summary).toMatchObject({ connections: 1, unexplained: 1 });
  });

  it("are no everyday ends", async () => {
    const lines = [
      "http2: received GOAWAY [FrameHeader GOAWAY len=8], starting graceful shutdown",
      "x [server-transport 0x1] Closing: EOF",
    ];
    const { unexplained, findings } = await lint([], [logOf(lines.join("\n"))]);
    expect([...unexplained, ...findings]).toEqual([]);
  });
});

describe("a log alone, told by why", () => {
  it("names lines, and no code that the log does not have", async () => {
    const causes = new Causes(rules);
    const inventory = new Inventory();
    const text = [
      ">> CONNECTION 505249202a20485454502f322e300d0a0d0a534d0d0a0d0a",
      ">> 0x00000003   216 HEADERS       END_STREAM|END_HEADERS",
      "<< 0x00000003     4 RST_STREAM    ",
      "2022-10-02 08:32:02.190:DBUG:oejh.HTTP2Session:q-60: Received GoAwayFrame@5335bfdd{2147483647/internal_error/why} on HTTP2ServerSession@24{local:/127.0.0.1:8080}",
    ].join("\n");
    for await (const event of analyze([], { logs: [logOf(`${text}\n`, "x.log")], listeners: [inventory] })) causes.event(event);
    let out = "";
    whyTable(
      (piece) => (out += piece),
      { color: false, width: 100, verbose: true, quiet: false },
      causes.answer(undefined, [], inventory),
    );
    expect(out).toContain("RST_STREAM by the server (connection 1, stream 3, line 3)");
    expect(out).toContain("GOAWAY INTERNAL_ERROR (line 4)");
    expect(out).not.toContain("packet");
  });
});
