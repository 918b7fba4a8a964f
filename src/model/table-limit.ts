// What HEADER_TABLE_SIZE asks of the other side's encoder (RFC 7541 section 4.2, RFC 9113 section 4.3.1): once it has acknowledged a
// lower value, its next field block begins with a size update that goes as low.
import type { DecodedBlock } from "../fields/decoded-block.ts";
import type { HpackDecoder } from "../hpack/engine.ts";
import { Observation } from "../http2/observation.ts";
import type { FieldBlock } from "./field-block.ts";

/** Of one encoder. */
export class TableLimit {
  /** Of the block that was decoded last: the limit it had to go down to, -1 for none, and the limit that held in the end. */
  owed = -1;
  final = -1;
  /** Octets in the table before that block. */
  held = 0;
  // Acknowledged since that block; -1: nothing.
  #lowest = -1;
  #latest = -1;

  /** The encoder acknowledged SETTINGS with this HEADER_TABLE_SIZE. */
  acknowledge(size: number): void {
    this.#latest = size;
    if (this.#lowest < 0 || size < this.#lowest) this.#lowest = size;
  }

  /** A block was lost, and with it perhaps the update. */
  forget(): void {
    this.owed = this.#lowest = this.#latest = -1;
  }

  /** A block comes. */
  before(decoder: HpackDecoder): void {
    this.owed = -1;
    if (this.#lowest < 0) return;
    // A maximum that is not known may be low enough.
    if (decoder.exact && this.#lowest < decoder.tableMaximum) {
      this.owed = this.#lowest;
      this.final = this.#latest;
      this.held = decoder.tableSize;
    }
    this.#lowest = this.#latest = -1;
  }

  /** That block was decoded.
   *  @param certain No SETTINGS can be missing: which of them an acknowledgment is for is known.
   *  @returns Whether what was owed, if anything, could be judged. */
  after({ observations }: FieldBlock, { fault, sizeUpdates, lowestSizeUpdate }: DecodedBlock, certain: boolean): boolean {
    if (this.owed < 0 || fault !== undefined) return true;
    if (sizeUpdates > 0 && lowestSizeUpdate <= this.owed) return true;
    if (!certain) return false;
    observations.note(this.final > this.owed ? Observation.tableMinimumMissing : Observation.tableUpdateMissing);
    return true;
  }
}
