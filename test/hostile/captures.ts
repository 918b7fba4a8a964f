/** What somebody would send who wants a reader of captures to hang, to run out of memory or to tell lies. */
import { concat, frameOctets, literals, octetsOf, u16, u32 } from "../../src/testing/octets.ts";
import { fuzzing } from "../fuzzing.ts";
import { ACK, FIN, ipv4, Link, noise, PREFACE, pcap, RAW_IP, SETTINGS, SETTINGS_ACK, SYN, times } from "./writing.ts";

const REQUEST = literals({ ":method": "GET", ":scheme": "http", ":authority": "h", ":path": "/" });
const GRPC = literals({
  ...{ ":method": "POST", ":scheme": "http", ":authority": "h", ":path": "/s/m" },
  ...{ "content-type": "application/grpc", te: "trailers" },
});
const RESPONSE = literals({ ":status": "200" });

const HEADERS = 1;
const END_STREAM = 1;
const END_HEADERS = 4;

const headers = (streamId: number, payload: Uint8Array = REQUEST, flags = END_STREAM | END_HEADERS) =>
  frameOctets({ type: HEADERS, flags, streamId, payload });
const data = (streamId: number, payload: string | Uint8Array = "x", flags = 0) =>
  frameOctets({ type: 0, flags, streamId, payload });
const reset = (streamId: number, code = 8) => frameOctets({ type: 3, streamId, payload: u32(code) });
const settings = (...entries: readonly (readonly [number, number])[]) =>
  frameOctets({ type: 4, payload: concat(entries.map(([id, value]) => concat([u16(id), u32(value)]))) });
const ping = (number: number, ack = false) =>
  frameOctets({ type: 6, flags: ack ? 1 : 0, payload: concat([u32(number), u32(number)]) });
const goaway = (lastStreamId: number, code: number, debug = "") =>
  frameOctets({ type: 7, payload: concat([u32(lastStreamId), u32(code), octetsOf(debug)]) });
const continuation = (streamId: number, payload: string | Uint8Array, flags = 0) =>
  frameOctets({ type: 9, flags, streamId, payload });
const odd = (index: number) => 2 * index + 1;

/** HPACK: a literal that enters the dynamic table, then as many references to it as asked for. */
function bomb(name: string, value: string, references: number): Uint8Array {
  const field = literals({ [name]: value });
  field[0] = 0x40;
  return concat([REQUEST, field, new Uint8Array(references).fill(0x80 | 62)]);
}

function* blockInParts(streamId: number, block: Uint8Array): Generator<Uint8Array> {
  const step = 16_384;
  yield headers(streamId, block.subarray(0, step), END_STREAM);
  for (let at = step; at < block.length; at += step)
    yield continuation(streamId, block.subarray(at, at + step), at + step >= block.length ? END_HEADERS : 0);
}

/** On one connection that began as it should. */
function* onOne(say: (link: Link) => Iterable<Uint8Array>): Generator<Uint8Array> {
  const link = new Link();
  yield* link.opening();
  yield* say(link);
}

function* manyLinks(count: number, say: (link: Link, index: number) => Iterable<Uint8Array>): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) yield* say(new Link(i), i);
}

export interface Hostile {
  readonly octets: () => Iterable<Uint8Array>;
  /** Codes of diagnostics that must be there. */
  readonly told?: readonly string[];
  /** Rules that must have found something. */
  readonly found?: readonly string[];
}

const wire =
  (packets: () => Iterable<Uint8Array>, network = RAW_IP, step = 1) =>
  () =>
    pcap(packets(), network, step);
/** A million with `npm run fuzz`; fewer else, against lower limits. */
const M = fuzzing ? 1_000_000 : 40_000;

export const captures: Readonly<Record<string, Hostile>> = {
  "half-open connections": {
    octets: wire(() => manyLinks(M, (link) => [link.segment(0, SYN)])),
  },
  "connections with a preface and no more": {
    octets: wire(() =>
      manyLinks(M / 10, function* (link) {
        yield* link.handshake();
        yield* link.client(PREFACE, SETTINGS);
      }),
    ),
  },
  "connections that end with a finding each": {
    octets: wire(() =>
      manyLinks(M / 10, function* (link) {
        yield* link.opening();
        yield* link.client(ping(1), frameOctets({ type: 6, payload: "short" }));
        yield link.segment(0, FIN | ACK);
        link.next[0]++;
        yield link.segment(1, FIN | ACK);
      }),
    ),
    found: ["frame/ping-length"],
  },
  "connections of nobody knows what, 1 KiB each": {
    octets: wire(() =>
      manyLinks(M / 10, function* (link) {
        yield* link.handshake();
        yield* link.client(new Uint8Array(1024).fill(0x58));
      }),
    ),
  },
  "fragments that never complete": {
    octets: wire(() =>
      times(M / 10, (i) => ipv4(0x0a000000 + (i >>> 16), 0x0a0a0a0a, 6, new Uint8Array(512), i, 0x2000 | ((i & 1) << 6))),
    ),
    told: ["limit/ip-fragments"],
  },
  "fragments of one datagram": {
    octets: wire(() => times(M, (i) => ipv4(1, 2, 6, new Uint8Array(8), 7, 0x2000 | ((i * 2 + 2) & 0x1fff)))),
  },
  "bytes out of order, back to front": {
    octets: wire(function* () {
      const link = new Link();
      yield* link.opening();
      for (let i = M; i > 0; i--) yield link.segment(0, ACK, Uint8Array.of(i), link.next[0] + i);
    }),
    told: ["limit/out-of-order"],
  },
  "bytes out of order, every other one, and then the rest": {
    octets: wire(function* () {
      const link = new Link();
      yield* link.opening();
      for (let i = 1; i < M; i += 2) yield link.segment(0, ACK, Uint8Array.of(i), link.next[0] + i);
      for (let i = 0; i < M; i += 2) yield link.segment(0, ACK, Uint8Array.of(i), link.next[0] + i);
    }),
  },
  "bytes out of order, anywhere": {
    octets: wire(function* () {
      const link = new Link();
      const random = noise(1);
      yield* link.opening();
      for (let i = 0; i < M; i++) yield link.segment(0, ACK, Uint8Array.of(i), link.next[0] + 1 + (random() % M));
    }),
  },
  "streams never closed": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          times(M / 10, (i) => headers(odd(i), REQUEST, END_HEADERS)),
        ),
      ),
    ),
    told: ["limit/streams"],
  },
  "streams beyond a limit": {
    octets: wire(function* () {
      const link = new Link();
      yield* link.opening();
      yield* link.server(settings([3, 1000]));
      yield* link.client(SETTINGS_ACK);
      yield* link.stream(
        0,
        times(M / 10, (i) => headers(odd(i), REQUEST, END_HEADERS)),
      );
    }),
    found: ["stream/concurrency-exceeded"],
  },
  "streams opened and reset": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          times(M / 5, (i) => ((i & 1) === 0 ? headers(odd(i >> 1)) : reset(odd(i >> 1)))),
        ),
      ),
    ),
    found: ["abuse/rapid-reset"],
  },
  "CONTINUATION without end": {
    octets: wire(() =>
      onOne(function* (link) {
        yield* link.client(headers(1, REQUEST, END_STREAM));
        yield* link.stream(
          0,
          times(M / 2, () => continuation(1, "\0\x01x\x01y".repeat(40))),
        );
      }),
    ),
    told: ["limit/field-block"],
  },
  "empty CONTINUATION without end": {
    octets: wire(() =>
      onOne(function* (link) {
        yield* link.client(headers(1, REQUEST, END_STREAM));
        yield* link.stream(
          0,
          times(M, () => continuation(1, "")),
        );
      }),
    ),
  },
  "SETTINGS with thousands of entries, none acknowledged, and DATA against them": {
    octets: wire(() =>
      onOne(function* (link) {
        const entries = Array.from({ length: 2700 }, (_, i) => [i % 3 === 0 ? 4 : 1000 + i, i] as const);
        yield* link.server(...Array.from({ length: 4 }, () => settings(...entries)));
        yield* link.client(headers(1, REQUEST, END_HEADERS));
        yield* link.stream(
          0,
          times(M / 2, () => data(1)),
        );
      }),
    ),
  },
  "SETTINGS without end, acknowledged late": {
    octets: wire(() =>
      onOne(function* (link) {
        yield* link.stream(
          0,
          times(M / 10, () => settings([4, 65_535])),
        );
        yield* link.stream(
          1,
          times(M / 10, () => SETTINGS_ACK),
        );
      }),
    ),
  },
  "PING without end": {
    octets: wire(() => onOne((link) => link.stream(0, times(M / 10, ping)))),
    found: ["abuse/ping-flood"],
  },
  "GOAWAY without end on many streams": {
    octets: wire(() =>
      onOne(function* (link) {
        yield* link.stream(
          0,
          times(M / 50, (i) => headers(odd(i))),
        );
        yield* link.stream(
          1,
          times(M / 10, (i) => goaway(odd(i), i & 1, "too_many_pings".repeat(100))),
        );
      }),
    ),
  },
  "PRIORITY without end": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          times(M / 10, (i) => frameOctets({ type: 2, streamId: odd(i), payload: concat([u32(odd(i)), Uint8Array.of(1)]) })),
        ),
      ),
    ),
  },
  "PRIORITY_UPDATE without end": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          times(M / 10, (i) =>
            frameOctets({ type: 16, payload: concat([u32(odd(i)), octetsOf(`u=${i % 9}, i=${"(".repeat(99)}`)]) }),
          ),
        ),
      ),
    ),
  },
  "unknown frames without end": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          times(M / 10, (i) => frameOctets({ type: 32 + (i % 200), streamId: odd(i % 999) })),
        ),
      ),
    ),
  },
  "DATA for closed streams": {
    octets: wire(() =>
      onOne(function* (link) {
        yield* link.stream(
          0,
          times(M / 10, (i) => headers(odd(i))),
        );
        yield* link.stream(
          1,
          times(M / 10, (i) => headers(odd(i), RESPONSE)),
        );
        yield* link.stream(
          0,
          times(M / 10, (i) => data(odd(i))),
        );
      }),
    ),
  },
  "an HPACK bomb": {
    octets: wire(() => onOne((link) => link.stream(0, blockInParts(1, bomb("x", "y".repeat(4000), 4 * M))))),
    found: ["abuse/hpack-bomb"],
  },
  "an HPACK bomb of fields that are joined": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          (function* () {
            for (const [i, name] of ["grpc-encoding", "grpc-accept-encoding", "content-length", "te", "priority"].entries())
              yield* blockInParts(odd(i), bomb(name, "1".repeat(4000), M));
          })(),
        ),
      ),
    ),
  },
  "malformed fields in a block": {
    octets: wire(() => onOne((link) => link.stream(0, blockInParts(1, bomb("Upper Case", "\x01\x02", M))))),
  },
  "connection-specific fields and bad cookies": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          (function* () {
            for (const [i, name] of [
              "connection",
              "transfer-encoding",
              "host",
              ":path",
              "te",
              ":x",
              "cookie",
              "grpc-timeout",
            ].entries())
              yield* blockInParts(odd(i), bomb(name, " \x7f", M));
          })(),
        ),
      ),
    ),
  },
  "dynamic table size updates": {
    octets: wire(() => onOne((link) => link.stream(0, blockInParts(1, concat([new Uint8Array(M).fill(0x20), REQUEST]))))),
  },
  "a table that is filled and emptied all the time": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          times(5000, (i) =>
            headers(
              odd(i),
              concat([
                REQUEST,
                ...Array.from({ length: 200 }, (_, k) =>
                  Uint8Array.of(0x40, 3, 97 + (k % 26), 97 + (i % 26), 97, 3, k & 0x7f, i & 0x7f, 97),
                ),
              ]),
            ),
          ),
        ),
      ),
    ),
  },
  "gRPC messages of 4 GiB": {
    octets: wire(() =>
      onOne(function* (link) {
        yield* link.stream(
          0,
          times(M / 50, (i) => headers(odd(i), GRPC, END_HEADERS)),
        );
        const prefix = Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff);
        yield* link.stream(
          0,
          times(M / 50, (i) => data(odd(i), concat([prefix, new Uint8Array(16_000)]))),
        );
      }),
    ),
  },
  "gRPC messages of nothing": {
    octets: wire(() =>
      onOne(function* (link) {
        yield* link.client(headers(1, GRPC, END_HEADERS));
        yield* link.stream(
          0,
          times(500, () => data(1, new Uint8Array(16_380))),
        );
      }),
    ),
  },
  "findings of one kind": {
    octets: wire(() =>
      onOne((link) =>
        link.stream(
          0,
          times(M / 10, (i) => frameOctets({ type: 6, streamId: odd(i), payload: "12345678" })),
        ),
      ),
    ),
    found: ["frame/ping-on-stream"],
  },
  "findings of every kind, each answered": {
    octets: wire(() =>
      onOne(function* (link) {
        const random = noise(2);
        for (let k = 0; k < 2000; k++) {
          const from = 50 * k;
          yield* link.stream(
            0,
            times(50, (i) => {
              const id = odd(from + i);
              const flags = random() & 0xff;
              const extra = { [`x-${i}`]: "v", [["Upper", "connection", "te", "x y", ":z", "host"][random() % 6]!]: `\x01${i}` };
              return headers(id, concat([REQUEST, literals(extra)]), END_HEADERS | (flags & END_STREAM));
            }),
          );
          yield* link.stream(
            1,
            times(50, (i) => reset(odd(from + i), 1)),
          );
        }
      }),
    ),
  },
  "frames of random bytes on a connection": {
    octets: wire(() =>
      onOne(function* (link) {
        const random = noise(3);
        for (const side of [0, 1] as const)
          yield* link.stream(
            side,
            times(M / 10, () =>
              frameOctets({
                type: random() % 18,
                flags: random() & 0xff,
                streamId: random() % 3 === 0 ? 0 : random() % 64,
                payload: u32(random()).subarray(0, random() % 5),
              }),
            ),
          );
      }),
    ),
  },
  "random bytes on a connection": {
    octets: wire(() =>
      onOne(function* (link) {
        const random = noise(4);
        yield* link.stream(
          0,
          times(M, () => u32(random())),
        );
        yield* link.stream(
          1,
          times(M, () => u32(random())),
        );
      }),
    ),
  },
};
