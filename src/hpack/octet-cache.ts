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
  private slot = 0; // where the last find() looked

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
    if (length > longest) return undefined;
    let hash = seed + kind;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ b[i]!, 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & this.mask;
    this.slot = slot;
    if (this.tags[slot] !== tagOf(kind, length) || this.owners[slot] !== owner) return undefined;
    const arena = this.arena;
    let at = slot * longest;
    for (let i = start; i < end; i++) if (arena[at++] !== b[i]) return undefined;
    return this.values[slot];
  }

  /** Keeps a value for the key of the find() just before. */
  keep(owner: Owner, kind: number, b: Uint8Array, start: number, end: number, value: Value): void {
    if (end - start > longest) return;
    const slot = this.slot;
    let at = slot * longest;
    for (let i = start; i < end; i++) this.arena[at++] = b[i]!;
    this.tags[slot] = tagOf(kind, end - start);
    this.owners[slot] = owner;
    this.values[slot] = value;
  }
}

const longest = 64;

const tagOf = (kind: number, length: number): number => 0x100 | (kind << 7) | length;
