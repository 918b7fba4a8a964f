// Input: the octets of one field block. Output: a DecodedBlock. RFC 7541, the decoding side. Not here: whether the fields make
// sense (rules), joining HEADERS with CONTINUATION (model), encoding.

import { DecodedBlock } from "../fields/decoded-block.ts";
import type { HpackFault } from "../fields/decoding-fault.ts";
import { type Field, FieldBit, type FieldName, field, fieldName } from "../fields/field.ts";
import { BlockMemo, longestKept } from "./block-memo.ts";
import { DynamicTable } from "./dynamic-table.ts";
import { type HpackDecoder, type HpackEngine, initialTableSize } from "./engine.ts";
import { decodeHuffman } from "./huffman.ts";
import { OctetCache } from "./octet-cache.ts";
import { OctetText } from "./octet-text.ts";
import { firstDynamicIndex, staticTable } from "./static-table.ts";
import type { Missing, TableLoss } from "./table-loss.ts";

/** The default engine. */
export const fastHpack: HpackEngine = (limits) => new FastDecoder(limits.tableOctets);

class FastDecoder implements HpackDecoder {
  private table: DynamicTable;
  private readonly bound: number;
  private limit = initialTableSize;
  private score = 0; // of blocks that were remembered: where there are none, looking is not worth it
  private at = 0; // the octet to read next
  private fault: HpackFault | undefined = undefined;

  constructor(bound: number) {
    this.bound = bound;
    this.table = bound < initialTableSize ? new DynamicTable(bound) : emptyTable;
  }

  get exact(): boolean {
    return this.table.exact;
  }

  get tableSize(): number {
    return this.table.exact ? this.table.size : -1;
  }

  get tableMaximum(): number {
    return this.table.maximum;
  }

  setMaxTableSize(octets: number): void {
    this.limit = octets;
  }

  get loss(): TableLoss | undefined {
    return this.table.loss;
  }

  get sinceLoss(): number {
    return this.table.size;
  }

  lose(missing?: Missing): void {
    this.own().lose(Math.min(this.bound, Math.max(this.limit, initialTableSize, this.table.maximum)), -1, missing);
  }

  decode(bytes: Uint8Array, start: number, end: number): DecodedBlock {
    if (end - start > longestKept || !this.looks()) return this.fresh(bytes, start, end);
    const { identity } = this.table;
    const kept = memo.find(bytes, start, end, identity);
    if (kept !== undefined) {
      if (this.score < 64) this.score += 2;
      if (memo.after !== undefined) this.table = memo.after;
      return kept;
    }
    this.score--;
    return memo.keep(bytes, start, end, identity, this.fresh(bytes, start, end), this.table);
  }

  // Where looking does not pay, one of 32 tries again.
  private looks(): boolean {
    if (this.score >= -64) return true;
    this.score = this.score > -96 ? this.score - 1 : -64;
    return false;
  }

  /** The table, to change it. */
  private own(): DynamicTable {
    if (this.table.shared) this.table = this.table.copy(this.bound);
    return this.table;
  }

  private fresh(b: Uint8Array, start: number, end: number): DecodedBlock {
    const block = scratch;
    block.clear();
    this.fault = undefined;
    this.at = start;
    while (this.at < end) {
      const first = this.at;
      // Most fields of most blocks: one octet that means what it meant before.
      const index = b[first]! - 0x80;
      if (index > 0 && index < 0x7f) {
        const found = index < firstDynamicIndex ? staticTable[index] : this.table.at(index - firstDynamicIndex);
        if (found !== undefined) {
          block.add(found);
          this.at = first + 1;
          continue;
        }
      }
      this.representation(b, first, end);
      if (this.fault !== undefined) {
        block.fault = this.fault;
        block.faultOffset = first - start;
        this.lose();
        break;
      }
    }
    return block.finish();
  }

  // RFC 7541 6
  private representation(b: Uint8Array, at: number, end: number): void {
    const first = b[at]!;
    let found: Field | undefined;
    if (first >= 0x80) {
      found = this.lookup(this.integer(b, at, end, 0x7f));
    } else if (first >= 0x40) {
      found = this.literal(b, at, end, 0x3f);
      if (found !== undefined) {
        this.own().insert(found);
        if ((found.bits & FieldBit.sensitive) !== 0) scratch.sensitiveIndexed ??= found;
      }
    } else if (first >= 0x20) {
      this.sizeUpdate(this.integer(b, at, end, 0x1f));
    } else {
      found = this.literal(b, at, end, 0x0f);
    }
    if (found !== undefined) scratch.add(found);
  }

  private lookup(index: number): Field | undefined {
    if (index >= firstDynamicIndex) {
      const found = this.table.at(index - firstDynamicIndex);
      if (found !== undefined) return found;
      if (!this.table.isBeyond(index - firstDynamicIndex)) return this.table.unknownAt(index - firstDynamicIndex);
      this.fault = "index-out-of-range";
      if (this.table.hadOnce(index - firstDynamicIndex)) scratch.evictedFrom = this.table.maximum;
    } else if (index > 0) return staticTable[index];
    else if (index === 0) this.fault = "index-zero";
    return undefined;
  }

  private literal(b: Uint8Array, at: number, end: number, mask: number): Field | undefined {
    const index = this.integer(b, at, end, mask);
    const name = index === 0 ? this.name(b, end) : this.lookup(index)?.name;
    return name === undefined ? undefined : this.value(name, b, end);
  }

  // RFC 7541 4.2, 6.3
  private sizeUpdate(size: number): void {
    if (size < 0) return;
    if (scratch.count > 0) this.fault = "table-size-update-position";
    else if (size > this.limit) this.fault = "table-size-update-too-large";
    else {
      scratch.addSizeUpdate(size);
      this.own().resize(size);
    }
  }

  private name(b: Uint8Array, end: number): FieldName | undefined {
    const huffman = this.at < end ? b[this.at]! >>> 7 : 0;
    const length = this.stringLength(b, end);
    if (length < 0) return undefined;
    const start = this.at;
    this.at = start + length;
    const cached = names.find(anyName, 0, huffman, b, start, this.at);
    if (cached !== undefined) return cached;
    if (!this.string(b, start, this.at, huffman)) return undefined;
    const made = fieldName(string.text(), string.classes);
    names.keep(anyName, huffman, b, start, this.at, made);
    return made;
  }

  private value(name: FieldName, b: Uint8Array, end: number): Field | undefined {
    const huffman = this.at < end ? b[this.at]! >>> 7 : 0;
    const length = this.stringLength(b, end);
    if (length < 0) return undefined;
    const start = this.at;
    this.at = start + length;
    const cached = fields.find(name, name.seed, huffman, b, start, this.at);
    if (cached !== undefined) return cached;
    if (!this.string(b, start, this.at, huffman)) return undefined;
    const made = field(name, string.text(), string.classes);
    fields.keep(name, huffman, b, start, this.at, made);
    return made;
  }

  // RFC 7541 5.2
  private stringLength(b: Uint8Array, end: number): number {
    if (this.at >= end) return this.fail("block-truncated");
    const length = this.integer(b, this.at, end, 0x7f);
    return length > end - this.at ? this.fail("string-too-long") : length;
  }

  private string(b: Uint8Array, start: number, end: number, huffman: number): boolean {
    if (huffman === 0) string.copy(b, start, end);
    else this.fault = decodeHuffman(b, start, end, string);
    return this.fault === undefined;
  }

  /** RFC 7541 5.1. Returns -1 after a fault. */
  private integer(b: Uint8Array, at: number, end: number, mask: number): number {
    const prefix = b[at++]! & mask;
    if (prefix < mask) {
      this.at = at;
      return prefix;
    }
    let value = prefix;
    let weight = 1; // multiplied, not shifted: 35 bits may come
    for (let octets = 1; ; octets++, weight *= 128) {
      if (at >= end) return this.fail("block-truncated");
      const octet = b[at++]!;
      if (octets > 5) return this.fail("integer-overflow");
      value += (octet & 0x7f) * weight;
      if (octet < 0x80) break;
    }
    this.at = at;
    return value > 0xffffffff ? this.fail("integer-overflow") : value;
  }

  private fail(fault: HpackFault): -1 {
    this.fault = fault;
    return -1;
  }
}

// Shared by all decoders. A block is borrowed until the next one is decoded, by whichever decoder.
const scratch = new DecodedBlock();
const memo = new BlockMemo();
const emptyTable = new DynamicTable(initialTableSize); // of every connection, until it puts something in
emptyTable.shared = true;
// What these hold depends on octets alone, never on a table.
const string = new OctetText();
const fields = new OctetCache<FieldName, Field>(4096);
const names = new OctetCache<object, FieldName>(512);
const anyName = {};
