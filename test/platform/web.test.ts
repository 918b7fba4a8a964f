// What stands for Node's modules in browsers does the same.
import nodeCrypto from "node:crypto";
import nodeNet from "node:net";
import zlib from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Buffer as WebBuffer } from "../../src/platform/web/buffer.ts";
import { crypto as webCrypto } from "../../src/platform/web/crypto.ts";
import { closeSync, openSync, readSync, writeSync } from "../../src/platform/web/fs.ts";
import { net } from "../../src/platform/web/net.ts";
import { zlib as webZlib } from "../../src/platform/web/zlib.ts";

const crypto = webCrypto();
const { isIPv4, isIPv6 } = net();
const { crc32, gunzipSync, inflateRawSync, inflateSync } = webZlib();

const octets = fc.uint8Array({ maxLength: 300 });

it("strings of bytes", () => {
  fc.assert(
    fc.property(octets, fc.nat(20), (all, start) => {
      const from = Math.min(start, all.length);
      const web = WebBuffer.from(all) as unknown as Buffer; // with the calls that it was given
      const node = Buffer.from(all);
      for (const how of ["latin1Slice", "hexSlice", "base64Slice"] as const)
        expect(web[how](from, all.length)).toBe(node[how](from, all.length));
    }),
  );
  const long = Buffer.alloc(100_000, 0xe9);
  expect((WebBuffer.from(long) as unknown as Buffer).latin1Slice(0, long.length)).toBe(long.toString("latin1"));
});

it("hashes and MACs", () => {
  fc.assert(
    fc.property(octets, octets, fc.constantFrom("sha1", "sha256", "sha384"), (key, data, name) => {
      const hash = crypto.createHash(name as "sha256");
      expect(hash.update("é").update(data).digest("hex")).toBe(
        nodeCrypto.createHash(name).update("é").update(data).digest("hex"),
      );
      const mac = crypto
        .createHmac(name as "sha256", key)
        .update(data)
        .digest("base64");
      expect(mac).toBe(nodeCrypto.createHmac(name, key).update(data).digest("base64"));
    }),
  );
});

describe("ciphers", () => {
  it.each(crypto.getCiphers().filter((name) => !name.endsWith("cbc")))("%s opens what is whole, and nothing else", (name) => {
    const key = nodeCrypto.randomBytes(name.includes("128") ? 16 : 32);
    fc.assert(
      fc.property(octets, octets, fc.uint8Array({ minLength: 12, maxLength: 12 }), (plain, additional, nonce) => {
        const cipher = nodeCrypto.createCipheriv(name as "aes-128-gcm", key, nonce, { authTagLength: 16 });
        cipher.setAAD(additional);
        const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
        const open = (tag: Uint8Array) => {
          const decipher = crypto.createDecipheriv(name, key, nonce);
          decipher.setAuthTag(tag);
          decipher.setAAD(additional);
          return decipher.update(sealed);
        };
        const tag = cipher.getAuthTag();
        expect(Buffer.from(open(tag))).toEqual(Buffer.from(plain));
        tag[0]! ^= 1;
        expect(() => open(tag)).toThrow();
      }),
    );
  });

  it("CBC keeps the padding", () => {
    const [key, iv, plain] = [nodeCrypto.randomBytes(16), nodeCrypto.randomBytes(16), nodeCrypto.randomBytes(48)];
    const cipher = nodeCrypto.createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    expect(Buffer.from(crypto.createDecipheriv("aes-128-cbc", key, iv).update(sealed))).toEqual(plain);
  });

  it("bytes are compared to the last", () => {
    expect(crypto.timingSafeEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true);
    expect(crypto.timingSafeEqual(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false);
  });
});

it("DEFLATE, sound, damaged and too large", () => {
  const codeOf = (act: () => Uint8Array): unknown => {
    try {
      return Buffer.from(act());
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? "large" : "damaged";
    }
  };
  const ways = [
    [inflateSync, zlib.inflateSync, zlib.deflateSync],
    [gunzipSync, zlib.gunzipSync, zlib.gzipSync],
    [inflateRawSync, zlib.inflateRawSync, zlib.deflateRawSync],
  ] as const;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.nat(2), fc.nat(3000), fc.nat(1), (plain, way, at, flip) => {
      const [web, node, pack] = ways[way]!;
      const packed = pack(plain);
      if (flip === 1) packed[at % packed.length]! ^= 0x10;
      for (const maxOutputLength of [5000, 100]) {
        const limit = { maxOutputLength };
        const [ours, theirs] = [codeOf(() => web(packed, limit)), codeOf(() => node(packed, limit))];
        // Of what is both, either may be said.
        if (flip === 0) expect(ours).toEqual(theirs);
        else expect(typeof ours === "string").toBe(typeof theirs === "string");
      }
      expect(crc32(plain, 7)).toBe(zlib.crc32(plain, 7));
    }),
  );
});

it("addresses", () => {
  for (const text of [
    "1.2.3.4",
    "1.2.3",
    "256.1.1.1",
    "1.2.3.4.",
    "01.2.3.4",
    "::1",
    "fe80::1",
    "1::2::3",
    "a",
    "",
    "1.2.3.4:80",
    "::ffff:1.2.3.4",
  ]) {
    expect(isIPv4(text), text).toBe(nodeNet.isIPv4(text));
    expect(isIPv6(text), text).toBe(nodeNet.isIPv6(text));
  }
});

it("temporary files", () => {
  const file = openSync("x", "wx+");
  const written = Buffer.alloc(3_000_000, "abc");
  expect(writeSync(file, written, 1, 2_999_999, 5)).toBe(2_999_999);
  const read = Buffer.alloc(10);
  expect(readSync(file, read, 2, 3, 5)).toBe(3);
  expect(read.toString("latin1")).toBe("\0\0bca\0\0\0\0\0");
  closeSync(file);
  expect(() => openSync("x", "r")).toThrow("no files");
});
