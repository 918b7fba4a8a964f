import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { shapeOf } from "../../src/cli/compared.ts";
import { defaultLimits } from "../../src/limits.ts";
import { compareJson, compareTable } from "../../src/report/compare.ts";
import { type Compared, compareShapes } from "../../src/report/comparison.ts";
import { EventBuilder } from "../../src/report/event-builder.ts";
import { ShapeCollector } from "../../src/report/shape.ts";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import type { Story } from "../../src/testing/script.ts";

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}.pcap`, import.meta.url));
const all = { connection: () => true, exchange: () => true };
const builder = new EventBuilder(new Clock(), ["a"], rules);

function told(story: Story, operand: string): Compared {
  const collector = new ShapeCollector(all, defaultLimits);
  const { pairs } = play(story, { rules, listeners: [collector] });
  return { operand, shape: collector.shape, findings: pairs.map((pair) => builder.finding(pair)) };
}

const compared = (bad: Story, good: Story) => compareShapes(told(bad, "bad.pcap"), told(good, "good.pcap"));
const texts = (bad: Story, good: Story) => compared(bad, good).differences.map(({ text }) => text);

const EMPTY = "\0\0\0\0\0";
const call = (fields: Record<string, string> = {}) => ({
  fields: {
    ...{ ":method": "POST", ":scheme": "http", ":path": "/a.B/C", ":authority": "a" },
    ...{ "content-type": "application/grpc", te: "trailers", "grpc-timeout": "1S" },
    ...fields,
  },
});
const answer = { fields: { ":status": "200", "content-type": "application/grpc" } };
const end = { "grpc-status": "0" };

const good: Story = (s) =>
  s.client.headers(1, call()).data(1, EMPTY, { endStream: true }).server.headers(1, answer).data(1, EMPTY).trailers(1, end);

describe("a comparison", () => {
  it("of the same finds nothing", () => expect(compared(good, good)).toMatchObject({ differences: [], alone: [], left: 0 }));

  const cases: Record<string, readonly [bad: Story, first: string]> = {
    "trailers at the end of a request": [
      (s) =>
        s.client
          .headers(1, call())
          .data(1, EMPTY)
          .trailers(1, end)
          .server.goaway(1, 1, "received an illegal stream id: 1.")
          .close(),
      "bad ends the request with HEADERS (END_STREAM) carrying grpc-status, good with END_STREAM on DATA",
    ],
    "an empty DATA frame at its end": [
      (s) =>
        s.client
          .headers(1, call())
          .data(1, EMPTY)
          .data(1, "", { endStream: true })
          .server.headers(1, answer)
          .data(1, EMPTY)
          .trailers(1, end),
      "bad ends the request with END_STREAM on an empty DATA frame, good with END_STREAM on DATA",
    ],
    "a field that is missing": [
      (s) => {
        const { te: _, ...fields } = call().fields;
        s.client
          .headers(1, { fields })
          .data(1, EMPTY, { endStream: true })
          .server.headers(1, answer)
          .data(1, EMPTY)
          .trailers(1, end);
      },
      "in the request only good sends te",
    ],
    "a value that says how to read the message": [
      (s) =>
        s.client
          .headers(1, call({ "content-type": "application/grpc+json" }))
          .data(1, EMPTY, { endStream: true })
          .server.headers(1, answer)
          .data(1, EMPTY)
          .trailers(1, end),
      'in the request content-type is "application/grpc+json" with bad, "application/grpc" with good',
    ],
    "a setting": [
      (s) => {
        s.settings({ client: [[2, 0]] });
        good(s);
      },
      "bad sets ENABLE_PUSH=0, good leaves it out",
    ],
    "a response that is reset": [
      (s) => s.client.headers(1, call()).data(1, EMPTY, { endStream: true }).server.headers(1, answer).rst(1, 2),
      "the response to bad ends with RST_STREAM INTERNAL_ERROR, that to good with HEADERS (END_STREAM) carrying grpc-status",
    ],
  };

  it.each(Object.entries(cases))("tells first of %s", (_, [bad, first]) => {
    expect(texts(bad, good)[0]).toBe(first);
  });

  it("tells first what a rule finds, and names the rule", () => {
    const bad: Story = (s) => {
      s.settings({ client: [[2, 0]] });
      s.client
        .headers(1, call({ "x-more": "1" }))
        .data(1, EMPTY)
        .trailers(1, end)
        .server.close();
    };
    const { differences } = compared(bad, good);
    expect(differences[0]).toMatchObject({
      about: "request-end",
      rules: ["grpc/request-trailers"],
      bad: { connection: 1, stream: 1 },
      good: { connection: 1, stream: 1 },
    });
    expect(differences.slice(1).map(({ about }) => about)).toContain("settings");
  });

  it("tells of findings that no frame of an exchange shows", () => {
    const bad: Story = (s) => {
      s.client.windowUpdate(0, 0);
      good(s);
    };
    expect(compared(bad, good).differences[0]).toMatchObject({
      about: "finding",
      rules: ["flow/window-update-zero-connection"],
      side: "client",
    });
  });

  it("says what both do wrong", () => {
    const bad: Story = (s) => s.client.headers(1, call()).data(1, EMPTY).trailers(1, end).server.close();
    const { inBoth, differences } = compared(bad, (s) =>
      s.client.headers(1, call()).data(1, EMPTY).trailers(1, end).server.headers(1, answer).data(1, EMPTY).trailers(1, end),
    );
    expect(inBoth).toContain("grpc/request-trailers");
    expect(differences.flatMap(({ rules: ids }) => ids)).not.toContain("grpc/request-trailers");
  });

  it("holds calls of one path against each other, in order, and counts those that show a difference", () => {
    const three: Story = (s) => {
      for (const id of [1, 3, 5]) {
        const fields = call({ ":path": id === 3 ? "/a.B/Other" : "/a.B/C", "x-more": "1" });
        s.client.headers(id, fields).data(id, EMPTY, { endStream: true });
        s.server.headers(id, answer).data(id, EMPTY).trailers(id, end);
      }
    };
    const { exchanges, alone, differences } = compared(three, good);
    expect(exchanges.map(({ bad, good: other }) => [bad.stream, other.stream])).toEqual([
      [1, 1],
      [5, 1],
    ]);
    expect(alone).toEqual([{ in: "bad", path: "/a.B/Other", count: 1 }]);
    expect(differences.find(({ text }) => text === "in the request only bad sends x-more")?.count).toBe(2);
  });

  it("is of bounded size", () => {
    const many: Story = (s) => {
      for (let id = 1; id < 2 * 1200; id += 2)
        s.client
          .headers(id, { ...call(), endStream: true })
          .server.headers(id, { fields: { ":status": "200" }, endStream: true });
    };
    const { exchanges, left } = compared(many, good);
    expect(exchanges.length).toBe(1000);
    expect(left).toBe(200);
  });
});

describe("the Volo case", () => {
  const look = { width: 100, color: false, verbose: false, quiet: false };

  it("against grpcurl: the first line names what each sends", async () => {
    const [bad, other] = [
      await shapeOf(sample("volo-0.9.1-grpc-go-1.85"), {}),
      await shapeOf(sample("grpcurl-grpc-go-1.85"), {}),
    ];
    const comparison = compareShapes(bad, other);
    expect(comparison.differences[0]).toMatchObject({
      text: "volo ends the request with HEADERS (END_STREAM) carrying grpc-status, grpcurl with END_STREAM on DATA",
      rules: ["grpc/request-trailers"],
      bad: { stream: 1, packet: 11 },
      good: { stream: 3, packet: 19 },
    });
    let table = "";
    compareTable((text) => (table += text), look, bad, other, comparison);
    expect(table.split("\n").every((line) => line.length <= 100)).toBe(true);
    expect(table.replace(/\s+/g, " ").startsWith(comparison.differences[0]!.text)).toBe(true);
    let json = "";
    compareJson((text) => (json += text), bad, other, comparison);
    expect(JSON.parse(json)).toMatchObject({ schema: "h2lint-compare/1", bad: { name: "volo" }, good: { name: "grpcurl" } });
  });

  it("against itself: no difference", async () => {
    const it_ = await shapeOf(sample("volo-0.9.1-grpc-go-1.85"), {});
    expect(compareShapes(it_, it_).differences).toEqual([]);
  });

  it("takes a connection of a file, and says where there is none", async () => {
    const one = await shapeOf(`${sample("grpcurl-grpc-go-1.85")}#1.3`, {});
    expect(one.shape.exchanges.map(({ stream }) => stream)).toEqual([3]);
    await expect(shapeOf(`${sample("grpcurl-grpc-go-1.85")}#2`, {})).rejects.toThrow("there is no HTTP/2 on connection 2");
  });
});
