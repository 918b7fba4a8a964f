// What comes of the records of TLS: decrypted octets, and what is reported beside them.
import type { Origin, Side } from "../place.ts";
import type { EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { TlsAlert } from "./alert.ts";

/** Decrypted octets of one direction in order. Offsets and acknowledgments count decrypted octets; packet and time are those of the record's
 *  last octet, since none can be read before. What it gets is borrowed until it returns. A ByteSink will do. */
export interface PlaintextSink {
  bytes(buffer: Uint8Array, start: number, end: number, at: Origin): void;
  /** @param exact The length is right; else it is the most that may be missing: padding, headers and other records may be among it. */
  gap(length: number, proof: GapProof, at: Origin, exact: boolean): void;
  end(how: EndReason, at: Origin): void;
}

/** What could not be read of a connection that has keys. */
export interface TlsTrouble {
  readonly kind: "authentication-failed" | "borders-lost" | "cut-record" | "early-data-limit";
  readonly from: Side;
  readonly file: number;
  readonly packet: number;
  /** Of the ciphertext in its direction. */
  readonly offset: number;
  readonly octets: number;
}

/** Reported beside the octets. */
export interface TlsListener {
  alert?(alert: TlsAlert): void;
  trouble?(trouble: TlsTrouble): void;
}
