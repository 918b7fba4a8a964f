// One connection captured at two points is one connection; two that look alike stay two.
import { describe, expect, it } from "vitest";
import { type Diagnostic, diagnosticText } from "../../src/diagnostic.ts";
import { defaultLimits } from "../../src/limits.ts";
import { TcpFlag, TcpSegment } from "../../src/net/segment.ts";
import { Assembler } from "../../src/tcp/assembler.ts";

interface Packet {
  readonly from: "client" | "server";
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly payload: string;
  /** Milliseconds. */
  readonly time: number;
}

interface Point {
  readonly client: readonly [address: number, port: number];
  readonly server: readonly [address: number, port: number];
  /** Milliseconds after the first point: of the client's packets, of the server's. */
  readonly later: readonly [number, number];
  /** IPv4 identification of all packets; 1 unless told. */
  readonly identification?: number;
  /** TCP timestamps of both sides. */
  readonly stamps?: readonly [number, number];
}

const { syn, ack, fin, rst } = TcpFlag;

/** A connection as its own ends know it. */
const talk = (clientFirst = 1000, serverFirst = 5000): Packet[] => [
  { from: "client", flags: syn, seq: clientFirst, ack: 0, payload: "", time: 0 },
  { from: "server", flags: syn | ack, seq: serverFirst, ack: clientFirst + 1, payload: "", time: 10 },
  { from: "client", flags: ack, seq: clientFirst + 1, ack: serverFirst + 1, payload: "", time: 20 },
  { from: "client", flags: ack, seq: clientFirst + 1, ack: serverFirst + 1, payload: "hello", time: 30 },
  { from: "server", flags: ack, seq: serverFirst + 1, ack: clientFirst + 6, payload: "welcome", time: 40 },
  { from: "client", flags: ack | fin, seq: clientFirst + 6, ack: serverFirst + 8, payload: "", time: 50 },
  { from: "server", flags: ack | fin, seq: serverFirst + 8, ack: clientFirst + 7, payload: "", time: 60 },
];

const here: Point = { client: [0x0a00_0001, 40_000], server: [0x0a60_0009, 443], later: [0, 0] };
const pod: Point = { ...here, server: [0x0af4_0105, 8443], later: [0.02, -0.02] };

interface Seen {
  readonly packet: Packet;
  readonly point: Point;
}

const seen = (point: Point, packets: readonly Packet[]): Seen[] =>
  packets.map((packet) => {
    const time = packet.time + point.later[packet.from === "client" ? 0 : 1];
    return { point, packet: { ...packet, time } };
  });

/** What the assembler makes of the packets of all points, in order of time. */
function assemble(...all: readonly Seen[][]): { octets: string[]; flows: number; told: string[]; resent: number } {
  const octets: string[] = [];
  const diagnostics: Diagnostic[] = [];
  let flows = 0;
  let resent = 0;
  const assembler = new Assembler(
    {
      open: (flow) => {
        flows++;
        for (const side of [0, 1] as const) {
          flow.attach(side, {
            bytes: (b, start, end) =>
              void octets.push(`${flow.id}${"CS"[side]} ${Buffer.from(b.subarray(start, end)).toString("latin1")}`),
            gap: (length) => void octets.push(`${flow.id}${"CS"[side]} gap ${length}`),
            end: (how) => {
              octets.push(`${flow.id}${"CS"[side]} ${how}`);
              resent += flow.directions[side].resent;
            },
          });
        }
        return { close: () => {} };
      },
    },
    { ...defaultLimits, lostAfterPackets: 0 },
    (d) => void diagnostics.push(d),
  );
  const packets = all.flat().sort((a, b) => a.packet.time - b.packet.time);
  packets.forEach((one, index) => void assembler.segment(segmentOf(one, index + 1)));
  assembler.end();
  return { octets, flows, told: diagnostics.map(diagnosticText), resent };
}

function segmentOf({ packet, point }: Seen, number: number): TcpSegment {
  const { client, server, stamps } = point;
  const [source, target] = packet.from === "client" ? [client, server] : [server, client];
  const [own, echo] = packet.from === "client" ? [stamps?.[0], stamps?.[1]] : [stamps?.[1], stamps?.[0]];
  const options = Buffer.alloc(stamps === undefined ? 0 : 12, 1);
  if (stamps !== undefined) {
    options.set([8, 10], 2);
    options.writeUInt32BE(own!, 4);
    options.writeUInt32BE(echo!, 8);
  }
  const s = new TcpSegment();
  s.packet.bytes = Buffer.concat([options, Buffer.from(packet.payload, "latin1")]);
  s.packet.number = number;
  s.packet.time = packet.time * 1e6;
  s.source3 = source[0];
  s.sourcePort = source[1];
  s.target3 = target[0];
  s.targetPort = target[1];
  s.identification = point.identification ?? 1;
  s.seq = packet.seq | 0;
  s.ack = packet.ack | 0;
  s.flags = packet.flags;
  s.window = 500;
  s.options = 0;
  s.start = options.length;
  s.end = s.packet.bytes.length;
  return s;
}

const once = ["1C hello", "1S welcome", "1C fin", "1S fin"];

describe("a connection seen at two points", () => {
  it("behind a translation of its destination is told once, with why", () => {
    const { octets, flows, told } = assemble(seen(here, talk()), seen(pod, talk()));
    expect(octets).toEqual(once);
    expect(flows).toBe(1);
    expect(told).toEqual([
      "connection 1 was captured at a second point, there as 10.0.0.1:40000 -> 10.244.1.5:8443: the initial sequence numbers of both sides are the same (1000, 5000), 20.0 µs apart; it is reported once",
    ]);
  });

  it("was not sent again for that", () => {
    const unheard = talk().slice(0, 4);
    expect(assemble(seen(here, unheard), seen(pod, unheard)).resent).toBe(0);
    // The near miss: the first point has it twice.
    expect(assemble(seen(here, unheard), seen({ ...here, later: [1, 1] }, unheard.slice(3))).resent).toBe(1);
  });

  it("of another clock is told once, with the difference and the path's time", () => {
    // The other host stands 3 ms behind, and its clock is 2 s ahead.
    const other: Point = { ...here, later: [2003, 1997] };
    const { octets, told } = assemble(seen(here, talk()), seen(other, talk()));
    expect(octets).toEqual(once);
    expect(told).toEqual([
      expect.stringContaining("the clock there is 2.000 s ahead, and the path between the two points takes 3.000 ms"),
    ]);
  });

  it("of another clock is told once where it outlives the difference", () => {
    const long = talk().map((packet, i) => (i > 3 ? { ...packet, time: packet.time + 5000 } : packet));
    expect(assemble(seen(here, long), seen({ ...here, later: [2003, 1997] }, long)).octets).toEqual(once);
  });

  it("of both ends translated is known by TCP timestamps", () => {
    const stamps = [77, 99] as const;
    const node: Point = { client: [0x0a00_00fe, 61_000], server: pod.server, later: [0.02, 0.02], stamps };
    const { octets, told } = assemble(seen({ ...here, stamps }, talk()), seen(node, talk()));
    expect(octets).toEqual(once);
    expect(told).toHaveLength(1);
  });

  it("lends what the first point lacks", () => {
    const first = seen(here, talk()).filter((_, i) => i !== 3);
    expect(assemble(first, seen(pod, talk())).octets).toEqual(once);
  });

  it("goes on after gigabytes, and is not opened again", () => {
    const far = [...talk().slice(0, 4)];
    for (let i = 1; i <= 3; i++) {
      const seq = (1001 + i * (1 << 27)) | 0;
      far.push({ from: "client", flags: ack, seq, ack: 5001, payload: "more", time: 100 * i });
      far.push({ from: "server", flags: ack, seq: 5001, ack: seq + 4, payload: "", time: 100 * i + 50 });
    }
    expect(assemble(seen(here, far), seen(pod, far)).flows).toBe(1);
  });
});

describe("connections that are not the same", () => {
  const played = (client: Point["client"]) => ({ client, later: [10_000, 10_000] as const, stamps: [77, 99] as const });
  const two = (first: Point, second: Point, packets = talk(), others = talk()): number =>
    assemble(seen(first, packets), seen(second, others)).flows;

  it.each<[string, number]>([
    ["other sequence numbers of the client", two(here, pod, talk(), talk(1001))],
    ["other sequence numbers of the server", two(here, pod, talk(), talk(1000, 5001))],
    ["other timestamps", two({ ...here, stamps: [77, 99] }, { ...pod, stamps: [78, 99] })],
    ["another IPv4 identification", two(here, { ...pod, identification: 2 })],
    ["no IPv4 identification", two({ ...here, identification: 0 }, { ...pod, identification: 0 })],
    ["timestamps at one point only", two(here, { ...pod, stamps: [77, 99] })],
    ["another client's port", two(here, { ...pod, client: [0x0a00_0001, 40_001] })],
    ["another client's port to the same server", two(here, { ...here, client: [0x0a00_0001, 40_001], later: [5, 5] })],
    ["another client's address", two(here, { ...pod, client: [0x0a00_0002, 40_000] })],
    ["packets played again from another port", two({ ...here, stamps: [77, 99] }, { ...here, ...played([0x0a00_0001, 40_001]) })],
    ["packets played again from another host", two({ ...here, stamps: [77, 99] }, { ...here, ...played([0x0a00_0002, 40_000]) })],
    ["ports used again after an end", two(here, { ...here, later: [3000, 3000] }, talk(), talk(2000, 9000))],
  ])("%s", (_, flows) => expect(flows).toBe(2));

  it("keeps apart who was refused", () => {
    const refused: Packet[] = [
      { from: "client", flags: syn, seq: 1000, ack: 0, payload: "", time: 0 },
      { from: "server", flags: rst | ack, seq: 0, ack: 1001, payload: "", time: 1 },
    ];
    expect(assemble(seen(here, refused), seen(pod, refused)).flows).toBe(2);
  });
});
