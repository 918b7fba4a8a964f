// node bench/endless.mjs [HOURS] [CONNECTIONS_A_SECOND]: that many hours of traffic, one connection after the other, as a pipe without end
// would bring them, into `h2lint - --follow`. Shows memory and output as they grow: memory is to stay flat, output to come steadily.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const hours = Number(process.argv[2] ?? 24);
const rate = Number(process.argv[3] ?? 2);
// Octets of an Ethernet header.
const LINK = 14;

// Two connections of good traffic to one of bad, each a whole capture.
const recorded = ["volo-0.12.2-grpc-go-1.85.pcap", "volo-0.12.2-grpc-go-1.85.pcap", "volo-0.9.1-grpc-go-1.85.pcap"].map((name) =>
  packetsOf(readFileSync(`${root}samples/${name}`)),
);
const child = spawn(process.execPath, [`${root}dist/cli/main.js`, "-", "--follow", "--fail-on", "never", "--no-progress"], {
  stdio: ["pipe", "pipe", "inherit"],
});
let output = 0;
let findings = 0;
let last = Date.now();
let longest = 0;
child.stdout.on("data", (piece) => {
  output += piece.length;
  findings += String(piece).split("grpc/request-trailers").length - 1;
  longest = Math.max(longest, Date.now() - last);
  last = Date.now();
});
const ended = once(child, "close");

const begun = Date.now();
const total = Math.round(hours * 3600 * rate);
const step = Math.ceil(total / 24);
child.stdin.write(recorded[0].head);
console.log("   hour  connections      RSS   output  findings    s");
for (let i = 0; i < total; i++) {
  const { packets } = recorded[i % recorded.length];
  const blocks = packets.map((packet) => moved(packet, i / rate, 1024 + (i % 64_000)));
  if (!child.stdin.write(Buffer.concat(blocks))) await once(child.stdin, "drain");
  if ((i + 1) % step === 0 || i + 1 === total) show(i + 1);
}
child.stdin.end();
const [status] = await ended;
console.log(`exit status ${status}; longest pause of the output ${longest} ms; findings ${findings} of ${Math.floor(total / 3)}`);

function show(done) {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const resident = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  const cells = [(done / rate / 3600).toFixed(1), done, `${resident} MB`, `${(output / 1e6).toFixed(1)} MB`, findings];
  console.log([...cells, ((Date.now() - begun) / 1000).toFixed(0)].map((cell) => String(cell).padStart(8)).join(" "));
}

/** Of a microsecond pcap in little-endian order. */
function packetsOf(file) {
  const packets = [];
  for (let at = 24; at < file.length; ) {
    const length = file.readUInt32LE(at + 8);
    packets.push({
      micros: file.readUInt32LE(at) * 1e6 + file.readUInt32LE(at + 4),
      bytes: file.subarray(at, at + 16 + length),
    });
    at += 16 + length;
  }
  const [{ micros }] = packets;
  return { head: file.subarray(0, 24), packets: packets.map((packet) => ({ ...packet, micros: packet.micros - micros })) };
}

/** At another time and from another port of the client. */
function moved({ micros, bytes }, seconds, port) {
  const packet = Buffer.from(bytes);
  const time = 1.7e15 + seconds * 1e6 + micros;
  packet.writeUInt32LE(Math.floor(time / 1e6), 0);
  packet.writeUInt32LE(Math.floor(time % 1e6), 4);
  const tcp = 16 + LINK + 20;
  // The server has the lower one.
  const at = packet.readUInt16BE(tcp) > packet.readUInt16BE(tcp + 2) ? tcp : tcp + 2;
  packet.writeUInt16BE(port, at);
  return packet;
}
