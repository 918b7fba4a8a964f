import { describe, expect, it } from "vitest";
import { defaultLimits, defaultMaxMemory, type Limits, limitsFor, limitsWithKeys } from "../src/limits.ts";

const MB = 1 << 20;

/** What all stores of the pipeline may hold, where a connection with calls is taken for 16 KiB, what it costs between two collections. */
const stores = (limits: Limits): number =>
  limits.flows * 16 * 1024 +
  limits.streamsTotal * 2 * 1024 +
  limits.fragmentOctets +
  limits.outOfOrderTotal +
  limits.undecidedTotal +
  limits.frameOctetsTotal +
  limits.messageOctetsTotal;

describe("limits by memory", () => {
  it("are the default ones for the default memory", () => {
    expect(limitsFor(defaultMaxMemory)).toEqual(defaultLimits);
  });

  it.each([130, 200, 1000, 8000])("leave room for the program in %i MB, and use the rest", (megabytes) => {
    const held = stores(limitsFor(megabytes * MB)) / MB;
    expect(held).toBeLessThanOrEqual(megabytes - 100);
    expect(held).toBeGreaterThan(0.95 * (megabytes - 100));
  });

  it("grow with the memory, and are none of them zero below the least", () => {
    const [small, large] = [limitsFor(0), limitsFor(4000 * MB)];
    for (const [name, limit] of Object.entries(small)) {
      expect(limit, name).toBeGreaterThan(0);
      expect(Number.isInteger(limit), name).toBe(true);
      expect(large[name as keyof Limits], name).toBeGreaterThanOrEqual(limit);
    }
    expect(small.flows).toBeGreaterThan(400);
  });

  it("of connections are fewer where the secrets of TLS take room", () => {
    expect(limitsWithKeys(defaultLimits, 0)).toEqual(defaultLimits);
    const few = limitsWithKeys(defaultLimits, 100).flows;
    const many = limitsWithKeys(defaultLimits, 10_000).flows;
    expect(defaultLimits.flows - few).toBeLessThan(30);
    expect(many).toBeLessThan(0.8 * defaultLimits.flows);
    expect(limitsWithKeys(defaultLimits, 1e6).flows).toBe(Math.ceil(defaultLimits.flows / 2));
    expect(defaultLimits.tlsConnections).toBeGreaterThan(20_000);
  });

  it("of one direction is never more than that of all", () => {
    for (const megabytes of [0, 100, 200, 4000]) {
      const { outOfOrderOctets, outOfOrderTotal } = limitsFor(megabytes * MB);
      expect(outOfOrderOctets).toBeLessThanOrEqual(outOfOrderTotal);
    }
  });
});
