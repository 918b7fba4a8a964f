// The texts of the dictionary against lines that programs wrote: recorded, from public issues, or after the format strings of the sources.
import { describe, expect, it } from "vitest";
import { signatureOf } from "../../src/log/signature.ts";
import { dictionary } from "../../src/pairing/dictionary.ts";
import { fits } from "../../src/pairing/fault.ts";
import { rules } from "../../src/rules/index.ts";
import { fixture, root, textOf } from "./logging.ts";

const ILLEGAL =
  "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_STREAM|END_HEADERS stream=1 len=12]";

const LINES: readonly (readonly [name: string, line: string, told: Readonly<Record<string, unknown>>])[] = [
  [
    "grpc-go.illegal-stream-id",
    `2026/11/23 15:00:53 INFO: [transport] [server-transport 0x303efc97b040] loopyWriter exiting with error: ${ILLEGAL}`,
    {
      ...{ tells: "fault", streamId: 1, connection: "server-transport 0x303efc97b040", side: "server", reason: ILLEGAL },
      quoted: { kind: "headers", streamId: 1, by: "received", length: 12, flags: 5, flagMask: 5 },
    },
  ],
  [
    "grpc-go.illegal-stream-id",
    "2026/11/23 15:00:58 ERROR: [transport] transport: http2Server.HandleStreams received an illegal stream id: 1",
    { tells: "fault", streamId: 1, connection: undefined, side: "server", reason: "received an illegal stream id: 1" },
  ],
  [
    "grpc-go.closing",
    '{"message":"[transport] [server-transport 0xc0001a8000] Closing: EOF","severity":"INFO"}',
    { tells: "close" },
  ],
  [
    "grpc-go.loopy-exit",
    '2026/11/23 15:00:58 INFO: [transport] transport: loopyWriter.run returning. connection error: desc = "transport is closing"',
    { tells: "close" },
  ],
  [
    "grpc-go.read-error",
    "transport: http2Server.HandleStreams failed to read frame: read tcp 127.0.0.1:50051->127.0.0.1:37674: use of closed network connection",
    { tells: "close", side: "server" },
  ],
  [
    "grpc-go.status-lost",
    '2026/11/23 15:00:54 WARNING: [core] [Server #1] grpc: Server.processRPC failed to write status: connection error: desc = "transport is closing"',
    { tells: "symptom", side: "server" },
  ],
  [
    "grpc-go.stream-error",
    'Encountered http2.StreamError: stream error: stream ID 3; PROTOCOL_ERROR; invalid header field name "X"',
    { tells: "fault", streamId: 3, errorCode: 1, reason: 'invalid header field name "X"' },
  ],
  [
    "grpc-go.client-eyc",
    '2024/01/05 10:00:00 ERROR: [transport] Client received GoAway with error code ENHANCE_YOUR_CALM and debug data equal to ASCII "too_many_pings".',
    { tells: "received", errorCode: 11, reason: "too_many_pings", side: "client" },
  ],
  [
    "h2.client-received",
    `CONNECTION ERR: connection error received: unspecific protocol error detected (b"${ILLEGAL}")`,
    { tells: "received", streamId: 1, reason: ILLEGAL },
  ],
  ["h2.client-eof", "CALL 0 ERR: stream closed because of a broken pipe", { tells: "symptom" }],
  [
    "h2.poll-error",
    "DEBUG Connection{peer=Client}: h2::proto::connection: Connection::poll; IO error error=ConnectionReset",
    { tells: "close" },
  ],
  [
    "tonic.error",
    '[ 1009 ms] CALL 0 ERR: Status { code: Internal, message: "h2 protocol error: http2 error", source: None }',
    { tells: "symptom" },
  ],
  [
    "grpc-js.goaway",
    "D 2024-11-18T22:06:02.669Z | v1.12.2 1090083 | transport | (2) 127.0.0.1:5999 connection closed by GOAWAY with code 11 and data too_many_pings",
    { tells: "received", errorCode: 11, reason: "too_many_pings", side: "client" },
  ],
  [
    "core.client-eyc",
    'E0811 09:59:56.708846    4427868 chttp2_transport.cc:1425]     ipv4:127.0.0.1:50051: Received a GOAWAY with error code ENHANCE_YOUR_CALM and debug data equal to "too_many_pings". Current keepalive time (before throttling): 60000ms',
    { tells: "received", errorCode: 11 },
  ],
  [
    "nginx.incorrect-id",
    "2024/01/05 10:00:00 [info] 7#7: *12 client sent HEADERS frame with incorrect identifier 1, the last was 1 while processing HTTP/2 connection, client: 192.0.2.1, server: 0.0.0.0:443",
    { tells: "fault", streamId: 1, lastStreamId: 1, connection: "12", side: "server" },
  ],
  [
    "envoy.invalid-frame",
    "[2024-01-05 10:00:00.000][14][debug][http2] [source/common/http/http2/codec_impl.cc:1400] [C12] invalid frame: Protocol error on stream 1",
    { tells: "fault", streamId: 1, connection: "C12", reason: "Protocol error" },
  ],
  [
    "netty.goaway-sent",
    "Sent GOAWAY: lastStreamId '2147483647', errorCode '1', debugData 'Request stream 3 is behind the next expected stream 7'. Forcing shutdown of the connection.",
    { tells: "sent", errorCode: 1, streamId: 3, reason: "Request stream 3 is behind the next expected stream 7" },
  ],
  [
    "h2.old-id",
    "proto_err! connection error PROTOCOL_ERROR -- id (StreamId(1)) < next_id (StreamId(3))",
    { tells: "fault", streamId: 1, errorCode: 1 },
  ],
  ["pyh2.id-too-low", "h2.exceptions.StreamIDTooLowError: 1 is lower than 3", { tells: "fault", streamId: 1 }],
];

describe("a line", () => {
  it.each(LINES)("%s: %s", (name, line, told) => {
    const signature = signatureOf(line)!;
    expect(signature.name).toBe(name);
    expect(signature).toMatchObject(told);
  });

  it.each(["", "hello", "2026/11/23 15:00:52 INFO: [core] [Server #1] Server created", "INFO request handled in 3 ms"])(
    "of nothing known: %s",
    (line) => expect(signatureOf(line)).toBeUndefined(),
  );
});

describe("the dictionary's lines", () => {
  const lines = dictionary.flatMap(({ lines: own = [] }) => own);

  it("have names of their own", () => expect(new Set(lines.map(({ name }) => name)).size).toBe(lines.length));

  it("name rules that are there", () => {
    const named = lines.flatMap(({ rules: own = [] }) => own);
    expect(named.filter((pattern) => !rules.some(({ id }) => fits(pattern, id)))).toEqual([]);
  });

  it("are found in recorded logs", () => {
    const found = [`${root}samples/h2-trailers-grpc-go-1.85.server.log`, fixture("h2-trailers-grpc-go-1.51.server.log")].map(
      (path) => [
        ...new Set(
          textOf(path)
            .split("\n")
            .map((line) => signatureOf(line)?.name)
            .filter((name) => name !== undefined),
        ),
      ],
    );
    expect(found).toEqual([
      ["grpc-go.illegal-stream-id", "grpc-go.closing", "grpc-go.status-lost"],
      ["grpc-go.illegal-stream-id", "grpc-go.loopy-exit", "grpc-go.status-lost", "grpc-go.read-error"],
    ]);
  });
});
