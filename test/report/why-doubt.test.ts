// `why` where the text, the code, or the order of events misleads: a text about a fault that is not there, a code that no fault stands for.
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import { EventBuilder } from "../../src/report/event-builder.ts";
import { Inventory } from "../../src/report/inventory.ts";
import { Causes, type WhyAnswer } from "../../src/report/why.ts";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, h2cRequest, type Story } from "../../src/testing.ts";
import { summaryOf } from "./events.ts";

const builder = new EventBuilder(new Clock(), ["a"], rules);
const end = { endStream: true } as const;
const call = { fields: grpcRequest } as const;
const answer = { fields: grpcResponse } as const;
const hello = "\0\0\0\0\x01a";
const whole = { endStream: true, fields: { "grpc-status": "0" } } as const;

function told(story: Story, text?: string, summary: Parameters<typeof summaryOf>[0] = {}): WhyAnswer {
  const causes = new Causes(rules);
  const ends: ModelSink = { connectionEnd: (connection) => causes.event(builder.connection(connection)) };
  const inventory = new Inventory();
  const { pairs, unexplained } = play(story, { rules, listeners: [ends, inventory] });
  for (const pair of pairs) causes.event(builder.finding(pair));
  for (const one of unexplained) causes.event(builder.unexplained(one));
  causes.event(summaryOf(summary));
  return causes.answer(text, [], inventory);
}

const ruleOf = (story: Story, text?: string) => told(story, text).failure?.finding?.rule;

describe("a text that calls something a fault that is not there", () => {
  const text =
    "HTTP/2 connection error (PROTOCOL_ERROR): Pseudo-header field found in request headers after regular header fields.";
  const doubt = "What the text calls a fault is not in this capture: its writer is mistaken, or means another connection.";
  const closed =
    (fields: Record<string, string> = grpcRequest): Story =>
    (s) =>
      s.client.headers(1, { fields }).data(1, hello, end).server.goaway(1, 1).close();

  it("is doubted", () => {
    expect(told(closed(), text).failure?.unexplained).toBeDefined();
    expect(told(closed(), text).story?.more).toContain(doubt);
  });

  it.each([
    ["it is there", closed({ "x-first": "1", ...grpcRequest }), text, {}],
    ["some of the capture was not read", closed(), text, { incomplete: true }],
    ["the text names no fault", closed(), "GOAWAY received with error code 1", {}],
  ] as const)("is not where %s", (_, story, asked, summary) => {
    const { story: { more } = {}, mistaken } = told(story, asked, summary);
    expect(more ?? "").not.toContain(doubt);
    expect(mistaken).toBe(false);
  });
});

describe("a client whose PING is not answered", () => {
  const silent =
    (acked: boolean): Story =>
    (s) => {
      s.client.headers(1, call).data(1, hello, end).ping("\0\0\0\0\0\0\0\x01");
      if (acked) s.server.pingAck("\0\0\0\0\0\0\0\x01");
      else s.server.ack();
      s.client.wait(20_000).goaway(0, 1).close();
    };
  const text =
    "The HTTP/2 server sent invalid data on the connection. HTTP/2 error code 'PROTOCOL_ERROR' (0x1). (HttpProtocolError)";

  it("closes for that, whatever code its GOAWAY has", () => {
    for (const asked of [undefined, text]) expect(ruleOf(silent(false), asked)).toBe("grpc/keepalive-timeout");
    expect(told(silent(false)).others.filter((other) => other.failure.unexplained !== undefined)).toEqual([]);
  });

  it("closes for another reason where it is", () => expect(told(silent(true)).failure?.unexplained).toBeDefined());
});

describe("requests above the limit of concurrent streams", () => {
  const above =
    (close: boolean): Story =>
    (s) => {
      s.settings({ server: [[3, 2]] });
      for (const id of [1, 3, 5, 7]) s.client.headers(id, end);
      s.server.headers(1, end).headers(3, end);
      s.client.ack().wait(30_000);
      if (close) s.client.close();
      else s.server.headers(5, end).headers(7, end).client.ack().close();
    };

  it("are told before the close of a client that waited for them in vain", () => {
    const { failure } = told(above(true));
    expect(failure?.finding?.rule).toBe("stream/concurrency-exceeded");
    expect(failure?.finding?.reaction.verdict).toBe("unseen");
  });

  it("were let pass where they were answered", () => {
    const { failed, others } = told(above(false));
    expect(failed.count).toBe(0);
    expect(others.map(({ failure }) => failure.finding?.reaction.verdict)).not.toContain("unseen");
  });
});

describe("a text about too many fields", () => {
  const refused =
    (status: string): Story =>
    (s) =>
      s.client.headers(1, end).server.headers(1, { ...end, fields: { ":status": status } });
  const text = "AH10181: h2_stream(73-15,IDLE): Number of request headers exceeds LimitRequestFields";

  it("is of the response that says so", () =>
    expect(told(refused("431"), text).failure?.unexplained?.reaction).toMatchObject({ kind: "status", status: 431 }));
  it("is of no other status", () => expect(told(refused("404"), text).failure).toBeUndefined());
});

describe("an offer of h2c that the server closes on", () => {
  const text = "java.io.IOException: HTTP/1.1 header parser received no bytes";

  it("is why the client read nothing", () => {
    const story: Story = (s) => s.bare().client.http1(h2cRequest).server.close().client.close();
    expect(ruleOf(story)).toBe("upgrade/unanswered");
    expect(ruleOf(story, text)).toBe("upgrade/unanswered");
  });
  it("is none where the client closed", () =>
    expect(ruleOf((s) => s.bare().client.http1(h2cRequest).close().server.close(), text)).toBeUndefined());
});

describe("a client that closes at a GOAWAY", () => {
  const leaves =
    (crossing: number): Story =>
    (s) =>
      s.client
        .headers(1, call)
        .data(1, hello, end)
        .server.goaway(1, 0)
        .headers(1, answer)
        .data(1, hello)
        .headers(1, whole)
        .client.crossing(crossing)
        .rst(1, 8)
        .goaway(0, 0)
        .close();
  const text = "java.nio.channels.AsynchronousCloseException";

  it("gave up what was under way", () => {
    for (const asked of [undefined, text]) expect(ruleOf(leaves(3), asked)).toBe("health/goaway-abandoned");
    expect(told(leaves(3)).failed.calls).toMatchObject([{ stream: 1 }]);
  });
  it("gave nothing up that it had got", () => expect(ruleOf(leaves(0))).not.toBe("health/goaway-abandoned"));
});

describe("a server that calls a frame on a closed stream a fault", () => {
  const begun: Story = (s) => {
    s.client.headers(1, call).data(1, hello, end).server.headers(1, answer).data(1, hello).client.rst(1, 8);
  };

  it("means the client's second reset, where what crossed the first made it", () => {
    const story: Story = (s) => {
      begun(s);
      s.server.crossing(1).data(1, hello).client.rst(1, 5).server.goaway(1, 5).close();
    };
    expect(ruleOf(story, "The client sent a RST_STREAM frame to closed stream ID 1.")).toBe("health/receiver-overreaction");
  });

  it("means DATA, where there is some", () => {
    const story: Story = (s) => {
      begun(s);
      s.client.data(1, hello).server.goaway(1, 5).close();
    };
    expect(ruleOf(story, "The client sent a DATA frame to closed stream ID 1.")).toMatch(/^stream\//);
  });
});

describe("a stream that is reset twice", () => {
  const twice =
    (code: number | undefined): Story =>
    (s) => {
      s.client.headers(1, call).data(1, hello, end).server.headers(1, answer).client.rst(1, 8).rst(1, 8);
      if (code === undefined) s.server.ping().client.pingAck();
      else s.server.goaway(1, code).close();
    };

  // RFC 9113 5.1: a frame on a closed stream may be treated as a connection error.
  it("explains STREAM_CLOSED", () => expect(ruleOf(twice(5))).toBe("stream/rst-repeated"));
  it("explains no other code", () => expect(ruleOf(twice(9))).not.toBe("stream/rst-repeated"));
  it("is no failure where nobody minds", () => expect(told(twice(undefined)).story).toBeUndefined());
});
