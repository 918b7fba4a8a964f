// People shorten logs before they show them: what was left out proves nothing against anybody.
import { describe, expect, it } from "vitest";
import type { FindingEvent } from "../../src/report/event.ts";
import { lint, logOf } from "./linting.ts";
import { fixture, goodLogs, textOf } from "./logging.ts";

const proven = async (lines: readonly string[], side?: "client" | "server") => {
  const { findings } = await lint([], [logOf(lines.join("\n"), "x.log", side)], { preset: "all" });
  return findings.filter(isProven).map(({ rule, message, frame }) => `${rule} in line ${frame.line}: ${message}`);
};

const isProven = ({ certainty, severity }: FindingEvent): boolean => certainty === "proven" && severity !== "info";

describe("a log of good traffic without some of its lines proves nothing", () => {
  it.each([...goodLogs, "names-go.server.log"])(
    "%s",
    async (name) => {
      const lines = textOf(fixture(name)).split("\n").slice(0, 120);
      const wrong = new Set<string>();
      for (let first = 0; first < lines.length; first++)
        for (const more of [1, 2, 5, 20]) for (const text of await proven(lines.toSpliced(first, more))) wrong.add(text);
      expect([...wrong]).toEqual([]);
    },
    60_000,
  );
});

const REQUEST: readonly (readonly [string, string])[] = [
  [":method", "POST"],
  [":scheme", "http"],
  [":path", "/helloworld.Greeter/Sleep"],
  [":authority", "localhost:8080"],
  ["content-type", "application/grpc"],
  ["user-agent", "grpc-go/1.40.0"],
  ["te", "trailers"],
];

/** As a grpc-go server with GODEBUG=http2debug=2 logs it, without these fields. */
const served = (without: readonly string[], ...more: readonly string[]) => [
  "2021/09/03 23:09:59 http2: Framer 0xc0001e0000: wrote SETTINGS len=6, settings: MAX_FRAME_SIZE=16384",
  "2021/09/03 23:09:59 http2: Framer 0xc0001e0000: read SETTINGS len=0",
  "2021/09/03 23:09:59 http2: Framer 0xc0001e0000: read HEADERS flags=END_HEADERS stream=1 len=70",
  ...REQUEST.filter(([name]) => !without.includes(name)).map(
    ([name, value]) => `2021/09/03 23:09:59 http2: decoded hpack field header field "${name}" = "${value}"`,
  ),
  '2021/09/03 23:09:59 http2: Framer 0xc0001e0000: read DATA flags=END_STREAM stream=1 len=7 data="x"',
  ...more,
];

describe("fields that are not there", () => {
  const left = [":scheme", ":authority", "content-type", "user-agent", "te"];

  it("are missing in the log, not in the request", async () => {
    const { findings, summary } = await lint([], [logOf(served(left).join("\n"))], { preset: "all" });
    expect(findings).toEqual([]);
    expect(summary.unchecked).toContainEqual({ rule: "headers/missing-scheme", reason: "lines", count: 1 });
  });

  it("are suspected where the other side complained", async () => {
    const reset = "2021/09/03 23:10:00 http2: Framer 0xc0001e0000: wrote RST_STREAM stream=1 len=4 ErrCode=PROTOCOL_ERROR";
    const { findings } = await lint([], [logOf(served(left, reset).join("\n"))]);
    expect(findings.map(({ rule, certainty, because, reaction: { kind } }) => [rule, certainty, because, kind])).toEqual([
      ["headers/missing-scheme", "unproven", ["lines"], "rst-stream"],
    ]);
  });

  it("take nothing from what is there", async () => {
    const bad = '2021/09/03 23:09:59 http2: decoded hpack field header field "X-Upper" = "1"';
    const lines = served([]);
    expect(await proven(lines.toSpliced(10, 0, bad))).toEqual([expect.stringContaining("headers/uppercase-name")]);
    expect(await proven([...lines.slice(0, 4), ...lines.slice(5, 10), bad])).toEqual([
      expect.stringContaining("headers/uppercase-name"),
    ]);
  });
});

describe("frames that are not there", () => {
  const framer = (text: string) => `http2: Framer 0xc0001e0000: ${text}`;
  const settings = [framer("wrote SETTINGS len=0"), framer("read SETTINGS len=0")];

  it.each([
    ["read DATA stream=1 len=7"],
    ["read RST_STREAM stream=1 len=4 ErrCode=CANCEL"],
    ["read WINDOW_UPDATE stream=1 len=4 incr=10"],
    ["read HEADERS flags=END_STREAM|END_HEADERS stream=2 len=7"],
  ])("could have opened the stream: %s", async (line) => {
    expect(await proven([...settings, framer(line)], "server")).toEqual([]);
  });

  it("could have opened the lower stream", async () => {
    const headers = (id: number) => framer(`read HEADERS flags=END_STREAM|END_HEADERS stream=${id} len=7`);
    const goaway = framer('wrote GOAWAY len=8 LastStreamID=5 ErrCode=PROTOCOL_ERROR Debug=""');
    const lines = [...settings, headers(5), headers(3)];
    expect(await proven(lines, "server")).toEqual([]);
    const { findings } = await lint([], [logOf([...lines, goaway].join("\n"), "x", "server")]);
    expect(findings.map(({ rule, certainty }) => [rule, certainty])).toEqual([["stream-id/not-increasing", "unproven"]]);
  });

  it("could have begun another connection, where lines name none", async () => {
    const sent = (text: string) => `DEBUG h2::codec::framed_write: send frame=${text}`;
    const received = (text: string) => `DEBUG h2::codec::framed_read: received frame=${text}`;
    const headers = "Headers { stream_id: StreamId(1), flags: (0x5: END_HEADERS | END_STREAM) }";
    const data = "Data { stream_id: StreamId(1), flags: (0x1: END_STREAM) }";
    const lines = [sent("Settings { flags: (0x0) }"), received("Settings { flags: (0x0) }"), sent(headers), received(headers)];
    expect(await proven([...lines, sent(data)], "client")).toEqual([]);
    // Near miss: here each line names it.
    expect(
      await proven(
        [
          ...settings,
          framer("read HEADERS flags=END_STREAM|END_HEADERS stream=1 len=7"),
          framer("read DATA flags=END_STREAM stream=1 len=7"),
        ],
        "server",
      ),
    ).toEqual([expect.stringContaining("stream/data-after-end-stream")]);
  });
});

describe("a line that was cut", () => {
  it.each([
    ["http2: Framer 0xc0001e0000: read WINDOW_UPDATE len=4 (conn) inc", "server"],
    ["DEBUG h2::codec::framed_read: received frame=WindowUpdate { stream_id: StreamId(0), size_incr", "server"],
    ["[id: 0x1, L:/127.0.0.1:1 - R:/127.0.0.1:2] INBOUND WINDOW_UPDATE: streamId=0 windowSizeIn", "server"],
  ] as const)("has no increment of 0: %s", async (line, side) => {
    expect(await proven([line], side)).toEqual([]);
    const zero = line.replace(/\w+$/, (name) =>
      name.startsWith("inc") ? "incr=0" : name.startsWith("size") ? "size_increment: 0 }" : "windowSizeIncrement=0",
    );
    expect(await proven([zero], side)).toEqual([expect.stringContaining("flow/window-update-zero-connection")]);
  });

  it("has no last stream of 0", async () => {
    const goaway = (rest: string) => `http2: Framer 0xc0001e0000: wrote GOAWAY len=8 ${rest}`;
    const later = goaway('LastStreamID=7 ErrCode=NO_ERROR Debug=""');
    expect(await proven([goaway("ErrCode=NO_ERROR"), later], "server")).toEqual([]);
    expect(await proven([goaway('LastStreamID=5 ErrCode=NO_ERROR Debug=""'), later], "server")).toEqual([
      expect.stringContaining("goaway/last-stream-id-increased"),
    ]);
  });
});

it("who is the client is not known by the order of frames", async () => {
  const frame = (how: string, text: string) => `DEBUG h2::codec: ${how} frame=${text}`;
  const zero = "WindowUpdate { stream_id: StreamId(0), size_increment: 0 }";
  const lines = [
    frame("send", "Settings { flags: (0x0) }"),
    frame("send", "Headers { stream_id: StreamId(1), flags: (0x4: END_HEADERS) }"),
    frame("send", zero),
  ];
  expect(await proven(lines)).toEqual([]);
  expect(await proven(lines, "server")).toEqual([expect.stringContaining("flow/window-update-zero-connection")]);
});
