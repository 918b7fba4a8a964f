import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import { TcpFlag, TcpSegment } from "../../src/net/segment.ts";
import { Assembler, type FlowListener } from "../../src/tcp/assembler.ts";
import { endpointText, type Flow } from "../../src/tcp/flow.ts";
import { FlowTable } from "../../src/tcp/flow-table.ts";
import { distance } from "../../src/tcp/sequence.ts";

describe("distance of sequence numbers", () => {
  it.each([
    [1, 0, 1],
    [0, 1, -1],
    [0, 0xffffffff, 1],
    [0xffffffff, 0, -1],
    [0x80000000, 0x7fffffff, 1],
    [-1, 0xffffffff, 0],
    [100, 0xfffffff0, 116],
  ])("%i after %i: %i", (a, b, expected) => expect(distance(a, b)).toBe(expected));
});

describe("addresses as text", () => {
  const pair = (a: number, b: number): number => (a << 16) | b;
  const words = (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) =>
    [pair(a, b), pair(c, d), pair(e, f), pair(g, h)] as const;
  it.each([
    ["192.0.2.255:443", [0, 0, 0, 0xc00002ff | 0] as const, 4],
    ["[::]:443", words(0, 0, 0, 0, 0, 0, 0, 0), 6],
    ["[::1]:443", words(0, 0, 0, 0, 0, 0, 0, 1), 6],
    ["[1::]:443", words(1, 0, 0, 0, 0, 0, 0, 0), 6],
    ["[2001:db8::1]:443", words(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 6],
    ["[2001:db8:0:1:1:1:1:1]:443", words(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1), 6],
    ["[2001:0:0:1::1]:443", words(0x2001, 0, 0, 1, 0, 0, 0, 1), 6],
    ["[2001:db8::1:0:0:1]:443", words(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1), 6],
    ["[1:2:3:4:5:6:7:8]:443", words(1, 2, 3, 4, 5, 6, 7, 8), 6],
  ])("%s", (text, address, family) => expect(endpointText({ words: address, port: 443 }, family)).toBe(text));
});

function segment(source: number, sourcePort: number, target: number, targetPort: number, flags = 0): TcpSegment {
  return Object.assign(new TcpSegment(), { source3: source, sourcePort, target3: target, targetPort, flags });
}

/** The table does not look into a flow. */
const named = (id: number) => ({ id }) as Flow;

describe("who is the client", () => {
  const open = (s: TcpSegment): Flow => {
    const flows: Flow[] = [];
    const nobody = { bytes: () => {}, gap: () => {}, end: () => {} };
    const listener: FlowListener = {
      open: (flow) => {
        flows.push(flow);
        return [nobody, nobody];
      },
      close: () => {},
    };
    const assembler = new Assembler(listener, defaultLimits, () => {});
    assembler.segment(s);
    // Before there are octets nobody is told.
    expect(flows).toEqual([]);
    assembler.end();
    return flows[0]!;
  };
  it.each([
    ["the sender of a SYN", segment(1, 443, 2, 50_000, TcpFlag.syn), 443],
    ["who gets a SYN-ACK", segment(1, 443, 2, 80, TcpFlag.syn | TcpFlag.ack), 80],
    ["else the higher port", segment(1, 443, 2, 50_000, TcpFlag.ack), 50_000],
    ["else the higher port, sending", segment(1, 50_000, 2, 443, TcpFlag.ack), 50_000],
    ["of equal ports the first sender", segment(9, 443, 2, 443, TcpFlag.ack), 443],
  ])("%s", (_, s, port) => {
    const flow = open(s);
    expect(flow.client.port).toBe(port);
    expect([flow.client.words[3], flow.server.words[3]].sort()).toEqual([s.source3, s.target3].sort());
    // The direction of a segment is found by who stands where in the table's key.
    expect(flow.directions[flow.client.port === s.sourcePort && flow.client.words[3] === s.source3 ? 0 : 1].seen).toBe(true);
  });
});

describe("the flow table", () => {
  it("finds a thousand connections from both sides, and forgets what is swept", () => {
    const table = new FlowTable();
    const flows = Array.from({ length: 1000 }, (_, i) => named(i));
    flows.forEach((flow, i) => {
      const s = segment(i, 1, i % 7, 2);
      expect(table.find(s)).toBeUndefined();
      table.put(s, flow);
    });
    const found = (i: number) => [table.find(segment(i, 1, i % 7, 2))?.id, table.find(segment(i % 7, 2, i, 1))?.id];
    for (let i = 0; i < 1000; i++) expect(found(i)).toEqual([i, i]);
    expect([table.size, [...table].length]).toEqual([1000, 1000]);
    table.sweep((flow) => flow.id % 3 === 0);
    for (let i = 0; i < 1000; i++) expect(found(i)).toEqual(i % 3 === 0 ? [i, i] : [undefined, undefined]);
    expect([table.size, [...table].length]).toEqual([334, 334]);
  });

  it("tells a thousand addresses apart, whichever part of them differs", () => {
    for (const part of [
      "source0",
      "source1",
      "source2",
      "source3",
      "target0",
      "target1",
      "target2",
      "target3",
      "sourcePort",
    ] as const) {
      const table = new FlowTable();
      const at = (i: number) => Object.assign(segment(1, 1, 2, 2), { [part]: i + 10 });
      for (let i = 0; i < 1000; i++) {
        expect(table.find(at(i))).toBeUndefined();
        table.put(at(i), named(i));
      }
      for (let i = 0; i < 1000; i++) expect(table.find(at(i))?.id).toBe(i);
    }
  });

  it("says which endpoint a segment came from", () => {
    const table = new FlowTable();
    table.find(segment(1, 5, 2, 4));
    const there = table.fromSecond;
    table.find(segment(2, 4, 1, 5));
    expect(table.fromSecond).toBe(!there);
  });

  it("replaces a connection on the same ports", () => {
    const table = new FlowTable();
    const [a, b] = [named(1), named(2)];
    table.put(segment(1, 1, 2, 2), a);
    table.put(segment(1, 1, 2, 2), b);
    expect([table.size, table.find(segment(2, 2, 1, 1))]).toEqual([1, b]);
  });

  it("tells every part of the address apart", () => {
    const table = new FlowTable();
    const base = {
      source0: 1,
      source1: 1,
      source2: 1,
      source3: 1,
      target0: 0,
      target1: 0,
      target2: 0,
      target3: 0,
      sourcePort: 5,
      targetPort: 6,
    };
    const all = [base, ...Object.keys(base).map((key) => ({ ...base, [key]: 77 }))].map((part) =>
      Object.assign(new TcpSegment(), part),
    );
    all.forEach((s, i) => {
      expect(table.find(s)).toBeUndefined();
      table.put(s, named(i));
    });
    all.forEach((s, i) => {
      expect(table.find(s)?.id).toBe(i);
    });
  });
});
