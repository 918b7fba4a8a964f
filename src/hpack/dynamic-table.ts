import { type Field, isUnknown } from "../fields/field.ts";
import { initialTableSize } from "./engine.ts";
import { joinMissing, type Missing, TableLoss } from "./table-loss.ts";

let identities = 0;

/**
 * The dynamic table of one direction (RFC 7541 2.3.2, 4), as far as it is known: always a run of the newest entries.
 *
 * While `exact`, these are all entries there are. Otherwise older ones may exist whose number and content are unknown. Then a known
 * entry may be kept too long, because parts of unknown length count nothing, which the indices of an honest encoder do not show; or
 * dropped too soon, because the maximum is assumed, which makes it unknown but never wrong. Each unknown entry has an identity until
 * the next loss. Once the maximum is known and entries that went in since leave no room for an older one, the table is exact again.
 */
export class DynamicTable {
  exact = true;
  /** Octets of the known entries. */
  size = 0;
  /** The maximum in use; -1 when a size update may have been lost. */
  maximum = initialTableSize;
  /** Tables of one identity are equal in all: a copy has it too, and every change makes a new one. A double: no wrap-around. */
  identity = ++identities;
  /** Several decoders have it, so it must not change: one that changes it takes a copy. */
  shared = false;
  private readonly bound: number;
  private assumed = initialTableSize; // stands for an unknown maximum
  private ring: (Field | undefined)[] = none;
  /** Octets of each, so that an old entry need not be fetched again to be dropped. */
  private sizes: number[] = noSizes;
  private mask = -1;
  private newest = 0;
  private count = 0;
  private inserted = 0; // since the last loss
  private older = Infinity; // how many entries there can be that went in before the last loss, or in it
  private sinceMaximum = 0; // since the maximum is what it is
  /** The last loss, while entries from before it may be there. */
  loss: TableLoss | undefined = undefined;

  /** @param bound Octets of entries that are kept in any case. */
  constructor(bound: number) {
    this.bound = bound;
  }

  copy(bound: number): DynamicTable {
    const copy = new DynamicTable(bound);
    copy.exact = this.exact;
    copy.size = this.size;
    copy.maximum = this.maximum;
    copy.identity = this.identity;
    copy.assumed = this.assumed;
    copy.ring = this.count === 0 ? none : this.ring.slice();
    copy.sizes = this.count === 0 ? noSizes : this.sizes.slice();
    copy.mask = copy.ring.length - 1;
    copy.newest = this.newest;
    copy.count = this.count;
    copy.inserted = this.inserted;
    copy.older = this.older;
    copy.sinceMaximum = this.sinceMaximum;
    copy.loss = this.loss;
    return copy;
  }

  /** @param index From 0, the newest entry. */
  at(index: number): Field | undefined {
    return index < this.count ? this.ring[(this.newest - index) & this.mask] : undefined;
  }

  /** There can be no such entry, whatever was lost. @param index Beyond those that `at` knows. */
  isBeyond(index: number): boolean {
    return this.exact || index >= this.inserted + this.older;
  }

  /** It was there, and had to go. @param index Beyond those that `at` knows. */
  hadOnce(index: number): boolean {
    return this.exact && this.maximum >= 0 && index < this.inserted;
  }

  /** What stands for an entry that is not known: the same object for the same entry. @param index Beyond those that `at` knows. */
  unknownAt(index: number): Field {
    return (this.loss ??= new TableLoss(unbounded, none, false, -1)).at(index - this.inserted);
  }

  insert(field: Field): void {
    this.identity = ++identities;
    const maximum = this.maximum < 0 ? this.assumed : this.maximum;
    // RFC 7541 4.4: an entry larger than the table empties it.
    if (field.size > maximum) {
      this.evict(0);
      if (this.maximum >= 0) this.allKnown();
      // Whether it went in is not known, nor what an index means from here on.
      else {
        this.older += this.inserted + 1;
        this.forgetEntries();
      }
      return;
    }
    this.inserted++;
    this.sinceMaximum++;
    if (this.size + field.size > maximum) this.evict(maximum - field.size);
    // Ours, not the encoder's limit: the entries dropped are still there for the peers.
    if (this.size + field.size > this.bound) {
      this.evict(Math.max(0, this.bound - field.size));
      this.exact = false;
      this.older = Infinity;
      if (field.size > this.bound) return;
    }
    if (this.count === this.ring.length) this.grow();
    this.newest = (this.newest + 1) & this.mask;
    this.ring[this.newest] = field;
    this.sizes[this.newest] = field.size;
    this.count++;
    this.size += field.size;
    if (!this.exact) this.settle();
  }

  /** RFC 7541 4.3 */
  resize(maximum: number): void {
    this.identity = ++identities;
    if (this.maximum !== maximum) this.sinceMaximum = 0;
    this.maximum = maximum;
    if (this.size > maximum) this.evict(maximum);
    // Not even an empty field fits: whatever was there is gone.
    if (maximum < 32) this.allKnown();
  }

  /** @param assumed The largest maximum that may be in use if `maximum` is not known. */
  lose(assumed: number, maximum = -1, missing: Missing = unbounded): void {
    this.identity = ++identities;
    const loss = this.lossFrom(missing);
    this.older = (this.exact ? this.count : this.inserted + this.older) + missing.most;
    this.evict(0);
    this.exact = false;
    this.assumed = assumed;
    this.maximum = maximum;
    this.forgetEntries();
    this.loss = loss;
  }

  // What is known of the entries before this loss is kept where the entries after it may show which of them they are.
  private lossFrom(missing: Missing): TableLoss | undefined {
    if (missing.octets === Infinity) return undefined;
    const { loss, count, exact, maximum } = this;
    const known = Array.from({ length: Math.min(count, longest) }, (_, i) => this.at(i));
    if (exact) return new TableLoss(missing, known, count <= longest, maximum);
    // The known entries are all that went in since the loss before.
    const joined = loss !== undefined && count === this.inserted;
    const last = maximum < 0 && loss !== undefined ? loss.maximum : maximum;
    const older = joined ? loss.beforeNext() : undefined;
    if (older !== undefined) {
      const all = [...known, ...older.entries];
      return new TableLoss(missing, all.slice(0, longest), loss!.whole && all.length <= longest, last, older.assumed);
    }
    if (!joined || count > 0) return new TableLoss(missing, known, false, last);
    // Two losses without a new entry between them are one.
    return new TableLoss(joinMissing(loss.missing, missing), loss.before, loss.whole, last, loss.assumed);
  }

  private forgetEntries(): void {
    this.inserted = 0;
    this.sinceMaximum = 0;
    this.loss = undefined;
  }

  // All entries that are known went in under the maximum of now, and had to push out one of them, or leave no room for the smallest
  // entry (32 octets): older ones went before (RFC 7541 4.4).
  private settle(): void {
    const { count, sinceMaximum, maximum } = this;
    if (maximum < 0 || maximum > this.bound || count > sinceMaximum) return;
    if (count === sinceMaximum && this.size + 32 <= maximum) return;
    for (let i = 0; i < this.count; i++) if (isUnknown(this.at(i)!)) return;
    this.allKnown();
  }

  private allKnown(): void {
    this.exact = true;
    this.loss = undefined;
  }

  private evict(size: number): void {
    while (this.size > size) {
      const oldest = (this.newest - this.count + 1) & this.mask;
      this.size -= this.sizes[oldest]!;
      this.ring[oldest] = undefined; // lets go of its strings
      this.count--;
    }
  }

  private grow(): void {
    const { ring, sizes, mask, newest, count } = this;
    const length = Math.max(leastRing, ring.length * 2);
    const larger = new Array<Field | undefined>(length).fill(undefined);
    const largerSizes = new Array<number>(length).fill(0);
    for (let i = 0; i < count; i++) {
      const at = (newest - i) & mask;
      larger[count - 1 - i] = ring[at];
      largerSizes[count - 1 - i] = sizes[at]!;
    }
    this.ring = larger;
    this.sizes = largerSizes;
    this.mask = larger.length - 1;
    this.newest = count - 1;
  }
}

const none: (Field | undefined)[] = [];
const noSizes: number[] = [];
const leastRing = 8;
const unbounded: Missing = { most: Infinity, octets: Infinity };
// Entries from before a loss that are kept: as many as the largest table that is usual has room for.
const longest = 2048;
