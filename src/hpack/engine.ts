import type { DecodedBlock } from "../fields/decoded-block.ts";
import type { Limits } from "../limits.ts";
import type { Missing, TableLoss } from "./table-loss.ts";

/**
 * Decodes the field blocks of one direction of a connection, in the order they were sent. Never throws.
 *
 * After a fault the block's later fields are missing and the decoder knows as little as after `lose()`. While it is not exact,
 * entries made since are known at their index, all others are unknown fields, one for each entry (`Field.entry`) until the next loss,
 * and `index-out-of-range` is not reported. It is exact again when a size update gave the maximum and no older entry has room.
 */
export interface HpackDecoder {
  /** Decodes `bytes[start, end)`; the octets are borrowed for the call, the block until the next call on any decoder. */
  decode(bytes: Uint8Array, start: number, end: number): DecodedBlock;
  /**
   * The largest SETTINGS_HEADER_TABLE_SIZE of the decoding side that the encoder may use; 4096 before any. A size update above it is
   * a fault, so pass 2^32 - 1 where the settings were not captured. Evicts nothing: the encoder has to signal (RFC 7541 4.2).
   */
  setMaxTableSize(octets: number): void;
  /** Octets of this direction were lost: what the dynamic table held is unknown from here on.
   *  @param missing What can have gone in meanwhile; absent: anything. */
  lose(missing?: Missing): void;
  /** The last loss, while the table is not exact, if something is known of the table before it. */
  readonly loss: TableLoss | undefined;
  /** Octets of the entries that are known to have gone in since. */
  readonly sinceLoss: number;
  /** Whether the whole dynamic table is known. */
  readonly exact: boolean;
  /** Octets in the dynamic table as RFC 7541 4.1 counts them; -1 while not exact. */
  readonly tableSize: number;
  /** The maximum the encoder last chose by a size update (4096 before any); -1 when one may have been lost. */
  readonly tableMaximum: number;
}

export type HpackEngine = (limits: Pick<Limits, "tableOctets">) => HpackDecoder;

/** RFC 9113 6.5.2: SETTINGS_HEADER_TABLE_SIZE before any SETTINGS. */
export const initialTableSize = 4096;
