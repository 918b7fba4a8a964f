// A story of two sides as a capture file, for what reads files.
import { type Story, written } from "../../src/testing.ts";
import { ipv4, u16, u32 } from "../net/packets.ts";
import { pcap } from "./building.ts";

/** A pcap of raw IP packets: 192.0.2.1:50000 and 192.0.2.2:80 (RFC 5737). */
export function captureOf(story: Story): Buffer {
  const records = written(story).segments.map(({ from, flags, offset, acked, bytes, window, time }) => {
    const [source, target] = from === "client" ? (["c0000201", "c0000202"] as const) : (["c0000202", "c0000201"] as const);
    const ports = from === "client" ? `${u16(50_000)}${u16(80)}` : `${u16(80)}${u16(50_000)}`;
    const ack = (flags & 0x10) === 0 ? 0 : FIRST + acked;
    const tcp = `${ports}${u32(FIRST + offset)}${u32(ack)}50${u16(flags).slice(2)}${u16(window)}00000000`;
    return {
      seconds: 1_000_000 + Math.floor(time / 1e9),
      fraction: time % 1e9,
      octets: ipv4(`${tcp}${Buffer.from(bytes).toString("hex")}`, { source, target }),
    };
  });
  return pcap({ nanoseconds: true, network: 101 }, records);
}

/** The sequence number of the first octet after SYN, of both sides. */
const FIRST = 1001;
