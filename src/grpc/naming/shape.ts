// What calls of one method have in common on the wire: how many messages each side sends, and what those look like.
import { latin1 } from "../../bytes.ts";
import type { ContentReader } from "../../model/stream.ts";
import type { Side } from "../../place.ts";
import { MessageDecoder } from "../message-decoder.ts";
import { type Structure, structureOf } from "./structure.ts";

/** One side of one call, read for its shape alone. */
export class SideReader extends MessageDecoder implements ContentReader {
  readonly structures: (Structure | undefined)[] = [];
  readonly samples: Uint8Array[] = [];
  protected readonly flags = 1;

  constructor(from: Side) {
    super(from);
    this.start();
  }

  /** A piece of a DATA frame, ahead of it. */
  read(bytes: Uint8Array, start: number, end: number): void {
    this.decode(bytes, start, end);
  }

  /** All of its content is there, and is messages. */
  get whole(): boolean {
    return this.state === "on" && !this.inMessage;
  }

  protected override messageStart(): boolean {
    return this.flag === 0 && this.length <= LONGEST && this.samples.length < SAMPLES;
  }

  protected override messageEnd(): void {
    const { bytes, length } = this;
    if (this.samples.length >= SAMPLES) return;
    if (bytes === undefined && (length > 0 || this.flag !== 0)) return;
    const octets = bytes ?? NOTHING;
    this.samples.push(octets);
    this.structures.push(structureOf(octets));
  }

  protected override release(): void {}
}

/** One side of several calls. */
export class SideShape {
  /** Calls with a message, and how many messages such a call had, at least and at most. */
  calls = 0;
  least = Infinity;
  most = 0;
  /** Octets of one that was looked into. */
  shortest = Infinity;
  longest = 0;
  /** Messages that were looked into. */
  messages = 0;
  /** What some of them have: its wire type, and in how many it is. */
  readonly fields = new Map<string, { readonly type: number; messages: number }>();
  /** Some messages differ in the wire type of a field, or are no protobuf. */
  odd = false;
  readonly contents = new Set<string>();
  readonly samples: Uint8Array[] = [];

  add({ messages, structures, samples }: SideReader): void {
    if (messages === 0) return;
    this.calls++;
    this.least = Math.min(this.least, messages);
    this.most = Math.max(this.most, messages);
    for (const structure of structures) this.#structure(structure);
    for (const sample of samples) {
      this.shortest = Math.min(this.shortest, sample.length);
      this.longest = Math.max(this.longest, sample.length);
      if (this.samples.length < SAMPLES) this.samples.push(sample);
      if (sample.length >= TELLING && sample.length <= CONTENT && this.contents.size < CONTENTS)
        this.contents.add(latin1(sample, 0, sample.length));
    }
  }

  #structure(structure: Structure | undefined): void {
    this.messages++;
    if (structure === undefined) {
      this.odd = true;
      return;
    }
    for (const [path, type] of structure) {
      const field = this.fields.get(path);
      if (field === undefined) {
        if (this.fields.size < FIELDS) this.fields.set(path, { type, messages: 1 });
      } else if (field.type === type) field.messages++;
      else this.odd = true;
    }
  }

  /** Nothing shows that messages like these are not of the method that the other ones are of. */
  mayBe(other: SideShape): boolean {
    if (this.calls === 0 || other.calls === 0) return true;
    if (other.most === 1 && this.most > 1 && other.calls > 1) return false;
    if (other.least > 1 && this.most === 1 && this.calls > 1) return false;
    for (const [path, { type }] of this.fields) {
      const known = other.fields.get(path);
      if (known !== undefined && known.type !== type) return false;
    }
    return true;
  }

  /** The messages of others look as much like these as those of one method do. */
  isAlike(other: SideShape): boolean {
    if (this.odd || other.odd || this.most > 1 !== other.most > 1) return false;
    if (this.calls === 0 || other.calls === 0) return this.calls === other.calls;
    if (other.longest > this.longest * 4 + SLACK || this.shortest > other.shortest * 4 + SLACK) return false;
    for (const [path, { type }] of other.fields) if (this.fields.get(path)?.type !== type) return false;
    for (const [path, { messages }] of this.fields)
      if (messages === this.messages && other.fields.get(path)?.messages !== other.messages) return false;
    return true;
  }

  /** Some message of either is the same. */
  shares(other: SideShape): boolean {
    for (const content of this.contents) if (other.contents.has(content)) return true;
    return false;
  }
}

/** Calls of one method, or of one that is not known. */
export class CallShape {
  calls = 0;
  readonly request = new SideShape();
  readonly response = new SideShape();

  add(request: SideReader, response: SideReader): void {
    if (!request.whole || !response.whole) return;
    this.calls++;
    this.request.add(request);
    this.response.add(response);
  }

  mayBe(other: CallShape): boolean {
    return this.request.mayBe(other.request) && this.response.mayBe(other.response);
  }

  isAlike(other: CallShape): boolean {
    return this.request.isAlike(other.request) && this.response.isAlike(other.response);
  }

  /** A request and an answer are the very same. */
  shares(other: CallShape): boolean {
    return this.request.shares(other.request) && this.response.shares(other.response);
  }

  /** How many fields were seen: the more, the less by chance. */
  get fields(): number {
    return this.request.fields.size + this.response.fields.size;
  }
}

const NOTHING = new Uint8Array(0);
/** Messages of a call that are looked into, and octets of one. */
const SAMPLES = 4;
const LONGEST = 1024;
const FIELDS = 128;
/** Octets by which messages of one method may differ in any case. */
const SLACK = 64;
/** Octets of a message that is compared as a whole, and how many are. */
const TELLING = 8;
const CONTENT = 256;
const CONTENTS = 32;
