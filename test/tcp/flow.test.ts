import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import { TcpFlag, TcpSegment } from "../../src/net/segment.ts";
import { Assembler, type FlowListener } from "../../src/tcp/assembler.ts";
import { unread } from "../../src/tcp/byte-stream.ts";
import { endpointText } from "../../src/tcp/endpoint-text.ts";
import { Flow } from "../../src/tcp/flow.ts";
import { FlowQueue } from "../../src/tcp/flow-queue.ts";
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

describe("who is the client", () => {
  const open = (s: TcpSegment): Flow => {
    const flows: Flow[] = [];
    const listener: FlowListener = {
      open: (flow) => {
        flows.push(flow);
        flow.attach(0, unread);
        flow.attach(1, unread);
        return { close: () => {} };
      },
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

/** A flow of the segment, put in the table. */
function added(table: FlowTable, id: number, s: TcpSegment): Flow {
  expect(table.find(s)).toBeUndefined();
  const flow = new Flow(id, s, true, table.fromSecond);
  table.add(flow);
  return flow;
}

describe("the flow table", () => {
  it("finds a thousand connections from both sides, and forgets what is removed", () => {
    const table = new FlowTable();
    const flows = Array.from({ length: 1000 }, (_, i) => added(table, i, segment(i, 1, i % 7, 2)));
    const found = (i: number) => [table.find(segment(i, 1, i % 7, 2))?.id, table.find(segment(i % 7, 2, i, 1))?.id];
    for (let i = 0; i < 1000; i++) expect(found(i)).toEqual([i, i]);
    expect([table.size, [...table].length]).toEqual([1000, 1000]);
    for (const flow of flows) if (flow.id % 3 !== 0) table.remove(flow);
    for (let i = 0; i < 1000; i++) expect(found(i)).toEqual(i % 3 === 0 ? [i, i] : [undefined, undefined]);
    expect([table.size, [...table].length]).toEqual([334, 334]);
  });

  it.each([4, 6])("tells a thousand addresses of IPv%i apart, whichever part of them differs", (family) => {
    const words = ["source0", "source1", "source2", "target0", "target1", "target2"] as const;
    for (const part of [...(family === 6 ? words : []), "source3", "target3", "sourcePort", "targetPort"] as const) {
      const table = new FlowTable();
      const at = (i: number) => Object.assign(segment(1, 1, 2, 2), { family, [part]: i + 10 });
      for (let i = 0; i < 1000; i++) added(table, i, at(i));
      for (let i = 0; i < 1000; i++) expect(table.find(at(i))?.id).toBe(i);
    }
  });

  it("tells IPv4 from IPv6 with the same last words", () => {
    const table = new FlowTable();
    added(table, 1, segment(1, 1, 2, 2));
    const wide = Object.assign(segment(1, 1, 2, 2), { family: 6 });
    added(table, 2, wide);
    expect([table.find(segment(2, 2, 1, 1))?.id, table.find(wide)?.id]).toEqual([1, 2]);
  });

  it("says which endpoint a segment came from", () => {
    const table = new FlowTable();
    table.find(segment(1, 5, 2, 4));
    const there = table.fromSecond;
    table.find(segment(2, 4, 1, 5));
    expect(table.fromSecond).toBe(!there);
  });

  it("compares a segment with few flows, however many there are", () => {
    const per = [1000, 30_000].map((count) => {
      const table = new FlowTable();
      const s = segment(0, 1, 1, 2);
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < count; i++) {
          s.source3 = i * 7;
          if (table.find(s) === undefined) table.add(new Flow(i, s, true, table.fromSecond));
        }
      }
      return table.compared / count;
    });
    for (const compared of per) expect(compared).toBeLessThan(3);
  });
});

describe("the ends of a flow", () => {
  it.each([true, false])("are those of its segment, the client's first (the client sends: %s)", (clientIsSource) => {
    const words = { source0: 1, source1: 2, source2: 3, source3: 4, target0: 5, target1: 6, target2: 7, target3: 8 };
    const s = Object.assign(new TcpSegment(), { family: 6, sourcePort: 65_000, targetPort: 443, ...words });
    for (const second of [true, false]) {
      const { client, server } = new Flow(1, s, clientIsSource, second);
      const ends = clientIsSource ? [client, server] : [server, client];
      expect(ends).toEqual([
        { words: [1, 2, 3, 4], port: 65_000 },
        { words: [5, 6, 7, 8], port: 443 },
      ]);
    }
  });
});

describe("the queue of flows", () => {
  it("has the one that was put first at its old end, each in one queue only", () => {
    const flows = [0, 1, 2, 3].map((id) => new Flow(id, segment(id, 1, 9, 2), true, false));
    const [a, b] = [new FlowQueue<Flow>(), new FlowQueue<Flow>()];
    for (const flow of flows) a.put(flow);
    a.put(flows[1]!);
    b.put(flows[0]!);
    b.put(flows[2]!);
    b.remove(flows[0]!);
    const taken = (queue: FlowQueue<Flow>) => {
      const ids: number[] = [];
      for (let flow = queue.oldest; flow !== undefined; flow = queue.oldest) {
        ids.push(flow.id);
        queue.remove(flow);
      }
      return ids;
    };
    expect([taken(a), taken(b)]).toEqual([[3, 1], [2]]);
    a.put(flows[3]!);
    expect(taken(a)).toEqual([3]);
  });
});
