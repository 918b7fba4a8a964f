// What bench/run.mjs runs in processes of their own: `node bench/stages.mjs STAGE FILE` reads FILE with the stages up to STAGE and
// prints the seconds, start-up not counted.
import { Clock } from "../dist/capture/clock.js";
import { openCapture } from "../dist/capture/open.js";
import { fileSource } from "../dist/capture/source.js";
import { Detector } from "../dist/detect/detector.js";
import { fastHpack } from "../dist/hpack/decoder.js";
import { analyze } from "../dist/index.js";
import { defaultLimits } from "../dist/limits.js";
import { Model } from "../dist/model/model.js";
import { PacketDecoder } from "../dist/net/decoder.js";
import { Assembler } from "../dist/tcp/assembler.js";

const ignore = () => {};
/** Takes every call there is and does nothing. */
const nothing = { packet: ignore, segment: ignore, bytes: ignore, gap: ignore, end: ignore };
const idleReader = {
  ...nothing,
  close: ignore,
  begin: ignore,
  preface: ignore,
  foreign: ignore,
  octetsLost: ignore,
  other: ignore,
  frame: ignore,
  lost: ignore,
  found: ignore,
  offered: ignore,
  note: ignore,
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
  if (last === "tcp") return { open: attachNothing };
  if (last === "http2") {
    const detector = new Detector(defaultLimits, ignore);
    const open = (flow) => {
      detector.read(flow, idleReader);
      return idleReader;
    };
    return { open };
  }
  if (last === "model") return new Model([], fastHpack, defaultLimits, ignore);
  throw new Error(`${last} is no stage`);
}

function attachNothing(flow) {
  flow.attach(0, nothing);
  flow.attach(1, nothing);
  return idleReader;
}

async function read(path, sink) {
  const context = { file: 0, clock: new Clock(), limits: defaultLimits, diagnostics: ignore, engine: "fast" };
  const reader = await openCapture(fileSource(path), context);
  while (await reader.readBlock(sink));
  await reader.close();
}
