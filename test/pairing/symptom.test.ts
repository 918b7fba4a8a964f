// Lines as programs printed them (recorded, or from their source) and what of the wire they stand for.
import { describe, expect, it } from "vitest";
import { fits } from "../../src/pairing/fault.ts";
import { COUNTS, NO_MESSAGE } from "../../src/pairing/sayings/saying.ts";
import { type Reading, readSymptom } from "../../src/pairing/symptom.ts";
import { rules } from "../../src/rules/index.ts";

const illegal =
  "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_STREAM|END_HEADERS stream=1 len=12]";

const cases: readonly (readonly [line: string, first: Partial<Reading>])[] = [
  // volo-grpc 0.9.1 against grpc-go, recorded.
  [
    'CALL 0 ERR: Status { code: Unknown, message: "connection error", source: Some(hyper::Error(Io, Custom { kind: BrokenPipe, error: "connection closed because of a broken pipe" })) }',
    { software: "Rust h2", kinds: ["fin", "rst"] },
  ],
  [
    'Status { code: Unknown, message: "connection error", source: Some(hyper::Error(Io, Custom { kind: BrokenPipe, error: "stream closed because of a broken pipe" })) }',
    { software: "Rust h2", kinds: ["fin", "rst"] },
  ],
  [
    'Status { code: Internal, message: "h2 protocol error: http2 error", source: None }',
    { software: "Rust h2", kinds: ["goaway", "rst-stream"] },
  ],
  [
    'Status { code: Unknown, message: "h2 protocol error: error reading a body from connection", source: None }',
    { software: "Rust h2", kinds: ["goaway", "rst-stream"] },
  ],
  ["source: Some(hyper::Error(Io, Kind(ConnectionReset)))", { kinds: ["rst"] }],
  // grpc-go's log, recorded.
  [
    `2026/11/23 06:53:21 INFO: [transport] [server-transport 0x1b07d30df520] loopyWriter exiting with error: ${illegal}`,
    { software: "grpc-go", quoted: illegal, stream: 1 },
  ],
  [
    `2026/11/23 06:59:17 INFO: [transport] [server-transport 0x1072bfb32000] Closing: ${illegal}`,
    { software: "grpc-go", quoted: illegal },
  ],
  [
    "2026/11/23 06:56:43 ERROR: [transport] transport: http2Server.HandleStreams received an illegal stream id: 1",
    { stream: 1, software: "grpc-go" },
  ],
  [`connection error received: unspecific protocol error detected (b"${illegal}")`, { software: "grpc-go", quoted: illegal }],
  // Of the sources.
  ["connection error received: detected excessive load generating behavior", { kinds: ["goaway"], codes: ["ENHANCE_YOUR_CALM"] }],
  ["stream error received: stream no longer needed", { kinds: ["rst-stream"], codes: ["CANCEL"] }],
  ["rpc error: code = Canceled desc = context canceled", { kinds: ["goaway", "rst-stream", "fin", "rst"] }],
  ["rpc error: code = Unavailable desc = closed transport", { software: "grpc-go", kinds: ["goaway", "fin", "rst"] }],
  ["rpc error: code = Unavailable desc = error reading from server: EOF", { software: "grpc-go" }],
  [
    'closing transport due to: connection error: desc = "error reading from server: EOF", received prior goaway: code: ENHANCE_YOUR_CALM, debug data: "too_many_pings"',
    { quoted: "too_many_pings" },
  ],
  ["stream terminated by RST_STREAM with error code: REFUSED_STREAM", { kinds: ["rst-stream"], codes: ["REFUSED_STREAM"] }],
  [
    'http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=PROTOCOL_ERROR, debug=""',
    { software: "Go net/http", codes: ["PROTOCOL_ERROR"] },
  ],
  ["stream error: stream ID 5; STREAM_CLOSED", { codes: ["STREAM_CLOSED"], stream: 5 }],
  [
    "http2: server connection error from 127.0.0.1:41024: connection error: PROTOCOL_ERROR",
    { software: "Go net/http", codes: ["PROTOCOL_ERROR"] },
  ],
  ["curl: (92) HTTP/2 stream 1 was not closed cleanly: PROTOCOL_ERROR (err 1)", { codes: ["PROTOCOL_ERROR"], stream: 1 }],
  ["Error [ERR_HTTP2_SESSION_ERROR]: Session closed with error code 2", { software: "Node", codes: ["INTERNAL_ERROR"] }],
  [
    "Error [ERR_HTTP2_STREAM_ERROR]: Stream closed with error code NGHTTP2_REFUSED_STREAM",
    { software: "Node", codes: ["REFUSED_STREAM"] },
  ],
  ["Error: 13 INTERNAL: Received RST_STREAM with code 2 (Internal server error)", { codes: ["INTERNAL_ERROR"] }],
  ["io.grpc.StatusRuntimeException: UNAVAILABLE: Abrupt GOAWAY closed sent stream. HTTP/2 error code: PROTOCOL_ERROR", {}],
  ["INTERNAL: RST_STREAM closed stream. HTTP/2 error code: CANCEL", {}],
  ["GOAWAY received; Error code: 11; Debug Text: too_many_pings", { quoted: "too_many_pings" }],
  ["Request stream 3 is behind the next expected stream 7", { software: "Netty", stream: 3 }],
  [
    "client sent HEADERS frame with incorrect identifier 1, the last was 1 while processing HTTP/2 connection, client: 192.0.2.1",
    { software: "nginx" },
  ],
  ["StreamIDTooLowError: 1 is lower than 3", { software: "python-hyper/h2" }],
  // Texts of public reports.
  ["http2 error: protocol error: unspecific protocol error detected", { software: "Rust h2", codes: ["PROTOCOL_ERROR"] }],
  ["http2 error: protocol error: not a result of an error", { software: "Rust h2", codes: ["NO_ERROR"] }],
  ["error sending request: http2 error: stream no longer needed", { software: "Rust h2", codes: ["CANCEL"] }],
  [
    'status: Internal, message: "h2 protocol error: error reading a body from connection: stream error received: unspecific protocol error detected"',
    { software: "Rust h2", codes: ["PROTOCOL_ERROR"] },
  ],
  ["FrameTooLargeError: Received overlong frame: length 65535, max 16384", { says: expect.stringMatching(/frame is longer/) }],
  ["h2.exceptions.InvalidBodyLengthError: Expected 10 bytes, received 7", { rules: expect.arrayContaining(["headers/*"]) }],
  ["httpx.ReadTimeout", { says: expect.stringMatching(/^the caller's own timer/) }],
  ["java.net.SocketTimeoutException: timeout", { says: expect.stringMatching(/^the caller's own timer/) }],
  ["UND_ERR_HEADERS_TIMEOUT HeadersTimeoutError: Headers Timeout Error", { says: expect.stringMatching(/^the caller's own/) }],
  [
    "TaskCanceledException: The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.",
    { says: expect.stringMatching(/^the caller's own timer/) },
  ],
  ["h2.exceptions.ProtocolError: Attempted to push on closed stream.", { rules: expect.arrayContaining(["push/*"]) }],
  ["invalid frame: Violation in HTTP messaging rule on stream 1", { software: "Envoy" }],
  ["Violation in HTTP messaging rule", { rules: expect.arrayContaining(["push/*"]) }],
  ['NSPOSIXErrorDomain Code=100 "Protocol error"', { software: "CFNetwork" }],
  ["The request :path is invalid: '*'", { software: "Kestrel", rules: expect.arrayContaining(["headers/path-form"]) }],
  [
    "http2: Transport: peer server initiated graceful shutdown after some of Request.Body was written; define Request.GetBody to avoid this error",
    { software: "Go net/http", kinds: ["goaway"], codes: ["NO_ERROR"] },
  ],
  [
    "upstream rejected request with error 0 while reading response header from upstream",
    { software: "nginx", kinds: ["rst-stream"], codes: ["NO_ERROR"] },
  ],
  ["upstream sent goaway with error 11 while reading response header from upstream", { codes: ["ENHANCE_YOUR_CALM"] }],
  [
    "upstream sent invalid http2 table index: 67 while reading response header from upstream",
    { says: expect.stringMatching(/^nginx refused/), rules: expect.arrayContaining(["hpack/*"]) },
  ],
  ["CANCELLED: HTTP/2 error code: CANCEL\\nReceived Rst Stream", { software: "grpc-java", codes: ["CANCEL"] }],
  ["stream was reset: REFUSED_STREAM", { codes: ["REFUSED_STREAM"] }],
  ["upstream_reset_before_response_started{remote_reset}", { software: "Envoy" }],
  ["java.io.IOException: /127.0.0.1:59522: GOAWAY received", { software: "JDK HttpClient", kinds: ["goaway"] }],
  ["java.io.IOException: HTTP/1.1 header parser received no bytes", { rules: expect.arrayContaining(["upgrade/unanswered"]) }],
  ["Can't get stream 1: java.io.EOFException: EOF reached while reading", { software: "JDK HttpClient", kinds: ["fin", "rst"] }],
  ["java.io.IOException: Received RST_STREAM: Stream not processed", { codes: ["REFUSED_STREAM"] }],
  ["java.io.IOException: Received RST_STREAM: Protocol error", { codes: ["PROTOCOL_ERROR"] }],
  ["java.nio.channels.AsynchronousCloseException", { software: "Jetty", kinds: expect.arrayContaining(["goaway"]) }],
  ["java.net.ProtocolException: Expected ':status' header not present", { software: "OkHttp" }],
  ["curl: (16) HTTP/2 stream 1 refused by server, try again on a new connection", { software: "curl" }],
  [
    "gRPC Error (2, StreamException(stream id: 3): Remote end was telling us to stop. This stream was not processed and can therefore be retried (on a new connection).)",
    { software: "Dart", kinds: ["goaway"] },
  ],
  ["HTTPClientError.remoteConnectionClosed", { software: "SwiftNIO" }],
  ["ConnectError: [invalid_argument] protocol error: incomplete envelope", { software: "connect" }],
  ["ConnectError: [internal] protocol error: missing status", { software: "connect" }],
  ['status: Unimplemented, message: "", details: []', { status: 12 }],
  [
    "The HTTP/2 server sent invalid data on the connection. HTTP/2 error code 'PROTOCOL_ERROR' (0x1). (HttpProtocolError)",
    { software: ".NET", rules: expect.arrayContaining(["grpc/keepalive-timeout"]) },
  ],
  ["h2_stream(128-1809,CLOSED): closing with err=1 protocol", { software: "Apache httpd" }],
  ["client exceeded http2_max_field_size limit while processing HTTP/2 connection", { software: "nginx" }],
  [
    "upstream prematurely closed stream while reading response header from upstream",
    { rules: expect.arrayContaining(["headers/content-length-mismatch"]) },
  ],
  ["protocol error: received DATA before a HEADERS frame", { rules: ["headers/data-before-headers"] }],
  ["protocol error: received *http2.MetaHeadersFrame before a SETTINGS frame", { software: "Go net/http" }],
  ["protocol error: received DATA after END_STREAM", { software: "Go net/http" }],
  ["protocol error: received DATA on a HEAD request", { rules: ["headers/content-on-no-content"] }],
  ["http2: Transport received unsolicited DATA frame; closing connection", { software: "Go net/http" }],
  ["Message: a HEADERS frame cannot appear in the middle of a stream", { rules: ["headers/second-headers-no-end-stream"] }],
  ["java.io.IOException: 1/unexpected_data_frame", { software: "Jetty", rules: expect.arrayContaining(["stream/*"]) }],
  ["java.io.IOException: protocol_error/unexpected_data_frame", { software: "Jetty" }],
  ["AH10181: h2_stream(73-15,IDLE): Number of request headers exceeds LimitRequestFields", { http: [431] }],
  ['"GET /a HTTP/2" 503 UR 0 85 3 -', { software: "Envoy", kinds: ["rst-stream"] }],
  ["503 UR", { says: expect.stringContaining("flag UR") }],
  ['"POST / HTTP/2" 503 UF,UC 0 91', { says: expect.stringContaining("flag UC") }],
  ['"response_flags":"UPE"', { says: expect.stringContaining("flag UPE") }],
  ["response_flags=DPE", { says: expect.stringContaining("flag DPE") }],
  ['"GET / HTTP/2" 0 DC 0 0 59999', { says: expect.stringContaining("flag DC") }],
  ["responseFlags: LR", { says: expect.stringContaining("flag LR") }],
  [
    "HTTP/2 stream error code=0x01 client_ip=192.0.2.1 session_id=195931873744250880 stream_id=3 recv headers malformed request",
    { software: "Traffic Server", codes: ["PROTOCOL_ERROR"], stream: 3 },
  ],
  [
    "org.apache.coyote.CloseNowException: Connection [8], Stream [5], This stream is in state [CLOSED_RST_RX] and is not writable",
    { software: "Tomcat" },
  ],
  ["CloseNowException: Connection [8], Stream [299], This stream is not writable", { software: "Tomcat" }],
  ["java.io.IOException: HTTP/2 Stream reset", { software: "Tomcat" }],
  ["com.ibm.ws.http2.upgrade.H2Exception: stream was already closed!", { software: "Open Liberty" }],
  [
    "java.io.IOException: UT000103: Http2 stream was reset",
    { software: "Undertow", kinds: expect.arrayContaining(["rst-stream"]) },
  ],
  ["UT000102: RST_STREAM received for idle stream", { rules: expect.arrayContaining(["stream/rst-on-idle"]) }],
  ["java.io.IOException: UT000104: Incorrect HTTP2 preface", { rules: expect.arrayContaining(["preface/client-magic"]) }],
  [
    "UT000107: Huffman encoded value in HPACK headers did not end with EOS padding",
    { software: "Undertow", rules: expect.arrayContaining(["hpack/*"]) },
  ],
  [
    "InformationalError: HTTP/2: stream half-closed (remote)",
    { software: "undici", kinds: expect.arrayContaining(["rst-stream"]) },
  ],
  ['InformationalError: HTTP/2: "stream timeout after 300000"', { says: expect.stringMatching(/^the caller's own timer/) }],
  ["NIOHTTP2Errors.NoSuchStream(streamID: HTTP2StreamID(5))", { software: "SwiftNIO" }],
  [
    "com.twitter.finagle.ChannelClosedException: ChannelException at remote address: /127.0.0.1:57957. Remote Info: Not Available",
    { software: "Finagle", kinds: ["fin", "rst"] },
  ],
  // Lines of logs that the dictionary knows.
  ["ignoring grpc_chttp2_stream with non-client generated index 2", { software: "gRPC C-core" }],
  ['Connection id "0HN1": HTTP/2 connection error.', { software: "Kestrel" }],
  ["curl: (16) HTTP/2 stream 1 was not closed cleanly: error_code = 8", { codes: ["CANCEL"], software: "nghttp2" }],
  ['transport: timeout string is too long: "5000000000n"', { rules: ["grpc/timeout-grammar"] }],
  [
    'rpc error: code = Internal desc = malformed grpc-timeout: transport: timeout unit is not recognized: "10x"',
    { rules: ["grpc/timeout-grammar"] },
  ],
  ["13 INTERNAL: Too many responses received", { rules: [...COUNTS] }],
  ["INTERNAL: More than one value received for unary call", { rules: [...COUNTS] }],
  [
    "rpc error: code = Internal desc = cardinality violation: expected <EOF> for non server-streaming RPCs, but received another message",
    { rules: [...COUNTS] },
  ],
  [
    "rpc error: code = Internal desc = cardinality violation: received no response message from non-server-streaming RPC",
    { rules: [...NO_MESSAGE] },
  ],
  ["nghttpx: GOAWAY error_code=PROTOCOL_ERROR", { codes: ["PROTOCOL_ERROR"] }],
];

describe("a symptom", () => {
  it.each(cases)("%s", (line, first) => {
    const readings = readSymptom(line);
    expect(readings.length).toBeGreaterThan(0);
    expect(readings[0]).toMatchObject(first);
  });

  it("that says one thing is not read as another", () => {
    const says = (text: string) => readSymptom(text).map((reading) => reading.says);
    expect(says("upstream sent invalid http2 table index: 67 while reading response header from upstream")).not.toContainEqual(
      expect.stringMatching(/^nginx lost/),
    );
    // A reset of the other side is no fault of it.
    expect(says("upstream_reset_before_response_started{remote_reset}")).not.toContainEqual(expect.stringMatching(/fault/));
    expect(says("HTTP/2 error code: CANCEL\nReceived Rst Stream")).not.toContainEqual(expect.stringMatching(/OkHttp/));
    const software = (text: string) => readSymptom(text).map((reading) => reading.software);
    expect(software("check_status: 13:GOAWAY received (GRPC::Internal)")).not.toContain("JDK HttpClient");
    expect(software("EOF reached")).not.toContain("JDK HttpClient");
    expect(software("Received RST_STREAM: 1")).not.toContain("JDK HttpClient");
    expect(software("src/unexpected_data_frame.cc")).not.toContain("Jetty");
    expect(software("HTTP/2 stream error code=0x01 client_ip=192.0.2.1")).not.toContain("Kestrel");
    expect(says("response_flags=DPE")).not.toContainEqual(expect.stringMatching(/timer/));
    for (const flagless of ['"GET / HTTP/2" 503 - 0 85', "48 UR", "response_flags=-", "503 URGENT"])
      expect(says(flagless)).not.toContainEqual(expect.stringMatching(/flag/));
    expect(readSymptom("h2_stream(128-1809,CLOSED): closing with err=0")).toEqual([]);
    expect(readSymptom("status: Unimplemented").map((reading) => reading.status)).not.toContain(12);
    for (const setting of ["ReadTimeout: 30s", "ReadTimeout=30", "BodyTimeout = 5000"]) expect(says(setting)).toEqual([]);
  });

  it("that nobody knows has no reading", () => {
    expect(readSymptom("all is well")).toEqual([]);
    expect(readSymptom("")).toEqual([]);
  });

  it("names rules that are there", () => {
    const named = cases.flatMap(([line]) => readSymptom(line)).flatMap((reading) => reading.rules ?? []);
    expect(named.filter((pattern) => !rules.some(({ id }) => fits(pattern, id)))).toEqual([]);
  });

  // A pattern that goes back and forth over such a text would not end before the test is given up.
  it("is read to its end, whatever it is", () => {
    for (const text of [
      "a: ".repeat(1e5),
      '"'.repeat(1e5),
      "connection error received: ".repeat(1e4),
      "GOAWAY received; Error code: 1; Debug Text: {".repeat(2e3),
    ]) {
      readSymptom(text);
    }
  });
});
