import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decompress } from "../../src/grpc/decompress.ts";

const text = Buffer.from("hello hello hello");
const bomb = gzipSync(Buffer.alloc(64 << 20));

describe("decompress", () => {
  it.each([
    ["identity", text],
    ["gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
  ])("%s", (encoding, message) => expect(decompress(message, encoding, 1000)).toEqual(text));

  it.each([
    ["cut off", gzipSync(text).subarray(0, 15), "gzip", "damaged"],
    ["no gzip", text, "gzip", "damaged"],
    ["empty", Buffer.alloc(0), "gzip", "damaged"],
    ["an unknown algorithm", text, "snappy", "unknown"],
    ["no algorithm", text, "", "unknown"],
    ["a bomb", bomb, "gzip", "large"],
  ])("%s", (_, message, encoding, result) => expect(decompress(message, encoding, 1 << 20)).toBe(result));
});
