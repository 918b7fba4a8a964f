// The keys of one connection, as far as its hellos and the key store give them, by epoch (RFC 8446 7.3, appendix A; RFC 5246 6.3, 8.1).
import { latin1 } from "../bytes.ts";
import type { Side } from "../place.ts";
import { type ClientHello, MessageType, type ServerHello } from "./handshake.ts";
import { extendedMasterSecret, keyBlock, masterSecret, nextSecret, type RecordKeys, trafficKeys } from "./key-schedule.ts";
import { type ConnectionSecrets, type KeyStore, octetsOf } from "./key-store.ts";
import type { TlsRecord } from "./record.ts";
import { type RecordCipher, recordCipher } from "./record-cipher.ts";
import { type Protection, type Suite, suite } from "./suite.ts";

export type EpochKind = "early" | "handshake" | "application" | "tls12";

/** A time of one direction under one key. More than one cipher as long as the suite is not known: the first that opens a record is it. */
export class Epoch {
  readonly kind: EpochKind;
  /** KeyUpdates before it; of TLS 1.2, handshakes. */
  readonly generation: number;
  #ways: readonly Way[];
  #next: Epoch | undefined;

  constructor(kind: EpochKind, generation: number, ways: readonly Way[]) {
    this.kind = kind;
    this.generation = generation;
    this.#ways = ways;
  }

  /** Octets that protection adds at least. */
  get overhead(): number {
    return this.#ways[0]!.cipher.overhead;
  }

  /** The nonce is in the record, and most senders count with it. */
  get counts(): boolean {
    const { kind, explicitLength } = this.#ways[0]!.how;
    return kind === "aead" && explicitLength > 0;
  }

  /** An AEAD of TLS 1.2: a record's length gives that of its content. */
  get exact(): boolean {
    return this.kind === "tls12" && this.#ways[0]!.how.kind === "aead";
  }

  open(record: TlsRecord, sequence: number): Uint8Array | undefined {
    for (const way of this.#ways) {
      const plain = way.cipher.open(record, sequence);
      if (plain === undefined) continue;
      if (this.#ways.length > 1) this.#ways = [way];
      return plain;
    }
    return undefined;
  }

  /** After a KeyUpdate (RFC 8446 7.2); undefined of others than application data of TLS 1.3. */
  next(): Epoch | undefined {
    if (this.kind !== "application") return undefined;
    this.#next ??= new Epoch(
      "application",
      this.generation + 1,
      this.#ways.map(({ how, secret }) => way13(how, nextSecret(how.hash, octetsOf(secret)))),
    );
    return this.#next;
  }
}

interface Way {
  readonly how: Protection;
  /** One character per octet; of TLS 1.2, where nothing follows from it, "". */
  readonly secret: string;
  readonly cipher: RecordCipher;
}

const way13 = (how: Protection, secret: Uint8Array): Way => ({
  how,
  secret: latin1(secret, 0, secret.length),
  cipher: recordCipher(how, trafficKeys(how, secret), true, false),
});

/** The first one under a secret of TLS 1.3. */
export const epochOf = (kind: EpochKind, how: Protection, secret: Uint8Array): Epoch => new Epoch(kind, 0, [way13(how, secret)]);

export class ConnectionKeys {
  clientHello: ClientHello | undefined;
  serverHello: ServerHello | undefined;
  /** The client's first random of the connection, which key logs go by. */
  clientRandom: Uint8Array | undefined;
  readonly #store: KeyStore;
  // Of TLS 1.3.
  #early: Epoch | undefined;
  #clientHandshake: Epoch | undefined;
  #serverHandshake: Epoch | undefined;
  #clientTraffic: Epoch | undefined;
  #serverTraffic: Epoch | undefined;
  /** TLS 1.2: of the handshake in progress. */
  #master: Uint8Array | undefined;
  /** The encrypted premaster secret of a ClientKeyExchange. */
  #encrypted: Uint8Array | undefined;
  /** The store has no master secret as long as it has this generation. */
  #missedAt = -1;
  /** Handshakes of TLS 1.2 whose keys were made. */
  #handshakes = 0;
  /** Of the TLS 1.2 handshake in progress. */
  #made: Readonly<Record<Side, Epoch>> | undefined;
  /** Messages up to ClientKeyExchange, for RFC 7627; only where a premaster secret may be found. */
  #messages: Uint8Array[] = NO_MESSAGES;
  #messageOctets = 0;
  /** The ClientKeyExchange was the last of them. */
  #exchanged = false;
  /** The ServerHello is that of the handshake in progress. */
  #answered = false;
  /** Of a connection of TLS 1.3 that was known by its records. */
  #foundSuite: Suite | undefined;

  constructor(store: KeyStore) {
    this.#store = store;
  }

  /** Undefined: the ServerHello is not there yet. */
  get version(): "1.3" | "1.2" | "older" | undefined {
    const version = this.serverHello?.version;
    if (version === undefined && this.#foundSuite !== undefined) return "1.3";
    return version === undefined ? undefined : version === 0x0304 ? "1.3" : version === 0x0303 ? "1.2" : "older";
  }

  get suite(): Suite | undefined {
    return this.serverHello === undefined ? this.#foundSuite : suite(this.serverHello.suite);
  }

  get secrets(): ConnectionSecrets | undefined {
    return this.clientRandom === undefined ? undefined : this.#store.find(this.clientRandom);
  }

  /** There is something to open records of this direction with. */
  readable(side: Side): boolean {
    const secrets = this.secrets;
    if (this.version === "1.2" || this.version === "older") return this.#made !== undefined;
    return (side === "client" ? secrets?.clientTraffic : secrets?.serverTraffic) !== undefined;
  }

  /** Keys that may still come would help. */
  get waits(): boolean {
    if (this.#store.complete || this.clientHello === undefined) return false;
    if (this.suite !== undefined && this.suite.protection === undefined) return false;
    if (this.version === "older") return false;
    if (this.version === "1.2") return this.master() === undefined;
    const secrets = this.secrets;
    if (this.version === undefined && secrets?.master !== undefined) return false;
    return !(secrets?.clientHandshake && secrets.serverHandshake && secrets.clientTraffic && secrets.serverTraffic);
  }

  /** A handshake begins: the first, or one that renegotiates. After a HelloRetryRequest the same goes on. */
  setClientHello(hello: ClientHello): void {
    this.clientHello = hello;
    this.clientRandom ??= hello.random;
    this.#early = undefined;
    this.#forgetEpochs();
    this.#master = this.#encrypted = this.#made = undefined;
    this.#missedAt = -1;
    this.#answered = false;
  }

  setServerHello(hello: ServerHello): void {
    this.serverHello = hello;
    this.#answered = true;
    this.#missedAt = -1;
    this.#forgetEpochs();
    if (this.clientHello !== undefined) this.clientHello = withoutOffers(this.clientHello);
    if (this.version === "1.3") this.#forgetNames(hello);
  }

  // No keys of TLS 1.3 are made of randoms or sessions.
  #forgetNames(hello: ServerHello): void {
    this.#messages = NO_MESSAGES;
    this.serverHello = { ...hello, random: NOTHING, sessionId: NOTHING };
    if (this.clientHello !== undefined)
      this.clientHello = { ...this.clientHello, random: NOTHING, sessionId: NOTHING, ticket: NOTHING };
  }

  #forgetEpochs(): void {
    this.#clientHandshake = this.#serverHandshake = undefined;
    this.#clientTraffic = this.#serverTraffic = undefined;
  }

  /** This side sends application data under the keys of TLS 1.3: it does not go back. */
  handshakeOver(side: Side): void {
    if (side === "server") this.#serverHandshake = undefined;
    else this.#early = this.#clientHandshake = undefined;
  }

  /** Without a ClientHello: records have opened with the secrets of this client random. TLS 1.3. */
  identify(clientRandom: Uint8Array, of: Suite): void {
    this.clientRandom = clientRandom;
    this.#foundSuite = of;
    this.#early = undefined;
    this.#forgetEpochs();
  }

  /** Epochs that may come after this one, nearest first. */
  following(side: Side, epoch: Epoch | undefined): readonly Epoch[] {
    if (this.version === "1.2") {
      const pending = this.pending(side);
      return pending === undefined || pending === epoch ? [] : [pending];
    }
    if (this.version === "older") return [];
    if (epoch?.kind === "application") return [epoch.next()!];
    const kinds: EpochKind[] = epoch?.kind === "handshake" ? ["application"] : ["handshake", "application"];
    if (epoch === undefined && side === "client" && this.clientHello?.earlyData === true) kinds.unshift("early");
    return kinds.map((kind) => this.epoch13(side, kind)).filter((found) => found !== undefined);
  }

  /** @param kind Not of TLS 1.2. */
  epoch13(side: Side, kind: EpochKind): Epoch | undefined {
    const client = side === "client";
    if (kind === "early") return (this.#early ??= this.#make(kind, this.secrets?.early));
    if (kind === "handshake") {
      if (client) return (this.#clientHandshake ??= this.#make(kind, this.secrets?.clientHandshake));
      return (this.#serverHandshake ??= this.#make(kind, this.secrets?.serverHandshake));
    }
    if (client) return (this.#clientTraffic ??= this.#make(kind, this.secrets?.clientTraffic));
    return (this.#serverTraffic ??= this.#make(kind, this.secrets?.serverTraffic));
  }

  #make(kind: EpochKind, logged: string | undefined): Epoch | undefined {
    if (logged === undefined) return undefined;
    const secret = octetsOf(logged);
    const ways = this.#protections(kind, secret.length).map((how) => way13(how, secret));
    return ways.length === 0 ? undefined : new Epoch(kind, 0, ways);
  }

  // Early data goes under the suite of the session that is resumed, which only the length of its secret hints at.
  #protections(kind: EpochKind, length: number): Protection[] {
    const hash = length === 48 ? "sha384" : "sha256";
    const chosen = this.suite;
    const codes = kind === "early" || chosen === undefined ? (this.clientHello?.suites ?? []) : [chosen.code];
    const found = codes.map(suite).filter(({ tls13 }) => tls13);
    return found.flatMap(({ protection }) => (protection?.hash === hash ? [protection] : []));
  }

  /** The keys that the next ChangeCipherSpec of TLS 1.2 puts into use, or has put. */
  pending(side: Side): Epoch | undefined {
    if (this.#made !== undefined) return this.#made[side];
    const master = this.master();
    const how = this.suite?.protection;
    const { clientHello, serverHello } = this;
    if (master === undefined || how === undefined || serverHello === undefined || clientHello === undefined) return undefined;
    const keys = keyBlock(how, master, clientHello.random, serverHello.random);
    const encryptThenMac = how.kind === "cbc" && clientHello.encryptThenMac && serverHello.encryptThenMac;
    const make = (of: RecordKeys): Epoch =>
      new Epoch("tls12", this.#handshakes, [{ how, secret: "", cipher: recordCipher(how, of, false, encryptThenMac) }]);
    this.#made = { client: make(keys[0]), server: make(keys[1]) };
    this.#handshakes++;
    return this.#made[side];
  }

  /** The master secret of the TLS 1.2 handshake in progress. */
  master(): Uint8Array | undefined {
    const { clientHello, serverHello } = this;
    if (this.#master !== undefined || clientHello === undefined || serverHello === undefined || !this.#answered)
      return this.#master;
    const { generation } = this.#store;
    if (this.#missedAt === generation) return undefined;
    this.#master = this.#loggedMaster(clientHello, serverHello);
    // A session that is resumed has the master secret of the first one (RFC 5246 7.3).
    const { sessionId } = serverHello;
    const resumed = sessionId.length > 0 && Buffer.compare(sessionId, clientHello.sessionId) === 0;
    if (this.#master === undefined && (resumed || clientHello.ticket.length > 0)) {
      const session = this.#store.session(clientHello.ticket) ?? (resumed ? this.#store.session(sessionId) : undefined);
      if (session !== undefined) this.#master = octetsOf(session);
    }
    if (this.#master === undefined) this.#missedAt = generation;
    else this.remember(sessionId);
    return this.#master;
  }

  #loggedMaster(clientHello: ClientHello, serverHello: ServerHello): Uint8Array | undefined {
    const secrets = this.#store.find(clientHello.random);
    if (secrets?.master !== undefined) return octetsOf(secrets.master);
    const hash = this.suite?.protection?.hash;
    if (hash === undefined) return undefined;
    let preMaster = secrets?.preMaster === undefined ? undefined : octetsOf(secrets.preMaster);
    if (this.#encrypted !== undefined) preMaster ??= this.#store.preMasterOf(this.#encrypted);
    if (preMaster === undefined || !this.#exchanged) return undefined;
    return clientHello.extendedMasterSecret && serverHello.extendedMasterSecret
      ? extendedMasterSecret(hash, preMaster, this.#messages)
      : masterSecret(hash, preMaster, clientHello.random, serverHello.random);
  }

  /** The session has a name by which it may be resumed: its id or a ticket. */
  remember(name: Uint8Array): void {
    const master = this.#master;
    if (master !== undefined) this.#store.addSession(name, Buffer.from(master).toString("latin1"));
  }

  /** A message of the handshake, with its header, in the order in which they were sent. */
  handshakeMessage(type: number, message: Uint8Array): void {
    if (type === MessageType.clientHello) {
      this.#messages = NO_MESSAGES;
      this.#messageOctets = 0;
      this.#exchanged = false;
    }
    if (this.#exchanged || this.#messageOctets + message.length > MESSAGES) return;
    if (this.#messages === NO_MESSAGES) this.#messages = [];
    this.#messages.push(Uint8Array.from(message));
    this.#messageOctets += message.length;
    if (type !== MessageType.clientKeyExchange) return;
    this.#exchanged = true;
    this.#missedAt = -1;
    if (this.suite?.rsaKeyExchange === true && message.length > 6) this.#encrypted = Uint8Array.from(message.subarray(6));
    if (this.master() !== undefined || this.#store.complete) this.#messages = NO_MESSAGES;
  }
}

// What a hello offers decides nothing once the server has chosen, but for early data, which may come later than the choice is seen.
const withoutOffers = (hello: ClientHello): ClientHello => ({
  ...hello,
  versions: NONE,
  suites: hello.earlyData ? hello.suites : NONE,
  compression: NONE,
  extensions: NONE,
});

const NOTHING = new Uint8Array(0);
const NONE: readonly number[] = [];
// Of every connection that keeps none; never changed.
const NO_MESSAGES: Uint8Array[] = [];
/** Octets of a handshake kept for its extended master secret. */
const MESSAGES = 1 << 16;
