// Certificates that cannot be read whole: what can be read is reported, and nothing throws.
import { describe, expect, it } from "vitest";
import { concat } from "../../src/testing/octets.ts";
import { certificateSummary } from "../../src/tls/certificate.ts";
import { ec } from "./certificates.ts";

const octets = Buffer.from(ec.cert.replace(/-----[^-]+-----|\s/g, ""), "base64");
// RFC 5280 4.2.1.6: id-ce-subjectAltName, 2.5.29.17.
const NAMES = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x11]);

const u24 = (value: number): Uint8Array => Uint8Array.of(value >>> 16, value >>> 8, value);

/** The Certificate message of TLS 1.2 with one certificate. */
const messageOf = (certificate: Uint8Array): Uint8Array =>
  concat([u24(certificate.length + 3), u24(certificate.length), certificate]);

describe("a certificate", () => {
  it("whose names can be read has them", () => {
    expect(certificateSummary(messageOf(octets), false)).toMatchObject({ names: expect.stringContaining("DNS:"), chain: 1 });
  });

  it("with names that cannot be read has none", () => {
    const damaged = Buffer.from(octets);
    // The identifier of the first name becomes none that there is.
    const at = damaged.indexOf(NAMES) + NAMES.length + 4;
    damaged[at] = 0x9f;
    const summary = certificateSummary(messageOf(damaged), false);
    expect(summary).toMatchObject({ chain: 1, keyType: "ec" });
    expect(summary).not.toHaveProperty("names");
  });

  it("of any octet flipped is read, or not", () => {
    for (let at = 0; at < octets.length; at++) {
      const flipped = Buffer.from(octets);
      flipped[at]! ^= 1 << (at % 8);
      const { names } = certificateSummary(messageOf(flipped), false) ?? {};
      expect(names === undefined || typeof names === "string", `octet ${at}`).toBe(true);
    }
  });
});
