import { describe, expect, it } from "vitest";
import { FieldBit } from "../../src/fields/field.ts";
import { rules as all } from "../../src/rules/index.ts";
import { defineRule } from "../../src/rules/rule.ts";
import { playSegments } from "../../src/testing/play.ts";
import { getRequest, grpcRequest, type PlayOptions, play, type Script, type Story, written } from "../../src/testing.ts";

const end = { endStream: true } as const;
const grpc = { fields: grpcRequest } as const;
const loud = (story: Story) => play(story, { rules }).findings.filter(({ severity }) => severity !== "info");
const ids = (story: Story): string[] => loud(story).map(({ rule }) => rule);
const ofClient = (story: Story): string[] => {
  const found = loud(story).filter(({ offender }) => offender === "client");
  return found.map(({ rule }) => rule);
};

// Those of health are about frames and closes that stand in these stories for other reasons.
const rules = all.filter(({ id }) => !id.startsWith("health/"));

describe("RuleEngine", () => {
  it("lets the first in the order of judgement stand and lists what it hides", () => {
    const found = loud((s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\0").trailers(1, { "grpc-status": "0" }));
    expect(found.map(({ rule, hides }) => [rule, hides])).toEqual([["grpc/request-trailers", ["grpc/client-sends-status"]]]);
  });

  it("puts the HTTP/2 families before gRPC", () => {
    const found = loud((s) => s.client.headers(1, grpc).headers(1, { fields: { "grpc-status": "0" } }));
    expect(found.map(({ rule }) => rule)).toEqual(["headers/second-headers-no-end-stream"]);
    expect(found[0]!.hides).toEqual(["grpc/client-sends-status"]);
  });

  it("marks what the same side does after a connection error as consequent", () => {
    const found = loud((s) => s.client.data(0).headers(1, end).data(1).server.headers(2, end));
    expect(found.map(({ rule, consequent }) => [rule, consequent])).toEqual([
      ["frame/data-on-stream-zero", false],
      ["stream/data-after-end-stream", true],
      ["stream-id/unpromised", false],
    ]);
  });

  it("marks nothing after a stream error", () => {
    expect(loud((s) => s.client.headers(1, end).data(1).data(5)).map(({ consequent }) => consequent)).toEqual([false, false]);
  });

  it("does not judge what was under way when the other side gave up", () => {
    const late = (s: Script) => s.client.headers(1).crossing().headers(2, end);
    expect(ofClient(late)).toEqual(["stream-id/even-client"]);
    expect(ofClient((s) => s.client.headers(1).server.goaway(1, 2).client.crossing().headers(2, end))).toEqual([]);
    expect(ofClient((s) => s.client.headers(1).server.reset().client.crossing().headers(2, end))).toEqual([]);
    expect(ofClient((s) => s.client.headers(1).server.close().client.crossing().headers(2, end))).toEqual([]);
  });

  it("judges what crosses a GOAWAY(NO_ERROR), and what follows a GOAWAY that had arrived", () => {
    expect(ids((s) => s.client.headers(1).server.goaway(1).client.crossing().headers(2, end))).toEqual(["stream-id/even-client"]);
    expect(ids((s) => s.client.headers(1).server.goaway(1, 2).client.headers(2, end))).toEqual(["stream-id/even-client"]);
  });

  it("folds repeats on one stream, not those on different streams", () => {
    const found = loud((s) => s.client.headers(1, end).headers(3, end).data(1).data(1).data(3));
    expect(found.map(({ frame, count }) => [frame.streamId, count])).toEqual([
      [1, 2],
      [3, 1],
    ]);
  });

  it("folds everything of one kind beyond the limit", () => {
    const story: Story = (s) => {
      for (let id = 1; id <= 9; id += 2) s.client.headers(id, end).data(id);
    };
    const { findings } = play(story, { rules, limits: { findings: 2 } });
    expect(findings.map(({ count }) => count)).toEqual([1, 1, 3]);
  });

  it("says what is missing where it proves nothing", () => {
    const found = loud((s) => s.midway().client.ping().headers(2, end));
    expect(found.map(({ rule, certainty }) => [rule, certainty])).toEqual([["stream-id/even-client", "unproven"]]);
    expect(found[0]!.because).toContain("start2");
  });

  it("lets nothing unproven hide what is proven", () => {
    const found = loud((s) =>
      s.client
        .headers(1)
        .server.rst(1)
        .ping()
        .lost((server) => server.data(1))
        .windowUpdate(0)
        .client.pingAck()
        .trailers(1, { "grpc-status": "0" }),
    );
    expect(found.map(({ rule, certainty, because }) => [rule, certainty, because])).toEqual([
      ["stream/frame-after-peer-rst", "unproven", ["no-gap2"]],
      ["grpc/client-sends-status", "proven", []],
    ]);
  });

  it("lets no advice hide an error", () => {
    const { findings } = play((s) => s.client.headers(2, { flags: 0x80 }), { rules });
    expect(findings.map(({ rule, hides }) => [rule, hides])).toEqual([
      ["frame/unused-flag", []],
      ["stream-id/even-client", []],
    ]);
  });

  it("waits for the rest of a field block, and gives its findings out when it does not come", () => {
    const open = { endHeaders: false, reserved: true } as const;
    const found = loud((s) => s.client.headers(1, open).server.ping().client.continuation(1, { block: "\x80" }));
    expect(found.map(({ rule, hides }) => [rule, hides])).toEqual([
      ["frame/reserved-bit", []],
      ["hpack/index-zero", []],
    ]);
    expect(ids((s) => s.client.headers(1, open).server.ping())).toEqual(["frame/reserved-bit"]);
  });

  it("takes nothing that is unproven, optional or of a stream for the end of the connection", () => {
    const consequences = (story: Story) => loud(story).map(({ rule, consequent }) => [rule, consequent]);
    expect(consequences((s) => s.midway().client.ping().data(0).headers(0))).toEqual([
      ["frame/data-on-stream-zero", false],
      ["frame/headers-on-stream-zero", false],
    ]);
    expect(consequences((s) => s.client.settingsAck().data(0))).toEqual([
      ["settings/ack-unexpected", false],
      ["frame/data-on-stream-zero", false],
    ]);
  });

  it("judges what follows a FIN that had arrived, and what was sent before the other side gave up", () => {
    expect(ofClient((s) => s.client.headers(1).server.close().client.headers(2, end))).toEqual(["stream-id/even-client"]);
    // Found at the end of the connection, after the answer.
    expect(ofClient((s) => s.bare().server.settings().client.octets("PRI * HTTP/3.0").server.goaway(0, 1).close())).toEqual([
      "preface/client-magic",
    ]);
  });

  it("exempts one side only", () => {
    expect(ids((s) => s.client.headers(1).server.goaway(1, 2).headers(4))).toEqual(["stream-id/unpromised"]);
  });

  it("does not count repeats towards the limit", () => {
    const story: Story = (s) => s.client.headers(1, end).data(1).data(1).data(1).data(1).headers(3, end).data(3);
    const { findings } = play(story, { rules, limits: { findings: 2 } });
    expect(findings.map(({ frame, count }) => [frame.streamId, count])).toEqual([
      [1, 4],
      [3, 1],
    ]);
  });

  it("counts what could not be judged", () => {
    const { findings, unchecked } = play((s) => s.midway().client.ping().rst(1).windowUpdate(3).trailers(5), { rules });
    expect(findings).toEqual([]);
    expect(unchecked).toEqual({ "stream/* seen": 2, "stream-id/* seen": 1 });
  });
});

describe("what a rule may ask for", () => {
  const meta = {
    title: "T",
    severity: "error",
    by: "either",
    spec: [],
    expect: { scope: "stream", codes: [] },
    needs: [],
    decidable: "block",
    messages: { seen: "{n}" },
    docs: { why: "", fix: "" },
  } as const;

  it("bits of a field block, of one side or in one role", () => {
    const te = defineRule({
      id: "x/te",
      meta,
      when: { bits: FieldBit.te | FieldBit.contentLength, from: "client", roles: ["request"] },
      judge: (block, _, { report }) => report(block, "seen", { n: block.streamId }),
    });
    const fields = { ...getRequest, te: "trailers" };
    const story: Story = (s) =>
      s.client
        .headers(1)
        .headers(3, { fields })
        .trailers(3, { te: "trailers" })
        .server.headers(3, { fields: { ":status": "200", te: "trailers" } });
    expect(play(story, { rules: [te] }).findings.map(({ data }) => data)).toEqual([{ n: 3 }]);
  });

  it("frames of some kinds, with a threshold", () => {
    const many = defineRule({
      id: "x/many",
      meta: { ...meta, options: { limit: { default: 2, unit: "frames", about: "" } } },
      kinds: ["ping"],
      state: () => ({ count: 0 }),
      frame: (frame, _, { state, options, report }) => {
        if (++state.count === options.limit) report(frame, "seen", { n: state.count });
      },
    });
    const story: Story = (s) => s.client.ping().settings([]).headers(1).ping().ping();
    const counts = (options: PlayOptions) => play(story, options).findings.map(({ data }) => data);
    expect(counts({ rules: [many] })).toEqual([{ n: 2 }]);
    expect(counts({ rules: [many], thresholds: { "x/many": { limit: 3 } } })).toEqual([{ n: 3 }]);
  });

  it("field blocks that are larger than a threshold, in bytes or in fields, or than the other side announced", () => {
    const seen: string[] = [];
    const large = (id: string, of: "list" | "fields") =>
      defineRule({
        id,
        meta: { ...meta, options: { limit: { default: 1000, unit: "bytes", about: "" } } },
        above: ({ limit }) => ({ [of]: limit! }),
        fields: (block) => void seen.push(`${id} ${block.streamId}`),
      });
    const rules = [large("x/list", "list"), large("x/fields", "fields")];
    const called = (story: Story, thresholds: NonNullable<PlayOptions["thresholds"]> = {}): string[] => {
      seen.length = 0;
      play(story, { rules, thresholds });
      return [...seen];
    };
    // 32 octets a field, and its name and value (RFC 9113 6.5.2).
    const of = (octets: number) => ({ fields: { ...getRequest, x: "x".repeat(octets) } });
    const story: Story = (s) => s.client.headers(1, of(100)).headers(3, of(1000));
    expect(called(story)).toEqual(["x/list 3", "x/fields 3"]);
    expect(called(story, { "x/list": { limit: 2000 } })).toEqual([]);
    expect(called(story, { "x/list": { limit: 2000 }, "x/fields": { limit: 4 } })).toHaveLength(4);
    const announced: Story = (s) =>
      s.server
        .settings([[6, 200]])
        .client.settingsAck()
        .headers(1, of(100));
    expect(called(announced)).toEqual(["x/list 1", "x/fields 1"]);
  });

  it("messages that are larger than a threshold", () => {
    const seen: number[] = [];
    const large = defineRule({
      id: "x/large",
      meta: { ...meta, options: { limit: { default: 3, unit: "bytes", about: "" } } },
      above: ({ limit }) => ({ message: limit! }),
      messageStart: ({ length }) => void seen.push(length),
    });
    const story: Story = (s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\x03abc\0\0\0\0\x04abcd");
    play(story, { rules: [large] });
    expect(seen).toEqual([4]);
  });

  it("connections over TLS", () => {
    const seen: number[] = [];
    const over = defineRule({ id: "x/tls", meta, overTls: true, fields: ({ streamId }) => void seen.push(streamId) });
    play((s) => s.client.headers(1), { rules: [over] });
    expect(seen).toEqual([]);
    play((s) => s.client.headers(1), { rules: [over], tls: {} });
    expect(seen).toEqual([1]);
  });

  it("what all connections share", () => {
    const again = defineRule({
      id: "x/again",
      meta,
      session: () => ({ connections: 0 }),
      kinds: ["headers"],
      frame: (frame, _, { session, report }) => report(frame, "seen", { n: ++session.connections }),
    });
    const one = written((s) => s.client.headers(1)).segments;
    const close = written((s) => s.client.headers(1).close().server.close()).segments;
    expect(playSegments([...close, ...one], { rules: [again] }).findings.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
  });
});
