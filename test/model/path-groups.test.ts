import { describe, expect, it } from "vitest";
import { fastHpack } from "../../src/hpack/decoder.ts";
import type { HpackDecoder } from "../../src/hpack/engine.ts";
import { PathGroups } from "../../src/model/path-groups.ts";
import { decodeOctets, indexed, insertAt, limits, literal, literalAt } from "../hpack/octets.ts";

const post = indexed(3);
const http = indexed(6);
/** The authority, as a literal that is not put into the table. */
const authority = literalAt(1, "h");
const at = (index: number): Buffer => indexed(62 + index);

function joined() {
  const decoder = fastHpack(limits);
  decoder.setMaxTableSize(0xffffffff);
  decoder.lose();
  const groups = new PathGroups();
  const request = (...parts: Buffer[]) => groups.of(decodeOctets(decoder, Buffer.concat(parts)));
  return { decoder, groups, request, number: (...parts: Buffer[]) => request(...parts)?.first.number };
}

describe("requests whose :path went by before the capture", () => {
  it("have the same where its entry is the same", () => {
    const { number } = joined();
    expect(number(post, http, at(3), authority)).toBe(1);
    expect(number(post, http, at(4), authority)).toBe(2);
    expect(number(post, http, at(3), authority, literal("x", "1"))).toBe(1);
  });

  it("go on having it when entries went in", () => {
    const { number } = joined();
    expect(number(post, http, at(3), authority)).toBe(1);
    expect(number(post, http, at(3), authority, Buffer.from("4001610162", "hex"))).toBe(1);
    expect(number(post, http, at(4), authority)).toBe(1);
    expect(number(post, http, at(3), authority)).toBe(2);
  });

  it("have another after a loss", () => {
    const { decoder, number } = joined();
    expect(number(post, http, at(3), authority)).toBe(1);
    decoder.lose();
    expect(number(post, http, at(3), authority)).toBe(2);
  });

  it("are told apart by all fields of which one is the path", () => {
    const { number } = joined();
    // :path and :authority, whichever is which; what follows is none of the two.
    expect(number(post, http, at(1), at(2), at(8), at(9))).toBe(1);
    expect(number(post, http, at(1), at(2), at(7))).toBe(1);
    expect(number(post, http, at(3), at(2), at(8))).toBe(2);
  });

  it("do not have a field of a request whose path is known", () => {
    const { number } = joined();
    const one = number(post, http, at(1), at(2));
    expect(number(post, http, literalAt(4, "/a"), at(2))).toBeUndefined();
    expect(number(post, http, at(1), at(3))).toBe(one);
  });

  it("turn out to have the same when more is known", () => {
    const { request } = joined();
    const one = request(post, http, at(1), at(2))!;
    const two = request(post, http, at(1), at(3))!;
    expect([one.number, two.number]).toEqual([1, 2]);
    request(post, http, literalAt(4, "/a"), at(2), at(3));
    expect([one.number, two.number, two.name]).toEqual([1, 1, "path#1"]);
    expect(request(post, http, at(1), at(9))!.first).toBe(one.first);
  });

  it("have none behind a regular field, and none beyond the pseudo-header fields there can be", () => {
    const { number } = joined();
    expect(number(post, http, literal("a", "1"), at(1))).toBeUndefined();
    expect(number(post, http, indexed(4), at(1))).toBeUndefined();
    // Of four that a request has three are known.
    expect(number(post, http, authority, at(2), at(5))).toBe(1);
    expect(number(post, http, authority, at(2), at(6))).toBe(1);
  });

  it("stay alone where a literal of an unknown name may be the path", () => {
    const { number } = joined();
    expect(number(post, http, insertAt(70, "/a"), at(2))).toBeUndefined();
    expect(number(post, http, insertAt(70, "h:80"), at(2))).toBe(1);
  });

  it("of CONNECT have none, and malformed ones prove nothing", () => {
    const { number } = joined();
    expect(number(literalAt(2, "CONNECT"), at(1))).toBeUndefined();
    expect(number(post, http, literal("a", "1"), literalAt(4, "/a"), at(2))).toBeUndefined();
    expect(number(post, post, http, at(1))).toBeUndefined();
    expect(number(indexed(8), at(1))).toBeUndefined();
    expect(number(post, http, at(2), authority)).toBe(1);
  });

  it("are in at most a thousand groups", () => {
    const { groups } = joined();
    let none = 0;
    for (let i = 0; i < 1100; i++) {
      const decoder: HpackDecoder = fastHpack(limits);
      decoder.lose();
      if (groups.of(decodeOctets(decoder, Buffer.concat([post, http, at(1), authority]))) === undefined) none++;
    }
    expect(none).toBe(100);
  });
});
