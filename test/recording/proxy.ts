// Records what two programs say to each other: a proxy between them on the loopback, whose traffic becomes a capture. Addresses, headers
// and handshakes are made up; octets, their order and their times are real.
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type PcapRecord, pcap } from "../capture/building.ts";
import { ipv4, u16, u32 } from "../net/packets.ts";

type End = "client" | "server";

export interface Recording {
  /** Where the client is to connect to. */
  readonly port: number;
  /** Waits until all connections are closed. @returns A pcap of raw IP packets with nanoseconds. */
  stop(): Promise<Buffer>;
}

/** @param target Port of the server. */
export async function record(target: number): Promise<Recording> {
  const records: PcapRecord[] = [];
  const open = new Set<Promise<void>>();
  let connections = 0;
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const conversation = new Conversation(40_000 + connections++, target, records);
    const server = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
    const done = Promise.all([relay(client, server, "client", conversation), relay(server, client, "server", conversation)]).then(
      () => void open.delete(done),
    );
    open.add(done);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    port: (proxy.address() as AddressInfo).port, // it listens on a port
    async stop() {
      await Promise.all(open);
      await new Promise((resolve) => proxy.close(resolve));
      return pcap({ nanoseconds: true, network: RAW_IP }, records);
    },
  };
}

function relay(source: Socket, sink: Socket, from: End, conversation: Conversation): Promise<void> {
  source.setNoDelay(true);
  return new Promise((resolve) => {
    source.on("data", (octets: Buffer) => {
      conversation.data(from, octets);
      sink.write(octets);
    });
    source.on("end", () => {
      conversation.close(from, FIN);
      sink.end();
    });
    source.on("error", () => sink.destroy());
    source.on("close", (failed) => {
      if (failed) conversation.close(from, RST);
      resolve();
    });
  });
}

/** One connection as packets. */
class Conversation {
  readonly #records: PcapRecord[];
  readonly #ports: Readonly<Record<End, number>>;
  /** Octets so far, SYN and FIN among them. */
  readonly #sent = { client: 0, server: 0 };
  readonly #over = { client: false, server: false };

  constructor(clientPort: number, serverPort: number, records: PcapRecord[]) {
    this.#records = records;
    this.#ports = { client: clientPort, server: serverPort };
    this.#packet("client", SYN, Buffer.alloc(0));
    this.#sent.client++;
    this.#packet("server", SYN | ACK, Buffer.alloc(0));
    this.#sent.server++;
    this.#packet("client", ACK, Buffer.alloc(0));
  }

  data(from: End, octets: Buffer): void {
    for (let at = 0; at < octets.length; at += SEGMENT) {
      const segment = octets.subarray(at, at + SEGMENT);
      this.#packet(from, ACK | PSH, segment);
      this.#sent[from] += segment.length;
    }
  }

  close(from: End, flag: number): void {
    if (this.#over[from]) return;
    this.#over[from] = true;
    this.#packet(from, ACK | flag, Buffer.alloc(0));
    this.#sent[from]++;
  }

  #packet(from: End, flags: number, octets: Buffer): void {
    const to = from === "client" ? "server" : "client";
    const ack = (flags & ACK) === 0 ? 0 : FIRST[to] + this.#sent[to];
    const ports = `${u16(this.#ports[from])}${u16(this.#ports[to])}`;
    const body = `${ports}${u32(FIRST[from] + this.#sent[from])}${u32(ack)}50${u16(flags).slice(2)}ffff00000000${octets.toString("hex")}`;
    const time = performance.timeOrigin + performance.now();
    const seconds = Math.floor(time / 1000);
    this.#records.push({
      seconds,
      fraction: Math.floor((time - seconds * 1000) * 1e6),
      octets: ipv4(body, { source: ADDRESSES[from], target: ADDRESSES[to] }),
    });
  }
}

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;
const RAW_IP = 101;
const SEGMENT = 1448;
const FIRST: Readonly<Record<End, number>> = { client: 1000, server: 2000 };
// 192.0.2.1 and 192.0.2.2 (RFC 5737).
const ADDRESSES: Readonly<Record<End, string>> = { client: "c0000201", server: "c0000202" };
