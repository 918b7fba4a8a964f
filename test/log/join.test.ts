import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FindingEvent } from "../../src/report/event.ts";
import { capture, haveCaptures } from "../capture/reading.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { beginning, captureOf, lint, logOf } from "./linting.ts";
import { fixture, root, textOf } from "./logging.ts";

const one = `${root}samples/h2-trailers-grpc-go-1.85.pcap`;
const oneClient = textOf(`${root}samples/h2-trailers-grpc-go-1.85.client.log`);
const oneServer = textOf(`${root}samples/h2-trailers-grpc-go-1.85.server.log`);
const five = fixture("h2-trailers-grpc-go-1.51.pcap");
const fiveClient = textOf(fixture("h2-trailers-grpc-go-1.51.client.log"));
const fiveServer = textOf(fixture("h2-trailers-grpc-go-1.51.server.log"));

const trailers = (findings: readonly FindingEvent[]): FindingEvent[] =>
  findings.filter(({ rule }) => rule === "grpc/request-trailers").sort((a, b) => a.connection - b.connection);
const places = ({ reaction }: FindingEvent): string[] =>
  (reaction.logs ?? []).map(({ file, line, side, confidence }) => `${file}:${line} ${side} ${confidence}`);

/** All times of a log so many seconds later, in its own notation. */
const later = (text: string, seconds: number): string =>
  text
    .replace(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})Z/g, (_, time: string, micros: string) => {
      const moved = new Date(Date.parse(`${time}Z`) + seconds * 1000).toISOString();
      return `${moved.slice(0, -1)}${micros}Z`;
    })
    .replace(/(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)/g, (_, y: string, m: string, d: string, time: string) =>
      new Date(Date.parse(`${y}-${m}-${d}T${time}Z`) + seconds * 1000)
        .toISOString()
        .slice(0, 19)
        .replaceAll("-", "/")
        .replace("T", " "),
    );

describe("a call with the logs of both ends", () => {
  it("has the lines that tell of its fault and of the answer", async () => {
    const { findings, summary } = await lint([one], [logOf(oneClient, "c", "client"), logOf(oneServer, "s")]);
    const [finding] = trailers(findings);
    expect(places(finding!)).toEqual([
      ...["c:6 client exact", "c:14 client exact", "c:15 client likely", "c:16 client likely"],
      ...["s:3 server exact", "s:4 server exact", "s:6 server likely"],
    ]);
    expect(finding!.reaction.logs!.map(({ tells }) => tells)).toEqual([
      "frame",
      "frame",
      "received",
      "symptom",
      "fault",
      "close",
      "symptom",
    ]);
    expect(finding!.reaction).toMatchObject({ kind: "goaway", confidence: "exact" });
    expect(summary.logs).toMatchObject([
      { file: "c", side: "client", formats: ["Rust h2"], lines: 16, read: 14, connections: 1, joined: 1 },
      { file: "s", side: "server", formats: ["grpc-go"], lines: 6, read: 3, connections: 1, joined: 1 },
    ]);
  });

  it("is otherwise the same as without", async () => {
    const bare = await lint([one], []);
    const { findings } = await lint([one], [logOf(oneClient), logOf(oneServer)]);
    const { logs: _, ...reaction } = findings[0]!.reaction;
    expect([{ ...findings[0]!, reaction }]).toEqual(bare.findings);
  });

  // By its frames it is found in any case; that it is no other run of the same program only a right clock shows.
  it.each([
    [-86_400, "likely"],
    [-3600, "likely"],
    [-1.5, "likely"],
    [0.25, "exact"],
    [900, "likely"],
  ])("whatever the client's clock: %d s, %s", async (seconds, sure) => {
    const { findings, summary } = await lint([one], [logOf(later(oneClient, seconds), "c")]);
    expect(places(trailers(findings)[0]!)).toEqual([
      `c:6 client ${sure}`,
      `c:14 client ${sure}`,
      "c:15 client likely",
      "c:16 client likely",
    ]);
    expect(summary.logs![0]!.clockOffset).toBeCloseTo(-seconds, 2);
  });

  it.each([-7 * 3600, 5400, 86_400])("whatever the server's zone: %d s", async (seconds) => {
    const text = later(oneServer, seconds).replace(/^.*(Closing|closing).*\n/gm, "");
    const { findings } = await lint([one], [logOf(text, "s")]);
    expect(places(trailers(findings)[0]!)).toEqual(["s:3 server exact"]);
  });

  it("but not for certain where texts are all there is and the time is another", async () => {
    const text = later(oneServer, 100).replace(/^.*(Closing|closing).*\n/gm, "");
    const { findings } = await lint([one], [logOf(text, "s")]);
    expect(places(trailers(findings)[0]!).filter((place) => place.endsWith(" exact"))).toEqual([]);
  });
});

// The lines of each, as the client wrote them one after the other; the server's lines name the client's port, or come in order.
const CLIENT = [
  [1, 13],
  [14, 22],
  [23, 31],
  [32, 40],
  [41, 49],
] as const;
const SERVER = [
  [3, 6],
  [7, 10],
  [11, 14],
  [15, 18],
  [19, 22],
] as const;

describe("five calls that are all alike", () => {
  const within = (line: number, [from, to]: readonly [number, number]) => line >= from && line <= to;

  it.each([0, -3600, 7.125])("each have their own lines, with the client's clock %d s off", async (seconds) => {
    const { findings } = await lint([five], [logOf(later(fiveClient, seconds), "c"), logOf(fiveServer, "s")]);
    const found = trailers(findings);
    expect(found.map(({ connection }) => connection)).toEqual([1, 2, 3, 4, 5]);
    for (const [i, finding] of found.entries()) {
      const lines = finding.reaction.logs!;
      expect(lines.filter(({ file }) => file === "c").length).toBeGreaterThan(1);
      expect(lines.filter(({ file }) => file === "s").length).toBe(4);
      for (const { file, line } of lines)
        expect([i, line, within(line, (file === "c" ? CLIENT : SERVER)[i]!)]).toEqual([i, line, true]);
      // The line that names the client's port is certain, those that come in order are not.
      const certain = lines.filter(({ file, confidence }) => file === "s" && confidence === "exact");
      expect(certain.map(({ text }) => /->127\.0\.0\.1:(\d+)/.test(text))).toEqual([true]);
    }
  });

  it("have none for certain where lines are missing", async () => {
    const some = fiveServer
      .split("\n")
      .filter((line) => line.includes("illegal stream id"))
      .slice(0, 2)
      .join("\n");
    const { findings, diagnostics } = await lint([five], [logOf(some, "s")]);
    const confidences = trailers(findings).flatMap(({ reaction }) => (reaction.logs ?? []).map(({ confidence }) => confidence));
    expect(confidences).toEqual(["possible", "possible"]);
    expect(diagnostics.map(({ code }) => code)).toContain("log/ambiguous");
  });

  it("are not those of another log", async () => {
    const { findings, summary } = await lint([five], [logOf(oneClient, "c"), logOf(later(oneServer, 100), "s")]);
    expect(
      trailers(findings)
        .flatMap(places)
        .filter((place) => place.endsWith(" exact")),
    ).toEqual([]);
    expect(summary.logs!.map(({ joined }) => joined)).toEqual([0, 0]);
  });
});

describe("an answer", () => {
  const silent = `${root}samples/volo-0.9.1-grpc-go-1.51.pcap`;

  async function timeOfAnswer(): Promise<number> {
    const [finding] = trailers((await lint([silent], [])).findings);
    return Number(finding!.reaction.time);
  }
  const line = (seconds: number) =>
    `${new Date(seconds * 1000).toISOString().slice(0, 19).replaceAll("-", "/").replace("T", " ")} ERROR: [transport] transport: http2Server.HandleStreams received an illegal stream id: 1\n`;

  it("without a reason has it from the log, and is certain", async () => {
    const bare = trailers((await lint([silent], [])).findings)[0]!;
    expect(bare.reaction.confidence).toBe("likely");
    const [finding] = trailers((await lint([silent], [logOf(line(await timeOfAnswer()), "s")])).findings);
    expect(finding!.reaction).toMatchObject({ kind: bare.reaction.kind, confidence: "exact" });
    expect(finding!.reaction.evidence).toContainEqual({
      points: 5,
      reason: "a line of the server's log is grpc-go's for this fault",
    });
    expect(places(finding!)).toEqual(["s:1 server exact"]);
  });

  it("is not made certain by a line about another stream", async () => {
    const text = line(await timeOfAnswer()).replace("id: 1", "id: 3");
    const [finding] = trailers((await lint([silent], [logOf(text, "s")])).findings);
    expect(finding!.reaction.confidence).toBe("likely");
    expect(finding!.reaction.logs).toBeUndefined();
  });

  it("that the capture lacks is told by the log alone", async () => {
    const cut = beginning(one, 8);
    const bare = trailers((await lint([captureOf(cut)], [])).findings)[0]!;
    expect(bare.reaction).toEqual({ verdict: "none-expected" });
    const [finding] = trailers((await lint([captureOf(cut)], [logOf(oneServer, "s")])).findings);
    expect(finding!.reaction).toMatchObject({ verdict: "unseen", kind: "log-only", confidence: "likely" });
    expect(places(finding!)).toContain("s:3 server exact");
  });

  it("that the capture lacks is in the other side's log, with its words", async () => {
    const cut = beginning(one, 8);
    const [finding] = trailers((await lint([captureOf(cut)], [logOf(oneClient, "c")])).findings);
    expect(finding!.reaction).toMatchObject({
      ...{ verdict: "unseen", kind: "log-only", confidence: "likely", errorCode: "PROTOCOL_ERROR", lastStreamId: 1 },
      debug:
        "received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_STREAM|END_HEADERS stream=1 len=12]",
    });
    expect(finding!.reaction.explanation).toContain("grpc-go 1.63 or later");
    expect(places(finding!)).toContain("c:14 client exact");
  });
});

// What is called exact must be right, whatever the logs are of, whatever lines they lack, and whatever their clocks show.
describe("no line is called exact that is of another connection", () => {
  interface Recorded {
    readonly pcap: string;
    readonly logs: readonly (readonly [name: string, text: string, lines: readonly (readonly [from: number, to: number])[]])[];
  }
  const whole = [[1, 1000]] as const;
  const three = `${root}test/log/fixtures/go-trailers`;
  const RECORDED: readonly Recorded[] = [
    {
      pcap: one,
      logs: [
        ["c", oneClient, whole],
        ["s", oneServer, whole],
      ],
    },
    {
      pcap: five,
      logs: [
        ["c", fiveClient, CLIENT],
        ["s", fiveServer, SERVER],
      ],
    },
    {
      pcap: `${three}.pcap`,
      logs: [
        [
          "c",
          textOf(`${three}.client.log`),
          [
            [1, 16],
            [17, 32],
            [33, 48],
          ],
        ],
        [
          "s",
          textOf(`${three}.server.log`),
          [
            [3, 23],
            [24, 44],
            [45, 65],
          ],
        ],
      ],
    },
  ];

  it("by chance", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...RECORDED),
        fc.constantFrom(...RECORDED),
        fc.constantFrom(0, 1),
        fc.constantFrom(0, 0, 0, 1, -60, 900, -3600, 12_345),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 70, maxLength: 70 }),
        fc.constantFrom(0, 0.1, 0.3, 0.6),
        async (captured, logged, which, seconds, dice, loss) => {
          const [, text, truth] = logged.logs[which]!;
          const kept = later(text, seconds)
            .split("\n")
            .map((line, i) => (dice[i % dice.length]! < loss ? "" : line));
          const { findings } = await lint([captured.pcap], [logOf(kept.join("\n"), "x")]);
          for (const { connection, reaction } of findings) {
            for (const { line, confidence, text: said } of reaction.logs ?? []) {
              if (confidence !== "exact") continue;
              const owner = truth.findIndex(([from, to]) => line >= from && line <= to) + 1;
              expect([captured.pcap, line, said, connection]).toEqual([logged.pcap, line, said, owner]);
            }
          }
        },
      ),
      { numRuns: runs(150), seed: seedOr(11) },
    );
  }, 300_000);
});

it("a capture of other connections is joined with nothing", async () => {
  const { findings, diagnostics } = await lint(
    [`${root}samples/volo-0.12.2-grpc-go-1.85.pcap`],
    [logOf(oneClient, "c"), logOf(oneServer, "s")],
  );
  expect(findings.flatMap(places)).toEqual([]);
  expect(diagnostics.filter(({ code }) => code === "log/not-joined").map(({ place }) => place["file"])).toEqual(["c", "s"]);
});

describe.skipIf(!haveCaptures)("recorded traffic", () => {
  it("of a proxy: the server's lines are of its own connections", async () => {
    const text = [0, 1, 2]
      .map(
        (i) =>
          `2026/11/23 07:09:5${i} INFO: [transport] [server-transport 0x${i + 1}] loopyWriter exiting with error: received an illegal stream id: 1. headers frame: [FrameHeader HEADERS flags=END_STREAM|END_HEADERS stream=1 len=12]`,
      )
      .join("\n");
    const { findings } = await lint([capture("volo/volo091-nghttpx-grpcgo1850-unary-x3.pcap")], [logOf(text, "s")]);
    const found = trailers(findings);
    expect(found.map(({ reaction }) => [reaction.kind, (reaction.logs ?? []).map(({ line }) => line)])).toEqual([
      ["rst-stream", []],
      ["goaway", [1]],
      ["rst-stream", []],
      ["goaway", [2]],
      ["rst-stream", []],
      ["goaway", [3]],
    ]);
  });
});
