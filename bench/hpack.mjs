// HPACK alone, nanoseconds per field and per block: `npm run bench hpack`. Compare ratios of one run only.
// The blocks are hpack.js's: it looks back 32 entries only, so that even repeated fields come as literals now and then.

import { fastHpack } from "../src/hpack/decoder.ts";
import { referenceHpack } from "../src/hpack/reference.ts";

const { default: hpack } = await import("hpack.js");
const limits = { tableOctets: 1 << 20 };

function blocksOf(lists) {
  const compressor = hpack.compressor.create({ table: { maxSize: 4096 } });
  return lists.map((list) => {
    compressor.write(
      list.map(([name, value, incremental]) => ({ name, value, incremental: incremental ?? true, huffman: true })),
    );
    const parts = [];
    for (let part = compressor.read(); part !== null; part = compressor.read()) parts.push(part);
    return Buffer.concat(parts);
  });
}

const request = (i, unique) => [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/helloworld.Greeter/SayHello"],
  [":authority", "127.0.0.1:50051"],
  ["content-type", "application/grpc"],
  ["user-agent", "grpc-go/1.85.0"],
  ["te", "trailers"],
  ["grpc-timeout", `${9000 + (i % 50)}m`, false],
  ...(unique ? [["x-request-id", `${(i * 2654435761) >>> 0}-${i.toString(16).padStart(8, "0")}`]] : []),
];
const response = () => [
  [":status", "200"],
  ["content-type", "application/grpc"],
];
const trailers = (i) => [
  ["grpc-status", i % 10 === 0 ? "5" : "0"],
  ["grpc-message", ""],
];
const each = (count, make) => Array.from({ length: count }, (_, i) => make(i));

const sets = {
  "grpc client, unique id": blocksOf(each(20_000, (i) => request(i, true))),
  "grpc client, no id": blocksOf(each(20_000, (i) => request(i, false))),
  "grpc server": blocksOf(each(40_000, (i) => (i % 2 === 0 ? response() : trailers(i >> 1)))),
};

for (const [engine, make, passes] of [
  ["fast", fastHpack, 12],
  ["reference", referenceHpack, 1],
]) {
  for (const [name, blocks] of Object.entries(sets)) {
    let fields = 0;
    let best = Number.POSITIVE_INFINITY;
    for (let pass = 0; pass < passes; pass++) {
      const decoder = make(limits);
      fields = 0;
      const from = process.hrtime.bigint();
      for (const block of blocks) fields += decoder.decode(block, 0, block.length).count;
      best = Math.min(best, Number(process.hrtime.bigint() - from));
    }
    console.log(
      `${engine}, ${name}: ${(best / fields).toFixed(1)} ns per field, ${(best / blocks.length).toFixed(0)} ns per block`,
    );
  }
}
