import type { HpackFault } from "./decoding-fault.ts";
import { type Field, FieldBit } from "./field.ts";
import { Name, slotCount } from "./name.ts";

/** Facts of a whole block, in `DecodedBlock.bits` above those of its fields. */
export const BlockBit = {
  /** RFC 9113 8.3: a pseudo-header field after a regular one. */
  pseudoAfterRegular: 1 << 24,
  /** RFC 9113 8.3: one of the defined pseudo-header fields twice. */
  pseudoDuplicate: 1 << 25,
  /** There is a field whose name is known and no pseudo-header name. */
  regular: 1 << 26,
  /** A regular field that has a slot comes twice. */
  repeated: 1 << 28,
  /** There is a dynamic table size update (RFC 7541 6.3). */
  sizeUpdate: 1 << 30,
  /** RFC 9110 8.6: a content-length beside a :status of 1xx or 204. */
  lengthForbidden: 1 << 31,
} as const;

/** A field block decoded, with what most rules ask of it. Borrowed until any decoder decodes the next one, so copy what is
 *  kept. */
export class DecodedBlock {
  /** It does not change any more: whoever decodes the same octets to the same fields again gets the same block. */
  kept = false;
  /** `fields[0, count)`; the array may be longer. */
  fields: Field[] = [];
  count = 0;
  /** `partial`: a name or value is not known because octets were lost; `unknown`: none is. */
  certainty: "exact" | "partial" | "unknown" = "exact";
  /** `FieldBit` over all fields, and `BlockBit`. */
  bits = 0;
  /** `ValueBit` over all fields. */
  valueBits = 0;
  /** The first fault; the fields before it are there, those after it are not. */
  fault: HpackFault | undefined = undefined;
  /** Where the representation at fault begins, octets from the block's start; -1 without a fault. */
  faultOffset = -1;
  /** Of an index out of range: the maximum of the dynamic table that has evicted that entry; -1 where it never had it, or that is not known. */
  evictedFrom = -1;
  /** Dynamic table size updates (RFC 7541 6.3): how many, the lowest and the last; -1 for none. */
  sizeUpdates = 0;
  lowestSizeUpdate = -1;
  lastSizeUpdate = -1;
  /** Octets as SETTINGS_MAX_HEADER_LIST_SIZE counts them; a lower bound unless the block is exact. */
  listSize = 0;
  /** `:status` as a number; 0 if there is none or it is not three digits. */
  statusCode = 0;
  /** The first sensitive field that the block puts into the dynamic table. */
  sensitiveIndexed: Field | undefined = undefined;
  /** The first field of each name whose id is below `slotCount`. */
  readonly slots: (Field | undefined)[] = new Array<Field | undefined>(slotCount).fill(undefined);
  private slotted = 0; // which of them are set

  get method(): Field | undefined {
    return this.slots[Name.method];
  }
  get scheme(): Field | undefined {
    return this.slots[Name.scheme];
  }
  get authority(): Field | undefined {
    return this.slots[Name.authority];
  }
  get path(): Field | undefined {
    return this.slots[Name.path];
  }
  get status(): Field | undefined {
    return this.slots[Name.status];
  }
  get protocol(): Field | undefined {
    return this.slots[Name.protocol];
  }
  get contentType(): Field | undefined {
    return this.slots[Name.contentType];
  }
  get contentLength(): Field | undefined {
    return this.slots[Name.contentLength];
  }
  get grpcStatus(): Field | undefined {
    return this.slots[Name.grpcStatus];
  }

  /** The first field with any of these `FieldBit` bits. */
  first(bits: number): Field | undefined {
    for (let i = 0; i < this.count; i++) if ((this.fields[i]!.bits & bits) !== 0) return this.fields[i];
    return undefined;
  }

  /** The values of all fields of a name that has a slot, joined with commas (RFC 9110 5.3); undefined where there is none. Of a block
   *  that repeats a field without end, the first of them. */
  joined(id: number): string | undefined {
    if ((this.bits & BlockBit.repeated) === 0 || this.slots[id] === undefined) return this.slots[id]?.value;
    let values: string | undefined;
    for (let i = 0; i < this.count; i++) {
      const { name, value } = this.fields[i]!;
      if (name.id !== id) continue;
      values = values === undefined ? value : `${values},${value}`;
      if (values.length > joinedOctets) break;
    }
    return values;
  }

  /** @internal Begins a block; what is left of the one before goes with finish(). */
  clear(): void {
    // One huge block should not keep its fields alive for ever.
    if (this.fields.length > scratchFields) this.fields = [];
    this.count = 0;
    this.certainty = "exact";
    this.fault = undefined;
    this.faultOffset = -1;
    this.evictedFrom = -1;
    this.sizeUpdates = 0;
    this.lowestSizeUpdate = -1;
    this.lastSizeUpdate = -1;
    this.statusCode = 0;
    this.sensitiveIndexed = undefined;
  }

  /** @internal */
  add(field: Field): void {
    const { fields } = this;
    const at = this.count++;
    // Comparing costs less than what the garbage collector makes of a store; blocks resemble each other.
    if (at >= fields.length || fields[at] !== field) fields[at] = field;
  }

  /** @internal */
  addSizeUpdate(size: number): void {
    this.sizeUpdates++;
    this.lastSizeUpdate = size;
    if (this.lowestSizeUpdate < 0 || size < this.lowestSizeUpdate) this.lowestSizeUpdate = size;
  }

  /** Works out the facts of the whole, once all fields are there. */
  finish(): this {
    const { fields, slots, count } = this;
    let bits = this.sizeUpdates > 0 ? BlockBit.sizeUpdate : 0;
    let valueBits = 0;
    let listSize = 0;
    let slotted = 0;
    for (let i = 0; i < count; i++) {
      const field = fields[i]!;
      const id = field.name.id;
      const isPseudo = (field.bits & FieldBit.pseudo) !== 0;
      if (isPseudo) bits |= (bits & BlockBit.regular) !== 0 ? BlockBit.pseudoAfterRegular : 0;
      else if ((field.bits & FieldBit.nameUnknown) === 0) bits |= BlockBit.regular;
      if (id !== Name.other && id < slotCount) {
        if ((slotted & (1 << id)) === 0) {
          slotted |= 1 << id;
          if (slots[id] !== field) slots[id] = field;
        } else bits |= isPseudo ? BlockBit.pseudoDuplicate : BlockBit.repeated;
      }
      bits |= field.bits;
      valueBits |= field.valueBits;
      listSize += field.size;
    }
    this.bits = bits;
    this.valueBits = valueBits;
    this.listSize = listSize;
    for (let stale = this.slotted & ~slotted; stale !== 0; stale &= stale - 1) slots[31 - Math.clz32(stale & -stale)] = undefined;
    this.slotted = slotted;
    if ((slotted & (1 << Name.status)) !== 0) {
      const status = threeDigits(slots[Name.status]!.value);
      this.statusCode = status;
      const hasNone = (status >= 100 && status < 200) || status === 204;
      if (hasNone && (slotted & (1 << Name.contentLength)) !== 0) this.bits |= BlockBit.lengthForbidden;
    }
    if ((bits & anyUnknown) !== 0) {
      const known = fields.slice(0, count).some((field) => (field.bits & anyUnknown) !== anyUnknown);
      this.certainty = known ? "partial" : "unknown";
    }
    return this;
  }

  /** The same block, to keep. */
  copy(): DecodedBlock {
    const copy = new DecodedBlock();
    copy.fields = this.fields.slice(0, this.count);
    copy.count = this.count;
    copy.certainty = this.certainty;
    copy.bits = this.bits;
    copy.valueBits = this.valueBits;
    copy.fault = this.fault;
    copy.faultOffset = this.faultOffset;
    copy.evictedFrom = this.evictedFrom;
    copy.sizeUpdates = this.sizeUpdates;
    copy.lowestSizeUpdate = this.lowestSizeUpdate;
    copy.lastSizeUpdate = this.lastSizeUpdate;
    copy.listSize = this.listSize;
    copy.statusCode = this.statusCode;
    copy.sensitiveIndexed = this.sensitiveIndexed;
    for (let i = 0; i < slotCount; i++) copy.slots[i] = this.slots[i];
    copy.slotted = this.slotted;
    return copy;
  }
}

function threeDigits(text: string): number {
  if (text.length !== 3) return 0;
  let number = 0;
  for (let i = 0; i < 3; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return 0;
    number = number * 10 + digit;
  }
  return number;
}

const anyUnknown = FieldBit.nameUnknown | FieldBit.valueUnknown;

const scratchFields = 1024;
const joinedOctets = 64 << 10;
