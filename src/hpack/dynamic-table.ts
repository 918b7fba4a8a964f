import type { Field } from "../fields/field.ts";
import { initialTableSize } from "./engine.ts";

let identities = 0;

/**
 * The dynamic table of one direction (RFC 7541 2.3.2, 4), as far as it is known: always a run of the newest entries.
 *
 * While `exact`, these are all entries there are. Otherwise older ones may exist whose number and content are unknown. Then a known
 * entry may be kept too long, because parts of unknown length count nothing, which the indices of an honest encoder do not show; or
 * dropped too soon, because the maximum is assumed, which makes it unknown but never wrong.
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
  private mask = -1;
  private newest = 0;
  private count = 0;

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
    copy.mask = copy.ring.length - 1;
    copy.newest = this.newest;
    copy.count = this.count;
    return copy;
  }

  /** @param index From 0, the newest entry. */
  at(index: number): Field | undefined {
    return index < this.count ? this.ring[(this.newest - index) & this.mask] : undefined;
  }

  insert(field: Field): void {
    this.identity = ++identities;
    const maximum = this.maximum < 0 ? this.assumed : this.maximum;
    // RFC 7541 4.4: an entry larger than the table empties it.
    if (field.size > maximum) {
      this.evict(0);
      if (this.maximum >= 0) this.exact = true;
      return;
    }
    if (this.size + field.size > maximum) this.evict(maximum - field.size);
    // Ours, not the encoder's limit: the entries dropped are still there for the peers.
    if (this.size + field.size > this.bound) {
      this.evict(Math.max(0, this.bound - field.size));
      this.exact = false;
      if (field.size > this.bound) return;
    }
    if (this.count === this.ring.length) this.grow();
    this.newest = (this.newest + 1) & this.mask;
    this.ring[this.newest] = field;
    this.count++;
    this.size += field.size;
  }

  /** RFC 7541 4.3 */
  resize(maximum: number): void {
    this.identity = ++identities;
    this.maximum = maximum;
    if (this.size > maximum) this.evict(maximum);
    // Not even an empty field fits: whatever was there is gone.
    if (maximum < 32) this.exact = true;
  }

  /** @param assumed The largest maximum that may be in use if `maximum` is not known. */
  lose(assumed: number, maximum = -1): void {
    this.identity = ++identities;
    this.evict(0);
    this.exact = false;
    this.assumed = assumed;
    this.maximum = maximum;
  }

  private evict(size: number): void {
    while (this.size > size) {
      const oldest = (this.newest - this.count + 1) & this.mask;
      this.size -= this.ring[oldest]!.size;
      this.ring[oldest] = undefined; // lets go of its strings
      this.count--;
    }
  }

  private grow(): void {
    const { ring, mask, newest, count } = this;
    const larger = new Array<Field | undefined>(Math.max(leastRing, ring.length * 2)).fill(undefined);
    for (let i = 0; i < count; i++) larger[count - 1 - i] = ring[(newest - i) & mask];
    this.ring = larger;
    this.mask = larger.length - 1;
    this.newest = count - 1;
  }
}

const none: (Field | undefined)[] = [];
const leastRing = 8;
