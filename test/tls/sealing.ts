// A sender of TLS records that does what Node's cannot be made to do: padding, KeyUpdate, many small records. Its keys are made up.
import { type CipherGCMTypes, createCipheriv } from "node:crypto";
import { keyBlock, nextSecret, type RecordKeys, trafficKeys } from "../../src/tls/key-schedule.ts";
import { suite } from "../../src/tls/suite.ts";

const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
const vector = (lengthOctets: 1 | 2 | 3, body: Uint8Array): Buffer => {
  const length = Buffer.alloc(lengthOctets);
  length.writeUIntBE(body.length, 0, lengthOctets);
  return Buffer.concat([length, body]);
};
const message = (type: number, body: Uint8Array): Buffer => Buffer.concat([Buffer.of(type), vector(3, body)]);
export const clearRecord = (type: number, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(type, 3, 3), u16(body.length), body]);

const clientRandom = Buffer.alloc(32, 0xc1);
const serverRandom = Buffer.alloc(32, 0x5e);
const master = Buffer.alloc(48, 0x3a);
const secrets = { client: Buffer.alloc(32, 0xcc), server: Buffer.alloc(32, 0x55), early: Buffer.alloc(32, 0xea) };

export const keyLog = [
  `CLIENT_TRAFFIC_SECRET_0 ${clientRandom.toString("hex")} ${secrets.client.toString("hex")}`,
  `SERVER_TRAFFIC_SECRET_0 ${clientRandom.toString("hex")} ${secrets.server.toString("hex")}`,
  `CLIENT_EARLY_TRAFFIC_SECRET ${clientRandom.toString("hex")} ${secrets.early.toString("hex")}`,
  `CLIENT_RANDOM ${clientRandom.toString("hex")} ${master.toString("hex")}`,
].join("\n");

export const clientHello = (code: number, versions: readonly number[] = [], early = false): Buffer => {
  const list = Buffer.concat([u16(43), vector(2, vector(1, Buffer.concat(versions.map(u16))))]);
  const supported = early ? Buffer.concat([list, u16(42), u16(0)]) : list;
  const extensions = vector(2, versions.length === 0 ? Buffer.alloc(0) : supported);
  const body = [u16(0x303), clientRandom, vector(1, Buffer.alloc(0)), vector(2, u16(code)), vector(1, Buffer.of(0)), extensions];
  return clearRecord(22, message(1, Buffer.concat(body)));
};

export const serverHello = (code: number, version: number, compression = 0): Buffer => {
  const extensions = version === 0x304 ? vector(2, Buffer.concat([u16(43), vector(2, u16(version))])) : Buffer.alloc(0);
  const legacy = u16(Math.min(version, 0x303));
  const body = [legacy, serverRandom, vector(1, Buffer.alloc(0)), u16(code), Buffer.of(compression), extensions];
  return clearRecord(22, message(2, Buffer.concat(body)));
};

/** The records of one direction. */
export class Sealer {
  #sequence = 0;
  #keys: RecordKeys;
  #secret: Uint8Array;
  readonly #tls13: boolean;

  constructor(side: "client" | "server" | "early", tls13: boolean) {
    this.#tls13 = tls13;
    this.#secret = secrets[side];
    const how = suite(tls13 ? 0x1301 : 0xc02f).protection!;
    this.#keys = tls13
      ? trafficKeys(how, this.#secret)
      : keyBlock(how, master, clientRandom, serverRandom)[side === "server" ? 1 : 0];
  }

  /** @param padding Zeros, in TLS 1.3. */
  seal(type: number, content: Uint8Array, padding = 0): Buffer {
    const sequence = Buffer.alloc(8);
    sequence.writeUInt32BE(this.#sequence++, 4);
    const { key, iv } = this.#keys;
    const inner = this.#tls13 ? Buffer.concat([content, Buffer.of(type), Buffer.alloc(padding)]) : content;
    const explicit = this.#tls13 ? Buffer.alloc(0) : sequence;
    const nonce = this.#tls13 ? Buffer.from(iv) : Buffer.concat([iv, explicit]);
    if (this.#tls13) for (let i = 0; i < 8; i++) nonce[4 + i]! ^= sequence[i]!;
    const header = Buffer.concat([Buffer.of(this.#tls13 ? 23 : type, 3, 3), u16(explicit.length + inner.length + 16)]);
    const cipher = createCipheriv("aes-128-gcm" satisfies CipherGCMTypes, key, nonce);
    cipher.setAAD(this.#tls13 ? header : Buffer.concat([sequence, Buffer.of(type, 3, 3), u16(content.length)]));
    const sealed = Buffer.concat([cipher.update(inner), cipher.final()]);
    return Buffer.concat([header, explicit, sealed, cipher.getAuthTag()]);
  }

  data(text: string, padding = 0): Buffer {
    return this.seal(23, Buffer.from(text), padding);
  }

  /** RFC 8446 4.6.3. */
  keyUpdate(): Buffer {
    const record = this.seal(22, message(24, Buffer.of(0)));
    this.#secret = nextSecret("sha256", this.#secret);
    this.#keys = trafficKeys(suite(0x1301).protection!, this.#secret);
    this.#sequence = 0;
    return record;
  }

  /** ChangeCipherSpec and a Finished, as far as the record layer cares (TLS 1.2). */
  finished(): Buffer {
    return Buffer.concat([clearRecord(20, Buffer.of(1)), this.seal(22, message(20, Buffer.alloc(12)))]);
  }
}
