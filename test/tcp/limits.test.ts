import { describe, expect, it } from "vitest";
import { assemble } from "./assembling.ts";
import { Conversation, type Sent } from "./conversation.ts";

/** Other traffic: enough packets for the assembler to look for connections that are over. */
function noise(from: number, to: number): Sent[] {
  const c = new Conversation(1, 1, 1).open();
  const packets = 20_000;
  for (let i = 0; i < packets; i++) c.client.ack({ time: from + (i / packets) * (to - from) });
  return c.packets.map((p) => ({ ...p, time: p.time ?? from }));
}

const idle = { idleTime: 1000e9 };

function opened(say: (c: Conversation) => void): Sent[] {
  const c = new Conversation().open();
  say(c);
  return c.packets;
}

const first = (events: readonly string[]): string[] => events.filter((event) => event.startsWith("1"));

describe("connections without packets", () => {
  const options = { limits: idle, unchecked: true, open: true };

  it("end when they were idle for long", () => {
    const packets = opened((c) => c.client.send("a"));
    expect(first(assemble([...packets, ...noise(0, 999e9)], options).events)).toEqual(["1C a"]);
    expect(first(assemble([...packets, ...noise(0, 1500e9)], options).events)).toEqual([
      "1C a",
      "1C end idle",
      "1S end idle",
      "1 close",
    ]);
  });

  it("give out what they hold", () => {
    const packets = opened((c) => c.client.lost(2).send("a"));
    expect(first(assemble([...packets, ...noise(0, 1500e9)], options).events)).toEqual([
      ...["1C gap 2 unknown", "1C a", "1C end idle", "1S end idle", "1 close"],
    ]);
  });

  it("end a minute after a reset, not after one side's FIN", () => {
    const reset = opened((c) => c.client.send("a").rst());
    expect(first(assemble([...reset, ...noise(0, 100e9)], options).events)).toEqual([
      "1C a",
      "1C end rst",
      "1S end idle",
      "1 close",
    ]);
    const half = opened((c) => c.client.send("a").fin());
    const events = assemble(
      [...half, ...noise(0, 100e9), { ...opened((c) => c.server.send("b"))[3]!, time: 101e9 }],
      options,
    ).events;
    expect(first(events)).toEqual(["1C a", "1C end fin", "1S b"]);
  });

  it("are forgotten when they are over", () => {
    const c = new Conversation().open().close();
    const again = opened((o) => o.client.send("a"))[3]!;
    // What comes a second later belongs to it, what comes much later to another connection.
    expect(assemble([...c.packets, { ...again, time: 1e9 }], { unchecked: true }).flows).toHaveLength(1);
    const later = assemble([...c.packets, ...noise(0, 200e9), { ...again, time: 201e9 }], { unchecked: true });
    const byId = later.flows.toSorted((a, b) => a.id - b.id);
    expect(byId.map((flow) => flow.client.port)).toEqual([40_000, 40_001, 40_000]);
  });
});

describe("diagnostics", () => {
  it("name the packet at which a limit was reached", () => {
    const packets = opened((c) => c.client.lost(1).send("abc"));
    expect(assemble(packets, { limits: { outOfOrderOctets: 10 } }).diagnostics).toEqual([
      { code: "limit/out-of-order", place: { in: "packet", file: 0, packet: 4 }, data: { limit: 10 } },
    ]);
    const many = [0, 1].flatMap((pair) => new Conversation(1, 1, pair).open().packets);
    expect(assemble(many, { limits: { flows: 1 }, unchecked: true }).diagnostics).toEqual([
      { code: "limit/flows", place: { in: "stream", file: 0, packet: 3, connection: 1 }, data: { limit: 1 } },
    ]);
  });
});

describe("the table of connections, when it is full", () => {
  const pairs = (...from: number[]) => from.map((pair) => new Conversation(1, 1, pair).open());
  const options = { limits: { flows: 2 }, unchecked: true, open: true };

  it("gives up the one that was idle for longest, not the oldest", () => {
    const [a, b, c] = pairs(0, 1, 2) as [Conversation, Conversation, Conversation];
    a.client.send("a");
    b.client.send("b");
    a.client.send("still");
    const packets = [...a.packets.slice(0, 4), ...b.packets, ...a.packets.slice(4), ...c.packets];
    const { events, diagnostics } = assemble(packets, options);
    expect(events.filter((event) => !/[CS] (?:a|b|still)$/.test(event))).toEqual(["2C end limit", "2S end limit", "2 close"]);
    expect(diagnostics).toEqual([
      { code: "limit/flows", place: { in: "stream", file: 0, packet: 8, connection: 2 }, data: { limit: 2 } },
    ]);
  });

  it("reads on in it as in one whose beginning was not captured", () => {
    const [a, b, c] = pairs(0, 1, 2) as [Conversation, Conversation, Conversation];
    a.client.send("a");
    const rest = a.packets.length;
    for (let i = 0; i < 6; i++) a.client.send(`more${i}`);
    const packets = [...a.packets.slice(0, rest), ...b.packets, ...c.packets, ...a.packets.slice(rest)];
    const { events, flows } = assemble(packets, options);
    expect(events.slice(0, 4)).toEqual(["1C a", "1C end limit", "1S end limit", "1 close"]);
    expect(events.at(-1)).toBe("4C more0more1more2more3more4more5");
    expect(flows.at(-1)!.directions[0].syn).toBe(false);
  });

  it("drops one that is over first, and says nothing", () => {
    const [a, b, c] = pairs(0, 1, 2) as [Conversation, Conversation, Conversation];
    a.client.send("a");
    b.close();
    const { events, diagnostics } = assemble([...a.packets, ...b.packets, ...c.packets], options);
    expect(events.filter((event) => event.startsWith("1"))).toEqual(["1C a"]);
    expect(diagnostics).toEqual([]);
  });
});
