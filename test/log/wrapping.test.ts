import { describe, expect, it } from "vitest";
import { timeOf } from "../../src/log/timestamp.ts";
import { unwrapped } from "../../src/log/wrapping.ts";
import { reading } from "./logging.ts";

const said = 'rpc error: code = Unavailable desc = connection error: desc = "error reading from server: EOF"';

describe("the message of a line", () => {
  it.each([
    ["zap", JSON.stringify({ level: "info", ts: 1558111492.11, logger: "x", msg: said })],
    ["logrus", JSON.stringify({ component: "grpc", level: "error", msg: said, time: "2019-05-17T16:44:52.11Z" })],
    ["docker around zap", JSON.stringify({ log: `${JSON.stringify({ ts: 1558111492.11, msg: said })}\n`, stream: "stderr" })],
    ["log4j2", JSON.stringify({ instant: { epochSecond: 1558111492, nanoOfSecond: 110_000_000 }, message: said })],
    ["tracing", JSON.stringify({ timestamp: "2019-05-17T16:44:52.11Z", fields: { message: said }, target: "x" })],
    ["CRI", `2019-05-17T16:44:52.110000000Z stderr F ${said}`],
    ["journald", `2019-05-17T16:44:52.11+0000 node-1 api[812]: ${said}`],
    ["logfmt", `ts=2019-05-17T16:44:52.110Z level=info msg="${said.replaceAll('"', '\\"')}"`],
    ["CSV", `"2019-05-17T16:44:52.110Z","srv","${said.replaceAll('"', '""')}"`],
  ])("%s", (_name, line) => {
    const text = unwrapped(line);
    expect(text).toContain(said);
    expect(timeOf(text)!.seconds).toBeCloseTo(1558111492.11, 5);
  });

  it.each([
    ["no JSON", "{ not: json }"],
    ["JSON without a message", '{"a":1}'],
    ["JSON of a list", "[1,2]"],
    ["a message that begins with a field", "msg=plain words"],
    ["a line that quotes", 'he said "a","b" to me'],
    ["nothing", ""],
  ])("is the line itself where nothing is around it: %s", (_name, line) => expect(unwrapped(line)).toBe(line));

  it("keeps its own time before the collector's", () => {
    const inner = "2026/11/28 17:26:32.5 http2: panic serving 127.0.0.1:40202: boom";
    expect(unwrapped(`2026-11-28T18:00:00+0100 node-1 api[812]: ${inner}`)).toBe(inner);
  });

  it("has the other fields of a structured event after it", () => {
    const line = JSON.stringify({
      timestamp: "2026-11-28T17:25:42Z",
      fields: { message: "received", frame: "Ping { ack: true }" },
    });
    expect(unwrapped(line)).toBe("2026-11-28T17:25:42Z received frame=Ping { ack: true }");
  });
});

describe("octets", () => {
  const line = "2026-11-28T17:25:42Z DEBUG h2::codec::framed_read: received frame=Data { stream_id: StreamId(1) }\r\n";
  it.each([
    ["UTF-16, little end first", Buffer.from(`\ufeff${line}`, "utf16le")],
    ["UTF-16, big end first", Buffer.from(`\ufeff${line}`, "utf16le").swap16()],
    ["UTF-8 with its mark", Buffer.from(`\ufeff${line}`, "utf8")],
  ])("%s", async (_name, octets) => {
    const { frames } = await reading(octets);
    expect(frames.map(({ frame }) => frame.kind)).toEqual(["data"]);
  });
});
