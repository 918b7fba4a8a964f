// The same two segments in every link layer and tunnel: test/net reads them, test/extra asks tshark too.

import type { Segment } from "./decoding.ts";
import {
  checksum,
  ethernet,
  fragmentOf,
  ipv4,
  ipv6,
  payload,
  size,
  snap,
  source4,
  source6,
  target4,
  target6,
  tcp,
  u8,
  u16,
  udp,
} from "./packets.ts";

export const segment: Segment = {
  from: `${source4}:49153`,
  to: `${target4}:443`,
  seq: -2,
  ack: -2147483647,
  flags: 0x18,
  window: 0xabcd,
  payload,
  cut: 0,
};
export const segment6: Segment = { ...segment, from: `[${source6}]:49153`, to: `[${target6}]:443` };

export interface Wrapping {
  readonly name: string;
  readonly linkType: number;
  readonly octets: string;
  readonly expected: Segment;
  /** Why tshark 4.0 does not read it as we do. */
  readonly notInTshark?: string;
}

export const four = ipv4(tcp());
export const six = ipv6(tcp());
const frame = ethernet(0x0800, four);
const u16le = (value: number) => u8(value & 255) + u8(value >> 8);

/** From 192.0.2.1 to 192.0.2.2. */
export const outer = (protocol: number, body: string) =>
  ethernet(0x0800, ipv4(body, { protocol, id: 77, source: "c0000201", target: "c0000202" }));
export const inUdp = (port: number, body: string) => outer(17, udp(port, body));

const addresses = "0200000000010200000000020200000000030000";
const wireless = (control: string, body: string, rest = "") => `${control}0000${addresses}${rest}${body}`;
export const radiotap = (flags: string, body: string) => `00000900020000${"00"}${flags}${body}`;
const prism = (body: string) => `4400000090000000${"00".repeat(136)}${body}`;
const avs = (body: string) => `8021100100000040${"00".repeat(56)}${body}`;
const attribute = (type: number, body: string) => u16le(4 + size(body)) + u16le(type) + body + "00".repeat(-size(body) & 3);
const greChecksum = (header: string, rest: string) => {
  const [type, behind] = [header, rest];
  return `${type}${u16(checksum(`${type}00000000${behind}`))}0000${behind}`;
};

const rows: readonly (readonly [name: string, linkType: number, octets: string, expected: Segment, notInTshark?: string])[] = [
  // Ethernet
  ["Ethernet in IEEE 802.1ah", 1, ethernet(0x88e7, `00000064${ethernet(0x0800, four)}`), segment],
  ["the oldest QinQ", 1, ethernet(0x9200, `0064${u16(0x0800)}${four}`), segment, "it has no dissector for 9200"],
  ["PPPoE", 1, `${ethernet(0x8864, `11000001${u16(size(four) + 2)}0021${four}`)}0000`, segment],
  ["PPPoE, IPv6, in a VLAN", 1, ethernet(0x8100, `00648864110000ff${u16(size(six) + 2)}0057${six}`), segment6],
  ["PPPoE without Ethernet", 51, `11000001${u16(size(four) + 2)}0021${four}`, segment],
  ["LLC", 100, snap(0x0800) + four, segment],
  // PPP
  ["PPP", 9, `0021${four}`, segment],
  ["PPP, IPv6", 9, `0057${six}`, segment6],
  ["PPP with address and control", 9, `ff030021${four}`, segment],
  ["PPP with a protocol field of one byte", 9, `ff0321${four}`, segment],
  ["PPP in HDLC-like framing", 50, `ff030057${six}`, segment6],
  ["Cisco HDLC as 50", 50, `0f000800${four}`, segment],
  ["Cisco HDLC", 104, `0f000800${four}`, segment],
  ["Cisco HDLC, multicast address, IPv6", 104, `8f0086dd${six}`, segment6],
  ["Cisco HDLC with direction", 205, `010f000800${four}`, segment, "it does not know the link type"],
  ["PPP with direction", 204, `00ff030021${four}`, segment],
  ["PPP with direction, without address", 204, `010057${six}`, segment6],
  ["PPP with direction for the address", 166, `01030021${four}`, segment, "it does not know the link type"],
  // MPLS
  ["MPLS", 1, ethernet(0x8847, `00010140${four}`), segment],
  ["MPLS, three labels, IPv6", 1, ethernet(0x8847, `000100400001104000012140${six}`), segment6],
  ["MPLS multicast", 1, ethernet(0x8848, `00010140${four}`), segment],
  ["MPLS alone", 219, `00010140${four}`, segment, "it does not know the link type"],
  ["MPLS in PPP", 9, `0281${"00010140"}${four}`, segment],
  ["MPLS in Cisco HDLC", 104, `0f008847${"00010140"}${six}`, segment6],
  [
    "Ethernet in MPLS, with a control word",
    1,
    ethernet(0x8847, `0001014000000000${frame}`),
    segment,
    "it guesses by the vendors of the addresses",
  ],
  ["Ethernet in MPLS", 1, ethernet(0x8847, `00010140${frame}`), segment, "it guesses by the vendors of the addresses"],
  ["MPLS in IP", 1, outer(137, `00010140${four}`), segment],
  // IEEE 802.11
  ["IEEE 802.11, to the distribution system", 105, wireless("0801", snap(0x0800) + four), segment],
  ["IEEE 802.11, from it, IPv6", 105, wireless("0802", snap(0x86dd) + six), segment6],
  ["IEEE 802.11 with four addresses", 105, wireless("0803", snap(0x0800) + four, "020000000004"), segment],
  ["IEEE 802.11 with quality of service", 105, wireless("8802", snap(0x0800) + four, "0000"), segment],
  ["IEEE 802.11 with both", 105, wireless("8803", snap(0x0800) + four, "0200000000040000"), segment],
  ["IEEE 802.11 with high throughput control", 105, wireless("8882", snap(0x0800) + four, "000000000000"), segment],
  ["radiotap, with a frame check sequence", 127, `${radiotap("10", wireless("0801", snap(0x0800) + four))}deadbeef`, segment],
  [
    "radiotap with a clock, and padding before the payload",
    127,
    `0000110003000000${"00".repeat(8)}20${wireless("8802", snap(0x0800) + four, "00000000")}`,
    segment,
  ],
  ["radiotap with two bit maps", 127, `00000d00020000800000000000${wireless("0801", snap(0x0800) + four)}`, segment],
  ["Prism", 119, prism(wireless("0801", snap(0x0800) + four)), segment],
  ["AVS as Prism", 119, avs(wireless("0802", snap(0x86dd) + six)), segment6],
  ["AVS", 163, avs(wireless("0801", snap(0x0800) + four)), segment],
  [
    "radiotap, cooked",
    113,
    `000003230000000000000000000000${"00"}${radiotap("00", wireless("0801", snap(0x0800) + four))}`,
    segment,
  ],
  // What hosts put before packets
  ["NFLOG", 239, `02000000${attribute(1, "08000300")}${attribute(10, "6100")}${attribute(9, four)}`, segment],
  ["NFLOG, IPv6, something behind it", 239, `0a000000${attribute(9, six)}${attribute(4, "00000001")}`, segment6],
  [
    "NFLOG of a big-endian host",
    239,
    `02000000${u16(6)}${u16(10)}61000000${u16(4 + size(four))}${u16(9)}${four}`,
    segment,
    "it takes the byte order of its own host",
  ],
  ["pflog", 117, `3d02${"00".repeat(62)}${four}`, segment],
  ["enc", 109, `02000000${"00".repeat(8)}${four}`, segment],
  ["PKTAP with IP", 258, `6c000000010000000c000000${"00".repeat(96)}${four}`, segment],
  ["PKTAP with Ethernet", 258, `6c0000000100000001000000${"00".repeat(96)}${frame}`, segment],
  ["PKTAP as USER2", 149, `6c0000000100000001000000${"00".repeat(96)}${frame}`, segment],
  // IP in IP
  ["IPv4 in IPv4", 1, outer(4, four), segment],
  ["IPv6 in IPv4", 1, outer(41, six), segment6],
  ["IPv6 in IPv6", 229, ipv6(six, { next: 41 }), segment6],
  ["IPv4 in IPv6", 229, ipv6(four, { next: 4 }), segment],
  [
    "IPv4 in IPv4 in IPv6, behind an authentication header",
    229,
    ipv6(`0404${"00".repeat(22)}${ipv4(four, { protocol: 4 })}`, { next: 51 }),
    segment,
  ],
  ["Ethernet in IPv6 (SRv6)", 229, ipv6(frame, { next: 143 }), segment],
  ["EtherIP", 1, outer(97, `3000${frame}`), segment],
  // GRE
  ["GRE", 1, outer(47, `00000800${four}`), segment],
  ["GRE, IPv6 in IPv6", 229, ipv6(`000086dd${six}`, { next: 47 }), segment6],
  ["GRE with a checksum", 1, outer(47, greChecksum("80000800", four)), segment],
  ["GRE with a key", 1, outer(47, `200008000000002a${four}`), segment],
  ["GRE with a sequence number", 1, outer(47, `1000080000000001${four}`), segment],
  ["GRE with all of them", 1, outer(47, greChecksum("b0000800", `0000002a00000001${four}`)), segment],
  ["GRE with Ethernet (NVGRE)", 1, outer(47, `2000655800002a01${frame}`), segment],
  ["GRE with MPLS", 1, outer(47, `0000884700010140${four}`), segment],
  ["ERSPAN type I", 1, outer(47, `000088be${frame}`), segment],
  ["ERSPAN type II", 1, outer(47, `100088be00000001${"1064000100000001"}${frame}`), segment],
  ["ERSPAN type III", 1, outer(47, `100022eb00000001${"206400010000000100000000"}${frame}`), segment],
  [
    "ERSPAN type III with a platform's header",
    1,
    outer(47, `100022eb00000001${"2064000100000001000000010000000000000000"}${frame}`),
    segment,
  ],
  [
    "ERSPAN type III with IP",
    1,
    outer(47, `100022eb00000001${"206400010000000100000800"}${four}`),
    segment,
    "it expects Ethernet",
  ],
  ["PPTP", 1, outer(47, `3001880b${u16(size(four) + 4)}000100000001ff030021${four}`), segment],
  ["PPTP with an acknowledgment", 1, outer(47, `3081880b${u16(size(six) + 2)}000100000001000000070057${six}`), segment6],
  // UDP
  ["VXLAN", 1, inUdp(4789, `0800000000002a00${frame}`), segment],
  [
    "VXLAN on Linux's old port",
    1,
    inUdp(8472, `0800000000002a00${ethernet(0x86dd, six)}`),
    segment6,
    "8472 is another protocol's there",
  ],
  ["VXLAN on any port", 1, inUdp(12345, `0800000000002a00${frame}`), segment, "it goes by the port"],
  [
    "VXLAN in a VLAN and with one inside",
    1,
    ethernet(0x8100, `0001${inUdp(4789, `0800000000002a00${ethernet(0x8100, `00640800${four}`)}`).slice(24)}`),
    segment,
  ],
  ["VXLAN with a group policy", 1, inUdp(4789, `8800000100002a00${frame}`), segment],
  ["VXLAN over IPv6", 229, ipv6(udp(4789, `0800000000002a00${frame}`), { next: 17 }), segment],
  ["VXLAN-GPE with IPv4", 1, inUdp(4790, `0c00000100002a00${four}`), segment],
  ["VXLAN-GPE with IPv6", 1, inUdp(4790, `0c00000200002a00${six}`), segment6],
  ["VXLAN-GPE with Ethernet", 1, inUdp(4790, `0c00000300002a00${frame}`), segment],
  ["Geneve", 1, inUdp(6081, `0000655800002a00${frame}`), segment],
  ["Geneve with options", 1, inUdp(6081, `0240655800002a000102800100000007${frame}`), segment],
  ["Geneve with IP", 1, inUdp(6081, `000086dd00002a00${six}`), segment6],
  ["GTP-U", 1, inUdp(2152, `30ff${u16(size(four))}00001234${four}`), segment],
  ["GTP-U with a sequence number, IPv6", 1, inUdp(2152, `32ff${u16(size(six) + 4)}0000123400010000${six}`), segment6],
  [
    "GTP-U with extension headers",
    1,
    inUdp(2152, `34ff${u16(size(four) + 12)}00001234${"00000085"}${"01000985"}${"01100900"}${four}`),
    segment,
  ],
  ["UDP of length 0", 1, outer(17, udp(4789, `0800000000002a00${frame}`, 50000, 0)), segment, "it calls the length bad"],
  // One in another
  [
    "VXLAN in GRE in MPLS in a VLAN",
    1,
    ethernet(
      0x8100,
      `00648847${"00010140"}${ipv4(`000008${"00"}${ipv4(udp(4789, `0800000000002a00${frame}`), { protocol: 17 })}`, { protocol: 47 })}`,
    ),
    segment,
  ],
  [
    "an atomic fragment in GTP-U",
    1,
    inUdp(2152, `30ff${u16(size(six) + 8)}00001234${ipv6(fragmentOf(6, 0, false, 9, six.slice(80)), { next: 44 })}`),
    segment6,
  ],
];

export const wrappings: readonly Wrapping[] = rows.map(([name, linkType, octets, expected, notInTshark]) => ({
  name,
  linkType,
  octets,
  expected,
  ...(notInTshark === undefined ? {} : { notInTshark }),
}));
