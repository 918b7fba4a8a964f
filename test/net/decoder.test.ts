import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Packet } from "../../src/capture/packet.ts";
import { type Diagnostic, diagnosticText } from "../../src/diagnostic.ts";
import { PacketDecoder } from "../../src/net/decoder.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { copy, type Segment } from "./decoding.ts";
import { ethernet, ipv4, ipv6, payload, size, snap, source6, target6, tcp, u16, u32 } from "./packets.ts";

/** Octets around the packet, to see that none of them is read. */
const margin = 5;

function decode(linkType: number, octets: string, { captured = octets.length / 2, wireLength = octets.length / 2 } = {}) {
  const segments: Segment[] = [];
  const diagnostics: Diagnostic[] = [];
  const decoder = new PacketDecoder({ segment: (s) => segments.push(copy(s)) }, (diagnostic) => diagnostics.push(diagnostic));
  const packet = new Packet();
  packet.number = 7;
  packet.linkType = linkType;
  packet.bytes = Buffer.concat([
    Buffer.alloc(margin, 0x45),
    Buffer.from(octets, "hex").subarray(0, captured),
    Buffer.alloc(margin, 0x45),
  ]);
  packet.start = margin;
  packet.end = margin + captured;
  packet.wireLength = wireLength;
  decoder.packet(packet);
  expect(diagnostics, "before the end").toEqual([]);
  decoder.end();
  const { packets, ...fates } = decoder.counts;
  expect(packets).toBe(1);
  expect(Object.values(fates).reduce((sum, count) => sum + count)).toBe(1);
  for (const { place, data } of diagnostics) {
    expect(place).toEqual({ in: "packet", file: 0, packet: 7 });
    expect(data["packets"]).toBe(1);
  }
  const fate = Object.entries(fates).find(([, count]) => count === 1)![0];
  return { segments, fate, codes: diagnostics.map(({ code }) => code), texts: diagnostics.map(diagnosticText) };
}

const segment: Segment = {
  from: "7f000001:49153",
  to: "0a0000ff:443",
  seq: -2,
  ack: -2147483647,
  flags: 0x18,
  window: 0xabcd,
  payload,
  cut: 0,
};
const segment6 = { ...segment, from: `[${source6}]:49153`, to: `[${target6}]:443` };
const four = ipv4(tcp());
const six = ipv6(tcp());
const nops = "01010101";
const extension = (next: string, octets = 8) =>
  `${next}${((octets - 8) / 8).toString(16).padStart(2, "0")}01040000${"00".repeat(octets - 6)}`;
const ah = (next: string) => `${next}04${"00".repeat(22)}`;
const fragmentHeader = (next: string, offset: number) => `${next}00${u16(offset)}00000001`;
const jumbo = (length: number) => `0600c204${u32(length)}`;

const readable: readonly (readonly [name: string, linkType: number, octets: string, expected: Segment])[] = [
  ["Ethernet, IPv4", 1, ethernet(0x0800, four), segment],
  ["Ethernet, IPv6", 1, ethernet(0x86dd, six), segment6],
  ["Ethernet padding", 1, `${ethernet(0x0800, ipv4(tcp("")))}000000000000`, { ...segment, payload: "" }],
  ["a frame check sequence behind IPv6", 1, `${ethernet(0x86dd, six)}deadbeef`, segment6],
  ["VLAN", 1, ethernet(0x8100, `0064${u16(0x0800)}${four}`), segment],
  ["QinQ", 1, ethernet(0x88a8, `0064${u16(0x8100)}0065${u16(0x86dd)}${six}`), segment6],
  ["older QinQ, three tags", 1, ethernet(0x9100, `000191000002${u16(0x8100)}0003${u16(0x0800)}${four}`), segment],
  ["SNAP", 1, ethernet(size(four) + 8, snap(0x0800) + four), segment],
  ["SNAP, IPv6, padded", 1, `${ethernet(size(six) + 8, snap(0x86dd) + six)}0000`, segment6],
  ["SNAP in a VLAN", 1, ethernet(0x8100, `0064${u16(size(four) + 8)}${snap(0x0800)}${four}`), segment],
  ["Linux cooked", 113, `0000000100060000000000000000${u16(0x0800)}${four}`, segment],
  ["Linux cooked, VLAN", 113, `0000000100060000000000000000${u16(0x8100)}0064${u16(0x0800)}${four}`, segment],
  ["Linux cooked, SNAP", 113, `00000001000600000000000000000004${snap(0x0800)}${four}`, segment],
  ["Linux cooked v2", 276, `${u16(0x86dd)}000000000001000100060000000000000000${six}`, segment6],
  ["BSD loopback, little-endian", 0, `02000000${four}`, segment],
  ["BSD loopback, big-endian", 0, `00000002${four}`, segment],
  ["BSD loopback, IPv6 of Linux", 0, `0a000000${six}`, segment6],
  ["BSD loopback, IPv6 of NetBSD", 0, `18000000${six}`, segment6],
  ["BSD loopback, IPv6 of FreeBSD", 0, `0000001c${six}`, segment6],
  ["BSD loopback, IPv6 of macOS", 0, `1e000000${six}`, segment6],
  ["OpenBSD loopback", 108, `00000002${four}`, segment],
  ["raw IPv4", 101, four, segment],
  ["raw IPv6", 101, six, segment6],
  ["raw as 12", 12, four, segment],
  ["raw as 14", 14, six, segment6],
  ["IPv4 only", 228, four, segment],
  ["IPv6 only", 229, six, segment6],
  ["IPv4 options", 228, ipv4(tcp(), { options: nops.repeat(10) }), segment],
  ["TCP options", 228, ipv4(tcp(payload, nops.repeat(10))), segment],
  ["no payload", 228, ipv4(tcp("")), { ...segment, payload: "" }],
  ["total length 0 means to the end", 1, ethernet(0x0800, ipv4(tcp(), { total: 0 })), segment],
  ["payload length 0 likewise", 1, ethernet(0x86dd, ipv6(tcp(), { length: 0 })), segment6],
  ["don't fragment", 228, ipv4(tcp(), { fragment: 0x4000 }), segment],
  ["IPv6 hop-by-hop options", 229, ipv6(extension("06") + tcp(), { next: 0 }), segment6],
  ["IPv6 routing", 229, ipv6(extension("06", 24) + tcp(), { next: 43 }), segment6],
  ["IPv6 destination options", 229, ipv6(extension("06", 16) + tcp(), { next: 60 }), segment6],
  ["authentication header", 228, ipv4(ah("06") + tcp(), { protocol: 51 }), segment],
  ["atomic fragment", 229, ipv6(fragmentHeader("06", 0) + tcp(), { next: 44 }), segment6],
  ["atomic fragment with reserved bits set", 229, ipv6(fragmentHeader("06", 6) + tcp(), { next: 44 }), segment6],
  [
    "a jumbo payload among other options, padded",
    1,
    `${ethernet(0x86dd, ipv6(`0601000000c204${u32(16 + size(tcp()))}0103000000${tcp()}`, { next: 0, length: 0 }))}00`,
    segment6,
  ],
  [
    "all of them in a row",
    229,
    ipv6(extension("2b") + extension("3c", 24) + extension("33") + ah("2c") + fragmentHeader("06", 0) + tcp(), { next: 0 }),
    segment6,
  ],
  ["a jumbo payload, padded", 1, `${ethernet(0x86dd, ipv6(jumbo(8 + size(tcp())) + tcp(), { next: 0, length: 0 }))}00`, segment6],
];

describe("a segment is read from", () => {
  test.each(readable)("%s", (_, linkType, octets, expected) => {
    expect(decode(linkType, octets)).toEqual({ segments: [expected], fate: "tcp", codes: [], texts: [] });
  });

  test.each(readable)(
    "%s, cut anywhere by the snap length: what is there and how much is not",
    (_, linkType, octets, expected) => {
      const length = size(octets);
      for (let captured = 0; captured < length; captured++) {
        const { segments, fate, codes } = decode(linkType, octets, { captured, wireLength: length });
        expect(fate, `${captured} bytes`).toMatch(/^(tcp|damaged|notIp|notTcp)$/);
        if (fate !== "tcp") {
          expect(segments).toEqual([]);
          const codesOf = fate === "damaged" ? ["capture/bad-packet"] : ["capture/not-tcp", "capture/unread-protocol"];
          expect(codesOf).toContain(codes.join());
          continue;
        }
        expect(codes).toEqual([]);
        const [{ payload: part, cut }] = segments as [Segment];
        expect(expected.payload.startsWith(part)).toBe(true);
        expect(size(part) + cut).toBe(size(expected.payload));
      }
      // The octet that is cut last is payload, unless there is none, or padding behind it.
      if (expected.payload === "") return;
      const last = decode(linkType, octets, { captured: length - 1, wireLength: length }).segments[0]!;
      expect(last.cut).toBe(octets.endsWith(expected.payload) ? 1 : 0);
    },
  );
});

const damaged = (layer: string, reason: string) => `a ${layer} header does not fit its packet: ${reason} (1 of them)`;
const without = (protocol: string) => `1 packets are not TCP: ${protocol}`;
const unread = (protocol: string) => `1 packets of ${protocol} are not read`;
const fragments = "1 IP fragments could not be put together: the rest of their datagrams was not captured";
const tooDeep = "1 packets have more than 24 headers and were not read";

test.each<[string, number, string, string, string]>([
  ["an Ethernet header cut", 1, "0200000000010200000000020", "damaged", damaged("Ethernet", "shorter than 14 bytes")],
  ["a VLAN tag cut", 1, ethernet(0x8100, "0064"), "damaged", damaged("VLAN", "shorter than 4 bytes")],
  ["a cooked header cut", 113, "00000001000600000000", "damaged", damaged("Linux cooked", "shorter than 16 bytes")],
  ["a cooked v2 header cut", 276, `${u16(0x0800)}0000`, "damaged", damaged("Linux cooked v2", "shorter than 20 bytes")],
  ["a loopback header cut", 0, "0200", "damaged", damaged("BSD loopback", "shorter than 4 bytes")],
  ["nothing at all", 101, "", "damaged", damaged("IP", "no bytes")],
  ["an IPv4 header cut", 228, four.slice(0, 38), "damaged", damaged("IPv4", "the packet ends inside it")],
  ["IPv4 options cut", 228, ipv4("", { words: 6 }), "damaged", damaged("IPv4", "the packet ends inside it")],
  [
    "an IPv4 header of 16 bytes",
    228,
    ipv4(tcp(), { words: 4 }),
    "damaged",
    damaged("IPv4", "its header length is below 20 bytes"),
  ],
  ["IPv4 of version 5", 228, ipv4(tcp(), { version: 5 }), "damaged", damaged("IPv4", "its version is not 4")],
  [
    "a total length of 19",
    228,
    ipv4(tcp(), { total: 19 }),
    "damaged",
    damaged("IPv4", "its total length is below its header length"),
  ],
  [
    "a total length that cuts TCP",
    228,
    ipv4(tcp(), { total: 39 }),
    "damaged",
    damaged("TCP", "the packet ends inside its first 20 bytes"),
  ],
  ["an IPv6 header cut", 229, six.slice(0, 78), "damaged", damaged("IPv6", "the packet ends inside it")],
  ["IPv6 of version 4", 229, ipv6(tcp(), { version: 4 }), "damaged", damaged("IPv6", "its version is not 6")],
  ["an extension header cut", 229, ipv6("0601", { next: 0 }), "damaged", damaged("IPv6 extension", "the packet ends inside it")],
  [
    "an extension header too long",
    229,
    ipv6(`06ff${"00".repeat(40)}`, { next: 60 }),
    "damaged",
    damaged("IPv6 extension", "the packet ends inside it"),
  ],
  [
    "a fragment header cut",
    229,
    ipv6("06000000", { next: 44 }),
    "damaged",
    damaged("IPv6 extension", "the packet ends inside it"),
  ],
  [
    "an authentication header too long",
    228,
    ipv4(`06ff${"00".repeat(40)}`, { protocol: 51 }),
    "damaged",
    damaged("IPv6 extension", "the packet ends inside it"),
  ],
  ["a TCP header cut", 228, ipv4(tcp().slice(0, 38)), "damaged", damaged("TCP", "the packet ends inside its first 20 bytes")],
  ["a data offset of 4", 228, ipv4(tcp(payload, "", 4)), "damaged", damaged("TCP", "its data offset is below 5")],
  [
    "a data offset beyond the packet",
    228,
    ipv4(tcp(payload, "", 7)),
    "damaged",
    damaged("TCP", "its data offset goes beyond the packet"),
  ],
  ["25 VLAN tags", 1, ethernet(0x8100, "00018100".repeat(30) + four), "damaged", tooDeep],
  ["25 extension headers", 229, ipv6(extension("00").repeat(30), { next: 0 }), "damaged", tooDeep],
  ["the first fragment of IPv4", 228, ipv4(tcp("50524920"), { fragment: 0x2000 }), "fragments", fragments],
  ["a later fragment of IPv4", 228, ipv4(tcp(), { fragment: 0x0001 }), "fragments", fragments],
  ["the first fragment of IPv6", 229, ipv6(fragmentHeader("06", 1) + tcp("50524920"), { next: 44 }), "fragments", fragments],
  ["a later fragment of IPv6", 229, ipv6(fragmentHeader("06", 8) + tcp(), { next: 44 }), "fragments", fragments],
  [
    "a fragment of ICMPv6",
    229,
    ipv6(fragmentHeader("3a", 8) + tcp(), { next: 44 }),
    "notTcp",
    without("ICMPv6 (IP protocol 58)"),
  ],
  ["a fragment of ICMP", 228, ipv4(tcp(), { fragment: 0x2000, protocol: 1 }), "notTcp", without("ICMP (IP protocol 1)")],
  ["UDP", 1, ethernet(0x0800, ipv4("0035003500080000", { protocol: 17 })), "notTcp", without("UDP (IP protocol 17)")],
  ["ICMPv6", 229, ipv6("8000", { next: 58 }), "notTcp", without("ICMPv6 (IP protocol 58)")],
  ["a protocol without a name", 228, ipv4("", { protocol: 253 }), "notTcp", unread("IP protocol 253")],
  ["ARP", 1, ethernet(0x0806, "0001"), "notIp", without("ARP (EtherType 0x0806)")],
  ["an EtherType without a name", 1, ethernet(0x0bad, "0001"), "notIp", unread("EtherType 0x0bad")],
  ["spanning tree", 1, ethernet(38, "424203000000"), "notIp", without("IEEE 802.2 LLC")],
  ["SNAP of another organisation", 1, ethernet(38, `aaaa0300000c0800${four}`), "notIp", without("IEEE 802.2 LLC")],
  ["another family on a loopback", 0, `07000000${four}`, "notIp", without("another address family on a BSD loopback")],
  ["a link type of a user", 147, "8000", "notIp", "1 packets of link type 147 (USER0) are not read"],
  ["another with a name", 189, "8000", "notIp", "1 packets of link type 189 (USB) are not read"],
  ["a link type nobody knows", 60000, "8000", "notIp", "1 packets of link type 60000 (unknown to h2lint) are not read"],
])("%s is no segment", (_, linkType, octets, fate, diagnostic) => {
  expect(decode(linkType, octets.slice(0, octets.length & ~1))).toEqual({
    segments: [],
    fate,
    codes: [expect.any(String)],
    texts: [diagnostic],
  });
});

test.each([
  ["IPv4's total length", 228, ipv4(tcp(), { total: 46 }), "IPv4", "its total length goes beyond the packet", segment],
  ["IPv6's payload length", 229, ipv6(tcp(), { length: 26 }), "IPv6", "its payload length goes beyond the packet", segment6],
])("%s beyond the packet is reported, and what is there is read", (_, linkType, octets, layer, reason, expected) => {
  const { segments, fate, texts } = decode(linkType, octets);
  expect(segments).toEqual([expected]);
  expect(fate).toBe("tcp");
  expect(texts).toEqual([damaged(layer, reason)]);
});

test("packets of one kind are one diagnostic, with their number and the place of the first", () => {
  const diagnostics: Diagnostic[] = [];
  const segments: [number, Segment][] = [];
  const decoder = new PacketDecoder({ segment: (s) => segments.push([s.packet.number, copy(s)]) }, (diagnostic) =>
    diagnostics.push(diagnostic),
  );
  const packet = new Packet();
  packet.linkType = 1;
  const arp = ethernet(0x0806, "0001");
  const udp = ethernet(0x0800, ipv4("0035003500080000", { protocol: 17 }));
  const cut = ethernet(0x0800, "45");
  for (const [index, octets] of [arp, udp, ethernet(0x86dd, six), arp, cut, udp, udp, ethernet(0x0800, four)].entries()) {
    packet.file = index < 4 ? 0 : 1;
    packet.number = (index % 4) + 1;
    packet.bytes = Buffer.from(octets, "hex");
    packet.end = packet.wireLength = packet.bytes.length;
    decoder.packet(packet);
  }
  decoder.end();
  decoder.end();
  expect(segments).toEqual([
    [3, segment6],
    [4, segment],
  ]);
  expect(decoder.counts).toEqual({
    packets: 8,
    tcp: 2,
    duplicates: 0,
    notIp: 2,
    notTcp: 3,
    fragments: 0,
    encrypted: 0,
    damaged: 1,
  });
  expect(diagnostics).toEqual([
    {
      code: "capture/not-tcp",
      place: { in: "packet", file: 0, packet: 1 },
      data: { protocol: "ARP (EtherType 0x0806)", packets: 2 },
    },
    {
      code: "capture/not-tcp",
      place: { in: "packet", file: 0, packet: 2 },
      data: { protocol: "UDP (IP protocol 17)", packets: 3 },
    },
    {
      code: "capture/bad-packet",
      place: { in: "packet", file: 1, packet: 1 },
      data: { layer: "IPv4", reason: "the packet ends inside it", packets: 1 },
    },
  ]);
});

test("kinds are bounded: what comes after the first 256 is counted together", () => {
  const diagnostics: Diagnostic[] = [];
  const decoder = new PacketDecoder({ segment() {} }, (diagnostic) => diagnostics.push(diagnostic));
  const packet = new Packet();
  packet.linkType = 1;
  for (let type = 0xa000; type < 0xa000 + 400; type++) {
    packet.bytes = Buffer.from(ethernet(type, ""), "hex");
    packet.end = packet.wireLength = packet.bytes.length;
    decoder.packet(packet);
  }
  decoder.end();
  expect(diagnostics.length).toBe(257);
  expect(diagnostics.at(-1)!.data).toEqual({ protocol: "others", packets: 144 });
});

test("any bytes have one fate, and a segment lies within its packet", () => {
  const parts = fc.oneof(
    fc.uint8Array({ maxLength: 60 }).map((noise) => Buffer.from(noise).toString("hex")),
    fc.constantFrom(
      ethernet(0x0800, ""),
      ethernet(0x8100, "0001"),
      four,
      six,
      tcp(),
      extension("00"),
      extension("2c"),
      snap(0x86dd),
      jumbo(9),
    ),
    fc.constantFrom(
      ipv6("", { next: 0 }),
      ipv6("", { next: 44 }),
      ipv4("", { protocol: 51, total: 0 }),
      ipv4("", { total: 65535 }),
    ),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 9),
      fc.array(parts, { maxLength: 6 }).map((some) => some.join("")),
      fc.nat({ max: 200 }),
      (linkType, octets, lost) => {
        const { segments, fate } = decode(linkType, octets, { wireLength: size(octets) + lost });
        expect(segments.length).toBe(fate === "tcp" ? 1 : 0);
        for (const { payload, cut } of segments) {
          expect(octets).toContain(payload);
          expect(cut).toBeGreaterThanOrEqual(0);
          expect(cut).toBeLessThanOrEqual(lost);
        }
      },
    ),
    { seed: seedOr(9113), numRuns: runs(3000) },
  );
});
