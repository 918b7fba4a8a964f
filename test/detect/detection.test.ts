import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runs, seedOr } from "../fuzzing.ts";
import { frame, preface, splits } from "../http2/octets.ts";
import { connect, type Step } from "./connecting.ts";

const settings = frame(4, 0, 0, "0003 00000064");
const ack = frame(4, 1, 0);
const ping = frame(6, 0, 0, '"pingpong"');
const headers = frame(1, 5, 1, "82 84 86 41 01 61");
const data = frame(0, 0, 1, "61*100");
const text = (octets: string): Buffer => Buffer.from(octets, "latin1");

interface Case {
  readonly steps: readonly Step[];
  readonly syn?: readonly [boolean, boolean];
  readonly events: readonly string[];
}

const none: readonly [boolean, boolean] = [false, false];
const begun = "begin h2c-prior-knowledge client=0 by preface";

// Version 2, TCP over IPv4: signature, command, family, 12 octets of addresses.
const proxy2 = Buffer.concat([Buffer.from("\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c", "latin1"), Buffer.alloc(12, 7)]);

const cases: Record<string, Record<string, Case>> = {
  "the preface": {
    "then frames, then the server's": {
      steps: [
        [0, Buffer.concat([preface, settings, headers])],
        [1, Buffer.concat([settings, ack])],
        [0, ack],
        [0, "end"],
        [1, "end"],
      ],
      events: [
        ...[
          begun,
          "preface at 0",
          "client settings 24-38",
          "client headers 39-53",
          "server settings 0-14",
          "server settings 15-23",
        ],
        ...["client settings 54-62", "client end fin", "server end fin"],
      ],
    },
    "from direction 1, without SYNs": {
      steps: [
        [1, Buffer.concat([preface, settings])],
        [0, settings],
      ],
      syn: none,
      events: [
        ...["begin h2c-prior-knowledge client=1 by preface", "preface at 0", "client settings 24-38"],
        ...["server borders lost", "server borders found 0", "server settings 0-14"],
      ],
    },
    "from direction 1, with SYNs": {
      steps: [
        [1, Buffer.concat([preface, settings])],
        [0, settings],
      ],
      events: ["begin h2c-prior-knowledge client=1 by preface", "preface at 0", "client settings 24-38", "server settings 0-14"],
    },
    "after the server's SETTINGS": {
      steps: [
        [1, settings],
        [0, Buffer.concat([preface, settings])],
      ],
      events: ["begin h2c-prior-knowledge client=0 by syn", "server settings 0-14", "preface at 0", "client settings 24-38"],
    },
    "half, the server's SETTINGS, the rest": {
      steps: [
        [0, preface.subarray(0, 10)],
        [1, settings],
        [0, Buffer.concat([preface.subarray(10), settings])],
      ],
      events: ["begin h2c-prior-knowledge client=0 by syn", "server settings 0-14", "preface at 0", "client settings 24-38"],
    },
    "after the server's SETTINGS, from direction 1 and without SYNs": {
      steps: [
        [0, settings],
        [1, Buffer.concat([preface, settings])],
      ],
      syn: none,
      // Whose SETTINGS those were shows only in the preface that follows.
      events: [
        "begin h2c-prior-knowledge client=1 by preface",
        "server borders lost",
        "server borders found 0",
        "server settings 0-14",
        "preface at 0",
        "client settings 24-38",
      ],
    },
    "alone, then the end": {
      steps: [
        [0, preface],
        [0, "end"],
        [1, "end"],
      ],
      events: [begun, "preface at 0", "client end fin", "server end fin"],
    },
    "and the end inside a frame": {
      steps: [
        [0, preface],
        [0, settings.subarray(0, 12)],
        [0, "rst"],
      ],
      events: [begun, "preface at 0", "client settings 24-35 cut", "client end rst in a frame"],
    },
    "and the end inside a head": {
      steps: [
        [0, preface],
        [0, settings.subarray(0, 5)],
        [0, "end"],
      ],
      events: [begun, "preface at 0", "client end fin in a frame"],
    },
    "then a gap": {
      steps: [
        [0, preface],
        [0, 15],
        [0, Buffer.concat([ack, ping])],
      ],
      events: [
        begun,
        "preface at 0",
        "client lost 15 acknowledged",
        "client borders lost",
        "client borders found 0",
        "client settings 39-47",
        "client ping 48-64",
      ],
    },
    "lost, SYN captured": {
      steps: [
        [0, 24],
        [0, Buffer.concat([settings, headers])],
        [1, settings],
      ],
      events: [
        ...["begin h2c client=0 by syn", "client lost 24 acknowledged", "client borders lost", "client borders found 0"],
        ...["client settings 24-38", "client headers 39-53", "server settings 0-14"],
      ],
    },
    "its end lost": {
      steps: [
        [0, preface.subarray(0, 20)],
        [0, 4],
        [0, settings],
        [1, settings],
      ],
      events: [
        ...[
          "begin h2c client=0 by syn",
          "client lost 4 acknowledged",
          "client borders lost",
          "client borders found 0",
          "client settings 24-38",
        ],
        "server settings 0-14",
      ],
    },
  },
  "not the preface": {
    "closed inside it": {
      steps: [
        [0, preface.subarray(0, 10)],
        [0, "end"],
        [1, "end"],
      ],
      events: [begun, 'client foreign truncated "PRI * HTTP" at 0', "client end fin", "server end fin"],
    },
    "closed after two bytes: nothing says what it was to be": {
      steps: [
        [0, preface.subarray(0, 2)],
        [0, "end"],
        [1, "end"],
      ],
      events: ["other unknown"],
    },
    "closed inside it, after the server's SETTINGS": {
      steps: [
        [1, settings],
        [0, text("P")],
        [0, "end"],
        [1, "end"],
      ],
      events: [
        ...["begin h2c-prior-knowledge client=0 by syn", "server settings 0-14", 'client foreign truncated "P" at 0'],
        ...["client end fin", "server end fin"],
      ],
    },
    "something else, and the server speaks HTTP/2": {
      steps: [
        [0, text("INVALID CONNECTION PREFACE\r\n\r\n")],
        [1, settings],
        [0, settings],
        [0, "end"],
        [1, "end"],
      ],
      events: [
        ...[
          "begin h2c-prior-knowledge client=0 by syn",
          'client foreign other "INVALID CONNECTION P" at 0',
          "server settings 0-14",
        ],
        ...["client end fin", "server end fin"],
      ],
    },
    "another last byte": {
      steps: [
        [1, settings],
        [0, Buffer.concat([preface.subarray(0, 23), text("x")])],
      ],
      events: [
        "begin h2c-prior-knowledge client=0 by syn",
        "server settings 0-14",
        'client foreign other "PRI * HTTP/2.0\r\n\r\nSM" at 0',
      ],
    },
    "nothing, and the server speaks HTTP/2": {
      steps: [
        [1, settings],
        [0, "end"],
        [1, "end"],
      ],
      events: ["begin h2c-prior-knowledge client=0 by syn", "server settings 0-14", "client end fin", "server end fin"],
    },
    "HTTP/1, and the server speaks HTTP/2": {
      steps: [
        [0, text("GET / HTTP/1.1\r\nHost: a\r\n\r\n")],
        [1, settings],
      ],
      events: [
        "begin h2c-prior-knowledge client=0 by syn",
        'client foreign http1 "GET / HTTP/1.1\r\nHost" at 0',
        "server settings 0-14",
      ],
    },
  },
  "the server's answer": {
    "in HTTP/1": {
      steps: [
        [0, Buffer.concat([preface, settings])],
        [1, text("HTTP/1.1 400 Bad Request\r\n\r\n")],
        [1, text("more")],
        [1, "end"],
      ],
      events: [
        begun,
        "preface at 0",
        "client settings 24-38",
        'server foreign http1 "HTTP/1.1 400 Bad Req" at 0',
        "server end fin",
      ],
    },
    "that begins as HTTP/1 would": {
      // A frame of 0x485454 octets and type 0x21.
      steps: [
        [0, preface],
        [1, text("HT")],
        [1, text("T!0000\x01")],
        [1, text("abc")],
        [1, "end"],
      ],
      events: [begun, "preface at 0", "server unknown 0-11 cut", "server end fin in a frame"],
    },
  },
  "something else": {
    TLS: {
      steps: [
        [0, Buffer.from("16030100c8010000c4", "hex")],
        [1, Buffer.from("1603030002020000", "hex")],
        [0, preface],
      ],
      events: ["other tls-unknown", 'note {"tls":{}}'],
    },
    "TLS to a server that speaks HTTP/2 without it": {
      steps: [
        [0, Buffer.from("16030100c8010000c4", "hex")],
        [1, settings],
      ],
      events: ['note {"cleartext":"HTTP/2"}', "other unknown"],
    },
    "TLS, byte by byte": {
      steps: [
        [0, Buffer.from("16", "hex")],
        [0, Buffer.from("03", "hex")],
        [0, Buffer.from("01", "hex")],
      ],
      events: ["other tls-unknown", 'note {"tls":{}}'],
    },
    "TLS in the middle": {
      steps: [[0, Buffer.from("17030300200000", "hex")]],
      syn: none,
      events: ["other tls-unknown", 'note {"tls":{}}'],
    },
    "HTTP/1": {
      steps: [
        [0, text("POST /a HTTP/1.1\r\n\r\n")],
        [1, text("HTTP/1.1 200 OK\r\n\r\n")],
      ],
      events: ["other http/1.1"],
    },
    "HTTP/1, no answer": {
      steps: [
        [0, text("GET / HTTP/1.1\r\n\r\n")],
        [0, "end"],
        [1, "end"],
      ],
      events: ["other http/1.1"],
    },
    "a method that begins as the preface does": {
      steps: [
        [0, text("P")],
        [0, text("OST / HTTP/1.1\r\n\r\n")],
        [0, "end"],
        [1, "end"],
      ],
      events: ["other http/1.1"],
    },
    "more bytes than are looked at": {
      steps: [
        [0, Buffer.alloc(40_000, "x")],
        [1, Buffer.alloc(40_000, "y")],
        [0, preface],
      ],
      events: ["other unknown"],
    },
    "HTTP/1 with more bytes than are looked at": {
      steps: [
        [0, text("PUT / HTTP/1.1\r\n\r\n")],
        [0, Buffer.alloc(70_000)],
      ],
      events: ["other http/1.1"],
    },
    "frames, but no preface where it must be": {
      steps: [
        [0, Buffer.concat([headers, ping])],
        [1, ack],
        [0, "end"],
        [1, "end"],
      ],
      events: ["other unknown"],
    },
    "SETTINGS from who sent the SYN, and nothing else": {
      steps: [
        [0, settings],
        [0, "end"],
        [1, "end"],
      ],
      events: ["other unknown"],
    },
    "no bytes": {
      steps: [
        [0, "end"],
        [1, "end"],
      ],
      events: ["other unknown"],
    },
  },
  "in the middle of a connection": {
    frames: {
      steps: [
        [0, Buffer.concat([headers, data])],
        [1, Buffer.concat([ping, data])],
      ],
      syn: none,
      events: [
        ...[
          "begin h2c client=0 by fields",
          "client borders lost",
          "client borders found 0",
          "client headers 0-14",
          "client data 15-123",
        ],
        ...["server borders lost", "server borders found 0", "server ping 0-16", "server data 17-125"],
      ],
    },
    "part of a frame, then frames": {
      steps: [
        [0, data.subarray(30)],
        [0, Buffer.concat([headers, ping])],
      ],
      syn: none,
      events: [
        "begin h2c client=0 by fields",
        "client borders lost",
        "client borders found 79",
        "client headers 79-93",
        "client ping 94-110",
      ],
    },
    "DATA alone shows nothing": {
      steps: [
        [0, data],
        [1, data],
      ],
      syn: none,
      events: [],
    },
    "SETTINGS alone do, once no preface can follow": {
      steps: [
        [1, settings],
        [0, "end"],
        [1, "end"],
      ],
      syn: none,
      events: [
        "begin h2c client=0 by guess",
        "server borders lost",
        "server borders found 0",
        "server settings 0-14",
        "client end fin",
        "server end fin",
      ],
    },
    "PROXY protocol version 1 goes before": {
      steps: [[0, Buffer.concat([Buffer.from("PROXY TCP4 192.0.2.1 192.0.2.2 50000 443\r\n"), preface, settings])]],
      events: [
        'note {"proxied":{"version":1,"client":"192.0.2.1:50000","server":"192.0.2.2:443"}}',
        ...[begun, "preface at 42", "client settings 66-80"],
      ],
    },
    "PROXY protocol version 2 in pieces": {
      steps: [
        [0, proxy2.subarray(0, 5)],
        [0, proxy2.subarray(5, 20)],
        [0, Buffer.concat([proxy2.subarray(20), preface.subarray(0, 3)])],
        [0, Buffer.concat([preface.subarray(3), settings])],
      ],
      events: [
        'note {"proxied":{"version":2,"client":"7.7.7.7:1799","server":"7.7.7.7:1799"}}',
        ...[begun, "preface at 28", "client settings 52-66"],
      ],
    },
  },
};

for (const [about, group] of Object.entries(cases)) {
  describe(about, () => {
    it.each(Object.entries(group))("%s", (_, { steps, syn, events }) => {
      expect(connect(steps, syn)).toEqual(events);
    });
  });
}

describe("however the bytes are split", () => {
  it("the preface and frames are the same", () => {
    const client = Buffer.concat([preface, settings, headers]);
    const events = connect([
      [0, client],
      [1, settings],
    ]);
    for (const pieces of splits(client)) {
      expect(connect([...pieces.map((piece) => [0, piece] as const), [1, settings]])).toEqual(events);
    }
  });

  it("a server's first bytes are the same", () => {
    for (const answer of [settings, text("HTTP/1.1 505 No\r\n\r\n"), text("HTTP\x01\0\0\0\0")]) {
      const whole = connect([
        [0, preface],
        [1, answer],
        [1, "end"],
      ]).map(shortened);
      for (const pieces of splits(answer)) {
        expect(connect([[0, preface], ...pieces.map((piece) => [1, piece] as const), [1, "end"]]).map(shortened)).toEqual(whole);
      }
    }
  });
});

// How much of an HTTP/1 answer is quoted depends on how much came at once.
const shortened = (event: string): string => event.replace(/(?<=foreign http1 "HTTP\/1\.)[^"]*/, "");

describe("any bytes", () => {
  const steps = fc.array(
    fc.tuple(
      fc.constantFrom(0 as const, 1 as const),
      fc.oneof(
        { weight: 9, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 300 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 50 }) },
      ),
    ),
    { maxLength: 20 },
  );

  it("are never taken for HTTP/2", () => {
    const run = fc.property(steps, fc.boolean(), (list, syn) => {
      const events = connect([...list, [0, "end"], [1, "end"]] as Step[], [syn, syn]);
      expect(events).toHaveLength(1);
      expect(events[0]).toMatch(/^other /);
    });
    fc.assert(run, { seed: seedOr(9113), numRuns: runs(3000) });
  });

  it("after the preface never throw, and every byte is in a frame or a gap", () => {
    const known = fc.constantFrom(
      settings,
      ack,
      ping,
      headers,
      data,
      preface,
      frame(5, 12, 1, "05 00*9"),
      frame(9, 0, 1),
      frame(99, 255, 3, "00*70000"),
    );
    const mixed = fc.array(
      fc.tuple(
        fc.constantFrom(0 as const, 1 as const),
        fc.oneof(
          { weight: 6, arbitrary: known },
          { weight: 2, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }) },
          { weight: 1, arbitrary: fc.integer({ min: 1, max: 50 }) },
        ),
        fc.nat({ max: 40 }),
      ),
      { maxLength: 20 },
    );
    const run = fc.property(mixed, (list) => {
      const pieces = list.flatMap(([direction, what, at]): Step[] =>
        typeof what === "number" || at === 0 || at >= what.length
          ? [[direction, what] as Step]
          : [
              [direction, what.subarray(0, at)],
              [direction, what.subarray(at)],
            ],
      );
      const events = connect([[0, preface], ...pieces, [0, "end"], [1, "end"]]);
      expect(events.filter((event) => / end /.test(event))).toHaveLength(2);
      for (const side of ["client", "server"]) {
        let next = side === "client" ? 24 : 0;
        for (const event of events) {
          const place = new RegExp(`^${side} \\S+ (\\d+)-(\\d+)`).exec(event);
          if (place === null) continue;
          // Frames do not overlap, and go forward.
          expect(Number(place[1])).toBeGreaterThanOrEqual(next);
          expect(Number(place[2])).toBeGreaterThanOrEqual(Number(place[1]));
          next = Number(place[2]) + 1;
        }
      }
    });
    fc.assert(run, { seed: seedOr(9113), numRuns: runs(2000) });
  });
});
