import { Packet } from "../capture/packet.ts";

/** One TCP segment. One object, refilled; the payload is `packet.bytes` from `start` to `end`. */
export class TcpSegment {
  packet = new Packet();
  /** 4 or 6. Addresses are words in network order, signed; an IPv4 address is in the last one, the others are 0. */
  family = 4;
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  target0 = 0;
  target1 = 0;
  target2 = 0;
  target3 = 0;
  sourcePort = 0;
  targetPort = 0;
  /** Signed 32 bits: compare with tcp/sequence.ts only. */
  seq = 0;
  ack = 0;
  /** The TCP flags octet. */
  flags = 0;
  /** As on the wire, not scaled. */
  window = 0;
  /** Of its IPv4 packet; 0: none. */
  identification = 0;
  /** Where its options begin; they end where the payload begins. */
  options = 0;
  start = 0;
  end = 0;
  /** Payload octets that the snap length cut. */
  cut = 0;
}

export interface SegmentSink {
  segment(segment: TcpSegment): void;
}

export const TcpFlag = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;
