/** What octets of one direction are worth in decrypted ones: how much could be read when so much had arrived. Rounded down, so that nobody is
 *  said to have known what may not have reached him. */
export class PlaintextOffsets {
  /** Where a record ends, and where what it held ends, by turns; both ascending. */
  readonly #ends: number[] = [];
  /** Entries before this one were asked past. */
  #from = 0;
  /** Entries were forgotten: what was before them is unknown. */
  #forgotten = false;

  /** A record that ends before octet `sealed` brought the decrypted octets to `plain`. */
  add(sealed: number, plain: number): void {
    const ends = this.#ends;
    if (ends.length > 0 && ends[ends.length - 1]! >= plain) return;
    ends.push(sealed, plain);
    if (this.#from > 2 * BEHIND) this.#forget(this.#from - BEHIND);
    else if (ends.length > 2 * KEPT) this.#thin();
  }

  /** @param sealed Octets that arrived; -1: unknown. @returns Decrypted ones that could be read; -1: unknown. */
  at(sealed: number): number {
    if (sealed < 0) return -1;
    const ends = this.#ends;
    let i = this.#from;
    // Acknowledgments mostly grow: what is behind the last one is near.
    while (2 * i < ends.length && ends[2 * i]! <= sealed) i++;
    while (i > 0 && ends[2 * i - 2]! > sealed) i--;
    this.#from = i;
    return i > 0 ? ends[2 * i - 1]! : this.#forgotten ? -1 : 0;
  }

  #forget(count: number): void {
    this.#ends.splice(0, 2 * count);
    this.#from = Math.max(0, this.#from - count);
    this.#forgotten = true;
  }

  // The other side is silent: of what it has long had, every second entry will do, which rounds down further.
  #thin(): void {
    const ends = this.#ends;
    let to = 0;
    for (let i = 0; 2 * i < ends.length; i++) {
      if (i % 2 === 0 && i < KEPT / 2) continue;
      ends[2 * to] = ends[2 * i]!;
      ends[2 * to++ + 1] = ends[2 * i + 1]!;
    }
    ends.length = 2 * to;
    this.#from = 0;
  }
}

/** Entries kept that were asked past, since an older acknowledgment may come late; and in all. */
const BEHIND = 64;
const KEPT = 512;
