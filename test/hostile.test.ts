// What is sent to make a reader of captures hang, run out of memory or tell lies: it ends, says what it did not read, keeps its findings
// few and its memory flat. The captures are written while they are read. `npm run fuzz`: ten times as much, against the usual limits.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { analyze } from "../src/analyze.ts";
import type { Source } from "../src/capture/source.ts";
import type { Limits } from "../src/limits.ts";
import { checkReport } from "../src/report/check.ts";
import type { DiagnosticEvent, FindingEvent, ReportEvent } from "../src/report/event.ts";
import { githubReport } from "../src/report/github.ts";
import { gitlabReport } from "../src/report/gitlab.ts";
import { jsonReport, ndjsonReport } from "../src/report/json.ts";
import { junitReport } from "../src/report/junit.ts";
import { markdownReport } from "../src/report/markdown.ts";
import { endAtOnce, type Output, type Report } from "../src/report/report.ts";
import { sarifReport } from "../src/report/sarif.ts";
import { rules } from "../src/rules/index.ts";
import { frameOctets, literals, u32 } from "../src/testing/octets.ts";
import { fuzzing } from "./fuzzing.ts";
import { captures } from "./hostile/captures.ts";
import { ACK, FIN, ipv4, Link, noise, pcap } from "./hostile/writing.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void; // the flag has just put it there

const limits: Partial<Limits> = fuzzing
  ? {}
  : {
      ...{ flows: 4096, streams: 2000, outOfOrderOctets: 1 << 20, undecidedTotal: 2 << 20, fieldBlockOctets: 1 << 20 },
      ...{ fragmentOctets: 1 << 20, fragmentDatagrams: 512 },
    };

/** Octets of heap that may be held beyond what was held before. */
const HEAP = fuzzing ? 1600e6 : 100e6;

/** Reads what is written, and measures what is held on the way. */
class Written implements Source {
  readonly name = "hostile";
  held = 0;
  readonly #chunks: Iterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #reads = 0;
  /** Collecting garbage is slow: not each time. */
  #next = 16;

  constructor(chunks: Iterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.iterator]();
  }

  async read(into: Uint8Array): Promise<number> {
    if (++this.#reads >= this.#next) {
      this.measure();
      this.#next *= 1.5;
    }
    while (this.#chunk.length === 0) {
      const next = this.#chunks.next();
      if (next.done === true) return 0;
      this.#chunk = next.value;
    }
    const length = Math.min(into.length, this.#chunk.length);
    into.set(this.#chunk.subarray(0, length));
    this.#chunk = this.#chunk.subarray(length);
    return length;
  }

  measure(): void {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    this.held = Math.max(this.held, heapUsed + arrayBuffers);
  }

  async close(): Promise<void> {
    this.measure();
  }
}

interface Survived {
  readonly findings: FindingEvent[];
  readonly diagnostics: DiagnosticEvent[];
  readonly counts: ReadonlyMap<string, number>;
  readonly last: ReportEvent | undefined;
}

async function survive(chunks: Iterable<Uint8Array>): Promise<Survived> {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const source = new Written(chunks);
  const findings: FindingEvent[] = [];
  const diagnostics: DiagnosticEvent[] = [];
  const counts = new Map<string, number>();
  let last: ReportEvent | undefined;
  for await (const event of analyze([source], { limits })) {
    last = event;
    if (event.kind === "diagnostic") diagnostics.push(event);
    if (event.kind !== "finding") continue;
    const key = `${event.connection} ${event.rule}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    if (findings.length < 1000) findings.push(event);
  }
  expect(last?.kind, "the last event").toBe("summary");
  expect(source.held - heapUsed - arrayBuffers, "bytes held").toBeLessThan(HEAP);
  return { findings, diagnostics, counts, last };
}

const codes = (diagnostics: readonly DiagnosticEvent[]): Set<string> => new Set(diagnostics.map(({ code }) => code));

describe("traffic", () => {
  it.each(Object.entries(captures))("%s", { timeout: 600_000 }, async (_, { octets, told = [], found = [] }) => {
    const { findings, diagnostics, counts } = await survive(octets());
    // Folded: a hundred of a rule on a connection, and one of each kind beyond.
    expect(Math.max(0, ...counts.values())).toBeLessThan(130);
    expect([...codes(diagnostics)]).toEqual(expect.arrayContaining([...told]));
    expect(findings.map(({ rule }) => rule)).toEqual(expect.arrayContaining([...found]));
  });
});

const EMPTY = Buffer.concat([...pcap([])]);
const ZEROS = 8 << 20;

// RFC 8878 3.1.1: a raw block, then RLE blocks of 128 KiB.
function zstd(): Buffer {
  const block = (size: number, type: number) => {
    const head = Buffer.alloc(3);
    head.writeUIntLE((size << 3) | (type << 1), 0, 3);
    return head;
  };
  const run = Buffer.concat([block(128 << 10, 1), Buffer.of(0)]);
  const runs = Array.from({ length: ZEROS >> 17 }, () => run);
  const end = Buffer.of(1, 0, 0);
  return Buffer.concat([Buffer.from("28b52ffd0050", "hex"), block(EMPTY.length, 0), EMPTY, ...runs, end]);
}

describe("compressed files that grow a thousand times and more", () => {
  const zeros = gzipSync(Buffer.alloc(ZEROS));
  it.each([
    ["gzip", Buffer.concat([gzipSync(EMPTY), zeros, zeros])],
    ["gzip in gzip", gzipSync(Buffer.concat([gzipSync(EMPTY), zeros]))],
    ["zstd", zstd()],
  ])("%s", { timeout: 300_000 }, async (_, file) => {
    expect(file.length).toBeLessThan(ZEROS / 400);
    await survive([file]).catch((error: unknown) => {
      // What is inside may be no capture.
      expect(error).toMatchObject({ name: "H2lintError" });
    });
  });
});

describe("files", () => {
  const huge = (from: Buffer, at: number) => {
    const file = Buffer.from(from);
    file.writeUInt32LE(0xfffffffc, at);
    return file;
  };
  const record = Buffer.concat([...pcap([ipv4(1, 2, 6, new Uint8Array(20))])]);
  const section = Buffer.from("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000", "hex");
  const face = Buffer.from("0100000014000000650000000000000014000000", "hex");
  const packet = Buffer.from(`06000000200000000000000000000000000000000000000000000000${"20000000"}`, "hex");
  const filler = function* (head: Buffer) {
    yield head;
    for (let i = 0; i < 200; i++) yield new Uint8Array(64 << 10);
  };

  it.each([
    ["a pcap record of 4 GiB", huge(record, 24 + 8), "capture/record-length"],
    ["a pcapng block of 4 GiB", huge(Buffer.concat([section, face, packet]), 28 + 20 + 4), "capture/bad-block"],
    [
      "a pcapng packet of 4 GiB in a small block",
      huge(Buffer.concat([section, face, packet]), 28 + 20 + 20),
      "capture/bad-block",
    ],
  ])("%s", { timeout: 120_000 }, async (_, head, code) => {
    expect([...codes((await survive(filler(head))).diagnostics)]).toContain(code);
  });

  it.each([0, 1, 101, 105, 113, 127, 228, 229, 276])(
    "random bytes behind the header of a pcap, link type %d",
    async (network) => {
      const random = noise(network);
      const packets = Array.from({ length: fuzzing ? 20_000 : 5000 }, () =>
        Uint8Array.from({ length: random() % 90 }, () => random()),
      );
      await survive(pcap(packets, network));
      const words = Array.from({ length: 100_000 }, () => u32(random()));
      await survive([Buffer.concat([...pcap([], network), ...words])]);
      await survive([Buffer.concat([section, face, ...words])]);
    },
  );

  it("tunnels inside each other, a thousand deep", async () => {
    let inner: Uint8Array = ipv4(1, 2, 6, new Uint8Array(20));
    for (let i = 0; i < 1000; i++) inner = ipv4(1, 2, 4, inner);
    const { diagnostics } = await survive(pcap([inner, inner, inner]));
    expect(diagnostics).toMatchObject([{ code: "limit/packet-layers", severity: "loss" }]);
  });
});

describe("text that would be more than text", () => {
  const nasty = "\x1b]0;x\x07\x1b[31m</script><b>&amp;]]>\r\n::error::pwned\r\n| `x` |\x00\x7f\x9b1m\u2028";
  const latin1 = Buffer.from(nasty, "utf8").toString("latin1");

  function* story(): Generator<Uint8Array> {
    const link = new Link();
    yield* link.opening();
    const fields: [string, string][] = [
      [":method", "GET"],
      [":scheme", "http"],
      [":authority", latin1],
      [":path", `/${latin1}`],
    ];
    const block = literals([...fields, [`X-${latin1}`, latin1], ["connection", latin1], ["te", latin1]]);
    yield* link.client(frameOctets({ type: 1, flags: 5, streamId: 1, payload: block }));
    const debug = Buffer.concat([u32(1), u32(1), Buffer.from(latin1, "latin1")]);
    yield* link.server(frameOctets({ type: 7, payload: debug }));
    yield link.segment(1, FIN | ACK);
  }

  const look = { color: false, unicode: true, width: 100, quiet: false, verbose: true } as Parameters<typeof checkReport>[1]; // a plain terminal
  const formats: Readonly<Record<string, (output: Output) => Report>> = {
    table: (output) => checkReport(output, look, rules),
    json: jsonReport,
    ndjson: ndjsonReport,
    sarif: (output) => sarifReport(output, rules),
    junit: (output) => junitReport(output, () => true),
    github: githubReport,
    gitlab: gitlabReport,
    markdown: (output) => markdownReport(output, rules),
  };

  it.each(Object.entries(formats))("%s", async (format, make) => {
    let text = "";
    const report = make((piece) => {
      text += piece;
    });
    let findings = 0;
    for await (const event of analyze([new Written(pcap(story()))])) {
      if (event.kind === "finding") findings++;
      report.event(event);
    }
    endAtOnce(report);
    expect(findings).toBeGreaterThan(0);
    expect(text).toContain("pwned");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]/);
    expect(text).not.toMatch(/^::error::pwned/m);
    if (format === "json" || format === "sarif" || format === "gitlab") JSON.parse(text);
    if (format === "ndjson") for (const line of text.trimEnd().split("\n")) JSON.parse(line);
    if (format === "junit") expect(text).not.toMatch(/<b>|<\/script>|\]\]>/);
    if (format === "markdown") expect(text).not.toMatch(/<b>|<\/script>/);
  });
});
