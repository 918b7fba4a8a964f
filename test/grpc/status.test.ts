import { describe, expect, it } from "vitest";
import {
  base64Octets,
  isBase64,
  percentDecode,
  readDetails,
  type StatusDetails,
  statusCode,
  statusName,
} from "../../src/grpc/status.ts";
import { timeoutOf } from "../../src/grpc/timeout.ts";

// gRPC over HTTP2, Status: 1*DIGIT, without leading zeros.
it.each([
  ["0", 0],
  ["16", 16],
  ["99", 99],
  ["", undefined],
  ["00", undefined],
  ["01", undefined],
  ["-1", undefined],
  ["1.0", undefined],
  [" 1", undefined],
  ["OK", undefined],
  ["1".repeat(40), undefined],
])("grpc-status %j is %s", (text, code) => expect(statusCode(text)).toBe(code));

it("names statuses", () => expect([statusName(0), statusName(16), statusName(17)]).toEqual(["OK", "UNAUTHENTICATED", "17"]));

// gRPC over HTTP2, Percent-Encoded: octets 0x20-0x24, 0x26-0x7e stand for themselves.
it.each([
  ["", "", undefined],
  ["not found", "not found", undefined],
  ["100%25", "100%", undefined],
  ["caf%C3%A9%0Aline", "caf\xc3\xa9\nline", undefined],
  ["caf%c3%a9", "caf\xc3\xa9", undefined],
  ["100%", "100%", "percent"],
  ["%4", "%4", "percent"],
  ["%zz%41", "%zzA", "percent"],
  ["%C3", "\xc3", "utf-8"],
  ["caf\xc3\xa9", "caf\xc3\xa9", "octet"],
  ["a\tb", "a\tb", "octet"],
])("grpc-message %j is %j, fault %s", (text, octets, fault) => {
  expect(percentDecode(text)).toEqual(fault === undefined ? { octets } : { octets, fault });
});

// RFC 4648 section 4; gRPC takes padded and unpadded values.
it.each([
  ["", true],
  ["AQ", true],
  ["AQ==", true],
  ["AQI", true],
  ["AQI=", true],
  ["AQID", true],
  ["A", false],
  ["AQ=", false],
  ["AQID=", false],
  ["A===", false],
  ["A-_0", false],
  ["AQ ID", false],
  ["AQ==AQ==", false],
])("%j is base64: %s", (value, is) => {
  expect(isBase64(value)).toBe(is);
  if (is) expect(Buffer.from(base64Octets(value)!).toString("base64").replace(/=/g, "")).toBe(value.replace(/=/g, ""));
});

describe("grpc-status-details-bin", () => {
  // google.rpc.Status: 1 code (varint), 2 message, 3 details (google.protobuf.Any: 1 type_url, 2 value).
  const url = "type.googleapis.com/google.rpc.ErrorInfo";
  const any = Buffer.concat([Buffer.from([0x0a, url.length]), Buffer.from(url), Buffer.from([0x12, 2, 8, 1])]);
  const detail = { typeUrl: url, value: Uint8Array.of(8, 1) };
  const encode = (...parts: readonly (readonly number[] | Buffer)[]) =>
    Buffer.concat(parts.map((part) => Buffer.from(part))).toString("base64");

  it.each([
    ["nothing", "", { code: 0, message: "", details: [] }],
    ["a code", encode([8, 5]), { code: 5, message: "", details: [] }],
    ["code and message", encode([8, 5, 0x12, 2, 0x6e, 0x6f]), { code: 5, message: "no", details: [] }],
    [
      "details twice",
      encode([8, 5], [0x1a, any.length], any, [0x1a, any.length], any),
      { code: 5, message: "", details: [detail, detail] },
    ],
    [
      "a negative code, ten bytes",
      encode([8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
      { code: -1, message: "", details: [] },
    ],
    [
      "fields it does not know",
      encode([0x20, 1, 0x2d, 1, 2, 3, 4, 0x31, 1, 2, 3, 4, 5, 6, 7, 8, 8, 7]),
      { code: 7, message: "", details: [] },
    ],
  ])("%s", (_, value, details) => expect(plain(readDetails(value))).toEqual(details));

  it.each([
    ["no base64", "?"],
    ["a length beyond the end", encode([0x12, 200, 1])],
    ["a varint that does not end", encode([8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1])],
    ["a tag without a value", encode([8])],
    ["field number 0", encode([0, 0])],
    ["a group", encode([0x0b])],
  ])("%s is none", (_, value) => expect(readDetails(value)).toBeUndefined());

  // Octets of any class.
  const plain = (read: StatusDetails | undefined) =>
    read === undefined
      ? undefined
      : { ...read, details: read.details.map(({ typeUrl, value }) => ({ typeUrl, value: Uint8Array.from(value) })) };

  it("is bounded", () => {
    const many = Array.from({ length: 1000 }, () => Buffer.concat([Buffer.from([0x1a, any.length]), any]));
    expect(readDetails(Buffer.concat(many).toString("base64"))?.details.length).toBe(8);
  });
});

// gRPC over HTTP2, Timeout: at most 8 digits, H M S m u n.
it.each([
  ["1S", 1e9],
  ["99999999n", 99_999_999],
  ["2H", 7200e9],
  ["3M", 180e9],
  ["5m", 5e6],
  ["7u", 7000],
  ["0n", 0],
  ["", undefined],
  ["S", undefined],
  ["1", undefined],
  ["1s", undefined],
  ["100000000m", undefined],
  ["-1S", undefined],
  ["1 S", undefined],
  ["1.5S", undefined],
])("grpc-timeout %j is %s ns", (text, nanoseconds) => expect(timeoutOf(text)).toBe(nanoseconds));
