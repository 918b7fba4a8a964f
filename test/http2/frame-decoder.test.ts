import { describe, expect, it } from "vitest";
import { FrameDecoder, FrameReading, type FrameSink } from "../../src/http2/frame-decoder.ts";
import { defaultLimits } from "../../src/limits.ts";
import { type Origin, origin } from "../../src/place.ts";
import { type Described, decode, frame, octets, splits } from "./octets.ts";

type Case = readonly [about: string, hex: string, ...frames: Described[]];

// RFC 9113 section 6, in its order: what each type allows, then what it does not.
const cases: Case[] = [
  ["DATA", '000003 00 00 00000001 "abc"', { kind: "data", streamId: 1, length: 3, payload: "abc" }],
  ["DATA, empty, END_STREAM", "000000 00 01 00000001", { kind: "data", flags: 1, streamId: 1 }],
  [
    "DATA, padded",
    '000008 00 08 00000003 04 "abc" 00*4',
    { kind: "data", flags: 8, streamId: 3, length: 8, payload: "abc", padLength: 4 },
  ],
  ["DATA, padded with 0", '000004 00 09 00000003 00 "abc"', { kind: "data", flags: 9, streamId: 3, length: 4, payload: "abc" }],
  [
    "DATA, nothing but padding",
    "000005 00 08 00000001 04 00*4",
    { kind: "data", flags: 8, streamId: 1, length: 5, padLength: 4 },
  ],
  ["DATA, nothing but Pad Length", "000001 00 08 00000001 00", { kind: "data", flags: 8, streamId: 1, length: 1 }],
  [
    "DATA, 255 bytes of padding",
    "000101 00 08 00000001 ff 78 00*255",
    { kind: "data", flags: 8, streamId: 1, length: 257, payload: "x", padLength: 255 },
  ],
  [
    "DATA, padding as long as the payload",
    "000003 00 08 00000001 03 00 00",
    {
      kind: "data",
      flags: 8,
      streamId: 1,
      length: 3,
      padLength: 3,
      payload: "\0\0",
      fault: "padding",
      facts: ["paddingTooLong"],
    },
  ],
  [
    "DATA, padding far too long, and not zero",
    "000003 00 08 00000001 ff 01 01",
    {
      kind: "data",
      flags: 8,
      streamId: 1,
      length: 3,
      padLength: 255,
      payload: "\x01\x01",
      fault: "padding",
      facts: ["paddingTooLong"],
    },
  ],
  [
    "DATA, padded without Pad Length",
    "000000 00 08 00000001",
    { kind: "data", flags: 8, streamId: 1, fault: "length", facts: ["tooShort"] },
  ],
  [
    "DATA, padding not zero",
    '000006 00 08 00000001 02 "abc" 00 01',
    { kind: "data", flags: 8, streamId: 1, length: 6, payload: "abc", padLength: 2, facts: ["paddingNonzero"] },
  ],
  [
    "DATA, padding not zero, first byte",
    '000006 00 08 00000001 02 "abc" 01 00',
    { kind: "data", flags: 8, streamId: 1, length: 6, payload: "abc", padLength: 2, facts: ["paddingNonzero"] },
  ],
  [
    "DATA, content like padding",
    "000004 00 08 00000001 01 ff ff 00",
    { kind: "data", flags: 8, streamId: 1, length: 4, payload: "\xff\xff", padLength: 1 },
  ],
  ["DATA on stream 0", "000001 00 00 00000000 61", { kind: "data", length: 1, payload: "a", facts: ["onStreamZero"] }],
  [
    "DATA, all flags, reserved bit",
    "000002 00 ff ffffffff 00 61",
    {
      kind: "data",
      flags: 255,
      streamId: 0x7fffffff,
      reserved: true,
      length: 2,
      payload: "a",
      facts: ["reservedBit", "unusedFlag"],
    },
  ],

  ["HEADERS", "000002 01 05 00000001 82 84", { kind: "headers", flags: 5, streamId: 1, length: 2, payload: "\x82\x84" }],
  ["HEADERS, empty", "000000 01 04 00000001", { kind: "headers", flags: 4, streamId: 1 }],
  [
    "HEADERS, padded",
    "000004 01 0c 00000001 02 82 0000",
    { kind: "headers", flags: 12, streamId: 1, length: 4, payload: "\x82", padLength: 2 },
  ],
  [
    "HEADERS, priority",
    "000006 01 24 00000005 80000003 0f 82",
    {
      kind: "headers",
      flags: 0x24,
      streamId: 5,
      length: 6,
      payload: "\x82",
      hasPriority: true,
      exclusive: true,
      dependency: 3,
      weight: 16,
    },
  ],
  [
    "HEADERS, priority, no field",
    "000005 01 24 00000005 00000000 ff",
    { kind: "headers", flags: 0x24, streamId: 5, length: 5, hasPriority: true, weight: 256 },
  ],
  [
    "HEADERS, padded, priority",
    "000008 01 2c 00000005 01 00000003 00 82 00",
    {
      kind: "headers",
      flags: 0x2c,
      streamId: 5,
      length: 8,
      payload: "\x82",
      padLength: 1,
      hasPriority: true,
      dependency: 3,
      weight: 1,
    },
  ],
  [
    "HEADERS, padding up to the field block",
    "000003 01 0c 00000001 02 0000",
    { kind: "headers", flags: 12, streamId: 1, length: 3, padLength: 2 },
  ],
  [
    "HEADERS, padding too long",
    "000003 01 0c 00000001 03 0000",
    {
      kind: "headers",
      flags: 12,
      streamId: 1,
      length: 3,
      payload: "\0\0",
      padLength: 3,
      fault: "padding",
      facts: ["paddingTooLong"],
    },
  ],
  [
    "HEADERS, padding into the priority",
    "000007 01 2c 00000001 02 00000000 00 00",
    {
      kind: "headers",
      flags: 0x2c,
      streamId: 1,
      length: 7,
      payload: "\0\0\0\0\0\0",
      padLength: 2,
      fault: "padding",
      facts: ["paddingTooLong"],
    },
  ],
  [
    "HEADERS, padded without Pad Length",
    "000000 01 0c 00000001",
    { kind: "headers", flags: 12, streamId: 1, fault: "length", facts: ["tooShort"] },
  ],
  [
    "HEADERS, priority of four bytes",
    "000004 01 24 00000001 00000000",
    { kind: "headers", flags: 0x24, streamId: 1, length: 4, payload: "\0\0\0\0", fault: "length", facts: ["tooShort"] },
  ],
  [
    "HEADERS, padded, priority of four bytes",
    "000005 01 2c 00000001 00 00000000",
    { kind: "headers", flags: 0x2c, streamId: 1, length: 5, payload: "\0\0\0\0\0", fault: "length", facts: ["tooShort"] },
  ],
  [
    "HEADERS on stream 0, unused flag",
    "000001 01 07 00000000 82",
    { kind: "headers", flags: 7, length: 1, payload: "\x82", facts: ["unusedFlag", "onStreamZero"] },
  ],

  [
    "PRIORITY",
    "000005 02 00 00000003 80000001 10",
    {
      kind: "priority",
      streamId: 3,
      length: 5,
      payload: "\x80\0\0\x01\x10",
      hasPriority: true,
      exclusive: true,
      dependency: 1,
      weight: 17,
    },
  ],
  [
    "PRIORITY, four bytes",
    "000004 02 00 00000003 00000001",
    { kind: "priority", streamId: 3, length: 4, payload: "\0\0\0\x01", fault: "length", facts: ["badLength"] },
  ],
  [
    "PRIORITY, six bytes",
    "000006 02 00 00000003 00000001 10 00",
    { kind: "priority", streamId: 3, length: 6, payload: "\0\0\0\x01\x10\0", fault: "length", facts: ["badLength"] },
  ],
  [
    "PRIORITY on stream 0, flag",
    "000005 02 01 00000000 00000001 10",
    {
      kind: "priority",
      flags: 1,
      length: 5,
      payload: "\0\0\0\x01\x10",
      hasPriority: true,
      dependency: 1,
      weight: 17,
      facts: ["unusedFlag", "onStreamZero"],
    },
  ],

  [
    "RST_STREAM",
    "000004 03 00 00000003 00000008",
    { kind: "rst-stream", streamId: 3, length: 4, payload: "\0\0\0\x08", errorCode: 8 },
  ],
  [
    "RST_STREAM, unknown code",
    "000004 03 00 00000003 ffffffff",
    { kind: "rst-stream", streamId: 3, length: 4, payload: "\xff\xff\xff\xff", errorCode: 0xffffffff },
  ],
  [
    "RST_STREAM, three bytes",
    "000003 03 00 00000003 000008",
    { kind: "rst-stream", streamId: 3, length: 3, payload: "\0\0\x08", fault: "length", facts: ["badLength"] },
  ],
  [
    "RST_STREAM, empty, on stream 0",
    "000000 03 00 00000000",
    { kind: "rst-stream", fault: "length", facts: ["onStreamZero", "badLength"] },
  ],

  ["SETTINGS, empty", "000000 04 00 00000000", { kind: "settings" }],
  [
    "SETTINGS, two",
    "00000c 04 00 00000000 0003 00000064 0004 0000ffff",
    { kind: "settings", length: 12, payload: "\0\x03\0\0\0\x64\0\x04\0\0\xff\xff" },
  ],
  ["SETTINGS, ACK", "000000 04 01 00000000", { kind: "settings", flags: 1 }],
  [
    "SETTINGS, ACK with bytes",
    "000006 04 01 00000000 0003 00000064",
    { kind: "settings", flags: 1, length: 6, payload: "\0\x03\0\0\0\x64", fault: "length", facts: ["badLength"] },
  ],
  [
    "SETTINGS, not whole",
    "000005 04 00 00000000 0003 000000",
    { kind: "settings", length: 5, payload: "\0\x03\0\0\0", fault: "length", facts: ["badLength"] },
  ],
  [
    "SETTINGS on a stream, flag",
    "000000 04 02 00000001",
    { kind: "settings", flags: 2, streamId: 1, facts: ["unusedFlag", "connectionFrameOnStream"] },
  ],

  [
    "PUSH_PROMISE",
    "000005 05 04 00000001 00000002 82",
    { kind: "push-promise", flags: 4, streamId: 1, length: 5, payload: "\x82", promisedStreamId: 2 },
  ],
  [
    "PUSH_PROMISE, reserved bit of the promised stream",
    "000004 05 04 00000001 80000002",
    { kind: "push-promise", flags: 4, streamId: 1, length: 4, promisedStreamId: 2 },
  ],
  [
    "PUSH_PROMISE, padded",
    "000007 05 0c 00000001 01 00000002 82 00",
    { kind: "push-promise", flags: 12, streamId: 1, length: 7, payload: "\x82", padLength: 1, promisedStreamId: 2 },
  ],
  [
    "PUSH_PROMISE, padding into the promised stream",
    "000006 05 0c 00000001 02 00000002 00",
    {
      kind: "push-promise",
      flags: 12,
      streamId: 1,
      length: 6,
      payload: "\0\0\0\x02\0",
      padLength: 2,
      fault: "padding",
      facts: ["paddingTooLong"],
    },
  ],
  [
    "PUSH_PROMISE, three bytes",
    "000003 05 04 00000001 000002",
    { kind: "push-promise", flags: 4, streamId: 1, length: 3, payload: "\0\0\x02", fault: "length", facts: ["tooShort"] },
  ],
  [
    "PUSH_PROMISE, padded, four bytes",
    "000004 05 0c 00000001 00 000002",
    { kind: "push-promise", flags: 12, streamId: 1, length: 4, payload: "\0\0\0\x02", fault: "length", facts: ["tooShort"] },
  ],
  [
    "PUSH_PROMISE on stream 0, END_STREAM",
    "000004 05 05 00000000 00000002",
    { kind: "push-promise", flags: 5, length: 4, promisedStreamId: 2, facts: ["unusedFlag", "onStreamZero"] },
  ],

  ["PING", '000008 06 00 00000000 "pingpong"', { kind: "ping", length: 8, payload: "pingpong" }],
  ["PING, ACK", '000008 06 01 00000000 "pingpong"', { kind: "ping", flags: 1, length: 8, payload: "pingpong" }],
  [
    "PING, seven bytes",
    '000007 06 00 00000000 "pingpon"',
    { kind: "ping", length: 7, payload: "pingpon", fault: "length", facts: ["badLength"] },
  ],
  [
    "PING on a stream",
    '000008 06 00 00000007 "pingpong"',
    { kind: "ping", streamId: 7, length: 8, payload: "pingpong", facts: ["connectionFrameOnStream"] },
  ],

  [
    "GOAWAY",
    '00000a 07 00 00000000 80000005 00000002 "no"',
    { kind: "goaway", length: 10, payload: "no", lastStreamId: 5, errorCode: 2 },
  ],
  [
    "GOAWAY, seven bytes",
    "000007 07 00 00000000 00000005 000000",
    { kind: "goaway", length: 7, payload: "\0\0\0\x05\0\0\0", fault: "length", facts: ["badLength"] },
  ],
  [
    "GOAWAY on a stream, flag",
    "000008 07 80 00000001 00000000 00000000",
    { kind: "goaway", flags: 0x80, streamId: 1, length: 8, facts: ["unusedFlag", "connectionFrameOnStream"] },
  ],

  [
    "WINDOW_UPDATE of the connection",
    "000004 08 00 00000000 00000001",
    { kind: "window-update", length: 4, payload: "\0\0\0\x01", increment: 1 },
  ],
  [
    "WINDOW_UPDATE, reserved bit, largest",
    "000004 08 00 00000003 ffffffff",
    {
      kind: "window-update",
      streamId: 3,
      length: 4,
      payload: "\xff\xff\xff\xff",
      increment: 0x7fffffff,
      facts: ["incrementReserved"],
    },
  ],
  [
    "WINDOW_UPDATE of 0",
    "000004 08 00 00000003 00000000",
    { kind: "window-update", streamId: 3, length: 4, payload: "\0\0\0\0" },
  ],
  [
    "WINDOW_UPDATE, five bytes",
    "000005 08 00 00000000 0000000100",
    { kind: "window-update", length: 5, payload: "\0\0\0\x01\0", fault: "length", facts: ["badLength"] },
  ],

  ["CONTINUATION", "000001 09 04 00000001 82", { kind: "continuation", flags: 4, streamId: 1, length: 1, payload: "\x82" }],
  ["CONTINUATION, empty, on stream 0", "000000 09 00 00000000", { kind: "continuation", facts: ["onStreamZero"] }],
  [
    "CONTINUATION, END_STREAM, PADDED",
    "000001 09 0d 00000001 82",
    { kind: "continuation", flags: 13, streamId: 1, length: 1, payload: "\x82", facts: ["unusedFlag"] },
  ],

  ["ALTSVC", '000006 0a 00 00000000 0002 "abcd"', { kind: "altsvc", length: 6, payload: "\0\x02abcd" }],
  [
    "ALTSVC, origin too long",
    '000003 0a 00 00000000 0002 "a"',
    { kind: "altsvc", length: 3, payload: "\0\x02a", fault: "length" },
  ],
  ["ALTSVC, one byte", "000001 0a 00 00000000 00", { kind: "altsvc", length: 1, payload: "\0", fault: "length" }],
  ["ORIGIN", '000003 0c 00 00000000 0001 "a"', { kind: "origin", length: 3, payload: "\0\x01a" }],
  [
    "PRIORITY_UPDATE",
    '000007 10 00 00000000 80000003 "u=1"',
    { kind: "priority-update", length: 7, payload: "u=1", promisedStreamId: 3 },
  ],
  [
    "PRIORITY_UPDATE, three bytes",
    "000003 10 00 00000000 000003",
    { kind: "priority-update", length: 3, payload: "\0\0\x03", fault: "length" },
  ],
  [
    "unknown type, all flags",
    '000003 0b ff 00000000 "abc"',
    { kind: "unknown", type: 11, flags: 255, length: 3, payload: "abc" },
  ],
  ["type 255, reserved bit", "000000 ff 00 80000000", { kind: "unknown", type: 255, reserved: true, facts: ["reservedBit"] }],

  [
    "nothing of the frame before stays",
    '000006 01 24 00000005 80000003 0f 82 000001 01 04 00000005 83 000004 03 00 00000005 00000008 00000a 07 00 00000000 00000005 00000002 "no" 000004 08 00 00000000 00000009 000008 06 00 00000000 00*8',
    {
      kind: "headers",
      flags: 0x24,
      streamId: 5,
      length: 6,
      payload: "\x82",
      hasPriority: true,
      exclusive: true,
      dependency: 3,
      weight: 16,
    },
    { kind: "headers", flags: 4, streamId: 5, length: 1, payload: "\x83" },
    { kind: "rst-stream", streamId: 5, length: 4, payload: "\0\0\0\x08", errorCode: 8 },
    { kind: "goaway", length: 10, payload: "no", lastStreamId: 5, errorCode: 2 },
    { kind: "window-update", length: 4, payload: "\0\0\0\x09", increment: 9 },
    { kind: "ping", length: 8, payload: "\0\0\0\0\0\0\0\0" },
  ],
  [
    "a fault does not move the next frame",
    '000000 00 08 00000001 000003 06 00 00000000 "abc" 000000 04 01 00000000',
    { kind: "data", flags: 8, streamId: 1, fault: "length", facts: ["tooShort"] },
    { kind: "ping", length: 3, payload: "abc", fault: "length", facts: ["badLength"] },
    { kind: "settings", flags: 1 },
  ],
];

/** DATA over several packets is not kept. */
const withoutData = (frames: readonly Described[]): Described[] =>
  frames.map((f) => (f["kind"] === "data" ? Object.fromEntries(Object.entries(f).filter(([key]) => key !== "payload")) : f));

const sorted = (frames: readonly Described[]): Described[] =>
  frames.map((f) => (Array.isArray(f["facts"]) ? { ...f, facts: [...f["facts"]].sort() } : f));

const rows = cases.map(([about, hex, ...frames]) => ({ about, hex, frames }));

describe("frames", () => {
  it.each(rows)("$about", ({ hex, frames }) => {
    expect(decode([octets(hex)]).events).toEqual(frames);
  });

  it.each(rows)("however they are split: $about", ({ hex, frames }) => {
    const bytes = octets(hex);
    const whole = decode([bytes], { where: true }).frames;
    const borders = whole.map((f) => [f["first"] ?? 0, f["last"]]);
    for (const pieces of splits(bytes)) {
      const { events } = decode(pieces);
      expect(sorted(withoutData(events.filter((e) => typeof e !== "string")))).toEqual(sorted(withoutData(frames)));
      expect(events.every((e) => typeof e !== "string")).toBe(true);
      const placed = decode(pieces, { where: true }).frames;
      expect(placed.map((f) => [f["first"] ?? 0, f["last"]])).toEqual(borders);
      // The packet of an octet is the piece it came in.
      const packets = pieces.flatMap((piece, i) => Array.from(piece, () => i + 1));
      for (const f of placed)
        expect(f["packets"]).toBe(`${packets[(f["first"] ?? 0) as number]}-${packets[f["last"] as number]}`);
    }
  });

  it("have a kind for every type", () => {
    const known = [
      "data",
      "headers",
      "priority",
      "rst-stream",
      "settings",
      "push-promise",
      "ping",
      "goaway",
      "window-update",
      "continuation",
      "altsvc",
    ];
    const kinds = Array.from({ length: 256 }, (_, type) => decode([frame(type, 0, 1, "00*16")]).frames[0]!["kind"]);
    const expected = Array.from(
      { length: 256 },
      (_, type) => known[type] ?? { 12: "origin", 16: "priority-update" }[type] ?? "unknown",
    );
    expect(kinds).toEqual(expected);
  });

  it("keep the payload of DATA that came in one piece, whatever its head did", () => {
    const bytes = frame(0, 0, 1, '"abc"');
    expect(decode([bytes.subarray(0, 9), bytes.subarray(9)]).frames).toEqual([
      { kind: "data", streamId: 1, length: 3, payload: "abc" },
    ]);
  });
});

const ping = frame(6, 0, 0, '"pingpong"');
const settings = frame(4, 0, 0);
const ack = frame(4, 1, 0);
const data = frame(0, 1, 1, "61*20");
const headers = frame(1, 4, 1, "82*20");
const pinged = { kind: "ping", length: 8, payload: "pingpong" };
const acked = { kind: "settings", flags: 1 };
const cutData = { kind: "data", flags: 1, streamId: 1, length: 20, fault: "cut" };
const cutHeaders = { kind: "headers", flags: 4, streamId: 1, length: 20, fault: "cut" };

const gaps: [about: string, pieces: (Uint8Array | number)[], events: (Described | string)[]][] = [
  ["inside a payload: borders stay known", [data.subarray(0, 12), 10, data.subarray(22), ping], ["gap", cutData, pinged]],
  ["the end of a payload", [data.subarray(0, 12), 17, ping], ["gap", cutData, pinged]],
  ["a whole payload", [data.subarray(0, 9), 20, ping], ["gap", cutData, pinged]],
  ["twice in a payload", [headers.subarray(0, 12), 2, headers.subarray(14, 20), 9, ping], ["gap", "gap", cutHeaders, pinged]],
  [
    "the first bytes of a payload, then the rest",
    [headers.subarray(0, 9), 5, headers.subarray(14), ping],
    ["gap", cutHeaders, pinged],
  ],
  [
    "beyond a payload",
    [data.subarray(0, 12), 18, Buffer.concat([ping, ack])],
    ["gap", cutData, "lost", "found 0", pinged, acked],
  ],
  ["at a border", [ping, 9, Buffer.concat([ping, ack])], [pinged, "gap", "lost", "found 0", pinged, acked]],
  [
    "in a head",
    [data.subarray(0, 5), 4, data.subarray(9), Buffer.concat([ping, ack])],
    ["gap", "lost", "found 20", pinged, acked],
  ],
  ["before everything", [3, Buffer.concat([ping, ack])], ["gap", "lost", "found 0", pinged, acked]],
  [
    "while frames are looked for",
    [3, Buffer.from("what is this?"), 7, Buffer.concat([ping, ack])],
    ["gap", "lost", "gap", "found 13", pinged, acked],
  ],
  ["before a head that comes alone", [3, ping.subarray(0, 9), ping.subarray(9), ack], ["gap", "lost", "found 0", pinged, acked]],
  [
    "before a head in two pieces",
    [3, ping.subarray(0, 5), ping.subarray(5, 9), ping.subarray(9), ack],
    ["gap", "lost", "found 0", pinged, acked],
  ],
  [
    "before a head, and behind it",
    [3, ping.subarray(0, 9), 8, Buffer.concat([ping, ack])],
    ["gap", "lost", "gap", "found 9", pinged, acked],
  ],
  [
    "before a head that is none",
    [3, ping.subarray(0, 9), Buffer.from("more than the eight bytes"), Buffer.concat([ping, ack])],
    ["gap", "lost", "found 34", pinged, acked],
  ],
  [
    "before more than is kept",
    [3, frame(1, 4, 1, "82*600").subarray(0, 513), frame(1, 4, 1, "82*600").subarray(513), ping],
    ["gap", "lost", "found 609", pinged],
  ],
  [
    "found inside a segment",
    [3, Buffer.concat([Buffer.from("?????"), ping, ack, data])],
    ["gap", "lost", "found 5", pinged, acked, { kind: "data", flags: 1, streamId: 1, length: 20, payload: "a".repeat(20) }],
  ],
  ["one frame inside a segment is not enough", [3, Buffer.concat([Buffer.from("?????"), ping])], ["gap", "lost"]],
  [
    "frames split after they were found",
    [3, Buffer.concat([settings, data.subarray(0, 12)]), data.subarray(12)],
    ["gap", "lost", "found 0", { kind: "settings" }, { kind: "data", flags: 1, streamId: 1, length: 20 }],
  ],
  [
    "and lost again",
    [3, settings, 1, settings],
    ["gap", "lost", "found 0", { kind: "settings" }, "gap", "lost", "found 0", { kind: "settings" }],
  ],
  ["never found", [3, Buffer.from("nothing here looks like frames")], ["gap", "lost"]],
  ["the end inside a payload", [data.subarray(0, 12)], ["inFrame", cutData]],
  ["the end after a head", [data.subarray(0, 9)], ["inFrame", cutData]],
  ["the end inside a head", [ping, data.subarray(0, 8)], [pinged, "inFrame"]],
  ["the end in a gap", [headers.subarray(0, 12), 3], ["gap", "inFrame", cutHeaders]],
];

describe("gaps", () => {
  it.each(gaps)("%s", (_, pieces, events) => expect(decode(pieces).events).toEqual(events));

  it("leave the last byte that was captured as a frame's last", () => {
    const last = (pieces: (Uint8Array | number)[]) =>
      decode(pieces, { where: true }).frames.map((f) => [f["first"] ?? 0, f["last"], f["packets"]]);
    expect(last([data.subarray(0, 4), data.subarray(4, 9), 20])).toEqual([[0, 8, "1-2"]]);
    expect(last([data.subarray(0, 9)])).toEqual([[0, 8, "1-1"]]);
    expect(last([data.subarray(0, 12), data.subarray(12, 15), 14])).toEqual([[0, 14, "1-2"]]);
    expect(last([data.subarray(0, 12), 10, data.subarray(22)])).toEqual([[0, 28, "1-3"]]);
    expect(last([headers.subarray(0, 12), 10, headers.subarray(22)])).toEqual([[0, 28, "1-3"]]);
  });

  it("begin with lost borders where the start is unknown", () => {
    expect(decode([Buffer.concat([Buffer.from("xyz"), ping, ack])], { lost: true }).events).toEqual([
      "lost",
      "found 3",
      pinged,
      acked,
    ]);
  });
});

describe("frames too long to keep", () => {
  const long = frame(1, 4, 1, "82*2000");
  const limits = { frameOctets: 1500 };

  it("are cut, with one diagnostic, and the next is read", () => {
    const pieces = [long.subarray(0, 100), long.subarray(100, 1900), long.subarray(1900), ping];
    const { events, diagnostics } = decode(pieces, { limits });
    expect(events).toEqual([{ kind: "headers", flags: 4, streamId: 1, length: 2000, fault: "cut" }, pinged]);
    expect(diagnostics).toEqual([
      {
        code: "limit/frame",
        place: { in: "stream", file: 0, packet: 1, connection: 1, from: "client", offset: 0 },
        data: { length: 2000, limit: 1500 },
      },
    ]);
  });

  it("are whole where nothing has to be kept", () => {
    const { events, diagnostics } = decode([Buffer.concat([long, ping])], { limits });
    expect(events).toHaveLength(2);
    expect([events[1], diagnostics]).toEqual([pinged, []]);
    const big = frame(0, 0, 1, "61*2000");
    const split = decode([big.subarray(0, 1000), big.subarray(1000)], { limits });
    expect([split.frames, split.diagnostics]).toEqual([[{ kind: "data", streamId: 1, length: 2000 }], []]);
  });

  it("up to the limit are kept, in any pieces", () => {
    const payload = Buffer.from(Array.from({ length: 1500 }, (_, i) => i % 251));
    const bytes = frame(1, 4, 1, payload);
    for (const size of [1, 7, 100, 1024, 1400]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
      expect(decode(pieces, { limits }).frames[0]!["payload"]).toBe(payload.toString("latin1"));
    }
  });
});

describe("frames under way on several connections", () => {
  const limits = { ...defaultLimits, frameOctetsTotal: 1000 };
  const first = frame(1, 4, 1, "61*900");
  const at = (offset: number): Origin => Object.assign(origin(), { offset });

  function decoders(count: number) {
    const events: string[] = [];
    const codes: string[] = [];
    const reading = new FrameReading(
      limits,
      ({ code, place }) => void codes.push(`${code} ${"connection" in place && place.connection}`),
    );
    const all = Array.from({ length: count }, (_, i) => {
      const sink: FrameSink = {
        frame: (f) => void events.push(`${i} ${f.kind} ${f.fault ?? f.end - f.start} ${f.first.offset}-${f.last.offset}`),
        octetsLost() {},
        gap() {},
        lost() {},
        found() {},
        end() {},
      };
      const decoder = new FrameDecoder("client", i, sink, reading);
      return (from: number, to: number) => decoder.bytes(first, from, to, at(from));
    });
    return { all, events, codes, reading };
  }

  it("are not mixed up, though whole ones share an object", () => {
    const { all, events } = decoders(3);
    const [a, b, c] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
    a(0, 100);
    b(0, 5);
    c(0, first.length);
    b(5, 60);
    a(100, first.length);
    b(60, first.length);
    expect(events).toEqual(["2 headers 900 0-908", "0 headers 900 0-908", "1 headers 900 0-908"]);
  });

  it("are kept up to a limit in all, and those beyond are cut", () => {
    const { all, events, codes, reading } = decoders(3);
    const [a, b, c] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
    a(0, 709);
    expect(reading.keptOctets).toBe(700);
    b(0, 409);
    a(709, 909);
    expect(reading.keptOctets).toBe(0);
    c(0, 809);
    b(409, 909);
    c(809, 909);
    expect(events).toEqual(["0 headers 900 0-908", "1 headers cut 0-908", "2 headers 900 0-908"]);
    expect(codes).toEqual(["limit/unfinished-frames 1"]);
  });
});
