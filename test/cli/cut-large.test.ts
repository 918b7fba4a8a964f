// What `cut` leaves of a large capture in which a fault lies: at most a twentieth of it, and the same findings.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { writeGrpc } from "../../bench/generate.mjs";
import { analyze } from "../../src/analyze.ts";
import { PcapngWriter } from "../../src/capture/pcapng-writer.ts";
import { cut } from "../../src/cli/commands/cut.ts";
import type { Task } from "../../src/cli/task.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import { capture, haveCaptures, readAll } from "../capture/reading.ts";

const samples = fileURLToPath(new URL("../../samples/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "h2lint-cut-large-"));
const large = join(folder, "large.pcapng");
const target = join(folder, "cut.pcapng");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const surroundings = async (octets: number) => {
  writeGrpc(join(folder, "around.pcap"), octets);
  return timed(await readAll(readFileSync(join(folder, "around.pcap"))));
};

interface Timed {
  readonly time: bigint;
  readonly linkType: number;
  readonly octets: Uint8Array;
  readonly wireLength: number;
}

const timed = ({ packets }: Awaited<ReturnType<typeof readAll>>): Timed[] =>
  packets.map(({ time, linkType, octets, wireLength }) => {
    const [seconds = "0", nanos = "0"] = time.split(".");
    return { time: BigInt(seconds) * 1_000_000_000n + BigInt(nanos), linkType, octets: Buffer.from(octets, "hex"), wireLength };
  });

/** Both at once: the second begins in the middle of the first. */
function write(path: string, first: readonly Timed[], second: readonly Timed[]): void {
  const start = first[first.length >> 1]!.time - second[0]!.time;
  const all = [...first, ...second.map((packet) => ({ ...packet, time: packet.time + start }))];
  all.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block), { application: "test", comment: "" });
  const faces = new Map<number, number>();
  for (const { time, linkType, octets, wireLength } of all) {
    if (!faces.has(linkType)) faces.set(linkType, writer.interface({ linkType }));
    writer.packet(faces.get(linkType)!, time, octets, 0, octets.length, wireLength);
  }
  writeFileSync(path, Buffer.concat(blocks));
}

async function findingsIn(path: string): Promise<FindingEvent[]> {
  const found: FindingEvent[] = [];
  for await (const event of analyze([path])) if (event.kind === "finding") found.push(event);
  return found;
}

const judged = (findings: readonly FindingEvent[]): string[] =>
  findings
    .map(({ rule, severity, certainty, consequent, stream, count, fingerprint, reaction: { verdict, kind, errorCode } }) =>
      JSON.stringify([rule, severity, certainty, consequent, stream, count, fingerprint, verdict, kind, errorCode]),
    )
    .sort();

const around = await surroundings(1 << 20);

/** @returns How many findings were looked at. */
async function leavesTheFault(path: string): Promise<number> {
  const file = readFileSync(path);
  // A fault of some size lies in a capture of some size.
  const wide = file.length * 25 <= 1 << 20 ? around : await surroundings(file.length * 25);
  write(large, wide, timed(await readAll(file)));
  const faults = (await findingsIn(large)).filter(({ severity }) => severity === "error");
  const places = new Map(faults.map(({ connection, stream }) => [`${connection} ${stream}`, { connection, stream }]));
  for (const { connection, stream } of places.values()) {
    // What else an invocation has does not matter here.
    await cut({
      operands: [large],
      outputs: [target],
      only: { connection, stream },
      quiet: true,
      engine: "fast",
      keys: [],
      session: "one",
    } as unknown as Task);
    const of = (found: readonly FindingEvent[], of: number) =>
      judged(found.filter((finding) => finding.connection === of && finding.stream === stream && finding.severity === "error"));
    expect(of(await findingsIn(target), 1)).toEqual(of(faults, connection));
    expect(statSync(target).size / statSync(large).size).toBeLessThan(0.05);
  }
  return faults.length;
}

it("what lies around it has no fault", async () => {
  expect((await findingsIn(join(folder, "around.pcap"))).filter(({ severity }) => severity === "error")).toEqual([]);
});

it.each(readdirSync(samples).filter((name) => /^(?:h2spec|volo-0\.9).*\.pcap$/.test(name)))("%s", async (name) => {
  expect(await leavesTheFault(samples + name)).toBeGreaterThan(0);
});

describe.skipIf(!haveCaptures)("labelled captures", () => {
  interface Label {
    readonly file: string;
    readonly expect: readonly unknown[];
  }
  const labels = haveCaptures ? (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[]) : [];
  const faulty = labels.filter(({ expect: due, file }) => due.length > 0 && /\.pcap$/.test(file)).map(({ file }) => file);
  // All of them take minutes: CUT_EVERY=1.
  const every = Number(process.env["CUT_EVERY"] ?? 100);
  const some = faulty.filter((_, i) => i % every === 7 % every);

  it.each(some)("%s", async (name) => {
    await leavesTheFault(capture(name));
  });
});
