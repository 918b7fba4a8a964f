/**
 * What encoded strings of at most 64 octets mean to an owner: direct-mapped, so bounded. The octets are always compared: a hash
 * alone would let wire data forge a hit.
 */
export class OctetCache<Owner extends object, Value> {
  private readonly mask: number;
  private readonly arena: Uint8Array;
  private readonly tags: Uint16Array;
  private readonly owners: (Owner | undefined)[];
  private readonly values: (Value | undefined)[];
  private readonly scores = new Int8Array(256).fill(0); // by seed: of hits, where there are none, looking is not worth it
  private slot = -1; // where the last find() looked, -1 if it did not

  /** @param slots A power of two. */
  constructor(slots: number) {
    this.mask = slots - 1;
    this.arena = new Uint8Array(slots * longest);
    this.tags = new Uint16Array(slots); // 0: empty
    this.owners = new Array<Owner | undefined>(slots).fill(undefined);
    this.values = new Array<Value | undefined>(slots).fill(undefined);
  }

  /** @param kind 0 or 1, for example whether the octets are Huffman coded; other kinds are other keys. */
  find(owner: Owner, seed: number, kind: number, b: Uint8Array, start: number, end: number): Value | undefined {
    const length = end - start;
    this.slot = -1;
    if (length > longest) return undefined;
    const rank = seed >>> 24;
    const score = this.scores[rank]!;
    if (score < -64) {
      this.scores[rank] = score > -96 ? score - 1 : -64;
      return undefined;
    }
    let hash = seed + kind;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ b[i]!, 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & this.mask;
    this.slot = slot;
    this.scores[rank] = score - 1;
    if (this.tags[slot] !== tagOf(kind, length) || this.owners[slot] !== owner) return undefined;
    const arena = this.arena;
    let at = slot * longest;
    for (let i = start; i < end; i++) if (arena[at++] !== b[i]) return undefined;
    if (score < 64) this.scores[rank] = score + 2;
    return this.values[slot];
  }

  /** Keeps a value for the key of the find() just before. */
  keep(owner: Owner, kind: number, b: Uint8Array, start: number, end: number, value: Value): void {
    const slot = this.slot;
    if (slot < 0) return;
    let at = slot * longest;
    for (let i = start; i < end; i++) this.arena[at++] = b[i]!;
    this.tags[slot] = tagOf(kind, end - start);
    this.owners[slot] = owner;
    this.values[slot] = value;
  }
}

const longest = 64;

const tagOf = (kind: number, length: number): number => 0x100 | (kind << 7) | length;
