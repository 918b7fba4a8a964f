// In: field blocks behind a loss that refer to entries of the dynamic table from before it. Out: how many entries went in meanwhile, where the
// blocks allow one number only, and with it what those entries hold. A block allows a number if it makes a message that RFC 9113 8.2 and 8.3
// allow. Encoders have habits besides: they do not write out again what the table has (RFC 7541 2.3 does not say so), and a program says of
// itself the same in all its messages. What rests on either is inferred: rules never see it.
import { BlockBit, type DecodedBlock } from "../fields/decoded-block.ts";
import { type Field, FieldBit, type FieldName, isUnknown, UnknownName } from "../fields/field.ts";
import { Name } from "../fields/name.ts";
import { ValueBit } from "../fields/value-bit.ts";
import type { HpackDecoder } from "../hpack/engine.ts";
import type { Missing, TableLoss } from "../hpack/table-loss.ts";
import type { Side } from "../place.ts";
import type { FieldBlock } from "./field-block.ts";

/** The side that sends the blocks: an `Endpoint`. */
interface Sender {
  readonly side: Side;
  readonly hpack: HpackDecoder;
  /** Octets of it that are missing, so far. */
  readonly lostOctets: number;
  /** The highest stream id it opened, but for that of the block. */
  readonly highestOpened: number;
  tableSolver: TableSolver | undefined;
}

/** The other side. */
type Peer = Pick<Sender, "highestOpened"> & {
  /** Each stream that it opened was captured so far. */
  readonly opensKnown: boolean;
};

/** What the blocks behind one loss allow. */
export class TableSolver {
  readonly #loss: TableLoss;
  readonly #from: Side;
  readonly #constants: readonly Constant[];
  /** How many entries may have gone in, by the rules of HTTP; those beyond `MOST` have one number for all. */
  #lawful: readonly number[];
  /** Of these, by the habits of encoders too; undefined: no block said so far. */
  #usual: readonly number[] | undefined = undefined;
  #blocks = 0;
  #over = false;
  /** Messages whose content is still to come, by stream. */
  readonly #contents = new Map<number, { readonly parts: readonly Part[]; readonly lostOctets: number }>();
  readonly #hasLengths: boolean;
  /** Octets of the entries that went in, at most. */
  readonly #growth: number;

  constructor(loss: TableLoss, from: Side, blocks: number) {
    this.#loss = loss;
    this.#from = from;
    this.#growth = Math.min(loss.missing.octets * GROWTH, blocks * BLOCK_GROWTH);
    const most = Math.min(loss.missing.most, BEYOND);
    this.#lawful = Array.from({ length: most + 1 }, (_, i) => i);
    this.#constants = constantsOf(loss, from);
    this.#hasLengths = loss.before.some((field) => field?.name.id === Name.contentLength);
    if (loss.before.length === 0) this.#over = true;
    // What speaks gRPC alone sends no interim responses and pushes nothing.
    else if (blocks === 0 && (from === "client" || this.#constants.some(({ name }) => name.id === Name.contentType)))
      loss.solve(NO_ENTRY, BY_STREAMS);
  }

  /** It is about this loss. */
  solves(loss: TableLoss): boolean {
    return this.#loss === loss;
  }

  /** A block that is not known in full, before anybody hears of it. */
  block({ streamId, endStream }: FieldBlock, decoded: DecodedBlock, { hpack, lostOctets }: Sender): void {
    if (this.#over || (decoded.bits & MALFORMED) !== 0) return;
    const parts = this.#partsOf(decoded);
    if (parts === undefined) return;
    const shape = shapeOf(decoded, this.#from);
    const usual = this.#usualFor(parts, shape, hpack.sinceLoss);
    const isLawful = (lost: number): boolean => this.#isLawful(parts, shape, lost, endStream);
    const { lost } = this.#loss;
    if (lost !== undefined) {
      if (!isLawful(lost) || (usual.length > 0 && !usual.includes(lost))) this.#giveUp();
    } else this.#narrow(this.#lawful.filter(isLawful), usual);
    if (!this.#hasLengths || endStream) return;
    // The oldest may never end with DATA.
    for (const oldest of this.#contents.keys()) if (this.#contents.size >= CONTENTS) this.#contents.delete(oldest);
    this.#contents.set(streamId, { parts, lostOctets });
  }

  /** The message of a block ended with DATA, of so many octets in all (RFC 9113 8.1.1). */
  ended(streamId: number, octets: number, { lostOctets }: Sender): void {
    const content = this.#contents.get(streamId);
    if (content === undefined) return;
    this.#contents.delete(streamId);
    // Some of it may be missing, and an answer to HEAD has none.
    if (this.#over || content.lostOctets !== lostOctets || (octets === 0 && this.#from === "server")) return;
    const { before, lost } = this.#loss;
    const fits = (number: number): boolean =>
      content.parts.every(({ position, named }) => {
        const field = position < number || named ? undefined : before[position - number];
        return field?.name.id !== Name.contentLength || mayBe(field, octets);
      });
    if (lost === undefined) this.#narrow(this.#lawful.filter(fits), NONE);
    else if (!fits(lost)) this.#giveUp();
  }

  // So many are left, by a block or by the end of its message.
  #narrow(lawful: readonly number[], told: readonly number[]): void {
    const among = (some: readonly number[] | undefined) => some?.filter((lost) => lawful.includes(lost));
    // A message that lacks what the others have says nothing.
    const usual = among(told)!;
    const before = among(this.#usual);
    const left = usual.length === 0 ? before : (before?.filter((lost) => usual.includes(lost)) ?? usual);
    // Nothing fits: what is assumed is not so.
    if (lawful.length === 0 || left?.length === 0) {
      this.#giveUp();
      return;
    }
    const same = lawful.length === this.#lawful.length && left?.length === this.#usual?.length;
    this.#lawful = lawful;
    this.#usual = left;
    this.#settle();
    if (same && this.#loss.lost === undefined && ++this.#blocks >= BLOCKS) this.#over = true;
  }

  #giveUp(): void {
    this.#over = true;
    this.#loss.solve([], undefined);
  }

  #settle(): void {
    const left = this.#usual ?? this.#lawful;
    if (left.length > FEW || left.includes(BEYOND)) return;
    const byLaw = this.#lawful.length === left.length && !this.#loss.assumed;
    this.#loss.solve(left, byLaw ? BY_LAW : BY_HABIT);
  }

  // Undefined: none of its fields is an entry that this loss hides and that is followed.
  #partsOf({ fields, count }: DecodedBlock): readonly Part[] | undefined {
    const parts: Part[] = [];
    let any = false;
    for (let i = 0; i < count; i++) {
      const one = fields[i]!;
      const entry = one.name instanceof UnknownName ? one.name.entry : undefined;
      const known = (one.bits & FieldBit.nameUnknown) === 0;
      if (known) parts.push({ position: -1, name: one.name, field: one, named: false });
      else if (entry === undefined || entry.position > MOST) parts.push(ANYTHING);
      else {
        any = true;
        parts.push({ position: entry.position, name: undefined, field: one, named: one !== entry });
      }
    }
    return any ? parts : undefined;
  }

  /** RFC 9113 8.2, 8.3: whether it is a lawful message if so many entries were lost. */
  #isLawful(parts: readonly Part[], shape: Shape, lost: number, endStream: boolean): boolean {
    const { before, whole } = this.#loss;
    let pseudo = 0; // by id
    let single = 0;
    let regular = false;
    let open = 0; // parts so far that may be pseudo-header fields, and those of them that must be
    let openPseudo = 0;
    let method: Field | undefined;
    for (const { position, name: known, field: own, named } of parts) {
      let name: FieldName | undefined = known;
      let field = own;
      if (position >= lost) {
        const at = position - lost;
        if (at >= before.length && whole) return false;
        const found = before[at];
        if (found !== undefined && (found.bits & FieldBit.nameUnknown) === 0) {
          name = found.name;
          if (!named) field = found;
        }
      }
      if (name === undefined) {
        if (!regular) open++;
        continue;
      }
      const { id, bits } = name;
      // The table had it: the sender does what no message may, and may do it again.
      if ((bits & UNLAWFUL) !== 0) return true;
      if ((bits & FieldBit.pseudo) === 0) {
        regular = true;
        if (SINGLE.has(id)) {
          if ((single & (1 << id)) !== 0) return false;
          single |= 1 << id;
        }
        // RFC 9113 8.1.1; an answer to HEAD has none of the content that it declares.
        if (id === Name.contentLength && this.#from === "client" && endStream && field !== undefined && !mayBe(field, 0))
          return false;
        continue;
      }
      openPseudo = open;
      if (regular || (pseudo & (1 << id)) !== 0) return false;
      if (((bits & FieldBit.responsePseudo) !== 0) !== (this.#from === "server")) return false;
      pseudo |= 1 << id;
      if (id === Name.method) method = field;
    }
    if (this.#from === "server") return openPseudo === 0;
    if (openPseudo > REQUEST_PSEUDO - count(pseudo)) return false;
    if (shape !== "request") return true;
    // CONNECT has neither (RFC 9113 8.5), and a method that is not known may be it.
    if (method === undefined) return open > 0;
    // Its name may be that of an entry.
    if (method.value === "CONNECT") return true;
    const lacking = ((pseudo >>> Name.scheme) & 1 ? 0 : 1) + ((pseudo >>> Name.path) & 1 ? 0 : 1);
    return lacking <= open;
  }

  // How many entries were lost if the sender has what it has in all its messages, and refers to it where the table has it; empty: nothing
  // shows it.
  #usualFor(parts: readonly Part[], shape: Shape, sinceLoss: number): readonly number[] {
    if (shape === "other") return NONE;
    const { missing, maximum } = this.#loss;
    // As far back as certainly nothing had to go.
    const room = (maximum < 0 ? LEAST_MAXIMUM : maximum) - sinceLoss - this.#growth;
    const told = this.#constants.filter(({ name, depth }) => depth <= room && parts.every((part) => part.name !== name));
    if (told.length < (this.#from === "client" ? FEWEST : 1)) return NONE;
    const positions = new Set<number>();
    for (const { position, named } of parts) if (position >= 0 && !named) positions.add(position);
    return [...positions]
      .map((position) => position - told[0]!.index)
      .filter((lost) => lost >= 0 && lost <= missing.most && told.every(({ index }) => positions.has(index + lost)));
  }
}

/** A block of the side that sent it, which is not known in full, and of which nobody heard so far. */
export function solveBlock(fields: FieldBlock, decoded: DecodedBlock, sender: Sender, peer: Peer): void {
  const { loss } = sender.hpack;
  if (loss === undefined) return;
  if (sender.tableSolver?.solves(loss) !== true)
    sender.tableSolver = new TableSolver(loss, sender.side, blocksMissing(loss.missing, fields, decoded, sender, peer));
  sender.tableSolver.block(fields, decoded, sender);
}

// Where this one is the first behind the loss. Of a client: the requests whose streams are not there, and trailers of those that were. Of a
// server: what was missing of its answers then, and all that it may have answered since, but for the answer that this block begins.
function blocksMissing(
  { blocks, opened = -1 }: Missing,
  { opensStream, streamId }: FieldBlock,
  { statusCode }: DecodedBlock,
  { side, highestOpened }: Sender,
  peer: Peer,
): number {
  if (blocks === undefined) return Infinity;
  if (side === "client") return opensStream && highestOpened === opened ? blocks + ((streamId - opened - 1) >> 1) : Infinity;
  if (!peer.opensKnown) return Infinity;
  const own = statusCode >= 200 && streamId <= peer.highestOpened ? 2 : 0;
  return Math.max(blocks + peer.highestOpened - opened - own, 0);
}

/** A field of a block: an entry that is not known, one whose name is that of an entry, or a known one. */
interface Part {
  /** Of the entry; -1 for none. */
  readonly position: number;
  readonly name: FieldName | undefined;
  readonly field: Field | undefined;
  /** The entry gives its name alone. */
  readonly named: boolean;
}

/** A field that a program has in all its messages of a kind. */
interface Constant {
  readonly name: FieldName;
  readonly index: number;
  /** Octets of the table up to it. */
  readonly depth: number;
}

type Shape = "request" | "response" | "other";

// By what is known of it alone: trailers may look like anything else.
function shapeOf({ bits, statusCode }: DecodedBlock, from: Side): Shape {
  if (from === "client") return (bits & FieldBit.requestPseudo) !== 0 ? "request" : "other";
  return statusCode >= 200 ? "response" : "other";
}

function constantsOf({ before }: TableLoss, from: Side): readonly Constant[] {
  const found = new Map<number, Constant | undefined>();
  let depth = 0;
  for (let index = 0; index < before.length; index++) {
    const field = before[index];
    depth += field?.size ?? UNKNOWN_SIZE;
    if (field === undefined || isUnknown(field)) continue;
    const { name, valueBits } = field;
    if (!(from === "client" ? OF_CLIENTS : OF_SERVERS).has(name.id)) continue;
    // Where there are two, it says now one and now the other; and only gRPC has one for all.
    const differs = found.has(name.id) || (name.id === Name.contentType && (valueBits & ValueBit.grpcType) === 0);
    found.set(name.id, differs ? undefined : { name, index, depth });
  }
  return [...found.values()].filter((constant) => constant !== undefined);
}

// A list of lengths may agree on any (RFC 9110 8.6).
const mayBe = ({ value }: Field, octets: number): boolean => !/^\d+$/.test(value) || Number(value) === octets;

function count(bits: number): number {
  let ones = 0;
  for (let left = bits; left !== 0; left &= left - 1) ones++;
  return ones;
}

const NONE: readonly number[] = [];
const NO_ENTRY: readonly number[] = [0];
const ANYTHING: Part = { position: -1, name: undefined, field: undefined, named: false };
const UNLAWFUL = FieldBit.pseudoUnknown | FieldBit.connectionSpecific;
const MALFORMED = BlockBit.pseudoAfterRegular | BlockBit.pseudoDuplicate | UNLAWFUL;
// :method :scheme :authority :path :protocol.
const REQUEST_PSEUDO = 5;
// Fields that a message has once. By ids below 32.
const SINGLE = new Set<number>([
  ...[Name.host, Name.contentType, Name.contentLength, Name.userAgent, Name.server, Name.expect],
  ...[Name.grpcStatus, Name.grpcMessage, Name.grpcTimeout, Name.authorization],
]);
const OF_CLIENTS = new Set<number>([Name.authority, Name.userAgent, Name.te, Name.contentType, Name.grpcAcceptEncoding]);
const OF_SERVERS = new Set<number>([Name.server, Name.contentType]);
// Numbers of lost entries above it count as one.
const MOST = 256;
const BEYOND = MOST + 1;
// Numbers of entries lost that still say something together.
const FEW = 8;
// Fields that a client has in all its messages: one alone may be there by chance, as the :authority of a proxy's clients.
const FEWEST = 2;
// Messages whose content is waited for.
const CONTENTS = 32;
// Blocks that say nothing new, before it is given up.
const BLOCKS = 32;
// Of an entry whose length is not known.
const UNKNOWN_SIZE = 128;
/** Octets of the table that an octet which is missing fills, at most: an encoder that fills it with entries of one character could do more. */
const GROWTH = 4;
// Octets of the table that a field block fills, at most: most fields stay as they are.
const BLOCK_GROWTH = 512;
// RFC 9113 6.5.2.
const LEAST_MAXIMUM = 4096;
const BY_LAW = {
  score: 0.99,
  because: "only this entry of the table fits the field blocks after the gap",
  assumed: false,
};
const BY_STREAMS = {
  score: 0.95,
  because: "no request or answer is missing in the gap, so the table is as it was before",
  assumed: true,
};
const BY_HABIT = {
  score: 0.95,
  because:
    "only this entry of the table fits the field blocks after the gap, if the sender does not write out again what its table has",
  assumed: true,
};
