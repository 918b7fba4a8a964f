// Both legs of a proxy in one capture: a failure is followed through, where only one reading is possible.
import { describe, expect, it } from "vitest";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { defaultLimits } from "../../src/limits.ts";
import { Model } from "../../src/model/model.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import { TcpFlag, TcpSegment } from "../../src/net/segment.ts";
import { Inventory, type Symptoms, symptomLines } from "../../src/report/inventory.ts";
import { LegKeeper } from "../../src/report/leg-keeper.ts";
import { Ways } from "../../src/report/way.ts";
import { Assembler } from "../../src/tcp/assembler.ts";
import { written } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story } from "../../src/testing.ts";

interface Told {
  readonly story: Story;
  /** `10.0.0.1:40001`. */
  readonly client: string;
  readonly server: string;
  /** Milliseconds after the first. */
  readonly at: number;
}

/** Several connections in one capture. */
function played(told: readonly Told[], listeners: readonly ModelSink[]): void {
  const packets = told
    .flatMap(({ story, client, server, at }) =>
      written(story).segments.map((segment) => ({ segment, client, server, time: segment.time + at * 1e6 })),
    )
    .sort((a, b) => a.time - b.time);
  const assembler = new Assembler(new Model(listeners, fastHpack, defaultLimits, () => {}), defaultLimits, () => {});
  packets.forEach(({ segment, client, server, time }, index) => {
    const isClient = segment.from === "client";
    const s = new TcpSegment();
    [s.source3, s.sourcePort] = endpoint(isClient ? client : server);
    [s.target3, s.targetPort] = endpoint(isClient ? server : client);
    s.packet.number = index + 1;
    s.packet.time = time;
    s.packet.bytes = Buffer.from(segment.bytes);
    s.seq = (1 + segment.offset) | 0;
    s.ack = (segment.flags & TcpFlag.ack) === 0 ? 0 : (1 + segment.acked) | 0;
    s.flags = segment.flags;
    s.window = segment.window;
    s.end = segment.bytes.length;
    assembler.segment(s);
  });
  assembler.end();
}

function endpoint(text: string): [address: number, port: number] {
  const [address = "", port] = text.split(":");
  return [address.split(".").reduce((sum, part) => (sum << 8) | Number(part), 0), Number(port)];
}

function symptomsOf(...told: readonly Told[]): Symptoms {
  const inventory = new Inventory();
  played(told, [inventory]);
  return inventory.symptoms([], () => true);
}

const followed = (...told: readonly Told[]): string[] => (symptomsOf(...told).followed ?? []).map(({ text }) => text);

const [user, proxy, upstream] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
const inward = (story: Story, at = 0, client = `${user}:40001`): Told => ({ story, client, server: `${proxy}:443`, at });
const onward = (story: Story, at = 0, client = `${proxy}:50001`): Told => ({ story, client, server: `${upstream}:50051`, at });

const nginx = { server: "nginx/1.27.3" };
const call = { endStream: true, fields: grpcRequest } as const;
const withId = (id: string) => ({ endStream: true, fields: { ...grpcRequest, "x-request-id": id } }) as const;
const ok = { fields: grpcResponse } as const;
const bad = (status: string) => ({ endStream: true, fields: { ":status": status, ...nginx } }) as const;
const good = { endStream: true, fields: { ...grpcResponse, "grpc-status": "0" } } as const;

const timedOut = inward((s) => s.client.headers(1, call).wait(5000).server.headers(1, bad("504")));
// Asked 2 ms after the proxy was, and given up before it answers.
const silent = onward((s) => s.client.headers(1, call).wait(4990).client.rst(1).close(), 2);

describe("a failure behind a proxy", () => {
  it("is an upstream that did not answer before the proxy's deadline", () => {
    expect(followed(timedOut, silent)).toEqual([
      "The upstream 10.0.0.3:50051 did not answer within 4.99 s (connection 2, stream 1), and nginx did not wait longer (RST_STREAM CANCEL, packet 19), so nginx said :status 504 to the client (connection 1, stream 1, packet 21).",
    ]);
  });

  it("is one call that failed, not two", () => {
    const symptoms = symptomsOf(timedOut, silent);
    expect(symptoms.count).toBe(1);
    expect(symptomLines(symptoms)[0]).toBe("1 call did not end well:");
    expect(symptomLines(symptoms)).toContain("followed through the proxy:");
  });

  it("is the call's own deadline, where that was over", () => {
    const limited = { endStream: true, fields: { ...grpcRequest, "grpc-timeout": "5S" } } as const;
    const [text] = followed(
      inward((s) => s.client.headers(1, limited).wait(5000).server.headers(1, bad("504"))),
      onward((s) => s.client.headers(1, limited).wait(4990).client.rst(1).close(), 2),
    );
    expect(text).toContain("and the call's deadline of 5.00 s was over (RST_STREAM CANCEL, packet 19)");
  });

  it.each<[string, Story, string]>([
    [
      "an upstream that reset the call",
      (s) => s.client.headers(1, call).server.rst(1, 2),
      "The upstream 10.0.0.3:50051 ended the call without an answer (RST_STREAM INTERNAL_ERROR, connection 2, stream 1, packet 19), so nginx said :status 502",
    ],
    [
      "an upstream that closed the connection",
      (s) => s.client.headers(1, call).server.close(),
      "ended the call without an answer (FIN, connection 2, stream 1, packet 19), so nginx said :status 502",
    ],
    [
      "an upstream that closed the connection before its answer was whole",
      (s) => s.client.headers(1, call).server.headers(1, { fields: grpcResponse }).close(),
      "ended the call before its answer was whole (FIN, connection 2, stream 1, packet 20), so nginx said :status 502",
    ],
    [
      "an upstream that answered with another error",
      (s) => s.client.headers(1, call).server.headers(1, { endStream: true, fields: { ":status": "500" } }),
      "The upstream 10.0.0.3:50051 answered :status 500 (connection 2, stream 1, packet 19), so nginx said :status 502",
    ],
    [
      "an upstream whose error was passed on",
      (s) => s.client.headers(1, call).server.headers(1, { endStream: true, fields: { ":status": "502" } }),
      "answered :status 502 (connection 2, stream 1, packet 19), and nginx passed it on",
    ],
    [
      "an upstream that answered well",
      (s) => s.client.headers(1, call).server.headers(1, good),
      "answered grpc-status 0 OK (connection 2, stream 1, packet 19), so what failed is nginx itself: nginx said :status 502",
    ],
  ])("is %s", (_, story, expected) => {
    const [text] = followed(
      inward((s) => s.client.headers(1, call).wait(50).server.headers(1, bad("502"))),
      onward(story, 2),
    );
    expect(text).toContain(expected);
  });

  it("is an upstream that refused the connection", () => {
    const [text] = followed(
      inward((s) => s.client.headers(1, call).wait(50).server.headers(1, bad("502"))),
      onward((s) => s.attempts(1, "refused"), 12),
    );
    expect(text).toMatch(
      /^Nginx could not connect to 10\.0\.0\.3:50051 \(it refused the connection: connection 2, packet \d+\), so it said :status 502/,
    );
  });

  it("is an upstream over HTTP/1.1", () => {
    const [text] = followed(
      inward((s) => s.client.headers(1, call).wait(50).server.headers(1, bad("502"))),
      onward((s) => s.bare().client.http1(["POST /a.B/C HTTP/1.1", "Host: h2.test", "Content-Length: 0"]).server.close(), 9),
    );
    expect(text).toContain("The upstream 10.0.0.3:50051 ended the call without an answer (FIN, connection 2, stream 1");
  });

  it.each<[string, Story, string]>([
    ["did not answer", (s) => s.client.wait(15).close().server.close(), "did not answer within 16.00 ms"],
    ["answered", (s) => s.server.http1(["HTTP/1.1 200 OK", "Content-Length: 0"]).client.close(), "answered :status 200"],
    [
      "closed after half of its answer",
      (s) => s.server.http1(["HTTP/1.1 200 OK", "Content-Length: 9"], "abc").close(),
      "before its answer was whole (FIN",
    ],
    [
      "answered until it closed",
      (s) => s.server.http1(["HTTP/1.1 503 Service Unavailable"], "abc").close(),
      "answered :status 503",
    ],
  ])("is an upstream over HTTP/1.1 that %s", (_, rest, expected) => {
    const [text] = followed(
      inward((s) => s.client.headers(1, call).wait(50).server.headers(1, bad("502"))),
      onward((s) => {
        s.bare().client.http1(["POST /a.B/C HTTP/1.1", "Host: h2.test", "Content-Length: 0"]);
        rest(s);
      }, 9),
    );
    expect(text).toContain(expected);
  });

  it.each<[string, Story]>([
    ["the proxy passes that on", (s) => s.client.headers(1, call).server.headers(1, ok).client.wait(60).rst(1)],
    ["the upstream has the same deadline", (s) => s.client.headers(1, call).server.headers(1, ok).wait(60).rst(1, 8)],
  ])("is the client's own doing within a response: %s", (_, story) => {
    const [text] = followed(
      inward((s) => s.client.headers(1, call).wait(20).server.headers(1, ok).client.wait(30).rst(1)),
      onward(story, 2),
    );
    expect(text).toMatch(/^The client gave up after .*; the upstream 10\.0\.0\.3:50051 had not finished its answer\.$/);
    expect(text!.includes("passed that on")).toBe(_.startsWith("the proxy"));
  });

  it("is told with the reset by which the proxy ended its response, not with the status of that", () => {
    const [text] = followed(
      inward((s) => s.client.headers(1, call).server.headers(1, ok).wait(50).rst(1, 2)),
      onward((s) => s.client.headers(1, call).server.headers(1, ok).wait(40).close(), 2),
    );
    expect(text).toContain("the proxy ended the client's call with RST_STREAM INTERNAL_ERROR");
    expect(text).not.toContain(":status 200");
  });

  it("is the upstream's doing, where it gave up first within its response", () => {
    const [text] = followed(
      inward((s) => s.client.headers(1, call).server.headers(1, ok).client.wait(50).rst(1)),
      onward((s) => s.client.headers(1, call).server.headers(1, ok).wait(9).rst(1, 2), 2),
    );
    expect(text).toContain("ended the call before its answer was whole");
  });

  it("is the client's own doing, where it gave up first", () => {
    const [text] = followed(
      inward((s) => s.client.headers(1, call).wait(50).client.rst(1)),
      onward((s) => s.client.headers(1, call).wait(60).client.rst(1), 2),
    );
    expect(text).toBe(
      "The client gave up after 51.00 ms (RST_STREAM CANCEL, packet 19); the proxy passed that on with RST_STREAM CANCEL (connection 2, stream 1, packet 20); the upstream 10.0.0.3:50051 had not answered.",
    );
  });

  it("is followed through two proxies", () => {
    const last: Told = {
      story: (s) => s.client.headers(1, call).server.rst(1, 2),
      ...{ client: `${upstream}:60001`, server: "10.0.0.4:8080", at: 4 },
    };
    const [text] = followed(
      inward((s) => s.client.headers(1, call).wait(50).server.headers(1, bad("502"))),
      onward((s) => s.client.headers(1, call).wait(20).server.headers(1, bad("503")), 2),
      last,
    );
    expect(text).toMatch(
      /^The upstream 10\.0\.0\.4:8080 ended the call .*said :status 503 .*The upstream 10\.0\.0\.3:50051 answered :status 503 /,
    );
  });

  it("counts attempts of the proxy", () => {
    const reset: Story = (s) => s.client.headers(1, call).server.rst(1, 7);
    const [text] = followed(
      inward((s) => s.client.headers(1, call).wait(50).server.headers(1, bad("502"))),
      onward(reset, 2),
      onward(reset, 20, `${proxy}:50002`),
    );
    expect(text).toContain("nginx had tried 2 times.");
  });
});

describe("which legs belong together", () => {
  const two = (first: Told[], second: Told[]): string[] => followed(...first, ...second);
  const asked = (options: Parameters<typeof timedOutWith>[0]) => timedOutWith(options);

  function timedOutWith(
    request: { readonly endStream: true; readonly fields: Readonly<Record<string, string>> },
    at = 0,
    port = 40_001,
  ): Told[] {
    return [inward((s) => s.client.headers(1, request).wait(100).server.headers(1, bad("504")), at, `${user}:${port}`)];
  }

  function silentTo(
    request: { readonly endStream: true; readonly fields: Readonly<Record<string, string>> },
    at = 2,
    port = 50_001,
  ): Told[] {
    return [onward((s) => s.client.headers(1, request).wait(90).client.rst(1).close(), at, `${proxy}:${port}`)];
  }

  it("is not said of two calls that are alike at one time", () => {
    expect(two([...asked(call), ...timedOutWith(call, 5, 40_002)], [...silentTo(call, 7), ...silentTo(call, 9, 50_002)])).toEqual(
      [],
    );
  });

  it("is said of them where they have ids", () => {
    const [a, b] = [withId("request-0001"), withId("request-0002")];
    const texts = two([...timedOutWith(a), ...timedOutWith(b, 5, 40_002)], [...silentTo(b, 7), ...silentTo(a, 9, 50_002)]);
    // The first client's call is the second one of the proxy.
    expect(texts.map((text) => text.match(/connection \d/g))).toEqual([
      ["connection 3", "connection 2"],
      ["connection 4", "connection 1"],
    ]);
  });

  const other = { endStream: true, fields: { ...grpcRequest, ":path": "/a.B/D" } } as const;
  it.each<[string, Told[], Told[]]>([
    ["another path", timedOutWith(call), silentTo(other)],
    ["another id", timedOutWith(withId("request-0001")), silentTo(withId("request-0002"))],
    ["before the proxy was asked", timedOutWith(call, 20), silentTo(call, 2)],
    ["after it had answered", timedOutWith(call), silentTo(call, 200)],
    ["a host that is not the proxy's", timedOutWith(call), silentTo(call).map((one) => ({ ...one, client: "10.0.0.9:50001" }))],
    ["the same server", timedOutWith(call), silentTo(call).map((one) => ({ ...one, server: `${proxy}:443` }))],
    [
      "a request of another size",
      [
        inward((s) =>
          s.client.headers(1, { fields: grpcRequest }).data(1, 9, { endStream: true }).wait(99).server.headers(1, bad("504")),
        ),
      ],
      silentTo(call, 4),
    ],
    [
      "a longer deadline",
      timedOutWith({ endStream: true, fields: { ...grpcRequest, "grpc-timeout": "1S" } }),
      silentTo({ endStream: true, fields: { ...grpcRequest, "grpc-timeout": "2S" } }),
    ],
  ])("is not said of %s", (_, first, second) => expect(two(first, second)).toEqual([]));

  it("is likely at most where all run on one host", () => {
    const [text] = followed(
      { ...timedOut, client: "127.0.0.1:40001", server: "127.0.0.1:443" },
      { ...silent, client: "127.0.0.1:50001", server: "127.0.0.1:50051" },
    );
    expect(text).toContain("That the two are one call is likely");
  });

  it("keeps no more legs than it may, and says nothing of what it forgot", () => {
    const keeper = new LegKeeper(8);
    const calls: Story = (s) => {
      for (let id = 1; id < 81; id += 2) s.client.headers(id, call).server.headers(id, good);
    };
    played([timedOut, silent, onward(calls, 6000, `${proxy}:50002`)], [keeper]);
    expect(keeper.legs.length).toBeLessThanOrEqual(8);
    expect(keeper.knownSince).toBeGreaterThan(0);
    const ways = new Ways(keeper);
    expect(ways.leg(1, 1)).toBeUndefined();
  });
});
