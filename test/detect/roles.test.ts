// Who is the client where the start was not captured: by proof, else by signs, else not at all.
import { describe, expect, it } from "vitest";
import { Detector } from "../../src/detect/detector.ts";
import type { ConnectionSink, Roles } from "../../src/detect/protocol.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { TcpSegment } from "../../src/net/segment.ts";
import { type Origin, origin } from "../../src/place.ts";
import { Flow } from "../../src/tcp/flow.ts";
import { frame } from "../http2/octets.ts";

const ping = frame(6, 0, 0, "00*8");
const goawayOdd = frame(7, 0, 0, "0000000500000000");
const goawayEven = frame(7, 0, 0, "0000000200000000");
// :method POST, :scheme http, an unknown :path; :status 200; an unknown field alone; te; grpc-status by a literal name.
const request = (id: number): Uint8Array => frame(1, 4, id, "8386c0");
const response = (id: number): Uint8Array => frame(1, 4, id, "88");
const unknownTrailers = (id: number): Uint8Array => frame(1, 5, id, "c0");
const both = (id: number): Uint8Array => frame(1, 4, id, "838688");
const literalStatus = (id: number): Uint8Array => frame(1, 4, id, "0007 3a737461747573 03 343239".replaceAll(" ", ""));
const data = (octets: number): Uint8Array => frame(0, 0, 1, `00*${octets}`);
const promise = frame(5, 4, 1, "00000002 8286".replaceAll(" ", ""));

type Step = readonly [direction: 0 | 1, octets: Uint8Array] | readonly [direction: 0 | 1, what: "end"];

/** Connections of one session. */
class Session {
  readonly events: string[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #detector: Detector;
  #flows = 0;

  constructor(limits: Partial<Limits> = {}) {
    this.#detector = new Detector({ ...defaultLimits, ...limits }, (diagnostic) => this.diagnostics.push(diagnostic));
  }

  /** @param ports Of direction 0 and 1. */
  play(steps: readonly Step[], ports: readonly [number, number] = [0, 0], syn = false): string[] {
    const events: string[] = [];
    const nothing = (): void => {};
    const sink: ConnectionSink = {
      begin: (_, client, roles) => void events.push(`client=${client} by ${roles}`),
      roles: (roles: Roles) => void events.push(`now by ${roles}`),
      frame: ({ from, kind }) => void events.push(`${from} ${kind}`),
      ...{ preface: nothing, foreign: nothing, octetsLost: nothing, gap: nothing, lost: nothing, found: nothing },
      ...{ end: nothing, other: nothing, offered: nothing, note: nothing },
    };
    const segment = new TcpSegment();
    segment.sourcePort = ports[0];
    segment.targetPort = ports[1];
    segment.source3 = 1;
    segment.target3 = 2;
    const flow = new Flow(++this.#flows, segment, true, false);
    flow.directions[0].syn = syn;
    this.#detector.read(flow, sink);
    const offsets = [0, 0];
    for (const [i, [direction, what]] of steps.entries()) {
      const at: Origin = Object.assign(origin(), { packet: i + 1, time: i, offset: offsets[direction], acked: 0 });
      if (what === "end") flow.attached(direction).end("fin", at);
      else {
        flow.attached(direction).bytes(what, 0, what.length, at);
        offsets[direction]! += what.length;
      }
    }
    return events;
  }
}

const ends: readonly Step[] = [
  [0, "end"],
  [1, "end"],
];
const first = (steps: readonly Step[], ports?: readonly [number, number]): string | undefined =>
  new Session().play([...steps, ...ends], ports)[0];

describe("the roles of a connection that was joined late are", () => {
  it.each<[string, Step[], string]>([
    [
      "proven by a request",
      [
        [1, ping],
        [1, request(5)],
      ],
      "client=1 by fields",
    ],
    [
      "proven by a response",
      [
        [1, ping],
        [0, response(5)],
      ],
      "client=1 by fields",
    ],
    [
      "proven by a response of the other direction",
      [
        [1, ping],
        [1, response(5)],
      ],
      "client=0 by fields",
    ],
    [
      "proven by a literal :status",
      [
        [1, ping],
        [1, literalStatus(5)],
      ],
      "client=0 by fields",
    ],
    [
      "not proven by a block with the fields of both",
      [
        [1, ping],
        [1, both(5)],
      ],
      "client=0 by guess",
    ],
    [
      "likely by trailers, whose fields are unknown",
      [
        [1, ping],
        [1, unknownTrailers(5)],
      ],
      "client=0 by frames",
    ],
    [
      "likely by a promise, which a client may send though it must not",
      [
        [1, ping],
        [1, promise],
      ],
      "client=0 by frames",
    ],
    [
      "likely by the last stream of a GOAWAY",
      [
        [1, ping],
        [1, goawayEven],
      ],
      "client=1 by frames",
    ],
    [
      "unknown where frames show nothing",
      [
        [1, ping],
        [0, ping],
      ],
      "client=0 by guess",
    ],
  ])("%s", (_, steps, expected) => {
    expect(first(steps)).toBe(expected);
  });

  it.each<[string, [number, number], string]>([
    ["a well-known port", [443, 20_000], "client=1 by ports"],
    ["a port of gRPC", [20_000, 50_051], "client=0 by ports"],
    ["a port below those of clients", [61_000, 20_000], "client=0 by ports"],
    ["not the lower one of two ports of clients", [61_000, 33_000], "client=0 by guess"],
  ])("likely by %s", (_, ports, expected) => {
    expect(first([[0, ping]], ports)).toBe(expected);
  });

  it("likely by ports rather than by what a client may send by mistake: trailers with grpc-status", () => {
    expect(
      first(
        [
          [1, ping],
          [1, unknownTrailers(5)],
        ],
        [20_000, 50_000],
      ),
    ).toBe("client=1 by ports");
  });

  it("likely by ports rather than by a GOAWAY with an odd stream, as clients of grpc-go send it", () => {
    expect(
      first(
        [
          [1, ping],
          [1, goawayOdd],
        ],
        [50_051, 40_000],
      ),
    ).toBe("client=1 by ports");
  });

  it("likely by another connection to the same address and port", () => {
    const session = new Session();
    session.play([[0, ping]], [40_000, 50_000], true);
    expect(session.play([[0, ping], ...ends], [41_000, 50_000])[0]).toBe("client=0 by siblings");
    expect(session.play([[0, ping], ...ends], [50_000, 41_000])[0], "another address").toBe("client=0 by guess");
  });

  it("applied to what was held back", () => {
    expect(
      new Session().play([
        [0, ping],
        [1, ping],
        [1, data(10)],
        [0, response(1)],
      ]),
    ).toEqual(["client=1 by fields", "server ping", "client ping", "client data", "server headers"]);
  });
});

describe("a proof that comes when too much is held", () => {
  const full: Step[] = [[0, ping], ...Array.from({ length: 300 }, (): Step => [0, data(16_384)])];

  it("makes the roles proven", () => {
    const events = new Session().play([...full, [0, request(3)]], [20_000, 50_051]);
    expect(events[0]).toBe("client=0 by ports");
    expect(events.slice(-2), "before the frame is told").toEqual(["now by fields", "client headers"]);
  });

  it("is reported where it contradicts what was told, and proves nothing", () => {
    const session = new Session();
    const events = session.play([...full, [1, request(3)]], [20_000, 50_051]);
    expect(events.slice(-2)).toEqual(["now by guess", "server headers"]);
    expect(session.diagnostics.map(({ code }) => code)).toEqual(["capture/roles-contradicted"]);
  });

  it("is not waited for beyond the limit of all connections", () => {
    const events = new Session({ undecidedTotal: 1000 }).play(
      [
        [0, ping],
        [0, data(2000)],
      ],
      [20_000, 50_051],
    );
    expect(events).toEqual(["client=0 by ports", "client ping", "client data"]);
  });
});

describe("after the proof", () => {
  it("a contradiction takes it back", () => {
    const session = new Session();
    const events = session.play([
      [0, ping],
      [0, request(3)],
      [1, request(5)],
      [0, request(7)],
    ]);
    expect(events[0]).toBe("client=0 by fields");
    expect(events.slice(-3)).toEqual(["now by guess", "server headers", "client headers"]);
    expect(session.diagnostics).toHaveLength(1);
  });

  it("nobody looks any more after some field blocks", () => {
    const session = new Session();
    const blocks = Array.from({ length: 9 }, (_, i): Step => [0, request(2 * i + 3)]);
    const events = session.play([[0, ping], ...blocks, [1, request(99)]]);
    expect(events.filter((event) => event.startsWith("now"))).toEqual([]);
    expect(session.diagnostics).toEqual([]);
  });
});
