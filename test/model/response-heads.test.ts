import { expect, test } from "vitest";
import type { DecodedBlock } from "../../src/fields/decoded-block.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { defaultLimits } from "../../src/limits.ts";
import { noHead } from "../../src/model/message-head.ts";
import { ResponseHeads } from "../../src/model/response-heads.ts";

const field = (name: string, value: string): number[] => [
  0,
  name.length,
  ...Buffer.from(name),
  value.length,
  ...Buffer.from(value),
];
const HEADERS = Uint8Array.from([0x88, ...field("server", "one")]);
const OTHERS = Uint8Array.from([0x88, ...field("server", "two")]);
const OK = Uint8Array.from(field("grpc-status", "0"));
const FAILED = Uint8Array.from(field("grpc-status", "14"));

const decoder = fastHpack(defaultLimits);
const decode = (octets: Uint8Array): DecodedBlock => decoder.decode(octets, 0, octets.length);

/** As often as it takes until the decoder keeps it. */
function kept(octets: Uint8Array): DecodedBlock {
  for (let i = 0; i < 10; i++) if (decode(octets).kept) return decode(octets);
  throw new Error("not kept");
}

test("responses of the same octets have one head, and so have their ends", () => {
  const heads = new ResponseHeads();
  const first = heads.of(kept(HEADERS));
  expect(heads.of(kept(HEADERS))).toBe(first);
  const ended = heads.withTrailers(first, kept(OK));
  expect(heads.withTrailers(heads.of(kept(HEADERS)), kept(OK))).toBe(ended);
  expect([first.status, first.server, first.grpcStatus]).toEqual([200, "one", undefined]);
  expect([ended.status, ended.server, ended.grpcStatus]).toEqual([200, "one", "0"]);
});

test("trailers change no head but that of their own response", () => {
  const heads = new ResponseHeads();
  const ok = heads.of(kept(HEADERS));
  const failed = heads.of(kept(HEADERS));
  const late = heads.of(kept(HEADERS));
  const okEnded = heads.withTrailers(ok, kept(OK));
  const failedEnded = heads.withTrailers(failed, kept(FAILED));
  // Another server in between.
  expect(heads.of(kept(OTHERS)).server).toBe("two");
  const lateEnded = heads.withTrailers(late, decode(FAILED));
  expect([ok, failed, late].map(({ grpcStatus }) => grpcStatus)).toEqual([undefined, undefined, undefined]);
  expect([okEnded, failedEnded, lateEnded].map(({ server, grpcStatus }) => [server, grpcStatus])).toEqual([
    ["one", "0"],
    ["one", "14"],
    ["one", "14"],
  ]);
});

test("a head that one response has alone takes its trailers, and trailers without a head make one", () => {
  const heads = new ResponseHeads();
  const own = heads.of(decode(Uint8Array.from([0x8d])));
  expect(heads.withTrailers(own, kept(OK))).toBe(own);
  expect([own.status, own.grpcStatus]).toEqual([404, "0"]);
  const headless = heads.withTrailers(noHead, kept(OK));
  expect([headless.known, headless.grpcStatus, noHead.grpcStatus]).toEqual([false, "0", undefined]);
});
