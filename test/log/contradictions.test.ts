// What a log says of requests against what the capture shows of them, and of the dynamic table that they use.
import { expect, it } from "vitest";
import { type Field, FieldBit } from "../../src/fields/field.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { joinConversations } from "../../src/log/join.ts";
import { namedRequests } from "../../src/log/request-names.ts";
import { RequestKeeper } from "../../src/log/requests.ts";
import { WireFrames } from "../../src/log/wire.ts";
import { playModel } from "../../src/testing/play.ts";
import type { Script } from "../../src/testing/script.ts";
import { grpcResponse, written } from "../../src/testing.ts";
import { indexed, insertAt, literalAt } from "../hpack/octets.ts";
import { reading } from "./logging.ts";
import { goFramer, goLine, type LoggedField } from "./naming.ts";

const HOST = 0;
const FIRST = 1;
const SECOND = 2;

/** A request for a path and a host that went by before, with a field of its own. */
const request = (path: number, timeout: string) => ({
  block: Buffer.concat([
    ...[indexed(3), indexed(6), indexed(62 + path), indexed(62 + HOST)],
    Buffer.concat([Buffer.of(0x10), Buffer.from("\x0cgrpc-timeout", "latin1"), Buffer.of(timeout.length), Buffer.from(timeout)]),
  ]),
});

function answered(s: Script, id: number, path: number, timeout = "1S"): void {
  s.client.headers(id, request(path, timeout)).data(id, "x", { endStream: true });
  s.server.headers(id, { fields: grpcResponse }).data(id, "y").trailers(id, { "grpc-status": "0" });
}

const story = (s: Script) => {
  s.client.lost((client) =>
    client.headers(1, { fields: { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "h" }, endStream: true }),
  );
  s.server.headers(1, { fields: { ":status": "200" }, endStream: true });
  answered(s, 3, FIRST);
  answered(s, 5, SECOND, "2S");
  answered(s, 7, FIRST, "3S");
};

interface Telling {
  /** What the log says the entries are. */
  readonly paths?: Readonly<Record<number, string>>;
  readonly change?: (fields: LoggedField[], stream: number) => LoggedField[];
  /** Seconds by which the lines of a stream are late. */
  readonly late?: Readonly<Record<number, number>>;
  readonly story?: (s: Script) => void;
  readonly limits?: Partial<Limits>;
  /** Lines that the log has. */
  readonly keep?: (text: string) => boolean;
}

/** The paths that a log gives to the groups of requests, in the order of the groups. */
async function named({ paths = {}, change = (fields) => fields, late = {}, story: told = story, limits = {}, keep }: Telling) {
  const all = { ...defaultLimits, ...limits };
  const all3 = { 3: "/a.B/One", 5: "/a.B/Two", 7: "/a.B/One", 9: "/a.B/Nine", ...paths } as Record<number, string>;
  const lines: string[] = [];
  // In the order of the fields, as the log has them: an unknown one is the path, and behind it the host.
  const fieldsOf = (stream: number, fields: readonly Field[]) => {
    let unknowns = 0;
    const said = fields.map(({ name, value, bits }): LoggedField => {
      if ((bits & FieldBit.nameUnknown) === 0) return [name.text, value];
      return unknowns++ === 0 ? [":path", all3[stream]!] : [":authority", "host"];
    });
    return change(said, stream);
  };
  const print = (time: number, text: string, stream: number) =>
    lines.push(goLine(EPOCH + time / 1e9 + (late[stream] ?? 0), text));
  const wire = new WireFrames(all, () => {});
  const keeper = new RequestKeeper(all);
  playModel(written(told).segments, [goFramer(print, fieldsOf), wire, keeper], all, () => {});
  const kept = keep === undefined ? lines : lines.filter(keep);
  const log = await reading(`${kept.join("\n")}\n`, { name: "server.log", side: "server" });
  const wireSeconds = (time: number) => EPOCH + time / 1e9;
  const joined = joinConversations([log], wire, [], { wireSeconds, limits: all, diagnostics: () => {} });
  const logged = namedRequests(joined, keeper.connections, [log], wireSeconds);
  const requests = [...keeper.connections.values()].flatMap((one) => [...one.values()]);
  const groups = new Set(requests.flatMap((one) => one?.group?.first ?? []));
  return [...groups].sort((a, b) => a.number - b.number).map((group) => logged.ofGroup(group)?.inferred?.path);
}

const EPOCH = 1_795_910_400;
const bothNamed = ["/a.B/One", "/a.B/Two"];
const nothing = [undefined, undefined];
const swap = (name: string, value: string) => (fields: LoggedField[]) =>
  fields.map((field): LoggedField => (field[0] === name ? [name, value] : field));

it("what agrees is named", async () => expect(await named({})).toEqual(bothNamed));

it("one entry is one path", async () => expect(await named({ paths: { 7: "/a.B/Two" } })).toEqual(nothing));

it("two entries are two paths", async () => expect(await named({ paths: { 5: "/a.B/One" } })).toEqual(nothing));

it("an entry beside the path is one field, too", async () => {
  const change = (fields: LoggedField[], stream: number) => (stream === 7 ? swap(":authority", "other")(fields) : fields);
  expect(await named({ change })).toEqual(nothing);
});

it("a value that is in the table is not written out", async () => {
  const written9 = (s: Script) => {
    story(s);
    const block = Buffer.concat([indexed(3), indexed(6), literalAt(4, "/a.B/One"), indexed(62 + HOST)]);
    s.client.headers(9, { block, endStream: true });
    s.server.headers(9, { fields: grpcResponse, endStream: true });
    answered(s, 11, FIRST, "4S");
  };
  const paths = { 9: "/a.B/One", 11: "/a.B/One" };
  // The host is the one field of stream 9 that is not known.
  const change = (fields: LoggedField[], stream: number) =>
    stream === 9 ? fields.map((field, i): LoggedField => (i === 3 ? [":authority", "host"] : field)) : fields;
  expect(await named({ story: written9, paths, change })).toEqual(nothing);
  // Another one may be.
  const other = (s: Script) => {
    story(s);
    s.client.headers(9, {
      block: Buffer.concat([indexed(3), indexed(6), insertAt(4, "/a.B/New"), indexed(63 + HOST)]),
      endStream: true,
    });
    s.server.headers(9, { fields: grpcResponse, endStream: true });
  };
  expect(await named({ story: other, paths: { 9: "/a.B/New" }, change })).toEqual(bothNamed);
});

it("a value that was written out before a gap is in the table behind it", async () => {
  const gap = (s: Script) => {
    story(s);
    const block = Buffer.concat([indexed(3), indexed(6), insertAt(4, "/a.B/New"), literalAt(1, "host")]);
    s.client.headers(9, { block }).data(9, "x", { endStream: true });
    s.server.headers(9, { fields: grpcResponse, endStream: true });
    s.client.lost((client) => client.data(9, 2000));
    s.server.ping();
    s.client.headers(11, { block: Buffer.concat([indexed(3), indexed(6), indexed(62), literalAt(1, "host")]) });
    s.client.data(11, "x", { endStream: true });
    s.server.headers(11, { fields: grpcResponse, endStream: true });
  };
  const paths = { 9: "/a.B/New", 11: "/a.B/New" };
  expect(await named({ story: gap, paths })).toEqual([...bothNamed, "/a.B/New"]);
});

it("fields that were read are the same", async () => {
  expect(await named({ change: swap("grpc-timeout", "9S") })).toEqual(nothing);
  expect(
    await named({ change: (fields) => fields.map(([name, value]) => [name.replace("grpc-timeout", "grpc-encoding"), value]) }),
  ).toEqual(nothing);
});

it("there are no fields too many; lines may be missing", async () => {
  expect(await named({ change: (fields) => [...fields, ["te", "trailers"]] })).toEqual(nothing);
  expect(await named({ change: (fields) => fields.slice(0, -1) })).toEqual(bothNamed);
});

it("credentials may be masked", async () => {
  const secret = (s: Script) => {
    story(s);
    const block = Buffer.concat([
      ...[indexed(3), indexed(6), indexed(62 + FIRST), indexed(62 + HOST)],
      literalAt(23, "Bearer abc"),
    ]);
    s.client.headers(9, { block, endStream: true });
    s.server.headers(9, { fields: grpcResponse, endStream: true });
  };
  const paths = { 9: "/a.B/One" };
  expect(await named({ story: secret, paths, change: swap("authorization", "***") })).toEqual(bothNamed);
});

it("a line of another time names nothing", async () => {
  expect(await named({ late: { 5: 60 } })).toEqual(["/a.B/One", undefined]);
  expect(await named({ late: { 3: 60, 5: 120, 7: 240 } })).toEqual(nothing);
});

it("a log in which much is missing needs more than its frames", async () => {
  const same = (s: Script) => {
    s.client.lost((client) =>
      client.headers(1, { fields: { ":method": "GET", ":scheme": "http", ":path": "/", ":authority": "h" }, endStream: true }),
    );
    for (const id of [3, 7, 11, 15]) answered(s, id, FIRST);
  };
  const paths = { 11: "/a.B/One", 15: "/a.B/One" };
  expect(await named({ story: same, paths })).toEqual(["/a.B/One"]);
  const half = (text: string) => !/wrote (?:DATA|HEADERS).* stream=(?:7|11|15) /.test(text);
  expect(await named({ story: same, paths, keep: half })).toEqual([undefined]);
});

it("requests are kept up to a bound", async () => expect(await named({ limits: { logFrames: 0 } })).toEqual([]));
