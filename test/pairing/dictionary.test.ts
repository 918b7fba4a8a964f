import { describe, expect, it } from "vitest";
import {
  dictionary,
  isAbout,
  knownAnswers,
  quotedHead,
  quotedKind,
  quotedStream,
  textsLike,
} from "../../src/pairing/dictionary.ts";
import { faults, fits } from "../../src/pairing/fault.ts";
import { rules } from "../../src/rules/index.ts";

const holds = (pattern: string) => rules.some(({ id }) => fits(pattern, id));

describe("the dictionary", () => {
  it("names rules that are there", () => {
    const patterns = [
      ...Object.values(faults).flat(),
      ...dictionary.flatMap(({ texts = [] }) => texts.flatMap((text) => text.rules)),
      ...dictionary.flatMap(({ refuses = [] }) => refuses.flatMap(({ rule }) => rule ?? [])),
    ];
    expect(patterns.filter((pattern) => !holds(pattern))).toEqual([]);
  });

  it("names each implementation once", () => {
    const names = dictionary.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(dictionary.map((software) => [software.name, software] as const))("%s: every answer can be read", (_, software) => {
    const { answers = {}, earlier = {}, refuses = [] } = software;
    const texts = [...Object.values(answers), ...Object.values(earlier), ...refuses.map(({ answer }) => answer)];
    const form = /^(?:[GR] (?:NO|PE|IE|FCE|SC|FSE|RS|CE|EYC)\b|H \d\w\w|X\b|ign\b|ok\b|no frame|grpc-java: |Netty: |after )/;
    for (const text of texts) expect(text).toMatch(form);
    for (const { payload } of software.pings ?? []) expect(payload).toMatch(/^[0-9a-f]{16}$/);
  });

  it("says no word of its own table in the answers for people", () => {
    for (const { id } of rules) {
      for (const { answer } of knownAnswers(id)) expect(answer).not.toMatch(/\b(?:[GR] [A-Z]{2,3}|H \d|ign)\b/);
    }
  });

  it("knows the answers to request trailers", () => {
    const answers = new Map(knownAnswers("grpc/request-trailers").map(({ software, answer }) => [software, answer]));
    expect(answers.get("grpc-go 1.63 or later")).toBe("GOAWAY PROTOCOL_ERROR");
    expect(answers.get("Go net/http")).toBe("accepts it");
    expect(knownAnswers("health/goaway")).toEqual([]);
  });
});

// As the sources and recordings have them.
const TEXTS: readonly (readonly [text: string, software: string, rule: string])[] = [
  [
    "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_STREAM|END_HEADERS stream=1 len=12]",
    "grpc-go",
    "grpc/request-trailers",
  ],
  ["request HEADERS: max concurrent streams exceeded", "nghttp2", "stream/concurrency-exceeded"],
  ["SETTINGS: invalid SETTINGS_ENBLE_PUSH", "nghttp2", "settings/enable-push-value"],
  ["DATA: stream in half-closed(remote)", "nghttp2", "stream/data-after-end-stream"],
  ["PING: stream_id != 0", "nghttp2", "frame/ping-on-stream"],
  ["Request stream 3 is behind the next expected stream 7", "Netty", "stream-id/not-increasing"],
  ["Frame length: 20000 exceeds maximum: 16384", "Netty", "frame/too-large"],
  ["Flow control window exceeded for stream: 0", "Netty", "flow/connection-window-exceeded"],
  ["too_many_resets", "Rust h2", "abuse/rapid-reset"],
  ["HTTP2 settings error", "gRPC C-core", "settings/max-frame-size-range"],
  ["trailing HEADERS frame MUST have END_STREAM flag set", "h2o", "headers/second-headers-no-end-stream"],
  ["invalid_hpack_block", "Jetty", "hpack/index-zero"],
  ["invalid_rst_stream_frame_rate", "Jetty", "abuse/rapid-reset"],
  ["A new remote stream ID of [1] was requested but the most recent stream was [3]", "Tomcat", "stream-id/not-increasing"],
];

it.each(TEXTS)("%s is %s's for %s", (text, software, rule) => {
  const known = textsLike(text);
  expect(known.map((one) => one.software.name)).toEqual([software]);
  expect(known.some((one) => isAbout(one, rule))).toBe(true);
});

it("too_many_pings is nobody's alone", () => {
  expect(textsLike("too_many_pings").map(({ software }) => software.name)).toEqual(["grpc-go", "gRPC C-core", "grpc-java"]);
  expect(textsLike("bye")).toEqual([]);
  expect(textsLike("")).toEqual([]);
});

it.each([
  ["received an illegal stream id: 5. headers frame: [...]", 5],
  ["Stream 7 in unexpected state: HALF_CLOSED_REMOTE", 7],
  ["Flow control window exceeded for stream: 9", 9],
  ["HTTP2 settings error", undefined],
])("%s quotes stream %s", (text, stream) => expect(quotedStream(text)).toBe(stream));

it.each([
  ["DATA: stream in idle", "data"],
  ["request HEADERS: invalid stream_id", "headers"],
  ["WINDOW_UPDATE to idle stream", "window-update"],
  ["Received WINDOW_UPDATE with delta 0 for stream: 3", "window-update"],
  ["invalid stream id in RST_STREAM frame", "rst-stream"],
  ["unexpected non-CONTINUATION frame or stream_id is invalid", undefined],
  ["expected CONTINUATION frame", undefined],
  ["SETTINGS expected", undefined],
  ["too_many_pings", undefined],
])("%s is about %s", (text, kind) => expect(quotedKind(text)).toBe(kind));

it.each([
  [
    "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_STREAM|END_HEADERS stream=1 len=12]",
    { length: 12, endStream: true },
  ],
  [
    "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_HEADERS stream=1 len=0]",
    { length: 0, endStream: false },
  ],
  ["received an illegal stream id: 0. headers frame: [FrameHeader HEADERS len=3]", { length: 3, endStream: false }],
  ["received an illegal stream id: 1", undefined],
])("%s quotes a head", (text, head) => expect(quotedHead(text)).toEqual(head));
