// What bench/run.mjs bundles and runs in separate processes: `stages STAGE FILE` reads FILE with the stages up to STAGE and
// prints the seconds, start-up not counted.

import { analyze } from "../src/analyze.ts";
import { Clock } from "../src/capture/clock.ts";
import { openCapture } from "../src/capture/open.ts";
import { fileSource } from "../src/capture/source.ts";
import { Detector } from "../src/detect/detector.ts";
import { fastHpack } from "../src/hpack/decoder.ts";
import { defaultLimits } from "../src/limits.ts";
import { Model } from "../src/model/model.ts";
import { PacketDecoder } from "../src/net/decoder.ts";
import { Assembler } from "../src/tcp/assembler.ts";

const ignore = () => {};
/** Takes every call there is and does nothing. */
const nothing = { packet: ignore, segment: ignore, bytes: ignore, gap: ignore, end: ignore };
const idleDirections = {
  open(flow) {
    flow.attach(0, nothing);
    flow.attach(1, nothing);
    return { close: ignore };
  },
};
const idleHttp2 = {
  ...nothing,
  begin: ignore,
  preface: ignore,
  foreign: ignore,
  octetsLost: ignore,
  offered: ignore,
  note: ignore,
  other: ignore,
  frame: ignore,
  lost: ignore,
  found: ignore,
};

const [stage, file] = process.argv.slice(2);
const from = performance.now();
if (stage === "rules") for await (const _ of analyze([file]));
else await read(file, sinkOf(stage));
console.log((performance.now() - from) / 1000);

/** @param {string} last The stage behind which nothing is done. */
function sinkOf(last) {
  if (last === "read") return nothing;
  if (last === "net") return new PacketDecoder(nothing, ignore);
  return new PacketDecoder(new Assembler(listenerOf(last), defaultLimits, ignore), ignore);
}

function listenerOf(last) {
  if (last === "tcp") return idleDirections;
  if (last === "http2") {
    const detector = new Detector(defaultLimits, ignore);
    return {
      open(flow) {
        detector.read(flow, idleHttp2);
        return { close: ignore };
      },
    };
  }
  if (last === "model") return new Model([], fastHpack, defaultLimits, ignore);
  throw new Error(`${last} is no stage`);
}

async function read(path, sink) {
  const context = { file: 0, clock: new Clock(), limits: defaultLimits, diagnostics: ignore, engine: "fast" };
  const reader = await openCapture(fileSource(path), context);
  while (await reader.readBlock(sink));
  await reader.close();
}
