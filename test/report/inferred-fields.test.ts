// Fields that were not read, but that the dynamic table had before a gap: shown, each as inferred, and never taken for fields that were read.
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { Clock } from "../../src/capture/clock.ts";
import { PathNamer } from "../../src/grpc/naming/path-namer.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { Language } from "../../src/lang/language.ts";
import { zh } from "../../src/lang/zh/catalogue.ts";
import { defaultLimits } from "../../src/limits.ts";
import type { FieldBlock } from "../../src/model/field-block.ts";
import { summarise } from "../../src/model/summary.ts";
import { CertaintyCollector } from "../../src/report/certainty.ts";
import { ExchangeLister, type ExchangeObject } from "../../src/report/exchange.ts";
import { FrameLister, type FrameListing } from "../../src/report/frame-object.ts";
import { NamedCalls } from "../../src/report/named-calls.ts";
import { Timeline } from "../../src/report/timeline.ts";
import { rules } from "../../src/rules/index.ts";
import { play, playModel } from "../../src/testing/play.ts";
import { type Story, written } from "../../src/testing.ts";
import { memorySource } from "../capture/reading.ts";
import { captureOf } from "../capture/story.ts";
import { indexed, insert, insertAt, literalAt } from "../hpack/octets.ts";
import { pageOf } from "./html/paging.ts";

const end = { endStream: true } as const;
const at = (index: number): Buffer => indexed(62 + index);
const block = (...parts: Buffer[]) => ({ block: Buffer.concat(parts) });
const BECAUSE =
  "only this entry of the table fits the field blocks after the gap, if the sender does not write out again what its table has";

/** Calls, of which one refers to what the first one wrote. There is a gap between them in both directions, which may hold another. */
const story: Story = (s) => {
  s.client.headers(1, {
    ...block(
      ...[indexed(3), indexed(6), insertAt(4, "/a.B/C"), insertAt(1, "h"), insertAt(31, "application/grpc")],
      ...[insertAt(58, "x/1"), insertAt(23, "Bearer s3cret"), insert("te", "trailers")],
    ),
    ...end,
  });
  s.server.headers(1, block(indexed(8), insertAt(31, "application/grpc")));
  s.server.headers(1, { ...block(insert("grpc-status", "0"), insert("grpc-message", "")), ...end });
  // Of 90 and 81 octets.
  s.client.lost((client) => client.data(1, 81));
  s.server.lost((server) => server.data(1, 72));
  s.client.ping();
  s.server.ping();
  s.client.headers(5, { ...block(indexed(3), indexed(6), at(5), at(4), at(3), at(2), at(1), at(0)), ...end });
  s.server.headers(5, block(indexed(8), at(2)));
  s.server.headers(5, { ...block(at(1), literalAt(62, "late")), ...end });
};

function listed(showSecrets: boolean): FrameListing[] {
  const frames: FrameListing[] = [];
  const lister = new FrameLister(
    () => new Clock(),
    () => ["a"],
    showSecrets,
    (frame) => frames.push(structuredClone(frame)),
  );
  playModel(written(story).segments, [lister], defaultLimits, () => {});
  return frames.filter(({ kind, streamId }) => kind === "headers" && streamId === 5);
}

describe("fields that are inferred", () => {
  it("are listed beside those that were read, with how sure they are and why", () => {
    const [request, , trailers] = listed(false);
    expect(request!.headers).toEqual([[":method", "POST"], [":scheme", "http"], ...new Array(6).fill([null, null])]);
    expect(request!.headersCertainty).toBe("partial");
    expect(request!.headersInferred).toEqual({
      fields: [
        [2, ":path", "/a.B/C"],
        [3, ":authority", "h"],
        [4, "content-type", "application/grpc"],
        [5, "user-agent", "x/1"],
        [6, "authorization", "<masked, 13 bytes>"],
        [7, "te", "trailers"],
      ],
      score: 0.95,
      because: BECAUSE,
    });
    // A literal with the name of an entry.
    expect(trailers!.headers).toEqual([
      [null, null],
      [null, "late"],
    ]);
    expect(trailers!.headersInferred!.fields).toEqual([
      [0, "grpc-status", "0"],
      [1, "grpc-message", "late"],
    ]);
  });

  it("mask a value whose name is inferred to be that of a credential, or is not known", () => {
    const frames: FrameListing[] = [];
    const lister = new FrameLister(
      () => new Clock(),
      () => ["a"],
      false,
      (frame) => frames.push(structuredClone(frame)),
    );
    // `authorization` is entry 1; of entry 40 nothing is known.
    const again: Story = (s) => {
      story(s);
      s.client.headers(7, { ...block(indexed(3), indexed(6), at(5), literalAt(63, "Bearer 0ther")), ...end });
      s.client.headers(9, { ...block(indexed(3), indexed(6), at(5), literalAt(102, "wh0")), ...end });
    };
    playModel(written(again).segments, [lister], defaultLimits, () => {});
    const [named, unknown] = frames.filter(({ kind, streamId }) => kind === "headers" && streamId! > 5);
    expect(named!.headers!.at(-1)).toEqual([null, "<masked, 12 bytes>"]);
    expect(named!.headersInferred!.fields.at(-1)).toEqual([3, "authorization", "<masked, 12 bytes>"]);
    expect(unknown!.headers!.at(-1)).toEqual([null, "<masked, 3 bytes>"]);
  });

  it("are credentials that are shown where they are asked for", () =>
    expect(listed(true)[0]!.headersInferred!.fields[4]).toEqual([6, "authorization", "Bearer s3cret"]));

  it("are marked in texts", () => {
    const texts: string[] = [];
    const fields = (fields: FieldBlock) => void (fields.streamId === 5 && texts.push(summarise(fields)));
    playModel(written(story).segments, [{ fields }], defaultLimits, () => {});
    expect(texts).toEqual(["POST ~/a.B/C", ":status 200  some fields inferred", "grpc-status: ~0  some fields inferred"]);
  });

  const namedCall = (logged?: string) => {
    const calls: ExchangeObject[] = [];
    const namer = new PathNamer(new Schemas(), defaultLimits);
    if (logged !== undefined) {
      const name = { inferred: { path: logged, score: 0.9, because: "a log names it" } };
      namer.logged = { ofGroup: () => name, ofStream: () => undefined };
    }
    const named = new NamedCalls(namer, defaultLimits, (exchange) => calls.push(exchange));
    const chooser = { connection: () => true, exchange: () => true };
    const lister = new ExchangeLister(() => new Clock(), chooser, defaultLimits, named.exchange);
    const certainty = new CertaintyCollector(namer);
    playModel(written(story).segments, [namer, lister, certainty], defaultLimits, () => {});
    named.end();
    return { call: calls.find(({ stream }) => stream === 5)!, info: certainty.info };
  };

  it("name the call", () => {
    const { call, info } = namedCall();
    expect(call.path).toBeUndefined();
    expect(call.pathInferred).toEqual({ path: "/a.B/C", score: 0.95, because: BECAUSE });
    expect([info.fields.inferred, info.fields.unknown]).toEqual([6 + 1 + 2, 0]);
    expect(info.calls).toEqual({ exact: 1, inferred: 1, unknown: 0 });
  });

  it("name it no more where a log has another name", () => {
    expect(namedCall("/a.B/C").call.pathInferred?.because).toBe(BECAUSE);
    const { call } = namedCall("/a.B/A");
    expect([call.pathInferred, call.pathCandidates]).toEqual([undefined, ["/a.B/A", "/a.B/C"]]);
  });

  it("are explained below the timeline", async () => {
    const timelineOf = async (story: Story): Promise<string> => {
      let text = "";
      const look = { width: 200, color: false, verbose: false, quiet: false };
      const timeline = new Timeline((part) => void (text += part), look, { all: true, frames: 100, framesTotal: 1000 });
      for await (const event of analyze([memorySource(captureOf(story))], { listeners: [timeline] })) timeline.event(event);
      return text;
    };
    const text = await timelineOf(story);
    expect(text).toContain("stream 5  POST ~/a.B/C");
    expect(text).toContain(`~: inferred, not read: ${BECAUSE}`);
    expect(await timelineOf((s) => s.client.headers(1, end).server.headers(1, end))).not.toContain("~");
  });

  it("are shaded in the page, which says why, and hides credentials", () => {
    const page = pageOf(story);
    const shown = page.blocks.find(({ inferred }) => inferred !== undefined && inferred.length === 6)!;
    expect([shown.certainty, shown.inferred, shown.because]).toEqual(["partial", [2, 3, 4, 5, 6, 7], BECAUSE]);
    const texts = shown.fields.map((index) => page.strings[index]);
    expect(texts.slice(4, 6)).toEqual([":path", "/a.B/C"]);
    expect(texts.slice(12, 14)).toEqual(["authorization", "<masked, 13 bytes>"]);
    expect(JSON.stringify(page)).not.toContain("s3cret");
  });

  it("are explained in Chinese", () => {
    const say = new Language(zh);
    expect(say.phrase(BECAUSE)).toMatch(/^\p{Script=Han}/u);
    expect(say.phrase(BECAUSE.split(",")[0]!)).toMatch(/^\p{Script=Han}/u);
  });

  it("are no evidence for a rule", () => {
    const faulty =
      (gap: boolean): Story =>
      (s) => {
        s.client.headers(1, {
          ...block(
            ...[indexed(3), indexed(6), insertAt(4, "nowhere"), insertAt(1, "h"), insertAt(31, "application/grpc")],
            ...[insertAt(58, "x/1"), insert("te", "trailers")],
          ),
          ...end,
        });
        s.server.headers(1, end);
        if (gap) s.client.lost((client) => client.data(1, 81));
        s.server.ping();
        s.client.headers(3, { ...block(indexed(3), indexed(6), at(4), at(3), at(2), at(1), at(0)), ...end });
      };
    const found = (gap: boolean) => {
      const texts: string[] = [];
      const fields = (fields: FieldBlock) => void (fields.streamId === 3 && texts.push(summarise(fields)));
      const { findings } = play(faulty(gap), { rules, listeners: [{ fields }] });
      return [texts, findings.filter(({ frame }) => frame.streamId === 3).map(({ rule }) => rule)];
    };
    expect(found(false)).toEqual([["POST nowhere"], expect.arrayContaining(["headers/path-form"])]);
    expect(found(true)).toEqual([["POST ~nowhere"], expect.not.arrayContaining(["headers/path-form"])]);
  });
});
