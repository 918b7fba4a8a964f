import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlowWindow } from "../../src/model/flow-window.ts";

describe("flow window", () => {
  it("counts what was sent and what arrived", () => {
    const w = new FlowWindow();
    expect(w.available(65_535, 0)).toBe(65_535);
    w.sent += 60_000;
    w.grant(100, 1000);
    w.grant(200, 2000);
    expect([99, 100, 199, 200].map((horizon) => w.available(65_535, horizon))).toEqual([5535, 6535, 6535, 8535]);
    expect(w.granted).toBe(3000);
  });

  it("is less than nothing where a setting made it smaller (RFC 9113 6.9.2)", () => {
    const w = new FlowWindow();
    w.sent = 1000;
    expect(w.available(100, 0)).toBe(-900);
  });

  it("knows no grant that is not known to have arrived", () => {
    const w = new FlowWindow();
    w.grant(100, 1000);
    expect([w.available(10, -1), w.available(10, 100)]).toEqual([10, 1010]);
  });

  it("is what a plain list says, for any grants and horizons that go forward", () => {
    const step = fc.record({
      ahead: fc.nat({ max: 30 }),
      increment: fc.nat({ max: 100 }),
      seen: fc.nat({ max: 20 }),
      sent: fc.nat({ max: 50 }),
    });
    const run = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const w = new FlowWindow();
      const grants: [number, number][] = [];
      let [end, horizon, sent] = [0, 0, 0];
      for (const { ahead, increment, seen, sent: octets } of steps) {
        end += ahead;
        grants.push([end, increment]);
        w.grant(end, increment);
        horizon = Math.min(end, horizon + seen);
        sent += octets;
        w.sent += octets;
        const arrived = grants.reduce((sum, [at, n]) => sum + (at <= horizon ? n : 0), 0);
        expect(w.available(50, horizon)).toBe(50 + arrived - sent);
      }
    });
    fc.assert(run, { seed: 9113, numRuns: 500 });
  });

  it("keeps thousands of grants under way, and no more: then the oldest count as arrived", () => {
    const w = new FlowWindow();
    for (let i = 1; i <= 4000; i++) w.grant(i, 1);
    expect(w.available(0, 10)).toBe(10);
    for (let i = 4001; i <= 1_000_000; i++) w.grant(i, 1);
    const available = w.available(0, 10);
    expect(available).toBeGreaterThan(990_000);
    expect(available).toBeLessThan(1_000_000);
    expect(w.available(0, 1_000_000)).toBe(1_000_000);
  });
});
