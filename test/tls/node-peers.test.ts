import tls from "node:tls";
import { describe, expect, it } from "vitest";
import { KeyStore } from "../../src/tls/key-store.ts";
import { rsa } from "./certificates.ts";
import { Fed, keysOf } from "./feeding.ts";
import { type Exchange, exchange, Server, type Setting } from "./peers.ts";

/** SSL_OP_ bits of OpenSSL 3 that Node does not name. */
const NO_EXTENDED_MASTER_SECRET = 1 << 0;
const NO_TICKET = 1 << 14;
const NO_ENCRYPT_THEN_MAC = 1 << 19;

const names13 = tls.getCiphers().filter((name) => name.startsWith("tls_"));
// Node's list leaves out what OpenSSL does only when asked for. SRP cannot be asked for.
const names12 = [
  ...tls.getCiphers().filter((name) => !name.startsWith("tls_") && !name.startsWith("srp-")),
  ...["aes128-ccm", "aes256-ccm", "aes128-ccm8", "aes256-ccm8", "camellia128-sha", "camellia256-sha", "camellia128-sha256"],
  ...["ecdhe-ecdsa-aes128-ccm", "ecdhe-ecdsa-aes256-ccm8", "dhe-rsa-aes256-ccm", "dhe-rsa-aes128-ccm8", "psk-aes128-ccm8"],
  ...["aria128-gcm-sha256", "ecdhe-aria256-gcm-sha384", "ecdhe-ecdsa-aria128-gcm-sha256", "dhe-rsa-aria128-gcm-sha256"],
  ...["ecdhe-rsa-camellia128-sha256", "ecdhe-rsa-camellia256-sha384", "ecdhe-ecdsa-camellia256-sha384"],
].map((name) => name.toUpperCase());

const cbc = /(?:SHA|SHA256|SHA384)$/;
const aead = /GCM|CHACHA20|CCM/;

function decrypted({ wire, keyLog }: Exchange, store: KeyStore = keysOf(keyLog)): Fed {
  const fed = new Fed(store);
  for (const { from, octets } of wire) fed.send(from, octets);
  return fed.end();
}

function expectAll(run: Exchange, store?: KeyStore): Fed {
  const fed = decrypted(run, store);
  expect(fed.client.all.equals(run.sent.client)).toBe(true);
  expect(fed.server.all.equals(run.sent.server)).toBe(true);
  expect([fed.client.gaps, fed.server.gaps, fed.troubles]).toEqual([[], [], []]);
  const version = run.protocol === "TLSv1.3" ? "TLS 1.3" : "TLS 1.2";
  expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both", version, suite: run.cipher, failed: 0 });
  return fed;
}

const setting13 = (name: string): Setting => ({ ciphers: name.toUpperCase(), version: "TLSv1.3" });

describe("Node's TLS 1.3", () => {
  it.each(names13)("%s", async (name) => {
    const run = await exchange(setting13(name));
    expect(run.cipher).toBe(name.toUpperCase());
    const fed = expectAll(run);
    expect(fed.decryptor.facts).toMatchObject({ serverName: "localhost", alpnOffered: ["h2"], alpn: "h2" });
    expect(fed.decryptor.facts.certificates.server?.subject).toContain("CN=localhost");
  });

  it("resumes a session", async () => {
    const setting = setting13("tls_aes_128_gcm_sha256");
    const server = new Server(setting);
    const first = await exchange({ ...setting, server });
    const second = await exchange({ ...setting, server, session: first.session });
    expect(second.resumed).toBe(true);
    expect(expectAll(second).decryptor.facts.resumed).toBe(true);
    expect(expectAll(first).decryptor.facts.resumed).toBeUndefined();
  });

  it("asks for another hello", async () => {
    const run = await exchange({ ...setting13("tls_aes_256_gcm_sha384"), curve: "X25519:P-256", serverCurve: "P-256" });
    expect(expectAll(run).decryptor.facts.helloRetryRequest).toBe(true);
  });

  it("sends small records", async () => {
    expectAll(await exchange({ ...setting13("tls_chacha20_poly1305_sha256"), fragment: 600 }));
  });
});

describe("Node's TLS 1.2", () => {
  const done: string[] = [];

  it.each(names12.map((name) => name.toUpperCase()))("%s", async (name) => {
    let run: Exchange;
    const setting: Setting = { ciphers: name, version: "TLSv1.2" };
    try {
      run = await exchange(setting);
    } catch (error) {
      // Not built in.
      expect(String(error)).toMatch(/no cipher match|no ciphers available|no shared cipher/i);
      return;
    }
    done.push(name);
    const { facts } = expectAll(run).decryptor;
    const isCbc = cbc.test(name) && !aead.test(name);
    expect(facts).toMatchObject({ extendedMasterSecret: true, encryptThenMac: isCbc });
    if (isCbc) {
      const old = await exchange({ ...setting, options: NO_ENCRYPT_THEN_MAC });
      expect(expectAll(old).decryptor.facts.encryptThenMac).toBe(false);
    }
    const plain = /^(?:AES|CAMELLIA|ARIA)/.test(name);
    if (!plain) return;
    // RSA key exchange: the private key alone will do.
    for (const options of [0, NO_EXTENDED_MASTER_SECRET]) {
      const store = new KeyStore();
      expect(store.addPrivateKey(rsa.key)).toBeUndefined();
      const again = await exchange({ ...setting, options });
      expect(expectAll(again, store).decryptor.facts.extendedMasterSecret).toBe(options === 0);
    }
  });

  it("was seen with what HTTP/2 is used with, and more", () => {
    expect(done).toEqual(expect.arrayContaining(["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305", "AES128-SHA"]));
    expect(done.length).toBeGreaterThan(40);
  });

  it.each([
    ["tickets", 0],
    ["session ids", NO_TICKET],
  ])("resumes a session by %s, with the first handshake's key only", async (_, options) => {
    const setting: Setting = { ciphers: "ECDHE-RSA-AES128-GCM-SHA256", version: "TLSv1.2", options };
    const server = new Server(setting);
    const first = await exchange({ ...setting, server });
    const second = await exchange({ ...setting, server, session: first.session });
    expect(second.resumed).toBe(true);
    expect(expectAll(second).decryptor.facts.resumed).toBe(true);
    const store = keysOf(first.keyLog);
    expectAll(first, store);
    expectAll(second, store);
  });

  it("renegotiates", async () => {
    const run = await exchange({ ciphers: "ECDHE-RSA-AES256-GCM-SHA384", version: "TLSv1.2", renegotiate: true });
    const { facts } = expectAll(run).decryptor;
    expect(facts.renegotiations).toMatchObject([{ from: "client" }]);
  });

  it("by a private key of another kind: it is said why not", () => {
    expect(new KeyStore().addPrivateKey("no key")).toBeDefined();
  });
});
