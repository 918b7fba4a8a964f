// Names that went by before the capture: which are inferred, and from what.
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { type PathName, pathIn } from "../../src/grpc/naming/infer.ts";
import type { LoggedPaths } from "../../src/grpc/naming/logged.ts";
import { PathNamer } from "../../src/grpc/naming/path-namer.ts";
import { structureOf } from "../../src/grpc/naming/structure.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { ExchangeLister, type ExchangeObject } from "../../src/report/exchange.ts";
import { NamedCalls } from "../../src/report/named-calls.ts";
import { playModel } from "../../src/testing/play.ts";
import type { Script } from "../../src/testing/script.ts";
import { grpcResponse, written } from "../../src/testing.ts";
import { indexed, insertAt, literalAt } from "../hpack/octets.ts";
import { serviceFile } from "./descriptors.ts";

const end = { endStream: true } as const;
const begin = (path: Buffer) => ({ block: Buffer.concat([indexed(3), indexed(6), path, literalAt(1, "h")]) });
/** An entry from before the loss, the how-manieth from the newest. */
const unknown = (entry: number) => begin(indexed(62 + entry));
const read = (path: string) => begin(literalAt(4, path));

const message = (hex: string): string => {
  const octets = Buffer.from(hex.replaceAll(" ", ""), "hex");
  return Buffer.concat([Buffer.of(0, 0, 0, 0, octets.length), octets]).toString("latin1");
};

type Head = ReturnType<typeof begin>;

/** A call, whose messages are given in hex. */
function call(s: Script, id: number, head: Head, requests: string[], responses: string[], status: Record<string, string> = {}) {
  s.client.headers(id, head);
  for (const [i, one] of requests.entries()) s.client.data(id, message(one), i === requests.length - 1 ? end : {});
  s.server.headers(id, { fields: grpcResponse });
  for (const one of responses) s.server.data(id, message(one));
  s.server.trailers(id, { "grpc-status": "0", ...status });
}

/** A connection of which octets with field blocks of the client were lost. */
const joined = (story: (s: Script) => void) => (s: Script) => {
  s.client.lost((client) =>
    client.headers(1, { fields: { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "h" }, ...end }),
  );
  s.server.headers(1, { fields: { ":status": "200" }, ...end });
  story(s);
};

function callsOf(
  story: (s: Script) => void,
  schemas = new Schemas(),
  limits: Partial<Limits> = {},
  logged?: LoggedPaths,
): ExchangeObject[] {
  const calls: ExchangeObject[] = [];
  const full = { ...defaultLimits, ...limits };
  const clock = new Clock();
  const chooser = { connection: () => true, exchange: () => true };
  const namer = new PathNamer(schemas, full);
  const readLogs = logged === undefined ? undefined : () => void (namer.logged = logged);
  const named = new NamedCalls(namer, full, (exchange) => calls.push(exchange), readLogs);
  const lister = new ExchangeLister(() => clock, chooser, full, named.exchange);
  playModel(written(joined(story)).segments, [new CallReader([], full), namer, lister], full, () => {});
  named.end();
  return calls;
}

const names = (calls: readonly ExchangeObject[]) =>
  calls
    .filter(({ pathGroup }) => pathGroup !== undefined)
    .map(({ pathGroup, path, pathInferred, pathCandidates }) => [pathGroup, path, pathInferred?.path, pathCandidates]);

const text = "0a 03 616263";
const number = "08 07";

describe("calls with an unknown path", () => {
  it("are grouped, and nothing is made up where nothing shows their name", () => {
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [text], [text]);
      call(s, 5, unknown(1), [text], [text]);
      call(s, 7, unknown(0), [text], [text]);
    });
    expect(names(calls)).toEqual([
      [1, undefined, undefined, undefined],
      [2, undefined, undefined, undefined],
      [1, undefined, undefined, undefined],
    ]);
  });

  it("are those that alone look like calls to the same server", () => {
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [text], [number]);
      call(s, 5, read("/a.B/Text"), [text], [text]);
      call(s, 7, read("/a.B/Number"), [text], [number]);
    });
    expect(names(calls)).toEqual([[1, undefined, "/a.B/Number", undefined]]);
    expect(calls.find(({ pathInferred }) => pathInferred !== undefined)!.pathInferred).toEqual({
      path: "/a.B/Number",
      score: 0.8,
      because: "of all calls to this server, its own alone look like this: fields, sizes and number of messages",
    });
  });

  it("may be of either of two methods with such messages", () => {
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [text], [number]);
      call(s, 5, read("/a.B/One"), [text], [number]);
      call(s, 7, read("/a.B/Two"), [text], [number]);
      call(s, 9, read("/a.B/Text"), [text], [text]);
    });
    expect(names(calls)).toEqual([[1, undefined, undefined, ["/a.B/One", "/a.B/Two"]]]);
  });

  it("are told from streams by the number of messages", () => {
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [text], [number, number, number]);
      call(s, 5, read("/a.B/One"), [text], [number]);
      call(s, 7, read("/a.B/One"), [text], [number]);
      call(s, 9, read("/a.B/Many"), [text], [number, number]);
    });
    expect(names(calls)).toEqual([[1, undefined, "/a.B/Many", undefined]]);
  });

  it("are not of a method that was written out while their entry was in use", () => {
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [text], [number]);
      call(s, 5, read("/a.B/Number"), [text], [number]);
      call(s, 7, unknown(0), [text], [number]);
    });
    expect(names(calls)).toEqual([
      [1, undefined, undefined, undefined],
      [1, undefined, undefined, undefined],
    ]);
  });

  it("are not of one method where two entries are in use", () => {
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [text], [number]);
      call(s, 5, unknown(1), [text], [number]);
      call(s, 7, unknown(0), [text], [number]);
      call(s, 9, read("/a.B/Number"), [text], [number]);
    });
    expect(names(calls).map(([, , inferred]) => inferred)).toEqual([undefined, undefined, undefined]);
    expect(names(calls)[0]![3]).toEqual(["/a.B/Number"]);
  });

  it("have messages that say too little", () => {
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [""], [number]);
      call(s, 5, read("/a.B/Number"), [""], [number]);
    });
    expect(names(calls)).toEqual([[1, undefined, undefined, ["/a.B/Number"]]]);
  });

  it("have fields that no known call has", () => {
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [`${text} 10 01`], [number]);
      call(s, 5, read("/a.B/Number"), [text], [number]);
    });
    expect(names(calls)).toEqual([[1, undefined, undefined, ["/a.B/Number"]]]);
  });

  it("are of the one method of a schema that their messages fit", () => {
    const schemas = new Schemas();
    schemas.harvest("192.0.2.2:80", serviceFile(), defaultLimits);
    const unary = callsOf((s) => call(s, 3, unknown(0), [text], [number, number]), schemas);
    // M and Chat stream their answers.
    expect(names(unary)).toEqual([[1, undefined, undefined, ["/p.S/Chat", "/p.S/M"]]]);
    const chat = callsOf((s) => call(s, 3, unknown(0), [text, text], [number, number]), schemas);
    expect(names(chat)).toEqual([[1, undefined, "/p.S/Chat", undefined]]);
    const none = callsOf((s) => call(s, 3, unknown(0), [number], [text]), schemas);
    expect(names(none)).toEqual([[1, undefined, undefined, undefined]]);
  });

  it("are not of a known method where a schema has one that fits as well", () => {
    const schemas = new Schemas();
    schemas.harvest("192.0.2.2:80", serviceFile(), defaultLimits);
    const calls = callsOf((s) => {
      call(s, 3, unknown(0), [text], [number, number]);
      call(s, 5, read("/p.S/M"), [text], [number, number]);
    }, schemas);
    expect(names(calls)).toEqual([[1, undefined, undefined, ["/p.S/Chat", "/p.S/M"]]]);
  });

  it("are named by a server that does not have the method", () => {
    const said = { "grpc-status": "12", "grpc-message": "unknown method Nope for service a.B" };
    const calls = callsOf((s) => call(s, 3, unknown(0), [text], [], said));
    expect(names(calls)).toEqual([[1, undefined, "/a.B/Nope", undefined]]);
  });

  describe("of which a log says something", () => {
    const likeNumber = (s: Script) => {
      call(s, 3, unknown(0), [text], [number]);
      call(s, 5, read("/a.B/Text"), [text], [text]);
      call(s, 7, read("/a.B/Number"), [text], [number]);
    };
    const says = (name: PathName): LoggedPaths => ({ ofGroup: () => name, ofStream: () => undefined });
    const by = (path: string, score = 0.99): PathName => ({ inferred: { path, score, because: "server.log:12 names it" } });

    it("have the name that a line has, whatever they look like", () => {
      const [found] = callsOf(likeNumber, new Schemas(), {}, says(by("/a.B/Other"))).filter(({ stream }) => stream === 3);
      expect(found!.pathInferred).toEqual({ path: "/a.B/Other", score: 0.99, because: "server.log:12 names it" });
    });

    it("have two where their looks are surer than the line", () => {
      expect(names(callsOf(likeNumber, new Schemas(), {}, says(by("/a.B/Other", 0.7))))).toEqual([
        [1, undefined, undefined, ["/a.B/Number", "/a.B/Other"]],
      ]);
      expect(names(callsOf(likeNumber, new Schemas(), {}, says(by("/a.B/Number", 0.7))))).toEqual([
        [1, undefined, "/a.B/Number", undefined],
      ]);
    });

    it("have the name that their looks choose from those in a log", () => {
      const names2 = (candidates: string[]) => names(callsOf(likeNumber, new Schemas(), {}, says({ candidates })));
      expect(names2(["/a.B/Number", "/a.B/Other"])).toEqual([[1, undefined, "/a.B/Number", undefined]]);
      expect(names2(["/a.B/Other", "/a.B/Third"])).toEqual([
        [1, undefined, undefined, ["/a.B/Number", "/a.B/Other", "/a.B/Third"]],
      ]);
    });

    it("have the name that the server itself says", () => {
      const said = { "grpc-status": "12", "grpc-message": "unknown method Nope for service a.B" };
      const story = (s: Script) => call(s, 3, unknown(0), [text], [], said);
      expect(names(callsOf(story, new Schemas(), {}, says(by("/a.B/Other"))))).toEqual([[1, undefined, "/a.B/Nope", undefined]]);
    });

    it("have the name of their stream where they have no group", () => {
      const story = (s: Script) => {
        s.client.lost((client) => client.headers(3, read("/a.B/Text")));
        s.server.headers(3, { fields: grpcResponse }).data(3, message(text)).trailers(3, { "grpc-status": "0" });
      };
      const logged = {
        ofGroup: () => undefined,
        ofStream: (_: number, stream: number) => (stream === 3 ? by("/a.B/Text") : undefined),
      };
      const [found] = callsOf(story, new Schemas(), {}, logged).filter(({ stream }) => stream === 3);
      expect(found).toMatchObject({ stream: 3, pathInferred: { path: "/a.B/Text" } });
      expect(found).not.toHaveProperty("path");
      expect(found).not.toHaveProperty("pathGroup");
    });
  });

  it("are listed in order, and so are those behind them", () => {
    const story = (s: Script) => {
      call(s, 3, read("/a.B/Text"), [text], [text]);
      call(s, 5, unknown(0), [text], [number]);
      call(s, 7, read("/a.B/Text"), [text], [text]);
      call(s, 9, read("/a.B/Number"), [text], [number]);
    };
    const listed = (limits: Partial<Limits>) =>
      callsOf(story, new Schemas(), limits)
        .filter(({ stream }) => stream !== 1)
        .map(({ stream, pathInferred }) => [stream, pathInferred?.path]);
    const others = [
      [7, undefined],
      [9, undefined],
    ];
    expect(listed({})).toEqual([[3, undefined], [5, "/a.B/Number"], ...others]);
    // What no longer has room is listed as far as it is known.
    expect(listed({ exchanges: 1 })).toEqual([[3, undefined], [5, undefined], ...others]);
  });

  it("are compared up to a bound", () => {
    const calls = callsOf(
      (s) => {
        call(s, 3, unknown(0), [text], [number]);
        call(s, 5, read("/a.B/Text"), [text], [text]);
        call(s, 7, read("/a.B/Number"), [text], [number]);
      },
      new Schemas(),
      { namedMethods: 2 },
    );
    expect(names(calls)).toEqual([[1, undefined, undefined, undefined]]);
  });

  it("with a name that was put into the table since are exact", () => {
    const calls = callsOf((s) => {
      call(s, 3, begin(insertAt(4, "/a.B/New")), [text], [number]);
      call(s, 5, unknown(0), [text], [number]);
      call(s, 7, unknown(1), [text], [number]);
    });
    expect(calls.map(({ stream, path, pathGroup }) => [stream, path, pathGroup]).slice(1)).toEqual([
      [3, "/a.B/New", undefined],
      [5, "/a.B/New", undefined],
      [7, undefined, 1],
    ]);
  });
});

describe("what servers say of a method that they lack", () => {
  it.each([
    ["unknown method Nope for service a.B", "/a.B/Nope"],
    ["Method not found: a.B/Nope", "/a.B/Nope"],
    ["The server does not implement the method /a.B/Nope", "/a.B/Nope"],
    ["unknown service a.B", undefined],
    ["Method not found!", undefined],
    ["", undefined],
  ])("%j names %j", (said, path) => expect(pathIn(said)).toBe(path));
});

describe("the structure of a message", () => {
  const structure = (hex: string) => {
    const found = structureOf(Buffer.from(hex.replaceAll(" ", ""), "hex"));
    return found === undefined ? undefined : Object.fromEntries(found);
  };

  it("is its fields with their wire types, and those of messages in it", () =>
    expect(structure("08 07 12 03 616263 1a 04 08 01 10 02")).toEqual({ 1: 0, 2: 2, 3: 2, "3.1": 0, "3.2": 0 }));

  it("has no fields of a text that looks like a message", () => expect(structure("0a 02 2020")).toEqual({ 1: 2 }));

  it.each([["ff"], ["08"], ["0a 05 00"], ["08 07 0a 00"]])("%j has none", (hex) => expect(structure(hex)).toBeUndefined());
});
