// Records what two programs say to each other in a test, without rights to capture packets: a proxy between them on the loopback, whose
// traffic becomes a capture. Octets, their order, their ports and their times are real; TCP's handshakes and sequence numbers are made up.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { PcapngWriter } from "../capture/pcapng-writer.ts";
import { other, type Side } from "../place.ts";
import { version } from "../version.ts";

/** A proxy that records. */
export interface Recording {
  /** Where the client is to connect to, on 127.0.0.1. */
  readonly port: number;
  /** Waits until all connections are closed, and takes no more.
   *  @returns A pcapng file: for `bytesSource`, or to be written to disk. */
  stop(): Promise<Uint8Array>;
}

/** Record the connections to a server.
 *  @param target Port of the server on 127.0.0.1.
 *  @throws What Node throws where no port is free. */
export async function recordTraffic(target: number): Promise<Recording> {
  const blocks: Uint8Array[] = [];
  const writer = new PcapngWriter((block) => blocks.push(block), {
    application: `h2lint ${version}`,
    comment: "recorded by a proxy",
  });
  const on = writer.interface({ linkType: RAW_IP });
  const write = (packet: Buffer) => {
    const time = process.hrtime.bigint() + EPOCH;
    writer.packet(on, time, packet, 0, packet.length, packet.length);
  };
  const open = new Set<Promise<unknown>>();
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const conversation = new Conversation({ client: client.remotePort ?? 0, server: target }, write);
    const server = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    const both = [relay(client, server, "client", conversation), relay(server, client, "server", conversation)];
    const done: Promise<unknown> = Promise.all(both).then(() => open.delete(done));
    open.add(done);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  return {
    port: (proxy.address() as AddressInfo).port, // it listens on a port, not on a pipe
    async stop() {
      while (open.size > 0) await Promise.all(open);
      await new Promise((resolve) => proxy.close(resolve));
      return Buffer.concat(blocks);
    },
  };
}

function relay(source: Socket, sink: Socket, from: Side, conversation: Conversation): Promise<void> {
  source.setNoDelay(true);
  return new Promise((resolve) => {
    source.on("data", (octets: Buffer) => {
      conversation.data(from, octets);
      if (!sink.write(octets)) {
        source.pause();
        sink.once("drain", () => source.resume());
      }
    });
    source.on("end", () => {
      conversation.close(from, FIN);
      sink.end();
    });
    source.on("error", () => sink.destroy());
    source.on("close", (failed) => {
      if (failed) conversation.close(from, RST);
      // Nobody reads it any more: it must not wait for that.
      source.resume();
      resolve();
    });
  });
}

/** One connection as packets. */
class Conversation {
  readonly #write: (packet: Buffer) => void;
  readonly #ports: Readonly<Record<Side, number>>;
  /** Octets so far, SYN and FIN among them. */
  readonly #sent = { client: 0, server: 0 };
  /** Those that the other side may have received: not what came in the same turn as its own. */
  readonly #arrived = { client: 0, server: 0 };
  readonly #over = { client: false, server: false };

  constructor(ports: Readonly<Record<Side, number>>, write: (packet: Buffer) => void) {
    this.#ports = ports;
    this.#write = write;
    this.#packet("client", SYN);
    this.#count("client", 1, true);
    this.#packet("server", SYN | ACK);
    this.#count("server", 1, true);
    this.#packet("client", ACK);
  }

  data(from: Side, octets: Buffer): void {
    for (let at = 0; at < octets.length; at += SEGMENT) {
      const segment = octets.subarray(at, at + SEGMENT);
      this.#packet(from, ACK | PSH, segment);
      this.#count(from, segment.length);
    }
  }

  close(from: Side, flag: number): void {
    if (this.#over[from]) return;
    this.#over[from] = true;
    this.#packet(from, ACK | flag);
    this.#count(from, 1);
  }

  #count(from: Side, octets: number, atOnce = false): void {
    this.#sent[from] += octets;
    const sent = this.#sent[from];
    const arrive = () => {
      this.#arrived[from] = sent;
    };
    if (atOnce) arrive();
    else setImmediate(arrive);
  }

  #packet(from: Side, flags: number, octets: Uint8Array = NOTHING): void {
    const to = other(from);
    const packet = Buffer.alloc(HEADERS + octets.length);
    // RFC 791 3.1: version and length, total length, do not fragment, time to live, TCP.
    packet[0] = 0x45;
    packet.writeUInt16BE(packet.length, 2);
    packet.writeUInt16BE(0x4000, 6);
    packet[8] = 64;
    packet[9] = 6;
    packet.set(LOOPBACK, 12);
    packet.set(LOOPBACK, 16);
    packet.writeUInt16BE(checksum(packet.subarray(0, 20)), 10);
    // RFC 9293 3.1; its checksum is left to hardware, as on the loopback.
    packet.writeUInt16BE(this.#ports[from], 20);
    packet.writeUInt16BE(this.#ports[to], 22);
    packet.writeUInt32BE((FIRST[from] + this.#sent[from]) >>> 0, 24);
    if ((flags & ACK) !== 0) packet.writeUInt32BE((FIRST[to] + this.#arrived[to]) >>> 0, 28);
    packet[32] = 0x50;
    packet[33] = flags;
    packet.writeUInt16BE(0xffff, 34);
    packet.set(octets, HEADERS);
    this.#write(packet);
  }
}

/** RFC 1071. */
function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;
const RAW_IP = 101;
const HEADERS = 40;
const SEGMENT = 1448;
const NOTHING = new Uint8Array(0);
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);
const FIRST: Readonly<Record<Side, number>> = { client: 1000, server: 2000 };
/** Of the clock that never goes back, nanoseconds since the epoch. */
const EPOCH = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
