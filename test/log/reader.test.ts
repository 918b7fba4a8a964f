import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs, seedOr } from "../fuzzing.ts";
import { fixture, reading, root, textOf } from "./logging.ts";

const client = textOf(`${root}samples/h2-trailers-grpc-go-1.85.client.log`);

describe("a log", () => {
  it.each([1, 2, 3, 7, 64])("is the same however it comes: %i bytes a time", async (step) => {
    const whole = await reading(client);
    expect((await reading(client, { step })).events).toEqual(whole.events);
  });

  it("may be compressed", async () => {
    const packed = gzipSync(client);
    expect((await reading(packed, { step: 10 })).events).toEqual((await reading(client)).events);
    const cut = await reading(packed.subarray(0, packed.length - 200));
    expect(cut.diagnostics.map(({ code }) => code)).toContain("log/damaged-compression");
    expect(cut.events.length).toBeGreaterThan(0);
  });

  it("ends without a line end", async () => {
    expect((await reading(client.trimEnd())).events).toEqual((await reading(client)).events);
  });

  it("tells what of it was not read", async () => {
    const { diagnostics, lines, read } = await reading(`hello\n${client}`);
    expect([lines, read]).toEqual([17, 14]);
    expect(diagnostics).toEqual([
      { code: "log/unknown-lines", place: { in: "log", file: 0, line: 1 }, data: { file: "x.log", lines: 3 } },
    ]);
  });

  it.each(["", "hello\nworld\n", "\0\0\0\0", "\xd4\xc3\xb2\xa1"])("of no format says so: %j", async (text) => {
    const { diagnostics, events } = await reading(text);
    expect(events).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(["log/unknown-format"]);
  });

  it("has lines of a bound", async () => {
    const long = `DEBUG h2: send frame=Data { stream_id: StreamId(1) } ${"x".repeat(20_000)}\n`;
    const { diagnostics, frames, lines } = await reading(long + long, { step: 1000 });
    expect(lines).toBe(2);
    expect(frames.map(({ text }) => text.length)).toEqual([1000, 1000]);
    expect(diagnostics).toContainEqual({
      code: "limit/log-line",
      place: { in: "log", file: 0, line: 1 },
      data: { file: "x.log", lines: 2, limit: 8192 },
    });
  });

  it("keeps so many lines", async () => {
    const { diagnostics, events } = await reading(client, { limits: { logEvents: 3 } });
    expect(events.map(({ place }) => place.line)).toEqual([1, 3, 4]);
    expect(diagnostics).toContainEqual({
      code: "limit/log-events",
      place: { in: "log", file: 0, line: 5 },
      data: { file: "x.log", limit: 3 },
    });
  });

  it("may be damaged anywhere", async () => {
    const texts = [
      client,
      textOf(fixture("h2-trailers-grpc-go-1.51.server.log")),
      textOf(fixture("nghttp.log")),
      textOf(fixture("go.server.log")),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 30 }),
        fc.nat(),
        async (text, damage, cut) => {
          const bytes = Buffer.from(text, "utf8");
          for (const [at, octet] of damage) bytes[at % bytes.length] = octet;
          const { events, lines } = await reading(bytes.subarray(0, cut % (bytes.length + 1)));
          for (const { place } of events) expect(place.line).toBeLessThanOrEqual(lines);
        },
      ),
      { numRuns: runs(60), seed: seedOr(7) },
    );
  });

  it("of hostile lines ends", async () => {
    const lines = [
      "WARN",
      "stream error ",
      "client sent ",
      "Sent GOAWAY: lastStreamId '1', errorCode '1', debugData '",
      "[C1] invalid frame: ",
      "frame=",
      "Closing: ",
      "\\\\x",
      "[id: 0x1, L:/",
    ].map((text) => text.repeat(1000).slice(0, 8000));
    await reading(Array.from({ length: 20 }, () => lines.join("\n")).join("\n"));
  });
});

describe("which end wrote it", () => {
  it.each([
    ["DEBUG Connection{peer=Client}: h2: send frame=Data { stream_id: StreamId(1) }", "client"],
    ["DEBUG Connection{peer=Server}: h2: send frame=Data { stream_id: StreamId(1) }", "server"],
    ["DEBUG h2: send frame=Data { stream_id: StreamId(1) }", undefined],
    ["x [server-transport 0x1] Closing: EOF", "server"],
    ["x [client-transport 0x1] Closing: EOF", "client"],
    ["x [client-transport 0x1] Closing: EOF\nx [server-transport 0x1] Closing: EOF", undefined],
    ["*1 client sent DATA frame for half-closed stream 1 while", "server"],
  ])("%s: %s", async (text, side) => expect((await reading(text)).side).toBe(side));

  it("is what the user says", async () => {
    expect((await reading("x [server-transport 0x1] Closing: EOF", { side: "client" })).side).toBe("client");
  });
});
