// Calls whose :path went by before the capture, and logs that have it.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { LogSource } from "../../src/analyze-options.ts";
import { capture, capturesIn, haveCaptures } from "../capture/reading.ts";
import { captureOf, lint, logOf } from "./linting.ts";
import { fixture, reading, root, textOf } from "./logging.ts";
import { callsIn, goLogOf, isByLog, type Named, named, packetsOf, type SeenCall, without } from "./naming.ts";

const go = readFileSync(fixture("names-go.pcap"));
const goServer = textOf(fixture("names-go.server.log"));
const goClient = textOf(fixture("names-go.client.log"));
const nghttpd = readFileSync(fixture("names-nghttpd.pcap"));
const nghttpdServer = textOf(fixture("names-nghttpd.server.log"));
const nginx = readFileSync(fixture("names-nginx.pcap"));
const nginxServer = textOf(fixture("names-nginx.server.log"));
const core = readFileSync(fixture("names-core.pcap"));
const coreClient = textOf(fixture("names-core.client.log"));

const half = Math.floor(packetsOf(go) / 2);
const late = without(go, half);
const [FIRST, SECOND] = ["127.0.0.1:53782", "127.0.0.1:53792"] as const;

const of = (calls: readonly SeenCall[], client: string) => calls.filter((call) => call.client === client);
const byLog = (calls: readonly SeenCall[]) => calls.filter(({ pathInferred }) => isByLog(pathInferred?.because ?? ""));
const unread = (calls: readonly SeenCall[]) => calls.filter(({ path }) => path === undefined);

/** All times of Go's log so many seconds later. */
const later = (text: string, seconds: number): string =>
  text.replace(/^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)/gm, (_, y, m, d, time) =>
    new Date(Date.parse(`${y}-${m}-${d}T${time}Z`) + seconds * 1000)
      .toISOString()
      .slice(0, 19)
      .replaceAll("-", "/")
      .replace("T", " "),
  );

/** Without one line of so many. */
const lossy = (text: string, every: number): string =>
  text
    .split("\n")
    .filter((_, i) => i % every !== 1)
    .join("\n");

const framers = [...new Set(goServer.match(/(?<=Framer )0x[0-9a-f]+/g))];

/** The server's log without one of its connections: frames, and the fields that follow them. */
function lacking(framer: string): string {
  let isIts = false;
  return goServer
    .split("\n")
    .filter((line) => {
      const named = /Framer (0x[0-9a-f]+)/.exec(line)?.[1];
      if (named !== undefined || !line.includes("decoded hpack")) isIts = named === framer;
      return !isIts;
    })
    .join("\n");
}

describe("the :path in logs of", () => {
  const names = async (text: string) =>
    (await reading(text)).events.flatMap((event) =>
      event.kind === "name" ? [[event.connection, event.streamId, event.path, event.place.line]] : [],
    );

  it("Go: what is received", async () => {
    const [first, second] = await names(goServer);
    expect(first).toEqual([framers[0], 1, expect.stringMatching(/^\/shop\./), expect.any(Number)]);
    expect(goServer.split("\n")[Number(first![3]) - 1]).toContain(`":path" = "${first![2]}"`);
    expect(second).toEqual([framers[1], 1, expect.stringMatching(/^\/shop\./), expect.any(Number)]);
    expect((await names(goServer)).length).toBe(24);
  });

  it("Go: what net/http's client sends", async () => {
    const all = await names(goClient);
    expect(all.length).toBe(24);
    for (const [, , path, line] of all) expect(goClient.split("\n")[Number(line) - 1]).toContain(`":path" = "${path}"`);
    expect(new Set(all.map(([, stream]) => stream))).toEqual(new Set([1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]));
  });

  it("Go, where requests of two connections mix: nobody's", async () => {
    const http2 = (text: string) => `2026/11/29 10:42:51 http2: ${text}\n`;
    const encoding = (name: string, value: string) => http2(`Transport encoding header "${name}" = "${value}"`);
    const request = (path: string) => encoding(":authority", "h") + encoding(":path", path) + encoding("te", "trailers");
    const wrote = (framer: string, stream: number) =>
      http2(`Framer ${framer}: wrote HEADERS flags=END_HEADERS stream=${stream} len=9`);
    expect(await names(request("/a") + wrote("0x1", 1) + request("/b") + wrote("0x2", 1))).toEqual([
      ["0x1", 1, "/a", 2],
      ["0x2", 1, "/b", 6],
    ]);
    expect(await names(request("/a") + request("/b") + wrote("0x1", 1) + wrote("0x2", 1))).toEqual([]);
    // Trailers, and answers: no request.
    expect(await names(request("/a") + wrote("0x1", 1) + request("/b") + wrote("0x1", 1) + wrote("0x2", 1))).toEqual([
      ["0x1", 1, "/a", 2],
      ["0x2", 1, "/b", 6],
    ]);
    const read = http2("Framer 0x3: read HEADERS flags=END_HEADERS stream=1 len=9");
    expect(await names(read + request("/a") + wrote("0x3", 1) + wrote("0x2", 1))).toEqual([["0x2", 1, "/a", 3]]);
    // Of the first the path is read before the second begins.
    const field = (name: string, value: string) => http2(`decoded hpack field header field "${name}" = "${value}"`);
    const began = (framer: string) => http2(`Framer ${framer}: read HEADERS flags=END_HEADERS stream=1 len=9`);
    const whole = (stream: number) => http2(`server read frame HEADERS flags=END_HEADERS stream=${stream} len=9`);
    expect(await names(began("0x1") + field(":path", "/a") + whole(1) + began("0x2") + field(":path", "/b"))).toEqual([
      ["0x1", 1, "/a", 2],
      ["0x2", 1, "/b", 5],
    ]);
    const another = began("0x1") + field(":path", "/a") + whole(3) + began("0x2") + field(":path", "/b");
    expect(await names(another)).toEqual([["0x1", 1, "/a", 2]]);
    expect(await names(began("0x1") + field(":path", "/a") + began("0x2") + field(":path", "/b"))).toEqual([["0x1", 1, "/a", 2]]);
    // The line of the second's HEADERS is missing.
    expect(await names(began("0x1") + field(":method", "POST") + field("te", "trailers") + field(":path", "/b"))).toEqual([]);
  });

  it("nghttp and nghttpd", async () => {
    expect(await names(textOf(fixture("nghttp.log")))).toEqual([["", 13, "/index.html", 27]]);
    expect(await names(textOf(fixture("nghttpd.log")))).toEqual([
      ["1", 13, "/index.html", 24],
      ["2", 1, "/x", 65],
    ]);
  });

  it("nginx", async () => {
    expect(await names(textOf(fixture("nginx.log")))).toEqual([["2", 1, "/grpc.health.v1.Health/Check", 28]]);
    const line = (text: string) => `2026/11/23 15:36:12 [debug] 1#1: *2 http2 ${text}\n`;
    // What follows a frame of another kind is of nothing that is known.
    expect(
      await names(line("frame type:1 f:4 l:9 sid:1") + line("frame type:0 f:1 l:9 sid:1") + line('header: ":path: /a"')),
    ).toEqual([]);
    expect(
      await names(line("frame type:1 f:0 l:9 sid:1") + line("frame type:9 f:4 l:9 sid:1") + line('header: ":path: /a"')),
    ).toEqual([["2", 1, "/a", 3]]);
  });

  it("gRPC C-core: of a client, by the stream that the call is given", async () => {
    expect(await names(textOf(fixture("grpc-core.client.log")))).toEqual([
      [expect.stringMatching(/^0x/), 1, "/grpc.health.v1.Health/Check", 13],
    ]);
  });

  it("gRPC C-core: of a client, but not the path of an earlier call at the same address", async () => {
    const text =
      "I0101 10:00:00.000001 1 t.cc:1] perform_stream_op[s=0x1; op=0x2]:  SEND_INITIAL_METADATA{:path: /a.B/C, :authority: h}\n" +
      "I0101 10:00:00.000002 1 t.cc:1] perform_stream_op[s=0x1; op=0x3]:  SEND_INITIAL_METADATA{grpc-accept-encoding: gzip}\n" +
      "I0101 10:00:00.000003 1 t.cc:1] HTTP:CLI: Transport 0x9 allocating new grpc_chttp2_stream 0x1 to id 3\n";
    expect(await names(text)).toEqual([]);
    const [first, , last] = text.split(/(?<=\n)/);
    expect(await names(`${first}${last}`)).toEqual([["0x9", 3, "/a.B/C", 1]]);
  });

  it("is read only where it is wanted", async () => {
    const { events } = await reading(goServer, { paths: false });
    expect(events.length).toBeGreaterThan(10);
    expect(events.filter(({ kind }) => kind === "name")).toEqual([]);
  });

  it("gRPC C-core: of a server that writes fields", async () => {
    const text =
      "I0101 10:00:00.000001 1 parsing.cc:345] INCOMING[ipv4:1.2.3.4:5]: HEADERS:END_HEADERS len:99 id:0x00000003\n" +
      "I0101 10:00:00.000002 1 parsing.cc:601] HTTP:3:HDR:SVR: :path: /a.B/C\n";
    expect(await names(text)).toEqual([["ipv4:1.2.3.4:5", 3, "/a.B/C", 2]]);
  });

  it("Netty, unless a comma leaves open where it ends", async () => {
    const line = (path: string) =>
      `FINE: [id: 0x063d8ded, L:/127.0.0.1:6565 - R:/127.0.0.1:49820] INBOUND HEADERS: streamId=3 headers=GrpcHttp2RequestHeaders[:path: ${path}, :authority: h, te: trailers] padding=0 endStream=false\n`;
    expect(await names(line("/a.B/C"))).toEqual([["0x063d8ded", 3, "/a.B/C", 1]]);
    expect(await names(line("/a, b"))).toEqual([]);
  });

  it("curl", async () => {
    expect(await names("14:00:00.000000 [0-0] * [HTTP/2] [1] [:path: /a.B/C]\n")).toEqual([["0", 1, "/a.B/C", 1]]);
  });
});

describe("a call whose path went by before the capture", () => {
  it.each([
    ["Go's server", go, goServer, 6, 8],
    ["Go's client", go, goClient, 6, 8],
    ["nghttpd", nghttpd, nghttpdServer, 6, 6],
    ["nginx", nginx, nginxServer, 1, 10],
    ["a client of gRPC C-core", core, coreClient, 3, 9],
  ])("is named by the log of %s, and so are all of its group", async (_, whole, text, exact, right) => {
    const counts = await named(whole, Math.floor(packetsOf(whole) / 2), [logOf(text)]);
    expect(counts).toEqual({ exact, right, wrong: 0, listed: 0, unknown: 0 });
  });

  it("has the line that names it, and is never taken for one that was read", async () => {
    const calls = await callsIn(late, [logOf(goServer, "server.log")]);
    const call = calls.find(({ client, stream }) => client === FIRST && stream === 17)!;
    expect(call).toMatchObject({ pathGroup: 1, pathInferred: { path: "/shop.Cart/Add", score: 0.99 } });
    expect(call.path).toBeUndefined();
    const [, line] = /^server\.log:(\d+) names it$/.exec(call.pathInferred!.because)!;
    expect(goServer.split("\n")[Number(line) - 1]).toContain('":path" = "/shop.Cart/Add"');
  });

  it("is named where its request is not in the capture at all", async () => {
    const [call] = unread(await callsIn(late, [logOf(goServer, "server.log")]));
    expect(call).toMatchObject({ client: FIRST, stream: 11, pathInferred: { path: "/shop.Cart/Get" } });
    expect(call!.pathGroup).toBeUndefined();
  });

  it("is named at any point where the capture begins, or not at all", async () => {
    let right = 0;
    let unknown = 0;
    for (let packets = 10; packets < packetsOf(go); packets += 12) {
      const counts = await named(go, packets, [logOf(goServer)]);
      expect([packets, counts.wrong]).toEqual([packets, 0]);
      right += counts.right;
      unknown += counts.listed + counts.unknown;
    }
    expect(right).toBeGreaterThan(75);
    expect(unknown).toBeLessThan(right / 10);
  });

  it("is named where connections go on side by side: a few milliseconds distinguish them", async () => {
    expect((await named(nghttpd, 76, [logOf(nghttpdServer)])).right).toBe(5);
    expect((await named(core, 76, [logOf(coreClient)])).right).toBe(9);
  });

  it("is named by one connection of the log where the other is known to be another", async () => {
    expect((await named(go, 136, [logOf(lossy(goServer, 13))])).right).toBe(4);
  });

  it("is named once where the logs of both ends say the same", async () => {
    const counts = await named(go, half, [logOf(goClient, "c", "client"), logOf(goServer, "s", "server")]);
    expect(counts).toEqual({ exact: 6, right: 8, wrong: 0, listed: 0, unknown: 0 });
  });
});

describe("nothing is named", () => {
  const inferred = async (bytes: Uint8Array, logs: readonly LogSource[]) => byLog(await callsIn(bytes, logs)).length;

  it("without a log, nor by one that has no paths", async () => {
    expect(await inferred(late, [])).toBe(0);
    const paths = /":path"/;
    const text = goServer
      .split("\n")
      .filter((line) => !paths.test(line))
      .join("\n");
    expect(await inferred(late, [logOf(text)])).toBe(0);
  });

  it("by the lines of another connection, though they have the same streams", async () => {
    for (const [i, client] of [FIRST, SECOND].entries()) {
      const calls = await callsIn(late, [logOf(lacking(framers[i]!))]);
      expect(byLog(of(calls, client))).toEqual([]);
      const other = client === FIRST ? SECOND : FIRST;
      expect(byLog(of(calls, other)).length).toBe(unread(of(calls, other)).length);
    }
  });

  it("by the log of another run at the same time", async () => {
    // The same client asked nghttpd eight seconds later.
    expect(await inferred(without(nghttpd, 52), [logOf(goClient)])).toBe(0);
    expect(await inferred(without(nghttpd, 52), [logOf(later(goClient, 6))])).toBe(0);
    expect(await inferred(late, [logOf(nginxServer)])).toBe(0);
  });

  it("where a log contradicts what was read: the capture is right", async () => {
    // Of the second connection stream 11 was read.
    const line = goServer
      .split("\n")
      .findIndex((text) => text.includes(`Framer ${framers[1]}: read HEADERS`) && text.includes("stream=11 "));
    const lines = goServer.split("\n");
    const path = lines.findIndex((text, i) => i > line && text.includes('":path"'));
    expect(lines[path]).toContain('"/shop.Cart/Remove"');
    lines[path] = lines[path]!.replace("Remove", "Replace");
    const calls = await callsIn(late, [logOf(lines.join("\n"))]);
    expect(byLog(of(calls, SECOND))).toEqual([]);
    expect(byLog(of(calls, FIRST)).length).toBe(4);
  });

  it("where a log has two paths for calls that have the same", async () => {
    const lines = goServer.split("\n");
    // Streams 13 and 17 of the second connection are of one group.
    const line = lines.findIndex((text) => text.includes(`Framer ${framers[1]}: read HEADERS`) && text.includes("stream=17 "));
    const path = lines.findIndex((text, i) => i > line && text.includes('":path"'));
    lines[path] = lines[path]!.replace("Place", "Cancel");
    expect(byLog(of(await callsIn(late, [logOf(lines.join("\n"))]), SECOND))).toEqual([]);
  });

  it("for certain where two connections of the log fit: their paths are listed", async () => {
    // What is left of both connections is alike, and nothing of it was read.
    const last = without(go, packetsOf(go) - 19);
    const calls = unread(await callsIn(last, [logOf(goServer)]));
    expect(calls.map(({ stream, pathInferred, pathCandidates }) => [stream, pathInferred, pathCandidates])).toEqual([
      [23, undefined, ["/shop.Cart/Add", "/shop.Cart/Get"]],
      [23, undefined, ["/shop.Cart/Add", "/shop.Cart/Get"]],
    ]);
  });

  it("by a clock that no zone explains, where little was read", async () => {
    const few = without(nginx, Math.floor(packetsOf(nginx) * 0.7));
    const right = await inferred(few, [logOf(nginxServer)]);
    expect(right).toBeGreaterThan(0);
    expect(await inferred(few, [logOf(later(nginxServer, 3600))])).toBe(right);
    expect(await inferred(few, [logOf(later(nginxServer, 100))])).toBeLessThan(right);
    expect(await named(go, 124, [logOf(later(goServer, 100))])).toMatchObject({ right: 3, wrong: 0, listed: 5 });
    // Where much was read, the clock is not asked.
    expect(await named(nginx, 76, [logOf(later(nginxServer, 100))])).toMatchObject({ right: 10, wrong: 0, listed: 0 });
  });

  it("wrongly by a log with lines missing", async () => {
    for (let every = 3; every < 40; every += 2) {
      expect([every, (await named(go, half, [logOf(lossy(goServer, every))])).wrong]).toEqual([every, 0]);
    }
  });

  it("wrongly by one of two connections of a log that disagree, however well it fits", async () => {
    expect(await named(go, 178, [logOf(lossy(goServer, 13))])).toMatchObject({ right: 0, wrong: 0, listed: 1 });
  });

  it("by a stream that has two paths in one connection of the log", async () => {
    // As if both connections had one name.
    const text = goServer.replaceAll(framers[1]!, framers[0]!);
    expect((await named(go, half, [logOf(text)])).wrong).toBe(0);
  });
});

it("a sample with logs that show no fields has no names from them", async () => {
  const sample = readFileSync(`${root}samples/h2-trailers-grpc-go-1.85.pcap`);
  for (let packets = 0; packets < packetsOf(sample); packets++) {
    const logs = ["client", "server"].map((side) => logOf(textOf(`${root}samples/h2-trailers-grpc-go-1.85.${side}.log`), side));
    const { right, wrong } = await named(sample, packets, logs);
    expect([packets, right, wrong]).toEqual([packets, 0, 0]);
  }
});

describe("a capture that begins in the middle of a connection", () => {
  it("is joined with the log of all of it", async () => {
    const { summary } = await lint([captureOf(late)], [logOf(goServer, "s"), logOf(goClient, "c")]);
    expect(summary.logs).toMatchObject([
      { file: "s", connections: 2, joined: 2 },
      { file: "c", connections: 2, joined: 2 },
    ]);
  });
});

describe.skipIf(!haveCaptures)("recorded traffic without its beginning", () => {
  interface Label {
    readonly file: string;
    readonly logs: Readonly<Record<string, string>>;
  }
  const nothing = (): Named => ({ exact: 0, right: 0, wrong: 0, listed: 0, unknown: 0 });
  const add = (sum: Named, counts: Named) => {
    for (const key of Object.keys(sum) as (keyof Named)[]) sum[key] += counts[key];
  };
  const isPcap = (whole: Buffer) => whole.readUInt32LE(0) === 0xa1b2c3d4;

  it("is never named wrong by the logs of both ends", async () => {
    const labels = JSON.parse(readFileSync(capture("logs.labels.json"), "utf8")) as Label[];
    const sum = nothing();
    for (const { file, logs } of labels) {
      const whole = readFileSync(capture(file));
      if (!isPcap(whole)) continue;
      for (const part of [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]) {
        const sources = Object.entries(logs).map(([side, path]) => logOf(textOf(capture(path)), side));
        add(sum, await named(whole, Math.floor(packetsOf(whole) * part), sources));
      }
    }
    console.log(`calls of ${labels.length} recordings, with the logs of both ends: ${JSON.stringify(sum)}`);
    expect(sum.wrong).toBe(0);
    expect(sum.right).toBeGreaterThan(0);
  }, 120_000);

  it("is named where all connections of the log that fit ask for one thing", async () => {
    const whole = readFileSync(capture("http2/b-h2load-nghttpd.pcap"));
    const counts = await named(whole, Math.floor(packetsOf(whole) * 0.7), [logOf(await goLogOf(whole))]);
    expect(counts).toMatchObject({ exact: 30, wrong: 0 });
    expect(counts.right).toBeGreaterThan(counts.listed + counts.unknown);
  });

  // Few of those logs have paths, and fewer of several calls. What Go's server would have printed of good traffic has.
  it("is named by what Go would print of it, and by nothing that it would print of other traffic", async () => {
    const texts = new Map<string, string>();
    for (const path of capturesIn("grpc", /\.pcap$/)) {
      const whole = readFileSync(path);
      if (isPcap(whole)) texts.set(path, await goLogOf(whole));
    }
    const own = nothing();
    const others = nothing();
    const all = [...texts];
    for (const [i, [path, text]] of all.entries()) {
      const whole = readFileSync(path);
      const [, other] = all[(i + 1) % all.length]!;
      const apart = (timeIn(text) - timeIn(other)) / 1000;
      for (const part of [0.3, 0.6]) {
        const packets = Math.floor(packetsOf(whole) * part);
        add(own, await named(whole, packets, [logOf(text)]));
        add(others, await named(whole, packets, [logOf(later(other, apart))]));
      }
    }
    console.log(
      `calls of ${all.length} captures, with their own logs: ${JSON.stringify(own)}; with those of others: ${JSON.stringify(others)}`,
    );
    expect(own.wrong).toBe(0);
    expect(own.right).toBeGreaterThan(9 * (own.listed + own.unknown));
    expect(others.wrong).toBe(0);
  }, 120_000);
});

/** Of the first line, milliseconds. */
const timeIn = (text: string): number => Date.parse(`${/^(\S+ \S+)/.exec(text)![1]!.replaceAll("/", "-").replace(" ", "T")}Z`);
