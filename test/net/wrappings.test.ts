import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs, seedOr } from "../fuzzing.ts";
import { decodeAll } from "./decoding.ts";
import { ethernet, ipv4, ipv6, size, snap, tcp, u16, udp } from "./packets.ts";
import { four, inUdp, outer, radiotap, segment, six, wrappings } from "./wrappings.ts";

describe("a segment is read from", () => {
  test.each(wrappings)("$name", ({ linkType, octets, expected }) => {
    const { segments, counts, texts } = decodeAll([octets], linkType);
    expect(texts).toEqual([]);
    expect(segments).toEqual([{ ...expected, packet: 1 }]);
    expect(counts).toMatchObject({ packets: 1, tcp: 1 });
  });

  test.each(wrappings)("$name, cut anywhere by the snap length", ({ linkType, octets, expected }) => {
    let read = 0;
    for (let captured = 0; captured < size(octets); captured++) {
      const { segments, codes, counts } = decodeAll([{ octets, captured }], linkType);
      const { packets, ...fates } = counts;
      expect(packets).toBe(1);
      expect(Object.values(fates).reduce((sum, count) => sum + count)).toBe(1);
      if (segments.length === 0) {
        expect(codes.length).toBeGreaterThan(0);
        continue;
      }
      read++;
      const [{ payload, cut, packet, ...rest }] = segments as [(typeof segments)[0]];
      expect(codes).toEqual([]);
      expect(rest).toEqual({ from: expected.from, to: expected.to, seq: -2, ack: expected.ack, flags: 0x18, window: 0xabcd });
      expect(expected.payload.startsWith(payload)).toBe(true);
      expect(size(payload) + cut).toBe(size(expected.payload));
    }
    expect(read).toBeGreaterThanOrEqual(size(expected.payload));
  });

  test("a mirrored frame that ERSPAN truncated: what is lacking counts as cut", () => {
    const part = ethernet(0x0800, four).slice(0, -4);
    const { segments, codes } = decodeAll([outer(47, `100088be000000011064040100000001${part}`)]);
    expect(codes).toEqual([]);
    expect(segments).toEqual([{ ...segment, payload: "505249", cut: 2, packet: 1 }]);
  });
});

const addresses = "0200000000010200000000020200000000030000";
const withLlc = snap(0x0800) + four;
const frame = ethernet(0x0800, four);
const misfit = (layer: string, reason: string) => `a ${layer} header does not fit its packet: ${reason} (1 of them)`;
const isNot = (protocol: string) => `1 packets are not TCP: ${protocol}`;
const unread = (protocol: string) => `1 packets of ${protocol} are not read`;
const encrypted = (protocol: string) => `1 packets are encrypted below TCP: ${protocol}`;
const isUdp = isNot("UDP (IP protocol 17)");

test.each<[name: string, linkType: number, octets: string, fate: string, text: string]>([
  ["protected IEEE 802.11", 105, `08410000${addresses}${withLlc}`, "encrypted", encrypted("IEEE 802.11")],
  ["IEEE 802.11 beacon", 105, `80000000${addresses}`, "notIp", isNot("IEEE 802.11 management and control")],
  ["IEEE 802.11 without data", 105, `48010000${addresses}`, "notIp", isNot("IEEE 802.11 without data")],
  ["IEEE 802.11 aggregate", 105, `88020000${addresses}8000${withLlc}`, "notIp", unread("IEEE 802.11 A-MSDU")],
  ["IEEE 802.11 first fragment", 105, `08050000${addresses}${withLlc}`, "notIp", unread("IEEE 802.11 fragments")],
  ["IEEE 802.11 last fragment", 105, `08010000${addresses.slice(0, -4)}0100${withLlc}`, "notIp", unread("IEEE 802.11 fragments")],
  [
    "a frame with a wrong check sequence",
    127,
    radiotap("50", `08010000${addresses}${withLlc}`),
    "damaged",
    misfit("IEEE 802.11", "the radio found its frame check sequence wrong"),
  ],
  ["radiotap longer than its packet", 127, "0000ff0000000000", "damaged", misfit("radiotap", "the packet ends inside it")],
  ["bit maps without an end", 127, `00001000${"00000080".repeat(3)}`, "damaged", misfit("radiotap", "the packet ends inside it")],
  ["a Prism header longer than its packet", 119, "4400000091000000", "damaged", misfit("Prism", "the packet ends inside it")],
  ["LCP", 9, "ff03c0210101000e", "notIp", isNot("PPP control protocols")],
  ["PPP with Van Jacobson's compression", 9, "002d0000", "notIp", unread("PPP with compressed TCP")],
  ["encrypted PPP", 9, "00530000", "encrypted", encrypted("PPP")],
  ["PPP of an unknown protocol", 9, "02030000", "notIp", unread("PPP protocol 0x0203")],
  ["PPPoE discovery", 1, ethernet(0x8863, "110900000000"), "notIp", isNot("PPPoE discovery (EtherType 0x8863)")],
  ["PPPoE of version 2", 1, ethernet(0x8864, "210000010002c021"), "damaged", misfit("PPPoE", "its version or type is not 1")],
  [
    "MPLS without a bottom",
    1,
    ethernet(0x8847, "0001004000010040"),
    "damaged",
    misfit("MPLS", "the packet ends inside the label stack"),
  ],
  [
    "MPLS with something else",
    1,
    ethernet(0x8847, `0001014010000000${"00".repeat(40)}`),
    "notIp",
    unread("MPLS with another payload"),
  ],
  ["MACsec", 1, ethernet(0x88e5, "0000"), "encrypted", encrypted("MACsec (EtherType 0x88e5)")],
  ["ESP", 1, outer(50, "0000"), "encrypted", encrypted("ESP (IP protocol 50)")],
  ["L2TPv3", 1, outer(115, "0000"), "notTcp", unread("IP protocol 115 (L2TPv3)")],
  ["NFLOG without a payload", 239, "0200000008000100000000ff", "damaged", misfit("NFLOG", "it has no payload")],
  ["an NFLOG attribute of 3 bytes", 239, "0200000003000100", "damaged", misfit("NFLOG", "the packet ends inside it")],
  ["an ARP packet in NFLOG", 239, "0300000006000900ffff", "notIp", isNot("another address family in NFLOG")],
  ["netlink, cooked", 113, "000403380000000000000000000000000800", "notIp", isNot("Linux netlink")],
  ["PKTAP with nothing", 258, "0c0000000000000001000000", "notIp", isNot("PKTAP without a packet")],
  ["USER2 that is no PKTAP", 149, "ffffffff0000000001000000", "damaged", misfit("PKTAP", "the packet ends inside it")],
  ["GRE with source routing", 1, outer(47, "4000080000000000"), "notIp", unread("GRE with source routing")],
  ["GRE of version 2", 1, outer(47, "00020800"), "notIp", unread("GRE version 2")],
  ["a GRE keepalive", 1, outer(47, "00000000"), "notTcp", isNot("GRE keepalive")],
  ["a PPTP acknowledgment", 1, outer(47, "2081880b0000000100000001"), "notTcp", isNot("GRE acknowledgment")],
  [
    "ERSPAN of the wrong version",
    1,
    outer(47, `100088be00000001${"20".repeat(8)}`),
    "damaged",
    misfit("ERSPAN", "its version is not that of its type"),
  ],
  [
    "EtherIP of version 4",
    1,
    outer(97, `4000${frame}`),
    "damaged",
    misfit("EtherIP", "its version is not 3, or the packet ends inside it"),
  ],
  ["UDP on VXLAN's port", 1, inUdp(4789, "0000000000002a00"), "notTcp", isUdp],
  ["UDP with VXLAN's flags and no frame that fits", 1, inUdp(12345, `0800000000002a00${frame.slice(0, -2)}`), "notTcp", isUdp],
  ["UDP of seven bytes on VXLAN's port", 1, inUdp(4789, "08000000000000"), "notTcp", isUdp],
  ["UDP of length 7", 1, outer(17, udp(53, "00", 53, 7)), "damaged", misfit("UDP", "its length is below 8 bytes")],
  ["a GTP-U echo", 1, inUdp(2152, "320100040000000000010000"), "notTcp", isNot("GTP-U signalling")],
  ["GTP of version 2 on GTP-U's port", 1, inUdp(2152, "4801000400000000"), "notTcp", isUdp],
  [
    "an extension header of no length",
    1,
    inUdp(2152, `34ff000800001234${"00000085"}${"00000000"}`),
    "damaged",
    misfit("GTP-U", "an extension header of no length"),
  ],
  ["Ethernet in GTP-U", 1, inUdp(2152, `30ff00020000123402${"00"}`), "notIp", unread("GTP-U without IP")],
  ["Geneve for the tunnel's end", 1, inUdp(6081, "0080655800002a00"), "notTcp", isNot("Geneve control")],
  [
    "Geneve options beyond the packet",
    1,
    inUdp(6081, "3f00655800002a00"),
    "damaged",
    misfit("Geneve", "the packet ends inside its options"),
  ],
  ["VXLAN-GPE with NSH", 1, inUdp(4790, "0c00000400002a00"), "notIp", unread("VXLAN-GPE protocol 4")],
  ["VXLAN with ARP", 1, inUdp(4789, `0800000000002a00${ethernet(0x0806, "0001")}`), "notIp", isNot("ARP (EtherType 0x0806)")],
])("%s is no segment", (_, linkType, octets, fate, text) => {
  const { segments, counts, texts } = decodeAll([octets], linkType);
  expect(segments).toEqual([]);
  expect(counts).toMatchObject({ packets: 1, [fate]: 1 });
  expect(texts).toEqual([text]);
});

describe("1,000 headers in a packet are not followed", () => {
  const nested = (wrap: (body: string) => string, inner: string) => {
    let octets = inner;
    for (let depth = 0; depth < 1000; depth++) octets = wrap(octets);
    return octets;
  };
  test.each<[string, number, string]>([
    ["IP in IP", 228, nested((body) => ipv4(body, { protocol: 4 }), four)],
    ["IPv6 in IPv6", 229, nested((body) => ipv6(body, { next: 41 }), six)],
    ["GRE", 228, nested((body) => ipv4(`00000800${body}`, { protocol: 47 }), four)],
    [
      "GRE in GRE",
      228,
      ipv4(
        nested((body) => `00006558${ethernet(0x0800, ipv4(body, { protocol: 47 }))}`, four),
        { protocol: 47 },
      ),
    ],
    ["VXLAN", 1, nested((body) => inUdp(4789, `0800000000002a00${body}`), frame)],
    ["VLAN", 1, `020000000001020000000002${"81000001".repeat(1000)}0800${four}`],
    ["PKTAP", 258, `${"0c0000000100000002010000".repeat(1000)}`],
    ["GTP-U", 228, nested((body) => ipv4(udp(2152, `30ff${u16(size(body) & 0xffff)}00000001${body}`), { protocol: 17 }), four)],
  ])("%s", (_, linkType, octets) => {
    const { segments, counts, codes, diagnostics } = decodeAll([octets], linkType);
    expect(segments).toEqual([]);
    expect(counts).toMatchObject({ packets: 1, damaged: 1 });
    expect(codes.at(-1)).toBe("limit/packet-layers");
    expect(diagnostics.at(-1)!.data).toEqual({ limit: 24, packets: 1 });
  });

  test("labels are one header, however many", () => {
    const octets = ethernet(0x8847, `${"00010040".repeat(1000)}00010140${four}`);
    expect(decodeAll([octets]).segments).toEqual([{ ...segment, packet: 1 }]);
  });
});

test("any bytes in any wrapping have one fate, and a segment lies within its packet", () => {
  const linkTypes = [...new Set([0, 12, 14, 101, 108, 113, 228, 229, 276, 147, ...wrappings.map(({ linkType }) => linkType)])];
  const damagedOne = fc
    .tuple(fc.constantFrom(...wrappings), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(400))
    .map(([{ linkType, octets }, changes, kept]) => {
      const bytes = Buffer.from(octets, "hex");
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return { linkType, octets: bytes.toString("hex"), captured: Math.min(kept, bytes.length) };
    });
  const noise = fc
    .tuple(fc.constantFrom(...linkTypes), fc.uint8Array({ maxLength: 120 }))
    .map(([linkType, bytes]) => ({ linkType, octets: Buffer.from(bytes).toString("hex") }));
  fc.assert(
    fc.property(fc.array(fc.oneof(damagedOne, noise), { minLength: 1, maxLength: 8 }), (packets) => {
      const { segments, counts, early } = decodeAll(packets, 1, { fragmentOctets: 600, fragmentDatagrams: 3 });
      const { packets: all, ...fates } = counts;
      expect(all).toBe(packets.length);
      expect(Object.values(fates).reduce((sum, count) => sum + count)).toBe(all);
      expect(early).toBe(0);
      expect(segments.length).toBe(counts.tcp);
      for (const { payload, cut } of segments) {
        expect(cut).toBeGreaterThanOrEqual(0);
        // Margins around a packet are 45, what was there before ee: neither may show up in a row.
        expect(payload).not.toMatch(/45454545|eeeeeeee/);
      }
    }),
    { seed: seedOr(9113), numRuns: runs(4000) },
  );
});

test("kinds of what is not read are bounded over link types, EtherTypes and protocols", () => {
  const packets = Array.from({ length: 1000 }, (_, i) => [
    { octets: "00", linkType: 1000 + i },
    { octets: ethernet(0xa000 + i, "") },
    { octets: `${u16(0x4000 + 2 * i)}00`, linkType: 9 },
  ]).flat();
  const { diagnostics } = decodeAll([...packets, ethernet(0x0800, four), ethernet(0x0806, "0001")]);
  expect(diagnostics.length).toBe(256 + 2);
  expect(diagnostics.at(-1)!.data).toEqual({ protocol: "ARP (EtherType 0x0806)", packets: 1 });
  expect(diagnostics.at(-2)!.data).toEqual({ protocol: "others", packets: 3000 - 256 });
});

test("the segment of the innermost IP header is taken, and the length of the outermost bounds it", () => {
  // The tunnel's IP header ends two octets before the packet inside claims to.
  const whole = ipv4(`00000800${four}`, { protocol: 47, total: 24 + size(four) - 2 });
  const { segments, texts } = decodeAll([ethernet(0x0800, whole)]);
  expect(segments).toEqual([{ ...segment, payload: "505249", packet: 1 }]);
  expect(texts).toEqual([misfit("IPv4", "its total length goes beyond the packet")]);
  expect(decodeAll([ethernet(0x0800, ipv4(tcp(""), { protocol: 6 }))]).segments[0]!.payload).toBe("");
});
