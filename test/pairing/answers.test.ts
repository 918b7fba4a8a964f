// Several answers to one fault, several faults behind one answer, and what a last stream id tells (docs/judging.md).
import { describe, expect, it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import type { Story } from "../../src/testing/script.ts";
import { getRequest, grpcRequest, grpcResponse } from "../../src/testing.ts";

const PROTOCOL_ERROR = 1;
const STREAM_CLOSED = 5;
const BDP = Uint8Array.of(2, 4, 16, 16, 9, 14, 7, 7);

const pairOf = (story: Story, rule: string) => play(story, { rules }).pairs.find(({ finding }) => finding.rule === rule)!;

it("RST_STREAM, then GOAWAY, for one fault: the better one is the answer, the other is told with it", () => {
  const pair = pairOf(
    (s) => s.client.headers(1, { endStream: true }).data(1, 4).server.rst(1, STREAM_CLOSED).goaway(1, STREAM_CLOSED).close(),
    "stream/data-after-end-stream",
  );
  expect(pair.reaction?.kind).toBe("rst-stream");
  expect(pair.further?.map(({ kind }) => kind)).toEqual(["goaway"]);
  expect(pair.verdict).toBe("as-specified");
});

it("one answer to one fault has no further one", () => {
  const pair = pairOf(
    (s) => s.client.headers(1, { endStream: true }).data(1, 4).server.rst(1, STREAM_CLOSED),
    "stream/data-after-end-stream",
  );
  expect(pair.further).toBeUndefined();
});

describe("a last stream id below the stream of the fault", () => {
  const story =
    (last: number, payload: Uint8Array | undefined): Story =>
    (s) => {
      if (payload !== undefined) s.server.ping(payload);
      s.client.headers(1, { endStream: true }).headers(3).windowUpdate(3, 0).server.goaway(last, PROTOCOL_ERROR).close();
    };
  const says = (last: number, payload?: Uint8Array) =>
    pairOf(story(last, payload), "flow/window-update-zero-stream").evidence!.some(({ reason }) =>
      reason.includes("had not accepted"),
    );

  it("speaks against it where the software numbers what it accepts", () => expect(says(1, BDP)).toBe(true));
  it("not where it names the stream", () => expect(says(3, BDP)).toBe(false));
  it("not where nothing is known of the software", () => expect(says(1)).toBe(false));
});

it("a GOAWAY with an error and the last stream id 2147483647 hints at Netty, and is no proof", () => {
  const { software } = play((s) => s.client.headers(1).server.goaway(0x7fffffff, PROTOCOL_ERROR, "").close(), { rules });
  expect(software.server).toBeUndefined();
  expect(software.evidence).toContainEqual(expect.objectContaining({ side: "server", software: "Netty", sign: "goaway" }));
  const graceful = play((s) => s.client.headers(1).server.goaway(0x7fffffff, 0), { rules });
  expect(graceful.software.evidence).toEqual([]);
});

describe("a request's field that a server resets the stream over", () => {
  const reason = (status: string | undefined): boolean =>
    pairOf((s) => {
      s.client.headers(1, { endStream: true, fields: { ...getRequest, te: "Trailers" } });
      if (status !== undefined) s.server.headers(1, { fields: { ":status": status } });
      s.server.rst(1, PROTOCOL_ERROR);
    }, "headers/te-spelling").reaction !== undefined;

  it("before it answers", () => expect(reason(undefined)).toBe(true));
  it("after a status by which it calls the request wrong", () => expect(reason("400")).toBe(true));
  it("not after it had begun its response", () => expect(reason("200")).toBe(false));
  it("not after a status that says something else", () => expect(reason("416")).toBe(false));
});

it("what is refused though it is lawful is named, with who is known to refuse it", () => {
  const refused = (server: string) =>
    pairOf((s) => {
      s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true, fields: { ":status": "200", server } });
      s.client.headers(3).data(3, 4).trailers(3).server.goaway(3, PROTOCOL_ERROR).close();
    }, "health/receiver-overreaction").finding.data;
  expect(refused("nginx/1.29.0")).toMatchObject({ rule: "headers/request-trailers", known: "; nginx refuses that" });
});

describe("a client that closes when its calls are over", () => {
  const refusal = {
    endStream: true,
    fields: { ...grpcResponse, "grpc-status": "12", "grpc-message": "Decompressor is not installed" },
  };
  const zipped = { fields: { ...grpcRequest, "grpc-encoding": "gzip" } };
  const answerTo = (story: Story, rule: string) => pairOf(story, rule).confidence ?? "none";

  it("does not answer advice on one of them", () =>
    expect(
      answerTo((s) => {
        s.client.headers(1, zipped).data(1, "\0\0\0\0\0", { endStream: true }).server.headers(1, refusal).client.close();
      }, "grpc/accept-encoding-missing"),
    ).toMatch(/none|possible/));

  it("may answer an error", () =>
    expect(
      answerTo((s) => {
        s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true });
        s.server.frame({ type: 2, streamId: 1, payload: "abc" }).client.close();
      }, "frame/priority-length"),
    ).not.toMatch(/none|possible/));
});
