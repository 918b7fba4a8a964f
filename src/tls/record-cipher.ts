// In: one protected record and its sequence number. Out: what it holds, or nothing where it does not authenticate: never octets that
// were not authenticated. AEAD (RFC 8446 5.2, 5.3; RFC 5246 6.2.3.3; RFC 5288; RFC 6655; RFC 7905) and CBC with HMAC (RFC 5246 6.2.3.2;
// RFC 7366).
import {
  type CipherGCMTypes,
  createDecipheriv,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from "../platform/crypto.ts";
import type { RecordKeys } from "./key-schedule.ts";
import type { TlsRecord } from "./record.ts";
import type { Protection } from "./suite.ts";

/** Opens the records of one direction under one key. */
export interface RecordCipher {
  /** The record's octets without protection, in separate memory; undefined: it does not authenticate with this number. */
  open(record: TlsRecord, sequence: number): Uint8Array | undefined;
  /** Octets that protection adds at least. */
  readonly overhead: number;
}

/** @param tls13 The record's header is authenticated as it is, and its type is inside (RFC 8446 5.2).
 *  @param encryptThenMac RFC 7366; of CBC suites only. */
export function recordCipher(how: Protection, keys: RecordKeys, tls13: boolean, encryptThenMac: boolean): RecordCipher {
  return how.kind === "aead" ? new Aead(how, keys, tls13) : new Cbc(how, keys, encryptThenMac);
}

class Aead implements RecordCipher {
  readonly overhead: number;
  readonly #how: Protection;
  readonly #key: KeyObject;
  readonly #iv: Uint8Array;
  readonly #tls13: boolean;
  readonly #nonce = Buffer.alloc(12);
  readonly #additional: Buffer;
  readonly #options: { authTagLength: number };
  readonly #ccm: boolean;

  constructor(how: Protection, { key, iv }: RecordKeys, tls13: boolean) {
    this.#how = how;
    this.#key = createSecretKey(key);
    this.#iv = iv;
    this.#tls13 = tls13;
    this.#options = { authTagLength: how.tagLength };
    this.#ccm = how.cipher.endsWith("ccm");
    this.#additional = Buffer.alloc(tls13 ? 5 : 13);
    // In TLS 1.3 the type is inside.
    this.overhead = how.explicitLength + how.tagLength + (tls13 ? 1 : 0);
  }

  open(record: TlsRecord, sequence: number): Uint8Array | undefined {
    const { bytes } = record;
    const { explicitLength, tagLength } = this.#how;
    const start = record.start + explicitLength;
    const tag = record.end - tagLength;
    if (tag < start) return undefined;
    const nonce = this.#nonce;
    nonce.set(this.#iv);
    if (explicitLength > 0) nonce.set(bytes.subarray(record.start, start), this.#iv.length);
    else addSequence(nonce, sequence);
    this.#setAdditional(record, sequence, tag - start);
    try {
      const decipher = createDecipheriv(this.#how.cipher as CipherGCMTypes, this.#key, nonce, this.#options);
      decipher.setAuthTag(bytes.subarray(tag, record.end));
      if (this.#ccm) (decipher as unknown as CcmDecipher).setAAD(this.#additional, { plaintextLength: tag - start });
      else decipher.setAAD(this.#additional);
      const plain = decipher.update(bytes.subarray(start, tag));
      decipher.final();
      return plain;
    } catch {
      return undefined;
    }
  }

  #setAdditional(record: TlsRecord, sequence: number, length: number): void {
    const additional = this.#additional;
    if (this.#tls13) {
      additional[0] = record.type;
      additional.writeUInt16BE(record.version, 1);
      additional.writeUInt16BE(record.end - record.start, 3);
      return;
    }
    writeSequence(additional, sequence);
    additional[8] = record.type;
    additional.writeUInt16BE(record.version, 9);
    additional.writeUInt16BE(length, 11);
  }
}

type CcmDecipher = ReturnType<typeof createDecipheriv> & {
  setAAD(buffer: Uint8Array, options: { plaintextLength: number }): unknown;
};

class Cbc implements RecordCipher {
  readonly overhead: number;
  readonly #how: Protection;
  readonly #key: KeyObject;
  readonly #macKey: KeyObject;
  readonly #encryptThenMac: boolean;
  readonly #header = Buffer.alloc(13);

  constructor(how: Protection, { key, macKey }: RecordKeys, encryptThenMac: boolean) {
    this.#how = how;
    this.#key = createSecretKey(key);
    this.#macKey = createSecretKey(macKey);
    this.#encryptThenMac = encryptThenMac;
    this.overhead = how.explicitLength + how.macLength + 1;
  }

  open(record: TlsRecord, sequence: number): Uint8Array | undefined {
    const { bytes, start } = record;
    const { ivLength, macLength } = this.#how;
    const end = this.#encryptThenMac ? record.end - macLength : record.end;
    if (end - start < 2 * ivLength || (end - start) % ivLength !== 0) return undefined;
    if (this.#encryptThenMac && !this.#isMac(record, sequence, bytes.subarray(start, end), bytes.subarray(end, record.end)))
      return undefined;
    let padded: Buffer;
    try {
      const decipher = createDecipheriv(this.#how.cipher, this.#key, bytes.subarray(start, start + ivLength));
      decipher.setAutoPadding(false);
      padded = decipher.update(bytes.subarray(start + ivLength, end));
    } catch {
      return undefined;
    }
    const padding = padded[padded.length - 1]!;
    const content = padded.length - 1 - padding - (this.#encryptThenMac ? 0 : macLength);
    if (content < 0) return undefined;
    for (let i = padded.length - 1 - padding; i < padded.length; i++) if (padded[i] !== padding) return undefined;
    const plain = padded.subarray(0, content);
    if (!this.#encryptThenMac && !this.#isMac(record, sequence, plain, padded.subarray(content, content + macLength)))
      return undefined;
    return plain;
  }

  #isMac(record: TlsRecord, sequence: number, content: Uint8Array, mac: Uint8Array): boolean {
    const header = this.#header;
    writeSequence(header, sequence);
    header[8] = record.type;
    header.writeUInt16BE(record.version, 9);
    header.writeUInt16BE(content.length, 11);
    const expected = createHmac(this.#how.macHash, this.#macKey).update(header).update(content).digest();
    return expected.length === mac.length && timingSafeEqual(expected, mac);
  }
}

function writeSequence(to: Buffer, sequence: number): void {
  to.writeUInt32BE(Math.floor(sequence / 2 ** 32), 0);
  to.writeUInt32BE(sequence >>> 0, 4);
}

// RFC 8446 5.3, RFC 7905 section 2: the number, as wide as the IV, is added to it without carry.
function addSequence(nonce: Buffer, sequence: number): void {
  const high = Math.floor(sequence / 2 ** 32);
  for (let i = 0; i < 4; i++) {
    nonce[4 + i]! ^= (high >>> (24 - 8 * i)) & 0xff;
    nonce[8 + i]! ^= (sequence >>> (24 - 8 * i)) & 0xff;
  }
}
