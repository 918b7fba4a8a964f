// Each format by lines as programs print them: recorded ones, and for what was not at hand those of the programs' sources.
import { describe, expect, it } from "vitest";
import { formats } from "../../src/log/formats.ts";
import type { LogFrame } from "../../src/log/frame.ts";
import { fixture, frameIn, reading, root, textOf } from "./logging.ts";

type Row = readonly [line: string, format: string, connection: string | undefined, frame: LogFrame];

const h2 = (text: string) => `2026-11-23T15:00:53.152281Z DEBUG Connection{peer=Client}: h2::codec::framed_write: ${text}`;
const go = (text: string) => `2026/11/23 14:59:22 http2: Framer 0x31365d040000: ${text}`;
const netty = (text: string) => `10:00:00.123 [io] DEBUG x - [id: 0xff6296dd, L:/127.0.0.1:8080 - R:/127.0.0.1:50000] ${text}`;

const ROWS: readonly Row[] = [
  [
    h2("send frame=Headers { stream_id: StreamId(1), flags: (0x4: END_HEADERS) }"),
    "Rust h2",
    undefined,
    { kind: "headers", streamId: 1, by: "sent", flags: 4 },
  ],
  [
    h2("send frame=Headers { stream_id: StreamId(1), flags: (0x5: END_HEADERS | END_STREAM) }"),
    "Rust h2",
    undefined,
    { kind: "headers", streamId: 1, by: "sent", flags: 5 },
  ],
  [h2("send frame=Data { stream_id: StreamId(1) }"), "Rust h2", undefined, { kind: "data", streamId: 1, by: "sent", flags: 0 }],
  [
    h2("received frame=Data { stream_id: StreamId(3), flags: (0x1: END_STREAM) }"),
    "Rust h2",
    undefined,
    { kind: "data", streamId: 3, by: "received", flags: 1 },
  ],
  [
    h2("received frame=Settings { flags: (0x0), initial_window_size: 65535, max_frame_size: 16384 }"),
    "Rust h2",
    undefined,
    {
      ...{ kind: "settings", streamId: 0, by: "received", flags: 0 },
      settings: [
        [4, 65_535],
        [5, 16_384],
      ],
    },
  ],
  [
    h2("received frame=Ping { ack: false, payload: [2, 4, 16, 16, 9, 14, 7, 7] }"),
    "Rust h2",
    undefined,
    { kind: "ping", streamId: 0, by: "received", flags: 0, payload: "02041010090e0707" },
  ],
  [
    h2("received frame=WindowUpdate { stream_id: StreamId(0), size_increment: 5 }"),
    "Rust h2",
    undefined,
    { kind: "window-update", streamId: 0, by: "received", flags: 0, increment: 5 },
  ],
  [
    h2("send frame=Reset { stream_id: StreamId(1), error_code: CANCEL }"),
    "Rust h2",
    undefined,
    { kind: "rst-stream", streamId: 1, by: "sent", flags: 0, errorCode: 8 },
  ],
  [
    h2('received frame=GoAway { error_code: PROTOCOL_ERROR, last_stream_id: StreamId(1), debug_data: b"a \\"b\\" \\xff\\n" }'),
    "Rust h2",
    undefined,
    { kind: "goaway", streamId: 0, by: "received", flags: 0, errorCode: 1, lastStreamId: 1, debug: 'a "b" \xff\n' },
  ],
  // Before 0.2.7, with a span that repeats the frame, and in logfmt.
  [
    "DEBUG h2::codec::framed_read: received; frame=Frame::WindowUpdate(WindowUpdate { stream_id: StreamId(0), size_increment: 7 })",
    "Rust h2",
    undefined,
    { kind: "window-update", streamId: 0, by: "received", flags: 0, increment: 7 },
  ],
  [
    "DEBUG server_handshake:FramedWrite::buffer{frame=Data { stream_id: StreamId(9) }}: h2::codec::framed_write: send frame=Data { stream_id: StreamId(1) }",
    "Rust h2",
    undefined,
    { kind: "data", streamId: 1, by: "sent", flags: 0 },
  ],
  [
    'level=DEBUG target="h2::codec::framed_write" message=send frame="Data { stream_id: StreamId(1) }" peer=Client',
    "Rust h2",
    undefined,
    { kind: "data", streamId: 1, by: "sent", flags: 0 },
  ],
  [
    go("read HEADERS flags=END_STREAM|END_HEADERS stream=1 len=12"),
    "Go http2debug",
    "0x31365d040000",
    { kind: "headers", streamId: 1, by: "received", flags: 5, length: 12, fields: [] },
  ],
  [
    go('wrote DATA flags=END_STREAM stream=1 len=5 data="\\x00\\x00\\x00\\x00\\x00"'),
    "Go http2debug",
    "0x31365d040000",
    { kind: "data", streamId: 1, by: "sent", flags: 1, length: 5 },
  ],
  [
    go("read SETTINGS len=18, settings: MAX_CONCURRENT_STREAMS=100, INITIAL_WINDOW_SIZE=33554432, UNKNOWN_SETTING_4660=7"),
    "Go http2debug",
    "0x31365d040000",
    {
      ...{ kind: "settings", streamId: 0, by: "received", flags: 0, length: 18 },
      settings: [
        [3, 100],
        [4, 33_554_432],
        [4660, 7],
      ],
    },
  ],
  [
    go("read WINDOW_UPDATE len=4 (conn) incr=5"),
    "Go http2debug",
    "0x31365d040000",
    { kind: "window-update", streamId: 0, by: "received", flags: 0, length: 4, increment: 5 },
  ],
  [
    go('read PING flags=ACK len=8 ping="\\x02\\x04\\x10\\x10\\t\\x0e\\a\\a"'),
    "Go http2debug",
    "0x31365d040000",
    { kind: "ping", streamId: 0, by: "received", flags: 1, length: 8, payload: "02041010090e0707" },
  ],
  [
    go('wrote GOAWAY len=33 LastStreamID=1 ErrCode=NO_ERROR Debug="client \\"transport\\" shutdown"'),
    "Go http2debug",
    "0x31365d040000",
    {
      ...{ kind: "goaway", streamId: 0, by: "sent", flags: 0, length: 33 },
      ...{ lastStreamId: 1, errorCode: 0, debug: 'client "transport" shutdown' },
    },
  ],
  [
    go("read RST_STREAM stream=1 len=4 ErrCode=CANCEL"),
    "Go http2debug",
    "0x31365d040000",
    { kind: "rst-stream", streamId: 1, by: "received", flags: 0, length: 4, errorCode: 8 },
  ],
  [
    "[  0.012] [INVALID; error=Protocol error] recv HEADERS frame <length=5, flags=0x04, stream_id=1>",
    "nghttp",
    "",
    { kind: "headers", streamId: 1, by: "received", flags: 4, length: 5 },
  ],
  [
    "[id=2] [  0.011] recv RST_STREAM frame <length=4, flags=0x00, stream_id=13>\n          (error_code=PROTOCOL_ERROR(0x01))",
    "nghttp",
    "2",
    { kind: "rst-stream", streamId: 13, by: "received", flags: 0, length: 4, errorCode: 1 },
  ],
  [
    "[  0.011] recv GOAWAY frame <length=42, flags=0x00, stream_id=0>\n          (last_stream_id=3, error_code=PROTOCOL_ERROR(0x01), opaque_data(34)=[request HEADERS: invalid stream_id])",
    "nghttp",
    "",
    {
      ...{ kind: "goaway", streamId: 0, by: "received", flags: 0, length: 42, lastStreamId: 3, errorCode: 1 },
      debug: "request HEADERS: invalid stream_id",
    },
  ],
  [
    "* [HTTP/2] [1] -> FRAME[HEADERS, len=36, hend=1, eos=1]",
    "curl",
    "",
    { kind: "headers", streamId: 1, by: "sent", length: 36, flags: 5, flagMask: 5 },
  ],
  [
    "10:00:00.000001 [0-3] * [HTTP/2] [1] <- FRAME[DATA, len=5, eos=1, padlen=0]",
    "curl",
    "3",
    { kind: "data", streamId: 1, by: "received", length: 5, flags: 1, flagMask: 1 },
  ],
  [
    "* [HTTP/2] [0] <- FRAME[GOAWAY, error=1, reason='request HEADERS: invalid stream_id', last_stream=0]",
    "curl",
    "",
    {
      ...{ kind: "goaway", streamId: 0, by: "received", errorCode: 1, lastStreamId: 0 },
      debug: "request HEADERS: invalid stream_id",
    },
  ],
  [
    "* [HTTP/2] [1] <- FRAME[RST_STREAM, len=4, flags=0, error=8]",
    "curl",
    "",
    { kind: "rst-stream", streamId: 1, by: "received", length: 4, errorCode: 8 },
  ],
  [
    netty("INBOUND HEADERS: streamId=1 headers=GrpcHttp2RequestHeaders[:path: /svc/M, :method: POST] padding=0 endStream=false"),
    "Netty",
    "0xff6296dd",
    {
      ...{ kind: "headers", streamId: 1, by: "received", flags: 4, flagMask: 1 },
      fields: [
        [":path", "/svc/M"],
        [":method", "POST"],
      ],
    },
  ],
  [
    netty("INBOUND DATA: streamId=1 padding=0 endStream=true length=12 bytes=00000000070a05..."),
    "Netty",
    "0xff6296dd",
    { kind: "data", streamId: 1, by: "received", flags: 1, flagMask: 1, length: 12 },
  ],
  [
    netty("OUTBOUND GO_AWAY: lastStreamId=2147483647 errorCode=1 length=9 bytes=526571756573742e2e"),
    "Netty",
    "0xff6296dd",
    { kind: "goaway", streamId: 0, by: "sent", lastStreamId: 2_147_483_647, errorCode: 1, debug: "Request.." },
  ],
  [
    netty("OUTBOUND PING: ack=true bytes=-1"),
    "Netty",
    "0xff6296dd",
    { kind: "ping", streamId: 0, by: "sent", flags: 1, payload: "ffffffffffffffff" },
  ],
  [
    netty("OUTBOUND SETTINGS: ack=false settings={MAX_CONCURRENT_STREAMS=2147483647, INITIAL_WINDOW_SIZE=1048576}"),
    "Netty",
    "0xff6296dd",
    {
      ...{ kind: "settings", streamId: 0, by: "sent", flags: 0 },
      settings: [
        [3, 2_147_483_647],
        [4, 1_048_576],
      ],
    },
  ],
  [
    "I1018 16:08:25.629690613   44342 parsing.cc:338]               INCOMING[0x7c0001b2]: HEADERS:END_HEADERS len:61 id:0x000009c5",
    "gRPC C-core",
    "0x7c0001b2",
    { kind: "headers", streamId: 2501, by: "received", flags: 4, length: 61 },
  ],
  [
    "2024/01/05 10:00:00 [debug] 7#7: *12 http2 frame type:1 f:5 l:14 sid:1",
    "nginx",
    "12",
    { kind: "headers", streamId: 1, by: "received", flags: 5, length: 14 },
  ],
  [
    "2024/01/05 10:00:00 [debug] 7#7: *12 http2 send GOAWAY frame: last sid 1, error 1",
    "nginx",
    "12",
    { kind: "goaway", streamId: 0, by: "sent", debug: "", lastStreamId: 1, errorCode: 1 },
  ],
  [
    "[Fri Jan 05 10:00:00.000001 2024] [http2:debug] [pid 7:tid 8] h2_session.c(368): [client 192.0.2.1:50000] AH03066: h2_session(0-12,BUSY,1): recv FRAME[SETTINGS[ack=1, stream=0]], frames=3/5 (r/s)",
    "mod_http2",
    "0-12",
    { kind: "settings", streamId: 0, by: "received", flags: 1, flagMask: 1 },
  ],
  [
    'trce: Microsoft.AspNetCore.Server.Kestrel.Http2[37] Connection id "0HM1" received HEADERS frame for stream ID 1 with length 78 and flags END_STREAM, END_HEADERS.',
    "Kestrel",
    "0HM1",
    { kind: "headers", streamId: 1, by: "received", length: 78, flags: 5 },
  ],
  [
    "h2 (trace): Received frame: HeadersFrame(stream_id=1, flags=['END_HEADERS', 'END_STREAM']): exclusive=False",
    "python-hyper/h2",
    undefined,
    { kind: "headers", streamId: 1, by: "received", flags: 5 },
  ],
  [
    "HTTP2 12345: Http2Session server: goaway 1 received [last stream id: 0]",
    "Node http2",
    undefined,
    { kind: "goaway", streamId: 0, by: "received", errorCode: 1, lastStreamId: 0 },
  ],
  [
    "FINE: >> 0x00000003   216 HEADERS       END_STREAM|END_HEADERS",
    "OkHttp",
    undefined,
    { kind: "headers", streamId: 3, by: "sent", length: 216, flags: 5 },
  ],
  [
    "2022-10-02 08:32:01.190:DBUG:oejh.HTTP2Session:HttpClient@7e0b85f9-77: Received ResetFrame@46b98241#19{internal_error}",
    "Jetty",
    undefined,
    { kind: "rst-stream", streamId: 19, by: "received", errorCode: 2 },
  ],
];

describe("frames", () => {
  it.each(ROWS)("%s", async (line, format, connection, frame) => {
    const event = await frameIn(line);
    expect(event.format.name).toBe(format);
    expect(event.connection).toBe(connection);
    expect(event.frame).toEqual(frame);
  });

  it("are of every format", () => {
    expect(new Set(ROWS.map(([, format]) => format))).toEqual(new Set(formats.map(({ name }) => name)));
  });

  it.each(ROWS)("the same in colours and with CRLF: %s", async (line, _, connection, frame) => {
    const painted = line.replace(/\b(DEBUG|frame|recv|http2|INBOUND)\b/g, "\x1b[34m$1\x1b[0m");
    const event = await frameIn(`${painted.replaceAll("\n", "\r\n")}\r\n`);
    expect([event.connection, event.frame]).toEqual([connection, frame]);
  });
});

describe("lines that are none", () => {
  it.each([
    "h2::proto::settings: received settings ACK; applying Settings { flags: (0x0) }",
    "frame=Headers { stream_id: StreamId(1) }",
    "send frame=Nonsense { stream_id: StreamId(1) }",
    "http2: Framer 0x1: read HEADERS",
    "[  0.001] recv HEADERS <length=5>",
    "INBOUND HEADERS: streamId=1",
    "FRAME[HEADERS, len=36]",
    "",
  ])("%s", async (line) => expect((await reading(line)).frames).toEqual([]));
});

describe("fields of Go's Framer", () => {
  const field = (name: string, value: string) =>
    `2026/11/23 14:59:22 http2: decoded hpack field header field "${name}" = "${value}"`;
  const read = (id: string, text: string) => `2026/11/23 14:59:22 http2: Framer ${id}: read ${text}`;

  it("follow their HEADERS", async () => {
    const { frames } = await reading(
      [
        read("0x1", "HEADERS flags=END_HEADERS stream=1 len=9"),
        field(":path", '/a\\"b'),
        field("x", "\\xff"),
        read("0x1", "DATA stream=1 len=0"),
      ].join("\n"),
    );
    expect(frames[0]!.frame.fields).toEqual([
      [":path", '/a"b'],
      ["x", "\xff"],
    ]);
  });

  it("are nobody's where blocks of two connections may have mixed", async () => {
    const { frames } = await reading(
      [
        read("0x1", "HEADERS flags=END_HEADERS stream=1 len=9"),
        field(":method", "GET"),
        read("0x2", "HEADERS flags=END_HEADERS stream=1 len=9"),
        field(":path", "/of-which"),
      ].join("\n"),
    );
    expect(frames.map(({ frame }) => frame.fields)).toEqual([undefined, undefined]);
  });
});

describe("recorded logs", () => {
  it("of a Rust h2 client", async () => {
    const log = await reading(textOf(`${root}samples/h2-trailers-grpc-go-1.85.client.log`));
    expect(log.side).toBe("client");
    expect(log.formats).toEqual(["Rust h2"]);
    expect(
      log.frames.map(({ frame, place }) => `${place.line} ${frame.by} ${frame.kind} ${frame.streamId} ${frame.flags}`),
    ).toEqual([
      "3 sent settings 0 0",
      "4 sent headers 1 4",
      "5 sent data 1 0",
      "6 sent headers 1 5",
      "7 received settings 0 0",
      "8 sent settings 0 1",
      "9 received settings 0 1",
      "11 received window-update 0 0",
      "12 received ping 0 0",
      "13 sent ping 0 1",
      "14 received goaway 0 0",
    ]);
  });

  it("the same with colours as without", async () => {
    const painted = textOf(fixture("h2-trailers-grpc-go-1.51.client.log"));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is left out
    const plain = painted.replace(/\x1b\[[\d;]*m/g, "");
    expect(plain).not.toBe(painted);
    expect((await reading(painted)).events).toEqual((await reading(plain)).events);
  });
});
