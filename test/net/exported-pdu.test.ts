// What Wireshark exports, link type 252, as its tags are laid out in wsutil/exported_pdu_tlvs.h.
import { expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { bytesSource } from "../../src/capture/source.ts";
import type { Engine } from "../../src/pipeline.ts";
import type { ReportEvent } from "../../src/report/event.ts";
import { decodeAll } from "./decoding.ts";
import { ipv4, size, source4, source6, target4, target6, tcp, u16, u32 } from "./packets.ts";

const tag = (type: number, value = ""): string => `${u16(type)}${u16(size(value))}${value}`;
const named = (name: string): string => tag(12, Buffer.from(name).toString("hex"));
const numbers = (seq: number, next: number, ack: number, flags = 0x18): string =>
  tag(34, `0001${u32(seq)}${u32(next)}${u32(ack)}00${u16(flags)}0000`);

interface Tagged {
  readonly from?: "client" | "server";
  readonly name?: string;
  readonly more?: string;
  readonly port?: number;
}

/** A PDU between 127.0.0.1:50000 and 10.0.0.255:443. */
function pdu(payload: string, { from = "client", name = named("http2"), more = "", port = 2 }: Tagged = {}): string {
  const [a, b] = from === "client" ? [source4, target4] : [target4, source4];
  const [p, q] = from === "client" ? [50_000, 443] : [443, 50_000];
  const ends = tag(20, a) + tag(21, b) + tag(24, u32(port)) + tag(25, u32(p!)) + tag(26, u32(q!));
  return name + ends + tag(30, u32(7)) + more + tag(0) + payload;
}

const read = (packets: readonly string[]) => decodeAll(packets, 252);
const places = (packets: readonly string[]) => read(packets).segments.map(({ seq, payload }) => [seq, size(payload)]);

it("has its addresses, ports and bytes from the tags", () => {
  const { segments, texts } = read([pdu("aabbcc")]);
  expect(texts).toEqual([]);
  expect(segments).toMatchObject([{ from: "7f000001:50000", to: "0a0000ff:443", seq: 1, flags: 8, payload: "aabbcc", cut: 0 }]);
});

it("has IPv6 addresses too", () => {
  const ends = tag(22, source6) + tag(23, target6) + tag(24, u32(2)) + tag(25, u32(1)) + tag(26, u32(2));
  expect(read([`${named("tls") + ends + tag(0)}16`]).segments).toMatchObject([
    { from: `[${source6}]:1`, to: `[${target6}]:2`, payload: "16" },
  ]);
});

it("without numbers follows what its direction sent before", () => {
  const packets = [pdu("aabbcc"), pdu("01", { from: "server" }), pdu("dd"), pdu("02", { from: "server" })];
  expect(places(packets).map(([seq]) => seq)).toEqual([1, 1, 4, 2]);
});

it("has TCP's own numbers where they are told", () => {
  const packets = [
    pdu("aabbcc", { more: numbers(100, 103, 50) }),
    pdu("dd", { from: "server", more: numbers(50, 51, 103, 0x19) }),
    // The FIN of the server is acknowledged, and is not among the octets.
    pdu("ee", { more: numbers(103, 104, 52) }),
    pdu("ff", { more: numbers(104, 105, 60) }),
  ];
  expect(read(packets).segments.map(({ seq, ack, flags }) => [seq, ack, flags])).toEqual([
    [100, 50, 0x18],
    [50, 103, 0x19],
    [103, 51, 0x18],
    [104, 60, 0x18],
  ]);
});

it("does not take the numbers of a segment for those of what was put together", () => {
  const packets = [pdu("aabbcc", { more: numbers(100, 103, 50) }), pdu("0102030405", { more: numbers(105, 108, 50) })];
  expect(places(packets)).toEqual([
    [100, 3],
    [103, 5],
  ]);
});

// A frame over two records of TLS: its first part, then all of it.
it("is not read twice where Wireshark exported a frame again when it was whole", () => {
  const frame = (length: number, octet = "78"): string => `${u32(length).slice(2)}000000000001${octet.repeat(length)}`;
  const whole = frame(100);
  const settings = "000000040000000000";
  expect(places([pdu(settings + whole.slice(0, 100)), pdu(whole), pdu(frame(3))])).toEqual([
    [1, 59],
    [10, 109],
    [119, 12],
  ]);
  // Only the octets of its head, or fewer.
  expect(places([pdu(settings + whole.slice(0, 8)), pdu(whole)])).toEqual([
    [1, 13],
    [10, 109],
  ]);
  // The rest of the frame alone is another matter, and what is alike by chance.
  expect(places([pdu(whole.slice(0, 100)), pdu(whole.slice(100)), pdu(settings)]).map(([seq]) => seq)).toEqual([1, 51, 110]);
  expect(places([pdu("78".repeat(40)), pdu("78".repeat(60))]).map(([seq]) => seq)).toEqual([1, 41]);
  expect(places([pdu(whole.slice(0, 100)), pdu(whole + settings)]).map(([seq]) => seq)).toEqual([1, 51]);
});

it("may be of another layer", () => {
  const number = tag(32, u32(6));
  const table = tag(14, Buffer.from("ip.proto").toString("hex"));
  const expected = [{ from: "7f000001:49153", to: "0a0000ff:443", payload: "aabb" }];
  expect(read([pdu(tcp("aabb"), { name: table, more: number, port: 0 })]).segments).toMatchObject(expected);
  expect(read([pdu(ipv4(tcp("aabb"), { protocol: 6 }), { name: named("ip") })]).segments).toMatchObject(expected);
});

it.each([
  ["another transport", pdu("aa", { port: 3 }), "capture/not-tcp"],
  ["no addresses", `${named("http2")}${tag(0)}aa`, "capture/unread-protocol"],
  ["a tag that goes beyond the packet", `${named("http2")}000c00ff61`, "capture/bad-packet"],
  ["tags without an end", named("http2"), "capture/bad-packet"],
  ["an address of a wrong length", `${tag(20, "7f00")}${tag(0)}`, "capture/bad-packet"],
])("%s: none is read, and it is told", (_, octets, code) => {
  const { segments, codes } = read([octets]);
  expect(segments).toEqual([]);
  expect(codes).toEqual([code]);
});

it("may be cut anywhere", () => {
  const octets = pdu("aabbcc");
  for (let captured = 0; captured < size(octets); captured++) {
    const { segments, codes } = decodeAll([{ octets, captured }], 252);
    if (size(octets) - captured > 3) expect([segments, codes]).toEqual([[], ["capture/bad-packet"]]);
    else expect(segments).toMatchObject([{ seq: 1, cut: size(octets) - captured }]);
  }
});

it.each(["fast", "reference"] as const)("HTTP/2 is judged as what it is, engine %s", async (engine: Engine) => {
  const preface = `${Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1").toString("hex")}000000040000000000`;
  // POST, https, with an odd end: a stream of the client with an even number.
  const packets = [pdu(preface), pdu("000000040000000000", { from: "server" }), pdu("00000401050000000282878484")];
  const events: ReportEvent[] = [];
  for await (const event of analyze([bytesSource("a.pcap", pcap(packets))], { engine })) events.push(event);
  const findings = events.filter((event) => event.kind === "finding");
  const rules = findings.map(({ rule }) => rule);
  expect(rules).toContain("stream-id/even-client");
  // Whether TLS was around it does not show.
  expect(rules).not.toContain("headers/scheme-mismatch");
});

function pcap(packets: readonly string[]): Buffer {
  const le = (value: number): string => Buffer.from(u32(value), "hex").reverse().toString("hex");
  const records = packets.map((octets, i) => `${le(i)}${le(0)}${le(size(octets))}${le(size(octets))}${octets}`);
  return Buffer.from(`d4c3b2a102000400${"00".repeat(8)}ffff0000${le(252)}${records.join("")}`, "hex");
}
