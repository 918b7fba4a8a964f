import { describe, expect, test } from "vitest";
import type { Limits } from "../../src/limits.ts";
import { decodeAll, type Sent } from "./decoding.ts";
import { ethernet, ipv4, ipv6, payload, size, tcp, u32, udp } from "./packets.ts";

const eth4 = (packet: string) => ethernet(0x0800, packet);
const eth6 = (packet: string) => ethernet(0x86dd, packet);
const stamps = (value: string) => `0101080a${value}00000000`;
const base4 = eth4(ipv4(tcp()));
const without = ipv4(tcp(payload, stamps("00000001")), { id: 0 });
const base6 = eth6(ipv6(tcp(payload, stamps("00000001"))));
const long = "00".repeat(64);
const changed = (at: number) => `${long.slice(0, at * 2)}ff${long.slice(at * 2 + 2)}`;

const outcome = (packets: readonly (Sent | string)[], limits: Partial<Limits> = {}) => {
  const { counts, diagnostics } = decodeAll(packets, 1, limits);
  expect(counts.packets).toBe(packets.length);
  const said = diagnostics.filter(({ code }) => code === "capture/duplicate-packets");
  expect(said.map(({ data }) => data["packets"])).toEqual(counts.duplicates > 0 ? [counts.duplicates] : []);
  return [counts.tcp, counts.duplicates];
};

describe("a copy", () => {
  test.each<[string, readonly (Sent | string)[]]>([
    ["byte by byte", [base4, base4]],
    ["of IPv6", [base6, base6]],
    ["without identification", [eth4(without), eth4(without)]],
    ["from behind a router", [base4, eth4(ipv4(tcp(), { ttl: 63 }))]],
    ["of IPv6 from behind a router", [base6, eth6(ipv6(tcp(payload, stamps("00000001")), { hops: 63 }))]],
    ["with a VLAN tag", [base4, ethernet(0x8100, `00640800${base4.slice(28)}`)]],
    ["in a tunnel", [base4, eth4(ipv4(udp(4789, `0800000000002a00${base4}`), { protocol: 17, id: 9 }))]],
    ["out of a tunnel", [eth4(ipv4(udp(4789, `0800000000002a00${base4}`), { protocol: 17, id: 9 })), base4]],
    ["cut shorter", [base4, { octets: base4, captured: size(base4) - 2 }]],
    ["with the checksum that offload left out", [base4, `${base4.slice(0, 100)}abcd${base4.slice(104)}`]],
    [
      "50 ms later",
      [
        { octets: base4, time: 0 },
        { octets: base4, time: 50e6 },
      ],
    ],
    [
      "50 ms earlier, as another interface's clock has it",
      [
        { octets: base4, time: 50e6 },
        { octets: base4, time: 0 },
      ],
    ],
    ["with another packet between", [base4, eth4(ipv4(tcp(), { id: 2 })), base4].slice(0, 1).concat(base6, base4)],
    ["of a pure acknowledgment", [eth4(ipv4(tcp(""))), eth4(ipv4(tcp("")))]],
  ])("%s is left out", (_, packets) => {
    expect(outcome(packets)).toEqual([packets.length - 1, 1]);
  });

  test("is left out on another link type", () => {
    expect(outcome([base4, { octets: base4.slice(28), linkType: 101 }])).toEqual([1, 1]);
  });

  test("is left out each time, counted and placed at the first", () => {
    const { counts, diagnostics } = decodeAll([base4, base4, base4, base4]);
    expect(counts).toMatchObject({ tcp: 1, duplicates: 3 });
    expect(diagnostics).toEqual([
      { code: "capture/duplicate-packets", place: { in: "packet", file: 0, packet: 2 }, data: { packets: 3 } },
    ]);
  });
});

const field = (fields: Parameters<typeof tcp>[3]) => eth4(ipv4(tcp(payload, "", 5, fields)));
describe("no copy", () => {
  test.each<[string, readonly (Sent | string)[]]>([
    ["a retransmission: another identification", [base4, eth4(ipv4(tcp(), { id: 2 }))]],
    [
      "50 ms and a nanosecond later",
      [
        { octets: base4, time: 0 },
        { octets: base4, time: 50e6 + 1 },
      ],
    ],
    ["another source", [base4, eth4(ipv4(tcp(), { source: "7f000002" }))]],
    ["another target", [base4, eth4(ipv4(tcp(), { target: "0a0000fe" }))]],
    ["the addresses exchanged", [base4, eth4(ipv4(tcp(), { source: "0a0000ff", target: "7f000001" }))]],
    ["another sequence number", [base4, field({ seq: 1 })]],
    ["another acknowledgment", [base4, field({ ack: 1 })]],
    ["other flags", [base4, field({ flags: 0x10 })]],
    ["another window", [base4, field({ window: 1 })]],
    ["another length", [base4, eth4(ipv4(tcp(`${payload}00`)))]],
    ["other ports", [base4, eth4(ipv4(tcp().replace("c00101bb", "c00201bb")))]],
    ["more bytes than the first had captured", [{ octets: base4, captured: size(base4) - 2 }, base4]],
    ["IPv6, another time stamp", [base6, eth6(ipv6(tcp(payload, stamps("00000002"))))]],
    ["IPv6, other bytes at the end", [eth6(ipv6(tcp(long))), eth6(ipv6(tcp(changed(63))))]],
    ["IPv6, other bytes at the start", [eth6(ipv6(tcp(long))), eth6(ipv6(tcp(changed(0))))]],
    ["no identification, another time stamp", [eth4(without), eth4(ipv4(tcp(payload, stamps("00000002")), { id: 0 }))]],
  ])("%s", (_, packets) => {
    expect(outcome(packets)).toEqual([packets.length, 0]);
    // Where all of them share a place, each word that is compared counts.
    expect(outcome(packets, { duplicatePackets: 1 })).toEqual([packets.length, 0]);
  });

  test("any of many other addresses", () => {
    const sources = Array.from({ length: 64 }, (_, i) => eth4(ipv4(tcp(), { source: u32(0x0a000001 + i) })));
    for (const other of sources) expect(outcome([base4, other], { duplicatePackets: 1 })).toEqual([2, 0]);
  });

  test("what other segments have taken the place of: the memory is bounded", () => {
    const others = Array.from({ length: 3000 }, (_, i) => eth4(ipv4(tcp("", "", 5, { seq: i }), { id: (i % 65535) + 1 })));
    const packets = [base4, ...others, base4].map((octets) => ({ octets, time: 0 }));
    expect(decodeAll(packets, 1, { duplicatePackets: 8 }).counts).toMatchObject({ tcp: 3002, duplicates: 0 });
    // With room for them most are remembered.
    const twice = [...others, ...others].map((octets) => ({ octets, time: 0 }));
    expect(decodeAll(twice, 1, { duplicatePackets: 65536 }).counts.duplicates).toBeGreaterThan(2800);
  });
});
