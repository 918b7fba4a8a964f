// In: the octets of both directions of a TLS connection. Out: what it carries, where there are keys, read as a separate connection from
// its first octet on, or from where the capture starts; what its handshake and alerts say, and what became of it.
import type { DiagnosticCode } from "../diagnostic.ts";
import type { Origin } from "../place.ts";
import { type ByteSink, type ByteSource, type EndReason, type GapProof, unread } from "../tcp/byte-stream.ts";
import type { TlsAlert } from "../tls/alert.ts";
import { Decryptor, type DecryptorContext } from "../tls/decryptor.ts";
import type { Waiter } from "../tls/parking.ts";
import type { PlaintextSink, TlsListener, TlsTrouble } from "../tls/plaintext.ts";
import { tlsSummary } from "../tls/summary.ts";
import { Carrier } from "./carrier.ts";
import { Detection } from "./detection.ts";

/** Gives decrypted octets. */
export class TlsConnection implements ByteSource, Waiter, TlsListener {
  readonly #carrier: Carrier;
  readonly #keys: DecryptorContext;
  /** Undefined: nothing is to be had from it any more. */
  #decryptor: Decryptor | undefined;
  #first: ByteSink = unread;
  #second: ByteSink = unread;
  /** Something was decrypted. */
  #begun = false;
  #ends = 0;
  /** What could not be read of the handshake. */
  #before: TlsTrouble[] = NONE;

  constructor(carrier: Carrier, keys: DecryptorContext) {
    this.#carrier = carrier;
    this.#keys = keys;
    const out = [new PlainSide(this, 0), new PlainSide(this, 1)] as const;
    const decryptor = new Decryptor(keys, out, this);
    this.#decryptor = decryptor;
    carrier.source.attach(0, new SealedSide(this, decryptor.sinks[0]));
    carrier.source.attach(1, new SealedSide(this, decryptor.sinks[1]));
  }

  attach(direction: 0 | 1, sink: ByteSink): void {
    if (direction === 0) this.#first = sink;
    else this.#second = sink;
  }

  attached(direction: 0 | 1): ByteSink {
    return direction === 0 ? this.#first : this.#second;
  }

  /** Decrypted octets, or a gap among them, are about to come. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { flow, sink, readers, tunnels } = this.#carrier;
    const decryptor = this.#decryptor!; // who gives octets
    const { facts, client = 0 } = decryptor;
    for (const trouble of this.#before) this.#diagnose(trouble);
    this.#before = NONE;
    sink.note({ tls: tlsSummary(facts) });
    sink.secured?.(facts, client, false);
    const starts = { startKnown: (index: 0 | 1) => decryptor.startKnown(index, this.#carrier.startKnown(index)) };
    new Detection(new Carrier(flow, this, sink, readers, tunnels, true, starts), client, NOTHING_SKIPPED);
  }

  /** Something of the ciphertext was read. */
  wasRead(): void {
    if (!this.#begun && this.#decryptor?.hopeless === true) this.#conclude(this.#decryptor);
  }

  /** One direction of the ciphertext is over. */
  ended(): void {
    if (++this.#ends !== 2 || this.#decryptor === undefined) return;
    if (this.#decryptor.waiting && !this.#keys.store.complete) {
      this.#carrier.sink.postpone?.();
      this.#keys.parking.keep(this);
      return;
    }
    this.#decryptor.finish();
    this.#conclude(this.#decryptor);
  }

  keysChanged(): boolean {
    if (this.#decryptor === undefined) return true;
    this.#decryptor.keysChanged();
    if (this.#decryptor.waiting) return false;
    this.finish();
    return true;
  }

  giveUp(): void {
    this.#decryptor?.giveUp();
    this.finish();
  }

  /** It was over, and waited for keys. */
  finish(): void {
    if (this.#decryptor === undefined) return;
    this.#decryptor.finish();
    this.#conclude(this.#decryptor);
    this.#carrier.sink.proceed?.();
  }

  #conclude(decryptor: Decryptor): void {
    const { sink, source } = this.#carrier;
    source.attach(0, unread);
    source.attach(1, unread);
    this.#decryptor = undefined;
    const { facts, client = 0 } = decryptor;
    sink.note({ tls: tlsSummary(facts, decryptor.verdict()) });
    if (!this.#begun) sink.secured?.(facts, client, false);
    sink.secured?.(facts, client, true);
  }

  alert(alert: TlsAlert): void {
    // Before there is anything to answer the handshake's facts say it all.
    if (this.#begun) this.#carrier.sink.alerted?.(alert);
  }

  trouble(trouble: TlsTrouble): void {
    // Where nothing is decrypted the reason of that says all.
    if (this.#begun || trouble.kind === "authentication-failed") this.#diagnose(trouble);
    else if (this.#before.length < BEFORE) this.#before = [...this.#before, trouble];
  }

  #diagnose({ kind, from, file, packet, offset, octets }: TlsTrouble): void {
    const connection = this.#carrier.flow.id;
    const place = { in: "stream", file, packet, connection, from, offset } as const;
    this.#carrier.readers.diagnostics({ code: CODES[kind], place, data: { connection, from, octets } });
  }
}

class SealedSide implements ByteSink {
  readonly #connection: TlsConnection;
  readonly #records: ByteSink;

  constructor(connection: TlsConnection, records: ByteSink) {
    this.#connection = connection;
    this.#records = records;
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    this.#records.bytes(b, start, end, at);
    this.#connection.wasRead();
  }

  gap(length: number, proof: GapProof, at: Origin): void {
    this.#records.gap(length, proof, at);
  }

  end(how: EndReason, at: Origin): void {
    this.#records.end(how, at);
    this.#connection.ended();
  }
}

class PlainSide implements PlaintextSink {
  readonly #connection: TlsConnection;
  readonly #index: 0 | 1;

  constructor(connection: TlsConnection, index: 0 | 1) {
    this.#connection = connection;
    this.#index = index;
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    this.#connection.begin();
    this.#connection.attached(this.#index).bytes(b, start, end, at);
  }

  gap(length: number, proof: GapProof, at: Origin, exact: boolean): void {
    this.#connection.begin();
    this.#connection.attached(this.#index).gap(length, proof, at, exact);
  }

  end(how: EndReason, at: Origin): void {
    this.#connection.attached(this.#index).end(how, at);
  }
}

const CODES: Readonly<Record<TlsTrouble["kind"], DiagnosticCode>> = {
  "authentication-failed": "capture/tls-not-authentic",
  "borders-lost": "capture/tls-borders-lost",
  "cut-record": "capture/tls-cut-record",
  "early-data-limit": "limit/tls-early-data",
};

const NOTHING_SKIPPED = [0, 0] as const;
const NONE: TlsTrouble[] = [];
const BEFORE = 8;
