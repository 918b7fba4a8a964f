// `h2lint calls` on stories, and against what the programs of the recorded gRPC traffic saw.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { CapturePipeline } from "../../src/capture-pipeline.ts";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { assemblerFor, buildPipeline } from "../../src/pipeline.ts";
import { callsJson, callsNdjson, callsTable } from "../../src/report/calls.ts";
import { ExchangeLister, type ExchangeObject } from "../../src/report/exchange.ts";
import { MetadataKeeper, type MetadataOptions } from "../../src/report/metadata.ts";
import { MethodSummary } from "../../src/report/method-summary.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story, written } from "../../src/testing.ts";
import { type Filter, TrafficFilter } from "../../src/traffic-filter.ts";
import { capture, haveCaptures } from "../capture/reading.ts";
import { Connections } from "../connections.ts";

const end = { endStream: true } as const;
const grpc = { fields: grpcRequest } as const;
const answer = { fields: grpcResponse } as const;
const hello = "\0\0\0\0\x01a";
const all = { connection: () => true, exchange: () => true };

function exchangesOf(story: Story, limits: Partial<Limits> = {}, metadata?: MetadataOptions): ExchangeObject[] {
  const exchanges: ExchangeObject[] = [];
  const full = { ...defaultLimits, ...limits };
  const clock = new Clock();
  const lister = new ExchangeLister(
    () => clock,
    all,
    full,
    (exchange) => exchanges.push(exchange),
    metadata === undefined ? {} : { metadata: new MetadataKeeper(metadata, full) },
  );
  playModel(written(story).segments, [new CallReader([], full), lister], full, () => {});
  return exchanges;
}

describe("an exchange", () => {
  it("of gRPC has status, messages, bytes and times", () => {
    const [call] = exchangesOf((s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "2S" } })
        .data(1, hello)
        .data(1, hello, end)
        .server.headers(1, answer)
        .data(1, hello)
        .trailers(1, { "grpc-status": "5", "grpc-message": "caf%C3%A9" }),
    );
    const { start, ...rest } = call!;
    expect(start).toMatch(/^\d+\.\d{9}$/);
    expect(rest).toEqual({
      ...{ connection: 1, stream: 1, protocol: "grpc", peer: "192.0.2.2:80" },
      ...{ method: "POST", path: "/a.B/C", authority: "h2.test", status: 200, grpcStatus: 5, grpcMessage: "café" },
      ...{ requestMessages: 2, responseMessages: 1, requestOctets: 12, responseOctets: 6 },
      // HEADERS, two DATA, HEADERS, DATA, trailers: a millisecond each.
      ...{ duration: 5e6, timeToFirstMessage: 4e6, deadline: 2e9, deadlinePassed: false, end: "complete" },
    });
  });

  it("that is answered by trailers alone says so", () => {
    const ask: Story = (s) => s.client.headers(1, grpc).data(1, hello, end);
    const status = { ...grpcResponse, "grpc-status": "5" };
    const [only] = exchangesOf((s) => void [ask(s), s.server.headers(1, { ...end, fields: status })]);
    expect(only).toMatchObject({ trailersOnly: true, grpcStatus: 5 });
    expect(only).not.toHaveProperty("timeToFirstMessage");
    const [trailers] = exchangesOf((s) => void [ask(s), s.server.headers(1, answer).trailers(1, { "grpc-status": "5" })]);
    expect(trailers).not.toHaveProperty("trailersOnly");
    const [data] = exchangesOf((s) => void [ask(s), s.server.headers(1, { fields: status }).data(1, hello, end)]);
    expect(data).not.toHaveProperty("trailersOnly");
    const [http] = exchangesOf((s) => s.client.headers(1, end).server.headers(1, end));
    expect(http).not.toHaveProperty("trailersOnly");
  });

  it("has the details of its error", () => {
    // google.rpc.Status: code 5, details an Any of google.rpc.LocalizedMessage with locale "de".
    const url = "type.googleapis.com/google.rpc.LocalizedMessage";
    const any = Buffer.concat([Buffer.of(0x0a, url.length), Buffer.from(url), Buffer.of(0x12, 4, 0x0a, 2), Buffer.from("de")]);
    const octets = Buffer.concat([Buffer.of(8, 5, 0x1a, any.length), any]);
    const json = [{ "@type": url, locale: "de" }];
    for (const value of [octets.toString("base64"), `\0${octets.toString("latin1")}`]) {
      const [call] = exchangesOf((s) =>
        s.client
          .headers(1, grpc)
          .data(1, hello, end)
          .server.headers(1, { ...end, fields: { ...grpcResponse, "grpc-status": "5", "grpc-status-details-bin": value } }),
      );
      expect(call?.grpcDetails).toEqual(json);
    }
  });

  it.each<[string, number, boolean, Story]>([
    ["in time", 10e6, false, (s) => s.server.headers(1, answer).trailers(1, { "grpc-status": "0" })],
    ["too late", 10e6, true, (s) => s.server.headers(1, answer).wait(20).trailers(1, { "grpc-status": "0" })],
    ["reset at the deadline", 10e6, true, (s) => s.client.wait(8).rst(1)],
    ["reset as good as at the deadline", 10.2e6, true, (s) => s.client.wait(8).rst(1)],
    ["reset before", 20e6, false, (s) => s.client.wait(8).rst(1)],
    ["not over, and the capture ends before the deadline", 10e6, false, (s) => s.server.headers(1, answer)],
    ["not over, and the capture ends after the deadline", 10e6, true, (s) => s.server.headers(1, answer).wait(20).ping()],
  ])("knows its deadline: %s", (_, deadline, deadlinePassed, story) => {
    const fields = { ...grpcRequest, "grpc-timeout": `${deadline / 1000}u` };
    const [call] = exchangesOf((s) => void [s.client.headers(1, { fields }).data(1, hello, end), story(s)]);
    expect(call).toMatchObject({ deadline, deadlinePassed });
  });

  it("has metadata, of which credentials are masked", () => {
    const story: Story = (s) =>
      s.client
        .headers(1, {
          fields: {
            ...grpcRequest,
            "x-id": "7",
            authorization: "Bearer abc",
            "raw-bin": "\0\xff\x01",
            "grpc-previous-rpc-attempts": "2",
          },
        })
        .data(1, hello, end)
        .server.headers(1, { fields: { ...grpcResponse, "x-where": "caf\xc3\xa9" } })
        .trailers(1, { "grpc-status": "0", "x-cost": "3" });
    const [call] = exchangesOf(story, {}, { fields: true, showSecrets: false });
    expect(call?.requestMetadata).toEqual([
      ...Object.entries(grpcRequest).filter(([name]) => !name.startsWith(":")),
      ["x-id", "7"],
      ["authorization", "<masked, 10 bytes>"],
      ["raw-bin", "/wE="],
      ["grpc-previous-rpc-attempts", "2"],
    ]);
    expect(call?.responseMetadata).toContainEqual(["x-where", "café"]);
    expect(call?.responseTrailers).toEqual([
      ["grpc-status", "0"],
      ["x-cost", "3"],
    ]);
    expect(call?.previousAttempts).toBe(2);
    expect(call).not.toHaveProperty("metadataOmitted");
    const [shown] = exchangesOf(story, {}, { fields: true, showSecrets: true });
    expect(shown?.requestMetadata).toContainEqual(["authorization", "Bearer abc"]);
    const [without] = exchangesOf(story, {}, { fields: false, showSecrets: false });
    expect(without).toMatchObject({ previousAttempts: 2 });
    expect(without).not.toHaveProperty("requestMetadata");
  });

  it("keeps no more metadata than fits", () => {
    const story: Story = (s) =>
      s.client
        .headers(1, { ...end, fields: { ...grpcRequest, a: "x".repeat(5400), b: "y".repeat(5400), c: "z".repeat(5400) } })
        .headers(3, end);
    const [call, next] = exchangesOf(story, {}, { fields: true, showSecrets: false });
    expect(call).toMatchObject({ metadataOmitted: true });
    expect(call?.requestMetadata?.map(([name]) => name)).toContain("b");
    expect(call?.requestMetadata?.map(([name]) => name)).not.toContain("c");
    expect(next?.requestMetadata).toEqual([]);
    const [none] = exchangesOf(story, { keptOctets: 10 }, { fields: true, showSecrets: false });
    expect(none).toMatchObject({ metadataOmitted: true, requestMetadata: [] });
  });

  it("of HTTP has no messages", () => {
    const [call] = exchangesOf((s) => s.client.headers(1, end).server.headers(1).data(1, 10, end));
    expect(call).toMatchObject({ protocol: "http", method: "GET", path: "/", status: 200, responseOctets: 10, end: "complete" });
    expect(call).not.toHaveProperty("requestMessages");
    expect(call).not.toHaveProperty("grpcStatus");
  });

  it("that was pushed says so", () => {
    const calls = exchangesOf((s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(1, end).headers(2, end));
    expect(calls.map(({ stream, pushed, end }) => [stream, pushed, end])).toEqual([
      [1, undefined, "complete"],
      [2, true, "complete"],
    ]);
  });

  it("whose messages were lost counts those seen", () => {
    const [call] = exchangesOf((s) =>
      s.client
        .headers(1, grpc)
        .data(1, hello)
        .lost((c) => c.data(1, hello))
        .data(1, hello, end)
        .server.headers(1, answer)
        .trailers(1, { "grpc-status": "0" }),
    );
    expect(call).toMatchObject({ requestMessagesSeen: 1, responseMessages: 0, end: "complete" });
    expect(call).not.toHaveProperty("requestMessages");
  });

  it("that began before the capture has no start", () => {
    const [call] = exchangesOf((s) =>
      s.midway().client.data(1, hello, end).server.headers(1, answer).trailers(1, { "grpc-status": "0" }),
    );
    expect(call).toMatchObject({ protocol: "grpc", status: 200, grpcStatus: 0, end: "complete" });
    for (const unknown of ["start", "duration", "path", "requestMessages"]) expect(call).not.toHaveProperty(unknown);
  });
});

describe("ends", () => {
  const cases: readonly (readonly [string, ExchangeObject["end"], Story])[] = [
    ["the response ends first", "complete", (s) => s.client.headers(1).server.headers(1, end).client.rst(1)],
    [
      "by the server's RST_STREAM(NO_ERROR) after the response",
      "complete",
      (s) => s.client.headers(1).server.headers(1, end).rst(1, 0),
    ],
    ["by the client", "reset-by-client", (s) => s.client.headers(1).rst(1)],
    [
      "by the client, the response crossing",
      "reset-by-client",
      (s) => s.client.headers(1).rst(1).server.crossing().headers(1, end),
    ],
    ["by the server", "reset-by-server", (s) => s.client.headers(1).server.rst(1, 2)],
    ["by both, the server first", "reset-by-server", (s) => s.client.headers(1).server.rst(1, 2).client.crossing().rst(1)],
    ["by GOAWAY with an error", "killed-by-goaway", (s) => s.client.headers(1).server.goaway(1, 1).close()],
    ["above the last stream of GOAWAY", "killed-by-goaway", (s) => s.client.headers(1).server.goaway(0, 0).close()],
    ["at the close", "killed-by-close", (s) => s.client.headers(1).server.goaway(1, 0).close()],
    ["at a TCP reset", "killed-by-close", (s) => s.client.headers(1).server.reset()],
    ["not at all", "open", (s) => s.client.headers(1)],
    [
      "perhaps in a gap",
      "unknown",
      (s) =>
        s.client
          .headers(1)
          .server.lost((c) => c.headers(1, end))
          .ping(),
    ],
  ];
  it.each(cases)("%s: %s", (_, how, story) => expect(exchangesOf(story)[0]?.end).toBe(how));

  it.each<[string, object | undefined, Story]>([
    ["nobody", undefined, (s) => s.client.headers(1).server.headers(1, end)],
    ["the client's reset", { side: "client", how: "rst-stream", errorCode: "CANCEL" }, (s) => s.client.headers(1).rst(1)],
    [
      "the server's reset",
      { side: "server", how: "rst-stream", errorCode: "REFUSED_STREAM" },
      (s) => s.client.headers(1).server.rst(1, 7),
    ],
    [
      "GOAWAY",
      { side: "server", how: "goaway", errorCode: "PROTOCOL_ERROR" },
      (s) => s.client.headers(1).server.goaway(1, 1).close(),
    ],
    ["FIN", { side: "server", how: "fin" }, (s) => s.client.headers(1).server.goaway(1, 0).close()],
    ["a TCP reset", { side: "client", how: "rst" }, (s) => s.client.headers(1).reset()],
  ])("name who ended it: %s", (_, by, story) => {
    const { endedBy } = exchangesOf(story)[0]!;
    if (by === undefined) expect(endedBy).toBeUndefined();
    else expect(endedBy).toEqual({ ...by, time: expect.stringMatching(/^\d+\.\d{9}$/) });
  });

  it("after the time to what ended it", () => {
    const [call] = exchangesOf((s) => s.client.headers(1).server.goaway(1, 1).wait(500).close());
    expect(call?.duration).toBe(1e6);
  });
});

describe("order", () => {
  const story: Story = (s) =>
    s.client.headers(1, end).headers(3, end).headers(5, end).server.headers(5, end).headers(3, end).headers(1, end);
  it("is that of the beginnings", () => expect(exchangesOf(story).map(({ stream }) => stream)).toEqual([1, 3, 5]));
  it("gives up on the oldest when too many wait", () =>
    expect(exchangesOf(story, { exchanges: 2 }).map(({ stream }) => stream)).toEqual([3, 5, 1]));
});

describe("views", () => {
  const story: Story = (s) =>
    s.client
      .headers(1, grpc)
      .data(1, hello, end)
      .server.headers(1, answer)
      .trailers(1, { "grpc-status": "5" })
      .client.headers(3, { fields: { ...grpcRequest, ":path": "/a.B/\x1b[31m" } })
      .rst(3);
  const texts = (view: typeof callsTable | typeof callsJson, width = 120) => {
    const pieces: string[] = [];
    const shown = view((text) => pieces.push(text), { width, color: false, verbose: false, quiet: false });
    for (const exchange of exchangesOf(story)) shown.exchange(exchange);
    shown.end();
    return pieces.join("");
  };

  it("table", () => {
    const text = texts(callsTable);
    expect(text).toMatch(/^1\.1 +\/a\.B\/C +NOT_FOUND +1 \(6\) +0 +3\.00 ms {2}complete$/m);
    expect(text).toMatch(/^1\.3 .* {2}x reset-by-client$/m);
    expect(text).not.toContain("\x1b");
    const pushed: string[] = [];
    const shown = callsTable((piece) => pushed.push(piece), { width: 120, color: false, verbose: false, quiet: false });
    for (const exchange of exchangesOf((s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(2, end)))
      shown.exchange(exchange);
    expect(pushed.join("")).toMatch(/^1\.2 +GET \/ .*complete, pushed$/m);
    expect(text).toMatch(/^\/a\.B\/C +1 .*NOT_FOUND$/m);
  });

  it.each([80, 100, 200])("table is not wider than %i columns, and its words stay whole", (width) => {
    const path = "/some.package.of.mine.Service/Method";
    const ask = { fields: { ...grpcRequest, ":path": path } };
    const said = { "grpc-status": "9" };
    let text = "";
    const shown = callsTable((piece) => (text += piece), { width, color: false, verbose: false, quiet: false });
    for (const exchange of exchangesOf((s) =>
      s.client.headers(1, ask).data(1, hello, end).headers(3, ask).rst(3).server.headers(1, answer).trailers(1, said),
    ))
      shown.exchange(exchange);
    shown.end();
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
    // In its row, and in the sums.
    for (const word of [path, "FAILED_PRECONDITION", "reset-by-client"]) expect(text.split(word).length).toBeGreaterThan(2);
  });

  it("table says why a call failed", () => {
    const any = "\x0a\x05x/a.B\x12\x02\x08\x07";
    const details = `\x08\x05\x1a${String.fromCharCode(any.length)}${any}`;
    const fields = {
      ...{ ...grpcResponse, "grpc-status": "5", "grpc-message": "caf%C3%A9%1B[31m", "grpc-previous-rpc-attempts": "1" },
      "grpc-status-details-bin": Buffer.from(details, "latin1").toString("base64"),
    };
    const failing: Story = (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1m", "grpc-previous-rpc-attempts": "1", authorization: "abc" } })
        .data(1, hello, end)
        .server.headers(1, { ...end, fields })
        .client.headers(3, grpc)
        .rst(3);
    const lines = (verbose: boolean) => {
      const pieces: string[] = [];
      const shown = callsTable((text) => pieces.push(text), { width: 120, color: false, verbose, quiet: false });
      for (const exchange of exchangesOf(failing, {}, { fields: true, showSecrets: false })) shown.exchange(exchange);
      return pieces.join("").split("\n");
    };
    expect(lines(false).slice(2, 5)).toEqual([
      '        "café\\x1b[31m"',
      "        the deadline of 1.00 ms had passed, Trailers-Only, attempt 2",
      '        B {"1":7}',
    ]);
    expect(lines(false)[6]).toBe("        RST_STREAM CANCEL by the client");
    expect(lines(false).join("\n")).not.toContain("authorization");
    expect(lines(true)).toContain("        > authorization: <masked, 3 bytes>");
    expect(lines(true)).toContain("        < grpc-status: 5");
  });

  it("json", () => {
    const { schema, calls, methods } = JSON.parse(texts(callsJson));
    expect(schema).toBe("h2lint-calls/1");
    expect(calls).toEqual(exchangesOf(story).map((call) => JSON.parse(JSON.stringify(call))));
    expect(methods).toHaveLength(2);
    const empty: string[] = [];
    callsJson((text) => empty.push(text)).end();
    expect(JSON.parse(empty.join(""))).toMatchObject({ calls: [], methods: [] });
  });

  it("ndjson", () => {
    const lines: string[] = [];
    for (const exchange of exchangesOf(story)) callsNdjson((text) => lines.push(text)).exchange(exchange);
    expect(lines.map((line) => JSON.parse(line).stream)).toEqual([1, 3]);
  });
});

describe("the summary of a method", () => {
  const call = (duration: number, more: Partial<ExchangeObject> = {}): ExchangeObject => ({
    ...{ connection: 1, stream: 1, protocol: "grpc", peer: "", method: "POST", path: "/a.B/C", status: 200, grpcStatus: 0 },
    ...{ requestMessages: 1, responseMessages: 2, requestOctets: 5, responseOctets: 10, duration, end: "complete" },
    ...more,
  });

  it("has nearest-rank percentiles, sums and errors", () => {
    const summary = new MethodSummary();
    for (let i = 100; i >= 1; i--) summary.add(call(i));
    summary.add(call(0, { end: "reset-by-client" }));
    summary.add(call(0, { grpcStatus: 14 }));
    expect(summary.methods).toEqual([
      {
        ...{ method: "/a.B/C", calls: 102, errors: { UNAVAILABLE: 1, "reset-by-client": 1 }, p50: 49, p90: 90, p99: 99 },
        ...{ requestMessages: 102, responseMessages: 204, requestOctets: 510, responseOctets: 1020 },
      },
    ]);
    expect(summary.slowest.map(({ duration }) => duration)).toEqual([100, 99, 98, 97, 96]);
  });

  it("counts calls that were tried before", () => {
    const summary = new MethodSummary();
    for (const previousAttempts of [0, 1, 3]) summary.add(call(1, { previousAttempts }));
    expect(summary.methods).toMatchObject([{ calls: 3, retries: 2 }]);
  });

  it("is bounded in methods and durations", () => {
    const summary = new MethodSummary();
    for (let i = 0; i < 1100; i++) summary.add(call(1, { path: `/a.B/${i}` }));
    expect(summary.methods).toHaveLength(1001);
    for (let i = 0; i < 50_000; i++) summary.add(call(i, { path: "/a.B/1" }));
    const { p50, calls } = summary.methods[0]!;
    expect(calls).toBe(50_001);
    // Evenly thinned out: near the middle.
    expect(Math.abs(p50! - 25_000)).toBeLessThan(50);
  });
});

interface Label {
  readonly file: string;
  readonly calls?: readonly {
    readonly path?: string;
    readonly grpc_status?: number;
    readonly message?: string;
    readonly event?: string;
  }[];
}

// `calls` is what the applications saw. A call that was cut short has no status on the wire: its client made one up.
const labels: Label[] = haveCaptures
  ? (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[]).filter(({ file }) => file.startsWith("grpc/"))
  : [];

describe.skipIf(labels.length === 0)("recorded gRPC (skipped where the captures are not)", () => {
  it.each(labels)("$file", async ({ file, calls = [] }) => {
    expect(existsSync(capture(file))).toBe(true);
    const session = new CapturePipeline([capture(file)], {});
    await session.open();
    const seen: ExchangeObject[] = [];
    const lister = new ExchangeLister(
      () => session.clock,
      new TrafficFilter({}, session.clock),
      session.limits,
      (one) => seen.push(one),
    );
    for await (const _ of session.run({ calls: [], exchanges: lister }));
    const wanted = calls.filter(({ event, path }) => event === undefined && path !== undefined);
    expect(seen.map(({ path }) => path)).toEqual(wanted.map(({ path }) => path));
    seen.forEach((call, i) => {
      const { grpc_status: status, message } = wanted[i]!;
      expect(call.protocol).toBe("grpc");
      if (call.end !== "complete") {
        expect([1, 4, 14], `${file} ${i}: ${call.end}`).toContain(status);
        return;
      }
      expect(call.grpcStatus).toBe(status);
      if (status !== 0 && message !== undefined) expect(call.grpcMessage ?? "").toBe(message);
    });
  });
});

describe("a reset that crosses the end of the response", () => {
  const crossing =
    (content: number): Story =>
    (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { fields: { ":status": "200", "content-length": "5" } })
        .data(1, content)
        .client.rst(1, 5)
        .server.crossing()
        .data(1, 5 - content, end);

  it("took nothing where content-length had been reached", () => {
    expect(exchangesOf(crossing(5)).map((one) => one.end)).toEqual(["complete"]);
    const unended: Story = (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { fields: { ":status": "200", "content-length": "5" } })
        .data(1, 5)
        .client.rst(1, 5);
    expect(exchangesOf(unended).map((one) => one.end)).toEqual(["complete"]);
  });

  it("took it where content was missing, or no length was said", () => {
    expect(exchangesOf(crossing(4)).map((one) => one.end)).toEqual(["reset-by-client"]);
    const unsized: Story = (s) =>
      s.client.headers(1, end).server.headers(1).data(1, 5).client.rst(1, 5).server.crossing().data(1, 0, end);
    expect(exchangesOf(unsized).map((one) => one.end)).toEqual(["reset-by-client"]);
  });
});

describe("the calls of one connection", () => {
  // The first is not over when the others are: what they asked waits for it.
  const opened = written((s) => s.client.headers(1, end)).segments;
  const short = written((s) => s.client.headers(1, end).server.headers(1, end).client.close().server.close()).segments;
  const only = (chosen: Partial<Filter>): number[] => {
    const clock = new Clock();
    const seen: number[] = [];
    const lister = new ExchangeLister(
      () => clock,
      new TrafficFilter(chosen, clock),
      defaultLimits,
      ({ connection }) => seen.push(connection),
    );
    const assembler = assemblerFor(
      buildPipeline({ calls: [], exchanges: lister }, defaultLimits),
      fastHpack,
      defaultLimits,
      () => {},
    );
    const connections = new Connections(assembler);
    connections.play(opened, 0);
    for (let i = 1; i <= 3; i++) connections.play(short, i);
    assembler.end();
    return seen;
  };

  it("are those alone, whatever they waited for", () => {
    expect(only({ connection: 1 })).toEqual([1]);
    expect(only({ connection: 3 })).toEqual([3]);
    expect(only({ port: 81 })).toEqual([]);
  });

  it("stand among the others where nothing is asked for", () => {
    expect(only({})).toEqual([1, 2, 3, 4]);
  });
});

describe("calls whose path is not known", () => {
  const one = {
    connection: 2,
    stream: 3,
    protocol: "grpc",
    peer: "h:1",
    requestOctets: 1,
    responseOctets: 1,
    end: "complete",
  } as const;
  const inferred = { path: "/a.B/C", score: 0.8, because: "it fits" };
  const exchanges: ExchangeObject[] = [
    { ...one, pathGroup: 1, duration: 1e6, grpcStatus: 0 },
    { ...one, stream: 5, pathGroup: 1, duration: 3e6, grpcStatus: 5, pathCandidates: ["/a.B/D", "/a.B/E"] },
    { ...one, connection: 4, pathGroup: 1 },
    { ...one, stream: 7, pathGroup: 2, pathInferred: inferred },
    { ...one, stream: 9, path: "/a.B/C" },
  ];

  it("are counted by group, and inferred ones apart from those that were read", () => {
    const summary = new MethodSummary();
    for (const exchange of exchanges) summary.add(exchange);
    expect(
      summary.methods.map(({ method, connection, inferred: is, calls, errors, p99 }) => [
        method,
        connection,
        is,
        calls,
        errors,
        p99,
      ]),
    ).toEqual([
      ["path#1", 2, undefined, 2, { NOT_FOUND: 1 }, 3e6],
      ["/a.B/C", undefined, undefined, 1, {}, undefined],
      ["path#1", 4, undefined, 1, {}, undefined],
      ["~/a.B/C", undefined, true, 1, {}, undefined],
    ]);
  });

  it("are shown as such, with a note", () => {
    let text = "";
    const view = callsTable((piece) => (text += piece), { width: 150, color: false, verbose: true, quiet: false });
    for (const exchange of exchanges) view.exchange(exchange);
    view.end();
    expect(text).toMatch(/^2\.3 +path#1 /m);
    expect(text).toMatch(/^2\.7 +~\/a\.B\/C /m);
    expect(text).toContain("inferred, 80 %: it fits");
    expect(text).toContain("may be /a.B/D or /a.B/E");
    expect(text).toMatch(/^path#1 of connection 2 +2 /m);
    expect(text).toContain("path#N: the path was sent before the capture");
  });
});
