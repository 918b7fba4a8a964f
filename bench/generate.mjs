// Captures to measure with, the same octets for the same seed and size: `node bench/generate.mjs grpc|bulk FILE [SIZE] [SEED]`, SIZE like
// 50m or 2g. Both are valid HTTP/2 over IPv4 and Ethernet in a microsecond pcap; what is written leaves memory at once.
//   grpc  small unary calls: connections in waves of eight, a unique request id in each call, calls in batches, windows, pings, ACKs
//   bulk  downloads of 8 MiB in DATA frames of 16 KiB, every other connection in segments of 1448 octets or as TSO leaves them
import { closeSync, openSync, writeSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HpackEncoder } from "./hpack-encoder.mjs";

export const port = 50_051;

/**
 * @typedef {{ octets: number, packets: number, frames: number, connections: number, calls: number }} Totals
 */

/** @type {Record<string, (file: string, octets: number, seed?: number) => Totals>} */
export const generators = { grpc: writeGrpc, bulk: writeBulk };

/** @param {string} file @param {number} octets At least so many. */
export function writeGrpc(file, octets, seed = 1) {
  const random = randomFrom(seed);
  const capture = new Capture(file, random);
  const clients = [];
  try {
    while (capture.octets < octets || clients.length > 0) {
      while (clients.length < 8 && capture.octets < octets) clients.push(new GrpcConnection(capture, random));
      const index = Math.floor(random() * clients.length);
      const connection = clients[index];
      connection.batch(1 + Math.floor(random() * 12));
      if (connection.calls >= 2000 || capture.octets >= octets) {
        connection.close();
        clients.splice(index, 1);
      }
    }
    return capture.totals;
  } finally {
    capture.close();
  }
}

/** @param {string} file @param {number} octets At least so many. */
export function writeBulk(file, octets, seed = 1) {
  const random = randomFrom(seed);
  const capture = new Capture(file, random);
  const noise = Buffer.alloc(FRAME * 64);
  for (let i = 0; i < noise.length; i += 4) noise.writeUInt32LE(Math.floor(random() * 2 ** 32), i);
  try {
    while (capture.octets < octets) {
      const connection = new DownloadConnection(capture, random, capture.connections % 2 === 0 ? 1448 : 16 * 1448);
      for (let i = 0; i < 4 && capture.octets < octets; i++) connection.download(8 << 20, noise);
      connection.close();
    }
    return capture.totals;
  } finally {
    capture.close();
  }
}

class Capture {
  connections = 0;
  frames = 0;
  calls = 0;
  octets = 0;
  #packets = 0;
  #file;
  #random;
  #time = 1_766_400_000_000_000;
  #buffer = Buffer.alloc(1 << 20);
  #length = 0;
  #identification = 0;

  constructor(file, random) {
    this.#file = openSync(file, "w");
    this.#random = random;
    const head = Buffer.alloc(24);
    head.writeUInt32LE(0xa1b2c3d4, 0);
    head.writeUInt16LE(2, 4);
    head.writeUInt16LE(4, 6);
    head.writeUInt32LE(262_144, 16);
    head.writeUInt32LE(1, 20);
    head.copy(this.#buffer);
    this.octets = this.#length = head.length;
  }

  get totals() {
    const { octets, frames, connections, calls } = this;
    return { octets, packets: this.#packets, frames, connections, calls };
  }

  /** A TCP segment with `bytes[start, end)` in Ethernet and IPv4. */
  segment(from, to, flags, bytes, start, end) {
    const ip = 40 + end - start;
    const length = 16 + 14 + ip;
    if (this.#length + length > this.#buffer.length) this.#flush();
    const b = this.#buffer;
    let at = this.#length;
    this.#time += 2 + Math.floor(this.#random() * 30);
    b.writeUInt32LE(Math.floor(this.#time / 1e6), at);
    b.writeUInt32LE(this.#time % 1e6, at + 4);
    b.writeUInt32LE(14 + ip, at + 8);
    b.writeUInt32LE(14 + ip, at + 12);
    at += 16;
    b.writeUIntBE(to.ethernet, at, 6);
    b.writeUIntBE(from.ethernet, at + 6, 6);
    b.writeUInt16BE(0x0800, at + 12);
    at += 14;
    b.writeUInt32BE((0x4500 << 16) | ip, at);
    b.writeUInt16BE((this.#identification = (this.#identification + 1) & 0xffff), at + 4);
    b.writeUInt16BE(0x4000, at + 6);
    b.writeUInt32BE(0x4006 << 16, at + 8);
    b.writeUInt32BE(from.address, at + 12);
    b.writeUInt32BE(to.address, at + 16);
    b.writeUInt16BE(ipChecksum(b, at), at + 10);
    at += 20;
    b.writeUInt16BE(from.port, at);
    b.writeUInt16BE(to.port, at + 2);
    b.writeUInt32BE(from.next, at + 4);
    b.writeUInt32BE((flags & ACK) !== 0 ? to.next : 0, at + 8);
    b.writeUInt16BE(0x5000 | flags, at + 12);
    b.writeUInt16BE(0xffff, at + 14);
    // The checksum is left to a network card that was never asked, as on any machine with offload.
    b.writeUInt32BE(0, at + 16);
    at += 20;
    bytes?.copy(b, at, start, end);
    from.next = (from.next + end - start + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)) >>> 0;
    this.#length += length;
    this.octets += length;
    this.#packets++;
  }

  #flush() {
    for (let at = 0; at < this.#length; ) at += writeSync(this.#file, this.#buffer, at, this.#length - at);
    this.#length = 0;
  }

  close() {
    this.#flush();
    closeSync(this.#file);
  }
}

/** One TCP connection with HTTP/2 on it; what both sides send is put into frames, and the frames into segments. */
class Connection {
  capture;
  client;
  server;
  clientHpack = new HpackEncoder();
  serverHpack = new HpackEncoder();
  mss;
  #out = Buffer.alloc(1 << 17);
  #length = 0;
  #streamId = -1;

  constructor(capture, random, mss) {
    const number = capture.connections++;
    const isn = () => Math.floor(random() * 2 ** 32);
    const clientAddress = 0x0a000100 + (number % 200);
    this.capture = capture;
    this.mss = mss;
    this.client = { ethernet: 0x020000000001, address: clientAddress, port: 20_000 + (number % 40_000), next: isn() };
    this.server = { ethernet: 0x020000000002, address: 0x0a000001, port, next: isn() };
    capture.segment(this.client, this.server, SYN, undefined, 0, 0);
    capture.segment(this.server, this.client, SYN | ACK, undefined, 0, 0);
    this.acknowledge(this.client);
  }

  nextStreamId() {
    return (this.#streamId += 2);
  }

  other(side) {
    return side === this.client ? this.server : this.client;
  }

  acknowledge(side) {
    this.capture.segment(side, this.other(side), ACK, undefined, 0, 0);
  }

  raw(text) {
    this.#length += this.#out.latin1Write(text, this.#length);
  }

  /** @param {(out: Buffer, at: number) => number} payload Writes it and returns the offset after it. */
  frame(type, flags, streamId, payload = (_, at) => at) {
    const out = this.#out;
    const start = this.#length;
    const end = payload(out, start + 9);
    out.writeUIntBE(end - start - 9, start, 3);
    out[start + 3] = type;
    out[start + 4] = flags;
    out.writeUInt32BE(streamId, start + 5);
    this.#length = end;
    this.capture.frames++;
  }

  settings(values) {
    this.frame(4, 0, 0, (out, at) => {
      for (const [id, value] of values) at = out.writeUInt32BE(value, out.writeUInt16BE(id, at));
      return at;
    });
  }

  settingsAck() {
    this.frame(4, 1, 0);
  }

  windowUpdate(streamId, increment) {
    this.frame(8, 0, streamId, (out, at) => out.writeUInt32BE(increment, at));
  }

  ping(flags, number) {
    this.frame(6, flags, 0, (out, at) => out.writeUInt32BE(number, out.writeUInt32BE(0x68326c74, at)));
  }

  headers(hpack, streamId, fields, endStream) {
    this.frame(1, endStream ? 5 : 4, streamId, (out, at) => hpack.write(out, at, fields));
  }

  /** Send the frames made so far; the other side acknowledges every second segment of a long flight. */
  send(side) {
    for (let at = 0, sent = 1; at < this.#length; at += this.mss, sent++) {
      const end = Math.min(at + this.mss, this.#length);
      this.capture.segment(side, this.other(side), end === this.#length ? PSH | ACK : ACK, this.#out, at, end);
      if (sent % 2 === 0) this.acknowledge(this.other(side));
    }
    this.#length = 0;
  }

  close() {
    // RFC 9113 6.8: no more than the highest stream that was handled.
    this.frame(7, 0, 0, (out, at) => out.writeUInt32BE(0, out.writeUInt32BE(0, at)));
    this.send(this.client);
    this.capture.segment(this.client, this.server, FIN | ACK, undefined, 0, 0);
    this.capture.segment(this.server, this.client, FIN | ACK, undefined, 0, 0);
    this.acknowledge(this.client);
  }
}

class GrpcConnection extends Connection {
  calls = 0;
  #random;
  #batches = 0;
  #requestOctets = 0;
  #responseOctets = 0;
  #number;

  constructor(capture, random) {
    super(capture, random, 1448);
    this.#random = random;
    this.#number = capture.connections;
    this.raw(PREFACE);
    this.settings([]);
    this.send(this.client);
    this.settings([
      [3, 250],
      [5, FRAME],
    ]);
    this.settingsAck();
    this.send(this.server);
    this.settingsAck();
    this.send(this.client);
  }

  batch(count) {
    const ids = Array.from({ length: count }, () => this.nextStreamId());
    for (const id of ids) {
      const call = this.calls++;
      this.capture.calls++;
      this.headers(this.clientHpack, id, this.#request(call), false);
      this.#requestOctets += this.#message(id, 1, 20 + Math.floor(this.#random() * 60));
    }
    this.#batches++;
    const pings = this.#batches % 8 === 0;
    if (pings) this.ping(0, this.#batches);
    this.send(this.client);
    // RFC 9113 6.9.1: long before 65,535 octets are used up.
    if (this.#requestOctets > 16_000) {
      this.windowUpdate(0, this.#requestOctets);
      this.#requestOctets = 0;
    }
    if (pings) this.ping(1, this.#batches);
    for (const id of ids) {
      this.headers(this.serverHpack, id, RESPONSE, false);
      this.#responseOctets += this.#message(id, 0, 20 + Math.floor(this.#random() * 100));
      this.headers(this.serverHpack, id, this.#random() < 0.03 ? NOT_FOUND : OK, true);
    }
    this.send(this.server);
    if (this.#responseOctets > 16_000) {
      this.windowUpdate(0, this.#responseOctets);
      this.#responseOctets = 0;
      this.send(this.client);
    } else if (this.#batches % 2 === 0) this.acknowledge(this.client);
  }

  #request(call) {
    const word = () =>
      Math.floor(this.#random() * 2 ** 32)
        .toString(16)
        .padStart(8, "0");
    return [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", METHODS[call % 7 === 0 ? 1 : 0]],
      [":authority", "10.0.0.1:50051"],
      ["content-type", "application/grpc"],
      ["user-agent", "grpc-go/1.85.0"],
      ["te", "trailers"],
      ["grpc-timeout", `${9000 + Math.floor(this.#random() * 50)}m`],
      ["x-request-id", `${word()}-${word()}-${this.#number}-${call}`],
    ];
  }

  // The gRPC message prefix, then octets that look like protobuf.
  #message(streamId, endStream, octets) {
    this.frame(0, endStream, streamId, (out, at) => {
      at = out.writeUInt32BE(octets, out.writeUInt8(0, at));
      out[at] = 0x0a;
      out[at + 1] = octets - 2;
      out.fill(0x61 + (streamId % 26), at + 2, at + octets);
      return at + octets;
    });
    return octets + 5;
  }
}

class DownloadConnection extends Connection {
  #number = 0;

  constructor(capture, random, mss) {
    super(capture, random, mss);
    this.raw(PREFACE);
    this.settings([
      [2, 0],
      [4, WINDOW],
    ]);
    this.windowUpdate(0, WINDOW - 65_535);
    this.send(this.client);
    this.settings([[3, 250]]);
    this.settingsAck();
    this.send(this.server);
    this.settingsAck();
    this.send(this.client);
  }

  download(octets, noise) {
    const id = this.nextStreamId();
    this.capture.calls++;
    this.headers(this.clientHpack, id, [...GET, [":path", `/files/${this.#number++}`]].sort(pseudoFirst), true);
    this.send(this.client);
    this.headers(this.serverHpack, id, [...FOUND, ["content-length", String(octets)]], false);
    let unreported = 0;
    for (let sent = 0; sent < octets; sent += FRAME) {
      const end = sent + FRAME >= octets;
      const from = sent % noise.length;
      this.frame(0, end ? 1 : 0, id, (out, at) => at + noise.copy(out, at, from, from + FRAME));
      unreported += FRAME;
      if (!end && unreported % (FLIGHT * FRAME) !== 0) continue;
      this.send(this.server);
      if (unreported < WINDOW / 4) continue;
      this.windowUpdate(0, unreported);
      if (!end) this.windowUpdate(id, unreported);
      unreported = 0;
      this.send(this.client);
    }
    if (unreported > 0) this.windowUpdate(0, unreported);
    this.send(this.client);
  }
}

const SYN = 0x02;
const ACK = 0x10;
const PSH = 0x08;
const FIN = 0x01;
const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME = 16_384;
const FLIGHT = 4;
const WINDOW = 1 << 20;
const METHODS = ["/helloworld.Greeter/SayHello", "/helloworld.Greeter/SayGoodbye"];
const RESPONSE = [
  [":status", "200"],
  ["content-type", "application/grpc"],
];
const OK = [
  ["grpc-status", "0"],
  ["grpc-message", ""],
];
const NOT_FOUND = [
  ["grpc-status", "5"],
  ["grpc-message", "no such greeting"],
];
const GET = [
  [":method", "GET"],
  [":scheme", "http"],
  [":authority", "files.example:50051"],
  ["user-agent", "curl/8.15.0"],
  ["accept", "*/*"],
];
const FOUND = [
  [":status", "200"],
  ["content-type", "application/octet-stream"],
];

// RFC 9113 8.3: pseudo-header fields come first.
const pseudoFirst = ([a], [b]) => Number(b.startsWith(":")) - Number(a.startsWith(":"));

function ipChecksum(b, at) {
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += b.readUInt16BE(at + i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum ^ 0xffff;
}

// Marsaglia's xorshift32: the same everywhere, which Math.random() is not.
function randomFrom(seed) {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** `50m` in octets. */
export function octetsOf(text) {
  const [, number, unit] = /^(\d+)([kmg]?)$/i.exec(text) ?? [];
  if (number === undefined) throw new Error(`not a size: ${text} (like 50m or 2g)`);
  return Number(number) * 1024 ** " kmg".indexOf(unit === "" ? " " : unit.toLowerCase());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [kind = "", file, size = "50m", seed = "1"] = process.argv.slice(2);
  const write = generators[kind];
  if (write === undefined || file === undefined) {
    console.error("node bench/generate.mjs grpc|bulk FILE [SIZE] [SEED]");
    process.exitCode = 2;
  } else console.log(JSON.stringify(write(file, octetsOf(size), Number(seed))));
}
