import { describe, expect, it } from "vitest";
import { BlockBit } from "../../src/fields/decoded-block.ts";
import { field, fieldName } from "../../src/fields/field.ts";
import { Name } from "../../src/fields/name.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { DynamicTable } from "../../src/hpack/dynamic-table.ts";
import { referenceHpack } from "../../src/hpack/reference.ts";
import { decode, decodeOctets, indexed, insert, insertAt, limits, lines, literal, literalAt, sizeUpdate } from "./octets.ts";

const join = (...parts: Buffer[]): Buffer => Buffer.concat(parts);

describe.each(Object.entries({ fast: fastHpack, reference: referenceHpack }))("dynamic table, %s", (_, engine) => {
  it("evicts the oldest entries when a new one needs the room", () => {
    const decoder = engine(limits);
    decodeOctets(decoder, join(sizeUpdate(102), insert("a", "1"), insert("b", "2"), insert("c", "3")));
    expect(decoder.tableSize).toBe(102);
    expect(lines(decodeOctets(decoder, join(indexed(62), indexed(63), indexed(64))))).toEqual(["c: 3", "b: 2", "a: 1"]);
    decodeOctets(decoder, insert("d", "44"));
    expect(decoder.tableSize).toBe(34 + 35);
    expect(lines(decodeOctets(decoder, join(indexed(62), indexed(63))))).toEqual(["d: 44", "c: 3"]);
    expect(decodeOctets(decoder, indexed(64)).fault).toBe("index-out-of-range");
  });

  it("is emptied by an entry larger than itself (4.4)", () => {
    const decoder = engine(limits);
    decodeOctets(decoder, join(sizeUpdate(64), insert("a", "1")));
    expect(lines(decodeOctets(decoder, insert("b", "x".repeat(32))))).toEqual([`b: ${"x".repeat(32)}`]);
    expect([decoder.tableSize, decoder.exact]).toEqual([0, true]);
    expect(decodeOctets(decoder, indexed(62)).fault).toBe("index-out-of-range");
  });

  it("takes an entry of exactly its size, and a name that the entry itself evicts", () => {
    const decoder = engine(limits);
    decodeOctets(decoder, join(sizeUpdate(64), insert("a", "x".repeat(31))));
    expect(decoder.tableSize).toBe(64);
    expect(lines(decodeOctets(decoder, insertAt(62, "y".repeat(30))))).toEqual([`a: ${"y".repeat(30)}`]);
    expect(lines(decodeOctets(decoder, indexed(62)))).toEqual([`a: ${"y".repeat(30)}`]);
    expect(decoder.tableSize).toBe(63);
  });

  it("does not insert the other literals", () => {
    const decoder = engine(limits);
    decodeOctets(decoder, join(literal("a", "1"), Buffer.from("100161 0131".replace(" ", ""), "hex"), literalAt(4, "/x")));
    expect(decoder.tableSize).toBe(0);
  });

  it("evicts by a size update, and grows again empty", () => {
    const decoder = engine(limits);
    decodeOctets(decoder, join(insert("a", "1"), insert("b", "2")));
    const block = decodeOctets(decoder, join(sizeUpdate(40), sizeUpdate(4096), indexed(62)));
    expect(lines(block)).toEqual(["b: 2"]);
    expect([block.sizeUpdates, block.lowestSizeUpdate, block.lastSizeUpdate]).toEqual([2, 40, 4096]);
    expect([decoder.tableSize, decoder.tableMaximum]).toEqual([34, 4096]);
  });

  it("lets any number of updates begin a block, even one without fields", () => {
    const decoder = engine(limits);
    const block = decodeOctets(decoder, join(sizeUpdate(5), sizeUpdate(0), sizeUpdate(7)));
    expect([block.fault, block.count, block.sizeUpdates, block.lowestSizeUpdate, block.lastSizeUpdate]).toEqual([
      undefined,
      0,
      3,
      0,
      7,
    ]);
    const next = decode(decoder, "82");
    expect([next.sizeUpdates, next.lowestSizeUpdate, next.lastSizeUpdate]).toEqual([0, -1, -1]);
  });

  it("holds updates against the limit of the moment", () => {
    const decoder = engine(limits);
    decoder.setMaxTableSize(8192);
    expect(decodeOctets(decoder, sizeUpdate(8192)).fault).toBeUndefined();
    decoder.setMaxTableSize(100);
    // RFC 7541 4.2: the encoder signals; until then nothing changes.
    expect(decoder.tableMaximum).toBe(8192);
    expect(decodeOctets(decoder, join(insert("a", "x".repeat(200)), indexed(62))).fault).toBeUndefined();
    expect(decodeOctets(decoder, sizeUpdate(101)).fault).toBe("table-size-update-too-large");
  });

  it("still holds 4096 bytes after a higher limit that the encoder does not use", () => {
    const decoder = engine(limits);
    decoder.setMaxTableSize(65536);
    decodeOctets(decoder, join(insert("a", "1"), insert("b", "x".repeat(4063))));
    expect(decoder.tableSize).toBe(4096);
    expect(decodeOctets(decoder, indexed(63)).fault).toBe("index-out-of-range");
  });

  it("is unknown after a loss", () => {
    const decoder = engine(limits);
    decodeOctets(decoder, insert("a", "1"));
    decoder.lose();
    expect([decoder.exact, decoder.tableSize, decoder.tableMaximum]).toEqual([false, -1, -1]);
    decodeOctets(engine(limits), indexed(2));
    const block = decodeOctets(decoder, indexed(62));
    expect([block.certainty, block.method, block.bits & BlockBit.regular]).toEqual(["unknown", undefined, 0]);
  });

  it("says nothing after a loss of the block before it", () => {
    const decoder = engine(limits);
    decodeOctets(decoder, join(indexed(2), literal("grpc-status", "0")));
    decoder.lose();
    const { bits, slots, listSize } = decodeOctets(decoder, Buffer.of());
    expect([bits, slots.filter((slot) => slot !== undefined), listSize]).toEqual([0, [], 0]);
  });
});

describe("lost bytes in which few entries can have gone in", () => {
  it("leave no room for an index beyond these", () => {
    const faultOf = (octets: Uint8Array) => {
      const decoder = fastHpack(limits);
      decodeOctets(decoder, join(insert("old", "1"), insert("old", "2")));
      decoder.lose({ most: 1, octets: Infinity });
      decodeOctets(decoder, insert("new", "1"));
      decoder.lose({ most: 2, octets: Infinity });
      decodeOctets(decoder, insert("new", "2"));
      return decodeOctets(decoder, octets).fault;
    };
    // Seven at most: two old ones, one and two unseen, and two new ones.
    expect(faultOf(indexed(62 + 6))).toBeUndefined();
    expect(faultOf(indexed(62 + 7))).toBe("index-out-of-range");
  });

  it("are no bound where entries before are not known either", () => {
    const decoder = fastHpack(limits);
    decoder.lose();
    decoder.lose({ most: 0, octets: Infinity });
    expect(decodeOctets(decoder, indexed(200)).fault).toBeUndefined();
  });

  it("count from the last time that all was known", () => {
    const decoder = fastHpack(limits);
    decoder.lose();
    decodeOctets(decoder, join(sizeUpdate(0), sizeUpdate(4096), insert("new", "1")));
    decoder.lose({ most: 0, octets: Infinity });
    expect(decodeOctets(decoder, indexed(62)).fault).toBeUndefined();
    expect(decodeOctets(decoder, indexed(63)).fault).toBe("index-out-of-range");
  });

  it("may hold an entry that is too large for the table", () => {
    const decoder = fastHpack(limits);
    decodeOctets(decoder, insert("old", "1"));
    decoder.lose({ most: 0, octets: Infinity });
    decodeOctets(decoder, insert("new", "x".repeat(5000)));
    expect(decodeOctets(decoder, indexed(63)).fault).toBeUndefined();
    expect(decodeOctets(decoder, indexed(64)).fault).toBe("index-out-of-range");
  });
});

describe("lost bytes", () => {
  const lost = () => {
    const decoder = fastHpack(limits);
    decodeOctets(decoder, insert("old", "1"));
    decoder.lose();
    return decoder;
  };

  it("what came before is unknown, what came since is not", () => {
    const decoder = lost();
    let block = decodeOctets(decoder, join(indexed(62), indexed(2)));
    expect([lines(block), block.certainty]).toEqual([["?: ?", ":method: GET"], "partial"]);
    block = decodeOctets(decoder, join(insert("new", "1"), insert("new", "2"), indexed(62), indexed(63)));
    expect([lines(block), block.certainty]).toEqual([["new: 1", "new: 2", "new: 2", "new: 1"], "exact"]);
    block = decodeOctets(decoder, join(indexed(64), indexed(1000)));
    expect([lines(block), block.certainty, block.fault]).toEqual([["?: ?", "?: ?"], "unknown", undefined]);
  });

  it("a known value of an unknown name is kept as such", () => {
    const decoder = lost();
    let block = decodeOctets(decoder, join(insertAt(70, "v"), literalAt(70, "w")));
    expect([lines(block), block.certainty]).toEqual([["?: v", "?: w"], "partial"]);
    block = decodeOctets(decoder, join(indexed(62), insertAt(62, "x")));
    expect(lines(block)).toEqual(["?: v", "?: x"]);
    expect(block.listSize).toBe(66);
  });

  it("blocks without lost parts are exact, empty ones too", () => {
    const decoder = lost();
    expect(decode(decoder, "8286").certainty).toBe("exact");
    expect(decode(decoder, "").certainty).toBe("exact");
  });

  it("is over once the table must be empty", () => {
    const decoder = lost();
    decodeOctets(decoder, sizeUpdate(4000));
    expect([decoder.exact, decoder.tableMaximum, decoder.tableSize]).toEqual([false, 4000, -1]);
    decodeOctets(decoder, join(sizeUpdate(0), sizeUpdate(4096)));
    expect([decoder.exact, decoder.tableMaximum, decoder.tableSize]).toEqual([true, 4096, 0]);
    expect(decodeOctets(decoder, indexed(62)).fault).toBe("index-out-of-range");
  });

  it("is over after an entry larger than a table of known size, and only then", () => {
    const decoder = lost();
    decodeOctets(decoder, insert("a", "x".repeat(5000)));
    expect(decoder.exact).toBe(false);
    decodeOctets(decoder, join(sizeUpdate(100), insert("a", "x".repeat(5000))));
    expect(decoder.exact).toBe(true);
  });

  it("drops what may have been evicted rather than being wrong", () => {
    const decoder = lost();
    for (let i = 0; i < 200; i++) decodeOctets(decoder, insert("n", String(i)));
    expect(lines(decodeOctets(decoder, join(indexed(62), indexed(62 + 100), indexed(62 + 199))))).toEqual([
      "n: 199",
      "n: 99",
      "?: ?",
    ]);
  });

  it("twice is as once", () => {
    const decoder = lost();
    decodeOctets(decoder, insert("new", "1"));
    decoder.lose();
    expect(lines(decodeOctets(decoder, indexed(62)))).toEqual(["?: ?"]);
  });
});

describe("the bound", () => {
  const bounded = () => {
    const decoder = fastHpack({ tableOctets: 100 });
    decoder.setMaxTableSize(0xffffffff);
    return decoder;
  };

  it("makes old entries unknown, never wrong", () => {
    const decoder = bounded();
    decodeOctets(decoder, join(sizeUpdate(1_000_000), insert("a", "1"), insert("b", "2")));
    expect(decoder.exact).toBe(true);
    decodeOctets(decoder, insert("c", "3"));
    expect(decoder.exact).toBe(false);
    const block = decodeOctets(decoder, join(indexed(62), indexed(63), indexed(64), indexed(65)));
    expect([lines(block), block.fault]).toEqual([["c: 3", "b: 2", "?: ?", "?: ?"], undefined]);
  });

  it("drops an entry that is larger, too", () => {
    const decoder = bounded();
    decodeOctets(decoder, join(insert("a", "1"), insert("b", "x".repeat(200))));
    expect(decoder.exact).toBe(false);
    expect(lines(decodeOctets(decoder, join(indexed(62), insert("c", "3"), indexed(62), indexed(63))))).toEqual([
      "?: ?",
      "c: 3",
      "c: 3",
      "?: ?",
    ]);
  });

  it("of the reference is a loss", () => {
    const decoder = referenceHpack(limits);
    decoder.setMaxTableSize(0xffffffff);
    const block = decodeOctets(decoder, join(sizeUpdate(limits.tableOctets + 1), indexed(2)));
    expect([block.fault, block.certainty, decoder.exact]).toEqual([undefined, "unknown", false]);
  });
});

describe("the ring", () => {
  it("agrees with an array over many insertions and evictions", () => {
    const table = new DynamicTable(limits.tableOctets);
    const array: number[] = [];
    let size = 0;
    for (let i = 0; i < 5000; i++) {
      const entry = field(fieldName("n"), `${i}${"x".repeat((i * 31) % 300)}`);
      if (i % 700 === 699) {
        const maximum = (i * 13) % 4000;
        table.resize(maximum);
        while (size > maximum) size -= array.pop()!;
      }
      table.insert(entry);
      array.unshift(entry.size);
      size += entry.size;
      while (size > table.maximum) size -= array.pop()!;
      expect(table.size).toBe(size);
      expect(table.at(array.length)).toBeUndefined();
      if (i % 50 === 0) expect(array.map((_, k) => table.at(k)?.size)).toEqual(array);
    }
  });
});

describe("what a block says of itself", () => {
  it("finds first fields, status, sizes and order", () => {
    const decoder = fastHpack(limits);
    const block = decodeOctets(
      decoder,
      join(indexed(8), literal("content-type", "application/grpc"), literal("grpc-status", "5"), literal("grpc-status", "6")),
    );
    expect([block.status?.value, block.contentType?.value, block.grpcStatus?.value]).toEqual(["200", "application/grpc", "5"]);
    expect(block.statusCode).toBe(200);
    expect(block.listSize).toBe(7 + 3 + 12 + 16 + 2 * (11 + 1) + 4 * 32);
    expect(block.method).toBeUndefined();
    const next = decodeOctets(decoder, indexed(2));
    expect([next.method?.value, next.status, next.grpcStatus, next.statusCode]).toEqual(["GET", undefined, undefined, 0]);
  });

  it("forgets the block before", () => {
    const decoder = fastHpack(limits);
    for (const code of [200, 204]) {
      const block = decodeOctets(decoder, literal(":status", String(code)));
      expect([block.statusCode, block.status?.value, block.bits & BlockBit.pseudoDuplicate]).toEqual([code, String(code), 0]);
    }
  });

  it.each([
    ["", join(), []],
    ["only pseudo", join(indexed(2), indexed(4)), []],
    ["pseudo first", join(indexed(2), literal("a", "1")), ["regular"]],
    ["pseudo last", join(literal("a", "1"), indexed(2)), ["pseudoAfterRegular", "regular"]],
    ["pseudo twice", join(indexed(2), indexed(3)), ["pseudoDuplicate"]],
    ["regular twice", join(literal("te", "1"), literal("te", "1")), ["regular", "repeated"]],
    ["an unknown pseudo counts as one", join(literal("a", "1"), literal(":x", "1")), ["pseudoAfterRegular", "regular"]],
  ] as const)("order: %s", (_, octets, facts) => {
    const { bits } = decodeOctets(fastHpack(limits), octets);
    expect(Object.entries(BlockBit).flatMap(([name, bit]) => ((bits & bit) !== 0 ? [name] : []))).toEqual(facts);
  });

  it("a name that is not known is not taken for a regular one", () => {
    const decoder = fastHpack(limits);
    decoder.lose();
    expect(decodeOctets(decoder, join(indexed(62), indexed(2))).bits & (BlockBit.regular | BlockBit.pseudoAfterRegular)).toBe(0);
  });

  it.each([
    ["200", 200],
    ["099", 99],
    ["20", 0],
    ["2000", 0],
    ["2x0", 0],
    ["", 0],
    ["+20", 0],
  ])("status %j", (value, code) => {
    expect(decodeOctets(fastHpack(limits), literal(":status", value)).statusCode).toBe(code);
  });

  it("names the sensitive field that is put into the table", () => {
    const decoder = fastHpack(limits);
    expect(decodeOctets(decoder, join(literal("cookie", "a"), insert("x", "b"))).sensitiveIndexed).toBeUndefined();
    expect(decodeOctets(decoder, join(insert("x", "c"), insert("cookie", "a"))).sensitiveIndexed?.name.id).toBe(Name.cookie);
    expect(decodeOctets(decoder, indexed(62)).sensitiveIndexed).toBeUndefined();
  });
});
