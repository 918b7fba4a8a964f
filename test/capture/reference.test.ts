import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { openCapture } from "../../src/capture/open.ts";
import { defaultLimits } from "../../src/limits.ts";
import { pcap } from "./building.ts";
import { captureName, capturesIn, readAll, readInEverySplit } from "./reading.ts";

const records = Array.from({ length: 40 }, (_, index) => ({
  seconds: 1_700_000_000 + (index % 7),
  fraction: index * 999,
  octets: "c3".repeat(index * 13),
  wireLength: index * 13 + (index % 3),
}));

test.each([
  ["little-endian", {}],
  ["big-endian", { big: true }],
  ["another link type", { network: 0x00000065 }],
])("equals the fast reader: %s", async (_, options) => {
  const bytes = pcap(options, records);
  expect((await readAll(bytes)).packets.length).toBe(40);
  expect(await readInEverySplit(bytes, { engine: "reference" })).toEqual(await readAll(bytes));
});

// On every microsecond capture that is at hand. Tells by content, as the label of a file may be wrong.
const captures = ["volo", "h2spec", "grpc", "http2", "tls", "wrapped"]
  .flatMap((folder) => capturesIn(folder, /\.pcap\d?$/))
  .filter((path) => /^(d4c3b2a1|a1b2c3d4)/.test(readFileSync(path).toString("hex", 0, 4)));

describe.skipIf(captures.length === 0)(
  captures.length === 0 ? "no captures beside the project" : "equals the fast reader",
  () => {
    test.each(captures.map((path) => [captureName(path), path]))("%s", async (name, path) => {
      const bytes = readFileSync(path);
      const fast = await readAll(bytes);
      const reference = await readAll(bytes, { engine: "reference", step: 30_000 });
      // Both report a cut last record; only the fast reader makes a packet of what is there of it.
      const cut = name === "wrapped/d-viol-truncated-record.pcap" ? 1 : 0;
      expect(reference).toEqual({ ...fast, packets: fast.packets.slice(0, fast.packets.length - cut) });
      expect(fast.diagnostics.length).toBe(cut);
    });
  },
);

describe("what is left over is reported", () => {
  const [a, b] = [{ octets: "aa".repeat(20) }, { octets: "bb".repeat(20) }];
  test.each<[string, Buffer, string[], object[]]>([
    ["inside a record header", pcap({}, [a, b]).subarray(0, 24 + 36 + 5), [a.octets], [{ offset: 60, missing: 11 }]],
    ["inside a record", pcap({}, [a, b]).subarray(0, 24 + 36 + 30), [a.octets], [{ offset: 60, missing: 6 }]],
    ["after a length that lies", pcap({}, [a, { ...b, length: 50_000 }, a]), [a.octets], [{ offset: 60, missing: 50_000 - 56 }]],
    [
      "after a length of 4 GiB",
      pcap({}, [a, { ...b, length: 0xffffffff }, a]),
      [a.octets],
      [{ offset: 60, missing: 0xffffffff - 56 }],
    ],
  ])("%s", async (_, bytes, octets, left) => {
    const { packets, diagnostics } = await readAll(bytes, { engine: "reference" });
    expect(packets.map((packet) => packet.octets)).toEqual(octets);
    expect(diagnostics.map(({ code, data }) => ({ code, ...data }))).toEqual(
      left.map((data) => ({ code: "capture/cut-record", ...data })),
    );
  });

  test("a length above the limit ends the reading, not the memory", async () => {
    let given = 0;
    const endless = Buffer.alloc(1 << 20, 1);
    pcap({}, [{ octets: "", length: 0x7fffffff }]).copy(endless);
    const source = {
      name: "endless",
      async read(into: Uint8Array) {
        given += into.length;
        if (given > 1 << 28) throw new Error("it reads on and on");
        into.set(endless.subarray(0, into.length));
        return Math.min(into.length, endless.length);
      },
      async close() {},
    };
    const context = { file: 0, clock: new Clock(), limits: defaultLimits, diagnostics: () => {}, engine: "reference" } as const;
    const reader = await openCapture(source, context);
    while (await reader.readBlock({ packet() {} }));
    expect(given).toBeLessThanOrEqual(2 << 20);
  });
});
