import { type Field, unknownEntry, unknownField } from "../fields/field.ts";

/** Entries of a dynamic table that went in while nobody saw it. What they hold is not known, but an index that counts from the newest
 *  entry (RFC 7541 2.3.3) distinguishes them: one object stands for one entry, as long as no entry can have gone in unseen. */
export class UnknownEntries {
  readonly #entries = new Map<number, Field>();

  /** @param position How far back it went in: counted from the loss, so that it stays as it is when others go in. */
  at(position: number): Field {
    let entry = this.#entries.get(position);
    if (entry === undefined) {
      if (this.#entries.size >= MOST) return unknownField;
      entry = unknownEntry();
      this.#entries.set(position, entry);
    }
    return entry;
  }
}

// More than a table of 4096 octets holds: larger ones are rare, and further entries are just unknown.
const MOST = 512;
