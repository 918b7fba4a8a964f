import type { Packet } from "../capture/packet.ts";
import type { ExportedStreams } from "./exported-streams.ts";
import type { TcpSegment } from "./segment.ts";

/** Decodes one header at `at` and calls `walk` for what follows it. Headers must end at `end`, where the captured octets do. */
export type Layer = (walk: Walk, bytes: Uint8Array, at: number, end: number) => void;

/** What a layer needs of the decoder. One object, refilled for every packet. */
export interface Walk {
  current: Packet;
  /** Where the innermost datagram so far ends on the wire; beyond `end` where the snap length cut it. An offset into `bytes`. */
  wireEnd: number;
  /** The innermost network identifier, key or tunnel endpoint, 0 without a tunnel: fragments of two tunnels are never mixed. */
  tunnel: number;
  /** Identification of the innermost IPv4 header; 0 for IPv6. */
  identification: number;
  readonly segment: TcpSegment;
  readonly exported: ExportedStreams;
  /** Go on with what follows, by link type, by EtherType, by IP protocol number. */
  link(linkType: number, bytes: Uint8Array, at: number, end: number): void;
  network(etherType: number, bytes: Uint8Array, at: number, end: number): void;
  transport(protocol: number, bytes: Uint8Array, at: number, end: number): void;
  /** `segment` is filled: the walk ends well. Its TCP options are from `options` to its `start`. */
  deliver(options: number): void;
  /** The walk ends here, unless the fragment completes its datagram. `offset` in octets; addresses are in `segment`. */
  fragment(
    protocol: number,
    id: number,
    offset: number,
    more: boolean,
    bytes: Uint8Array,
    at: number,
    end: number,
    fault: Fault,
  ): void;
  /** The walk ends here: at another protocol below or above IP, at what is not read, at a cipher, at damage. */
  notIp(what: string): void;
  notTcp(what: string): void;
  unread(what: string): void;
  encrypted(what: string): void;
  damaged(fault: Fault): void;
  /** Something is odd, but the packet is read all the same. */
  odd(fault: Fault): void;
}

/** Made once per kind, since they are counted by identity. */
export interface Fault {
  readonly layer: string;
  readonly reason: string;
}
