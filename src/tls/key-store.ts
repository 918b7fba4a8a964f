// What is known of the secrets of connections, by client random, wherever it came from. Secrets are kept as one character per octet: a third of
// what so many small buffers would cost.

import { hex, latin1 } from "../bytes.ts";
import type { Hearsay } from "../hearsay.ts";
import { crypto, type KeyObject } from "../platform/crypto.ts";

/** The secrets of one connection; octets as characters, `octetsOf` gives them. */
export class ConnectionSecrets {
  /** The number of the key log that gave it first. */
  readonly log: number;
  /** TLS 1.2. */
  master: string | undefined = undefined;
  preMaster: string | undefined = undefined;
  /** TLS 1.3 (RFC 8446 7.1). */
  early: string | undefined = undefined;
  clientHandshake: string | undefined = undefined;
  serverHandshake: string | undefined = undefined;
  clientTraffic: string | undefined = undefined;
  serverTraffic: string | undefined = undefined;

  constructor(log: number) {
    this.log = log;
  }
}

export type SecretName = Exclude<keyof ConnectionSecrets, "log">;

export const octetsOf = (secret: string): Uint8Array => Buffer.from(secret, "latin1");

export class KeyStore {
  /** Nothing more will come: what cannot be read now never can be. Set it to false before reading while keys are still to come. */
  complete = true;
  /** Secrets of so many connections were forgotten, the oldest first. */
  forgotten = 0;
  /** Key logs that had the secrets of a connection that was asked for, by number. */
  readonly used = new Set<number>();
  /** The first client random that was asked for, in hexadecimal. */
  firstAsked: string | undefined = undefined;
  /** Where only a share of the connections is read: what it learns of sessions, and when. */
  hearsay: Hearsay | undefined = undefined;
  /** The step in which the first was asked for. */
  firstAskedAt = 0;
  readonly limit: number;
  readonly #connections = new Map<string, ConnectionSecrets>();
  /** Premaster secrets by the first 8 octets of what they were encrypted to. */
  readonly #preMasters = new Map<string, string>();
  /** Master secrets of TLS 1.2 by session id or by the hash of a ticket. */
  readonly #sessions = new Map<string, string>();
  readonly #privateKeys: KeyObject[] = [];
  #generation = 0;

  /** @param limit Connections whose secrets are kept. */
  constructor(limit = 1 << 16) {
    this.limit = limit;
  }

  /** Connections that there are secrets of. */
  get size(): number {
    return this.#connections.size;
  }

  /** No secret and no private key was given. */
  get empty(): boolean {
    return this.#generation === 0;
  }

  /** Another number whenever more is known. */
  get generation(): number {
    return this.#generation;
  }

  /** The secrets of at most so many connections, by client random, the newest of them last. */
  *newest(count: number): Generator<[string, ConnectionSecrets]> {
    let skip = this.#connections.size - count;
    for (const one of this.#connections) if (--skip < 0) yield one;
  }

  /** @param clientRandom One character per octet. @param log The number of the key log that gives it. */
  add(clientRandom: string, name: SecretName, secret: string, log = 0): void {
    let of = this.#connections.get(clientRandom);
    if (of === undefined) {
      of = new ConnectionSecrets(log);
      this.#connections.set(clientRandom, of);
      if (trim(this.#connections, this.limit)) this.forgotten++;
    }
    of[name] = secret;
    this.#generation++;
  }

  find(clientRandom: Uint8Array): ConnectionSecrets | undefined {
    if (this.firstAsked === undefined) {
      this.firstAsked = hex(clientRandom, 0, clientRandom.length);
      this.firstAskedAt = this.hearsay?.step ?? 0;
    }
    const found = this.#connections.get(latin1(clientRandom, 0, clientRandom.length));
    if (found !== undefined) this.used.add(found.log);
    return found;
  }

  /** @param encrypted The first 8 octets of the encrypted premaster secret, one character each. */
  addPreMaster(encrypted: string, preMaster: string): void {
    this.#preMasters.set(encrypted, preMaster);
    trim(this.#preMasters, this.limit);
    this.#generation++;
  }

  /** A server's RSA key, for suites whose premaster secret is encrypted with it.
   *  @returns Why it cannot be used, or undefined. */
  addPrivateKey(pem: string | Uint8Array): string | undefined {
    try {
      const key = crypto().createPrivateKey(typeof pem === "string" ? pem : Buffer.from(pem));
      if (key.asymmetricKeyType !== "rsa")
        return `its type is ${key.asymmetricKeyType}: only RSA key exchange can be read with a private key`;
      if (this.#privateKeys.length < PRIVATE_KEYS) this.#privateKeys.push(key);
      this.#generation++;
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** The premaster secret that was sent so (RFC 5246 7.4.7.1), where a key log or a private key gives it. */
  preMasterOf(encrypted: Uint8Array): Uint8Array | undefined {
    const logged = this.#preMasters.get(latin1(encrypted, 0, Math.min(8, encrypted.length)));
    if (logged !== undefined) return octetsOf(logged);
    for (const key of this.#privateKeys) {
      const found = decrypted(key, encrypted);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The master secret of a session that may be resumed (RFC 5246 7.4.1.2; RFC 5077). @param name Its id or ticket. */
  addSession(name: Uint8Array, master: string): void {
    if (name.length === 0) return;
    this.hearsay?.hear(`session ${sessionKey(name)}`);
    this.#sessions.set(sessionKey(name), master);
    trim(this.#sessions, SESSIONS);
  }

  session(name: Uint8Array): string | undefined {
    if (name.length === 0) return undefined;
    const found = this.#sessions.size === 0 ? undefined : this.#sessions.get(sessionKey(name));
    if (found === undefined) this.hearsay?.miss(`session ${sessionKey(name)}`);
    return found;
  }

  /** `RSA Session-ID:... Master-Key:...` of s_client. */
  addLoggedSession(id: Uint8Array, master: string): void {
    this.addSession(id, master);
    this.#generation++;
  }
}

// RFC 8017 7.2.2, without Node's own check, which some versions refuse to make: a wrong key shows when nothing authenticates.
function decrypted(key: KeyObject, encrypted: Uint8Array): Uint8Array | undefined {
  try {
    const block = crypto().privateDecrypt({ key, padding: crypto().constants.RSA_NO_PADDING }, encrypted);
    const start = block.length - PRE_MASTER;
    return block[0] === 0 && block[1] === 2 && block[start - 1] === 0 ? block.subarray(start) : undefined;
  } catch {
    return undefined;
  }
}

const sessionKey = (name: Uint8Array): string =>
  name.length <= 32 ? hex(name, 0, name.length) : crypto().createHash("sha256").update(name).digest("base64");

/** Forget the oldest where there are too many. */
function trim(map: Map<string, unknown>, limit: number): boolean {
  if (map.size <= limit) return false;
  for (const key of map.keys()) {
    map.delete(key);
    return true;
  }
  return false;
}

const PRE_MASTER = 48;
const PRIVATE_KEYS = 64;
const SESSIONS = 4096;
