// In: both directions of one TLS connection. Out: the application data of both, decrypted with the secrets of a key store, and what the
// handshake says in clear. Nothing is given that does not authenticate. Not done: TLS 1.1 and older, DTLS, compression.
import { copyOf, latin1 } from "../bytes.ts";
import { copyOrigin, type Origin, origin, other, type Side } from "../place.ts";
import type { ByteSink, EndReason, GapProof } from "../tcp/byte-stream.ts";
import { ConnectionKeys } from "./connection-keys.ts";
import { type Shared, TlsDirection } from "./direction.ts";
import { noFacts, noteFound, type TlsFacts } from "./facts.ts";
import { type SearchBudget, searchKeys } from "./key-search.ts";
import { type KeyStore, octetsOf } from "./key-store.ts";
import type { Parking } from "./parking.ts";
import type { PlaintextSink, TlsListener } from "./plaintext.ts";
import { ContentType, type RecordBuffers, RecordReader, type RecordSink, TlsRecord } from "./record.ts";
import { type TlsVerdict, verdictOf } from "./verdict.ts";

/** What the decryptors of a session share. */
export interface DecryptorContext {
  readonly store: KeyStore;
  readonly buffers: RecordBuffers;
  readonly parking: Parking;
  readonly search: SearchBudget;
}

export class Decryptor implements RecordSink, Shared {
  /** For the two directions of the connection, as they come. */
  readonly sinks: readonly [ByteSink, ByteSink];
  readonly facts: TlsFacts = noFacts();
  readonly keys: ConnectionKeys;
  readonly listener: TlsListener;
  readonly #context: DecryptorContext;
  readonly #directions: readonly [TlsDirection, TlsDirection];
  /** Which direction is the client's, where a hello shows it. */
  #client: 0 | 1 | undefined;
  /** What came since a record that waits for keys. */
  #parked: Parked[] | undefined;
  #parkedOctets = 0;
  /** Nothing is waited for any more. */
  #gaveUp = false;
  /** So, since there was no room for it. */
  #unkept = false;
  /** Of the store when it was last asked. */
  #generation = -1;
  /** No hello was seen, and keys are looked for: directions whose records were not found a key yet, by bit. */
  #unnamed = 3;
  /** A key has shown which connection it is. */
  #found = false;

  /** @param out Get what the two directions hold. */
  constructor(context: DecryptorContext, out: readonly [PlaintextSink, PlaintextSink], listener: TlsListener = {}) {
    this.#context = context;
    this.keys = new ConnectionKeys(context.store);
    this.listener = listener;
    this.#directions = [new TlsDirection(this, out[0]), new TlsDirection(this, out[1])];
    this.#directions[0].join(this.#directions[1]);
    this.#directions[1].join(this.#directions[0]);
    this.#directions[1].setSide("server");
    this.sinks = [new RecordReader(this, 0, context.buffers), new RecordReader(this, 1, context.buffers)];
  }

  /** Undefined: no hello was seen. */
  get client(): 0 | 1 | undefined {
    return this.#client;
  }

  /** Records wait for keys that may still come. */
  get waiting(): boolean {
    return this.#parked !== undefined;
  }

  /** More keys may be there: what waits goes on where they are. */
  keysChanged(): void {
    if (this.#parked === undefined) return;
    const { generation, complete } = this.#context.store;
    if (generation === this.#generation && !complete) return;
    this.#generation = generation;
    if (!this.keys.waits && (complete || !this.#isUnnamed)) this.#replay();
  }

  /** The first octet of what a direction holds is there, or the gap before it is reported.
   *  @param begun The first octet of its ciphertext was captured: a gap behind that is seen. */
  startKnown(index: 0 | 1, begun: boolean): boolean {
    if (this.#directions[index].fromStart) return true;
    if (this.#found) return false;
    const { clientHello, serverHello } = this.keys;
    return begun || (index === this.#client ? clientHello : serverHello) !== undefined;
  }

  /** What waits cannot be kept any longer, though keys may still come. */
  giveUp(): void {
    this.#unkept = this.#parked !== undefined;
    this.finish();
  }

  /** No keys come any more: what waits is read as far as it can be. */
  finish(): void {
    this.#gaveUp = true;
    this.#replay();
  }

  /** Both sides have sent what cannot be read and never will be: nothing more is to be learned. */
  get hopeless(): boolean {
    const [first, second] = this.#directions;
    if (first.sealed === 0 || second.sealed === 0 || this.#parked !== undefined || !this.#context.store.complete) return false;
    if (first.opener.opened + second.opener.opened > 0) return false;
    return this.keys.version === "1.2" ? this.keys.master() === undefined : this.keys.secrets === undefined;
  }

  /** What became of the connection so far. */
  verdict(): TlsVerdict {
    return verdictOf(
      this.keys,
      this.facts,
      this.#context.store,
      this.#direction("client"),
      this.#direction("server"),
      this.#unkept,
    );
  }

  #direction(side: Side): TlsDirection {
    const [first, second] = this.#directions;
    return first.side === side ? first : second;
  }

  #setClient(index: 0 | 1): void {
    this.#client = index;
    this.#directions[index].setSide("client");
    this.#directions[1 - index]!.setSide(other("client"));
  }

  /** A hello has shown whose direction this is. */
  isClient(direction: TlsDirection): void {
    this.#setClient(direction === this.#directions[0] ? 0 : 1);
  }

  record(index: 0 | 1, record: TlsRecord): void {
    if (this.#parked === undefined && this.#read(index, record)) return;
    this.#park({ index, kind: "record", record: keptRecord(record) }, record.end - record.start);
  }

  damaged(index: 0 | 1, record: TlsRecord, length: number, proof: GapProof, at: Origin): void {
    if (this.#parked === undefined) this.#directions[index].damaged(record, length, proof, at);
    else this.#park({ index, kind: "damaged", record: keptRecord(record), length, proof, at: kept(at) }, 0);
  }

  lost(index: 0 | 1, length: number, proof: GapProof, at: Origin): void {
    if (this.#parked === undefined) this.#directions[index].lost(length, proof, at);
    else this.#park({ index, kind: "lost", length, proof, at: kept(at) }, 0);
  }

  found(index: 0 | 1, skipped: number, at: Origin): void {
    if (this.#parked === undefined) this.#directions[index].found(skipped, at);
    else this.#park({ index, kind: "found", skipped, at: kept(at) }, 0);
  }

  confirm(index: 0 | 1, record: TlsRecord): boolean {
    return this.#parked === undefined && this.#directions[index].confirm(record);
  }

  end(index: 0 | 1, how: EndReason, inRecord: boolean, at: Origin): void {
    if (this.#parked === undefined) this.#directions[index].end(how, inRecord, at);
    else this.#park({ index, kind: "end", how, inRecord, at: kept(at) }, 0);
  }

  /** @returns False: the record needs keys that may still come. */
  #read(index: 0 | 1, record: TlsRecord): boolean {
    const mayWait = !this.#gaveUp;
    if ((this.#unnamed & (index + 1)) !== 0 && record.type === ContentType.applicationData) {
      if (mayWait && !this.#context.store.complete && this.#isUnnamed) return false;
      this.#search(index, record);
    }
    return this.#directions[index].record(record, mayWait);
  }

  /** Neither a hello nor a key has shown which connection it is. */
  get #isUnnamed(): boolean {
    return this.keys.clientRandom === undefined;
  }

  #search(index: 0 | 1, record: TlsRecord): void {
    const keys = this.keys;
    const named = keys.clientRandom !== undefined;
    if ((named && !this.#found) || keys.version === "1.2" || keys.version === "older") {
      this.#unnamed = 0;
      return;
    }
    this.#unnamed &= ~(index + 1);
    const { store, search } = this.#context;
    const direction = this.#directions[index];
    const hints = {
      ...(keys.suite === undefined ? {} : { suite: keys.suite }),
      ...(named ? { clientRandom: latin1(keys.clientRandom!, 0, keys.clientRandom!.length), side: direction.side } : {}),
    };
    const found = searchKeys(store, record, hints, search);
    if (found === undefined) return;
    if (!named) {
      this.#found = true;
      keys.identify(octetsOf(found.clientRandom), found.suite);
      noteFound(this.facts, keys);
      this.#setClient(found.side === "client" ? index : ((1 - index) as 0 | 1));
    }
    let epoch = keys.epoch13(found.side, found.kind)!;
    for (let i = 0; i < found.generation; i++) epoch = epoch.next()!; // as the search did
    direction.opener.beginAt(epoch, found.sequence);
  }

  #park(event: Parked, octets: number): void {
    const { parking } = this.#context;
    this.#parked ??= [];
    this.#parked.push(event);
    this.#parkedOctets += octets + PARKED;
    parking.octets += octets + PARKED;
    if (parking.makeRoom()) this.keysChanged();
    else this.giveUp();
  }

  #replay(): void {
    const parked = this.#parked;
    if (parked === undefined) return;
    this.#context.parking.octets -= this.#parkedOctets;
    this.#parked = undefined;
    this.#parkedOctets = 0;
    for (const event of parked) {
      const { index, kind } = event;
      if (kind === "record") this.record(index, event.record);
      else if (kind === "damaged") this.damaged(index, event.record, event.length, event.proof, event.at);
      else if (kind === "lost") this.lost(index, event.length, event.proof, event.at);
      else if (kind === "found") this.found(index, event.skipped, event.at);
      else this.end(index, event.how, event.inRecord, event.at);
    }
  }
}

type Parked = { readonly index: 0 | 1 } & (
  | { readonly kind: "record"; readonly record: TlsRecord }
  | {
      readonly kind: "damaged";
      readonly record: TlsRecord;
      readonly length: number;
      readonly proof: GapProof;
      readonly at: Origin;
    }
  | { readonly kind: "lost"; readonly length: number; readonly proof: GapProof; readonly at: Origin }
  | { readonly kind: "found"; readonly skipped: number; readonly at: Origin }
  | { readonly kind: "end"; readonly how: EndReason; readonly inRecord: boolean; readonly at: Origin }
);

function kept(at: Origin): Origin {
  const copy = origin();
  copyOrigin(copy, at);
  return copy;
}

function keptRecord({ type, version, bytes, start, end, first, last }: TlsRecord): TlsRecord {
  const copy = new TlsRecord();
  copy.type = type;
  copy.version = version;
  copy.bytes = copyOf(bytes, start, end);
  copy.end = end - start;
  copyOrigin(copy.first, first);
  copyOrigin(copy.last, last);
  return copy;
}

/** What keeping a record costs beside its octets. */
const PARKED = 400;
