// Lines and messages of public reports: whose words they are, what they mean, and whose doing it is.
import { describe, expect, it } from "vitest";
import { readSymptom } from "../../src/pairing/symptom.ts";
import { Causes, whyTable } from "../../src/report/why.ts";
import { rules } from "../../src/rules/index.ts";
import { lint, logOf } from "./linting.ts";

const SETTINGS_ACK = "First received frame was not SETTINGS. Hex dump for first 5 bytes: 0000000401";

describe("a line alone", () => {
  it.each([
    // The first bytes of another protocol.
    ["java.io.IOException: FRAME_SIZE_ERROR: 4740180", "preface/server-spoke-http1", "server"],
    ["Http2Exception: Frame length: 4740180 exceeds maximum: 16384", "preface/server-spoke-http1", "server"],
    ["Http2Exception: Frame length: 5263945 exceeds maximum: 16384", "preface/client-magic", "client"],
    ["Http2Exception: Frame length: 1377026 exceeds maximum: 16384", "preface/server-spoke-tls", "server"],
    ["Http2Exception: Frame length: 1442561 exceeds maximum: 16384", "preface/client-spoke-tls", "client"],
    ["Http2Exception: Frame length: 20000 exceeds maximum: 16384", "frame/too-large", undefined],
    [
      "Http2Exception: First received frame was not SETTINGS. Hex dump for first 5 bytes: 1503010002",
      "preface/server-spoke-tls",
      "server",
    ],
    [
      "Http2Exception: First received frame was not SETTINGS. Hex dump for first 5 bytes: 485454502f",
      "preface/server-spoke-http1",
      "server",
    ],
    [
      `<- [Frame: GOAWAY, Id=0, ErrorCode=1, LastStreamId=0, AdditionalDebugData=${SETTINGS_ACK}]`,
      "preface/client-settings-missing",
      "client",
    ],
    // Which side speaks TLS, or HTTP/1.
    [
      'net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x12\\x04\\x00\\x00"',
      "preface/client-magic",
      "client",
    ],
    [
      "transport: authentication handshake failed: tls: first record does not look like a TLS handshake",
      "preface/client-spoke-tls",
      "client",
    ],
    ["error:0A00010B:SSL routines::wrong version number", "preface/client-spoke-tls", "client"],
    [
      "http: TLS handshake error from 192.0.2.1:9: client sent an HTTP request to an HTTPS server",
      "preface/server-spoke-tls",
      "server",
    ],
    ['{connection_error,:protocol_error, :"HTTP/1 response to HTTP/2 request"}', "preface/server-spoke-http1", "server"],
    [
      "HttpRequestException: because the server did not complete the HTTP/2 handshake. SocketException: Connection reset by peer",
      "preface/server-closed-first",
      "server",
    ],
    // Windows.
    ["Http2Exception: Flow control window exceeded for stream: 0", "flow/connection-window-exceeded", undefined],
    ["Http2Exception: Flow control window exceeded for stream: 3", "flow/stream-window-exceeded", undefined],
    ["Http2Exception: Flow control window exceeded for stream: 4", "flow/stream-window-exceeded", undefined],
    ["[error] [client][Stream 1] Flow Control got 570 bytes, Stream window was 0", "flow/stream-window-exceeded", undefined],
    ["ERROR Window size overflow", "flow/stream-window-overflow", undefined],
    // Ends.
    ["Error [ERR_HTTP2_GOAWAY_SESSION]: New streams cannot be created after receiving a GOAWAY", "health/goaway", undefined],
    [
      "httpx.RemoteProtocolError: <ConnectionTerminated error_code:0, last_stream_id:1999, additional_data:None>",
      "health/goaway",
      "server",
    ],
    ["httpx.RemoteProtocolError: Server disconnected without sending a response.", "health/stream-killed-by-close", undefined],
    [
      '2026/06/04 12:36:11 [error] 27884#0: *10958 upstream sent goaway with error 0 while reading response header from upstream, client: 192.0.2.1, server: example.com, request: "GET / HTTP/2.0"',
      "health/goaway",
      undefined,
    ],
    ["Error: 14 UNAVAILABLE: Received RST_STREAM with error code 7", "health/refused-streams", "server"],
    ["Error: 14 UNAVAILABLE: Received RST_STREAM with code 7", "health/refused-streams", "server"],
    ["error=StreamClosed(streamID: HTTP2StreamID(3), errorCode: HTTP2ErrorCode<0x0 No Error>)", "health/server-reset", undefined],
    ["error=StreamIDTooSmall()", "stream-id/not-increasing", "client"],
    ["java.io.IOException: HTTP/2 CANCEL_STREAM_ERROR", "health/request-cancelled", "client"],
    ["429 received metadata size exceeds hard limit (18013 vs. 16384);  grpc-status:44B", "headers/list-size", undefined],
    ["PROTOCOL_ERROR invalid settings id: -509", "health/receiver-overreaction", "client"],
    [
      "Http2ConnectionErrorException: HTTP/2 connection error (PROTOCOL_ERROR): The client sent trailers containing one or more pseudo-header fields.",
      "headers/pseudo-in-trailers",
      "client",
    ],
    [
      "HTTP2ServerSession@1c558b7{streams=0,CLOSED,GoAwayFrame@2501e8c2,0/PROTOCOL_ERROR/invalid_preface/LOCALLY_CLOSED}",
      "preface/client-magic",
      "client",
    ],
  ])("%s", async (line, rule, offender) => {
    const { findings, connections } = await lint([], [logOf(line)]);
    expect(findings[0]).toMatchObject({ rule, certainty: "unproven", ...(offender === undefined ? {} : { offender }) });
    expect(connections.length).toBe(1);
  });
});

describe("a message alone", () => {
  it.each([
    ['{:stream_error, :protocol_error, :"Stream reset by server."}', { software: "gun", codes: ["PROTOCOL_ERROR"] }],
    ['{:server_closed_connection, :protocol_error, ""}', { software: "Mint", codes: ["PROTOCOL_ERROR"], kinds: ["goaway"] }],
    ["Stream was terminated by peer (errorCode: 1)", { software: "Dart", codes: ["PROTOCOL_ERROR"], kinds: ["rst-stream"] }],
    ["The http/2 connection is no longer active and can therefore not be used", { software: "Dart" }],
    ['HTTP/2: "frameError" received - type 1, code 2', { software: "undici" }],
    ["curl: (56) Connection died, tried 5 times before giving up", { software: "curl" }],
    ["http: Handler timeout", { software: "Go net/http" }],
    [
      '"description":"RST_STREAM","file":"frame_rst_stream.c","http2_error":2',
      { codes: ["INTERNAL_ERROR"], kinds: ["rst-stream"] },
    ],
    [
      "E0505 chttp2_transport.cc:2880] Keepalive watchdog fired. Closing transport.",
      { says: "gRPC C-core had no answer to its PING in time, and closed the connection" },
    ],
    [
      "error=StreamClosed(streamID: HTTP2StreamID(3), errorCode: HTTP2ErrorCode<0x7 Refused>",
      { codes: ["REFUSED_STREAM"], stream: 3 },
    ],
    [
      "<ConnectionTerminated error_code:ErrorCodes.NO_ERROR, last_stream_id:0, additional_data:7b22726561736f6e223a22426164436572746966>",
      { quoted: '{"reason":"BadCertif' },
    ],
  ])("%s", (text, reading) => expect(readSymptom(text).find(({ software }) => software !== undefined)).toMatchObject(reading));

  it("says once what several programs say", () => {
    const says = readSymptom("too_many_pings").map((reading) => reading.says);
    const output: string[] = [];
    const answer = new Causes(rules);
    answer.event({ kind: "summary", captures: [], unchecked: [] } as never);
    whyTable(
      (text) => output.push(text),
      { width: 200, colour: false, unicode: false, verbose: false } as never,
      answer.answer("too_many_pings", []),
    );
    const told = output.join("");
    expect(says.filter((one) => one.startsWith("the server counts PINGs")).length).toBeGreaterThan(0);
    expect(told.split("the server counts PINGs").length).toBe(2);
    expect(told).not.toContain("grpc-go: ");
  });
});

describe("who wrote it, and about which connection", () => {
  it("shows what a server received", async () => {
    const field = (name: string) => `2019/04/19 21:23:55 http2: decoded hpack field header field "${name}" = "x"`;
    const reset = "2019/04/19 21:23:55 http2: Framer 0xc00050e620: wrote RST_STREAM stream=36987 len=4 ErrCode=PROTOCOL_ERROR";
    const from = async (name: string) =>
      (await lint([], [logOf([field(name), reset].join("\n"))])).unexplained.map(({ reaction }) => reaction.frame?.from);
    expect(await from(":path")).toEqual(["server"]);
    expect(await from(":status")).toEqual(["client"]);
  });

  it("a proxy's spans are connections", async () => {
    const line = (span: string, text: string) => `DBUG [  1115.1s] proxy={${span}} h2::codec ${text}`;
    const { connections, unexplained, findings } = await lint(
      [],
      [
        logOf(
          [
            line(
              "server=out remote=10.0.0.1:60630",
              "received; frame=Headers { stream_id: StreamId(129), flags: (0x4: END_HEADERS) }",
            ),
            line("server=out remote=10.0.0.1:60630", "received; frame=Reset { stream_id: StreamId(129), error_code: CANCEL }"),
            line(
              "client=in dst=10.0.0.2:9090",
              "received; frame=Headers { stream_id: StreamId(65), flags: (0x5: END_HEADERS | END_STREAM) }",
            ),
            line(
              "client=in dst=10.0.0.2:9090",
              "connection error PROTOCOL_ERROR -- cannot open stream StreamId(65) - not server initiated;",
            ),
          ].join("\n"),
        ),
      ],
    );
    expect(connections.map(({ log }) => log!.side)).toEqual(["server", "client"]);
    expect(unexplained).toEqual([]);
    expect(findings.map(({ rule, offender, connection }) => [rule, offender, connection])).toContainEqual([
      "stream-id/unopened",
      "server",
      2,
    ]);
  });

  it.each([
    ["[sbi] ERROR: on_stream_close_callback() failed (5:STREAM_CLOSED) (../lib/sbi/nghttp2-server.c:1146)", "server"],
    ["inbound:server{port=8080}: hyper::proto::h2: Connection header illegal in HTTP/2: connection", "server"],
    ["Error: 13 INTERNAL: upstream reset\n    at Object.onReceiveStatus (/x/@grpc/grpc-js/build/src/client.js:176:52)", "client"],
    ["ERROR connection reset by peer", undefined],
  ])("%s", async (text, side) => {
    const { connections, findings } = await lint([], [logOf(text)]);
    expect(connections[0]!.log!.side).toBe(side);
    expect(findings[0]!.message.startsWith(side === undefined ? "the log reports" : `the log of the ${side} reports`)).toBe(true);
  });
});

describe("one event in several lines", () => {
  it.each([
    [
      "an exception, its cause and a trace",
      [
        "WARNING: Stream Error",
        "Http2Exception$StreamException: Stream closed before write could take place",
        "\tat io.netty.X.y(X.java:1)",
        "Caused by: java.nio.channels.ClosedChannelException",
      ],
    ],
    [
      "an error and the log's own line of it",
      [
        "I0000 00:00:1754611629.299123    1008 chttp2_transport.cc:1287] ipv4:172.16.11.128:2379: Got goaway [11] err=UNAVAILABLE:GOAWAY received; Error code: 11; Debug Text: too_many_pings {grpc_status:14, http2_error:11}",
        'E0000 00:00:1754611629.299163    1008 chttp2_transport.cc:1316] ipv4:172.16.11.128:2379: Received a GOAWAY with error code ENHANCE_YOUR_CALM and debug data equal to "too_many_pings".',
      ],
    ],
    [
      "a GOAWAY, by two modules of one program",
      [
        "HTTP2 18: Http2Session client: goaway 2 received [last stream id: 3999]",
        "D 2024-01-27T07:18:14.866Z | v1.9.14 18 | transport | (3) 10.96.13.98:8081 connection closed by GOAWAY with code 2 and data undefined",
      ],
    ],
  ])("%s", async (_, lines) => {
    const { connections, findings, unexplained } = await lint([], [logOf(lines.join("\n"))]);
    expect(connections.length).toBe(1);
    expect(findings.length + unexplained.length).toBe(1);
  });

  it("but the same words again are another one", async () => {
    const line = "ERROR Error: 14 UNAVAILABLE: Connection dropped";
    expect((await lint([], [logOf([line, line].join("\n"))])).connections.length).toBe(2);
    const at = (second: number) => `2026-11-23T15:00:${second}Z ERROR`;
    const apart = [`${at(10)} connection reset by peer`, `${at(40)} stream terminated by RST_STREAM with error code: CANCEL`];
    expect((await lint([], [logOf(apart.join("\n"))])).connections.length).toBe(2);
  });

  it("but many lines are many: a long log is not compared with itself", async () => {
    const word = (n: number) => [..."0123456789"].map((_, i) => String.fromCharCode(97 + ((n >> i) & 1))).join("");
    const lines = Array.from({ length: 80 }, (_, i) => `rpc error: code = Unavailable desc = ${word(i)} broken pipe`);
    const { connections } = await lint([], [logOf(lines.join("\n"))]);
    expect(connections.length).toBe(10);
  });

  it("curl's fault is not the server's reset", async () => {
    const lines = [
      "* http2 error: Invalid HTTP header field was received: frame type: 1, stream: 1, name: [x-a], value: [b]",
      "curl: (92) HTTP/2 stream 1 was not closed cleanly: PROTOCOL_ERROR (err 1)",
    ];
    const { findings, unexplained } = await lint([], [logOf(lines.join("\n"))]);
    expect(findings).toEqual([]);
    expect(unexplained.map(({ reaction }) => [reaction.from, reaction.logs![0]!.tells])).toEqual([["client", "fault"]]);
  });
});

describe("formats", () => {
  it("mod_http2 of 2016", async () => {
    const line =
      "[http2:debug] [pid 5865] h2_session.c(652): [client 192.168.1.97:64671] AH03068: h2_session(64): sent FRAME[GOAWAY[error=2, reason='error', last_stream=0]], frames=0/2 (r/s)";
    const { unexplained } = await lint([], [logOf(line)]);
    expect(unexplained.map(({ reaction }) => [reaction.kind, reaction.errorCode, reaction.frame?.from])).toEqual([
      ["goaway", "INTERNAL_ERROR", "server"],
    ]);
  });

  it("nghttp's invalid frames are faults", async () => {
    const line =
      "[  0.008] [INVALID; error=Invalid HTTP header field was received] recv HEADERS frame <length=798, flags=0x04, stream_id=13>";
    const { unexplained, summary } = await lint([], [logOf(line)]);
    expect(summary.frames).toBe(1);
    expect(unexplained.map(({ reaction }) => [reaction.from, reaction.debug])).toEqual([
      ["client", "Invalid HTTP header field was received"],
    ]);
  });
});
