// Opens the protected records of one direction: it knows the epoch and the sequence number, and finds both again by trial after a loss.
// Nothing is taken that does not authenticate.
import { u32 } from "../bytes.ts";
import type { Side } from "../place.ts";
import type { ConnectionKeys, Epoch } from "./connection-keys.ts";
import type { TlsRecord } from "./record.ts";

export class Opener {
  readonly #keys: ConnectionKeys;
  side: Side = "client";
  /** Of the last record that opened; undefined: none did. */
  epoch: Epoch | undefined = undefined;
  /** Of the last record that opened. */
  sequence = -1;
  /** Records that opened, and those that did not though there were keys. */
  opened = 0;
  failed = 0;
  /** Records after the last one that opened that may have been lost, or are no part of the sequence. */
  #missing = 0;
  /** The low octets of the explicit nonce of the last record that opened. */
  #nonce = 0;
  /** Trials that are left; every record that opens adds some. */
  #trials = TRIALS;

  constructor(keys: ConnectionKeys) {
    this.#keys = keys;
  }

  /** The sender has begun to use the next keys; undefined: they are not known. */
  advance(epoch: Epoch | undefined): void {
    this.epoch = epoch;
    this.sequence = -1;
    this.#missing = 0;
  }

  /** The next record was found to have this number. */
  beginAt(epoch: Epoch, sequence: number): void {
    this.epoch = epoch;
    this.sequence = sequence - 1;
    this.#missing = 0;
  }

  /** So many octets in which records may have been. */
  lost(octets: number): void {
    const overhead = this.epoch?.overhead ?? LEAST;
    this.#missing = Math.min(this.#missing + Math.floor(octets / (HEAD + overhead)) + 1, MISSING);
  }

  /** A record was lost that was seen to be one. */
  lostRecord(): void {
    this.#missing = Math.min(this.#missing + 1, MISSING);
  }

  /** @returns Its octets without protection, or undefined: it does not authenticate, or there are no keys. */
  open(record: TlsRecord): Uint8Array | undefined {
    return this.#open(record, true);
  }

  /** Whether it would open; nothing is changed but the trials that are left. */
  opens(record: TlsRecord): boolean {
    return this.#open(record, false) !== undefined;
  }

  #open(record: TlsRecord, take: boolean): Uint8Array | undefined {
    const { epoch } = this;
    let tried = false;
    if (epoch !== undefined) {
      tried = true;
      const hint = this.#missing > 0 && epoch.counts ? (this.#nonceOf(record) - this.#nonce) >>> 0 : 0;
      if (hint > 1 && hint <= this.#missing + 1) {
        const plain = this.#try(record, epoch, this.sequence + hint, take);
        if (plain !== undefined) return plain;
      }
      for (let d = 0; d === 0 || (d <= Math.min(this.#missing, WINDOW) && this.#trials > 0); d++) {
        const plain = this.#try(record, epoch, this.sequence + 1 + d, take);
        if (plain !== undefined) return plain;
      }
    }
    for (const next of this.#keys.following(this.side, epoch)) {
      tried = true;
      for (let d = 0; d === 0 || (d <= Math.min(this.#missing, WINDOW) && this.#trials > 0); d++) {
        const plain = this.#try(record, next, d, take);
        if (plain !== undefined) return plain;
      }
    }
    if (take && tried) {
      this.failed++;
      // The wrong place may fall behind with every record: the next is looked for further ahead.
      this.#missing = Math.min(2 * this.#missing + 1, MISSING);
    }
    return undefined;
  }

  #try(record: TlsRecord, epoch: Epoch, sequence: number, take: boolean): Uint8Array | undefined {
    const plain = epoch.open(record, sequence);
    if (plain === undefined) {
      this.#trials--;
      return undefined;
    }
    if (!take) return plain;
    this.epoch = epoch;
    this.sequence = sequence;
    this.#missing = 0;
    this.#trials = Math.min(this.#trials + EARNED, MOST_TRIALS);
    if (epoch.counts) this.#nonce = this.#nonceOf(record);
    this.opened++;
    return plain;
  }

  #nonceOf(record: TlsRecord): number {
    return record.end - record.start >= 8 ? u32(record.bytes, record.start + 4) : 0;
  }
}

const HEAD = 5;
/** What protection adds at least where nothing is known. */
const LEAST = 17;
/** Sequence numbers tried after the expected one. */
const WINDOW = 4096;
const MISSING = 1 << 20;
const TRIALS = 8192;
const EARNED = 16;
const MOST_TRIALS = 1 << 16;
