import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs, seedOr } from "../fuzzing.ts";
import { decodeAll, type Sent } from "./decoding.ts";
import { ethernet, fragmentOf, fragments4, fragments6, ipv4, ipv6, size, tcp, u32, udp } from "./packets.ts";
import { four, segment, segment6 } from "./wrappings.ts";

const body = Array.from({ length: 100 }, (_, i) => (i + 1).toString(16).padStart(2, "0")).join("");
const long = tcp(body);
const eth4 = (packet: string) => ethernet(0x0800, packet);
const eth6 = (packet: string) => ethernet(0x86dd, packet);
/** 120 octets in five fragments of 24. */
const parts4 = fragments4(long, 24).map(eth4);
const parts6 = fragments6(long, 24, 7).map(eth6);
const whole4 = { ...segment, payload: body };
const whole6 = { ...segment6, payload: body };
const order = <T>(all: readonly T[], indexes: readonly number[]) => indexes.map((index) => all[index]!);

const incomplete = "capture/ip-fragment";
const copies = "capture/duplicate-packets";
const overlap = "capture/ip-fragment-overlap";

/** An IPv4 fragment of the datagram above. */
const piece = (from: number, to: number, { change = "", id = 1, more = to < 120 } = {}) => {
  const octets = ipv4(long).slice(40 + from * 2, 40 + to * 2);
  return eth4(
    ipv4(change === "" ? octets : change + octets.slice(change.length), { id, fragment: (more ? 0x2000 : 0) | (from / 8) }),
  );
};
const piece6 = (from: number, to: number, { change = "", more = to < 120 } = {}) => {
  const octets = ipv6(long).slice(80 + from * 2, 80 + to * 2);
  return eth6(ipv6(fragmentOf(6, from, more, 7, change === "" ? octets : change + octets.slice(change.length)), { next: 44 }));
};

describe.each([
  ["IPv4", parts4, whole4],
  ["IPv6", parts6, whole6],
] as const)("%s", (_, parts, whole) => {
  test("parts are five", () => expect(parts.length).toBe(5));

  test.each([
    ["in order", [0, 1, 2, 3, 4]],
    ["backwards", [4, 3, 2, 1, 0]],
    ["the first one last", [1, 2, 3, 4, 0]],
    ["mixed", [2, 4, 0, 3, 1]],
  ])("%s: the segment belongs to the packet that completed it", (_, indexes) => {
    const { segments, counts, codes } = decodeAll(order(parts, indexes));
    expect(segments).toEqual([{ ...whole, packet: 5 }]);
    expect(codes).toEqual([]);
    expect(counts).toMatchObject({ tcp: 1, fragments: 4 });
  });

  test.each([
    ["each twice in a row", [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], 9, 5],
    ["all of them twice", [0, 1, 2, 3, 4, 0, 1, 2, 3, 4], 5, 5],
    ["one again before the last", [0, 1, 2, 1, 3, 4], 6, 1],
    ["the first again behind the last", [0, 1, 2, 3, 4, 0], 5, 1],
  ])("%s: copies are left out", (_, indexes, packet, packets) => {
    const { segments, diagnostics } = decodeAll(order(parts, indexes));
    expect(segments).toEqual([{ ...whole, packet }]);
    expect(diagnostics.map(({ code, data }) => [code, data])).toEqual([[copies, { packets }]]);
  });

  test.each([0, 1, 2, 3, 4])("without fragment %i nothing is read, and this is said", (missing) => {
    const { segments, counts, diagnostics } = decodeAll(parts.filter((_, index) => index !== missing));
    expect(segments).toEqual([]);
    expect(counts).toMatchObject({ tcp: 0, fragments: 4 });
    expect(diagnostics).toEqual([{ code: incomplete, place: { in: "packet", file: 0, packet: 1 }, data: { packets: 4 } }]);
  });

  test("the last one comes 60 s after the first, or later", () => {
    const late = (time: number) =>
      decodeAll([...parts.slice(0, 4).map((octets) => ({ octets, time: 0 })), { octets: parts[4]!, time }]);
    expect(late(60e9).segments.length).toBe(1);
    const { segments, diagnostics } = late(60e9 + 1);
    expect(segments).toEqual([]);
    expect(diagnostics.map(({ code, data }) => [code, data["packets"]])).toEqual([[incomplete, 5]]);
  });

  test("the identification is used again: two datagrams", () => {
    const later = parts.map((octets, i) => ({ octets, time: 1e9 + i }));
    const { segments, codes } = decodeAll([...parts, ...later]);
    expect(segments.map(({ packet }) => packet)).toEqual([5, 10]);
    expect(codes).toEqual([]);
  });

  test.each([0, 1, 2, 3, 4])("fragment %i cut at each byte: what is there in a row, and how much is not", (index) => {
    const headers = size(parts[0]!) - 24;
    for (let captured = 0; captured < size(parts[index]!); captured++) {
      const packets: (Sent | string)[] = [...parts];
      packets[index] = { octets: parts[index]!, captured };
      const { segments, codes } = decodeAll(packets);
      const there = captured - headers + index * 24 - 20;
      if (segments.length === 0) {
        expect(codes.length).toBeGreaterThan(0);
        expect(captured < headers || (index === 0 && there < 0)).toBe(true);
        continue;
      }
      expect(codes).toEqual([]);
      expect(segments).toEqual([{ ...whole, payload: body.slice(0, there * 2), cut: 100 - there, packet: 5 }]);
    }
  });
});

describe("overlaps", () => {
  test.each([
    ["the same bytes", [piece(0, 48), piece(24, 72), piece(64, 120)], [], body],
    ["one inside another", [piece(0, 96), piece(24, 48), piece(96, 120)], [], body],
    ["one around another", [piece(24, 48), piece(0, 96), piece(96, 120)], [], body],
    ["around two others", [piece(24, 48), piece(56, 72), piece(0, 112), piece(112, 120)], [], body],
    [
      "other bytes behind",
      [piece(0, 48), piece(24, 120, { change: "ff".repeat(30) })],
      [overlap],
      `${body.slice(0, 56)}${"ff".repeat(6)}${body.slice(68)}`,
    ],
    ["other bytes before", [piece(24, 120), piece(0, 48, { change: "" }).slice(0, -2).concat("ff")], [overlap], body],
  ])("IPv4, %s: the bytes captured first win", (_, packets, codes, expected) => {
    const result = decodeAll(packets);
    expect(result.codes).toEqual(codes);
    expect(result.segments.map(({ payload }) => payload)).toEqual([expected]);
    if (codes.length > 0) expect(result.texts).toEqual(["1 IP fragments contradict others: the first bytes were kept"]);
  });

  test.each([
    ["the same bytes", [piece6(0, 48), piece6(24, 72), piece6(72, 120)]],
    ["other bytes", [piece6(0, 48), piece6(24, 120, { change: "ff".repeat(30) })]],
    ["one around another", [piece6(24, 48), piece6(0, 96), piece6(96, 120), piece6(0, 48), piece6(48, 120)]],
  ])("IPv6, %s: the datagram is dropped, with what is still to come (RFC 5722)", (_, packets) => {
    const { segments, texts } = decodeAll(packets);
    expect(segments).toEqual([]);
    expect(texts).toEqual(["1 IP fragments contradict others: their datagrams were dropped"]);
  });

  test.each([
    [
      "two ends",
      [piece(0, 48), piece(48, 120), piece(48, 96, { more: false })]
        .slice(0, 1)
        .concat(piece(96, 120), piece(48, 96, { more: false })),
    ],
    ["more behind the end", [piece(48, 96, { more: false }), piece(96, 112)]],
    ["an end before what was there", [piece(48, 96), piece(8, 48, { more: false })]],
  ])("IPv4, %s: the datagram is dropped", (_, packets) => {
    const { segments, codes } = decodeAll(packets);
    expect(segments).toEqual([]);
    expect(codes).toEqual([overlap]);
  });
});

describe("datagrams are told apart", () => {
  const again = (fields: Parameters<typeof fragments4>[2]) => fragments4(long, 64, fields).map(eth4);
  const [a, b] = again({}) as [string, string];
  test.each([
    ["identification", again({ id: 2 })],
    ["source", again({ source: "7f000002" })],
    ["target", again({ target: "0a0000fe" })],
    ["protocol", fragments4(`0604${"00".repeat(22)}${long}`, 64, { protocol: 51 }).map(eth4)],
  ])("by %s", (_, others) => {
    const [c, d, ...rest] = others as [string, string, ...string[]];
    const { counts, codes } = decodeAll([a, c, b, d, ...rest]);
    // What is in the authentication header is a copy of what is not.
    expect(counts.tcp + counts.duplicates).toBe(2);
    expect(codes.filter((code) => code !== copies)).toEqual([]);
    expect(decodeAll([a, d]).segments).toEqual([]);
  });

  test("by tunnel", () => {
    const inside = (vni: string, packet: string) =>
      eth4(ipv4(udp(4789, `08000000${vni}00${packet}`), { protocol: 17, source: "c0000201", target: "c0000202" }));
    expect(decodeAll([inside("000001", a), inside("000001", b)]).segments.length).toBe(1);
    expect(decodeAll([inside("000001", a), inside("000002", b)]).segments.length).toBe(0);
  });
});

test("a tunnel's datagrams are put together, and fragments inside them", () => {
  const inner = fragments4(long, 48, { id: 9 });
  const outer = inner.flatMap((packet, i) => fragments6(`000008${"00"}${packet}`, 32, 100 + i, 47).map(eth6));
  expect(outer.length).toBeGreaterThan(inner.length);
  const { segments, codes } = decodeAll(outer);
  expect(segments).toEqual([{ ...whole4, packet: outer.length }]);
  expect(codes).toEqual([]);
});

test("what a fragmented datagram held before does not show in the next one", () => {
  const first = fragments4(tcp("aa".repeat(200)), 64, { id: 1 }).map(eth4);
  const [head, ...rest] = fragments4(long, 24, { id: 2 }).map(eth4) as [string, ...string[]];
  const { segments } = decodeAll([...first, { octets: head, captured: size(head) - 2 }, ...rest]);
  expect(segments[1]).toEqual({ ...whole4, payload: body.slice(0, 4), cut: 98, packet: 9 });
});

describe("UDP", () => {
  const dns = fragments4(udp(53, "00".repeat(100)), 64, { protocol: 17 }).map(eth4);
  test("that is no tunnel is not waited for, once its first fragment is there", () => {
    expect(decodeAll(dns).codes).toEqual(["capture/not-tcp"]);
    expect(decodeAll(dns.slice(0, 1)).codes).toEqual(["capture/not-tcp"]);
    expect(decodeAll(dns.slice(1)).codes).toEqual([incomplete]);
  });

  test("that may be one is", () => {
    const vxlan = fragments4(udp(4789, `0800000000002a00${eth4(four)}`), 64, { protocol: 17 }).map(eth4);
    expect(decodeAll(vxlan).segments).toEqual([{ ...segment, packet: 2 }]);
    expect(decodeAll(vxlan.slice(0, 1)).codes).toEqual([incomplete]);
  });
});

test.each([
  ["no bytes", ipv4("", { fragment: 0x2000 })],
  ["a length that is no multiple of 8", ipv4("00".repeat(9), { fragment: 0x2000 })],
  ["bytes beyond 65,535", ipv4("00".repeat(9), { fragment: 0x1fff })],
])("a fragment with %s is damaged", (_, packet) => {
  const { counts, codes } = decodeAll([eth4(packet)]);
  expect(counts).toMatchObject({ damaged: 1, fragments: 0 });
  expect(codes).toEqual(["capture/bad-packet"]);
});

test("the longest datagram there is", () => {
  const octets = "5a".repeat(65_515 - 20);
  const { segments } = decodeAll(fragments4(tcp(octets), 1480).map(eth4).reverse());
  expect(segments.map(({ payload }) => payload === octets)).toEqual([true]);
});

describe("stores are bounded", () => {
  test("100,000 fragments that never complete", () => {
    const packets = Array.from({ length: 100_000 }, (_, i) =>
      eth4(ipv4("ab".repeat(32), { id: i & 0xffff, fragment: 0x2000, source: u32(i + 1) })),
    );
    const { segments, counts, diagnostics } = decodeAll(packets, 1, { fragmentOctets: 100_000, fragmentDatagrams: 200 });
    expect(segments).toEqual([]);
    expect(counts.fragments).toBe(100_000);
    expect(diagnostics.map(({ code }) => code)).toEqual(["limit/ip-fragments", incomplete]);
    expect(diagnostics.map(({ data }) => data["packets"])).toEqual([99_800, 200]);
    expect(diagnostics[0]!.data).toMatchObject({ octets: 100_000, datagrams: 200 });
  });

  test("bytes in all: the oldest datagrams are given up", () => {
    const first = fragments4(long, 24, { id: 1 }).map(eth4);
    const second = fragments4(long, 24, { id: 2 }).map(eth4);
    const packets = [first[0]!, first[1]!, ...second, ...first.slice(2)];
    // A piece of 24 octets counts 224.
    expect(decodeAll(packets, 1, { fragmentOctets: 6 * 224 }).segments.length).toBe(2);
    const { segments, diagnostics } = decodeAll(packets, 1, { fragmentOctets: 5 * 224 });
    expect(segments.map(({ packet }) => packet)).toEqual([7]);
    expect(diagnostics.map(({ code, data }) => [code, data["packets"]])).toEqual([
      ["limit/ip-fragments", 2],
      [incomplete, 3],
    ]);
  });

  test("one datagram of more than the limit", () => {
    const { segments, codes } = decodeAll(parts4, 1, { fragmentOctets: 300 });
    expect(segments).toEqual([]);
    expect(codes).toEqual(["limit/ip-fragments", incomplete]);
  });
});

test("any order, repetition and cut of fragments gives the bytes that were sent, or none", () => {
  const content = Buffer.from(Array.from({ length: 400 }, (_, i) => (i * 7) & 255)).toString("hex");
  const whole = ipv4(tcp(content)).slice(40);
  const span = fc
    .tuple(fc.nat(51), fc.nat(16))
    .map(([from, units]) => ({ from: from * 8, to: Math.min(420, (from + units + 1) * 8) }));
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 30 }), fc.boolean(), (spans, isSix) => {
      const packets = spans.map(({ from, to }) => {
        const octets = whole.slice(from * 2, to * 2);
        const more = to < 420;
        if (isSix) return eth6(ipv6(fragmentOf(6, from, more, 3, octets), { next: 44 }));
        return eth4(ipv4(octets, { id: 3, fragment: (more ? 0x2000 : 0) | (from / 8) }));
      });
      const { segments, codes } = decodeAll(packets);
      // What a naive receiver has after each packet.
      const has = new Set<number>();
      let done = 0;
      let overlapped = false;
      const seen: { from: number; to: number }[] = [];
      for (const { from, to } of spans) {
        const isCopy = seen.some((other) => other.from === from && other.to === to);
        if (!isCopy && seen.some((other) => other.from < to && from < other.to)) overlapped = true;
        seen.push({ from, to });
        for (let i = from; i < to; i++) has.add(i);
        if (has.size === 420 && !(isSix && overlapped)) done++;
        if (done > 0) break;
      }
      expect(segments.length > 0).toBe(done > 0);
      for (const { payload, cut } of segments) expect([payload, cut]).toEqual([content, 0]);
      if (isSix && overlapped) expect(codes).toContain(overlap);
    }),
    { seed: seedOr(8200), numRuns: runs(1500) },
  );
});
