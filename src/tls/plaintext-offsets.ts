/** What octets of one direction are worth in decrypted ones: how much could be read when so much had arrived. Rounded down, so that nobody is
 *  said to have known what may not have reached him. */
export class PlaintextOffsets {
  /** Ends of records, and of what they held; pairs, ascending. */
  readonly #sealed: number[] = [];
  readonly #plain: number[] = [];
  /** Entries before this were asked past. */
  #from = 0;
  /** Entries were forgotten: what was before them is unknown. */
  #forgotten = false;

  /** A record that ends before octet `sealed` brought the decrypted octets to `plain`. */
  add(sealed: number, plain: number): void {
    const last = this.#sealed.length - 1;
    if (last >= 0 && this.#plain[last]! >= plain) return;
    this.#sealed.push(sealed);
    this.#plain.push(plain);
    if (this.#from > 2 * BEHIND) this.#forget(this.#from - BEHIND);
    else if (this.#sealed.length > KEPT) this.#forget(KEPT / 2);
  }

  /** @param sealed Octets that arrived; -1: unknown. @returns Decrypted ones that could be read; -1: unknown. */
  at(sealed: number): number {
    if (sealed < 0) return -1;
    let i = this.#from;
    // Acknowledgments mostly grow: what is behind the last one is near.
    while (i < this.#sealed.length && this.#sealed[i]! <= sealed) i++;
    while (i > 0 && this.#sealed[i - 1]! > sealed) i--;
    this.#from = i;
    return i > 0 ? this.#plain[i - 1]! : this.#forgotten ? -1 : 0;
  }

  #forget(count: number): void {
    this.#sealed.splice(0, count);
    this.#plain.splice(0, count);
    this.#from = Math.max(0, this.#from - count);
    this.#forgotten = true;
  }
}

/** Entries kept that were asked past, since an older acknowledgment may come late; and in all. */
const BEHIND = 64;
const KEPT = 4096;
