// `why` of calls that a timer ended, or NO_ERROR, or a server that counts wrongly: no frame is wrong, or not the other side's.
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import { EventBuilder } from "../../src/report/event-builder.ts";
import { Inventory } from "../../src/report/inventory.ts";
import { Causes, nothing, type WhyAnswer } from "../../src/report/why.ts";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story } from "../../src/testing.ts";
import { summaryOf } from "./events.ts";

const builder = new EventBuilder(new Clock(), ["a"], rules);
const end = { endStream: true } as const;
const call = { fields: grpcRequest } as const;
const answer = { fields: grpcResponse } as const;
const hello = "\0\0\0\0\x01a";
const whole = { endStream: true, fields: { "grpc-status": "0" } } as const;

function told(story: Story, text?: string): WhyAnswer {
  const causes = new Causes(rules);
  const ends: ModelSink = { connectionEnd: (connection) => causes.event(builder.connection(connection)) };
  const inventory = new Inventory();
  const { pairs, unexplained } = play(story, { rules, listeners: [ends, inventory] });
  for (const pair of pairs) causes.event(builder.finding(pair));
  for (const one of unexplained) causes.event(builder.unexplained(one));
  causes.event(summaryOf());
  return causes.answer(text, [], inventory);
}

const ruleOf = (story: Story, text?: string) => told(story, text).failure?.finding?.rule;

describe("RST_STREAM(NO_ERROR) behind a whole response", () => {
  const story: Story = (s) =>
    s.client.headers(1, call).data(1, hello).server.headers(1, answer).data(1, hello).headers(1, whole).rst(1, 0);
  const reset = "upstream rejected request with error 0 while reading response header from upstream";

  it("is no failure", () => {
    expect(told(story).story).toBeUndefined();
    expect(told(story).failed.count).toBe(0);
  });

  it.each([reset, "upstream_reset_before_response_started{remote_reset}", "Received RST_STREAM with code 0"])(
    "is what a text about a reset may mean, and no fault: %s",
    (text) =>
      expect(nothing(told(story, text))[0]).toMatch(
        /^The server sent its whole response on stream 1 \(\/a\.B\/C\), and then RST_STREAM\(NO_ERROR\).*packet 14/,
      ),
  );

  it.each([
    ["a text with another code", story, "upstream rejected request with error 2 while reading response header"],
    ["a text about something else", story, "HPACK - max dynamic table size change required"],
    ["a request that had ended", ((s) => s.client.headers(1, end).server.headers(1, end).rst(1, 0)) satisfies Story, reset],
    ["CANCEL", ((s) => s.client.headers(1).server.headers(1, end).rst(1, 8)) satisfies Story, reset],
    ["a response that is not whole", ((s) => s.client.headers(1).server.headers(1).rst(1, 0)) satisfies Story, reset],
  ])("is not told of %s", (_, other, text) => expect(nothing(told(other, text)).join(" ")).not.toContain("whole response on"));
});

describe("a call that nobody answers", () => {
  const waiting =
    (ms: number): Story =>
    (s) =>
      s.client.headers(1, end).server.headers(1).client.wait(ms).close();

  it("failed where the client's timer closed the connection", () => {
    expect(told(waiting(29_999)).failed.calls).toMatchObject([{ stream: 1, how: "cut off by FIN by the client" }]);
    expect(told(waiting(29_999)).story?.cause).toContain("it had waited 30 s");
    expect(ruleOf(waiting(29_999), "httpx.ReadTimeout")).toBe("health/stream-killed-by-close");
  });

  it.each([
    ["at no time that timers are set to", waiting(28_200)],
    ["at once", waiting(0)],
    ["in the middle of its request", ((s) => s.client.headers(1).server.headers(1).client.wait(29_999).close()) satisfies Story],
  ])("did not where the client closed %s", (_, story) => {
    expect(told(story).failed.count).toBe(0);
    expect(told(story).story).toBeUndefined();
  });
});

describe("a stalled request", () => {
  // Streams that were answered early, and never paid back.
  const story: Story = (s) => {
    s.settings({ server: [[4, 1 << 20]] });
    for (const id of [1, 3]) {
      for (let i = 0; i < 2; i++) s.client.headers(id + 4 * i).data(id + 4 * i, 16_383);
      for (let i = 0; i < 2; i++) s.server.headers(id + 4 * i, { ...end, fields: { ":status": "400" } }).rst(id + 4 * i, 0);
    }
    s.client.headers(9).data(9, 3).wait(60_000).rst(9, 8);
  };

  it("says more than the statuses of others", () => {
    expect(ruleOf(story)).toBe("health/flow-stall-connection");
    expect(told(story).others.filter((other) => other.failure.unexplained !== undefined)).not.toEqual([]);
  });
});

describe("an idle timeout that says NO_ERROR", () => {
  const quiet =
    (ms: number): Story =>
    (s) =>
      s.client.headers(1, call).data(1, hello, end).server.headers(1, answer).wait(ms).rst(1, 0);

  it("is told first", () => expect(ruleOf(quiet(59_999))).toBe("health/idle-timeout"));
  it("is not one at another time", () => expect(ruleOf(quiet(58_200))).toBe("stream/rst-no-error-early"));
});

describe("too_many_pings", () => {
  const pings =
    (count: number, between: boolean): Story =>
    (s) => {
      s.client.headers(1, call).data(1, hello, end).server.headers(1, answer);
      for (let i = 0; i < count; i++) {
        s.client.ping(`measure${i}`).server.pingAck(`measure${i}`);
        if (between) s.server.data(1, hello);
      }
      s.server.goaway(1, 11, "too_many_pings").close();
    };

  it("is the server's fault, and explained by it, where it sent DATA between the PINGs", () => {
    const { failure, others } = told(pings(5, true));
    expect(failure?.finding).toMatchObject({ rule: "grpc/too-many-pings-unjustified", offender: "server" });
    expect(others.filter((other) => other.failure.unexplained !== undefined)).toEqual([]);
  });

  it("is the client's where it did not", () => expect(ruleOf(pings(5, false))).toBe("grpc/keepalive-too-frequent"));
});

describe("a text about the count of messages", () => {
  const story: Story = (s) =>
    s.client.headers(1, call).data(1, hello, end).server.headers(1, answer).data(1, hello).data(1, hello).headers(1, whole);
  const hint = "How many messages a method has is in its .proto only: with --proto they are counted against it.";

  it("is not explained without the schema, and says how to have it", () => {
    const answered = told(story, "13 INTERNAL: Too many responses received");
    expect(answered.story).toBeUndefined();
    expect(nothing(answered)).toContain(hint);
  });

  it("that says that there was none is explained by a call without one", () =>
    expect(
      ruleOf(
        (s) => s.client.headers(1, call).data(1, hello, end).server.headers(1, answer).headers(1, whole),
        "cardinality violation: received no response message from non-server-streaming RPC",
      ),
    ).toBe("grpc/ok-without-message"));

  it.each(["HTTP status code 429: Too many requests", "net::ERR_CONNECTION_RESET", "something else"])(
    "no other says it: %s",
    (text) => expect(nothing(told(story, text))).not.toContain(hint),
  );
});

describe("a deadline that passed while a window was used up", () => {
  const stalled = (s: Parameters<Story>[0], id: number) => {
    s.client.headers(id, call).data(id, hello, end).server.headers(id, answer);
    for (const octets of [16384, 16384, 16384, 16383]) s.server.data(id, octets);
  };
  const text = 'status: DeadlineExceeded, message: "Timeout expired"';

  it.each([
    [
      "a client that closes",
      ((s) => {
        stalled(s, 1);
        s.client.wait(60_000).close();
      }) satisfies Story,
    ],
    [
      "a client that resets",
      ((s) => {
        stalled(s, 1);
        s.client.wait(60_000).rst(1, 8);
      }) satisfies Story,
    ],
  ])("is of the window: %s", (_, story) => expect(ruleOf(story, text)).toBe("health/flow-stall-stream"));

  it("is of the call whose deadline it was, where that one only is late", () =>
    expect(
      ruleOf(
        (s) =>
          s.client
            .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1S" } })
            .data(1, hello, end)
            .wait(1000)
            .rst(1, 8),
        text,
      ),
    ).toMatch(/deadline|cancelled/));

  it("is of no stall where there was credit", () => {
    const story: Story = (s) => {
      s.client.headers(1, call).data(1, hello, end).server.headers(1, answer).data(1, 16384);
      s.client.windowUpdate(0, 16384).windowUpdate(1, 16384).wait(60_000).rst(1, 8);
    };
    expect(ruleOf(story, text)).not.toContain("stall");
  });
});
