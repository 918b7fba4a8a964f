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
} as const;

/** A field block decoded, with what most rules ask of it. Borrowed: the decoder refills it, so copy what is kept. */
export class DecodedBlock {
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
    if (this.slots[id] === undefined) return undefined;
    let values: string | undefined;
    for (let i = 0; i < this.count; i++) {
      const { name, value } = this.fields[i]!;
      if (name.id !== id) continue;
      values = values === undefined ? value : `${values},${value}`;
      if (values.length > joinedOctets) break;
    }
    return values;
  }

  /** @internal */
  clear(): void {
    // One huge block should not keep its fields alive for ever.
    if (this.fields.length > scratchFields) this.fields = [];
    this.count = 0;
    this.certainty = "exact";
    this.bits = 0;
    this.valueBits = 0;
    this.fault = undefined;
    this.faultOffset = -1;
    this.sizeUpdates = 0;
    this.lowestSizeUpdate = -1;
    this.lastSizeUpdate = -1;
    this.listSize = 0;
    this.statusCode = 0;
    this.sensitiveIndexed = undefined;
    for (let set = this.slotted; set !== 0; set &= set - 1) this.slots[31 - Math.clz32(set & -set)] = undefined;
    this.slotted = 0;
  }

  /** @internal */
  add(field: Field): void {
    this.fields[this.count++] = field;
    this.listSize += field.size;
    let bits = field.bits;
    const id = field.name.id;
    const isPseudo = (bits & FieldBit.pseudo) !== 0;
    if (isPseudo) bits |= (this.bits & BlockBit.regular) !== 0 ? BlockBit.pseudoAfterRegular : 0;
    else if ((bits & FieldBit.nameUnknown) === 0) bits |= BlockBit.regular;
    if (id !== Name.other && id < slotCount) {
      if ((this.slotted & (1 << id)) === 0) {
        this.slotted |= 1 << id;
        this.slots[id] = field;
      } else bits |= isPseudo ? BlockBit.pseudoDuplicate : BlockBit.repeated;
    }
    this.bits |= bits;
    this.valueBits |= field.valueBits;
  }

  /** @internal */
  addSizeUpdate(size: number): void {
    this.sizeUpdates++;
    this.bits |= BlockBit.sizeUpdate;
    this.lastSizeUpdate = size;
    if (this.lowestSizeUpdate < 0 || size < this.lowestSizeUpdate) this.lowestSizeUpdate = size;
  }

  /** Works out what needs all fields. */
  finish(): this {
    const status = this.slots[Name.status];
    if (status !== undefined) this.statusCode = threeDigits(status.value);
    if ((this.bits & anyUnknown) !== 0) {
      const known = this.fields.slice(0, this.count).some((field) => (field.bits & anyUnknown) !== anyUnknown);
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
    copy.sizeUpdates = this.sizeUpdates;
    copy.lowestSizeUpdate = this.lowestSizeUpdate;
    copy.lastSizeUpdate = this.lastSizeUpdate;
    copy.listSize = this.listSize;
    copy.statusCode = this.statusCode;
    copy.sensitiveIndexed = this.sensitiveIndexed;
    for (let i = 0; i < slotCount; i++) copy.slots[i] = this.slots[i];
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
