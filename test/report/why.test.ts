import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { Clock } from "../../src/capture/clock.ts";
import { bytesSource } from "../../src/capture/source.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import { EventBuilder } from "../../src/report/event-builder.ts";
import { Inventory } from "../../src/report/inventory.ts";
import { Causes, concerns, nothing, type WhyAnswer, whyJson, whyTable } from "../../src/report/why.ts";
import { likenessTo, WordKeeper } from "../../src/report/words.ts";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import { getRequest, grpcRequest, grpcResponse, type Story } from "../../src/testing.ts";
import { summaryOf } from "./events.ts";

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}.pcap`, import.meta.url));
const builder = new EventBuilder(new Clock(), ["a"], rules);

async function why(name: string, text?: string, stream?: number): Promise<WhyAnswer> {
  const causes = new Causes(rules);
  const words = new WordKeeper(text ?? "", () => true);
  for await (const event of analyze([sample(name)], { listeners: [words] }))
    if (stream === undefined || concerns(event, stream)) causes.event(event);
  return causes.answer(text, words.found);
}

const answer = (fields: Readonly<Record<string, string>>) => ({ endStream: true, fields });

function told(story: Story, text?: string, withInventory = false): WhyAnswer {
  const causes = new Causes(rules);
  const words = new WordKeeper(text ?? "", () => true);
  const ends: ModelSink = { connectionEnd: (connection) => causes.event(builder.connection(connection)) };
  const inventory = new Inventory();
  const { pairs, unexplained } = play(story, { rules, listeners: [words, ends, inventory] });
  for (const pair of pairs) causes.event(builder.finding(pair));
  for (const one of unexplained) causes.event(builder.unexplained(one));
  causes.event(summaryOf());
  return causes.answer(text, words.found, withInventory ? inventory : undefined);
}

const volo = "volo-0.9.1-grpc-go-1.85";
const silent = "volo-0.9.1-grpc-go-1.51";
const clean = "grpcurl-grpc-go-1.85";

describe("TLS without keys", () => {
  it("is named as the reason why nothing can be said, with what to do", async () => {
    const whole = readFileSync(new URL("../../samples/h2-trailers-tls-grpc-go-1.85.pcapng", import.meta.url));
    const causes = new Causes(rules);
    for await (const event of analyze([bytesSource("a.pcapng", withoutSecrets(whole))])) causes.event(event);
    const text = nothing(causes.answer(undefined, [])).join(" ");
    expect(text).toMatch(/^This capture has no HTTP\/2 that can be read.* Connection 1 is TLS: .*key/);
  });
});

/** A pcapng file without its Decryption Secrets Blocks. */
function withoutSecrets(file: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    if (file.readUInt32LE(at) !== 0x0a) blocks.push(file.subarray(at, at + length));
    at += length;
  }
  return Buffer.concat(blocks);
}

describe("a call whose deadline had passed", () => {
  const reset =
    (ms: number): Story =>
    (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "100m" } })
        .data(1, "\0\0\0\0\0", { endStream: true })
        .wait(ms)
        .server.rst(1, 8);
  const text = (story: Story): string => {
    let all = "";
    whyTable((piece) => (all += piece), { color: false, width: 200, verbose: false, quiet: false }, told(story, undefined, true));
    return all;
  };

  it("is told so, whoever reset it", () => expect(text(reset(100))).toContain("the deadline of 100.00 ms had passed"));

  it("is not, before that", () => expect(text(reset(90))).not.toContain("had passed"));
});

describe("the story", () => {
  it("tells the Volo case: cause, answer, cost, fix, with packet numbers", async () => {
    const { story } = await why(volo);
    expect(story).toMatchObject({
      ...{ connection: 1, stream: 1, packet: 11 },
      cause:
        "The client ended the request on stream 1 with trailers (grpc-status: 0); a gRPC request ends with END_STREAM on a DATA frame (packet 11). The call is /helloworld.Greeter/SayHello.",
      cost: 'It cost 1 call: /helloworld.Greeter/SayHello (stream 1). It is not safe to retry: the handler may have run. The caller (volo) probably saw Internal, "h2 protocol error: http2 error".',
    });
    expect(story!.answer).toMatch(
      /^The server answered 0\.42 ms later with GOAWAY PROTOCOL_ERROR \(packet 13\), "received an illegal/,
    );
    expect(story!.answer).toContain("grpc-go 1.63 or later calls any second HEADERS");
    expect(story!.fix).toContain("END_STREAM on DATA");
  });

  it.each<[string, Story]>([
    ["a reset", (s) => s.client.headers(1, { endStream: true, fields: { ...getRequest, "x-a": "b\x01c" } }).server.rst(1, 1)],
    [
      "a status",
      (s) =>
        s.client
          .headers(1, { endStream: true, fields: { ...getRequest, "x-a": "b\x01c" } })
          .server.headers(1, { endStream: true, fields: { ":status": "400" } }),
    ],
  ])("tells a control octet in a value that is refused by %s", (_, story) => {
    const { story: text } = told(story);
    expect(text?.cause).toMatch(/^The value of x-a on stream 1 has the control byte 0x01/);
    expect(text?.answer).toMatch(/^The server answered .* with /);
  });

  it("says how sure an answer without a reason is", async () => {
    const { story } = await why(silent);
    expect(story!.answer).toContain("gave no reason. It is likely, not certain, that this is the answer.");
  });

  it("of what failed takes what cost most", () => {
    const get = (id: number) => (s: Parameters<Story>[0]) => s.client.headers(id, { endStream: true });
    const { story, others } = told((s) => {
      get(1)(s);
      s.client.windowUpdate(1, 0);
      s.server.rst(1, 1);
      for (const id of [3, 5, 7]) get(id)(s);
      s.client.data(0, 4).server.goaway(7, 1, "DATA: stream_id == 0").close();
    });
    expect(story!.cause).toContain("stream 0");
    expect(story!.cost).toContain("3 calls");
    expect(others.length).toBeGreaterThan(0);
  });

  it("of an answer that nothing explains says so, and what went before", () => {
    const { story, failure } = told((s) => s.client.headers(1).server.goaway(1, 2, "bye").close());
    expect(failure?.unexplained).toBeDefined();
    expect(story!.cause).toMatch(
      /^The server sent GOAWAY INTERNAL_ERROR \(packet \d+\), "bye", and closed the connection 1\.00 ms after that \(packet \d+\), and no fault of the client was found that explains it\.$/,
    );
    expect(story!.answer).toContain("The last frames it had received from the client: SETTINGS");
    expect(story!.more).toContain("Every rule could be checked.");
  });

  it.each([
    ["HTTP_1_1_REQUIRED", 13, "it wants this over HTTP/1.1"],
    ["INADEQUATE_SECURITY", 12, "the version or suite of TLS"],
    [
      "0x11177",
      70_007,
      "RFC 9113 has no code 70007: it is the program's private one, as Apache httpd sends the errors of its library (this",
    ],
    ["0xff", 255, "RFC 9113 has no code 255: it is the program's private one."],
  ])("of %s says what the code means", (name, code, meaning) => {
    const { story } = told((s) => s.client.headers(1, { endStream: true }).server.goaway(0, code).close());
    expect(story!.cause).toContain(`The server sent GOAWAY ${name}`);
    expect(story!.cause).toContain(`That code says why by itself: ${meaning}`);
  });

  it("of a call that was sent before SETTINGS could arrive is of that", () => {
    const story: Story = (s) => {
      s.bare().client.preface().settings().headers(1, { fields: grpcRequest }).data(1, "\0\0\0\0\0", { endStream: true });
      s.server
        .crossing(4)
        .settings([[4, 0]])
        .settingsAck()
        .rst(1, 7);
    };
    expect(told(story).failure?.finding?.rule).toBe("health/refused-streams");
  });

  it("of a server's close that nothing explains is of the close, with what the server had received", () => {
    const { failure, story } = told((s) => s.client.headers(1, { endStream: true }).server.close());
    expect(failure?.finding).toMatchObject({ rule: "health/stream-killed-by-close", offender: "server" });
    expect(story?.answer).toBe(
      "No rule is broken by what it had received: its own log should have the reason. The last frames it had received from the client: SETTINGS (packet 5), SETTINGS (packet 8), HEADERS[1] (packet 9).",
    );
  });

  it("of RST_STREAM(INTERNAL_ERROR) is of the server that failed, with what it had received", () => {
    const reset =
      (code: number): Story =>
      (s) =>
        s.client.headers(1, { endStream: true }).server.rst(1, code);
    const { failure, story, others } = told(reset(2));
    expect(failure?.finding).toMatchObject({ rule: "health/server-reset", offender: "server" });
    expect(story?.answer).toMatch(/^No rule is broken by what it had received: its own log .*, HEADERS\[1\] \(packet 9\)\.$/);
    expect(others.filter((one) => one.failure.unexplained !== undefined)).toEqual([]);
    // A code that blames the client is not explained by that.
    expect(told(reset(1)).failure?.unexplained).toBeDefined();
  });

  it("of RST_STREAM(INTERNAL_ERROR) on several streams is told once", () => {
    const { failure, others } = told((s) => {
      for (const id of [1, 3, 5]) s.client.headers(id, { endStream: true }).server.rst(id, 2);
    });
    expect(failure?.finding).toMatchObject({ rule: "health/server-reset", count: 3 });
    expect(others).toEqual([]);
  });

  it("of a fault with an answer that little shows does not say that there was none", () => {
    const debug = "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_HEADERS stream=1 len=1]";
    const { story } = told((s) => {
      s.client.headers(1, { fields: grpcRequest }).data(1, "\0\0\0\0\0").trailers(1, { "grpc-status": "0" });
      s.server.goaway(1, 1, debug).close();
    });
    expect(story?.answer).toBe(
      "The server sent GOAWAY PROTOCOL_ERROR 1.00 ms later (packet 12); that may be the answer, but little shows it.",
    );
  });

  it("of a status alone says what it means", () => {
    const story: Story = (s) => s.client.headers(1, { endStream: true }).server.headers(1, answer({ ":status": "464" }));
    expect(told(story, undefined, true).story?.cause).toMatch(
      /^The server answered stream 1 with :status 464 \(packet \d+\)\. It says that the protocol version of the request does not fit /,
    );
  });

  it("of a status of gRPC says what the server says", () => {
    const fields = { ":status": "200", "content-type": "application/grpc", "grpc-status": "5", "grpc-message": "no%20dog" };
    const story: Story = (s) =>
      s.client.headers(1, { fields: grpcRequest }).data(1, "\0\0\0\0\0", { endStream: true }).server.headers(1, answer(fields));
    expect(told(story, undefined, true).story?.cause).toMatch(
      /with grpc-status 5 NOT_FOUND, "no dog" \(packet \d+\)\. It says that what/,
    );
  });

  it("of a peer that does not answer is not of the call that was given up for it", () => {
    const story: Story = (s) => {
      s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true }).client.headers(3).server.ack();
      s.client.data(3, 100, { endStream: true }).wait(300).again().wait(600).again().rst(3, 8);
    };
    expect(told(story).failure?.finding?.rule).toBe("health/peer-unreachable");
    // What a handler waited for.
    expect(told(story, "http: Handler timeout").failure?.finding?.rule).toBe("health/peer-unreachable");
  });

  it("of a clean capture says that nothing failed", async () => {
    const answer = await why(clean);
    expect(answer.story).toBeUndefined();
    expect(nothing(answer)[0]).toBe("This capture shows no failure: 2 calls on 1 HTTP/2 connection.");
  });

  it("is not of a client that hangs up on its own calls, but of a server that does", () => {
    expect(told((s) => s.client.headers(1).close()).story).toBeUndefined();
    expect(told((s) => s.client.headers(1, { endStream: true }).server.close()).story?.cause).toMatch(/^The server/);
  });

  it("is of a client that hangs up on what a GOAWAY keeps", () => {
    const story: Story = (s) => s.client.headers(1, { endStream: true }).server.goaway(1).client.wait(2000).goaway(0).close();
    expect(told(story).failure?.finding).toMatchObject({ rule: "health/goaway-abandoned", severity: "info" });
  });

  it("is of a stream that died with its connection", async () => {
    expect((await why(volo, undefined, 1)).story?.packet).toBe(11);
    expect((await why(volo, undefined, 3)).story).toBeUndefined();
  });
});

describe("logs", () => {
  const recorded = "h2-trailers-grpc-go-1.85";
  const log = (side: "client" | "server") => ({ source: sample(recorded).replace(/pcap$/, `${side}.log`), side });
  const withLogs = async (sources: readonly string[], logs: readonly ReturnType<typeof log>[]): Promise<WhyAnswer> => {
    const causes = new Causes(rules);
    for await (const event of analyze(sources, { logs })) causes.event(event);
    return causes.answer(undefined, []);
  };

  it("of both ends tell with the capture what each saw", async () => {
    const { story } = await withLogs([sample(recorded)], [log("client"), log("server")]);
    expect(story!.more).toMatch(
      /The log of the client shows the result \(.*client\.log:16, likely\): "CALL 0 ERR: stream closed because/,
    );
    expect(story!.more).toMatch(/The log of the server says about it \(.*server\.log:3\): ".*received an illegal stream id: 1\./);
    expect(story!.cost).not.toContain("probably saw");
  });

  it("alone prove nothing, and say so", async () => {
    for (const side of ["client", "server"] as const) {
      const { story, failure } = await withLogs([], [log(side)]);
      expect(failure?.finding).toMatchObject({ rule: "grpc/request-trailers", certainty: "unproven" });
      expect(story!.cause).toMatch(/\(line \d+\)\. This is not proven: /);
    }
  });
});

describe("a text", () => {
  it.each([
    [volo, "illegal stream id"],
    [volo, "received an illegal stream id: 7"],
    [volo, "h2 protocol error: http2 error"],
    [volo, "PROTOCOL_ERROR"],
    [volo, "context canceled"],
    [volo, "Unavailable: closed transport"],
    [silent, "connection closed because of a broken pipe"],
    [silent, "Unavailable: closed transport"],
    [silent, "received an illegal stream id: 1"],
  ])("%s: %s", async (name, text) => expect((await why(name, text)).failure?.finding?.rule).toBe("grpc/request-trailers"));

  it.each([
    [volo, "ENHANCE_YOUR_CALM"],
    [volo, "stream terminated by RST_STREAM with error code: CANCEL"],
    [silent, 'received prior goaway: code: PROTOCOL_ERROR, debug data: ""'],
    [silent, "too_many_pings"],
    [clean, "connection closed because of a broken pipe"],
    [clean, "no such text at all"],
  ])("that does not fit finds nothing: %s: %s", async (name, text) => {
    const answer = await why(name, text);
    expect(answer.story).toBeUndefined();
    expect(nothing(answer)[0]).toBe("Nothing in this capture explains it.");
  });

  it("that only the server's own status says is not blamed on the wire", () => {
    const answer = told(
      (s) =>
        s.client
          .headers(1, {
            fields: {
              ":method": "POST",
              ":scheme": "http",
              ":path": "/a.B/C",
              ":authority": "a",
              "content-type": "application/grpc",
              te: "trailers",
            },
          })
          .data(1, "\0\0\0\0\0", { endStream: true })
          .server.headers(1, {
            fields: {
              ":status": "200",
              "content-type": "application/grpc",
              "grpc-status": "5",
              "grpc-message": "no%20such user",
            },
            endStream: true,
          }),
      "rpc error: code = NotFound desc = no such user",
    );
    expect(answer.story).toBeUndefined();
    expect(nothing(answer)[0]).toMatch(
      /^The server ended the call on stream 1 of connection 1 \(\/a\.B\/C\) with grpc-status 5 NOT_FOUND, "no such user" \(packet \d+\)\. Nothing on that stream breaks a rule/,
    );
  });

  it("that nobody knows leaves the worst, and says that it is not known", () => {
    const answer = told((s) => s.client.headers(1).windowUpdate(1, 0).server.rst(1, 1), "something went wrong with the thing");
    expect(answer.failure?.finding?.rule).toBe("flow/window-update-zero-stream");
    let all = "";
    whyTable((piece) => (all += piece), { color: false, width: 200, verbose: false, quiet: false }, answer);
    expect(all.replace(/\s+/g, " ")).toContain(
      "The text is not known, and the capture does not contain it. The worst that the capture shows:",
    );
  });

  it("that is known, and fits nothing, leaves nothing", () => {
    const story: Story = (s) => s.client.headers(1).windowUpdate(1, 0).server.rst(1, 1);
    const answer = told(story, "too_many_pings");
    expect(answer.story).toBeUndefined();
    expect(nothing(answer)).toContainEqual(expect.stringMatching(/^What did fail: .*WINDOW_UPDATE/));
  });

  it("of Envoy about its upstream is of a server that speaks HTTP/1.1", () => {
    const story: Story = (s) => {
      s.bare().client.preface().settings().headers(1, { fields: grpcRequest });
      s.server.http1(["HTTP/1.1 400 Bad Request", "connection: close"]).close();
    };
    const text = '"POST /a.B/C HTTP/2" 200 UPE upstream_reset_before_response_started{protocol_error} - "-" 60 0 8 -';
    expect(told(story, text).failure?.finding?.rule).toBe("preface/server-spoke-http1");
  });

  it("that fits an end is of what was wrong with the call that this cut off", () => {
    const story: Story = (s) => {
      const get = { endStream: true } as const;
      s.client
        .headers(1, get)
        .server.headers(1, get)
        .wait(1000)
        .goaway(0x7fffffff, 0, "max_age")
        .wait(500)
        .goaway(1, 0, "max_age");
      s.client.wait(2000).headers(3, get).server.wait(100).close();
    };
    const text = "curl: (16) Error in the HTTP2 framing layer";
    expect(told(story, text).failure?.finding?.rule).toBe("goaway/stream-opened-after");
  });

  it("that fits a close without a reason has what is known of the reason, as without a text", () => {
    const story: Story = (s) => s.client.headers(1, { endStream: true }).server.close();
    const without = told(story).story!;
    expect(without.answer).toMatch(/^No rule is broken by what it had received/);
    expect(told(story, "unexpected EOF").story).toEqual(without);
  });

  it("that a unary call had no message is of the call without one", () => {
    const story: Story = (s) =>
      s.client
        .headers(1, { fields: grpcRequest })
        .data(1, "\0\0\0\0\0", { endStream: true })
        .server.headers(1, { fields: grpcResponse })
        .trailers(1, { "grpc-status": "0" });
    const text = 'Status(StatusCode="Internal", Detail="Failed to deserialize response message.")';
    expect(told(story, text).failure?.finding?.rule).toBe("grpc/ok-without-message");
    expect(told(story).story).toBeUndefined();
  });

  it("takes the connection that fits, not the worst", () => {
    const story: Story = (s) =>
      s.client
        .headers(1, { endStream: true })
        .headers(3, { endStream: true })
        .windowUpdate(3, 0)
        .server.rst(3, 1)
        .headers(1, { fields: { ":status": "200" }, endStream: true })
        .client.data(0, 4)
        .server.goaway(3, 1, "DATA: stream_id == 0")
        .close();
    expect(told(story, "stream_id == 0").failure?.finding?.rule).toBe("frame/data-on-stream-zero");
    expect(told(story, "stream error: stream ID 3; PROTOCOL_ERROR").failure?.finding?.rule).toBe(
      "flow/window-update-zero-stream",
    );
  });
});

describe("likeness", () => {
  it.each([
    ["received an illegal stream id: 1", "received an illegal stream id: 1. headers frame", 2],
    ["a log line: too_many_pings; more", "too_many_pings", 2],
    ["Received an  illegal stream id: 12", "received an illegal stream id: 1.", 1],
    ["PING", "too_many_pings", 0],
    ["", "too_many_pings", 0],
    ["something else", "too_many_pings", 0],
  ])("%s and %s: %s", (wanted, text, expected) => expect(likenessTo(wanted)(text)).toBe(expected));
});

describe("what is written", () => {
  it.each([60, 80, 200])("keeps within %s columns", async (width) => {
    let text = "";
    whyTable(
      (piece) => (text += piece),
      { width, color: false, verbose: true, quiet: false },
      await why(volo, "illegal stream id"),
    );
    expect(text.split("\n").filter((line) => line.length > width)).toEqual([]);
  });

  it("escapes what a terminal would act on", () => {
    const answer = told((s) => s.client.headers(1).server.goaway(1, 2, "\x1b[31mred\x9b").close());
    let text = "";
    whyTable((piece) => (text += piece), { width: 80, color: false, verbose: false, quiet: false }, answer);
    whyJson((piece) => (text += piece), ["a"], answer);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  });

  it("is JSON with the finding as in a report", async () => {
    let text = "";
    whyJson((piece) => (text += piece), ["a.pcap"], await why(volo, "illegal stream id"));
    expect(JSON.parse(text)).toMatchObject({
      ...{ schema: "h2lint-why/1", captures: ["a.pcap"] },
      symptom: { text: "illegal stream id", words: [{ packet: 13, in: "goaway", errorCode: "PROTOCOL_ERROR" }] },
      story: { connection: 1, stream: 1 },
      finding: { rule: "grpc/request-trailers", reaction: { lost: [{ path: "/helloworld.Greeter/SayHello", streams: [1] }] } },
      others: [],
    });
  });
});
