// The case that h2lint was born from, in TLS and without: the verdict is the same, word for word.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { parse } from "../../src/cli/options.ts";
import { run } from "../../src/cli/run.ts";
import { stdout } from "../../src/cli/standard-output.ts";

const inTls = "samples/h2-trailers-tls-grpc-go-1.85.pcapng";
const sameClient = "samples/h2-trailers-grpc-go-1.85.pcap";
const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";

/** The same packets as pcap, which the reference engine reads, and the keys beside them. */
const folder = mkdtempSync(join(tmpdir(), "h2lint-volo-"));
const apart = join(folder, "x.pcap");
{
  const all = readFileSync(inTls);
  const pieces: Buffer[] = [Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex")];
  for (let at = 0; at < all.length; at += all.readUInt32LE(at + 4)) {
    const type = all.readUInt32LE(at);
    if (type === 10) writeFileSync(join(folder, "x.keys"), all.subarray(at + 16, at + 16 + all.readUInt32LE(at + 12)));
    if (type !== 6) continue;
    const time = all.readUInt32LE(at + 12) * 2 ** 32 + all.readUInt32LE(at + 16);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(Math.floor(time / 1e6), 0);
    head.writeUInt32LE(time % 1e6, 4);
    pieces.push(head, all.subarray(at + 20, at + 28 + all.readUInt32LE(at + 20)));
  }
  writeFileSync(apart, Buffer.concat(pieces));
}

let written = "";
beforeEach(() => {
  vi.stubEnv("COLUMNS", "400");
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("FORCE_COLOR", undefined);
  vi.stubEnv("SSLKEYLOGFILE", undefined);
  vi.spyOn(stdout, "write").mockImplementation((piece) => {
    written += piece;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function output(...args: string[]): Promise<string> {
  written = "";
  await run((await parse([...args, "--no-color"]))!);
  return written;
}

/** Without what each recording has for itself: its name and length, packets, times, octets of DATA, and the method. */
const verdict = (text: string): string[] =>
  text
    .split("\n")
    .slice(1)
    .map((line) =>
      line
        .replace(/ +connection 1, stream 1, packet \d+/, " packet N")
        .replace(/\/(?:grpc\.health\.v1\.Health\/Check|helloworld\.Greeter\/SayHello)/, "PATH")
        .replace(/\d+(?:\.\d+)? m?s\b/g, "T")
        .replace(/\d+ bytes/g, "N bytes")
        .replace(/^( {2}[ <>]) +\d+ +T/, "$1 N T"),
    );

it.each([
  ["keys inside", inTls, "fast"],
  ["keys beside", apart, "fast"],
  ["keys beside", apart, "reference"],
])("check, %s: %s, engine %s", async (_where, file, engine) => {
  const found = verdict(await output("check", file, "--engine", engine));
  expect(found.join("\n")).toContain("grpc/request-trailers");
  expect(found).toEqual(verdict(await output("check", sameClient, "--engine", engine)));
  // What the caller saw is said in its library's own words.
  const isOwn = (line: string): boolean => !line.startsWith("  seen ");
  expect(found.filter(isOwn)).toEqual(verdict(await output("check", volo, "--engine", engine)).filter(isOwn));
});

it("the timeline names the transport", async () => {
  const [head] = (await output("timeline", inTls)).split("\n");
  expect(head).toContain("h2, TLS 1.3");
  expect(head).toContain("grpc-go");
});

it("no secret is in any report", async () => {
  for (const format of ["json", "sarif", "markdown", "html"]) {
    const text = await output("check", inTls, "--format", format);
    expect(text).toContain("grpc/request-trailers");
    expect(text).not.toContain("1e0c898083cfdd7047290e49abe30635");
  }
});
