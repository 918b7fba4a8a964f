// Hashes and ciphers for browsers, whose own (WebCrypto) answer later: records are opened one after the other, at once. AES-GCM, AES-CBC and
// ChaCha20-Poly1305 are there; connections of other suites stay closed, which the report says. Certificates and private keys are not read.
import { cbc, gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha384 } from "@noble/hashes/sha2.js";
import { Buffer } from "./buffer.ts";

const HASHES = { sha1, sha256, sha384 };

/** A hash or MAC that takes octets, and text as UTF-8. */
class Digest {
  readonly #state: { update(octets: Uint8Array): unknown; digest(): Uint8Array };

  constructor(state: { update(octets: Uint8Array): unknown; digest(): Uint8Array }) {
    this.#state = state;
  }

  update(data: Uint8Array | string): this {
    this.#state.update(plain(typeof data === "string" ? Buffer.from(data, "utf8") : data));
    return this;
  }

  digest(encoding?: "hex" | "base64"): Uint8Array | string {
    const octets = Buffer.from(this.#state.digest());
    return encoding === undefined ? octets : octets.toString(encoding);
  }
}

// Their check of types wants a Uint8Array itself.
const plain = (octets: Uint8Array): Uint8Array => new Uint8Array(octets.buffer, octets.byteOffset, octets.byteLength);

const createHash = (name: keyof typeof HASHES): Digest => new Digest(HASHES[name].create());

const createHmac = (name: keyof typeof HASHES, key: Uint8Array): Digest => new Digest(hmac.create(HASHES[name], plain(key)));

const getCiphers = (): string[] => [...["aes-128-gcm", "aes-256-gcm", "aes-128-cbc", "aes-256-cbc", "chacha20-poly1305"]];

class Decipher {
  readonly #name: string;
  readonly #key: Uint8Array;
  readonly #nonce: Uint8Array;
  #tag: Uint8Array = new Uint8Array(0);
  #additional: Uint8Array = new Uint8Array(0);

  constructor(name: string, key: Uint8Array, nonce: Uint8Array) {
    this.#name = name;
    this.#key = plain(key);
    this.#nonce = plain(nonce);
  }

  setAuthTag(tag: Uint8Array): void {
    this.#tag = tag;
  }

  setAAD(additional: Uint8Array): void {
    this.#additional = plain(additional);
  }

  setAutoPadding(_: false): void {}

  /** @throws Error where it does not authenticate. */
  update(sealed: Uint8Array): Uint8Array {
    if (this.#name.endsWith("cbc"))
      return Buffer.from(cbc(this.#key, this.#nonce, { disablePadding: true }).decrypt(plain(sealed)));
    const cipher = this.#name === "chacha20-poly1305" ? chacha20poly1305 : gcm;
    const whole = new Uint8Array(sealed.length + this.#tag.length);
    whole.set(sealed);
    whole.set(this.#tag, sealed.length);
    return Buffer.from(cipher(this.#key, this.#nonce, this.#additional).decrypt(whole));
  }

  final(): void {}
}

const createDecipheriv = (name: string, key: Uint8Array, nonce: Uint8Array): Decipher => new Decipher(name, key, nonce);

function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** @throws Error always. */
function createPrivateKey(): never {
  throw new Error("a browser cannot read with private keys: take a key log");
}

/** @throws Error always. */
function privateDecrypt(): never {
  return createPrivateKey();
}

const constants = { RSA_NO_PADDING: 3 };

/** @throws Error always: what a certificate says is not known here. */
class X509Certificate {
  constructor() {
    throw new Error("certificates are not read");
  }
}

const ciphers = { constants, createDecipheriv, createPrivateKey, getCiphers, privateDecrypt };

const all = { ...ciphers, createHash, createHmac, timingSafeEqual, X509Certificate };

export const crypto = (): typeof all => all;
