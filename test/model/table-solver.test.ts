// What the dynamic table had before a loss, as far as the field blocks behind it show which entries are still there.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Field, inferredOf, isUnknown } from "../../src/fields/field.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { defaultLimits } from "../../src/limits.ts";
import { Endpoint } from "../../src/model/endpoint.ts";
import { FieldBlock } from "../../src/model/field-block.ts";
import { solveBlock } from "../../src/model/table-solver.ts";
import type { Side } from "../../src/place.ts";
import { playModel } from "../../src/testing/play.ts";
import type { Script } from "../../src/testing/script.ts";
import { type Story, written } from "../../src/testing.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { decodeOctets, indexed, insert, insertAt, integer, literal, literalAt, sizeUpdate } from "../hpack/octets.ts";

/** `name: value`; `~` before it: inferred; `?`: not known. */
const shown = (field: Field): string => {
  const inferred = inferredOf(field)?.field;
  if (inferred !== undefined) return `~${inferred.name.text}: ${inferred.value}`;
  return isUnknown(field) ? "?" : `${field.name.text}: ${field.value}`;
};

/** The other side, of which nothing is known. */
const NOBODY = { opensKnown: false, highestOpened: 0 };

/** The field blocks that one side sends. */
class Sent {
  readonly sender: Endpoint;
  endStream = true;
  streamId = 1;

  constructor(from: Side) {
    this.sender = new Endpoint(from, fastHpack, defaultLimits);
  }

  /** Octets that are missing, with as many entries in them as have room. */
  lose(octets: number, most = Math.max(Math.floor((octets - 9) / 2), 0)): void {
    this.sender.lostOctets += octets;
    this.sender.hpack.lose({ most, octets });
  }

  fields(...parts: Buffer[]): Field[] {
    const decoded = decodeOctets(this.sender.hpack, Buffer.concat(parts));
    expect(decoded.fault).toBeUndefined();
    const block = new FieldBlock();
    block.endStream = this.endStream;
    block.streamId = this.streamId;
    if (decoded.certainty !== "exact") solveBlock(block, decoded, this.sender, NOBODY);
    return decoded.fields.slice(0, decoded.count);
  }

  block(...parts: Buffer[]): string[] {
    return this.fields(...parts).map(shown);
  }

  ended(octets: number): void {
    this.sender.tableSolver?.ended(this.streamId, octets, this.sender);
  }
}

const post = indexed(3);
const http = indexed(6);
const ok = indexed(8);
/** The entry that went in so many before the newest. */
const at = (index: number): Buffer => indexed(62 + index);

// Newest last.
const path = insertAt(4, "/a.B/C");
const authority = insertAt(1, "h");
const grpc = insertAt(31, "application/grpc");
const agent = insertAt(58, "x/1");
const te = insert("te", "trailers");
/** The same request as before, if so many entries went in since. */
const again = (lost: number): Buffer[] => [post, http, at(4 + lost), at(3 + lost), at(2 + lost), at(1 + lost), at(lost)];
const known = [":path: /a.B/C", ":authority: h", "content-type: application/grpc", "user-agent: x/1", "te: trailers"];
const inferred = [":method: POST", ":scheme: http", ...known.map((line) => `~${line}`)];
const unknown = [":method: POST", ":scheme: http", ...known.map(() => "?")];

function grpcClient(): Sent {
  const client = new Sent("client");
  client.block(post, http, path, authority, grpc, agent, te);
  return client;
}

const scoreOf = (field: Field): number => inferredOf(field)?.score ?? 0;

describe("a loss with room for few entries", () => {
  it("is solved where a lawful request comes of one number of them alone", () => {
    const client = grpcClient();
    client.lose(17);
    const fields = client.fields(...again(0));
    expect(client.block(...again(0))).toEqual(inferred);
    expect(fields.map(shown)).toEqual(inferred);
    expect(fields.slice(2).map(scoreOf)).toEqual([0.99, 0.99, 0.99, 0.99, 0.99]);
    expect(fields.slice(2).every(isUnknown)).toBe(true);
  });

  it("is solved with an entry that went in", () => {
    const client = grpcClient();
    client.lose(17);
    // The path is another one, and new.
    expect(client.block(post, http, at(0), ...again(1).slice(3))).toEqual([...inferred.slice(0, 2), "?", ...inferred.slice(3)]);
  });

  it("is not where two numbers make different fields", () => {
    const server = new Sent("server");
    server.block(ok, insert("a", "1"), insert("b", "1"));
    server.lose(11);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "?"]);
  });

  it("is where two numbers make the same", () => {
    const server = new Sent("server");
    server.block(ok, insert("a", "1"), insert("a", "1"));
    server.lose(11);
    expect(server.block(ok, at(1), at(0))).toEqual([":status: 200", "~a: 1", "?"]);
  });

  it("is solved where the table had no entry so far back", () => {
    const server = new Sent("server");
    server.block(ok, insert("a", "1"));
    server.lose(11);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "~a: 1"]);
  });

  it("is not where there may be older entries that were never seen", () => {
    const server = new Sent("server");
    server.sender.hpack.lose();
    server.block(ok, insert("a", "1"));
    server.lose(11);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "?"]);
  });

  it("shows what came before it was solved, too", () => {
    const server = new Sent("server");
    server.block(ok, insert("a", "1"), insert("b", "1"));
    server.lose(11);
    const [, early] = server.fields(ok, at(1));
    expect(shown(early!)).toBe("?");
    server.block(ok, at(2));
    expect(shown(early!)).toBe("~b: 1");
  });

  it("is solved by a field that comes once", () => {
    const server = new Sent("server");
    server.block(ok, insertAt(54, "one"), insertAt(54, "two"));
    server.lose(11);
    // Of one the server is known: the other entry cannot be that, too.
    expect(server.block(ok, literal("server", "s"), at(0))).toEqual([":status: 200", "server: s", "?"]);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "~server: two"]);
  });

  it("is solved by a pseudo-header field that cannot stand behind others", () => {
    const client = new Sent("client");
    client.block(post, http, insertAt(4, "/"), insert("a", "1"));
    client.lose(11);
    expect(client.block(post, http, literalAt(4, "/b"), literal("x", "1"), at(1))).toEqual([
      ...[":method: POST", ":scheme: http", ":path: /b", "x: 1"],
      "~a: 1",
    ]);
    // Nor one that has its name alone.
    const named = new Sent("client");
    named.block(post, http, insertAt(4, "/"), insert("a", "1"));
    named.lose(11);
    expect(named.block(post, http, literalAt(4, "/b"), literal("x", "1"), literalAt(63, "2"))).toEqual([
      ...[":method: POST", ":scheme: http", ":path: /b", "x: 1"],
      "~a: 2",
    ]);
  });

  it("is solved by a pseudo-header field in front of which there is one too many, or one that is not known", () => {
    const server = new Sent("server");
    server.block(insert("a", "1"), insertAt(8, "418"));
    server.lose(11);
    expect(server.block(at(0), at(1))).toEqual(["~:status: 418", "~a: 1"]);
    // Names that went by before are those of pseudo-header fields at most: with :method and :scheme that makes five, or six.
    const last = (unknowns: number): string | undefined => {
      const client = new Sent("client");
      client.sender.hpack.lose();
      client.block(post, http, insertAt(4, "/"), insertAt(70, "u"), insertAt(72, "v"), insertAt(74, "w"), insert("a", "1"));
      client.lose(11);
      client.block(post, http, ...[at(3), at(2), at(1)].slice(0, unknowns), at(4));
      return client.block(post, http, literalAt(4, "/"), at(1)).at(-1);
    };
    expect(last(2)).toBe("?");
    expect(last(3)).toBe("~a: 1");
  });

  it("is solved by a pseudo-header field of the other side, which a promise put in", () => {
    const server = new Sent("server");
    server.block(insertAt(4, "/pushed"), insert("a", "1"));
    server.lose(11);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "~a: 1"]);
  });

  it.each([
    [":method", "PUT", [http, literalAt(4, "/b"), at(1)]],
    [":scheme", "ftp", [post, literalAt(4, "/b"), at(1)]],
    [":path", "/", [post, http, at(1)]],
  ])("is solved by a request that lacks %s else", (name, value, parts) => {
    const client = new Sent("client");
    client.block(post, http, insert(name, value), insert("a", "1"));
    client.lose(11);
    expect(client.block(...parts).at(-1)).toBe(`~${name}: ${value}`);
  });

  it.each([
    [":method", [at(0), http, literalAt(4, "/b"), at(2)]],
    [":scheme", [post, at(0), literalAt(4, "/b"), at(2)]],
    [":scheme and :path, of a method that may be CONNECT", [at(0), literalAt(1, "h"), at(2)]],
  ])("is solved with a new entry that may be %s", (_, parts) => {
    const client = new Sent("client");
    client.block(post, http, insertAt(4, "/"), insert("b", "1"), insert("a", "1"));
    client.lose(11);
    expect(client.block(...parts).at(-1)).toBe("~b: 1");
  });

  it("is solved by CONNECT, which has neither :scheme nor :path", () => {
    const connect = (): Sent => {
      const client = new Sent("client");
      client.block(insertAt(2, "CONNECT"), insertAt(1, "h:1"));
      client.block(post, http, literalAt(4, "/"), insert("a", "1"));
      client.lose(11);
      return client;
    };
    expect(connect().block(at(1), literalAt(2, "CONNECT"))).toEqual(["~:authority: h:1", ":method: CONNECT"]);
    // The table has its name, and its value.
    expect(connect().block(literalAt(1, "h:2"), literalAt(64, "CONNECT"))).toEqual([":authority: h:2", "~:method: CONNECT"]);
    expect(connect().block(literalAt(1, "h:2"), at(2))).toEqual([":authority: h:2", "~:method: CONNECT"]);
  });

  it("is not solved against a sender that has sent what no message may have", () => {
    const server = new Sent("server");
    server.block(ok, insert("b", "1"), insert("a", "1"), insert("connection", "close"));
    server.lose(11);
    // With one more entry this would be a lawful message, and the last one `a`.
    expect(server.block(ok, at(0), at(2))).toEqual([":status: 200", "?", "?"]);
    expect(server.block(ok, at(3))).toEqual([":status: 200", "~b: 1"]);
    const odd = new Sent("server");
    odd.block(insert("b", "1"), insert("a", "1"), insert(":odd", "1"));
    odd.lose(11);
    expect(odd.block(ok, at(0), at(2))).toEqual([":status: 200", "?", "?"]);
  });

  it("is not contradicted by a message that is malformed by what is known of it", () => {
    const client = grpcClient();
    client.lose(17);
    expect(client.block(post, post, http, at(4), at(3))).toEqual([":method: POST", ...unknown.slice(0, 4)]);
    expect(client.block(...again(0))).toEqual(inferred);
  });

  it("ends with an entry of which it is not known whether the table took it", () => {
    const server = new Sent("server");
    server.block(ok, insert("a", "1"));
    server.lose(11);
    expect(server.block(ok, at(0), insert("b", "x".repeat(5000))).slice(0, 2)).toEqual([":status: 200", "?"]);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "?"]);
  });

  it("is solved by blocks that rule out one number each, however many", () => {
    const server = new Sent("server");
    server.block(ok, insert("a", "1"));
    server.lose(90);
    const early = server.fields(ok, at(40)).at(-1)!;
    for (let position = 1; position < 40; position++) expect(server.block(ok, at(position)).at(-1)).toBe("?");
    expect(shown(early)).toBe("~a: 1");
  });

  it("takes a literal with the name of an entry for what it is", () => {
    const server = new Sent("server");
    server.block(ok, insert("grpc-status", "0"));
    server.lose(11);
    server.block(ok, at(1));
    expect(server.block(literalAt(63, "5"))).toEqual(["~grpc-status: 5"]);
    expect(server.block(insertAt(63, "7"))).toEqual(["~grpc-status: 7"]);
    // What went in with an unknown name is known by it as well.
    expect(server.block(at(0))).toEqual(["~grpc-status: 7"]);
  });

  it("is not solved by trailers, which may look like anything", () => {
    const server = new Sent("server");
    server.block(ok, insert("grpc-status", "0"), insert("grpc-message", ""));
    server.lose(20);
    expect(server.block(at(1), at(0))).toEqual(["?", "?"]);
    const client = new Sent("client");
    client.block(post, http, insertAt(4, "/"), insert("b", "1"), insert("a", "1"));
    client.lose(11);
    expect(client.block(at(1), at(0))).toEqual(["?", "?"]);
    expect(client.block(post, http, at(3))).toEqual([":method: POST", ":scheme: http", "~:path: /"]);
  });

  it("is solved where few numbers make the same, not where many do", () => {
    const same = (room: number): string[] => {
      const server = new Sent("server");
      server.block(ok, ...Array.from({ length: 12 }, () => insert("a", "1")));
      server.lose(9 + 2 * room);
      return server.block(ok, at(10)).slice(1);
    };
    expect(same(7)).toEqual(["~a: 1"]);
    expect(same(8)).toEqual(["?"]);
  });
});

describe("entries further back than are followed", () => {
  it("say nothing, and may be anything", () => {
    const client = grpcClient();
    client.lose(1000, 700);
    for (let i = 0; i < 40; i++) client.block(post, http, at(300));
    // The last of these has no entry that stands for it.
    client.block(post, http, ...Array.from({ length: 520 }, (_, i) => at(i)));
    const few = new Sent("client");
    few.block(post, http, path, authority, grpc, agent, te);
    few.lose(90, 400);
    for (let i = 0; i < 40; i++) few.block(post, http, at(300));
    expect(few.block(post, http, at(300), ...again(0).slice(3))).toEqual([...inferred.slice(0, 2), "?", ...inferred.slice(3)]);
  });

  it("are one number of lost entries for all", () => {
    const client = new Sent("client");
    client.block(post, http, path);
    client.lose(1000, 400);
    // More than 256 entries were lost: with fewer there was none so far back, or the path comes behind a regular field.
    expect(client.block(post, http, literalAt(4, "/b"), literal("x", "1"), at(256)).at(-1)).toBe("?");
    expect(client.block(post, http, at(257)).at(-1)).toBe("?");
  });
});

describe("a loss with room for many entries", () => {
  it("is solved by what a client has in all its requests", () => {
    const client = grpcClient();
    client.lose(90);
    const fields = client.fields(...again(0));
    expect(fields.map(shown)).toEqual(inferred);
    expect(scoreOf(fields[2]!)).toBe(0.95);
    expect(inferredOf(fields[2]!)!.because).toContain("if the sender does not write out again");
  });

  it("is solved with entries that went in", () => {
    const client = grpcClient();
    client.lose(90);
    expect(client.block(...again(3), at(1))).toEqual([...inferred, "?"]);
  });

  it("is not where as much may have gone in as the table holds", () => {
    const client = grpcClient();
    client.lose(1200);
    expect(client.block(...again(0))).toEqual(unknown);
    const small = new Sent("client");
    small.sender.hpack.setMaxTableSize(4096);
    small.block(sizeUpdate(500), post, http, path, authority, grpc, agent, te);
    small.lose(120);
    expect(small.block(...again(0))).toEqual(unknown);
  });

  it.each([
    ["of the size that it begins with", (): Sent => new Sent("client"), 0],
    // Its maximum may be another one since: 4096 at least.
    [
      "of a size that is not known",
      (): Sent => {
        const client = new Sent("client");
        client.sender.hpack.lose();
        return client;
      },
      0,
    ],
    // Of 128 bytes at most, if it is not known.
    [
      "with an entry that went in before",
      (): Sent => {
        const client = grpcClient();
        client.lose(17);
        expect(client.block(...again(1))).toEqual(inferred);
        return client;
      },
      128,
    ],
  ])("is solved up to where as much has gone in since as a table holds, %s", (_, begun, between) => {
    for (const [more, expected] of [
      [0, inferred],
      [1, unknown],
    ] as const) {
      const client = begun();
      if (between === 0) client.block(post, http, path, authority, grpc, agent, te);
      client.lose(90);
      // Four bytes for each that is missing, and 87 of te and user-agent: two fields are enough.
      client.block(post, http, literalAt(4, "/"), insert("x", "y".repeat(4096 - 4 * 90 - between - 87 - 33 + more)));
      expect(client.block(...again(between === 0 ? 1 : 2))).toEqual(expected);
    }
  });

  it("is solved by the last number that has room, not by the next", () => {
    const last = (index: number): string[] => {
      const server = new Sent("server");
      server.block(ok, insert("a", "1"), grpc);
      server.lose(17);
      return server.block(ok, at(index));
    };
    expect(last(4)).toEqual([":status: 200", "~content-type: application/grpc"]);
    expect(last(5)).toEqual([":status: 200", "~a: 1"]);
  });

  it("is solved by the server field of a server, which is no constant of clients", () => {
    const server = new Sent("server");
    server.block(ok, insertAt(54, "s"));
    server.lose(90);
    expect(server.block(ok, at(4))).toEqual([":status: 200", "~server: s"]);
    const client = new Sent("client");
    client.block(post, http, path, insertAt(54, "s"), te);
    client.lose(90);
    expect(client.block(post, http, at(2), at(1), at(0))).toEqual(unknown.slice(0, 5));
  });

  it("is not by a literal that has the name of an entry alone", () => {
    const client = grpcClient();
    client.lose(90);
    const parts = again(0).slice(0, -1);
    expect(client.block(...parts, literalAt(62, "other"))).toEqual(unknown);
  });

  it("is not where its length is not known", () => {
    const client = grpcClient();
    client.sender.hpack.lose();
    expect(client.block(...again(0))).toEqual(unknown);
  });

  it("is not by one field alone, which another client of a proxy may not have", () => {
    const client = new Sent("client");
    client.block(post, http, path, authority, insert("a", "1"));
    client.lose(90);
    expect(client.block(post, http, at(2), at(1), at(0))).toEqual(unknown.slice(0, 5));
  });

  it("is not by a field of which the table has two values", () => {
    const client = new Sent("client");
    client.block(post, http, path, authority, agent);
    client.block(post, http, at(2), at(1), insertAt(58, "y/1"));
    client.lose(90);
    expect(client.block(post, http, at(3), at(2), at(0))).toEqual(unknown.slice(0, 5));
  });

  it("says nothing by a request that lacks what the others have", () => {
    const client = grpcClient();
    client.lose(90);
    expect(client.block(post, http, at(4), at(3))).toEqual(unknown.slice(0, 4));
    expect(client.block(...again(0))).toEqual(inferred);
    expect(client.block(post, http, at(4), at(3))).toEqual(inferred.slice(0, 4));
  });

  it("is solved by the content-type of a gRPC server", () => {
    const server = new Sent("server");
    server.block(ok, insertAt(31, "application/grpc"));
    server.block(insert("grpc-status", "0"), insert("grpc-message", ""));
    server.lose(90);
    expect(server.block(ok, at(4))).toEqual([":status: 200", "~content-type: application/grpc"]);
    expect(server.block(at(3), at(2), at(1))).toEqual(["~grpc-status: 0", "~grpc-message: ", "?"]);
  });

  it("is not where the server has other content-types besides", () => {
    const server = new Sent("server");
    server.block(ok, insertAt(31, "application/grpc"));
    server.block(ok, insertAt(31, "text/html"));
    server.lose(90);
    expect(server.block(ok, at(4))).toEqual([":status: 200", "?"]);
  });

  it("is not by another content-type, which answers differ in", () => {
    const server = new Sent("server");
    server.block(ok, insertAt(31, "text/html"));
    server.lose(90);
    expect(server.block(ok, at(4))).toEqual([":status: 200", "?"]);
  });

  it("is given up where the blocks contradict each other", () => {
    const client = grpcClient();
    client.lose(90);
    const early = client.fields(...again(0));
    expect(early.map(shown)).toEqual(inferred);
    expect(client.block(...again(2))).toEqual(unknown);
    // And what was said before is not said any more.
    expect(early.map(shown)).toEqual(unknown);
    expect(client.block(...again(0))).toEqual(unknown);
  });

  it("is given up where a lawful block has what is usual elsewhere", () => {
    const server = new Sent("server");
    server.block(ok, insert("a", "1"), grpc);
    server.lose(90);
    const [, early] = server.fields(ok, at(0));
    expect(shown(early!)).toBe("~content-type: application/grpc");
    expect(server.block(ok, at(1))).toEqual([":status: 200", "?"]);
    expect(shown(early!)).toBe("?");
  });

  it("is given up where a block breaks the rules by it", () => {
    const client = grpcClient();
    client.lose(90);
    expect(client.block(...again(0))).toEqual(inferred);
    // Twice :path, if it is what it seems to be.
    expect(client.block(post, http, literalAt(4, "/x"), at(4))).toEqual([
      ...[":method: POST", ":scheme: http", ":path: /x"],
      "?",
    ]);
  });

  it.each([
    [32, inferred],
    [33, unknown],
  ])("looks at a bounded number of blocks: after %i that say the same", (blocks, expected) => {
    const client = grpcClient();
    client.lose(90);
    for (let i = 0; i < blocks; i++) client.block(post, http, at(4), at(3));
    expect(client.block(...again(0))).toEqual(expected);
  });

  it("does not count messages that end with DATA where no content-length went by", () => {
    const client = grpcClient();
    client.lose(90);
    client.endStream = false;
    for (let i = 0; i < 20; i++) {
      client.block(post, http, at(4), at(3));
      client.ended(5);
    }
    expect(client.block(...again(0))).toEqual(inferred);
  });
});

describe("content-length against DATA", () => {
  // Entries: 5 bytes, then 7.
  const lengths = (): Sent => {
    const server = new Sent("server");
    server.block(ok, insertAt(28, "5"), insertAt(28, "7"));
    server.lose(11);
    server.endStream = false;
    server.streamId = 3;
    expect(server.block(ok, at(1))).toEqual([":status: 200", "?"]);
    return server;
  };

  it("shows which entry it is", () => {
    const none = lengths();
    none.ended(5);
    expect(none.block(ok, at(1))).toEqual([":status: 200", "~content-length: 5"]);
    const one = lengths();
    one.ended(7);
    expect(one.block(ok, at(1))).toEqual([":status: 200", "~content-length: 7"]);
  });

  it("contradicts both", () => {
    const server = lengths();
    server.ended(6);
    server.block(ok, at(1));
    server.ended(5);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "?"]);
  });

  it("shows which entry it is by the first of two messages that wait for their end", () => {
    const server = lengths();
    server.streamId = 5;
    server.block(ok, at(1));
    server.streamId = 7;
    server.ended(7);
    server.streamId = 3;
    server.ended(5);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "~content-length: 5"]);
  });

  it("is its own where it is a literal with the name of an entry", () => {
    const server = lengths();
    expect(server.block(ok, literalAt(63, "9"))).toEqual([":status: 200", "?"]);
    server.ended(9);
    server.block(ok, at(1));
    server.ended(7);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "~content-length: 7"]);
    const client = (length: string): string => {
      const sent = new Sent("client");
      sent.block(post, http, literalAt(4, "/"), insert("a", "1"), insertAt(28, "5"));
      sent.lose(11);
      return sent.block(post, http, literalAt(4, "/"), literalAt(63, length)).at(-1)!;
    };
    // Without DATA.
    expect(client("0")).toBe("?");
    expect(client("5")).toBe("~a: 5");
  });

  it("says nothing of an answer without content, which may be to HEAD, nor where some of it may be missing", () => {
    const head = lengths();
    head.ended(0);
    head.block(ok, at(1));
    head.ended(5);
    expect(head.block(ok, at(1))).toEqual([":status: 200", "~content-length: 5"]);
    const lossy = lengths();
    lossy.sender.lostOctets += 5;
    lossy.ended(5);
    expect(lossy.block(ok, at(1))).toEqual([":status: 200", "?"]);
  });

  it("contradicts what was inferred", () => {
    const server = new Sent("server");
    server.block(ok, insertAt(28, "5"));
    server.lose(11);
    server.endStream = false;
    expect(server.block(ok, at(1))).toEqual([":status: 200", "~content-length: 5"]);
    server.ended(5);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "~content-length: 5"]);
    server.ended(6);
    expect(server.block(ok, at(1))).toEqual([":status: 200", "?"]);
  });

  it.each([
    ["31 others that wait, too", 31, "?", (_: Sent) => {}],
    ["32, which are too many", 32, "~content-length: 5", (_: Sent) => {}],
    ["many that have ended since", 40, "?", (server: Sent) => server.ended(5)],
  ])("is waited for behind %s", (_, others, expected, then) => {
    const server = new Sent("server");
    server.block(ok, insertAt(28, "5"));
    server.lose(11);
    server.endStream = false;
    const [, first] = server.fields(ok, at(1));
    for (let i = 0; i < others; i++) {
      server.streamId += 2;
      server.block(ok, at(1));
      then(server);
      // What ends with its HEADERS is not waited for.
      server.streamId += 2;
      server.endStream = true;
      server.block(ok, at(1));
      server.endStream = false;
    }
    expect(shown(first!)).toBe("~content-length: 5");
    server.streamId = 1;
    server.ended(6);
    expect(shown(first!)).toBe(expected);
  });

  it("is none of a request that has no content", () => {
    const client = new Sent("client");
    client.block(post, http, literalAt(4, "/"), insertAt(28, "5"), insertAt(28, "0"));
    client.lose(11);
    expect(client.block(post, http, literalAt(4, "/"), at(1))).toEqual([
      ...[":method: POST", ":scheme: http", ":path: /"],
      "~content-length: 0",
    ]);
    const late = new Sent("client");
    late.block(post, http, literalAt(4, "/"), insertAt(28, "5"), insertAt(28, "0"));
    late.lose(11);
    late.endStream = false;
    const fields = late.fields(post, http, literalAt(4, "/"), at(1));
    expect(shown(fields.at(-1)!)).toBe("?");
    late.ended(0);
    expect(shown(fields.at(-1)!)).toBe("~content-length: 0");
  });
});

describe("another loss", () => {
  it("without a new entry in between is one with the first", () => {
    const client = grpcClient();
    client.lose(17);
    client.lose(17);
    const fields = client.fields(...again(0));
    expect(fields.map(shown)).toEqual(inferred);
    // Eight at most, so that all five may be new: the rules alone do not show it.
    expect(scoreOf(fields[2]!)).toBe(0.95);
    const both = grpcClient();
    both.lose(17);
    both.lose(17);
    expect(both.block(...again(7))).toEqual(inferred);
  });

  it("begins with what was solved, and what went in since", () => {
    const client = grpcClient();
    client.lose(17);
    expect(client.block(post, http, insertAt(4, "/new"), ...again(2).slice(3))).toEqual([
      ...[":method: POST", ":scheme: http", ":path: /new"],
      ...inferred.slice(3),
    ]);
    client.lose(15);
    // One went in first, one since, and two now.
    const fields = client.fields(post, http, at(2), ...again(4).slice(3));
    expect(fields.map(shown)).toEqual([":method: POST", ":scheme: http", "~:path: /new", ...inferred.slice(3)]);
  });

  it("is no better known than the first", () => {
    const client = grpcClient();
    client.lose(90);
    client.block(...again(0));
    client.lose(17);
    const fields = client.fields(...again(0));
    expect(fields.map(shown)).toEqual(inferred);
    expect(scoreOf(fields[2]!)).toBe(0.95);
  });

  it("behind one that is not solved has what went in since", () => {
    const client = new Sent("client");
    client.sender.hpack.lose();
    client.block(post, http, path, authority, grpc, agent, te);
    client.lose(17);
    expect(client.block(...again(1))).toEqual(inferred);
    client.sender.hpack.lose();
    expect(client.block(...again(1))).toEqual(unknown);
  });
});

describe("a loss in which streams show that no field block is missing", () => {
  const end = { endStream: true } as const;
  const texts = (story: Story, side: Side): string[] => blocksOf(story, side).map((fields) => fields.map(shown).join(", "));
  const request = (...parts: Buffer[]) => ({ block: Buffer.concat([post, http, ...parts]) });

  it("leaves the table of a client as it was", () => {
    const story =
      (next: number): Story =>
      (s) => {
        s.client.headers(1, { ...request(path, insert("a", "1")), ...end });
        s.server.headers(1, end);
        s.client.lost((client) => client.data(1, 2000));
        s.server.ping();
        s.client.headers(next, { ...request(at(1), at(0)), ...end });
      };
    const first = ":method: POST, :scheme: http, :path: /a.B/C, a: 1";
    expect(texts(story(3), "client")).toEqual([first, ":method: POST, :scheme: http, ~:path: /a.B/C, ~a: 1"]);
    // Request 3 may be among what is missing.
    expect(texts(story(5), "client")).toEqual([first, ":method: POST, :scheme: http, ?, ?"]);
  });

  it("does not where the blocks contradict it", () => {
    const behind =
      (then: (s: Script) => void): Story =>
      (s) => {
        s.client.headers(1, { ...request(path, insertAt(28, "5")), endStream: false }).data(1, 5, end);
        s.server.headers(1, end);
        s.client.headers(3, { ...request(at(1), insertAt(28, "7"), authority, grpc, te) }).data(3, 7, end);
        s.server.headers(3, end);
        s.client.lost((client) => client.data(3, 2000));
        s.server.ping();
        then(s);
      };
    const usual = (lost: number) => request(at(lost + 5), at(lost + 2), at(lost + 1), at(lost));
    const fields = ["~:path: /a.B/C", "~:authority: h", "~content-type: application/grpc", "~te: trailers"];
    const found = (then: (s: Script) => void) => blocksOf(behind(then), "client")[2]!.slice(2).map(shown);
    expect(found((s) => s.client.headers(5, { ...usual(0), ...end }))).toEqual(fields);
    expect(found((s) => s.client.headers(5, { ...usual(1), ...end }))).toEqual(["?", "?", "?", "?"]);
    // Nor by its content.
    const length = request(at(5), at(4));
    expect(found((s) => s.client.headers(5, length).data(5, 5, end))).toEqual(["~:path: /a.B/C", "~content-length: 5"]);
    expect(found((s) => s.client.headers(5, length).data(5, 7, end))).toEqual(["?", "?"]);
  });

  it("does not where a request was open, and may have ended with trailers", () => {
    const story: Story = (s) => {
      s.client.headers(1, request(path, insert("a", "1")));
      s.server.headers(1, end);
      s.client.lost((client) => client.headers(1, { block: insert("t", "1"), ...end }));
      s.server.ping();
      s.client.headers(3, { ...request(at(1), at(0)), ...end });
    };
    expect(texts(story, "client").at(-1)).toBe(":method: POST, :scheme: http, ?, ?");
  });

  it("does not where these are the trailers of one that was open: others may have come before", () => {
    const story: Story = (s) => {
      s.client.headers(1, request(path, insert("a", "1")));
      s.server.headers(1, end);
      s.client.lost((client) => client.data(1, 2000));
      s.server.ping();
      s.client.headers(1, { block: at(0), ...end });
    };
    expect(texts(story, "client").at(-1)).toBe("?");
  });

  it("does not where a request that was missing before may be open", () => {
    const story: Story = (s) => {
      s.client.headers(1, end);
      s.server.headers(1, end);
      s.client.lost((client) => client.headers(3));
      s.server.ping();
      s.client.headers(5, { ...request(path, insert("a", "1")), ...end });
      s.server.headers(5, end);
      s.client.lost((client) => client.data(5, 2000));
      s.server.ping();
      s.client.headers(7, { ...request(at(1), at(0)), ...end });
    };
    expect(texts(story, "client").at(-1)).toBe(":method: POST, :scheme: http, ?, ?");
  });

  const answer = (s: Script, id: number) =>
    s.server.headers(id, { block: Buffer.concat([ok, literalAt(31, "application/grpc"), at(1)]), ...end });

  it.each<[string, string, Story, Story]>([
    // Its client has no stream 3.
    ["is, where the one answer that was due comes behind it", "~a: 1", (s) => s.client.headers(5, end), (s) => answer(s, 5)],
    ["may not be, where two were due", "?", (s) => s.client.headers(3, end).headers(5, end), (s) => answer(s, 5)],
    [
      "may not be, where another had begun, and may have ended",
      "?",
      (s) => s.client.headers(3, end).server.headers(3).client.headers(5, end),
      (s) => answer(s, 5),
    ],
    [
      "may not be, where the trailers of one of two come behind it",
      "?",
      (s) => s.client.headers(3, end).headers(5, end).server.headers(3).headers(5),
      (s) => s.server.headers(5, { block: at(1), ...end }),
    ],
    [
      "may not be, where it has pushed, and may push again",
      "?",
      (s) => s.client.headers(3, end).server.pushPromise(3, 2).headers(2, end).headers(3, end),
      (s) => s.client.headers(5, end) && answer(s, 5),
    ],
    [
      "may not be, where requests are missing since",
      "?",
      () => {},
      (s) => s.client.lost((client) => client.headers(3, end).headers(5, end)) && answer(s, 5),
    ],
  ])("the table of a server %s", (_, expected, before, then) => {
    const [field] = blocksOf((s) => {
      s.client.headers(1, end);
      s.server.headers(1, { block: Buffer.concat([ok, insert("a", "1"), grpc]), ...end });
      before(s);
      s.server.lost((server) => server.data(1, 2000));
      s.client.ping();
      then(s);
    }, "server")
      .at(-1)!
      .slice(-1);
    expect(shown(field!)).toBe(expected);
    expect(scoreOf(field!)).toBe(expected === "?" ? 0 : 0.95);
  });

  it("leaves the table of a server as it was", () => {
    const story =
      (ended: boolean): Story =>
      (s) => {
        s.client.headers(1, end).headers(3, end);
        s.server.headers(1, { block: Buffer.concat([ok, insert("a", "1"), grpc]), ...end });
        if (ended) s.server.headers(3, end);
        s.server.lost((server) => server.data(1, 2000));
        s.client.ping();
        s.client.headers(5, end);
        s.server.headers(5, { block: Buffer.concat([ok, literalAt(31, "application/grpc"), at(1)]), ...end });
      };
    expect(texts(story(true), "server").at(-1)).toBe(":status: 200, content-type: application/grpc, ~a: 1");
    expect(texts(story(false), "server").at(-1)).toBe(":status: 200, content-type: application/grpc, ?");
  });

  it("does not where a server may have sent interim responses", () => {
    const story: Story = (s) => {
      s.client.headers(1, end).headers(3, end);
      s.server.headers(1, { block: Buffer.concat([ok, insert("a", "1"), insert("b", "1")]), ...end });
      s.server.lost((server) => server.headers(3, { block: Buffer.concat([literalAt(8, "103"), insert("link", "x")]) }));
      s.client.ping();
      s.server.headers(3, { block: Buffer.concat([ok, at(1)]), ...end });
    };
    expect(texts(story, "server").at(-1)).toBe(":status: 200, ?");
  });

  it("does not where a request is missing as well, and its answer may be", () => {
    const story: Story = (s) => {
      s.client.headers(1, end);
      s.server.headers(1, { block: Buffer.concat([ok, insert("a", "1"), insert("b", "1")]), ...end });
      s.client.lost((client) => client.headers(3, end));
      s.server.lost((server) => server.headers(3, { block: Buffer.concat([ok, insert("c", "1")]), ...end }).data(1, 2000));
      s.client.headers(5, end);
      s.server.headers(5, { block: Buffer.concat([ok, at(1)]), ...end });
    };
    expect(texts(story, "server").at(-1)).toBe(":status: 200, ?");
  });

  it("does not where a request came in the meantime, and its answer may be missing", () => {
    const story: Story = (s) => {
      s.client.headers(1, end);
      s.server.headers(1, { block: Buffer.concat([ok, insert("a", "1"), insert("b", "1")]), ...end });
      s.client.headers(3, end);
      s.server.lost((server) => server.headers(3, { block: Buffer.concat([ok, insert("c", "1")]), ...end }).data(1, 2000));
      s.client.headers(5, end);
      s.server.headers(5, { block: Buffer.concat([ok, at(1)]), ...end });
    };
    expect(texts(story, "server").at(-1)).toBe(":status: 200, ?");
  });

  it("pushes out little where few are missing", () => {
    const usual = Buffer.concat([path, authority, grpc, agent, te]);
    const story =
      (next: number): Story =>
      (s) => {
        s.client.headers(1, { ...request(usual), ...end });
        s.server.headers(1, end);
        s.client.lost((client) => client.data(1, 2000));
        s.server.ping();
        s.client.headers(next, { ...request(...again(1).slice(2)), ...end });
      };
    expect(texts(story(5), "client").at(-1)).toBe(inferred.join(", "));
    // Twenty requests might have filled the table.
    expect(texts(story(43), "client").at(-1)).toBe(unknown.join(", "));
  });

  it("pushes out 512 bytes for each block that is missing", () => {
    const usual = Buffer.concat([path, authority, grpc, agent, te]);
    const largest = (room: number) => insert("x", "y".repeat(room - 33));
    const client =
      (more: number): Story =>
      (s) => {
        s.client.headers(1, { ...request(usual), ...end });
        s.server.headers(1, end);
        // Three that may end with trailers, and four that are missing.
        s.client
          .headers(3)
          .headers(5)
          .headers(7)
          .lost((client) => client.data(3, 2000));
        s.server.ping();
        s.client.headers(17, { ...request(...again(0).slice(2), largest(4096 - 7 * 512 - 87 + more)), ...end });
      };
    expect(texts(client(0), "client").at(-1)).toContain(inferred.join(", "));
    expect(texts(client(1), "client").at(-1)).toContain(unknown.join(", "));
    const server =
      (more: number): Story =>
      (s) => {
        s.client
          .headers(1, end)
          .headers(3, end)
          .headers(5, end)
          .headers(7, end)
          .headers(9, end)
          .headers(11, end)
          .headers(13, end);
        s.server.headers(1, { block: Buffer.concat([ok, grpc]), ...end });
        // Three that have begun, and two of three that have not.
        s.server
          .headers(3)
          .headers(5)
          .headers(7)
          .lost((server) => server.data(3, 2000));
        s.client.ping();
        s.server.headers(13, { block: Buffer.concat([ok, at(0), largest(4096 - 7 * 512 - 60 + more)]) });
      };
    expect(texts(server(0), "server").at(-1)).toContain(":status: 200, ~content-type: application/grpc");
    expect(texts(server(1), "server").at(-1)).toContain(":status: 200, ?");
  });

  it("is as wide as its bytes allow where a block that is known in full came first", () => {
    const story =
      (whole: boolean): Story =>
      (s) => {
        s.client.headers(1, { ...request(path, authority, grpc, agent, te), ...end });
        s.server.headers(1, end);
        s.client.lost((client) => client.data(1, 2000));
        s.server.ping();
        if (whole) s.client.headers(3, { ...request(literalAt(4, "/")), ...end });
        s.client.headers(5, { ...request(...again(1).slice(2)), ...end });
      };
    expect(texts(story(false), "client").at(-1)).toBe(inferred.join(", "));
    expect(texts(story(true), "client").at(-1)).toBe(unknown.join(", "));
  });

  it("is inferred by habit of a server that pushes", () => {
    const story: Story = (s) => {
      s.client.headers(1, end).server.pushPromise(1, 2).headers(2, end);
      s.server.headers(1, { block: Buffer.concat([ok, grpc]), ...end });
      s.server.lost((server) => server.data(1, 90));
      s.client.headers(3, end);
      s.server.headers(3, { block: Buffer.concat([ok, at(4)]), ...end });
    };
    expect(texts(story, "server").at(-1)).toBe(":status: 200, ~content-type: application/grpc");
  });
});

/** The fields of the blocks of a side that the capture has. */
function blocksOf(story: Story, side: Side): Field[][] {
  const blocks: Field[][] = [];
  const fields = ({ from, decoded }: FieldBlock) => {
    if (from === side && decoded !== undefined) blocks.push(decoded.fields.slice(0, decoded.count));
  };
  playModel(written(story).segments, [{ fields }], defaultLimits, () => {});
  return blocks;
}

// An encoder, with what it knows of its own table.
class Encoder {
  #entries: (readonly [string, string])[] = [];

  encode(fields: readonly (readonly [string, string])[], choices: readonly number[], usual: boolean): Buffer {
    return Buffer.concat(fields.map((field, i) => this.#one(field, choices[i % choices.length]! + i, usual)));
  }

  #one([name, value]: readonly [string, string], choice: number, usual: boolean): Buffer {
    const inStatic = STATIC.get(`${name}: ${value}`);
    if (inStatic !== undefined && (usual || choice % 3 > 0)) return indexed(inStatic);
    const same = this.#entries.flatMap(([n, v], i) => (n === name && v === value ? [i] : []));
    if (same.length > 0 && (usual || choice % 3 > 0)) return indexed(62 + same[choice % same.length]!);
    if (!usual && choice % 5 === 0) return literal(name, value);
    const named = this.#entries.findIndex(([n]) => n === name);
    this.#entries.unshift([name, value]);
    for (let size = 0, i = 0; i < this.#entries.length; i++) {
      size += 32 + this.#entries[i]![0].length + this.#entries[i]![1].length;
      if (size > 4096) this.#entries.length = i;
    }
    return named < 0 || (!usual && choice % 2 === 0)
      ? insert(name, value)
      : Buffer.from([...integer(62 + named, 0x3f, 0x40), value.length, ...Buffer.from(value)]);
  }
}

const STATIC = new Map([
  [":method: GET", 2],
  [":method: POST", 3],
  [":path: /", 4],
  [":scheme: http", 6],
  [":status: 200", 8],
  [":status: 404", 13],
]);

type Message = readonly (readonly [string, string])[];

const oneOf = (name: string, ...values: string[]): fc.Arbitrary<Message> =>
  fc.constantFrom(...values).map((value) => [[name, value]] as const);
const maybe = (field: fc.Arbitrary<Message>): fc.Arbitrary<Message> => fc.oneof(field, fc.constant([]));
const together = (...parts: fc.Arbitrary<Message>[]): fc.Arbitrary<Message> => fc.tuple(...parts).map((all) => all.flat());

const freeRequest = together(
  fc
    .tuple(oneOf(":method", "GET", "POST", "PUT"), oneOf(":scheme", "http"), oneOf(":path", "/", "/a", "/b", "/c/d"))
    .chain((all) => fc.shuffledSubarray(all, { minLength: 3 }))
    .map((all) => all.flat()),
  maybe(oneOf(":authority", "h", "i")),
  maybe(oneOf("content-type", "a/b", "application/grpc")),
  maybe(oneOf("user-agent", "x/1", "y/2")),
  maybe(oneOf("te", "trailers")),
  maybe(oneOf("x", "1", "2", "3")),
  maybe(oneOf("x", "1", "2", "3")),
);
const freeAnswer = fc.oneof(
  together(
    oneOf(":status", "200", "404", "418"),
    maybe(oneOf("server", "s", "t")),
    maybe(oneOf("content-type", "a/b", "application/grpc")),
    maybe(oneOf("x", "1", "2", "3")),
  ),
  together(oneOf("grpc-status", "0", "5"), maybe(oneOf("grpc-message", "", "no")), maybe(oneOf("x", "1", "2"))),
);
const id = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 8, maxLength: 8 });
const usualRequest = together(
  oneOf(":method", "POST"),
  oneOf(":scheme", "http"),
  oneOf(":path", "/a.B/C", "/a.B/D", "/a.B/E"),
  oneOf(":authority", "h:80"),
  oneOf("content-type", "application/grpc"),
  oneOf("user-agent", "x/1"),
  oneOf("te", "trailers"),
  maybe(id.map((value) => [["x-id", value]] as const)),
  maybe(oneOf("grpc-timeout", "1S", "2S", "99m")),
);
const usualAnswer = fc.oneof(
  together(oneOf(":status", "200"), oneOf("content-type", "application/grpc"), maybe(oneOf("x", "1", "2"))),
  together(
    oneOf("grpc-status", "0", "5", "7"),
    oneOf("grpc-message", "", "no"),
    maybe(id.map((value) => [["y", value]] as const)),
  ),
);

interface Step {
  readonly message: Message;
  readonly choices: readonly number[];
  readonly gone: boolean;
}

const steps = (message: fc.Arbitrary<Message>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      message,
      choices: fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
      gone: fc.nat(3).map((n) => n === 0),
    }),
    { minLength: 2, maxLength: 14 },
  );

/** Fields that were inferred at least this surely, with what they are. */
function solved(from: Side, all: readonly Step[], usual: boolean, least: number): (readonly [inferred: string, truth: string])[] {
  const encoder = new Encoder();
  const sent = new Sent(from);
  const pairs: [string, string][] = [];
  const seen: (readonly [Field, string])[] = [];
  let missing = 0;
  const note = (field: Field, truth: string) => {
    const found = inferredOf(field);
    if (found !== undefined && found.score >= least) pairs.push([`${found.field.name.text}: ${found.field.value}`, truth]);
  };
  for (const { message, choices, gone } of all) {
    const octets = encoder.encode(message, choices, usual);
    if (gone) {
      missing += 9 + octets.length;
      continue;
    }
    if (missing > 0) sent.lose(missing);
    missing = 0;
    sent.endStream = !message.some(([name]) => name === "content-length");
    for (const [i, field] of sent.fields(octets).entries()) {
      const truth = message[i]!.join(": ");
      seen.push([field, truth]);
      note(field, truth);
    }
  }
  // What is known in the end.
  for (const [field, truth] of seen) note(field, truth);
  return pairs;
}

/** Something that happens on one of a few streams. */
interface Act {
  readonly slot: number;
  readonly choice: number;
  readonly gone: boolean;
  readonly request: Message;
  readonly answer: Message;
  readonly rest: Message;
}

const act: fc.Arbitrary<Act> = fc.record({
  slot: fc.nat(2),
  choice: fc.nat(11),
  gone: fc.nat(3).map((n) => n === 0),
  request: usualRequest,
  answer: together(oneOf(":status", "200"), oneOf("content-type", "application/grpc"), maybe(oneOf("x", "1", "2"))),
  rest: together(oneOf("grpc-status", "0", "5"), maybe(id.map((value) => [["y", value]] as const))),
});

/** A story of them. @param told Takes the messages of a side that are captured. */
function played(acts: readonly Act[], isGrpc: boolean, side: Side, told: Message[]): Story {
  return (s) => {
    const encoders = { client: new Encoder(), server: new Encoder() };
    const open = new Map<number, { readonly id: number; asks: boolean; answer: "none" | "begun" | "over" }>();
    let next = 1;
    for (const { slot, choice, gone, request, answer, rest } of acts) {
      const say = (from: Side, streamId: number, message: Message, endStream: boolean) => {
        const block = encoders[from].encode(message, [1], true);
        if (gone) s[from].lost((speaker) => speaker.headers(streamId, { block, endStream }));
        else s[from].headers(streamId, { block, endStream });
        if (from === side && !gone) told.push(message);
      };
      const one = open.get(slot);
      if (one === undefined || (!one.asks && one.answer === "over")) {
        open.set(slot, { id: next, asks: choice % 2 > 0, answer: "none" });
        say("client", next, request, choice % 2 === 0);
        next += 2;
      } else if (one.asks && (choice % 3 === 0 || one.answer === "over")) {
        one.asks = false;
        if (isGrpc || choice % 2 === 0) {
          if (gone) s.client.lost((client) => client.data(one.id, 20, { endStream: true }));
          else s.client.data(one.id, 20, { endStream: true });
        } else say("client", one.id, rest, true);
      } else if (one.answer === "none" && !isGrpc && choice % 3 === 1) {
        say(
          "server",
          one.id,
          [
            [":status", "103"],
            ["link", `l${choice}`],
          ],
          false,
        );
      } else {
        const isLast = one.answer === "begun" || choice % 2 === 0;
        const whole = isGrpc ? answer : answer.map((field) => (field[0] === "content-type" ? OF_WEB : field));
        say("server", one.id, one.answer === "begun" ? rest : whole, isLast);
        one.answer = isLast ? "over" : "begun";
      }
    }
  };
}

const OF_WEB = ["server", "s"] as const;

describe("what is solved is so", () => {
  const seeded = { seed: seedOr(9113), numRuns: runs(1500) };

  it.each([
    ["by the rules alone, of any encoder", "client", freeRequest, false, 0.99, 100],
    ["by the rules alone, of any encoder", "server", freeAnswer, false, 0.99, 100],
    ["by the habits of encoders that have them", "client", usualRequest, true, 0, 1000],
    ["by the habits of encoders that have them", "server", usualAnswer, true, 0, 1000],
  ] as const)("%s: %s", (_, side, message, usual, least, many) => {
    let count = 0;
    fc.assert(
      fc.property(steps(message), (all) => {
        for (const [inferred, truth] of solved(side, all, usual, least)) {
          count++;
          expect(inferred).toBe(truth);
        }
      }),
      seeded,
    );
    expect(count).toBeGreaterThan(many);
  });

  it.each([
    ["of gRPC", true],
    ["with interim responses, and requests that end with trailers", false],
  ] as const)("on streams %s", (_, isGrpc) => {
    let count = 0;
    fc.assert(
      fc.property(fc.array(act, { minLength: 3, maxLength: 25 }), (acts) => {
        for (const side of ["client", "server"] as const) {
          const told: Message[] = [];
          const blocks = blocksOf(played(acts, isGrpc, side, told), side);
          expect(blocks.length).toBe(told.length);
          for (const [i, fields] of blocks.entries()) {
            for (const [j, field] of fields.entries()) {
              const found = inferredOf(field)?.field;
              if (found === undefined) continue;
              count++;
              expect(`${found.name.text}: ${found.value}`).toBe(told[i]![j]!.join(": "));
            }
          }
        }
      }),
      { seed: seedOr(7541), numRuns: runs(1500) },
    );
    expect(count).toBeGreaterThan(1000);
  });
});
