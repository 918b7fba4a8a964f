// Calls of stories, through the real decoder and model: whole, octet by octet, and with parts missing.
import { describe, expect, it } from "vitest";
import { CallReader } from "../../src/grpc/call-reader.ts";
import type { GrpcSink } from "../../src/grpc/grpc-sink.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story, type WireSegment, written } from "../../src/testing.ts";

const end = { endStream: true } as const;
const grpc = { fields: grpcRequest } as const;
const answer = { fields: grpcResponse } as const;
const hello = "\0\0\0\0\x01a";

function eventsOf(segments: readonly WireSegment[], limits: Partial<Limits> = {}): string[] {
  const events: string[] = [];
  const letter = (from: string) => (from === "client" ? "C" : "S");
  const sink: GrpcSink = {
    messageStart: (m, frame, call) =>
      events.push(`${letter(m.from)} ${call.stream.id} start ${m.flag} ${m.length} @${frame.first.offset}`),
    message: (m, frame, call) => {
      const kept = m.bytes === undefined ? "" : ` '${Buffer.from(m.bytes).toString("latin1")}'`;
      events.push(`${letter(m.from)} ${call.stream.id} message ${m.number}${kept} @${frame.first.offset}`);
    },
    status: (status, call) => events.push(`S ${call.stream.id} status ${status.text} ${status.block.role}`),
    finish: (from, by, call) => events.push(`${letter(from)} ${call.stream.id} finish ${by.kind}`),
    reset: (frame, call) => events.push(`${letter(frame.from)} ${call.stream.id} reset ${frame.errorCode}`),
    callEnd: ({ stream, request, response }) =>
      events.push(`${stream.id} end ${request.state} ${request.messages} ${response.state} ${response.messages}`),
  };
  const all = { ...defaultLimits, ...limits };
  playModel(segments, [new CallReader([sink], all)], all, () => {});
  return events.map((event) => event.replace(/ @\d+$/, ""));
}

const octetByOctet = (segments: readonly WireSegment[]): WireSegment[] =>
  segments.flatMap((segment) =>
    segment.bytes.length < 2
      ? [segment]
      : Array.from(segment.bytes, (octet, i) => ({ ...segment, offset: segment.offset + i, bytes: Uint8Array.of(octet) })),
  );

interface Case {
  readonly about: string;
  readonly story: Story;
  readonly events: readonly string[];
  readonly limits?: Partial<Limits>;
}

const cases: readonly Case[] = [
  {
    about: "a unary call",
    story: (s) =>
      s.client.headers(1, grpc).data(1, hello, end).server.headers(1, answer).data(1, hello).trailers(1, { "grpc-status": "0" }),
    events: [
      "C 1 start 0 1",
      "C 1 message 1",
      "C 1 finish data",
      "S 1 start 0 1",
      "S 1 message 1",
      "S 1 status 0 response-trailers",
      "S 1 finish headers",
      "1 end on 1 on 1",
    ],
  },
  {
    about: "Trailers-Only",
    story: (s) =>
      s.client
        .headers(1, grpc)
        .data(1, 0, end)
        .server.headers(1, { ...end, fields: { ...grpcResponse, "grpc-status": "12" } }),
    events: ["C 1 finish data", "S 1 status 12 response", "S 1 finish headers", "1 end on 0 on 0"],
  },
  {
    about: "a message over three frames, two messages in one, padding between",
    story: (s) =>
      s.client.headers(1, grpc).data(1, "\0\0\0", { padding: 3 }).data(1, "\0\x05ab", { padding: 0 }).data(1, `cde${hello}`, end),
    events: ["C 1 start 0 5", "C 1 message 1", "C 1 start 0 1", "C 1 message 2", "C 1 finish data", "1 end on 2 off 0"],
  },
  {
    about: "a compressed message is kept",
    story: (s) => s.client.headers(1, grpc).data(1, "\x01\0\0\0\x02ab").data(1, hello),
    events: ["C 1 start 1 2", "C 1 message 1 'ab'", "C 1 start 0 1", "C 1 message 2", "1 end on 2 off 0"],
  },
  {
    about: "one beyond the limit is not",
    story: (s) => s.client.headers(1, grpc).data(1, "\x01\0\0\0\x02ab"),
    limits: { messageOctets: 1 },
    events: ["C 1 start 1 2", "C 1 message 1", "1 end on 1 off 0"],
  },
  {
    about: "two half messages beyond the limit of all",
    story: (s) =>
      s.client.headers(1, grpc).headers(3, grpc).data(1, "\x01\0\0\0\x02a").data(3, "\x01\0\0\0\x02a").data(1, "b").data(3, "b"),
    limits: { messageOctetsTotal: 3 },
    events: ["C 1 start 1 2", "C 3 start 1 2", "C 1 message 1 'ab'", "C 3 message 1", "1 end on 1 off 0", "3 end on 1 off 0"],
  },
  {
    about: "reset",
    story: (s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\x09a").rst(1, 8),
    events: ["C 1 start 0 9", "C 1 reset 8", "1 end on 0 off 0"],
  },
  { about: "plain HTTP", story: (s) => s.client.headers(1).data(1, hello, end).server.headers(1, end), events: [] },
  {
    about: "gRPC-Web",
    story: (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "content-type": "application/grpc-web+proto" } })
        .data(1, hello, end)
        .server.headers(1, { fields: { ":status": "200", "content-type": "application/grpc-web+proto" } })
        .data(1, hello, end),
    events: [],
  },
  {
    about: "plain HTTP to a gRPC server",
    story: (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { ...end, fields: { ":status": "415", "content-type": "application/grpc", "grpc-status": "3" } }),
    events: ["S 1 status 3 response", "S 1 finish headers", "1 end off 0 on 0"],
  },
  {
    about: "DATA after END_STREAM is no content",
    story: (s) => s.client.headers(1, grpc).data(1, hello, end).data(1, hello),
    events: ["C 1 start 0 1", "C 1 message 1", "C 1 finish data", "1 end lost 1 off 0"],
  },
];

describe.each(cases)("$about", ({ story, events, limits }) => {
  const { segments } = written(story);
  it("whole", () => expect(eventsOf(segments, limits)).toEqual(events));
  it("byte by byte", () => expect(eventsOf(octetByOctet(segments), limits)).toEqual(events));
});

describe("missing bytes", () => {
  it("inside DATA make the borders of that side unknown, and of no other stream", () => {
    const { segments } = written((s) =>
      s.client
        .headers(1, grpc)
        .headers(3, grpc)
        .data(1, "\0\0\0\0\x09abc")
        .lost((c) => c.data(3, hello))
        .data(3, hello)
        .data(1, "defghi"),
    );
    expect(eventsOf(segments).at(-1)).toBe("3 end lost 0 off 0");
    expect(eventsOf(segments).at(-2)).toBe("1 end lost 0 off 0");
  });

  it("in the middle of one frame leave the other streams", () => {
    const { segments } = written((s) =>
      s.client
        .headers(1, grpc)
        .headers(3, grpc)
        .data(1, `\0\0\0\0\x14${"a".repeat(20)}`)
        .data(3, hello),
    );
    const at = segments.findIndex(({ bytes }) => Buffer.from(bytes).includes("aaaa"));
    const { bytes, offset } = segments[at]!;
    const holed = [
      ...segments.slice(0, at),
      { ...segments[at]!, bytes: bytes.subarray(0, 18) },
      { ...segments[at]!, bytes: bytes.subarray(24), offset: offset + 24 },
      ...segments.slice(at + 1),
    ];
    const events = eventsOf(holed);
    expect(events).toContain("1 end lost 0 off 0");
    expect(events).toContain("3 end on 1 off 0");
  });

  it("before the stream leave it whole", () => {
    const { segments } = written((s) =>
      s.client
        .lost((c) => c.ping())
        .headers(1, grpc)
        .data(1, hello, end),
    );
    expect(eventsOf(segments)).toEqual(["C 1 start 0 1", "C 1 message 1", "C 1 finish data", "1 end on 1 off 0"]);
  });

  it("a stream that began before the capture has unknown borders", () => {
    const { segments } = written((s) =>
      s.midway().client.ping().data(1, hello).data(1, hello, end).server.headers(1, answer).data(1, hello),
    );
    expect(eventsOf(segments).at(-1)).toBe("1 end lost 0 lost 0");
  });
});
