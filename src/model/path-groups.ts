// Which requests of a connection have the same :path, where its value went by before the capture. What is the same unknown entry of the
// dynamic table is the same field (`Field.entry`); which entry is the :path follows from what a request must have (RFC 9113 8.3.1).
import { BlockBit, type DecodedBlock } from "../fields/decoded-block.ts";
import { type Field, FieldBit, UnknownEntry } from "../fields/field.ts";
import { Name } from "../fields/name.ts";
import { ValueBit } from "../fields/value-bit.ts";

/** A path that was inferred; never taken for one that was read. */
export interface InferredPath {
  readonly path: string;
  /** From 0 to 1: how likely it is right. */
  readonly score: number;
  /** Why, as a phrase. */
  readonly because: string;
}

/** Requests whose unknown :path is the same. */
export class PathGroup {
  /** From 1 on, in the order in which they are seen on the connection. */
  get number(): number {
    return this.first.#number;
  }
  /** What stands for the path in reports: `path#1`, or `~/a.B/C` where it is inferred. */
  get name(): string {
    const { inferred } = this;
    return inferred === undefined ? `path#${this.number}` : `~${inferred.path}`;
  }
  /** The :path, if what the table had before a loss shows it; never taken for one that was read. */
  get inferred(): InferredPath | undefined {
    for (const entry of this.first.#entries) {
      const { inferred } = entry;
      if (inferred?.field.name.id !== Name.path) continue;
      return { path: inferred.field.value, score: inferred.score, because: inferred.because };
    }
    return undefined;
  }
  /** Entries of the dynamic table, one of which is the :path. */
  among: readonly number[];
  readonly #number: number;
  readonly #entries: readonly UnknownEntry[];
  #same: PathGroup | undefined = undefined;

  constructor(number: number, among: readonly number[], entries: readonly UnknownEntry[]) {
    this.#number = number;
    this.#entries = entries;
    this.among = among;
  }

  /** Itself, or the group that it turned out to be. */
  get first(): PathGroup {
    return this.#same?.first ?? this;
  }

  /** @internal It is another one. */
  join(group: PathGroup): void {
    this.#same = group;
  }
}

/** The groups of one connection, up to a bound. */
export class PathGroups {
  /** Entries that are no :path, and those that are one. */
  readonly #others = new Set<number>();
  readonly #paths = new Set<number>();
  #groups = new Map<string, PathGroup>();
  #made = 0;

  /** The group of a request, some of whose fields are unknown; undefined where its :path is known, or nothing can be said. */
  of(decoded: DecodedBlock): PathGroup | undefined {
    // What is malformed proves nothing.
    if (decoded.fault !== undefined || (decoded.bits & MALFORMED) !== 0) return undefined;
    const known = this.#known;
    const among = this.#candidates(decoded);
    if (this.#known !== known) this.#narrow();
    if (among === undefined || among.length === 0) return undefined;
    const left = among.length === 1 ? among : this.#left(among);
    const key = left.join(" ");
    let group = this.#groups.get(key);
    if (group === undefined && this.#groups.size < GROUPS) {
      const entries = decoded.fields.slice(0, decoded.count).filter((field) => field instanceof UnknownEntry);
      const mayBe = entries.filter(({ entry }) => left.includes(entry));
      group = new PathGroup(++this.#made, left, mayBe);
      this.#groups.set(key, group);
    }
    return group;
  }

  #candidates(decoded: DecodedBlock): readonly number[] | undefined {
    const { fields, count } = decoded;
    const extended = decoded.method === undefined || (decoded.valueBits & ValueBit.methodConnect) !== 0;
    const hasPath = decoded.path !== undefined;
    // CONNECT has none, and extended CONNECT (RFC 8441) is recognised by a field that may be unknown.
    if (extended && decoded.method !== undefined && !hasPath) return undefined;
    const pseudo = extended ? 5 : 4;
    const among: number[] = [];
    let regular = false;
    for (let i = 0; i < count; i++) {
      const field = fields[i]!;
      if ((field.bits & FieldBit.nameUnknown) === 0) {
        regular ||= (field.bits & FieldBit.pseudo) === 0;
        continue;
      }
      const may = !hasPath && !regular && i < pseudo;
      if (field.entry !== 0) {
        if (may && !among.includes(field.entry)) among.push(field.entry);
        else this.#add(this.#others, field.entry);
      } else if (may && mayBePath(field)) return undefined;
    }
    if (hasPath) return undefined;
    const left = this.#left(among);
    if (left.length === 1) this.#isPath(left[0]!, among);
    return left;
  }

  #add(entries: Set<number>, entry: number): void {
    if (entries.size < ENTRIES) entries.add(entry);
  }

  // In order, so that equal ones have equal keys.
  #left(among: readonly number[]): readonly number[] {
    const path = among.find((entry) => this.#paths.has(entry) && !this.#others.has(entry));
    return path !== undefined ? [path] : among.filter((entry) => !this.#others.has(entry)).sort((a, b) => a - b);
  }

  // More is known, and what follows from that: some groups may turn out to be one.
  #narrow(): void {
    for (let known = -1, round = 0; known !== this.#known && round < ROUNDS; round++) {
      known = this.#known;
      for (const group of this.#groups.values()) {
        const left = this.#left(group.among);
        if (left.length === 1) this.#isPath(left[0]!, group.among);
        if (left.length > 0) group.among = left;
      }
    }
    const groups = new Map<string, PathGroup>();
    for (const group of this.#groups.values()) {
      const key = group.among.join(" ");
      const same = groups.get(key);
      if (same === undefined) groups.set(key, group);
      else group.join(same);
    }
    this.#groups = groups;
  }

  #isPath(path: number, among: readonly number[]): void {
    this.#add(this.#paths, path);
    for (const entry of among) if (entry !== path) this.#add(this.#others, entry);
  }

  get #known(): number {
    return this.#others.size + this.#paths.size;
  }
}

// A literal with an unknown name: the values of other pseudo-header fields do not begin like that.
const mayBePath = ({ bits, value }: Field): boolean => (bits & FieldBit.valueUnknown) !== 0 || /^[/*]/.test(value);

const MALFORMED = BlockBit.pseudoAfterRegular | BlockBit.pseudoDuplicate | FieldBit.pseudoUnknown | FieldBit.responsePseudo;
const ENTRIES = 4096;
const GROUPS = 1000;
const ROUNDS = 8;
