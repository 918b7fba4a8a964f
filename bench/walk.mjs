// The least that any reader of HTTP/2 must do: `node bench/walk.mjs FILE` reads a capture of bench/generate.mjs in 1 MiB blocks and steps
// over records, headers and frames, keeping nothing. Prints the seconds and the frames; what h2lint takes beyond that is its work.
import { closeSync, openSync, readSync } from "node:fs";
import { port } from "./generate.mjs";

const [file = ""] = process.argv.slice(2);
const from = performance.now();
const block = Buffer.alloc(1 << 20);
const handle = openSync(file, "r");
/** Of each direction: octets of the frame (or preface) that are still to come, and the head collected so far. */
const directions = new Map();
let frames = 0;
let held = 0;
for (let first = true; ; first = false) {
  const length = held + readSync(handle, block, held, block.length - held, null);
  if (length === held) break;
  let at = first ? 24 : 0;
  while (at + 16 <= length) {
    const end = at + 16 + block.readUInt32LE(at + 8);
    if (end > length) break;
    packet(at + 16, end);
    at = end;
  }
  block.copyWithin(0, at, length);
  held = length - at;
}
closeSync(handle);
console.log((performance.now() - from) / 1000, frames);

/** @param {number} start @param {number} end */
function packet(start, end) {
  const ip = start + 14;
  const tcp = ip + (block[ip] & 15) * 4;
  let at = tcp + (block[tcp + 12] >> 4) * 4;
  const fromServer = block.readUInt16BE(tcp) === port;
  const key =
    (block.readUInt16BE(ip + (fromServer ? 18 : 14)) * 65_536 + block.readUInt16BE(tcp + (fromServer ? 2 : 0))) * 2 +
    Number(fromServer);
  if ((block[tcp + 13] & 2) !== 0) directions.set(key, { skip: fromServer ? 0 : 24, head: 0, length: 0 });
  const d = directions.get(key);
  while (at < end) {
    if (d.skip > 0) {
      const step = Math.min(d.skip, end - at);
      d.skip -= step;
      at += step;
    } else {
      if (d.head < 3) d.length = d.length * 256 + block[at];
      at++;
      if (++d.head < 9) continue;
      frames++;
      d.skip = d.length;
      d.head = d.length = 0;
    }
  }
}
