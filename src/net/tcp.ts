// TCP (RFC 9293). In: a header within `end`. Out: TcpSegment. Checksums are ignored: offload leaves them empty.

import { i32, u16 } from "../bytes.ts";
import type { Fault, Layer } from "./layer.ts";

const faults = {
  short: { layer: "TCP", reason: "the packet ends inside its first 20 bytes" },
  offset: { layer: "TCP", reason: "its data offset is below 5" },
  long: { layer: "TCP", reason: "its data offset goes beyond the packet" },
} as const satisfies Record<string, Fault>;

export const tcp: Layer = (walk, bytes, at, end) => {
  if (end - at < 20) return walk.damaged(faults.short);
  const header = (bytes[at + 12]! >> 4) * 4;
  if (header < 20) return walk.damaged(faults.offset);
  const start = at + header;
  if (start > walk.wireEnd) return walk.damaged(faults.long);
  const segment = walk.segment;
  segment.packet = walk.current;
  segment.sourcePort = u16(bytes, at);
  segment.targetPort = u16(bytes, at + 2);
  segment.seq = i32(bytes, at + 4);
  segment.ack = i32(bytes, at + 8);
  segment.flags = bytes[at + 13]!;
  segment.window = u16(bytes, at + 14);
  segment.identification = walk.identification;
  segment.options = at + 20;
  // The snap length may cut as early as the options: then all of the payload is lost, but how much is known.
  segment.start = Math.min(start, end);
  segment.end = end;
  segment.cut = walk.wireEnd - Math.max(start, end);
  walk.deliver(at + 20);
};
