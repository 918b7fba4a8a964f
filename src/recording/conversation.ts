// One connection as packets. Octets, their order, ports and times are those that were relayed; TCP's handshake and sequence numbers are
// made up, as a proxy does not see them.
import { isIPv4, isIPv6 } from "node:net";
import { other, type Side } from "../place.ts";

/** One end of a connection. */
export interface Endpoint {
  /** IPv4 or IPv6; an IPv4 address may stand in an IPv6 one (RFC 4291 2.5.5.2). */
  readonly address: string;
  readonly port: number;
}

/** Gets a packet, from its IP header on; it may keep the octets. @param comment What no octet of it says. */
export type PacketOutput = (packet: Uint8Array, comment?: string) => void;

export class Conversation {
  readonly #write: PacketOutput;
  readonly #ports: Readonly<Record<Side, number>>;
  /** The IP header of each side's packets, but for what differs by packet. */
  readonly #headers: Readonly<Record<Side, Buffer>>;
  /** Initial sequence numbers. */
  readonly #first: Readonly<Record<Side, number>>;
  /** Octets so far, SYN and FIN among them. */
  readonly #sent = { client: 0, server: 0 };
  /** Those that were passed on to the other side. */
  readonly #arrived = { client: 0, server: 0 };
  readonly #ended: Record<Side, "" | "FIN" | "RST"> = { client: "", server: "" };

  /** @param id Differs from that of other connections, and so do the initial sequence numbers: ports are used again. */
  constructor(ends: Readonly<Record<Side, Endpoint>>, id: number, write: PacketOutput) {
    this.#write = write;
    this.#ports = { client: ends.client.port, server: ends.server.port };
    const first = Math.imul(id, 0x0fff_fff1) >>> 0;
    this.#first = { client: first + 1000, server: first + 2000 };
    const addresses = { client: octetsOf(ends.client.address), server: octetsOf(ends.server.address) };
    // One header holds addresses of one family.
    const isShort = addresses.client.length === 4 && addresses.server.length === 4;
    const header = (from: Side): Buffer =>
      isShort
        ? headerOfIPv4(addresses[from], addresses[other(from)])
        : headerOfIPv6(mapped(addresses[from]), mapped(addresses[other(from)]));
    this.#headers = { client: header("client"), server: header("server") };
  }

  /** The server has taken the connection. */
  opened(): void {
    this.#attempt();
    this.#packet("server", SYN | ACK);
    this.passed("server", ++this.#sent.server);
    this.#packet("client", ACK);
  }

  /** The server's host says that nobody listens there. */
  refused(): void {
    this.#attempt();
    this.#packet("server", RST | ACK);
    this.#ended.server = "RST";
  }

  /** There was no answer. @param why Of the system. */
  unreachable(why: string): void {
    this.#attempt(`the proxy could not connect: ${why}`);
  }

  /** What is sent from now on may answer what was passed on to its sender by now, and nothing else.
   *  @param octets Copied. @returns How much `from` has sent: for `passed`. */
  data(from: Side, octets: Uint8Array): number {
    for (let at = 0; at < octets.length; at += SEGMENT) {
      const segment = octets.subarray(at, at + SEGMENT);
      this.#packet(from, ACK | PSH, segment);
      this.#sent[from] += segment.length;
    }
    return this.#sent[from];
  }

  /** @returns As `data` does. */
  finished(from: Side): number {
    if (this.#ended[from] === "") {
      this.#ended[from] = "FIN";
      this.#packet(from, ACK | FIN);
      this.#sent[from]++;
    }
    return this.#sent[from];
  }

  /** The other side may have received it. @param sent What `data` and `finished` returned. */
  passed(from: Side, sent: number): void {
    this.#arrived[from] = sent;
  }

  /** Also after a FIN, where the other side went on sending. */
  reset(from: Side): void {
    if (this.#ended[from] === "RST") return;
    this.#ended[from] = "RST";
    this.#packet(from, ACK | RST);
  }

  #attempt(comment?: string): void {
    this.#packet("client", SYN, NOTHING, comment);
    this.passed("client", ++this.#sent.client);
  }

  #packet(from: Side, flags: number, octets: Uint8Array = NOTHING, comment?: string): void {
    const to = other(from);
    const header = this.#headers[from];
    const tcp = header.length;
    const packet = Buffer.alloc(tcp + TCP_HEADER + octets.length);
    packet.set(header);
    if (tcp === IPV4_HEADER) {
      packet.writeUInt16BE(packet.length, 2);
      packet.writeUInt16BE(checksum(packet.subarray(0, tcp)), 10);
    } else packet.writeUInt16BE(packet.length - tcp, 4);
    // RFC 9293 3.1; its checksum is left to hardware, as on the loopback.
    packet.writeUInt16BE(this.#ports[from], tcp);
    packet.writeUInt16BE(this.#ports[to], tcp + 2);
    packet.writeUInt32BE((this.#first[from] + this.#sent[from]) >>> 0, tcp + 4);
    if ((flags & ACK) !== 0) packet.writeUInt32BE((this.#first[to] + this.#arrived[to]) >>> 0, tcp + 8);
    packet[tcp + 12] = 0x50;
    packet[tcp + 13] = flags;
    packet.writeUInt16BE(0xffff, tcp + 14);
    packet.set(octets, tcp + TCP_HEADER);
    this.#write(packet, comment);
  }
}

/** RFC 791 3.1: version and length, do not fragment, time to live, TCP, addresses. */
function headerOfIPv4(from: Uint8Array, to: Uint8Array): Buffer {
  const header = Buffer.alloc(IPV4_HEADER);
  header[0] = 0x45;
  header.writeUInt16BE(0x4000, 6);
  header[8] = 64;
  header[9] = 6;
  header.set(from, 12);
  header.set(to, 16);
  return header;
}

/** RFC 8200 3: version, TCP, hop limit, addresses. */
function headerOfIPv6(from: Uint8Array, to: Uint8Array): Buffer {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header[6] = 6;
  header[7] = 64;
  header.set(from, 8);
  header.set(to, 24);
  return header;
}

/** @returns 4 octets or 16; of what is no address those of the unspecified one. */
function octetsOf(address: string): Uint8Array {
  const text = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.replace(/%.*$/, "");
  if (isIPv4(text)) return Uint8Array.from(text.split("."), Number);
  const octets = new Uint8Array(16);
  if (!isIPv6(text)) return octets;
  const [head = "", tail = ""] = text.split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail);
  octets.set(before);
  octets.set(after, 16 - after.length);
  return octets;
}

const groupsOf = (text: string): number[] =>
  text
    .split(":")
    .filter((group) => group !== "")
    .flatMap((group) => {
      if (group.includes(".")) return group.split(".").map(Number);
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    });

const mapped = (octets: Uint8Array): Uint8Array =>
  octets.length === 16 ? octets : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...octets);

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
const IPV4_HEADER = 20;
const TCP_HEADER = 20;
const SEGMENT = 1448;
const NOTHING = new Uint8Array(0);
