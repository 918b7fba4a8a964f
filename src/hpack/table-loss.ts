import { type Field, type InferredField, isUnknown, UnknownEntry, unknownField } from "../fields/field.ts";

/** What octets that are missing can have done to a dynamic table. */
export interface Missing {
  /** Entries that can have gone in, at most. */
  readonly most: number;
  /** Octets that are missing, at most. */
  readonly octets: number;
  /** Field blocks of messages that were under way; absent: any number. */
  readonly blocks?: number;
  /** The highest stream that the client had opened. */
  readonly opened?: number;
}

/** Two losses as one. */
export const joinMissing = (one: Missing, other: Missing): Missing => ({
  most: one.most + other.most,
  octets: one.octets + other.octets,
  ...(one.blocks === undefined || other.blocks === undefined ? {} : { blocks: one.blocks + other.blocks }),
  ...(one.opened === undefined ? {} : { opened: one.opened }),
});

/** Why it is taken that so many entries went in. */
export interface Why extends Pick<InferredField, "score" | "because"> {
  /** By what senders usually do, too. */
  readonly assumed: boolean;
}

/**
 * A loss, and what the table held before it. Entries that went in during the loss are not known; those before it are, but not by which
 * index: each lost entry moves them back by one. An index that counts from the newest entry (RFC 7541 2.3.3) distinguishes entries all the
 * same: one object stands for one entry, as long as no entry can have gone in unseen.
 */
export class TableLoss {
  readonly missing: Missing;
  /** What the table held, newest first; undefined for an entry that was not known then. */
  readonly before: readonly (Field | undefined)[];
  /** These were all. */
  readonly whole: boolean;
  /** The maximum before it, as far as it was known. */
  readonly maximum: number;
  /** Some of it was inferred by what senders usually do. */
  readonly assumed: boolean;
  readonly #entries = new Map<number, UnknownEntry>();
  /** How many entries may have gone in; undefined: nothing shows it. */
  #lost: readonly number[] | undefined = undefined;
  #why: Why = { score: 0, because: "", assumed: false };

  constructor(missing: Missing, before: readonly (Field | undefined)[], whole: boolean, maximum: number, assumed = false) {
    this.missing = missing;
    this.before = before;
    this.whole = whole;
    this.maximum = maximum;
    this.assumed = assumed;
  }

  /** @param position How far back it went in: counted from the loss, so that it stays as it is when others go in. */
  at(position: number): Field {
    let entry = this.#entries.get(position);
    if (entry === undefined) {
      if (this.#entries.size >= MOST) return unknownField;
      entry = new UnknownEntry(position);
      entry.inferred = this.#inferred(position);
      this.#entries.set(position, entry);
    }
    return entry;
  }

  /** How many entries went in, if only one number is possible. */
  get lost(): number | undefined {
    return this.#lost?.length === 1 ? this.#lost[0] : undefined;
  }

  /** So many entries went in: one of these numbers. An entry is known where all of them make it the same.
   *  @param why Undefined: it is not known any more. */
  solve(lost: readonly number[], why: Why | undefined): void {
    this.#lost = why === undefined ? undefined : lost;
    if (why !== undefined) this.#why = why;
    for (const entry of this.#entries.values()) entry.inferred = this.#inferred(entry.position);
  }

  /** What the table holds up to the loss, if another one follows: what went in since then comes before it. Undefined: too little is known. */
  beforeNext(): { readonly entries: readonly (Field | undefined)[]; readonly assumed: boolean } | undefined {
    const { lost } = this;
    if (lost === undefined) return undefined;
    return { entries: [...new Array<undefined>(lost).fill(undefined), ...this.before], assumed: this.#why.assumed };
  }

  #inferred(position: number): InferredField | undefined {
    let field: Field | undefined;
    for (const lost of this.#lost ?? NONE) {
      const one = position < lost ? undefined : this.before[position - lost];
      if (one === undefined || isUnknown(one)) return undefined;
      if (field !== undefined && (one.name.text !== field.name.text || one.value !== field.value)) return undefined;
      field = one;
    }
    const { score, because } = this.#why;
    return field === undefined ? undefined : { field, score, because };
  }
}

const NONE: readonly number[] = [];
// More than a table of 4096 octets holds: larger ones are rare, and further entries are just unknown.
const MOST = 512;
