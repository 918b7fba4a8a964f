import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import type { Connection } from "../../src/model/connection.ts";
import type { FieldBlock } from "../../src/model/field-block.ts";
import { adviceFor, CertaintyCollector } from "../../src/report/certainty.ts";
import { certaintyOf } from "../../src/report/frame-object.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, type Story, written } from "../../src/testing.ts";
import { indexed, literalAt } from "../hpack/octets.ts";

function infoOf(story: Story, namer?: ConstructorParameters<typeof CertaintyCollector>[0]) {
  const collector = new CertaintyCollector(namer);
  playModel(written(story).segments, [collector], defaultLimits, () => {});
  return collector.info;
}

const end = { endStream: true } as const;
const request = (entry: number) => ({
  block: Buffer.concat([indexed(3), indexed(6), indexed(62 + entry), literalAt(1, "h")]),
  ...end,
});
const lossy: Story = (s) => {
  s.client.headers(1, { fields: grpcRequest, ...end }).lost((client) => client.headers(3, { fields: grpcRequest, ...end }));
  s.server.ping();
  s.client.headers(5, request(0)).headers(7, request(0)).headers(9, request(1));
};

describe("how certain the fields of a frame are", () => {
  const certaintiesOf = (story: Story): string[] => {
    const certainties: string[] = [];
    const listener = {
      fields: ({ decoded, from }: FieldBlock, _: unknown, connection: Connection) =>
        certainties.push(decoded === undefined ? "none" : certaintyOf(decoded, connection.endpoint(from))),
    };
    playModel(written(story).segments, [listener], defaultLimits, () => {});
    return certainties;
  };
  const get = { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "h" };

  it("is exact where all is read", () =>
    expect(certaintiesOf((s) => s.client.headers(1, { fields: get, ...end }).server.headers(1))).toEqual(["exact", "exact"]));

  it("is inferred behind a gap, where the frame is found by its looks", () =>
    expect(
      certaintiesOf((s) => {
        s.client.headers(1, { fields: get, ...end }).lost((client) => client.ping());
        s.server.headers(1);
        s.client.headers(3, { fields: get, ...end });
      }),
    ).toEqual(["exact", "exact", "inferred"]));

  it("is partial where it refers to what is missing", () => expect(certaintiesOf(lossy).slice(-1)).toEqual(["partial"]));

  it("is partial where decoding ends with a fault", () =>
    expect(certaintiesOf((s) => s.client.headers(1, { block: "\x82\x80" }))).toEqual(["partial"]));
});

describe("how certain a capture is", () => {
  it("is all exact where nothing is missing", () => {
    const { frames, fields, calls, costs } = infoOf((s) => s.client.headers(1, { fields: grpcRequest, ...end }));
    expect([frames.inferred, frames.unknown, fields.unknown, costs]).toEqual([0, 0, 0, []]);
    expect(fields.exact).toBe(Object.keys(grpcRequest).length);
    expect(calls).toEqual({ exact: 1, inferred: 0, unknown: 0 });
  });

  it("says what each gap costs", () => {
    const { fields, calls, costs } = infoOf(lossy);
    expect(fields.unknown).toBe(3);
    expect(calls).toEqual({ exact: 1, inferred: 0, unknown: 3 });
    expect(costs).toEqual([{ connection: 1, from: "client", octets: expect.any(Number), packet: expect.any(Number), fields: 3 }]);
    expect(costs[0]!.octets).toBeGreaterThan(0);
  });

  it("counts inferred names by themselves", () => {
    const inferred = { path: "/a.B/C", score: 0.9, because: "" };
    const { calls } = infoOf(lossy, { nameOf: ({ number }) => (number === 1 ? { inferred } : { candidates: ["/a.B/C"] }) });
    expect(calls).toEqual({ exact: 1, inferred: 2, unknown: 1 });
  });

  it("leaves a gap out that costs nothing", () => {
    const { costs, fields } = infoOf((s) => {
      s.client.headers(1, { fields: grpcRequest, ...end });
      s.client.lost((client) => client.ping());
      s.server.ping();
      s.client.headers(3, { fields: { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "h" }, ...end });
    });
    expect([costs, fields.unknown]).toEqual([[], 0]);
  });

  it("says how to record more, and nothing where nothing is missing", () => {
    expect(adviceFor({ start: false, lost: false, cut: false, oneDirection: false })).toEqual([]);
    expect(adviceFor({ start: true, lost: true, cut: true, oneDirection: true })).toEqual([
      expect.stringContaining("before the connections open"),
      expect.stringContaining("larger buffer"),
      expect.stringContaining("-s 0"),
      expect.stringContaining("both directions"),
    ]);
  });
});
