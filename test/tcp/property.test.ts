import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import { TcpFlag, TcpSegment } from "../../src/net/segment.ts";
import type { Side } from "../../src/place.ts";
import { Assembler } from "../../src/tcp/assembler.ts";
import { unread } from "../../src/tcp/byte-stream.ts";
import type { Flow } from "../../src/tcp/flow.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { assemble, fill } from "./assembling.ts";
import { Conversation, type Sent } from "./conversation.ts";

const seed = seedOr(9113);

interface Step {
  readonly from: Side;
  /** New octets, or 0: octets sent before are sent again. */
  readonly octets: number;
  /** How far back, and how many, are sent again. */
  readonly back: number;
  readonly count: number;
  readonly dropped: boolean;
  readonly doubled: number;
  /** How many places later it stands in the file. */
  readonly late: number;
}

const step = fc.record<Step>({
  from: fc.constantFrom("client", "server"),
  octets: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 9 }) }, { weight: 1, arbitrary: fc.constant(0) }),
  back: fc.integer({ min: 1, max: 20 }),
  count: fc.integer({ min: 1, max: 12 }),
  dropped: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  doubled: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) }),
  late: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) }),
});

const octet = (side: Side, offset: number): string =>
  String.fromCharCode((side === "client" ? 0x41 : 0x61) + ((offset * 7 + (offset >> 3)) % 26));

const text = (side: Side, from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => octet(side, from + i)).join("");

interface Capture {
  readonly packets: Sent[];
  /** What the capture holds of each direction; undefined: a hole. */
  readonly held: Record<Side, (string | undefined)[]>;
}

/** An endless-eyed capture of the steps, then what the steps say was lost, doubled or late in it. */
function capture(steps: readonly Step[], clientFirst: number, serverFirst: number, closes: boolean): Capture {
  const c = new Conversation(clientFirst, serverFirst).open();
  const sent: Record<Side, number> = { client: 0, server: 0 };
  const held: Record<Side, (string | undefined)[]> = { client: [], server: [] };
  const places: (readonly [place: number, packet: Sent])[] = c.packets.map((p, i) => [i, p]);
  steps.forEach(({ from, octets, back, count, dropped, doubled, late }, i) => {
    const peer = c.peer(from);
    let start = sent[from];
    let end = start + octets;
    if (octets > 0) {
      sent[from] = end;
      peer.send(text(from, start, end));
    } else {
      start = Math.max(0, start - back);
      end = Math.min(sent[from], start + count);
      peer.again(sent[from] - start, text(from, start, end));
    }
    if (dropped) return;
    const packet = c.packets.at(-1)!;
    places.push([3 + i + late, packet]);
    if (doubled > 0) places.push([3 + i + late + doubled, packet]);
    for (let o = start; o < end; o++) held[from][o] = octet(from, o);
  });
  if (closes) {
    c.close();
    c.packets.slice(-3).forEach((p, i) => {
      places.push([1000 + i, p]);
    });
  }
  return { packets: places.sort((a, b) => a[0] - b[0]).map(([, p]) => p), held };
}

const patient = { lostAfterPackets: 10_000 };

describe("any conversation, in any order", () => {
  it("gives every captured byte at its place, and gaps for the others", () => {
    const number = fc.oneof(fc.constantFrom(0, 2 ** 31 - 10, 2 ** 32 - 10, 2 ** 32 - 1), fc.nat({ max: 2 ** 32 - 1 }));
    const run = fc.property(fc.array(step, { maxLength: 40 }), number, number, fc.boolean(), (steps, a, b, closes) => {
      const { packets, held } = capture(steps, a, b, closes);
      const { events } = assemble(packets, { limits: patient, tangled: true });
      for (const [side, label] of [
        ["client", "1C"],
        ["server", "1S"],
      ] as const) {
        let offset = 0;
        let ends = 0;
        for (const event of events) {
          const [at, what, length] = event.split(" ");
          if (at !== label || what === undefined) continue;
          if (what === "gap") {
            for (let i = 0; i < Number(length); i++) expect(held[side][offset++]).toBeUndefined();
          } else if (what === "end") ends++;
          else for (const character of what) expect(character).toBe(held[side][offset++]);
        }
        expect(ends).toBe(1);
        expect(offset).toBeGreaterThanOrEqual(held[side].length);
      }
    });
    fc.assert(run, { seed, numRuns: runs(3000) });
  });

  it("never throws, whatever comes, and holds no more than it may", () => {
    const flags = fc.constantFrom(
      0,
      TcpFlag.syn,
      TcpFlag.ack,
      TcpFlag.fin,
      TcpFlag.rst,
      0x12,
      0x11,
      0x14,
      0x18,
      0x17,
      0x1f,
      0xff,
    );
    const near = fc.integer({ min: -40, max: 40 });
    const packet = fc.record<Sent>({
      from: fc.constantFrom("client", "server"),
      seq: fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: fc.integer() }),
      ack: fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: fc.integer() }),
      flags,
      payload: fc.string({ maxLength: 12 }),
      cut: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 9 }) }),
      window: fc.constantFrom(0, 1000),
      pair: fc.nat({ max: 2 }),
      time: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat({ max: 100e9 }) }),
      again: fc.boolean(),
      first: fc.constant({ client: 0, server: 0 }),
    });
    const limits = { outOfOrderOctets: 1500, outOfOrderTotal: 3000, flows: 3, lostAfterPackets: 6, idleTime: 20e9 };
    const run = fc.property(fc.array(packet, { maxLength: 60 }), (packets) => {
      const { assembler } = assemble(packets, { limits, unchecked: true });
      expect(assembler.heldOctets).toBe(0);
      const { assembler: busy } = assemble(packets, { limits, unchecked: true, open: true });
      expect(busy.heldOctets).toBeLessThanOrEqual(limits.outOfOrderTotal);
    });
    fc.assert(run, { seed, numRuns: runs(4000) });
  });
});

describe("hostile captures", () => {
  it("keeps 100,000 half-open connections within its limits", () => {
    const limits = { ...defaultLimits, flows: 1000, outOfOrderTotal: 100_000 };
    let open = 0;
    let most = 0;
    let diagnosed = 0;
    const listener = {
      open: (flow: Flow) => {
        most = Math.max(most, ++open);
        flow.attach(0, unread);
        flow.attach(1, unread);
        return { close: () => void open-- };
      },
    };
    const assembler = new Assembler(listener, limits, () => void diagnosed++);
    const segment = new TcpSegment();
    const c = new Conversation();
    c.client.syn().lost(1).send("x".repeat(500));
    let mostHeld = 0;
    for (let i = 0; i < 100_000; i++) {
      for (const packet of c.packets) {
        fill(segment, packet, i + 1, i * 1000);
        segment.family = 6;
        segment.source0 = i;
        assembler.segment(segment);
      }
      mostHeld = Math.max(mostHeld, assembler.heldOctets);
    }
    expect(most).toBeLessThanOrEqual(1000);
    expect(mostHeld).toBeLessThanOrEqual(100_000);
    expect(diagnosed).toBeGreaterThan(90_000);
    assembler.end();
    expect([open, assembler.heldOctets]).toEqual([0, 0]);
  });

  it("holds a flood of single bytes and of FINs within its limit", () => {
    const limits = { outOfOrderOctets: 100_000 };
    const c = new Conversation().open();
    for (let i = 0; i < 2000; i++) c.client.lost(1).send("x");
    for (let i = 0; i < 2000; i++) c.server.fin("", { seq: c.server.next + 10 * i });
    const { assembler, diagnostics } = assemble(c.packets, { limits, unchecked: true, open: true });
    expect(assembler.heldOctets).toBeLessThanOrEqual(200_000);
    expect(diagnostics.some((d) => d.code === "limit/out-of-order")).toBe(true);
  });
});
