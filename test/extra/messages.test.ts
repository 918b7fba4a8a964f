// The gRPC messages of recorded captures, and the protobuf fields in them, equal tshark's: its dissectors share nothing with ours.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { CapturePipeline } from "../../src/capture-pipeline.ts";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { decompress } from "../../src/grpc/decompress.ts";
import { WireReader, WireType } from "../../src/grpc/wire.ts";
import { capture, haveCaptures } from "../capture/reading.ts";
import { tsharkVersion } from "./tshark.ts";

interface Label {
  readonly file: string;
  readonly ports: readonly number[];
}

const labels: Label[] = haveCaptures
  ? (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[]).filter(({ file }) => file.startsWith("grpc/"))
  : [];

/** `flag length` of every message, `number wiretype` of every field of its outermost level, and the lengths of those that have one; sorted:
 *  two dissectors may tell messages of crossing streams in another order. */
interface Messages {
  readonly messages: string[];
  readonly fields: string[];
  readonly lengths: string[];
}

async function ours(file: string): Promise<Messages> {
  const result: Messages = { messages: [], fields: [], lengths: [] };
  const session = new CapturePipeline([file], { limits: { messageOctets: 1 << 24 } });
  await session.open();
  const reader = new CallReader(
    [
      {
        wants: () => true,
        message: ({ from, flag, length, bytes = new Uint8Array(0) }, _, { stream }) => {
          result.messages.push(`${flag} ${length}`);
          const { grpcEncoding = "" } = from === "client" ? stream.request : stream.response;
          const octets = flag === 0 ? bytes : decompress(bytes, grpcEncoding, 1 << 24);
          if (typeof octets === "string") throw new Error(octets);
          const fields = new WireReader(octets, 0, octets.length);
          while (fields.next()) {
            result.fields.push(`${fields.number} ${fields.type}`);
            if (fields.type === WireType.length) result.lengths.push(String(fields.end - fields.start));
          }
          expect(fields.fault).toBeUndefined();
        },
      },
    ],
    session.limits,
  );
  for await (const _ of session.run({ listeners: [reader] }));
  return sorted(result);
}

function theirs(file: string, ports: readonly number[]): Messages {
  const names = [
    "grpc.compressed_flag",
    "grpc.message_length",
    "protobuf.field.number",
    "protobuf.field.wiretype",
    "protobuf.field.value.length",
  ];
  const { status, stdout, stderr } = spawnSync(
    "tshark",
    [
      ...["-n", "-r", file, ...ports.flatMap((port) => ["-d", `tcp.port==${port},http2`])],
      ...["-Y", "grpc", "-T", "fields", ...names.flatMap((name) => ["-e", name])],
    ],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  if (status !== 0) throw new Error(`tshark ended with ${status} on ${file}: ${stderr}`);
  const result: Messages = { messages: [], fields: [], lengths: [] };
  for (const line of stdout.split("\n").filter((one) => one !== "")) {
    const [flags = [], lengths = [], numbers = [], types = [], sizes = []] = line
      .split("\t")
      .map((column) => column.split(",").filter((value) => value !== ""));
    lengths.forEach((length, i) => void result.messages.push(`${Number(flags[i])} ${length}`));
    numbers.forEach((number, i) => void result.fields.push(`${number} ${types[i]}`));
    result.lengths.push(...sizes);
  }
  return sorted(result);
}

const sorted = ({ messages, fields, lengths }: Messages): Messages => ({
  messages: messages.sort(),
  fields: fields.sort(),
  lengths: lengths.sort(),
});

const version = tsharkVersion();

it.skipIf(version === undefined || labels.length === 0).each(labels)(
  "messages of $file equal those of tshark",
  async ({ file, ports }) => {
    const shown = theirs(capture(file), ports);
    expect(shown.messages.length).toBeGreaterThan(0);
    expect(await ours(capture(file))).toEqual(shown);
  },
);
