// The segments in every link layer, tunnel and set of fragments that test/net builds equal those tshark reads from the same octets.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeAll, type Sent } from "../net/decoding.ts";
import { ethernet, fragments4, fragments6, ipv4, tcp, udp } from "../net/packets.ts";
import { four, wrappings } from "../net/wrappings.ts";
import { tsharkVersion } from "./tshark.ts";

type Case = Required<Pick<Sent, "octets" | "linkType">>;

/** A pcapng file: an interface per link type, a microsecond between packets. */
function pcapng(packets: readonly Case[]): Buffer {
  const block = (type: number, body: Buffer) => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const head = Buffer.alloc(8);
    const tail = Buffer.alloc(4);
    head.writeUInt32LE(type, 0);
    head.writeUInt32LE(padded.length + 12, 4);
    tail.writeUInt32LE(padded.length + 12, 0);
    return Buffer.concat([head, padded, tail]);
  };
  const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const linkTypes = [...new Set(packets.map(({ linkType }) => linkType))];
  return Buffer.concat([
    block(0x0a0d0d0a, words(0x1a2b3c4d, 1, 0xffffffff, 0xffffffff)),
    ...linkTypes.map((linkType) => block(1, words(linkType, 0))),
    ...packets.map(({ octets, linkType }, index) => {
      const bytes = Buffer.from(octets, "hex");
      const head = words(linkTypes.indexOf(linkType), 0, 1_000_000 + index, bytes.length, bytes.length);
      return block(6, Buffer.concat([head, bytes]));
    }),
  ]);
}

/** Per packet: number, ports, sequence and acknowledgment numbers, flags, window, payload. */
function shark(packets: readonly Case[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-wrappings-"));
  try {
    const file = join(folder, "packets.pcapng");
    writeFileSync(file, pcapng(packets));
    const fields = [
      "frame.number",
      ...["srcport", "dstport", "seq_raw", "ack_raw", "flags", "window_size_value", "payload"].map((f) => `tcp.${f}`),
    ];
    const preferences = ["tcp.desegment_tcp_streams:FALSE", "tcp.analyze_sequence_numbers:FALSE"];
    const { status, stdout, stderr } = spawnSync(
      "tshark",
      [
        "-n",
        "-r",
        file,
        "-Y",
        "tcp",
        "-T",
        "fields",
        ...preferences.flatMap((p) => ["-o", p]),
        ...fields.flatMap((f) => ["-e", f]),
      ],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`tshark ended with ${status}: ${stderr}`);
    return stdout.trimEnd().split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ours(packets: readonly Case[]): string[] {
  // tshark shows copies too.
  const { segments } = decodeAll(packets, 1, { duplicateTime: -1 });
  return segments.map(({ packet, from, to, seq, ack, flags, window, payload }) => {
    const [source, target] = [from, to].map((end) => end.slice(end.lastIndexOf(":") + 1));
    return [packet, source, target, seq >>> 0, ack >>> 0, `0x${flags.toString(16).padStart(4, "0")}`, window, payload].join("\t");
  });
}

const content = tcp(Array.from({ length: 200 }, (_, i) => i.toString(16).padStart(2, "0")).join(""));
const fragmented: readonly (readonly [string, readonly string[]])[] = [
  ["IPv4 in order", fragments4(content, 48, { id: 11 }).map((p) => ethernet(0x0800, p))],
  [
    "IPv4 backwards",
    fragments4(content, 48, { id: 12 })
      .map((p) => ethernet(0x0800, p))
      .reverse(),
  ],
  ["IPv6 in order", fragments6(content, 48, 13).map((p) => ethernet(0x86dd, p))],
  [
    "IPv6 backwards",
    fragments6(content, 48, 14)
      .map((p) => ethernet(0x86dd, p))
      .reverse(),
  ],
  [
    "a tunnel",
    fragments4(udp(4789, `0800000000002a00${ethernet(0x0800, four)}`), 48, { id: 15, protocol: 17 }).map((p) =>
      ethernet(0x0800, p),
    ),
  ],
  [
    "in a tunnel",
    fragments4(content, 48, { id: 16 }).map((p) => ethernet(0x0800, ipv4(`00000800${p}`, { protocol: 47, id: 17 }))),
  ],
  [
    "without the last one",
    fragments4(content, 48, { id: 18 })
      .map((p) => ethernet(0x0800, p))
      .slice(0, -1),
  ],
];

const version = tsharkVersion();

describe.skipIf(version === undefined)(`segments equal those of ${version ?? "tshark, which is not installed"}`, () => {
  it("in wrappings", () => {
    const both = wrappings.filter(({ notInTshark }) => notInTshark === undefined);
    const rows = shark(both);
    const named = (all: readonly string[]) => all.map((row) => `${both[Number.parseInt(row, 10) - 1]!.name}: ${row}`);
    expect(named(ours(both))).toEqual(named(rows));
    expect(rows.length).toBe(both.length);
  });

  it("that it does not read are not many", () => {
    const alone = wrappings.filter(({ notInTshark }) => notInTshark !== undefined);
    expect(alone.filter((wrapping) => shark([wrapping]).join() === ours([wrapping]).join()).map(({ name }) => name)).toEqual([]);
    expect(alone.length).toBeLessThan(wrappings.length / 6);
  });

  it("in fragments", () => {
    const packets = fragmented.flatMap(([, octets]) => octets.map((one) => ({ octets: one, linkType: 1 })));
    const rows = shark(packets);
    expect(ours(packets)).toEqual(rows);
    expect(rows.length).toBe(fragmented.length - 1);
  });
});
