// `h2lint/core` is bundled for browsers, without anything of Node, and finds there what it finds in Node.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import type { AnalyzeOptions } from "../../src/analyze-options.ts";
import { bytesSource, type Source } from "../../src/capture/source.ts";
import type * as Core from "../../src/core.ts";
import { bundleForWeb } from "../../src/platform/web/bundle.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sample = (name: string): Uint8Array => readFileSync(`${root}samples/${name}.pcap`);

let core: typeof Core;

beforeAll(async () => {
  const { metafile, outputFiles } = await bundleForWeb({
    absWorkingDir: root,
    ...{ entryPoints: ["src/core.ts"], format: "iife", globalName: "core", write: false },
  });
  // A module of Node would have failed the build; what is left to be imported would show here.
  expect(Object.values(metafile!.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(Object.keys(metafile!.inputs).filter((file) => /^src\/(?:cli|testing)\/|^src\/platform\/\w+\.ts/.test(file))).toEqual(
    [],
  );
  const web = { TextDecoder, TextEncoder, URL, MessageChannel, performance, btoa, AbortController, Blob };
  const context = vm.createContext({ ...web });
  vm.runInContext(outputFiles![0]!.text, context);
  core = (context as { core: typeof Core }).core; // what the bundle leaves there
});

async function eventsOf(check: typeof analyze, source: Source, options: AnalyzeOptions = {}): Promise<unknown> {
  const events = [];
  for await (const event of check([source], options)) events.push(event);
  return JSON.parse(JSON.stringify(events));
}

describe("the same events", () => {
  it.each(["volo-0.9.1-grpc-go-1.85", "h2spec-headers-inside-field-block-node", "h2-trailers-grpc-go-1.85"])(
    "%s",
    async (name) => {
      const octets = sample(name);
      expect(await eventsOf(core.analyze, core.blobSource(new Blob([octets]), name))).toEqual(
        await eventsOf(analyze, bytesSource(name, octets)),
      );
    },
  );

  it("of what is compressed, and cut", async () => {
    const packed = gzipSync(sample("volo-0.9.1-grpc-go-1.85"));
    for (const octets of [packed, Buffer.concat([packed, packed.subarray(0, 7)]), packed.subarray(0, packed.length - 9)])
      expect(await eventsOf(core.analyze, core.bytesSource("x", octets))).toEqual(
        await eventsOf(analyze, bytesSource("x", octets)),
      );
  });

  it("of a stream of the web", async () => {
    const octets = sample("volo-0.9.1-grpc-go-1.85");
    const pieces = [octets.subarray(0, 100), octets.subarray(100, 100), octets.subarray(100)];
    const stream = { getReader: () => ({ read: async () => nextOf(pieces), cancel: async () => {} }) };
    expect(await eventsOf(core.analyze, core.streamSource("x", stream))).toEqual(
      await eventsOf(analyze, bytesSource("x", octets)),
    );
  });
});

const nextOf = (pieces: Uint8Array[]) => {
  const value = pieces.shift();
  return { done: value === undefined, value };
};

it.each([
  ["a path", () => ["x.pcap"], {}, "x.pcap: no such file"],
  [
    "the reference engine",
    () => [core.bytesSource("x", sample("volo-0.9.1-grpc-go-1.85"))],
    { engine: "reference" as const },
    "is not there in a browser",
  ],
])("%s is refused in words", async (_, sources, options, message) => {
  await expect(async () => {
    for await (const _event of core.analyze(sources(), options));
  }).rejects.toThrow(message);
});
