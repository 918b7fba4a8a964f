// The reference engine: npm hpack.js 2.1.6 behind HpackDecoder. Slow; its use is to differ where one of the two is wrong.

import type hpack from "hpack.js";
import type { Decompressor } from "hpack.js";
import { DecodedBlock } from "../fields/decoded-block.ts";
import type { HpackFault } from "../fields/decoding-fault.ts";
import { field, fieldName } from "../fields/field.ts";
import { loadPackage } from "../load-package.ts";
import { type HpackDecoder, type HpackEngine, initialTableSize } from "./engine.ts";

/** What hpack.js cannot do, and what this adapter makes of it. */
export const referenceCannot = {
  "long-integer": "an integer of more than four continuation bytes is integer-overflow, whatever its value",
  loss: "after lose(), or after a fault, every block is unknown and empty",
  "large-table": "a size update above limits.tableOctets is taken as a loss: its table limit is fixed at construction",
  "sensitive-indexed": "sensitiveIndexed is never set: hpack.js does not tell what it puts into its table",
  "padding-kind": "padding of eight bits and more is huffman-padding-long, all ones or not",
} as const;

export const referenceHpack: HpackEngine = (limits) => new ReferenceDecoder(limits.tableOctets);

class ReferenceDecoder implements HpackDecoder {
  exact = true;
  private readonly block = new DecodedBlock();
  private readonly bound: number;
  private readonly decompressor: Decompressor;
  private limit = initialTableSize;
  private left = 0; // octets of the block from its next representation on
  private error: Error | undefined;

  constructor(bound: number) {
    this.bound = Math.max(bound, initialTableSize);
    const { decompressor } = loadPackage("hpack.js") as typeof hpack;
    this.decompressor = decompressor.create({ table: { maxSize: this.bound } });
    this.decompressor.updateTableSize(initialTableSize);
    this.decompressor.on("error", (error) => {
      this.error = error;
    });
    this.decompressor.push = (header) => {
      this.left = this.decompressor._decoder.buffer.size;
      if (header !== null) this.block.add(field(fieldName(header.name), header.value));
      return true;
    };
    const resize = this.decompressor.updateTableSize.bind(this.decompressor);
    // hpack.js lets late updates pass and knows one limit only.
    this.decompressor.updateTableSize = (size) => {
      if (this.block.count > 0) throw new Error("table-size-update-position");
      if (size > this.limit) throw new Error("table-size-update-too-large");
      if (size > this.bound) throw new Error(beyondBound);
      resize(size);
      this.block.addSizeUpdate(size);
      this.left = this.decompressor._decoder.buffer.size;
    };
  }

  get tableSize(): number {
    return this.exact ? this.decompressor._table.size : -1;
  }

  get tableMaximum(): number {
    return this.exact ? this.decompressor._table.maxSize : -1;
  }

  setMaxTableSize(octets: number): void {
    this.limit = octets;
  }

  lose(): void {
    this.exact = false;
  }

  // Nothing is known after a loss.
  get loss(): undefined {
    return undefined;
  }

  get sinceLoss(): number {
    return 0;
  }

  decode(bytes: Uint8Array, start: number, end: number): DecodedBlock {
    const block = this.block;
    block.clear();
    this.left = end - start;
    if (this.exact) {
      this.decompressor.write(Buffer.from(bytes.subarray(start, end)));
      this.decompressor.execute();
      this.exact = this.error === undefined;
      if (this.error !== undefined && this.error.message !== beyondBound) {
        block.fault = faults[this.error.message] ?? "block-truncated"; // "Buffer too small", or a TypeError
        block.faultOffset = end - start - this.left;
      }
    }
    block.finish();
    if (!this.exact && block.fault === undefined) block.certainty = "unknown";
    return block;
  }
}

const beyondBound = "beyond the bound";
const faults: Readonly<Record<string, HpackFault>> = {
  "table-size-update-position": "table-size-update-position",
  "table-size-update-too-large": "table-size-update-too-large",
  "Zero indexed field": "index-zero",
  "Indexed field OOB": "index-out-of-range",
  "Integer does not fit into 32 bits": "integer-overflow",
  "Not enough octets for string": "string-too-long",
  "EOS in encoding": "huffman-eos",
  "8-bit EOS": "huffman-padding-long",
  "Final sequence is not EOS": "huffman-padding-not-eos",
};
