// The gRPC messages of clean captures equal tshark's: its gRPC dissector shares nothing with ours.
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { Session } from "../../src/analyze.ts";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { capture, haveCaptures } from "../capture/reading.ts";
import { tsharkVersion } from "./tshark.ts";

/** Captures beside the project, with the server's port: several implementations, streams, compression, messages over many frames. */
const cases: readonly (readonly [string, number])[] = [
  ["grpc/a-go-go-basic.pcap", 50101],
  ["grpc/a-go-go-upload.pcap", 50315],
  ["grpc/a-js-js-gzip.pcap", 50316],
  ["grpc/a-py-py-big.pcap", 50114],
  ["grpc/a-tonic-tonic-basic.pcap", 50125],
];

/** `flag length` of every message, sorted: two dissectors may tell those of crossing streams in another order. */
async function ours(file: string): Promise<string[]> {
  const messages: string[] = [];
  const session = new Session([file], {});
  await session.open();
  const reader = new CallReader([{ message: ({ flag, length }) => messages.push(`${flag} ${length}`) }], session.limits);
  for await (const _ of session.run([reader]));
  return messages.sort();
}

function theirs(file: string, port: number): string[] {
  const fields = ["-T", "fields", "-e", "grpc.compressed_flag", "-e", "grpc.message_length"];
  const { status, stdout, stderr } = spawnSync(
    "tshark",
    ["-n", "-r", file, "-d", `tcp.port==${port},http2`, "-Y", "grpc", ...fields],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  if (status !== 0) throw new Error(`tshark ended with ${status} on ${file}: ${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const [flags = "", lengths = ""] = line.split("\t").map((column) => column.split(","));
      return [...lengths].map((length, i) => `${Number(flags[i])} ${length}`);
    })
    .sort();
}

const version = tsharkVersion();

it.skipIf(version === undefined || !haveCaptures).each(cases)("messages of %s equal those of tshark", async (name, port) => {
  const file = capture(name);
  const shown = theirs(file, port);
  expect(shown.length).toBeGreaterThan(0);
  expect(await ours(file)).toEqual(shown);
});
