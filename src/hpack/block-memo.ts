import type { DecodedBlock } from "../fields/decoded-block.ts";
import type { DynamicTable } from "./dynamic-table.ts";
import { initialTableSize } from "./engine.ts";

/**
 * What blocks meant that came before, to all decoders: the same octets under an equal table mean the same, and make equal tables of
 * it. Servers mostly repeat themselves, and the clients of one program begin alike; a client with an id in each request never does.
 *
 * Direct-mapped, so bounded; the octets are always compared, since a hash alone would let wire data forge a hit. A block is kept when it
 * comes for the second time: most that come once never come again.
 */
export class BlockMemo {
  /** The table after the block that was found last; undefined where it stays as it was. */
  after: DynamicTable | undefined = undefined;
  private readonly arena = new Uint8Array(slots * longestKept);
  private readonly lengths = new Uint8Array(slots);
  private readonly identities = new Float64Array(slots).fill(-1);
  private readonly hashes = new Int32Array(slots); // of the last block that was looked for there
  private readonly blocks = new Array<DecodedBlock | undefined>(slots).fill(undefined);
  private readonly tables = new Array<DynamicTable | undefined>(slots).fill(undefined);
  private slot = -1; // what the last find() would keep where, -1 for nothing

  /** @param identity Of the table before the block. At most `longestKept` octets. */
  find(b: Uint8Array, start: number, end: number, identity: number): DecodedBlock | undefined {
    let hash = identity | 0;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ b[i]!, 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    if (
      this.identities[slot] === identity &&
      this.lengths[slot] === end - start &&
      this.same(slot * longestKept, b, start, end)
    ) {
      this.after = this.tables[slot];
      return this.blocks[slot];
    }
    this.slot = this.hashes[slot] === hash ? slot : -1;
    this.hashes[slot] = hash;
    return undefined;
  }

  /** Keeps what the block of the find() just before is and does. */
  keep(b: Uint8Array, start: number, end: number, identity: number, block: DecodedBlock, after: DynamicTable): DecodedBlock {
    const { slot } = this;
    if (slot < 0 || block.fault !== undefined || block.listSize > initialTableSize) return block;
    if (after.identity === identity) this.tables[slot] = undefined;
    else {
      // A size update is judged by the limit of the moment, and larger tables by the bound.
      if (block.sizeUpdates > 0 || after.maximum !== initialTableSize) return block;
      after.shared = true;
      this.tables[slot] = after;
    }
    this.arena.set(b.subarray(start, end), slot * longestKept);
    this.identities[slot] = identity;
    this.lengths[slot] = end - start;
    const kept = block.copy();
    kept.kept = true;
    return (this.blocks[slot] = kept);
  }

  private same(at: number, b: Uint8Array, start: number, end: number): boolean {
    for (let i = start; i < end; i++) if (this.arena[at++] !== b[i]) return false;
    return true;
  }
}

const slots = 1024;

/** In octets. */
export const longestKept = 64;
