// Messages as any peer may send them: framing against a naive reading, protobuf by a writer that is not the reader's.
import fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { type GrpcMessage, MessageDecoder } from "../../src/grpc/message-decoder.ts";
import { linkProtos, parseProto } from "../../src/grpc/proto-source.ts";
import { isDescriptorSet, Schemas } from "../../src/grpc/schema.ts";
import { describe as look } from "../../src/grpc/schemaless.ts";
import { statusOf } from "../../src/grpc/status.ts";
import { runs, seedOr } from "../fuzzing.ts";

interface Told {
  readonly flag: number;
  readonly length: number;
  readonly content: string;
}

class Recorder extends MessageDecoder {
  readonly told: Told[] = [];
  kept = 0;
  protected override readonly flags: number;
  readonly #keep: (message: GrpcMessage) => boolean;

  constructor(flags: number, keep: (message: GrpcMessage) => boolean) {
    super("client");
    this.flags = flags;
    this.#keep = keep;
  }

  protected override messageStart(): boolean {
    if (!this.#keep(this)) return false;
    this.kept += this.length;
    return true;
  }

  protected override messageEnd(): void {
    const { flag, length, bytes } = this;
    this.told.push({ flag, length, content: Buffer.from(bytes ?? []).toString("hex") });
  }

  protected override release(octets: number): void {
    this.kept -= octets;
  }
}

/** What a decoder tells of content that comes in these pieces; it is told which messages to keep by `keep`. */
function decoded(pieces: readonly Uint8Array[], flags: number, keep: (message: GrpcMessage) => boolean) {
  const decoder = new Recorder(flags, keep);
  decoder.start();
  for (const piece of pieces) {
    const lent = Uint8Array.from(piece);
    decoder.decode(lent, 0, lent.length);
    lent.fill(0xee);
  }
  const { told, state, messages, missing } = decoder;
  decoder.close();
  return { told, state, messages, missing, kept: decoder.kept };
}

/** gRPC over HTTP2, Length-Prefixed-Message, as one would read a file. */
function read(bytes: Buffer, flags: number) {
  const told: Told[] = [];
  for (let at = 0; ; ) {
    if (bytes.length - at < 5) return { told, state: "on", missing: at === bytes.length ? 0 : 5 - (bytes.length - at) };
    const flag = bytes[at]!;
    const length = bytes.readUInt32BE(at + 1);
    if ((flag & ~flags) !== 0) return { told, state: "foreign", missing: 0 };
    at += 5;
    if (bytes.length - at < length) return { told, state: "on", missing: length - (bytes.length - at) };
    told.push({ flag, length, content: bytes.toString("hex", at, at + length) });
    at += length;
  }
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const borders = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, i) => bytes.subarray(borders[i], end));
}

const framed = fc
  .tuple(fc.constantFrom(0, 0, 1, 2, 3, 0x80), fc.uint8Array({ maxLength: 40 }), fc.constantFrom(0, 0, 0, 0, 1, -1, 2 ** 31))
  .map(([flag, content, lie]) => {
    const prefix = Buffer.alloc(5);
    prefix[0] = flag;
    prefix.writeUInt32BE(Math.max(content.length + lie, 0), 1);
    return Buffer.concat([prefix, content]);
  });

const content = fc
  .array(fc.oneof({ weight: 9, arbitrary: framed }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 9 }) }), { maxLength: 8 })
  .map((parts) => Buffer.concat(parts));
const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 20 });

describe("messages", () => {
  it("are those of a naive reading, however they are split", () => {
    const run = fc.property(content, cuts, fc.constantFrom(1, 3, 0x81), (bytes, borders, flags) => {
      const { told, state, missing, messages, kept } = decoded(cutAt(bytes, borders), flags, () => true);
      const naive = read(bytes, flags);
      expect({ told, state, missing }).toEqual(naive);
      // What has another flag stands in for trailers.
      expect(messages).toBe(naive.told.filter(({ flag }) => flag <= 1).length);
      expect(kept).toBe(0);
    });
    fc.assert(run, { seed: seedOr(1), numRuns: runs(2000) });
  });

  it("that are not kept are told all the same", () => {
    const run = fc.property(content, cuts, (bytes, borders) => {
      const { told, kept } = decoded(cutAt(bytes, borders), 1, ({ number }) => number % 2 === 0);
      expect(told).toEqual(read(bytes, 1).told.map((one, i) => (i % 2 === 1 ? one : { ...one, content: "" })));
      expect(kept).toBe(0);
    });
    fc.assert(run, { seed: seedOr(2), numRuns: runs(1000) });
  });
});

const text = `syntax = "proto3"; package p;
  message T {
    string s = 1; int64 i = 2; bool b = 3; bytes o = 4; T t = 5; repeated sint32 n = 6; map<string, uint32> m = 7;
    double d = 8; E e = 9; repeated string r = 10; fixed32 f = 11; oneof k { string x = 12; T y = 13; }
  }
  enum E { A = 0; B = 1; }
  service S { rpc M(T) returns (T); }`;
const schemas = new Schemas();
schemas.add(linkProtos([parseProto("p.proto", text)]));
const method = schemas.method("/p.S/M", "")!;
const type = protobuf.parse(text, new protobuf.Root()).root.lookupType("p.T");

interface Sent {
  readonly s?: string;
  readonly i?: number;
  readonly b?: boolean;
  readonly o?: Uint8Array;
  readonly t?: Sent;
  readonly n?: readonly number[];
  readonly m?: Readonly<Record<string, number>>;
  readonly d?: number;
  readonly e?: number;
  readonly r?: readonly string[];
  readonly f?: number;
  readonly x?: string;
}

// Without the values that proto3 does not send.
const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
const { message } = fc.letrec<{ message: Sent }>((tie) => ({
  message: fc.record(
    {
      ...{ s: word, i: fc.integer({ min: 1 }), b: fc.constant(true), o: fc.uint8Array({ minLength: 1, maxLength: 8 }) },
      t: fc.oneof({ maxDepth: 3 }, fc.constant({}), tie("message")),
      ...{
        n: fc.array(fc.integer(), { minLength: 1, maxLength: 4 }),
        m: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.nat(), { minKeys: 1, maxKeys: 3 }),
      },
      ...{
        d: fc.constantFrom(0.5, -1e300, 3),
        e: fc.constant(1),
        r: fc.array(word, { minLength: 1, maxLength: 3 }),
        f: fc.integer({ min: 1 }),
        x: word,
      },
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Sent>,
}));

/** By the protobuf JSON mapping. */
const mapped = ({ i, o, t, e, ...rest }: Sent): object => ({
  ...rest,
  ...(i === undefined ? {} : { i: String(i) }),
  ...(o === undefined ? {} : { o: Buffer.from(o).toString("base64") }),
  ...(t === undefined ? {} : { t: mapped(t) }),
  ...(e === undefined ? {} : { e: "B" }),
});

describe("protobuf", () => {
  it("as another library writes it has its JSON", () => {
    const run = fc.property(message, (sent) => {
      const bytes = type.encode(type.create(sent as Record<string, unknown>)).finish();
      expect(method.misfit("client", bytes)).toBeUndefined();
      expect(method.json("client", bytes)).toEqual(mapped(sent));
    });
    fc.assert(run, { seed: seedOr(3), numRuns: runs(500) });
  });

  it("that is damaged, or none, never throws, and has JSON or a misfit or neither, not both", () => {
    const damaged = fc
      .tuple(message, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 }), fc.nat())
      .map(([sent, changes, end]) => {
        const bytes = Uint8Array.from(type.encode(type.create(sent as Record<string, unknown>)).finish());
        for (const [at, octet] of changes) if (bytes.length > 0) bytes[at % bytes.length] = octet;
        return bytes.subarray(0, end % 3 === 0 ? end % (bytes.length + 1) : bytes.length);
      });
    const run = fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (bytes) => {
      const misfit = method.misfit("client", bytes);
      const json = method.json("client", bytes);
      if (misfit !== undefined) {
        expect(json).toBeUndefined();
        expect(misfit.field).not.toBe("");
      }
      expect(() => JSON.stringify(look(bytes))).not.toThrow();
      expect(() => [isDescriptorSet(bytes), statusOf(bytes)]).not.toThrow();
    });
    fc.assert(run, { seed: seedOr(4), numRuns: runs(1500) });
  });
});
