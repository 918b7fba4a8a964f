// The annotated capture, read back by h2lint's own reader; test/extra has Wireshark's.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { openCapture } from "../../src/capture/open.ts";
import { Packet } from "../../src/capture/packet.ts";
import { PcapngWriter } from "../../src/capture/pcapng-writer.ts";
import { fileSource } from "../../src/capture/source.ts";
import { defaultLimits } from "../../src/limits.ts";
import { SpooledPackets } from "../../src/report/annotated/spooled-packets.ts";
import { exported, Scratch, twentyCallsCapture, volo } from "./exporting.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

interface Read {
  readonly time: string;
  readonly octets: string;
  readonly wireLength: number;
  readonly linkType: number;
  readonly interface: number;
  readonly comment: string | undefined;
}

async function packetsOf(path: string): Promise<{ packets: Read[]; secrets: string[] }> {
  const clock = new Clock();
  const packets: Read[] = [];
  const secrets: string[] = [];
  const reader = await openCapture(fileSource(path), {
    ...{ file: 0, clock, limits: defaultLimits, engine: "fast" },
    diagnostics: ({ code }) => expect(code).toBe(""),
    secrets: { secrets: (_, bytes, start, end) => void secrets.push(Buffer.from(bytes.subarray(start, end)).toString()) },
  });
  const sink = {
    packet({ time, bytes, start, end, wireLength, linkType, interface: on, comment }: Packet) {
      const octets = Buffer.from(bytes.subarray(start, end)).toString("hex");
      packets.push({ time: clock.text(time), octets, wireLength, linkType, interface: on, comment });
    },
  };
  while (await reader.readBlock(sink));
  await reader.close();
  return { packets, secrets };
}

const bare = ({ comment: _, ...packet }: Read) => packet;

describe("the Volo case", () => {
  it("has its packets as they were, with the fault, its answer and what it is about on them", async () => {
    const path = scratch.path("volo.pcapng");
    await exported("annotated", path, [volo]);
    const { packets } = await packetsOf(path);
    expect(packets.map(bare)).toEqual((await packetsOf(volo)).packets.map(bare));
    const comments = packets.flatMap(({ comment }, i) => (comment === undefined ? [] : [[i + 1, comment] as const]));
    expect(comments.map(([packet]) => packet)).toEqual([8, 11, 13, 17]);
    expect(comments[0]![1]).toBe("h2lint: opened the stream (see grpc/request-trailers at packet 11)");
    expect(comments[1]![1]).toMatch(/^h2lint: error grpc\/request-trailers: .* - answered by packet 13 \(GOAWAY PROTOCOL_ERROR /);
    expect(comments[2]![1]).toMatch(/^h2lint: answer to grpc\/request-trailers at packet 11: GOAWAY PROTOCOL_ERROR "received/);
  });

  it("is judged the same when it is read again, and says more only where it is asked again", async () => {
    const [once, twice] = [scratch.path("once.pcapng"), scratch.path("twice.pcapng")];
    const before = await exported("annotated", once, [volo]);
    const after = await exported("annotated", twice, [once]);
    const judged = (events: typeof before) =>
      events.flatMap((event) => (event.kind === "finding" ? [[event.rule, event.frame.packet, event.reaction.verdict]] : []));
    expect(judged(after)).toEqual(judged(before));
    const { packets } = await packetsOf(twice);
    expect(packets[10]!.comment!.split("\n")).toHaveLength(2);
  });
});

describe("several captures", () => {
  it("become one, by time, with an interface each; packets are called by their place in it", async () => {
    const octets = readFileSync(volo);
    const { packets } = await packetsOf(volo);
    const halves = [0, 1].map((half) => {
      const blocks: Uint8Array[] = [];
      const writer = new PcapngWriter((block) => blocks.push(block), { application: "test", comment: "half" });
      writer.interface({ linkType: packets[0]!.linkType, name: `eth${half}`, filter: "tcp", os: "Linux" });
      for (const [i, packet] of packets.entries()) {
        if (i % 2 !== half) continue;
        const [seconds, nanos] = packet.time.split(".") as [string, string];
        const bytes = Buffer.from(packet.octets, "hex");
        writer.packet(0, BigInt(seconds) * 1_000_000_000n + BigInt(nanos), bytes, 0, bytes.length, packet.wireLength);
      }
      return scratch.file(`half${half}.pcapng`, Buffer.concat(blocks));
    });
    const path = scratch.path("merged.pcapng");
    const events = await exported("annotated", path, halves);
    const merged = (await packetsOf(path)).packets;
    expect(merged.map(({ octets: one }) => one)).toEqual(packets.map(({ octets: one }) => one));
    expect(merged.map(({ interface: on }) => on)).toEqual(packets.map((_, i) => i % 2));
    expect(merged[10]!.comment).toMatch(/ - answered by packet 13 \(packet 7 of .*half0\.pcapng\)/);
    expect(octets.length).toBeGreaterThan(0);
    // The interfaces are still described as they were.
    const summary = (await exported("annotated", scratch.path("again.pcapng"), [path])).at(-1);
    expect(summary).toMatchObject({
      captures: [{ interfaces: [0, 1].map((half) => ({ name: `eth${half}`, filter: "tcp", os: "Linux", linkType: 1 })) }],
    });
    expect(events.some(({ kind }) => kind === "finding")).toBe(true);
  });
});

describe("what is kept and what is not", () => {
  it("unpacks what is compressed", async () => {
    const path = scratch.path("unpacked.pcapng");
    await exported("annotated", path, [scratch.file("calls.pcap.gz", gzipSync(twentyCallsCapture()))]);
    const plain = await packetsOf(scratch.file("calls.pcap", twentyCallsCapture()));
    const { packets } = await packetsOf(path);
    expect(packets.map(bare)).toEqual(plain.packets.map(bare));
    expect(packets.flatMap(({ comment }) => comment ?? []).join()).toMatch(/h2lint: symptom: RST_STREAM PROTOCOL_ERROR/);
  });

  it.each([false, true])("keeps key logs only if asked: %s", async (showSecrets) => {
    const log = `CLIENT_RANDOM ${"ab".repeat(32)} ${"cd".repeat(48)}\n`;
    const blocks: Uint8Array[] = [];
    const writer = new PcapngWriter((block) => blocks.push(block), { application: "test", comment: "keys" });
    writer.keyLog(Buffer.from(log));
    const { packets } = await packetsOf(volo);
    const on = writer.interface({ linkType: packets[0]!.linkType });
    for (const { octets } of packets) {
      const bytes = Buffer.from(octets, "hex");
      writer.packet(on, 1_766_400_000_000_000_000n, bytes, 0, bytes.length, bytes.length);
    }
    const path = scratch.path(`keys-${showSecrets}.pcapng`);
    await exported("annotated", path, [scratch.file("keys.pcapng", Buffer.concat(blocks))], { showSecrets });
    expect((await packetsOf(path)).secrets).toEqual(showSecrets ? [log] : []);
  });

  it("annotates only what is chosen, and keeps every packet", async () => {
    const path = scratch.path("chosen.pcapng");
    await exported("annotated", path, [volo], { only: { connection: 2 } });
    const { packets } = await packetsOf(path);
    expect(packets).toHaveLength(19);
    expect(packets.every(({ comment }) => comment === undefined)).toBe(true);
  });

  it("replaces none of its captures, and leaves nothing behind", async () => {
    const path = scratch.file("own.pcapng", readFileSync(volo));
    await expect(exported("annotated", path, [path])).rejects.toThrow(/is one of the captures/);
    expect(readFileSync(path).equals(readFileSync(volo))).toBe(true);
    expect(readdirSync(scratch.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("packets on their way", () => {
  it("come back whole, however long they are and wherever a piece of the file ends", () => {
    let kept = Buffer.alloc(0);
    let step = 1;
    const spool = {
      write: (octets: Uint8Array) => void (kept = Buffer.concat([kept, octets])),
      // Now less, now more.
      read: (into: Uint8Array, start: number, at: number) => {
        step = (step * 7919) % 100_003;
        const piece = kept.subarray(at, at + Math.min(into.length - start, step + 1));
        into.set(piece, start);
        return piece.length;
      },
      close() {},
    };
    const clock = new Clock();
    clock.at(1_766_400_000, 5);
    const spooled = new SpooledPackets(spool, clock);
    const lengths = [0, 1, 3, 4, 70_000, 1_500_000, 2_500_000, 5, 60];
    for (const [i, length] of lengths.entries()) {
      const packet = Object.assign(new Packet(), { file: i % 2, number: i + 1, time: i, end: length, wireLength: length });
      packet.bytes = new Uint8Array(length).fill(i + 1);
      spooled.packet(packet);
    }
    const seen: unknown[] = [];
    spooled.drain((file, number, buffer, start, end) => {
      const length = buffer.readUInt32LE(start + 20);
      expect([buffer.readUInt32LE(start + 4), buffer.readUInt32LE(end - 4)]).toEqual([end - start, end - start]);
      const body = buffer.subarray(start + 28, start + 28 + length);
      seen.push([file, number, length, body.every((octet) => octet === number)]);
    });
    expect(seen).toEqual(lengths.map((length, i) => [i % 2, i + 1, length, true]));
  });
});
