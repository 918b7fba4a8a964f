// Secrets to keys: HKDF-Expand-Label (RFC 8446 7.1, 7.3, 7.2) and the PRF of TLS 1.2 (RFC 5246 5, 6.3, 8.1; RFC 7627 4).
import { crypto } from "../platform/crypto.ts";
import type { Protection } from "./suite.ts";

type Hash = Protection["hash"];

/** A key and the IV that goes with it; a MAC key for CBC suites, else it is empty. */
export interface RecordKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly macKey: Uint8Array;
}

/** RFC 8446 7.1. @param label Without "tls13 ". @param length At most 255 times the hash's. */
export function expandLabel(hash: Hash, secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array {
  const name = Buffer.from(`tls13 ${label}`, "latin1");
  const info = Buffer.concat([Buffer.of(length >> 8, length & 0xff, name.length), name, Buffer.of(context.length), context]);
  const blocks: Buffer[] = [];
  let block: Buffer = Buffer.alloc(0);
  for (let have = 0; have < length; have += block.length) {
    block = crypto()
      .createHmac(hash, secret)
      .update(block)
      .update(info)
      .update(Buffer.of(blocks.length + 1))
      .digest();
    blocks.push(block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** The traffic keys of a secret of TLS 1.3 (RFC 8446 7.3). */
export const trafficKeys = ({ hash, keyLength, ivLength }: Protection, secret: Uint8Array): RecordKeys => ({
  key: expandLabel(hash, secret, "key", NOTHING, keyLength),
  iv: expandLabel(hash, secret, "iv", NOTHING, ivLength),
  macKey: NOTHING,
});

/** The secret that follows after a KeyUpdate (RFC 8446 7.2). */
export const nextSecret = (hash: Hash, secret: Uint8Array): Uint8Array =>
  expandLabel(hash, secret, "traffic upd", NOTHING, secret.length);

/** The PRF of TLS 1.2 (RFC 5246 section 5). */
export function prf(hash: Hash, secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array {
  const full = Buffer.concat([Buffer.from(label, "latin1"), seed]);
  const blocks: Buffer[] = [];
  let a: Buffer = full;
  for (let have = 0; have < length; ) {
    a = crypto().createHmac(hash, secret).update(a).digest();
    const block = crypto().createHmac(hash, secret).update(a).update(full).digest();
    blocks.push(block);
    have += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** RFC 5246 8.1. */
export const masterSecret = (hash: Hash, preMaster: Uint8Array, clientRandom: Uint8Array, serverRandom: Uint8Array): Uint8Array =>
  prf(hash, preMaster, "master secret", Buffer.concat([clientRandom, serverRandom]), MASTER);

/** RFC 7627 section 4. @param messages The handshake up to and including ClientKeyExchange, with the messages' headers. */
export const extendedMasterSecret = (hash: Hash, preMaster: Uint8Array, messages: readonly Uint8Array[]): Uint8Array => {
  const session = crypto().createHash(hash);
  for (const message of messages) session.update(message);
  return prf(hash, preMaster, "extended master secret", session.digest(), MASTER);
};

/** The keys of both directions in TLS 1.2 (RFC 5246 6.3), the client's first. */
export function keyBlock(
  how: Protection,
  master: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): readonly [RecordKeys, RecordKeys] {
  const { hash, macLength, keyLength } = how;
  // The IV of CBC is in each record (RFC 5246 6.2.3.2).
  const ivLength = how.kind === "cbc" ? 0 : how.ivLength;
  const length = 2 * (macLength + keyLength + ivLength);
  const block = prf(hash, master, "key expansion", Buffer.concat([serverRandom, clientRandom]), length);
  let at = 0;
  const next = (count: number): Uint8Array => block.subarray(at, (at += count));
  const mac = [next(macLength), next(macLength)] as const;
  const key = [next(keyLength), next(keyLength)] as const;
  const iv = [next(ivLength), next(ivLength)] as const;
  return [
    { key: key[0], iv: iv[0], macKey: mac[0] },
    { key: key[1], iv: iv[1], macKey: mac[1] },
  ];
}

const NOTHING = new Uint8Array(0);
const MASTER = 48;
