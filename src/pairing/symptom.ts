// What programs and their logs say when a call fails, and what of the wire each saying stands for: read from source or recorded.
// A reading narrows the search; what a capture shows decides.
import { errorCodeName } from "../http2/error-code.ts";
import { dictionary, textsLike } from "./dictionary.ts";
import type { Reaction } from "./reaction.ts";
import type { Tells } from "./software.ts";

/** One thing that a text may stand for. What is absent is not said. */
export interface Reading {
  /** Whose words they are; absent: anybody's. */
  readonly software?: string;
  readonly says: string;
  readonly kinds?: readonly Reaction["kind"][];
  /** Error codes, by name. */
  readonly codes?: readonly string[];
  readonly stream?: number;
  /** Rules that it names, `family/*` for all of a family. */
  readonly rules?: readonly string[];
  /** What the other side wrote into its GOAWAY, or a status message. */
  readonly quoted?: string;
  /** `grpc-status`. */
  readonly status?: number;
}

/** What a pasted text may stand for, the most telling first; empty: nothing is known of it. */
export function readSymptom(pasted: string): Reading[] {
  const text = pasted.slice(0, OCTETS);
  const stream = streamIn(text);
  const common = stream === undefined ? {} : { stream };
  const readings: Reading[] = [];
  for (const fragment of fragmentsOf(text)) {
    for (const { software, text: known } of textsLike(fragment)) {
      const says = `${known.says}`;
      if (!readings.some((reading) => reading.says === says))
        readings.push({ software: software.name, says, rules: known.rules, quoted: fragment, ...common });
    }
  }
  for (const { software, text: pattern, says, kinds, codes, rules, status } of SYMPTOMS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const { code, text: quoted } = match.groups ?? {};
    const named = code === undefined ? codes : [codeName(code)];
    readings.push({
      ...(software === undefined ? {} : { software }),
      says,
      ...(kinds === undefined ? {} : { kinds }),
      ...(named === undefined ? {} : { codes: named }),
      ...(rules === undefined ? {} : { rules }),
      ...(quoted === undefined || quoted === "" ? {} : { quoted }),
      ...(status === undefined ? {} : { status }),
      ...common,
    });
  }
  for (const { name, lines = [] } of dictionary) {
    for (const { has, text: pattern, says, rules, tells } of lines) {
      const match = text.includes(has) ? pattern.exec(text) : null;
      if (match === null || readings.some((reading) => reading.software === name)) continue;
      const { code } = match.groups ?? {};
      readings.push({
        ...{ software: name, says: says ?? LINES[tells] },
        ...(tells === "close" ? { kinds: ["goaway", "fin", "rst"] } : tells === "fault" ? {} : { kinds: anyEnd }),
        ...(code === undefined ? {} : { codes: [codeName(code)] }),
        ...(rules === undefined ? {} : { rules }),
        ...common,
      });
    }
  }
  const codes = [...new Set([...text.matchAll(CODE)].map(([, name]) => name!))];
  if (codes.length > 0 && !readings.some((reading) => reading.codes !== undefined))
    readings.push({ says: `it names the error code ${codes.join(", ")}`, kinds: ["goaway", "rst-stream"], codes, ...common });
  return readings;
}

/** The whole, what stands in quotes, and what follows a colon: where a log line holds the text of a GOAWAY. */
function fragmentsOf(text: string): string[] {
  const fragments = [text.trim()];
  for (const [, quoted] of text.matchAll(/["']((?:[^"'\\]|\\.)+)["']/g)) fragments.push(quoted!.trim());
  for (const match of text.matchAll(/[:=] +/g)) fragments.push(text.slice(match.index + match[0].length).trim());
  return [...new Set(fragments.filter((fragment) => fragment.length > 0).slice(0, FRAGMENTS))];
}

const streamIn = (text: string): number | undefined => {
  const match = /\bstream(?:[ _]?id)?(?: ID)?[\s:=(]+(?:StreamId\()?(\d{1,10})\b/i.exec(text);
  return match === null ? undefined : Number(match[1]);
};

/** `PROTOCOL_ERROR` of `1`, `NGHTTP2_PROTOCOL_ERROR`, `ProtocolError` and what Rust h2 calls it. */
function codeName(text: string): string {
  if (/^\d+$/.test(text)) return errorCodeName(Number(text));
  const described = H2_REASONS.indexOf(text);
  return described < 0 ? text.replace(/^NGHTTP2_/, "") : errorCodeName(described);
}

interface Symptom extends Omit<Reading, "stream" | "quoted"> {
  /** Groups: `code`, and `text` for what it quotes of the wire. */
  readonly text: RegExp;
}

// As its `Display` has them, by code.
const H2_REASONS: readonly string[] = [
  "not a result of an error",
  "unspecific protocol error detected",
  "unexpected internal error encountered",
  "flow-control protocol violated",
  "settings ACK not received in timely manner",
  "received frame when stream half-closed",
  "frame with invalid size",
  "refused stream before processing any application logic",
  "stream no longer needed",
  "unable to maintain the header compression context",
  "connection established in response to a CONNECT request was reset or abnormally closed",
  "detected excessive load generating behavior",
  "security properties do not meet minimum requirements",
  "endpoint requires HTTP/1.1",
];

const LINES: Readonly<Record<Tells, string>> = {
  fault: "it calls what the other side sent a fault",
  sent: "it found a fault, and ended the stream or the connection",
  received: "the other side ended the stream or the connection with an error",
  close: "the connection ended",
  symptom: "a call failed of it",
};

const SECOND_HEADERS = [
  "grpc/request-trailers",
  "headers/request-trailers",
  "headers/second-headers-no-end-stream",
  "stream-id/*",
] as const;

const ends = ["fin", "rst"] as const;
const anyEnd = ["goaway", "rst-stream", "fin", "rst"] as const;

const SYMPTOMS: readonly Symptom[] = [
  {
    software: "Rust h2",
    text: /(?:connection|stream) closed because of a broken pipe/,
    says: "Rust h2 (hyper, tonic, Volo) says so when the server closed TCP while a stream was open, without GOAWAY or after one that covered the stream",
    kinds: ends,
  },
  {
    software: "Rust h2",
    text: /h2 protocol error: (?:http2 error|error reading a body from connection)/,
    says: "hyper's words for a GOAWAY or RST_STREAM with an error: the reason stands in the frame alone",
    kinds: ["goaway", "rst-stream"],
  },
  {
    software: "Rust h2",
    text: /connection error received: (?<code>[^("]+?)(?: \(b?"(?<text>(?:[^"\\]|\\.)*)"\))?$/,
    says: "Rust h2 received a GOAWAY",
    kinds: ["goaway"],
  },
  {
    software: "Rust h2",
    text: /stream error received: (?<code>[^("]+?)(?: \(|$)/,
    says: "Rust h2 received RST_STREAM",
    kinds: ["rst-stream"],
  },
  {
    software: "Rust h2",
    text: /(?:connection|stream) error detected: (?<code>[^("]+?)(?: \(|$)/,
    says: "Rust h2 itself found the fault, and sent GOAWAY or RST_STREAM",
    kinds: ["goaway", "rst-stream"],
  },
  {
    software: "Rust h2",
    text: /connection error (?<code>[A-Z_]+) -- /,
    says: "Rust h2 found a fault of the other side, and sent GOAWAY",
    kinds: ["goaway"],
  },
  {
    software: "Rust h2",
    text: /stream error (?<code>[A-Z_]+) -- /,
    says: "Rust h2 found a fault of the other side, and sent RST_STREAM",
    kinds: ["rst-stream"],
  },
  {
    software: "grpc-go",
    text: /HandleStreams received an illegal stream id: \d+/,
    says: "grpc-go before 1.63 closes without GOAWAY on any second HEADERS of a stream, and on any id that is even or not above the highest",
    rules: [...SECOND_HEADERS, "stream/headers-after-end-stream", "stream/headers-on-closed"],
  },
  {
    software: "grpc-go",
    text: /received prior goaway: code: (?<code>[A-Z_]+)(?:, debug data: "(?<text>(?:[^"\\]|\\.)*)")?/,
    says: "a grpc-go client lost its connection after the server's GOAWAY",
    kinds: ["goaway"],
  },
  {
    software: "grpc-go",
    text: /stream terminated by RST_STREAM with error code: (?<code>[A-Z_]+)/,
    says: "a grpc-go client received RST_STREAM",
    kinds: ["rst-stream"],
  },
  {
    software: "grpc-go",
    text: /closed transport|transport is closing|error reading from server: EOF|failed to write status/,
    says: "grpc-go says so of calls on a connection that ended under them",
    kinds: ["goaway", "fin", "rst"],
  },
  {
    software: "grpc-go",
    text: /server closed the stream without sending trailers/,
    says: "a grpc-go client saw a response end without grpc-status",
    rules: ["grpc/ended-without-trailers", "grpc/status-missing"],
  },
  {
    software: "grpc-go",
    text: /got too many pings from the client|too_many_pings/,
    says: "the server counts PINGs that came sooner than it allows",
    rules: ["abuse/ping-flood", "grpc/keepalive-too-frequent"],
    codes: ["ENHANCE_YOUR_CALM"],
  },
  {
    text: /connection reset by peer|ECONNRESET|ConnectionReset|Connection reset/,
    says: "the other side closed TCP with RST: it had given the connection up, or left octets unread",
    kinds: ["rst"],
  },
  {
    text: /context canceled|context cancelled|CANCELLED|Cancelled|StreamRemoved/,
    says: "a call was cancelled: in a server's handler because the client reset the stream or the connection ended under it",
    kinds: anyEnd,
  },
  {
    text: /context deadline exceeded|DEADLINE_EXCEEDED|DeadlineExceeded|Deadline Exceeded/,
    says: "a deadline passed before the answer was there",
    rules: ["grpc/deadline-*", "health/*"],
    status: 4,
  },
  {
    text: /UNAVAILABLE|code = Unavailable|Unavailable:|code: Unavailable/,
    says: "gRPC clients say so of calls on a connection that ended under them, or that the server refused",
    kinds: anyEnd,
    status: 14,
  },
  {
    text: /RESOURCE_EXHAUSTED|ResourceExhausted|received message larger than max/,
    says: "a message or the load was too large for the receiver, or the server asked for calm",
    rules: ["grpc/message-too-large"],
    status: 8,
  },
  {
    software: "Go net/http",
    text: /server sent GOAWAY and closed the connection; LastStreamID=\d+, ErrCode=(?<code>[A-Z_]+), debug="(?<text>(?:[^"\\]|\\.)*)"/,
    says: "Go's client received a GOAWAY, and then the connection ended",
    kinds: ["goaway"],
  },
  {
    software: "Go net/http",
    text: /connection error: (?<code>[A-Z][A-Z_]+[A-Z])\b/,
    says: "Go found a fault of the other side, and sent GOAWAY or closed",
    kinds: ["goaway", "fin", "rst"],
  },
  {
    software: "Go net/http",
    text: /stream error: stream ID \d+; (?<code>[A-Z_]+)/,
    says: "a stream was reset, by the other side or by Go itself",
    kinds: ["rst-stream"],
  },
  {
    software: "Go net/http",
    text: /http2: client connection lost|client conn(?:ection)? could not be established|unexpected EOF/,
    says: "the connection ended while a request was under way",
    kinds: ["goaway", "fin", "rst"],
  },
  {
    software: "nghttp2",
    text: /HTTP\/2 stream \d+ was not closed cleanly: \w+ \(err (?<code>\d+)\)/,
    says: "curl's stream was reset, or its connection ended with this code",
    kinds: ["goaway", "rst-stream"],
  },
  {
    software: "nghttp2",
    text: /Error in the HTTP2 framing layer/,
    says: "curl itself found a fault of the server, or the connection broke inside a frame",
    kinds: anyEnd,
  },
  {
    software: "Node",
    text: /Session closed with error code (?<code>\w+)/,
    says: "Node's session ended by a GOAWAY, its own or the other side's",
    kinds: ["goaway"],
  },
  {
    software: "Node",
    text: /Stream closed with error code (?<code>\w+)/,
    says: "Node's stream was reset",
    kinds: ["rst-stream"],
  },
  {
    software: "grpc-js",
    text: /Received RST_STREAM with code (?<code>\d+)/,
    says: "grpc-js saw its stream end with this code: by RST_STREAM, or with the connection",
    kinds: anyEnd,
  },
  {
    software: "grpc-js",
    text: /connection closed by GOAWAY with code (?<code>\d+)(?: and data (?<text>.*))?/i,
    says: "grpc-js received a GOAWAY",
    kinds: ["goaway"],
  },
  {
    software: "grpc-js",
    text: /Connection dropped/,
    says: "grpc-js lost its connection",
    kinds: ["goaway", "fin", "rst"],
  },
  {
    software: "grpc-java",
    text: /Abrupt GOAWAY closed (?:sent|unsent) stream\. HTTP\/2 error code: (?<code>[A-Z_0-9]+)(?:.*debug data: (?<text>.*))?/,
    says: "a grpc-java client received a GOAWAY",
    kinds: ["goaway"],
  },
  {
    software: "grpc-java",
    text: /RST_STREAM closed stream\. HTTP\/2 error code: (?<code>[A-Z_0-9]+)/,
    says: "a grpc-java client received RST_STREAM",
    kinds: ["rst-stream"],
  },
  {
    software: "gRPC C-core",
    text: /GOAWAY received; Error code: (?<code>\d+); Debug Text: (?<text>.*?)(?: \{.*)?$/,
    says: "a C-core client received a GOAWAY",
    kinds: ["goaway"],
  },
  {
    software: "gRPC C-core",
    text: /Socket closed|recvmsg:Connection reset/,
    says: "a C-core client lost its connection",
    kinds: ["goaway", "fin", "rst"],
  },
  {
    software: "gRPC C-core",
    text: /Trailing metadata frame received without an end-o-stream|too many header frames received/,
    says: "C-core saw a second HEADERS without END_STREAM",
    rules: ["headers/second-headers-no-end-stream"],
  },
  {
    software: "nghttp2",
    text: /bad client magic|BAD_CLIENT_MAGIC|unexpected HTTP\/1\.x request|Unexpected HTTP\/1\.x request|HTTP\/2 client preface string missing/i,
    says: "the server saw octets that are not the connection preface of HTTP/2: the client spoke HTTP/1 or TLS",
    rules: ["preface/client-magic", "preface/client-spoke-tls"],
  },
  {
    text: /first record does not look like a TLS handshake|wrong version number|WRONG_VERSION_NUMBER|packet length too long/i,
    says: "one side speaks TLS and the other does not",
    rules: ["preface/server-spoke-*", "preface/client-spoke-tls", "preface/server-closed-first"],
  },
  {
    text: /connection refused|ECONNREFUSED|actively refused/i,
    says: "nothing listens on the port, or a firewall refuses",
    rules: ["preface/connection-refused"],
  },
  {
    text: /\bEOF\b|error reading server preface|(?<!because of a )broken pipe|socket hang up/i,
    says: "the other side closed the connection before the answer was there",
    kinds: ends,
    rules: ["preface/server-closed-first"],
  },
  {
    text: /connection timed out|ETIMEDOUT|i\/o timeout|keepalive (?:ping|watchdog)|client connection lost|keepalive timeout/i,
    says: "nothing came back from the other side",
    rules: ["health/peer-unreachable", "preface/connection-refused", "grpc/keepalive-timeout"],
  },
  {
    software: "Netty",
    text: /Sent GOAWAY: lastStreamId '\d+', errorCode '(?<code>\d+)', debugData '(?<text>[^']*)'/,
    says: "Netty sent a GOAWAY",
    kinds: ["goaway"],
  },
  {
    software: "nginx",
    text: /client sent HEADERS frame with incorrect identifier \d+, the last was \d+/,
    says: "nginx says so of any second HEADERS of a stream, and of any id that is even or not above the last",
    rules: SECOND_HEADERS,
  },
  {
    software: "nginx",
    text: /client violated (?:connection )?flow control/,
    says: "the client sent more than nginx's window allowed",
    rules: ["flow/stream-window-exceeded", "flow/connection-window-exceeded"],
  },
  {
    software: "Envoy",
    text: /invalid frame: .+ on stream \d+|http2\.violation\.of\.messaging\.rule/,
    says: "Envoy found a fault of the other side, and closed or reset",
    kinds: anyEnd,
  },
  {
    software: "python-hyper/h2",
    text: /StreamIDTooLowError: \d+ is lower than \d+/,
    says: "python-hyper/h2 saw a stream id that is not above the last",
    rules: ["stream-id/*"],
  },
  {
    software: "python-hyper/h2",
    text: /StreamClosedError: \d+/,
    says: "python-hyper/h2 saw a frame on a stream that was closed",
    rules: ["stream/*", "stream-id/reuse"],
  },
];

const CODE =
  /\b(?:NGHTTP2_)?(PROTOCOL_ERROR|INTERNAL_ERROR|FLOW_CONTROL_ERROR|SETTINGS_TIMEOUT|STREAM_CLOSED|FRAME_SIZE_ERROR|REFUSED_STREAM|CANCEL|COMPRESSION_ERROR|CONNECT_ERROR|ENHANCE_YOUR_CALM|INADEQUATE_SECURITY|HTTP_1_1_REQUIRED)\b/g;

// Of what is pasted; pieces of it that are looked up.
const OCTETS = 8192;
const FRAGMENTS = 64;
