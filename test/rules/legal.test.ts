// What looks wrong and is not, with every rule at once.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { rules as all } from "../../src/rules/index.ts";
import { playSegments } from "../../src/testing/play.ts";
import { getRequest, grpcRequest, grpcResponse, play, type Story, type WireSegment, written } from "../../src/testing.ts";
import { fuzzing } from "../fuzzing.ts";

// RFC 7541 6.1, 6.2.2: `:method: GET`, `:scheme: http`, `:path: /`, `:authority: h2.test`.
const GET = "\x82\x86\x84\x01\x07h2.test";
const HELLO = "\0\0\0\0\x01a";
const GZIP = gzipSync("hello").toString("latin1");
// Two segments that are missing are no further apart, but with `npm run fuzz`.
const NEAR = 3;
const end = { endStream: true } as const;
const interim = { fields: { ":status": "103" } } as const;

// That one tells of every RST_STREAM of a server: some stories are about what follows one.
const rules = all.filter(({ id }) => id !== "health/server-reset");

const cases: Readonly<Record<string, Story>> = {
  "many frames on an open stream": (s) =>
    s.client.headers(1, { endHeaders: false }).continuation(1).data(1).windowUpdate(1).priority(1).rst(1),
  "PRIORITY in any state": (s) =>
    s.client.priority(1).headers(1, end).priority(1).server.headers(1, end).client.priority(1).headers(3).rst(3).priority(3),
  "WINDOW_UPDATE and RST_STREAM on a half-closed stream": (s) => s.client.headers(1, end).windowUpdate(1).rst(1),
  "WINDOW_UPDATE and RST_STREAM on a closed stream": (s) =>
    s.client.headers(1, end).server.headers(1, end).client.windowUpdate(1).rst(1),
  "frames after an RST_STREAM under way": (s) =>
    s.client.headers(1).server.rst(1).client.crossing().data(1).windowUpdate(1).data(1, 0, end),
  "frames after an RST_STREAM that only arrived": (s) => s.client.headers(1).server.rst(1).client.data(1).windowUpdate(1).rst(1),
  "trailers in two frames after an RST_STREAM under way": (s) =>
    s.client
      .headers(1)
      .server.rst(1)
      .client.crossing()
      .headers(1, { ...end, fields: { a: "b" }, endHeaders: false })
      .continuation(1),
  "frames of the server after an RST_STREAM under way": (s) =>
    s.client
      .headers(1, end)
      .rst(1)
      .server.crossing()
      .headers(1, { endHeaders: false })
      .continuation(1)
      .data(1)
      .pushPromise(1, 2)
      .windowUpdate(1)
      .data(1, 1, end),
  "WINDOW_UPDATE and RST_STREAM of the server, when the client has ended and when both have": (s) =>
    s.client.headers(1, end).headers(3, end).server.windowUpdate(1).headers(3, end).windowUpdate(3).rst(3, 0).rst(1, 8),
  "skipped ids": (s) => s.client.headers(3, end).headers(7, end).headers(11, end),
  "PRIORITY on 101, then HEADERS on 3": (s) => s.client.priority(101).headers(3, end),
  "request trailers outside gRPC": (s) => s.client.headers(1).data(1).trailers(1),
  "several interim responses": (s) => s.client.headers(1, end).server.headers(1, interim).headers(1, interim).headers(1, end),
  "unknown frame types": (s) =>
    s.client
      .frame({ type: 0x0b, payload: "x" })
      .headers(1, end)
      .frame({ type: 0xfa, streamId: 1, flags: 0xff, payload: "grease" }),
  "unknown settings": (s) => s.settings({ client: [[0x0a0a, 7]], server: [[0xfafa, 0xffffffff]] }).client.headers(1, end),
  "unknown error codes": (s) => s.client.headers(1).rst(1, 0xfa).server.goaway(1, 0xfafa),
  "GOAWAY again, with a lower id": (s) => s.client.headers(1, end).server.goaway(0x7fffffff).goaway(1).headers(1, end),
  "GOAWAY again, the same": (s) => s.client.headers(1, end).server.goaway(1).goaway(1).headers(1, end).close(),
  "GOAWAY of the client": (s) => s.client.headers(1, end).goaway(0).server.headers(1, end),
  "equal PINGs and late answers": (s) => s.client.ping().ping().headers(1, end).server.pingAck().headers(1, end).pingAck(),
  "empty DATA, with END_STREAM and without": (s) => s.client.headers(1).data(1, 0).data(1, 0, end),
  "padded DATA": (s) => s.client.headers(1).data(1, 1, { padding: 255, endStream: true }),
  "two HPACK size updates at the start of a block": (s) =>
    s.client.headers(1, { endStream: true, block: "\x20\x3f\xe1\x1f\x82\x86\x84\x41\x07h2.test" }),
  "streams beyond a limit that is under way": (s) =>
    s
      .settings({ server: [[3, 100]] })
      .client.headers(1)
      .server.settings([[3, 1]])
      .client.crossing()
      .headers(3),
  "streams beyond a limit that has arrived and is not acknowledged": (s) =>
    s
      .settings({ server: [[3, 100]] })
      .client.headers(1)
      .server.settings([[3, 1]])
      .client.headers(3)
      .headers(5)
      .settingsAck(),
  "several cookies": (s) =>
    s.client.headers(1, { endStream: true, fields: [...Object.entries(getRequest), ["cookie", "a=b"], ["cookie", "c=d"]] }),
  "a response before the request is whole, then RST_STREAM(NO_ERROR)": (s) =>
    s.client.headers(1).server.headers(1, end).rst(1, 0),
  "SETTINGS at any time, acknowledged after other frames": (s) =>
    s.client.headers(1, end).settings().server.headers(1).data(1).settingsAck().data(1, 1, end),
  "DATA in a tunnel, both ways": (s) =>
    s.client
      .headers(1, { fields: { ":method": "CONNECT", ":authority": "h2.test:443" } })
      .server.headers(1)
      .data(1)
      .client.data(1)
      .server.data(1, 1, end)
      .client.data(1, 1, end),
  "what crosses an error GOAWAY": (s) =>
    s.client.headers(1, end).server.goaway(1, 1).client.crossing(1).headers(2, end).data(0).ping("short").data(9),
  "FIN without GOAWAY": (s) => s.client.headers(1, end).server.headers(1, end).client.close().server.close(),
  "plain HTTP beside gRPC": (s) =>
    s.client.headers(1, end).server.headers(1, {
      endStream: true,
      fields: { ":status": "415", "content-type": "application/grpc", "grpc-status": "3" },
    }),
  "GREASE in PRIORITY, flags apart": (s) =>
    s.client.priority(0x7ffffffe, { dependency: 0x0a0a0a0a, weight: 256, exclusive: true }),
  "the same setting twice": (s) =>
    s.client
      .settings([
        [3, 1],
        [3, 2],
      ])
      .server.settingsAck(),
  "an entry of the dynamic table twice, one just evicted, one used after a refused block": (s) =>
    s.client
      .headers(1, { endStream: true, block: `${GET}\x40\x01a\x01b\x40\x01a\x01b\xbe\xbf` })
      .headers(3, { endStream: true, block: `\x20\x3f\xe1\x1f${GET}\x40\x01a\x01b\xbe` }),
  "empty DATA with END_STREAM where no window is left": (s) =>
    s
      .settings({ server: [[4, 0]] })
      .client.headers(1)
      .data(1, 0, end),
  "a server push": (s) =>
    s.client
      .headers(1, end)
      .server.pushPromise(1, 2)
      .headers(1)
      .data(1, 3, end)
      .client.windowUpdate(2)
      .priority(2)
      .server.headers(2)
      .data(2, 3)
      .trailers(2)
      .client.windowUpdate(2),
  "a push that the client does not want": (s) =>
    s.client.headers(1, end).server.pushPromise(1, 2).client.rst(2).server.crossing().headers(2).data(2, 3, end),
  "content-length on an answer to HEAD": (s) =>
    s.client
      .headers(1, { endStream: true, fields: { ...getRequest, ":method": "HEAD" } })
      .server.headers(1, { endStream: true, fields: { ":status": "200", "content-length": "7" } }),
  "content-length on 304": (s) =>
    s.client
      .headers(1, end)
      .headers(3, end)
      .server.headers(1, { endStream: true, fields: { ":status": "304", "content-length": "7" } })
      .headers(3, { endStream: true, fields: { ":status": "304", "content-length": "0" } }),
  "content-length that DATA adds up to, both ways": (s) =>
    s.client
      .headers(1, { fields: { ...getRequest, ":method": "POST", "content-length": "3" } })
      .data(1, 1)
      .data(1, 2, { padding: 4 })
      .trailers(1)
      .server.headers(1, { fields: { ":status": "200", "content-length": "5" } })
      .data(1, 5)
      .data(1, 0, end),
  "host beside :authority, OPTIONS for the whole server": (s) =>
    s.client.headers(1, { endStream: true, fields: { ...getRequest, ":method": "OPTIONS", ":path": "*", host: "H2.test:80" } }),
  "an interim response, a final one, trailers": (s) =>
    s.client.headers(1, end).server.headers(1, interim).headers(1).data(1).trailers(1, { "server-timing": "a" }),
  "a WebSocket": (s) =>
    s
      .settings({ server: [[8, 1]] })
      .client.headers(1, { fields: { ...getRequest, ":method": "CONNECT", ":protocol": "websocket" } })
      .server.headers(1)
      .data(1)
      .client.data(1, 1, end)
      .server.data(1, 1, end),
  "a lower table size, signalled, and a higher one later": (s) =>
    s.client
      .headers(1, { endStream: true, block: `${GET}\x40\x01a\x01b` })
      .server.settings([[1, 0]])
      .client.settingsAck()
      .headers(3, { endStream: true, block: `\x20${GET}` })
      .server.settings([[1, 4096]])
      .client.settingsAck()
      .headers(5, { endStream: true, block: `\x3f\xe1\x1f${GET}\x40\x01a\x01b` }),
  "a table size that goes down and up, signalled": (s) =>
    s.server
      .settings([[1, 0]])
      .settings([[1, 4096]])
      .client.settingsAck()
      .settingsAck()
      .headers(1, { endStream: true, block: `\x20\x3f\xe1\x1f${GET}` }),
  "raw bytes in -bin fields of gRPC C-core": (s) =>
    s
      .settings({ client: [[0xfe03, 1]], server: [[0xfe03, 1]] })
      .client.headers(1, { fields: { ...grpcRequest, "x-bin": "\0\xff\n " } })
      .data(1, HELLO, end)
      .server.headers(1, { fields: { ...grpcResponse, "y-bin": "\0\0" } })
      .data(1, HELLO)
      .trailers(1, { "grpc-status": "0", "grpc-status-details-bin": "\0\r" }),
  "a gRPC call, message by message": (s) =>
    s.client
      .headers(1, { fields: grpcRequest })
      .data(1, HELLO)
      .server.headers(1, { fields: grpcResponse })
      .data(1, HELLO)
      .windowUpdate(0, 6)
      .client.data(1, HELLO, end)
      .server.together((server) => server.data(1, HELLO).trailers(1, { "grpc-status": "0" })),
  "a gRPC call that is refused": (s) =>
    s.client
      .headers(1, { fields: grpcRequest })
      .data(1, HELLO, end)
      .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "12" } }),
  "a gRPC call that both sides give up": (s) =>
    s.client
      .headers(1, { fields: grpcRequest })
      .data(1, HELLO)
      .server.headers(1, { fields: grpcResponse })
      .client.crossing()
      .rst(1)
      .server.crossing()
      .rst(1),
  "a gRPC call with metadata, a compressed message over two frames, and PINGs": (s) =>
    s.client
      .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1S", "grpc-encoding": "gzip", "x-bin": "AQ" } })
      .data(1, `\x01\0\0\0${String.fromCharCode(GZIP.length)}`)
      .ping()
      .data(1, GZIP, end)
      .server.pingAck()
      .headers(1, { fields: { ...grpcResponse, "grpc-accept-encoding": "gzip" } })
      .data(1, HELLO)
      .trailers(1, { "grpc-status": "5", "grpc-message": "caf%C3%A9" }),
  "a gRPC call answered before the request ends": (s) =>
    s.client
      .headers(1, { fields: grpcRequest })
      .data(1, HELLO)
      .server.headers(1, { fields: grpcResponse })
      .trailers(1, { "grpc-status": "8" })
      .rst(1, 0)
      .client.crossing(3)
      .data(1, HELLO),
  "a gRPC call that both sides give up at its deadline": (s) =>
    s.client
      .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "50m" } })
      .data(1, HELLO, end)
      .server.headers(1, { fields: grpcResponse })
      .client.wait(50)
      .crossing()
      .rst(1)
      .server.crossing()
      .rst(1)
      .client.ping(),
  "plain HTTP to another method than gRPC's, gRPC-Web": (s) =>
    s.client
      .headers(1, { fields: { ...grpcRequest, ":method": "OPTIONS", "content-type": "application/grpc-web" } })
      .data(1, "<html>", end)
      .server.headers(1, end),
  "a client that closes after the server's GOAWAY": (s) =>
    s.client.headers(1, end).server.goaway(1).headers(1, end).client.close().server.close(),
  "windows that are used up, and given back in time": (s) =>
    s
      .settings({ client: [[4, 10]] })
      .client.headers(1, end)
      .server.headers(1)
      .data(1, 10)
      .wait(118)
      .client.windowUpdate(1, 10)
      .server.data(1, 10)
      .wait(118)
      .client.windowUpdate(1, 10)
      .server.data(1, 10, end),
  "PINGs and SETTINGS that are answered late, but in time": (s) =>
    s.client
      .ping()
      .settings()
      .wait(6000)
      .server.pingAck()
      .settingsAck()
      .client.ping()
      .settings()
      .wait(6000)
      .server.pingAck()
      .settingsAck(),
  "a client that half-closes, and gets its response": (s) =>
    s.client.headers(1).data(1, 5, end).close().server.headers(1).wait(3000).data(1, 5, end).close(),
  "a request that is cancelled while the server closes": (s) =>
    s.client.headers(1, end).rst(1).server.crossing().headers(1).client.close().server.close(),
  "a server that drains": (s) =>
    s.client
      .headers(1, end)
      .server.goaway(0x7fffffff)
      .ping()
      .client.crossing(2)
      .headers(3, end)
      .client.pingAck()
      .server.goaway(3)
      .headers(1, end)
      .headers(3, end)
      .close(),
  "DATA up to both windows, and on when they are raised": (s) =>
    s
      .settings({ server: [[4, 20]] })
      .client.headers(1)
      .data(1, 12)
      .data(1, 8)
      .server.windowUpdate(1, 5)
      .windowUpdate(0, 5)
      .client.data(1, 5)
      .data(1, 0, end),
  "DATA by an initial window that is raised, and lowered, in mid-connection": (s) =>
    s
      .settings({ server: [[4, 10]] })
      .client.headers(1)
      .data(1, 10)
      .server.settings([[4, 20]])
      .client.settingsAck()
      .data(1, 10)
      .server.settings([[4, 5]])
      .windowUpdate(1, 16)
      .client.settingsAck()
      .data(1, 1, end),
  "windows opened wide, as far as DATA made room": (s) =>
    s.client
      .headers(1, end)
      .windowUpdate(0, 0x7fffffff - 65_535)
      .windowUpdate(1, 0x7fffffff - 65_535)
      .server.headers(1)
      .data(1, 30)
      .client.windowUpdate(0, 30)
      .windowUpdate(1, 30)
      .ping()
      .server.data(1, 1, end)
      .pingAck(),
  "a window opened wide, DATA on its way to it, and a reset": (s) =>
    s
      .roundTrip(100)
      .client.headers(1, end)
      .server.headers(1)
      .client.windowUpdate(1, 0x7fffffff - 65_435)
      .rst(1)
      .server.crossing(2)
      .data(1, 100)
      .client.ping()
      .server.pingAck(),
  "PING each way, answered out of order, and late": (s) =>
    s.client
      .ping()
      .ping("abcdefgh")
      .server.ping("ABCDEFGH")
      .pingAck("abcdefgh")
      .client.pingAck("ABCDEFGH")
      .wait(12_000)
      .ping("abcdefgh")
      .server.pingAck()
      .pingAck("abcdefgh")
      .settings()
      .client.settingsAck(),
  "PING and SETTINGS that nobody answers any more": (s) =>
    s.client.headers(1, end).server.headers(1, end).settings().ping().goaway(1).client.crossing(3).close().server.close(),
  "GOAWAY of both sides, and a request on each side of it": (s) =>
    s.client
      .headers(1, end)
      .server.goaway(0x7fffffff)
      .client.crossing()
      .headers(3, end)
      .server.headers(1, end)
      .headers(3, end)
      .goaway(3)
      .client.goaway(0)
      .close()
      .server.close(),
  "PRIORITY_UPDATE of an idle stream, and of one that is open": (s) =>
    s
      .settings({ server: [[9, 1]] })
      .client.frame({ type: 16, payload: "\0\0\0\x01u=1, i" })
      .headers(1, end)
      .frame({ type: 16, payload: "\0\0\0\x01u=7" }),
  "a client that closes with a request open": (s) =>
    s.client.headers(1, end).server.headers(1).client.goaway(0).close().server.close(),
  "frames of one side in one segment with the answer to another": (s) =>
    s.client
      .together((client) => client.headers(1, end).headers(3, end).ping())
      .server.together((server) => server.pingAck().headers(3, end).headers(1).data(1, 5, end)),
};

describe("what the other side does after a fault", () => {
  // A peer may tolerate what the model takes for a connection error; the fault is not its own.
  const answered: Readonly<Record<string, Story>> = {
    "HEADERS on an even id, answered": (s) => s.client.headers(2, end).server.windowUpdate(2).headers(2).data(2, 1, end),
    "HEADERS on a lower id, answered": (s) => s.client.headers(5, end).headers(3, end).server.headers(3).data(3, 1, end),
    "HEADERS on a lower id, reset": (s) => s.client.headers(5, end).headers(3, end).server.rst(3, 1),
    "HEADERS that cannot be decoded, reset": (s) => s.client.headers(1, { block: "\x80" }).server.rst(1, 9),
    "no SETTINGS, and answered": (s) =>
      s.bare().client.preface().headers(1, end).server.settings().headers(1, end).client.settingsAck(),
    "SETTINGS out of range, acknowledged": (s) => s.client.settings([[2, 7]]).server.settingsAck(),
    "a promise of an odd id, reset": (s) => s.client.headers(1, end).server.pushPromise(1, 3).client.rst(3, 1),
    "DATA on stream 0, ignored": (s) => s.client.data(0).headers(1, end).server.headers(1, end),
  };
  for (const [name, story] of Object.entries(answered)) {
    it(name, () => {
      const { findings } = play(story, { rules });
      const sides = new Set(findings.filter(({ severity }) => severity !== "info").map(({ offender }) => offender));
      expect(sides.size, findings.map(({ rule, offender }) => `${offender} ${rule}`).join(", ")).toBe(1);
    });
  }
});

// What is lawful stays so where the capture holds less of it: nothing that is missing may make a proof.
describe("legal, and not all of it captured", () => {
  const proven = (segments: readonly WireSegment[]) =>
    playSegments(segments, { rules })
      .findings.filter(({ severity, certainty }) => severity !== "info" && certainty === "proven")
      .map(({ rule, message }) => `${rule} ${message}`);

  for (const [name, story] of Object.entries(cases)) {
    // That one is no lawful frame, it only counts no more; without the GOAWAY it does.
    if (name === "what crosses an error GOAWAY") continue;
    const { segments } = written(story);
    it(`${name}: from a later segment on`, () => {
      for (let from = 1; from < segments.length; from++) expect(proven(segments.slice(from)), `from ${from}`).toEqual([]);
    });
    it(`${name}: without a segment`, () => {
      for (let lost = 0; lost < segments.length; lost++) {
        expect(proven(segments.filter((_, i) => i !== lost)), `without ${lost}`).toEqual([]);
      }
    });
    it(`${name}: without two segments`, () => {
      for (let a = 0; a < segments.length; a++)
        for (let b = fuzzing ? 0 : Math.max(a - NEAR, 0); b < a; b++)
          expect(proven(segments.filter((_, i) => i !== a && i !== b)), `without ${b} and ${a}`).toEqual([]);
    });
    it(`${name}: captured in another order`, () => {
      for (let i = 1; i < segments.length; i++) {
        const swapped = [...segments];
        [swapped[i - 1], swapped[i]] = [segments[i]!, segments[i - 1]!];
        expect(proven(swapped), `${i} first`).toEqual([]);
      }
      for (let i = 2; i < segments.length; i++) {
        const late = segments.filter((_, j) => j !== i - 2);
        late.splice(i, 0, segments[i - 2]!);
        expect(proven(late), `${i - 2} late`).toEqual([]);
      }
    });
    it(`${name}: captured twice`, () => {
      expect(proven(segments.flatMap((segment) => [segment, segment]))).toEqual([]);
    });
    it(`${name}: one direction only`, () => {
      for (const side of ["client", "server"]) expect(proven(segments.filter(({ from }) => from === side)), side).toEqual([]);
    });
    it(`${name}: cut by the snap length`, () => {
      for (let i = 0; i < segments.length; i++) {
        const cut = segments.map((segment, j) => (i === j ? { ...segment, bytes: segment.bytes.subarray(0, -3) } : segment));
        expect(proven(cut), `segment ${i}`).toEqual([]);
      }
    });
  }
});

describe("legal", () => {
  for (const [name, story] of Object.entries(cases)) {
    it(name, () => {
      const { findings } = play(story, { rules });
      expect(findings.filter(({ severity }) => severity !== "info").map(({ rule, message }) => `${rule} ${message}`)).toEqual([]);
    });
  }
});
