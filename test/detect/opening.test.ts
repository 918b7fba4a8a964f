// What stands before HTTP/2 on a connection, or in its place.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs, seedOr } from "../fuzzing.ts";
import { frame, octets, preface } from "../http2/octets.ts";
import { connect, type Step } from "./connecting.ts";

const settings = frame(4, 0, 0, "0003 00000064");
const ping = frame(6, 0, 0, '"pingpong"');
const headers = frame(1, 5, 1, "82 84 86 41 01 61");
const text = (...lines: string[]): Buffer => Buffer.from(lines.join("\r\n"), "latin1");
const head = (...lines: string[]): Buffer => text(...lines, "", "");

interface Case {
  readonly steps: readonly Step[];
  readonly syn?: readonly [boolean, boolean];
  readonly events: readonly string[];
  /** False where it is the segments that tell. */
  readonly splittable?: boolean;
}

const none: readonly [boolean, boolean] = [false, false];
const prior = "begin h2c-prior-knowledge client=0 by preface";
const upgraded = "begin h2c-upgrade client=0 by preface";

const offer = ["Host: a", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"];
const get = head("GET / HTTP/1.1", ...offer);
const post = head("POST /p HTTP/1.1", ...offer, "Content-Length: 5");
const chunked = head("POST /p HTTP/1.1", ...offer, "Transfer-Encoding: gzip, chunked");
const switching = head("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: h2c");
const plain = head("GET /x HTTP/1.1", "Host: a");
const ok = Buffer.concat([head("HTTP/1.1 200 OK", "Content-Length: 4"), text("four")]);
const n = get.length;
const m = switching.length;
const http1 = "other http/1.1";
const taken = `client=0 offers h2c: GET / 0-${n} 101`;

/** The preface and SETTINGS of the client, the server's SETTINGS, at these offsets. */
const spoken = (client: number, server: number): string[] => [
  `preface at ${client}`,
  `client settings ${client + 24}-${client + 38}`,
  `server settings ${server}-${server + 14}`,
];

const cases: Record<string, Record<string, Case>> = {
  "Upgrade: h2c": {
    "and the prefaces": {
      steps: [
        [0, get],
        [1, switching],
        [0, Buffer.concat([preface, settings])],
        [1, settings],
        [0, "end"],
        [1, "end"],
      ],
      events: [http1, taken, upgraded, ...spoken(n, m), "client end fin", "server end fin"],
    },
    "and the server's frames in the segment of 101": {
      steps: [
        [0, get],
        [1, Buffer.concat([switching, settings, headers])],
        [0, Buffer.concat([preface, settings])],
      ],
      events: [
        ...[http1, taken, upgraded, `server settings ${m}-${m + 14}`, `server headers ${m + 15}-${m + 29}`],
        ...[`preface at ${n}`, `client settings ${n + 24}-${n + 38}`],
      ],
    },
    "and the client's preface before the answer": {
      steps: [
        [0, Buffer.concat([get, preface])],
        [0, settings],
        [1, Buffer.concat([switching, settings])],
      ],
      events: [http1, taken, upgraded, ...spoken(n, m)],
    },
    "with content": {
      steps: [
        [0, Buffer.concat([post, text("hello")])],
        [1, switching],
        [0, Buffer.concat([preface, settings])],
        [1, settings],
      ],
      events: [...[http1, `client=0 offers h2c: POST /p 0-${post.length + 5} 101`, upgraded], ...spoken(post.length + 5, m)],
    },
    "with content that comes after the answer": {
      steps: [
        [0, Buffer.concat([post, text("he")])],
        [1, Buffer.concat([switching, settings])],
        [0, Buffer.concat([text("llo"), preface, settings])],
      ],
      events: [
        ...[http1, "client=0 offers h2c: POST /p 0--1 101", upgraded, `server settings ${m}-${m + 14}`],
        ...[`preface at ${post.length + 5}`, `client settings ${post.length + 29}-${post.length + 43}`],
      ],
    },
    "with content in chunks, that looks like the preface": {
      steps: [
        [0, Buffer.concat([chunked, text("5;x=y", "hello", "18", ""), preface, text("", "0", "X-Trailer: 1", "", "")])],
        [1, switching],
        [0, Buffer.concat([preface, settings])],
        [1, settings],
      ],
      events: [
        ...[http1, `client=0 offers h2c: POST /p 0-${chunked.length + 63} 101`, upgraded],
        ...spoken(chunked.length + 63, m),
      ],
    },
    "after 100 Continue": {
      steps: [
        [0, post],
        [1, head("HTTP/1.1 100 Continue")],
        [0, text("hello")],
        [1, Buffer.concat([switching, settings])],
        [0, Buffer.concat([preface, settings])],
      ],
      events: [
        ...[http1, `client=0 offers h2c: POST /p 0-${post.length + 5} 101`, upgraded],
        `server settings ${m + 25}-${m + 39}`,
        ...[`preface at ${post.length + 5}`, `client settings ${post.length + 29}-${post.length + 43}`],
      ],
    },
    "after other exchanges": {
      steps: [
        [0, plain],
        [1, ok],
        [0, head("HEAD /x HTTP/1.1")],
        [1, head("HTTP/1.1 200 OK", "Content-Length: 99999")],
        [0, plain],
        [1, Buffer.concat([head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"), text("1", "x", "0", "", "")])],
        [0, plain],
        [1, head("HTTP/1.1 304 Not Modified", "Content-Length: 7")],
        [0, get],
        [1, switching],
        [0, Buffer.concat([preface, settings])],
      ],
      events: [
        http1,
        expect.stringMatching(/offers h2c: GET \/ \d+-\d+ 101$/),
        upgraded,
        expect.stringMatching(/preface at \d+/),
        expect.any(String),
      ],
    },
    "after pipelined requests": {
      steps: [
        [0, Buffer.concat([plain, plain, get, preface, settings])],
        [1, Buffer.concat([ok, ok, switching, settings])],
      ],
      events: [
        ...[http1, `client=0 offers h2c: GET / ${2 * plain.length}-${2 * plain.length + n} 101`, upgraded],
        ...spoken(2 * plain.length + n, 2 * ok.length + m),
      ],
    },
    "refused, then taken": {
      steps: [
        [0, Buffer.concat([get, get])],
        [1, Buffer.concat([ok, switching, settings])],
        [0, Buffer.concat([preface, settings])],
      ],
      events: [
        ...[http1, `client=0 offers h2c: GET / 0-${n} 200`, `client=0 offers h2c: GET / ${n}-${2 * n} 101`, upgraded],
        `server settings ${ok.length + m}-${ok.length + m + 14}`,
        ...[`preface at ${2 * n}`, `client settings ${2 * n + 24}-${2 * n + 38}`],
      ],
    },
    refused: {
      steps: [
        [0, get],
        [1, ok],
        [0, plain],
        [1, ok],
        [0, "end"],
        [1, "end"],
      ],
      events: [http1, `client=0 offers h2c: GET / 0-${n} 200`],
    },
    "refused, and a preface was sent all the same": {
      steps: [
        [0, Buffer.concat([get, preface, settings])],
        [1, ok],
        [1, "end"],
        [0, "end"],
      ],
      events: [http1, `client=0 offers h2c: GET / 0-${n} 200`],
    },
    "no answer": {
      steps: [
        [0, get],
        [0, "end"],
        [1, "end"],
      ],
      events: [http1, `client=0 offers h2c: GET / 0-${n} 0`],
    },
    "from direction 1, without SYNs": {
      steps: [
        [1, get],
        [0, switching],
        [1, Buffer.concat([preface, settings])],
        [0, settings],
      ],
      syn: none,
      events: [http1, `client=1 offers h2c: GET / 0-${n} 101`, "begin h2c-upgrade client=1 by preface", ...spoken(n, m)],
    },
    "the client goes on in HTTP/1.1": {
      steps: [
        [0, get],
        [1, Buffer.concat([switching, settings])],
        [0, plain],
      ],
      events: [http1, taken, upgraded, `server settings ${m}-${m + 14}`, expect.stringContaining("client foreign http1")],
      splittable: false,
    },
    "bytes of a long content are missing": {
      steps: [
        [0, plain],
        [1, head("HTTP/1.1 200 OK", "Content-Length: 50000")],
        [1, 49_000],
        [1, Buffer.alloc(1000)],
        [0, get],
        [1, Buffer.concat([switching, settings])],
        [0, Buffer.concat([preface, settings])],
      ],
      events: [
        ...[http1, expect.stringContaining("offers h2c"), upgraded, expect.stringContaining("server settings")],
        ...[expect.stringContaining("preface"), expect.stringContaining("client settings")],
      ],
    },
    "bytes of the answer are missing: the start of HTTP/2 is not known": {
      steps: [
        [0, get],
        [1, switching.subarray(0, 30)],
        [1, m - 30],
        [1, Buffer.concat([settings, headers])],
        [0, preface],
        [0, Buffer.concat([settings, ping])],
      ],
      events: [
        ...[http1, `client=0 offers h2c: GET / 0-${n} 0`, "begin h2c client=0 by preface", "server borders lost"],
        ...[
          "server borders found 0",
          `server settings ${m}-${m + 14}`,
          `server headers ${m + 15}-${m + 29}`,
          "client borders lost",
        ],
        ...["client borders found 24", `client settings ${n + 24}-${n + 38}`, `client ping ${n + 39}-${n + 55}`],
      ],
      splittable: false,
    },
    "bytes of the request are missing": {
      steps: [
        [0, get.subarray(0, 20)],
        [0, 40],
        [0, get.subarray(60)],
        [1, switching],
        [1, Buffer.concat([settings, ping])],
      ],
      events: [
        ...[http1, "begin h2c client=0 by preface", "server borders lost", "server borders found 0"],
        ...[`server settings ${m}-${m + 14}`, `server ping ${m + 15}-${m + 31}`],
      ],
      splittable: false,
    },
    websocket: {
      steps: [
        [0, head("GET /chat HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket")],
        [1, head("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")],
        [0, preface],
        [1, settings],
      ],
      events: [http1, http1, 'note {"recognised":"websocket"}'],
    },
  },
  CONNECT: {
    "to HTTP/2": {
      steps: [
        [0, head("CONNECT example.com:80 HTTP/1.1", "Host: example.com:80")],
        [1, head("HTTP/1.1 200 Connection established")],
        [0, Buffer.concat([preface, settings])],
        [1, settings],
      ],
      events: [http1, 'note {"tunnel":{"via":"connect","target":"example.com:80"}}', prior, ...spoken(57, 39)],
    },
    "to TLS": {
      steps: [
        [0, head("CONNECT example.com:443 HTTP/1.0")],
        [1, head("HTTP/1.0 200 OK", "Content-Length: 12")],
        [0, octets("16 03 01 00 c8 01 00 00 c4")],
        [1, octets("15 03 03 00 02 02 28")],
      ],
      events: [
        ...[http1, 'note {"recognised":"http/1.0"}', 'note {"tunnel":{"via":"connect","target":"example.com:443"}}'],
        ...["other tls-unknown", 'note {"tls":{}}'],
      ],
    },
    "to a server that speaks first": {
      steps: [
        [0, head("CONNECT a:80 HTTP/1.1")],
        [1, Buffer.concat([head("HTTP/1.1 200 OK"), settings])],
        [0, Buffer.concat([preface, settings])],
      ],
      events: [
        ...[http1, 'note {"tunnel":{"via":"connect","target":"a:80"}}', "begin h2c-prior-knowledge client=0 by syn"],
        ...["server settings 19-33", "preface at 25", "client settings 49-63"],
      ],
    },
    "refused, then granted, with the preface behind the request": {
      steps: [
        [0, head("CONNECT a:80 HTTP/1.1")],
        [1, head("HTTP/1.1 407 Proxy Authentication Required", "Content-Length: 0")],
        [0, Buffer.concat([head("CONNECT a:80 HTTP/1.1", "Proxy-Authorization: x"), preface, settings])],
        [1, Buffer.concat([head("HTTP/1.1 200 OK"), settings])],
      ],
      events: [http1, 'note {"tunnel":{"via":"connect","target":"a:80"}}', prior, ...spoken(74, 84)],
    },
    "through a proxy to another, to h2c": {
      steps: [
        [0, head("CONNECT a:80 HTTP/1.1")],
        [1, head("HTTP/1.1 200 OK")],
        [0, head("CONNECT b:80 HTTP/1.1")],
        [1, head("HTTP/1.1 200 OK")],
        [0, get],
        [1, Buffer.concat([switching, settings])],
        [0, Buffer.concat([preface, settings])],
      ],
      events: [
        ...[
          http1,
          'note {"tunnel":{"via":"connect","target":"a:80"}}',
          http1,
          'note {"tunnel":{"via":"connect","target":"b:80"}}',
        ],
        ...[http1, expect.stringContaining("offers h2c"), upgraded, expect.stringContaining("server settings")],
        ...[expect.stringContaining("preface"), expect.stringContaining("client settings")],
      ],
    },
  },
  SOCKS: {
    "5 without a password, to a name": {
      steps: [
        [0, octets("05 02 00 02")],
        [1, octets("05 00")],
        [0, octets('05 01 00 03 04 "h2.t" 1f90')],
        [1, octets("05 00 00 01 00000000 0000")],
        [0, Buffer.concat([preface, settings])],
        [1, settings],
      ],
      events: ['note {"tunnel":{"via":"socks5","target":"h2.t:8080"}}', prior, ...spoken(15, 12)],
    },
    "5 with a password, to IPv6, the preface in the segment of the request": {
      steps: [
        [0, octets("05 01 02")],
        [1, octets("05 02")],
        [0, octets('01 02 "me" 03 "key"')],
        [1, octets("01 00")],
        [0, Buffer.concat([octets("05 01 00 04 20010db8 00*11 01 0050"), preface, settings])],
        [1, Buffer.concat([octets('05 00 00 03 01 "x" 0050'), settings])],
      ],
      events: ['note {"tunnel":{"via":"socks5","target":"[2001:db8::1]:80"}}', prior, ...spoken(33, 12)],
    },
    "5 refused": {
      steps: [
        [0, octets("05 01 00")],
        [1, octets("05 ff")],
      ],
      events: ["other unknown", 'note {"recognised":"socks5"}'],
    },
    "5, connection refused": {
      steps: [
        [0, octets("05 01 00")],
        [1, octets("05 00")],
        [0, octets("05 01 00 01 c0000201 0050")],
        [1, octets("05 05 00 01 00000000 0000")],
      ],
      events: ["other unknown", 'note {"recognised":"socks5"}'],
    },
    "4": {
      steps: [
        [0, octets('04 01 0050 c0000201 "me" 00')],
        [1, octets("00 5a 0000 00000000")],
        [0, Buffer.concat([preface, settings])],
        [1, settings],
      ],
      events: ['note {"tunnel":{"via":"socks4","target":"192.0.2.1:80"}}', prior, ...spoken(11, 8)],
    },
    "4a, to TLS": {
      steps: [
        [0, octets('04 01 01bb 00000001 00 "h2.test" 00')],
        [1, octets("00 5a 01bb 00000001")],
        [0, octets("16 03 01 00 c8")],
      ],
      events: ['note {"tunnel":{"via":"socks4a","target":"h2.test:443"}}', "other tls-unknown", 'note {"tls":{}}'],
    },
    "only by its looks: the server says something else": {
      steps: [
        [0, octets("05 01 00")],
        [1, octets("07 00")],
        [0, "end"],
        [1, "end"],
      ],
      events: ["other unknown"],
    },
  },
  "the PROXY protocol": {
    "1, IPv6, and a tunnel behind it": {
      steps: [
        [0, text("PROXY TCP6 2001:db8::1 2001:db8::2 50000 443", "CONNECT a:1 HTTP/1.1", "", "")],
        [1, head("HTTP/1.1 200 OK")],
        [0, Buffer.concat([preface, settings])],
        [1, settings],
      ],
      events: [
        'note {"proxied":{"version":1,"client":"[2001:db8::1]:50000","server":"[2001:db8::2]:443"}}',
        ...[http1, 'note {"tunnel":{"via":"connect","target":"a:1"}}', prior, ...spoken(70, 19)],
      ],
    },
    "1, unknown": {
      steps: [[0, Buffer.concat([text("PROXY UNKNOWN", ""), preface, settings])]],
      events: [prior, "preface at 15", "client settings 39-53"],
    },
    "2, IPv6, with more behind the addresses": {
      steps: [
        [
          0,
          Buffer.concat([
            octets("0d0a0d0a000d0a515549540a 21 21 0027 20010db8 00*11 01 20010db8 00*11 02 c350 01bb 04 0000"),
            preface,
          ]),
        ],
        [0, settings],
      ],
      events: [
        'note {"proxied":{"version":2,"client":"[2001:db8::1]:50000","server":"[2001:db8::2]:443"}}',
        ...[prior, "preface at 55", "client settings 79-93"],
      ],
    },
    "2, LOCAL: a health check of the balancer itself": {
      steps: [[0, Buffer.concat([octets("0d0a0d0a000d0a515549540a 20 00 0000"), preface, settings])]],
      events: [prior, "preface at 16", "client settings 40-54"],
    },
    "1 that never ends": {
      steps: [
        [0, Buffer.concat([text("PROXY TCP4 "), Buffer.alloc(200, "1")])],
        [0, "end"],
        [1, "end"],
      ],
      events: ["other unknown"],
    },
  },
  "named for certain": Object.fromEntries(
    (
      [
        ["ssh", 1, text("SSH-2.0-OpenSSH_9.2", "")],
        ["redis", 0, text("*1", "$4", "PING", "")],
        ["postgresql", 0, octets("00000008 04d2162f")],
        ["postgresql", 0, octets('00000013 00030000 "user" 00 "me" 00 00 00 00')],
        ["mysql", 1, octets('4a 00 00 00 0a "8.0.36" 00 0b000000')],
        ["amqp", 0, octets('"AMQP" 00 00 09 01')],
        ["mqtt", 0, octets('10 10 00 04 "MQTT" 04 02 003c')],
      ] as const
    ).map(([name, side, octets]) => [
      `${name}: ${octets.toString("latin1").slice(0, 9)}`,
      {
        steps: [
          [side, octets],
          [(1 - side) as 0 | 1, text("what the other side says")],
        ],
        events: ["other unknown", `note {"recognised":"${name}"}`],
      },
    ]),
  ),
  "other protocols": {
    yamux: {
      steps: [
        [0, octets("00 01 0001 00000001 00000000")],
        [1, octets("00 01 0002 00000001 00000000")],
      ],
      events: ["other unknown", 'note {"recognised":"yamux"}'],
    },
    "gRPC-Web over HTTP/1.1": {
      steps: [
        [0, head("POST /a.B/C HTTP/1.1", "Content-Type: application/grpc-web+proto", "Content-Length: 0")],
        [1, head("HTTP/1.1 200 OK", "Content-Length: 0")],
      ],
      events: [http1, 'note {"recognised":"grpc-web"}'],
    },
    "HTTP/1.0": {
      steps: [
        [0, head("GET / HTTP/1.0")],
        [1, head("HTTP/1.0 200 OK")],
        [1, Buffer.concat([preface, settings])],
        [1, "end"],
        [0, "end"],
      ],
      events: [http1, 'note {"recognised":"http/1.0"}'],
    },
  },
  "in the middle of a connection": {
    "one frame that fills its segment is not enough": {
      steps: [
        [0, frame(8, 0, 0, "00000100")],
        [1, frame(0, 0, 1, "00*80")],
      ],
      syn: none,
      events: [],
    },
    "a second one is": {
      steps: [
        [0, frame(8, 0, 0, "00000100")],
        [1, frame(1, 5, 3, "88")],
      ],
      syn: none,
      events: [
        ...["begin h2c client=0 by fields", "client borders lost", "client borders found 0", "client window-update 0-12"],
        ...["server borders lost", "server borders found 0", "server headers 0-9"],
      ],
      splittable: false,
    },
    "a PING is": {
      steps: [
        [1, ping],
        [0, "end"],
        [1, "end"],
      ],
      syn: none,
      events: [
        ...["begin h2c client=0 by guess", "server borders lost", "server borders found 0", "server ping 0-16"],
        ...["client end fin", "server end fin"],
      ],
      splittable: false,
    },
    // Lengths of four octets in front, as many protocols have: 9, then four octets that could be a stream id.
    "messages that begin as a CONTINUATION would": {
      steps: [
        [0, octets("00000009 00000001 0102030405")],
        [1, octets("00000009 00000002 0102030405")],
        [0, octets("00000009 00000003 0102030405")],
      ],
      syn: none,
      events: [],
    },
    "the request is of HTTP/1, and so is what follows": {
      steps: [
        [0, plain],
        [1, ok],
        [0, 7],
        [0, Buffer.concat([plain, plain])],
        [1, Buffer.alloc(500, "x")],
        [0, "end"],
        [1, "end"],
      ],
      events: [http1],
    },
  },
};

for (const [about, group] of Object.entries(cases)) {
  describe(about, () => {
    it.each(Object.entries(group))("%s", (_, { steps, syn, events }) => {
      expect(connect(steps, syn)).toEqual(events);
    });

    const whole = Object.entries(group).filter(([, { splittable }]) => splittable !== false);
    it.each(whole)("byte by byte, and cut in two: %s", (_, { steps, syn }) => {
      const events = connect(steps, syn);
      const pieces = (cut: (octets: Uint8Array) => Uint8Array[]) =>
        steps.flatMap(([direction, what]): Step[] =>
          what instanceof Uint8Array ? cut(what).map((piece): Step => [direction, piece]) : [[direction, what] as Step],
        );
      expect(
        connect(
          pieces((octets) => [...octets].map((octet) => Uint8Array.of(octet))),
          syn,
        ),
      ).toEqual(events);
      for (let at = 1; at < 80; at += 3) {
        expect(
          connect(
            pieces((o) => [o.subarray(0, at), o.subarray(at)].filter((piece) => piece.length > 0)),
            syn,
          ),
        ).toEqual(events);
      }
    });
  });
}

describe("any mixture of beginnings", () => {
  const known = fc.constantFrom(
    ...[
      get,
      post,
      chunked,
      plain,
      ok,
      switching,
      head("CONNECT a:1 HTTP/1.1"),
      head("HTTP/1.1 200 OK"),
      head("HTTP/1.1 100 Continue"),
    ],
    ...[octets("05 01 00"), octets("05 00"), octets("04 01 0050 c0000201 00"), octets("00 5a 0000 00000000")],
    ...[
      octets("16 03 01 00 04 01 00 00 00"),
      text("PROXY TCP4 192.0.2.1 192.0.2.2 1 2", ""),
      text("SSH-2.0-x", ""),
      text("\r\n"),
    ],
  );
  const piece = fc.oneof(
    { weight: 5, arbitrary: known },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) },
  );
  const mixed = fc.array(fc.tuple(fc.constantFrom(0 as const, 1 as const), piece), { maxLength: 14 });

  // What begins as HTTP/2 does so by an Upgrade that was taken, and by nothing else.
  it("never throws, and is no HTTP/2 without its preface or 101", () => {
    const run = fc.property(mixed, fc.boolean(), (list, syn) => {
      const events = connect([...list, [0, "end"], [1, "end"]] as Step[], [syn, syn]);
      const begun = events.filter((event) => event.startsWith("begin"));
      expect(begun.length).toBeLessThanOrEqual(1);
      for (const event of begun) {
        expect(event).toMatch(/^begin h2c-upgrade/);
        expect(events.some((other) => /offers .* 101$/.test(other))).toBe(true);
      }
    });
    fc.assert(run, { seed: seedOr(7540), numRuns: runs(3000) });
  });
});
