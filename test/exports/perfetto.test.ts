// The trace, read by Perfetto's published schema.
import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import { afterAll, describe, expect, it } from "vitest";
import { EventType, PacketWriter, Word } from "../../src/report/perfetto/packet-writer.ts";
import { exported, PATHS, Scratch, twentyCallsCapture, volo } from "./exporting.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const schema = protobuf.parse(readFileSync(new URL("perfetto.proto", import.meta.url), "utf8"), { keepCase: true });
const traceType = schema.root.lookupType("perfetto.protos.Trace");

interface Packet {
  readonly timestamp?: number;
  readonly trusted_packet_sequence_id: number;
  readonly sequence_flags: number;
  readonly track_descriptor?: {
    readonly uuid: number;
    readonly name?: string;
    readonly parent_uuid?: number;
    readonly process?: { readonly pid: number; readonly process_name: string };
    readonly counter?: { readonly unit_name: string };
  };
  readonly interned_data?: Readonly<
    Partial<Record<"event_names" | "debug_annotation_names", readonly { iid: number; name: string }[]>>
  >;
  readonly track_event?: {
    readonly type: string;
    readonly name_iid?: number;
    readonly name?: string;
    readonly track_uuid: number;
    readonly counter_value?: number;
    readonly flow_ids?: readonly number[];
    readonly terminating_flow_ids?: readonly number[];
    readonly debug_annotations?: readonly { name_iid: number; uint_value?: number; string_value?: string }[];
  };
}

interface Told {
  readonly type: string;
  readonly track: string;
  readonly time: number;
  readonly name: string;
  readonly about: Readonly<Record<string, number | string | undefined>>;
  readonly value: number | undefined;
  readonly flow: number | undefined;
  readonly ends: number | undefined;
}

/** Reads it as Perfetto does: packet by packet, with the names of before. */
function read(octets: Uint8Array): Told[] {
  const whole = traceType.decode(octets);
  const { packet: packets = [] } = traceType.toObject(whole, { longs: Number, enums: String }) as { packet?: readonly Packet[] };
  expect(traceType.decode(traceType.encode(whole).finish())).toEqual(whole);
  const names = new Map<number, string>();
  const labels = new Map<number, string>();
  const tracks = new Map<number, string>();
  const told: Told[] = [];
  for (const [i, packet] of packets.entries()) {
    const { track_descriptor: track, track_event: event, interned_data: data, timestamp = -1 } = packet;
    expect([packet.trusted_packet_sequence_id, packet.sequence_flags]).toEqual([1, i === 0 ? 3 : 2]);
    for (const { iid, name } of data?.event_names ?? []) names.set(iid, name);
    for (const { iid, name } of data?.debug_annotation_names ?? []) labels.set(iid, name);
    if (track !== undefined) {
      if (track.parent_uuid !== undefined) expect(tracks.has(track.parent_uuid)).toBe(true);
      tracks.set(track.uuid, track.process?.process_name ?? track.name!);
    }
    if (event === undefined) continue;
    const about = (event.debug_annotations ?? []).map((one) => [labels.get(one.name_iid), one.string_value ?? one.uint_value]);
    told.push({
      ...{
        type: event.type,
        track: tracks.get(event.track_uuid)!,
        time: timestamp,
        name: event.name ?? names.get(event.name_iid ?? 0) ?? "",
      },
      ...{ about: Object.fromEntries(about) as Told["about"], value: event.counter_value },
      ...{ flow: event.flow_ids?.[0], ends: event.terminating_flow_ids?.[0] },
    });
  }
  // Every slice is closed, on its own track, and none before it began.
  const open = new Map<string, number>();
  for (const { type, track, time } of told) {
    expect(time).toBeGreaterThanOrEqual(0);
    if (type === "TYPE_SLICE_BEGIN") {
      expect(open.has(track)).toBe(false);
      open.set(track, time);
    } else if (type === "TYPE_SLICE_END") {
      expect(time).toBeGreaterThanOrEqual(open.get(track)!);
      open.delete(track);
    }
  }
  expect(open.size).toBe(0);
  return told;
}

async function traceOf(name: string, capture: string, only = {}): Promise<Told[]> {
  const path = scratch.path(`${name}.perfetto-trace`);
  await exported("perfetto", path, [capture], { only });
  return read(readFileSync(path));
}

it("shows the Volo case: the call, its frames, the windows, and an arrow from the fault to the answer", async () => {
  const told = await traceOf("volo", volo);
  const slices = told.filter(({ type }) => type === "TYPE_SLICE_BEGIN");
  expect(slices).toMatchObject([
    { name: "/helloworld.Greeter/SayHello", track: "streams, lane 1", about: { stream: 1, method: "POST" } },
  ]);
  expect(told.find(({ type }) => type === "TYPE_SLICE_END")).toMatchObject({ about: { end: "killed-by-goaway" } });
  expect(
    told.filter(({ type, track }) => type === "TYPE_INSTANT" && track === "streams, lane 1").map(({ name }) => name),
  ).toEqual(["-> DATA", "-> HEADERS"]);
  const [fault, answer] = told.filter(({ track }) => track === "findings and answers");
  expect(fault).toMatchObject({ name: "grpc/request-trailers", flow: 1, about: { packet: 11, severity: "error" } });
  expect(answer).toMatchObject({ name: "GOAWAY PROTOCOL_ERROR", ends: 1, about: { packet: 13 } });
  expect(answer!.time - fault!.time).toBe(420_000);
  const windows = told.filter(({ type, track }) => type === "TYPE_COUNTER" && track === "window that limits the client");
  expect(windows.length).toBeGreaterThan(0);
});

it("shows twenty calls, without credentials, and only those that are chosen", async () => {
  const capture = scratch.file("calls.pcap", twentyCallsCapture());
  const told = await traceOf("calls", capture);
  const slices = told.filter(({ type }) => type === "TYPE_SLICE_BEGIN");
  expect(slices.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, (_, i) => PATHS[i % 3]));
  expect(told.filter(({ name }) => name === "<- RST_STREAM").map(({ about }) => about["error_code"])).toEqual([
    "REFUSED_STREAM",
    "PROTOCOL_ERROR",
  ]);
  expect(readFileSync(scratch.path("calls.perfetto-trace"), "latin1")).not.toContain("very-secret");
  const one = await traceOf("one", capture, { stream: 7 });
  expect(one.filter(({ type }) => type === "TYPE_SLICE_BEGIN").map(({ about }) => about["stream"])).toEqual([7]);
});

describe("a packet", () => {
  it("holds numbers and texts of any size", () => {
    const pieces: Uint8Array[] = [];
    const writer = new PacketWriter((octets) => pieces.push(Uint8Array.from(octets)));
    writer.track(7_000_000_000, "π", { pid: 7 });
    writer.track(1, "window", { parent: 7_000_000_000, unit: "bytes" });
    for (const value of [0, 127, 128, 2 ** 40, -1, -(2 ** 40)]) writer.counter(1, 2 ** 52, value);
    const long = "é".repeat(300_000);
    writer.event(EventType.instant, 1, 5, "name", [
      ["text", long],
      ["none", undefined],
      ["number", 2 ** 52],
    ]);
    writer.end();
    const told = read(Buffer.concat(pieces));
    expect(told.map(({ value }) => value)).toEqual([0, 127, 128, 2 ** 40, -1, -(2 ** 40), undefined]);
    expect(told.at(-1)).toMatchObject({ time: 5, name: "name", about: { text: long, number: 2 ** 52 } });
  });

  it("keeps no more than 10,000 names, and has all of them", () => {
    const pieces: Uint8Array[] = [];
    const writer = new PacketWriter((octets) => pieces.push(Uint8Array.from(octets)));
    writer.track(1, "lane", {});
    const label = new Word("text");
    const names = Array.from({ length: 10_050 }, (_, i) => `/path/${i}`);
    for (const [i, name] of [...names, names[7]!, names[10_020]!].entries()) {
      // What does not fit where lengths have one octet, and what is no ASCII.
      const value = i % 3 === 0 ? "é" : i % 3 === 1 ? "x".repeat(200) : "OK";
      writer.slice(EventType.begin, 1, i, new Word(name), [{ label, value }]);
      writer.slice(EventType.end, 1, i, undefined, [{ label, value: undefined }]);
    }
    writer.end();
    const octets = Buffer.concat(pieces);
    const begun = read(octets).filter(({ type }) => type === "TYPE_SLICE_BEGIN");
    expect(begun.map(({ name }) => name)).toEqual([...names, names[7], names[10_020]]);
    expect(begun.slice(0, 3).map(({ about }) => about["text"])).toEqual(["é", "x".repeat(200), "OK"]);
    // Each is written in full once, and those beyond each time.
    const written = (text: string) => octets.toString("latin1").split(text).length - 1;
    expect([written("/path/9999"), written("/path/10020")]).toEqual([1, 2]);
  });
});
