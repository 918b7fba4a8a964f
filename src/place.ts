/** Who sent it: HTTP/2 has a client and a server whatever the direction of TCP. */
export type Side = "client" | "server";

export const other = (side: Side): Side => (side === "client" ? "server" : "client");

/** Where a diagnostic points: an octet of a capture file, a packet, a line of a log, the keys of TLS, or an octet of one
 *  direction of a connection. */
export type Place =
  | { readonly in: "file"; readonly file: number; readonly offset: number }
  | { readonly in: "packet"; readonly file: number; readonly packet: number }
  | { readonly in: "log"; readonly file: number; readonly line: number }
  | { readonly in: "keys" }
  | {
      readonly in: "stream";
      readonly file: number;
      readonly packet: number;
      readonly connection: number;
      readonly from?: Side;
      readonly offset?: number;
    };

/** Where an octet of a connection comes from. Refilled objects: copy what is kept. */
export interface Origin {
  /** Index of the capture file in the session, from 0. */
  file: number;
  /** Packet number in its file, from 1. */
  packet: number;
  /** Nanoseconds since the session's first packet. */
  time: number;
  /** Offset of the octet in its direction: TCP payload from the first octet after SYN. */
  offset: number;
  /** How many octets of the other direction the segment's sender had acknowledged when it sent it; -1 where unknown. */
  acked: number;
}

export const origin = (): Origin => ({ file: 0, packet: 0, time: 0, offset: 0, acked: -1 });

export const copyOrigin = (to: Origin, from: Origin): void => {
  to.file = from.file;
  to.packet = from.packet;
  to.time = from.time;
  to.offset = from.offset;
  to.acked = from.acked;
};
