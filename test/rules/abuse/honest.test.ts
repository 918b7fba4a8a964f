// Heavy traffic that nobody has to fear: no rule of the family may say a word, nor where parts of it are missing.
import { describe, expect, it } from "vitest";
import { rules } from "../../../src/rules/index.ts";
import { playSegments } from "../../../src/testing/play.ts";
import { getRequest, grpcRequest, grpcResponse, type Script, type Story, written } from "../../../src/testing.ts";

const abuse = rules.filter(({ id }) => id.startsWith("abuse/"));
const end = { endStream: true } as const;
const HELLO = "\0\0\0\0\x05hello";
const id = (i: number): number => 1 + 2 * i;
const repeat = (count: number, each: (i: number) => unknown): void => {
  for (let i = 0; i < count; i++) each(i);
};

function call(s: Script, i: number): void {
  s.client.together((client) => client.headers(id(i), { fields: grpcRequest }).data(id(i), HELLO, end));
  s.server.together((server) =>
    server.headers(id(i), { fields: grpcResponse }).data(id(i), HELLO).trailers(id(i), { "grpc-status": "0" }),
  );
}

const stories: Record<string, Story> = {
  "thousands of gRPC calls, with a probe after the DATA and keepalives": (s) =>
    repeat(3000, (i) => {
      call(s, i);
      if (i % 50 === 0) s.client.windowUpdate(0, 500).ping().server.pingAck().windowUpdate(0, 500);
    }),
  "a large download, two WINDOW_UPDATEs for each DATA": (s) => {
    s.client.headers(1, end).server.headers(1);
    repeat(1500, () => s.server.data(1, 900).client.together((client) => client.windowUpdate(0, 900).windowUpdate(1, 900)));
    s.server.data(1, 1, end);
  },
  "a burst of thousands of streams": (s) =>
    repeat(40, (wave) => {
      s.client.together(() => repeat(100, (i) => s.client.headers(id(wave * 100 + i), end)));
      s.server.together(() => repeat(100, (i) => s.server.headers(id(wave * 100 + i)).data(id(wave * 100 + i), 6, end)));
      s.client.windowUpdate(0, 600);
    }),
  "streams of tiny messages, each given back at once": (s) => {
    repeat(4, (i) => s.client.headers(id(i), { fields: grpcRequest }).data(id(i), HELLO, end));
    repeat(4, (i) => s.server.headers(id(i), { fields: grpcResponse }));
    repeat(1200, (i) =>
      s.server.data(id(i % 4), HELLO).client.together((c) => c.windowUpdate(0, 10).windowUpdate(id(i % 4), 10)),
    );
    repeat(4, (i) => s.server.trailers(id(i), { "grpc-status": "0" }));
  },
  "long polls and calls that wait, with keepalives": (s) => {
    s.settings({ server: [[3, 100]] });
    repeat(20, (i) => s.client.headers(id(i), end));
    repeat(20, (i) => s.client.headers(id(20 + i), { fields: grpcRequest }));
    repeat(20, (i) => s.server.headers(id(20 + i), { fields: grpcResponse }));
    repeat(30, () => s.client.wait(20_000).ping().server.pingAck());
    repeat(20, (i) => s.server.headers(id(i)).data(id(i), 20, end));
  },
  "a client that cancels two of five": (s) =>
    repeat(1000, (i) => {
      if (i % 5 < 3) s.client.headers(id(i), end).server.headers(id(i), end);
      else s.client.headers(id(i), end).rst(id(i));
    }),
  "uploads, the connection window given back piece by piece": (s) => {
    repeat(12, (i) => s.client.headers(id(i), { fields: { ...getRequest, ":method": "POST", "content-length": "48000" } }));
    repeat(48, () => repeat(12, (i) => s.client.data(id(i), 1000).server.windowUpdate(0, 1000)));
    repeat(12, (i) => s.client.data(id(i), 0, end).server.headers(id(i), end));
  },
  "a graceful shutdown": (s) => {
    repeat(20, (i) => call(s, i));
    s.server.goaway(0x7fffffff).ping().client.pingAck().server.goaway(39).close().client.goaway(0).close();
  },
};

describe.each(Object.entries(stories))("%s", (_name, story) => {
  const { segments } = written(story);
  const findings = (part: typeof segments, certainty: readonly string[]) =>
    playSegments(part, { rules: abuse })
      .findings.filter((finding) => certainty.includes(finding.certainty))
      .map(({ rule, message, data }) => [rule, message, data]);

  it("is silent", () => expect(findings(segments, ["proven", "unproven"])).toEqual([]));
  it("proves nothing without every seventh segment", () =>
    expect(
      findings(
        segments.filter((_, i) => i < 9 || i % 7 !== 0),
        ["proven"],
      ),
    ).toEqual([]));
  it("proves nothing from the middle on", () => expect(findings(segments.slice(segments.length >> 1), ["proven"])).toEqual([]));
  it.each(["client", "server"])("proves nothing with the %s alone", (side) =>
    expect(
      findings(
        segments.filter(({ from }) => from === side),
        ["proven"],
      ),
    ).toEqual([]),
  );
});
