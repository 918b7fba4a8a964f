import { describe, expect, it } from "vitest";
import { isProhibited, prohibitedCount, suite } from "../../src/tls/suite.ts";

describe("cipher suites", () => {
  it.each([
    [0x1301, "TLS_AES_128_GCM_SHA256", "aes-128-gcm", 16, 16, "sha256"],
    [0x1302, "TLS_AES_256_GCM_SHA384", "aes-256-gcm", 32, 16, "sha384"],
    [0x1303, "TLS_CHACHA20_POLY1305_SHA256", "chacha20-poly1305", 32, 16, "sha256"],
    [0x1305, "TLS_AES_128_CCM_8_SHA256", "aes-128-ccm", 16, 8, "sha256"],
    [0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "aes-128-gcm", 16, 16, "sha256"],
    [0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "aes-256-gcm", 32, 16, "sha384"],
    [0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "chacha20-poly1305", 32, 16, "sha256"],
    [0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "aes-128-ccm", 16, 8, "sha256"],
    [0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", "aes-128-cbc", 16, 0, "sha256"],
    [0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "aes-256-cbc", 32, 0, "sha384"],
    [0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "des-ede3-cbc", 24, 0, "sha256"],
  ])("%i is %s", (code, name, cipher, keyLength, tagLength, hash) => {
    expect(suite(code)).toMatchObject({ code, name, protection: { cipher, keyLength, tagLength, hash } });
  });

  it("that cannot be read are named", () => {
    expect(suite(0x0005)).toMatchObject({ name: "TLS_RSA_WITH_RC4_128_SHA", protection: undefined });
    expect(suite(0x1306)).toMatchObject({ name: "TLS_AEGIS_256_SHA512", protection: undefined });
    expect(suite(0x1a1a)).toMatchObject({ name: "0x1a1a", protection: undefined, tls13: false });
  });

  it("are prohibited by RFC 9113 Appendix A: 276 of them, all with a name", () => {
    expect(prohibitedCount()).toBe(276);
    const codes = Array.from({ length: 0x10000 }, (_, code) => code).filter(isProhibited);
    expect(codes.length).toBe(276);
    expect(codes.filter((code) => suite(code).name.startsWith("0x"))).toEqual([]);
    // What is left of TLS 1.2 has an ephemeral key exchange and an AEAD cipher.
    const named = Array.from({ length: 0x1000 }, (_, i) => suite(0xc000 + i)).filter(({ name }) => name.startsWith("TLS_"));
    const left = named.filter(({ code, name }) => !isProhibited(code) && name.includes("_WITH_") && code < 0xc0b0);
    expect(left.every(({ name }) => /E_/.test(name) && /GCM|CCM/.test(name))).toBe(true);
    expect([isProhibited(0xc02f), isProhibited(0x1301), isProhibited(0xcca8), isProhibited(0x009c)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });
});
