import type { Layer } from "./layer.ts";

/** A tunnel in UDP. */
export interface Tunnel {
  /** Whether the payload of a datagram is one, by its looks. At least eight octets are there. */
  isIn(bytes: Uint8Array, at: number, end: number, wireEnd: number): boolean;
  /** Called for what `isIn` accepts. */
  readonly layer: Layer;
}
