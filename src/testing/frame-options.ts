// What can be said of a frame of a story.
import type { Fields, Octets } from "./octets.ts";

/** Of every frame. */
export interface FrameOptions {
  readonly endStream?: boolean;
  /** END_HEADERS; set unless false. */
  readonly endHeaders?: boolean;
  /** Octets of padding; the PADDED flag is set where this is given, 0 too. */
  readonly padding?: number;
  /** What the padding is made of; 0 unless given. */
  readonly paddingOctet?: number;
  /** Flags beside those that the other options set. */
  readonly flags?: number;
  readonly reserved?: boolean;
}

/** Of a frame with a field block. */
export interface BlockOptions extends FrameOptions {
  readonly fields?: Fields;
  /** The octets of the field block, in place of `fields`. */
  readonly block?: Octets;
}

/** Of PRIORITY, and of the priority in HEADERS (RFC 7540 5.3). */
export interface PriorityOptions {
  readonly dependency?: number;
  /** 1 to 256. */
  readonly weight?: number;
  readonly exclusive?: boolean;
}

/** Of HEADERS. */
export interface HeadersOptions extends BlockOptions {
  readonly priority?: PriorityOptions;
}
