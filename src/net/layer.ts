import type { Packet } from "../capture/packet.ts";
import type { SegmentSink, TcpSegment } from "./segment.ts";

/** Decodes one header at `at` and calls `walk` for what follows it. Headers must end at `end`, where the captured octets do. */
export type Layer = (walk: Walk, bytes: Uint8Array, at: number, end: number) => void;

/** What a layer needs of the decoder. One object, refilled for every packet. */
export interface Walk {
  current: Packet;
  /** Where the innermost datagram so far ends on the wire; beyond `end` where the snap length cut it. An offset into `bytes`. */
  wireEnd: number;
  readonly segment: TcpSegment;
  readonly segments: SegmentSink;
  /** Go on with what follows, by link type, by EtherType, by IP protocol number. */
  link(linkType: number, bytes: Uint8Array, at: number, end: number): void;
  network(etherType: number, bytes: Uint8Array, at: number, end: number): void;
  transport(protocol: number, bytes: Uint8Array, at: number, end: number): void;
  /** Whether something decodes this IP protocol. */
  knows(protocol: number): boolean;
  /** The packet is TCP and has been passed on. */
  passed(): void;
  /** The walk ends here: at another protocol below IP, at a fragment, at damage. */
  notIp(what: string): void;
  fragment(): void;
  damaged(fault: Fault): void;
  /** Something is odd, but the packet is read all the same. */
  odd(fault: Fault): void;
}

/** Made once per kind, since they are counted by identity. */
export interface Fault {
  readonly layer: string;
  readonly reason: string;
}
