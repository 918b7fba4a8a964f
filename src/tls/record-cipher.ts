// In: one protected record and its sequence number. Out: what it holds, or nothing where it does not authenticate: never octets that
// were not authenticated. AEAD (RFC 8446 5.2, 5.3; RFC 5246 6.2.3.3; RFC 5288; RFC 6655; RFC 7905) and CBC with HMAC (RFC 5246 6.2.3.2;
// RFC 7366).
import { latin1 } from "../bytes.ts";
import { type CipherGCMTypes, crypto } from "../platform/crypto.ts";
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
  readonly #key: string;
  readonly #iv: string;
  readonly #tls13: boolean;

  constructor(how: Protection, { key, iv }: RecordKeys, tls13: boolean) {
    this.#how = how;
    this.#key = latin1(key, 0, key.length);
    this.#iv = latin1(iv, 0, iv.length);
    this.#tls13 = tls13;
    // In TLS 1.3 the type is inside.
    this.overhead = how.explicitLength + how.tagLength + (tls13 ? 1 : 0);
  }

  open(record: TlsRecord, sequence: number): Uint8Array | undefined {
    const { bytes } = record;
    const { cipher, explicitLength, tagLength } = this.#how;
    const start = record.start + explicitLength;
    const tag = record.end - tagLength;
    if (tag < start) return undefined;
    write(nonce, this.#iv);
    if (explicitLength > 0) nonce.set(bytes.subarray(record.start, start), this.#iv.length);
    else addSequence(nonce, sequence);
    const additional = this.#tls13 ? additional13(record) : additional12(record, sequence, tag - start);
    try {
      const options = tagLength === SHORT_TAG.authTagLength ? SHORT_TAG : TAG;
      const decipher = crypto().createDecipheriv(cipher as CipherGCMTypes, octetsOf(this.#key), nonce, options);
      decipher.setAuthTag(bytes.subarray(tag, record.end));
      if (cipher.endsWith("ccm")) (decipher as unknown as CcmDecipher).setAAD(additional, { plaintextLength: tag - start });
      else decipher.setAAD(additional);
      const plain = decipher.update(bytes.subarray(start, tag));
      decipher.final();
      return plain;
    } catch {
      return undefined;
    }
  }
}

// RFC 8446 5.2.
function additional13(record: TlsRecord): Buffer {
  shortHeader[0] = record.type;
  shortHeader.writeUInt16BE(record.version, 1);
  shortHeader.writeUInt16BE(record.end - record.start, 3);
  return shortHeader;
}

// RFC 5246 6.2.3.3.
function additional12(record: TlsRecord, sequence: number, length: number): Buffer {
  writeSequence(header, sequence);
  header[8] = record.type;
  header.writeUInt16BE(record.version, 9);
  header.writeUInt16BE(length, 11);
  return header;
}

type CcmDecipher = ReturnType<ReturnType<typeof crypto>["createDecipheriv"]> & {
  setAAD(buffer: Uint8Array, options: { plaintextLength: number }): unknown;
};

class Cbc implements RecordCipher {
  readonly overhead: number;
  readonly #how: Protection;
  readonly #key: string;
  readonly #macKey: string;
  readonly #encryptThenMac: boolean;

  constructor(how: Protection, { key, macKey }: RecordKeys, encryptThenMac: boolean) {
    this.#how = how;
    this.#key = latin1(key, 0, key.length);
    this.#macKey = latin1(macKey, 0, macKey.length);
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
      const decipher = crypto().createDecipheriv(this.#how.cipher, octetsOf(this.#key), bytes.subarray(start, start + ivLength));
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
    // RFC 5246 6.2.3.1: the MAC covers what an AEAD takes as additional data.
    const covered = additional12(record, sequence, content.length);
    const expected = crypto().createHmac(this.#how.macHash, octetsOf(this.#macKey)).update(covered).update(content).digest();
    return expected.length === mac.length && crypto().timingSafeEqual(expected, mac);
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

// Used while a record is opened, and only then: a buffer, or an object of Node's for a key, costs each connection several times what is in it.
const nonce = Buffer.alloc(12);
const shortHeader = Buffer.alloc(5);
const header = Buffer.alloc(13);
const keys: Buffer[] = [];
const SHORT_TAG = { authTagLength: 8 } as const;
const TAG = { authTagLength: 16 } as const;

/** The key in a buffer that the next key of this length overwrites. */
function octetsOf(key: string): Buffer {
  const buffer = (keys[key.length] ??= Buffer.alloc(key.length));
  write(buffer, key);
  return buffer;
}

function write(to: Buffer, octets: string): void {
  for (let i = 0; i < octets.length; i++) to[i] = octets.charCodeAt(i);
}
