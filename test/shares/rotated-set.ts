// A rotated set of ten files: many short connections of one client beside each other, so that many go on from one file to the next, and what
// they do together shows only over all of them: a connection for each request, refused ones, and some that end in an error.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** @returns The paths, in their order. */
export function writeRotatedSet(folder: string, connections = 200, files = 10): string[] {
  const packets = [...packetsOf(connections)].sort((a, b) => a.time - b.time);
  const each = Math.ceil(packets.length / files);
  return Array.from({ length: files }, (_, index) => {
    const path = join(folder, `set.pcap${index === 0 ? "" : index}`);
    const records = packets.slice(index * each, (index + 1) * each).map(({ time, octets }) => recordOf(time, octets));
    writeFileSync(path, Buffer.concat([FILE_HEAD, ...records]));
    return path;
  });
}

interface Packet {
  /** Microseconds. */
  readonly time: number;
  readonly octets: Buffer;
}

function* packetsOf(connections: number): Generator<Packet> {
  for (let i = 0; i < connections; i++) {
    const talk = new Talk(i * 1500, 20_000 + i);
    if (i % 7 === 3) {
      yield talk.client(SYN);
      yield talk.server(RST | ACK);
      continue;
    }
    yield talk.client(SYN);
    yield talk.server(SYN | ACK);
    yield talk.client(ACK | PSH, Buffer.concat([PREFACE, frame(4, 0, 0), frame(1, 5, 1, REQUEST)]));
    yield talk.server(ACK | PSH, frame(4, 0, 0));
    if (i % 5 === 0) yield talk.client(ACK | PSH, frame(6, 0, 3, Buffer.alloc(8)));
    // A fifth of them, and for a while all.
    if (i % 5 === 1 || (i >= 100 && i < 140))
      yield talk.server(ACK | PSH, frame(7, 0, 0, Buffer.from([0, 0, 0, 0, 0, 0, 0, 11])));
    else yield talk.server(ACK | PSH, frame(1, 5, 1, Buffer.from([0x88])));
    yield talk.server(FIN | ACK);
    yield talk.client(FIN | ACK);
    yield talk.server(ACK);
  }
}

class Talk {
  #time: number;
  readonly #port: number;
  #sent: [number, number] = [1000, 5000];

  constructor(time: number, port: number) {
    this.#time = time;
    this.#port = port;
  }

  client = (flags: number, octets: Buffer = NOTHING): Packet => this.#packet(0, flags, octets);
  server = (flags: number, octets: Buffer = NOTHING): Packet => this.#packet(1, flags, octets);

  #packet(from: 0 | 1, flags: number, octets: Buffer): Packet {
    this.#time += 700;
    const tcp = Buffer.alloc(20);
    tcp.writeUInt16BE(from === 0 ? this.#port : 8080, 0);
    tcp.writeUInt16BE(from === 0 ? 8080 : this.#port, 2);
    tcp.writeUInt32BE(this.#sent[from], 4);
    tcp.writeUInt32BE((flags & ACK) === 0 ? 0 : this.#sent[1 - from]!, 8);
    tcp[12] = 0x50;
    tcp[13] = flags;
    tcp.writeUInt16BE(65_535, 14);
    this.#sent[from] += octets.length + ((flags & (SYN | FIN)) === 0 ? 0 : 1);
    const ip = Buffer.alloc(20);
    ip[0] = 0x45;
    ip.writeUInt16BE(40 + octets.length, 2);
    ip[8] = 64;
    ip[9] = 6;
    ip.set(ADDRESSES[from], 12);
    ip.set(ADDRESSES[(1 - from) as 0 | 1], 16);
    return { time: this.#time, octets: Buffer.concat([ETHERNET, ip, tcp, octets]) };
  }
}

function frame(type: number, flags: number, stream: number, payload: Buffer = NOTHING): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function recordOf(time: number, octets: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(1_700_000_000 + Math.floor(time / 1e6), 0);
  head.writeUInt32LE(time % 1e6, 4);
  head.writeUInt32LE(octets.length, 8);
  head.writeUInt32LE(octets.length, 12);
  return Buffer.concat([head, octets]);
}

const NOTHING = Buffer.alloc(0);
// pcap 2.4 in little-endian order, snapshot length 262144, Ethernet.
const FILE_HEAD = Buffer.from("d4c3b2a1" + "02000400" + "00000000" + "00000000" + "00000400" + "01000000", "hex");
const ETHERNET = Buffer.from("0000000000000000000000000800", "hex");
const ADDRESSES = [Buffer.from([10, 0, 0, 7]), Buffer.from([10, 0, 0, 1])] as const;
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const REQUEST = Buffer.concat([Buffer.from("828684410f", "hex"), Buffer.from("www.example.com", "latin1")]);
const [FIN, SYN, RST, PSH, ACK] = [1, 2, 4, 8, 16] as const;
