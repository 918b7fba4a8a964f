// The frames and header fields of clean captures equal tshark's: its HTTP/2 dissector shares nothing with ours.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hex } from "../../src/bytes.ts";
import { CapturePipeline } from "../../src/capture-pipeline.ts";
import { FieldBit } from "../../src/fields/field.ts";
import type { Frame } from "../../src/http2/frame.ts";
import type { Connection } from "../../src/model/connection.ts";
import type { FieldBlock } from "../../src/model/field-block.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import type { Stream } from "../../src/model/stream.ts";
import { capture, haveCaptures } from "../capture/reading.ts";
import { type SharkFrame, tsharkFrames, tsharkVersion } from "./tshark.ts";

interface Case {
  readonly name: string;
  readonly file: string;
  readonly ports: readonly number[];
}

/** Clean samples, with the port their README names. */
const folder = fileURLToPath(new URL("../../samples/", import.meta.url));
const readme = readFileSync(`${folder}README.md`, "utf8");
const samples: Case[] = readdirSync(folder)
  .filter((name) => name.endsWith(".pcap") && findingsOf(name) === 0)
  .filter((name) => !name.startsWith("h2spec-"))
  .map((name) => ({ name, file: folder + name, ports: [portOf(name)] }));

function findingsOf(name: string): number {
  const file = folder + name.replace(/\.pcap$/, ".findings.json");
  if (!existsSync(file)) return 0;
  // Advice is no violation.
  const findings = JSON.parse(readFileSync(file, "utf8")) as { readonly severity: string }[];
  return findings.filter(({ severity }) => severity !== "info").length;
}

function portOf(name: string): number {
  const row = readme.split("\n").find((line) => line.includes(`\`${name}\``)) ?? "";
  const port = /port (\d+)/.exec(row)?.[1];
  if (port === undefined) throw new Error(`samples/README.md names no port of ${name}`);
  return Number(port);
}

interface Label {
  readonly file: string;
  readonly ports: readonly number[];
  readonly expect: readonly unknown[];
}

/** Clean cleartext captures beside the project, where they are. */
const recorded: Case[] = !haveCaptures
  ? []
  : (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[])
      .filter(({ file, expect }) => /^(grpc|volo)\//.test(file) && expect.length === 0)
      .map(({ file, ports }) => ({ name: file, file: capture(file), ports }));

class Ours implements ModelSink {
  readonly frames: SharkFrame[] = [];
  /** The frame that began the field block of a connection's side. */
  readonly #open = new Map<string, SharkFrame>();

  frame(frame: Frame, _stream: Stream | undefined, connection: Connection): void {
    const { streamId, type, flags, length } = frame;
    const entry: SharkFrame = { packet: frame.last.packet, streamId, type, flags, length, headers: undefined };
    this.frames.push(entry);
    if (frame.kind === "headers" || frame.kind === "push-promise") this.#open.set(`${connection.id} ${frame.from}`, entry);
  }

  fields({ from, decoded }: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    const headers: [string, string][] = [];
    for (let i = 0; i < (decoded?.count ?? 0); i++) {
      const { name, value, bits } = decoded!.fields[i]!;
      headers.push([
        (bits & FieldBit.nameUnknown) === 0 ? octets(name.text) : "unknown",
        (bits & FieldBit.valueUnknown) === 0 ? octets(value) : "unknown",
      ]);
    }
    this.#open.get(`${connection.id} ${from}`)!.headers = headers;
  }
}

const octets = (latin1: string): string => {
  const bytes = Buffer.from(latin1, "latin1");
  return hex(bytes, 0, bytes.length);
};

async function ourFrames(file: string): Promise<SharkFrame[]> {
  const ours = new Ours();
  const session = new CapturePipeline([file], {});
  await session.open();
  for await (const _ of session.run({ listeners: [ours] }));
  return ours.frames;
}

/** Both sides of a packet may be told in their own order of dissection; what is in one packet comes from one side, so order is kept. */
const byPacket = (frames: readonly SharkFrame[]): SharkFrame[] => frames.toSorted((a, b) => a.packet - b.packet);

const version = tsharkVersion();

describe.skipIf(version === undefined)(`frames and fields equal those of ${version ?? "tshark, which is not installed"}`, () => {
  it("looks at the clean samples", () => {
    expect(samples.map(({ name }) => name)).toEqual(["grpcurl-grpc-go-1.85.pcap", "volo-0.12.2-grpc-go-1.85.pcap"]);
  });

  it.each([...samples, ...recorded])("$name", async ({ file, ports }) => {
    const [ours, theirs] = await Promise.all([ourFrames(file), tsharkFrames(file, ports)]);
    expect(theirs.length).toBeGreaterThan(0);
    expect(byPacket(ours)).toEqual(byPacket(theirs));
  });
});
