// A capture of one connection whose records are sealed here: what real peers do not do.
import { analyze } from "../../src/analyze.ts";
import { bytesSource } from "../../src/capture/source.ts";
import type { Engine } from "../../src/pipeline.ts";
import type { Side } from "../../src/place.ts";
import type { ReportEvent } from "../../src/report/event.ts";
import { clientHello, keyLog, Sealer, serverHello } from "./sealing.ts";

/** A segment; `acked`: octets of the other side that it acknowledges, all unless given. */
export interface Sent {
  readonly from: Side;
  readonly octets?: Uint8Array;
  readonly fin?: boolean;
  readonly rst?: boolean;
  readonly acked?: number;
}

/** @returns A pcap, Ethernet, 1 ms between packets, from SYN on. */
export function captureOf(sent: readonly Sent[]): Buffer {
  const next = { client: 1, server: 1 };
  const packets = [
    packet("client", 0x02, 0, 0, Buffer.alloc(0)),
    packet("server", 0x12, 0, 1, Buffer.alloc(0)),
    packet("client", 0x10, 1, 1, Buffer.alloc(0)),
  ];
  for (const { from, octets = new Uint8Array(0), fin = false, rst = false, acked } of sent) {
    const peer = from === "client" ? "server" : "client";
    const ack = acked === undefined ? next[peer] : 1 + acked;
    packets.push(packet(from, 0x10 | (fin ? 1 : 0) | (rst ? 4 : 0), next[from], ack, octets));
    next[from] += octets.length + (fin ? 1 : 0);
  }
  const records = packets.map((octets, i) => {
    const head = Buffer.alloc(16);
    head.writeUInt32LE(1, 0);
    head.writeUInt32LE(1000 * i, 4);
    head.writeUInt32LE(octets.length, 8);
    head.writeUInt32LE(octets.length, 12);
    return Buffer.concat([head, octets]);
  });
  return Buffer.concat([Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex"), ...records]);
}

function packet(from: Side, flags: number, seq: number, ack: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(54);
  head.writeUInt16BE(0x0800, 12);
  head[14] = 0x45;
  head.writeUInt16BE(40 + payload.length, 16);
  // RFC 6864: not a fragment.
  head.writeUInt16BE(0x4000, 20);
  head[22] = 64;
  head[23] = 6;
  head.set(from === "client" ? [127, 0, 0, 1, 127, 0, 0, 2] : [127, 0, 0, 2, 127, 0, 0, 1], 26);
  head.writeUInt16BE(from === "client" ? 50_000 : 443, 34);
  head.writeUInt16BE(from === "client" ? 443 : 50_000, 36);
  head.writeUInt32BE(seq, 38);
  head.writeUInt32BE(ack, 42);
  head[46] = 0x50;
  head[47] = flags;
  head.writeUInt16BE(0xffff, 48);
  return Buffer.concat([head, payload]);
}

export const SETTINGS = Buffer.from("000000040000000000", "hex");
export const ACK = Buffer.from("000000040100000000", "hex");
export const PREFACE = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1"), SETTINGS]);
/** HEADERS: GET or another method, https, /, and `:authority` a. */
export const request = (stream: number, method = "82"): Buffer =>
  Buffer.from(`0000060105${stream.toString(16).padStart(8, "0")}${method}8784410161`, "hex");

/** Both hellos, and the openings of both sides. */
export function opening(client: Sealer, server: Sealer): Sent[] {
  return [
    { from: "client", octets: clientHello(0x1301, [0x304]) },
    { from: "server", octets: serverHello(0x1301, 0x304) },
    { from: "client", octets: client.seal(23, PREFACE) },
    { from: "server", octets: server.seal(23, Buffer.concat([SETTINGS, ACK])) },
    { from: "client", octets: client.seal(23, ACK) },
  ];
}

export const sealers = () => ({ client: new Sealer("client", true), server: new Sealer("server", true) });

export async function report(sent: readonly Sent[], engine: Engine = "fast"): Promise<ReportEvent[]> {
  const events: ReportEvent[] = [];
  const keys = [bytesSource("a.keys", Buffer.from(keyLog))];
  for await (const event of analyze([bytesSource("a.pcap", captureOf(sent))], { keys, engine })) events.push(event);
  return events;
}
