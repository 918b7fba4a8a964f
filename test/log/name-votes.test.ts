// Which of the connections of logs may name the requests of a connection of the capture, and how surely.
import { describe, expect, it } from "vitest";
import { field, fieldName, unknownField } from "../../src/fields/field.ts";
import type { Candidate } from "../../src/log/candidate.ts";
import type { ClockOffset } from "../../src/log/clock.ts";
import { Conversation } from "../../src/log/conversation.ts";
import type { FrameEvent, LogTime } from "../../src/log/event.ts";
import type { LogFormat } from "../../src/log/format.ts";
import type { Log } from "../../src/log/reader.ts";
import { namedRequests } from "../../src/log/request-names.ts";
import type { WireRequest } from "../../src/log/requests.ts";
import { WireConnection } from "../../src/log/wire.ts";
import { PathGroup } from "../../src/model/path-groups.ts";
import type { Confidence } from "../../src/pairing/reaction.ts";

const formatOf = (fields: LogFormat["shows"]["fields"]): LogFormat => ({
  name: "test",
  hints: [],
  shows: { length: true, fields },
  foldsContinuation: false,
  reader: () => ({ line: () => undefined }),
});
const exact = formatOf("exact");

const lineOf = (log: number, line: number, time?: number) => ({
  ...{ place: { file: log, line }, text: "", connection: "1", addresses: [], side: "server" as const },
  time: time === undefined ? undefined : timeOf(time),
});
const timeOf = (seconds: number): LogTime => ({ seconds, base: "utc", resolution: 0.001 });

/** A connection of a log, with a path of each stream: in order, the first on line 1. */
function told(paths: readonly (readonly [stream: number, path: string])[], log = 0, format = exact): Conversation {
  const conversation = new Conversation(log, "1", "server");
  conversation.format = format;
  for (const [i, [streamId, path]] of paths.entries())
    conversation.names.push({ kind: "name", format, streamId, path, ...lineOf(log, i + 1) });
  return conversation;
}

/** HEADERS of it, with their fields. */
function withFields(conversation: Conversation, streamId: number, fields: readonly (readonly [string, string])[]): Conversation {
  const frame = { kind: "headers", streamId, by: "received", fields } as const;
  const event: FrameEvent = { kind: "frame", frame, format: conversation.format!, ...lineOf(0, 1) };
  conversation.frames.push(event);
  return conversation;
}

interface Likeness {
  readonly likeness?: number;
  readonly frames?: number;
  /** Seconds by which the log is behind; undefined: its lines have no time. */
  readonly behind?: number | undefined;
}

const ONE = new WireConnection(1);
const TWO = new WireConnection(2);

/** It may be a connection of the capture: by default in all that there is to compare. */
function like(conversation: Conversation, wire: WireConnection, { likeness = 1, frames = 8, ...rest }: Likeness = {}): Candidate {
  const behind = "behind" in rest ? rest.behind : 0;
  // Only how many there are matters.
  const pairs = new Array<Candidate["pairs"][number]>(frames);
  const moment = behind === undefined ? undefined : { log: timeOf(100), wire: (100 + behind) * 1e9 };
  return { conversation, wire, likeness, side: "server", pairs, named: false, moment };
}

interface Case {
  readonly candidates: readonly Candidate[];
  /** How surely candidates are the connection, by index. */
  readonly joined?: Readonly<Record<number, Confidence>>;
  readonly requests?: Readonly<Record<number, Partial<WireRequest>>>;
  readonly clock?: ClockOffset;
}

function pathsOf({ candidates, joined = {}, requests = {}, clock }: Case) {
  const all = new Map(
    Object.entries(requests).map(([stream, request]): [number, WireRequest] => [
      Number(stream),
      { path: undefined, group: undefined, fields: undefined, time: Number(stream), lost: 0, ...request },
    ]),
  );
  const logs = ["a.log", "b.log"].map(
    (name): Log => ({ ...{ name, side: undefined, lines: 9, read: 9 }, formats: [], events: [] }),
  );
  return namedRequests(
    {
      candidates,
      joined: Object.entries(joined).map(([i, confidence]) => ({ ...candidates[Number(i)]!, confidence })),
      clockOf: () => clock,
      summaries: [],
    },
    new Map([
      [1, all],
      [2, all],
    ]),
    logs,
    (time) => time / 1e9,
  );
}

/** `path score`, or the paths that may be it, of streams of a connection of the capture. */
function found(one: Case, wire = ONE, streams = [1]): (string | undefined)[] {
  const paths = pathsOf(one);
  return streams.map((stream) => {
    const name = paths.ofStream(wire.id, stream);
    return name?.inferred === undefined ? name?.candidates?.join(" or ") : `${name.inferred.path} ${name.inferred.score}`;
  });
}

describe("a connection of a log names a request", () => {
  const call = (log?: number) => told([[1, "/a"]], log);

  it.each<[string, Confidence | undefined, Likeness, number, string]>([
    ["that is certain, and of which requests were read", "exact", { likeness: 0, frames: 0 }, 1, "/a 0.99"],
    ["that is certain, and alike enough", "exact", { likeness: 0.75, frames: 0 }, 0, "/a 0.97"],
    ["that is certain by its address alone", "exact", { likeness: 0.74 }, 0, "/a"],
    ["that is likely, by eight frames", "likely", {}, 0, "/a 0.9"],
    ["that is likely, by seven", "likely", { frames: 7 }, 0, "/a"],
    ["that is likely, and of whose frames a part is missing", "likely", { likeness: 0.75 }, 0, "/a 0.9"],
    ["that is likely, and of whose frames too many are missing", "likely", { likeness: 0.74 }, 0, "/a"],
    ["of which two requests were read", "likely", { frames: 1, likeness: 0.1 }, 2, "/a 0.95"],
    ["of which one request was read", "likely", { frames: 1 }, 1, "/a"],
    ["that is joined with none, and may be no other", undefined, {}, 0, "/a 0.9"],
  ])("%s", (_, confidence, likeness, read, expected) => {
    const conversation = told([[1, "/a"], ...[3, 5].slice(0, read).map((stream) => [stream, "/read"] as const)]);
    const requests = Object.fromEntries([3, 5].slice(0, read).map((stream) => [stream, { path: "/read" }]));
    const joined = confidence === undefined ? {} : { 0: confidence };
    expect(found({ candidates: [like(conversation, ONE, likeness)], joined, requests })).toEqual([expected]);
  });

  it("not where it may be of another connection as well", () => {
    const conversation = told([
      [1, "/a"],
      [3, "/b"],
    ]);
    const candidates = [like(conversation, ONE), like(conversation, TWO)];
    expect(found({ candidates })).toEqual(["/a"]);
    expect(found({ candidates }, TWO)).toEqual(["/a"]);
    expect(found({ candidates, joined: { 0: "likely" } })).toEqual(["/a 0.9"]);
    expect(found({ candidates, joined: { 0: "likely" } }, TWO)).toEqual(["/a"]);
    // What is certain is no other.
    expect(found({ candidates, joined: { 0: "exact" } }, TWO)).toEqual([undefined]);
  });

  it("not where another of the log may be it, unless all of them ask for one thing alone", () => {
    const same = [call(), told([[1, "/a"]])];
    const all = (conversations: readonly Conversation[], likeness?: Likeness) => ({
      candidates: conversations.map((one) => like(one, ONE, likeness)),
    });
    expect(found(all(same))).toEqual(["/a 0.85"]);
    expect(found(all(same, { frames: 7 }))).toEqual(["/a"]);
    const several = [1, 2].map(() =>
      told([
        [1, "/a"],
        [3, "/b"],
      ]),
    );
    expect(found(all(several))).toEqual(["/a"]);
    expect(found(all([call(), told([[1, "/b"]])]))).toEqual(["/a or /b"]);
    expect(found(all([call(), told([[3, "/a"]])]), ONE, [1, 3])).toEqual(["/a", "/a"]);
    expect(found({ ...all(several), joined: { 0: "likely" } })).toEqual(["/a 0.9"]);
    // However well one of two fits that disagree.
    const candidates = [like(call(), ONE), like(told([[1, "/b"]]), ONE, { frames: 1 })];
    expect(found({ candidates, joined: { 0: "exact" } })).toEqual(["/a or /b"]);
  });

  it("not where its lines are mixed with those of others", () => {
    const conversation = call();
    conversation.mixed = true;
    expect(found({ candidates: [like(conversation, ONE)], joined: { 0: "exact" } })).toEqual([undefined]);
  });

  it("not at another time, unless it is joined", () => {
    const clock = { seconds: 0, rival: false, right: true, count: 2 };
    const conversation = call();
    const candidates = [like(conversation, ONE), like(conversation, TWO, { behind: 60 })];
    expect(found({ candidates, clock }, TWO)).toEqual([undefined]);
    // Where nothing is in step, too.
    const other = like(told([[1, "/b"]]), new WireConnection(3), { behind: 30 });
    expect(found({ candidates: [...candidates, other], clock }, TWO)).toEqual([undefined]);
    expect(found({ candidates, clock })).toEqual(["/a 0.9"]);
    expect(found({ candidates: candidates.slice(1), clock, joined: { 0: "likely" } }, TWO)).toEqual(["/a 0.9"]);
  });

  it("whose times are not known", () => {
    expect(found({ candidates: [like(call(), ONE, { behind: undefined })] })).toEqual(["/a 0.9"]);
    const other = told([[1, "/b"]]);
    expect(found({ candidates: [call(), other].map((one, i) => like(one, [ONE, TWO][i]!, { behind: undefined })) })).toEqual([
      "/a 0.9",
    ]);
  });

  it("that is in step with the others of its log", () => {
    const [first, second] = [call(), told([[1, "/b"]])];
    const own = [like(first, ONE), like(second, TWO)];
    // Each may be the other by its frames, a second later or earlier.
    const crossed = [like(first, TWO, { behind: 1 }), like(second, ONE, { behind: -1 })];
    expect(found({ candidates: [...own, ...crossed] })).toEqual(["/a 0.9"]);
    expect(found({ candidates: [...own, ...crossed] }, TWO)).toEqual(["/b 0.9"]);
    // One of the log's connections is not there at that time.
    expect(found({ candidates: [own[0]!, like(second, TWO, { behind: 60 })], joined: { 1: "likely" } }, TWO)).toEqual(["/b 0.9"]);
    // Two offsets explain as much.
    const rivals = [like(first, ONE), like(first, TWO, { behind: 0.5 })];
    expect(found({ candidates: rivals })).toEqual(["/a"]);
  });
});

describe("two logs", () => {
  const both = (first: string, second: string, joined: Case["joined"] = {}): Case => ({
    candidates: [
      like(told([[1, first]]), ONE),
      like(
        told(
          [
            [3, "/c"],
            [1, second],
          ],
          1,
        ),
        ONE,
      ),
    ],
    joined,
  });

  it("name it by the surer of two that agree", () => {
    const because = (joined: Case["joined"]) => pathsOf(both("/a", "/a", joined)).ofStream(1, 1)?.inferred?.because;
    expect(because({ 0: "likely", 1: "exact" })).toBe("b.log:2 names it");
    expect(because({ 0: "exact", 1: "likely" })).toBe("a.log:1 names it");
  });

  it("that disagree name nothing", () => {
    expect(found(both("/b", "/a", { 0: "likely", 1: "likely" }))).toEqual(["/a or /b"]);
    expect(found(both("/b", "/a", { 0: "exact", 1: "likely" }))).toEqual(["/a or /b"]);
  });

  it("name it where one is certain, and too little shows that the other is of the connection", () => {
    const weak = (confidence: Confidence): Case => ({
      candidates: [like(told([[1, "/a"]]), ONE), like(told([[1, "/b"]], 1), ONE, { frames: 1 })],
      joined: { 0: confidence },
    });
    expect(found(weak("exact"))).toEqual(["/a 0.97"]);
    expect(found(weak("likely"))).toEqual(["/a or /b"]);
  });
});

describe("what a log says of one connection", () => {
  const named = (conversation: Conversation, requests: Case["requests"] = {}, streams = [1]) =>
    found({ candidates: [like(conversation, ONE)], joined: { 0: "exact" }, requests }, ONE, streams);
  const group = (number: number, ...among: number[]) => ({ group: new PathGroup(number, among, []) });
  const groupNames = (conversation: Conversation, requests: Readonly<Record<number, Partial<WireRequest>>>) => {
    const paths = pathsOf({ candidates: [like(conversation, ONE)], joined: { 0: "exact" }, requests });
    return Object.values(requests).flatMap((one) => (one.group === undefined ? [] : [paths.ofGroup(one.group)?.inferred?.path]));
  };

  it("is nothing of a stream that has two paths, and one of one that has it twice", () => {
    const twice = told([
      ...([
        [1, "/a"],
        [1, "/b"],
      ] as const),
      ...([
        [3, "/c"],
        [3, "/c"],
      ] as const),
      ...([
        [5, "/a"],
        [5, "/b"],
        [5, "/a"],
      ] as const),
    ]);
    expect(named(twice, {}, [1, 3, 5])).toEqual([undefined, "/c 0.97", undefined]);
  });

  it("is a contradiction where a request that was read has another path, or those of a group have two", () => {
    const two = told([
      [1, "/a"],
      [3, "/b"],
    ]);
    expect(named(two, { 3: { path: "/b" } })).toEqual(["/a 0.99"]);
    expect(named(two, { 3: { path: "/c" } })).toEqual([undefined]);
    const one = group(1, 7, 8);
    expect(groupNames(two, { 1: one, 3: one })).toEqual([undefined, undefined]);
    expect(groupNames(two, { 1: one, 3: group(2, 7, 8) })).toEqual(["/a", "/b"]);
    // Of a request without a group nothing is known.
    expect(named(two, { 1: {}, 3: {} }, [1, 3])).toEqual(["/a 0.97", "/b 0.97"]);
  });

  it("is confirmed by a group whose requests it has as one, while others ask for something else", () => {
    const scoreOf = (other: string): number | undefined => {
      const conversation = told([...[1, 3, 5].map((stream) => [stream, "/a"] as const), [7, other]]);
      const one = group(1, 7, 8);
      const candidates = [like(conversation, ONE, { frames: 1 })];
      const paths = pathsOf({ candidates, joined: { 0: "likely" }, requests: { 1: one, 3: one, 5: one } });
      return paths.ofGroup(one.group)?.inferred?.score;
    };
    expect(scoreOf("/b")).toBe(0.95);
    expect(scoreOf("/a")).toBeUndefined();
  });

  it("is a contradiction where two entries are one path, if they are the paths for certain", () => {
    const same = told([
      [1, "/a"],
      [3, "/a"],
    ]);
    expect(groupNames(same, { 1: group(1, 7), 3: group(2, 8) })).toEqual([undefined, undefined]);
    expect(groupNames(same, { 1: group(1, 7), 3: group(2, 8, 9) })).toEqual(["/a", "/a"]);
    // In between a field may have been put in anew.
    expect(groupNames(same, { 1: group(1, 7), 3: { ...group(2, 8), lost: 50 } })).toEqual(["/a", "/a"]);
  });

  it("is a contradiction where a path was written out while an entry had it", () => {
    const paths = (...streams: number[]) => told(streams.map((stream) => [stream, "/a"]));
    const written = { path: "/a" };
    for (const order of [
      [1, 3, 5],
      [5, 3, 1],
      [3, 1, 5],
    ]) {
      // Before, and after.
      expect(groupNames(paths(...order), { 1: group(1, 7), 3: written, 5: group(1, 7) })).toEqual([undefined, undefined]);
      expect(groupNames(paths(...order), { 1: written, 3: group(1, 7), 5: group(1, 7) })).toEqual([undefined, undefined]);
      // It was the last use of the entry.
      expect(groupNames(paths(...order), { 1: group(1, 7), 3: group(1, 7), 5: written })).toEqual(["/a", "/a"]);
      // What was written out before a gap is an entry behind it.
      expect(groupNames(paths(...order), { 1: written, 3: { ...group(1, 7), lost: 50 } })).toEqual(["/a"]);
    }
  });

  it("is compared field by field where it shows them octet by octet", () => {
    const fields = [field(fieldName("te"), "trailers"), unknownField, unknownField];
    const requests = { 1: { ...group(1, 7, 8), fields } };
    const call = (te: string, format = exact) =>
      withFields(told([[1, "/a"]], 0, format), 1, [
        ["te", te],
        [":path", "/a"],
        ["x", "1"],
      ]);
    // Fields that have no entry are not one and the same.
    expect(groupNames(call("trailers"), requests)).toEqual(["/a"]);
    expect(groupNames(call("gzip"), requests)).toEqual([undefined]);
    expect(groupNames(call("gzip", formatOf("some")), requests)).toEqual(["/a"]);
    // Trailers are no request.
    const trailers = ["a", "b", "c", "d"].map((name) => [name, "1"] as const);
    expect(groupNames(withFields(call("trailers"), 1, trailers), requests)).toEqual(["/a"]);
  });
});
