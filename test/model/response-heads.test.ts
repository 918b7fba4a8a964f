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
  const first = heads.of(kept(HEADERS), 1);
  expect(heads.of(kept(HEADERS), 1)).toBe(first);
  const ended = heads.withTrailers(first, kept(OK), 1);
  expect(heads.withTrailers(heads.of(kept(HEADERS), 1), kept(OK), 1)).toBe(ended);
  expect([first.status, first.server, first.grpcStatus]).toEqual([200, "one", undefined]);
  expect([ended.status, ended.server, ended.grpcStatus]).toEqual([200, "one", "0"]);
});

test("trailers change no head but that of their own response", () => {
  const heads = new ResponseHeads();
  const ok = heads.of(kept(HEADERS), 1);
  const failed = heads.of(kept(HEADERS), 1);
  const late = heads.of(kept(HEADERS), 1);
  const okEnded = heads.withTrailers(ok, kept(OK), 1);
  const failedEnded = heads.withTrailers(failed, kept(FAILED), 1);
  // Another server in between.
  expect(heads.of(kept(OTHERS), 1).server).toBe("two");
  const lateEnded = heads.withTrailers(late, decode(FAILED), 1);
  expect([ok, failed, late].map(({ grpcStatus }) => grpcStatus)).toEqual([undefined, undefined, undefined]);
  expect([okEnded, failedEnded, lateEnded].map(({ server, grpcStatus }) => [server, grpcStatus])).toEqual([
    ["one", "0"],
    ["one", "14"],
    ["one", "14"],
  ]);
});

test("a head that one response has alone takes its trailers, and trailers without a head make one", () => {
  const heads = new ResponseHeads();
  const own = heads.of(decode(Uint8Array.from([0x8d])), 1);
  expect(heads.withTrailers(own, kept(OK), 1)).toBe(own);
  expect([own.status, own.grpcStatus]).toEqual([404, "0"]);
  const headless = heads.withTrailers(noHead, kept(OK), 1);
  expect([headless.known, headless.grpcStatus, noHead.grpcStatus]).toEqual([false, "0", undefined]);
});

test("connections that take turns keep their heads", () => {
  const heads = new ResponseHeads();
  const one = heads.withTrailers(heads.of(kept(HEADERS), 1), kept(OK), 1);
  const other = heads.withTrailers(heads.of(kept(OTHERS), 2), kept(OK), 2);
  expect(heads.withTrailers(heads.of(kept(HEADERS), 1), kept(OK), 1)).toBe(one);
  expect(heads.withTrailers(heads.of(kept(OTHERS), 2), kept(OK), 2)).toBe(other);
});
