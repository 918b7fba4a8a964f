import { type Origin, origin, type Side } from "../../src/place.ts";
import type { EndReason, GapProof } from "../../src/tcp/byte-stream.ts";
import { Decryptor } from "../../src/tls/decryptor.ts";
import { KeyLogReader } from "../../src/tls/key-log.ts";
import { SearchBudget } from "../../src/tls/key-search.ts";
import { KeyStore } from "../../src/tls/key-store.ts";
import { Parking } from "../../src/tls/parking.ts";
import type { PlaintextSink, TlsTrouble } from "../../src/tls/plaintext.ts";
import { RecordBuffers } from "../../src/tls/record.ts";

/** What a direction gave. */
export class Collected implements PlaintextSink {
  /** Octets, in pieces between gaps. */
  readonly pieces: Buffer[] = [Buffer.alloc(0)];
  readonly gaps: { readonly length: number; readonly proof: GapProof; readonly exact: boolean }[] = [];
  readonly places: { readonly packet: number; readonly offset: number; readonly acked: number; readonly length: number }[] = [];
  ended: EndReason | undefined;
  offset = 0;

  get all(): Buffer {
    return Buffer.concat(this.pieces);
  }

  bytes(buffer: Uint8Array, start: number, end: number, at: Origin): void {
    if (this.ended !== undefined) throw new Error("bytes after the end");
    if (at.offset !== this.offset) throw new Error(`offset ${at.offset} instead of ${this.offset}`);
    if (end <= start) throw new Error("no bytes");
    this.offset += end - start;
    this.places.push({ packet: at.packet, offset: at.offset, acked: at.acked, length: end - start });
    this.pieces[this.pieces.length - 1] = Buffer.concat([this.pieces.at(-1)!, buffer.subarray(start, end)]);
  }

  gap(length: number, proof: GapProof, at: Origin, exact: boolean): void {
    if (this.ended !== undefined) throw new Error("a gap after the end");
    if (at.offset !== this.offset || length <= 0) throw new Error(`a gap of ${length} at ${at.offset}`);
    this.offset += length;
    this.gaps.push({ length, proof, exact });
    this.pieces.push(Buffer.alloc(0));
  }

  end(how: EndReason, at: Origin): void {
    if (this.ended !== undefined) throw new Error("a second end");
    if (at.offset !== this.offset) throw new Error(`an end at ${at.offset} instead of ${this.offset}`);
    this.ended = how;
  }
}

export const keysOf = (text: string | Uint8Array): KeyStore => {
  const store = new KeyStore();
  const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
  const log = new KeyLogReader(store);
  log.bytes(bytes, 0, bytes.length);
  log.end();
  return store;
};

/** One connection through a decryptor: every call is a packet. What is given is spoiled after it was taken. */
export class Fed {
  readonly client = new Collected();
  readonly server = new Collected();
  readonly troubles: TlsTrouble[] = [];
  readonly decryptor: Decryptor;
  readonly parking: Parking;
  readonly #offsets = { client: 0, server: 0 };
  #packet = 0;

  constructor(store: KeyStore, limit = 1 << 20, buffers = new RecordBuffers(), search = new SearchBudget()) {
    this.parking = new Parking(limit);
    this.decryptor = new Decryptor({ store, buffers, parking: this.parking, search }, [this.client, this.server], {
      trouble: (trouble) => this.troubles.push(trouble),
    });
  }

  send(from: Side, octets: Uint8Array): this {
    const buffer = Buffer.concat([Buffer.from("xyz"), octets, Buffer.from("!")]);
    this.#sink(from).bytes(buffer, 3, buffer.length - 1, this.#at(from));
    this.#offsets[from] += octets.length;
    buffer.fill(0xee);
    return this;
  }

  lose(from: Side, octets: number, proof: GapProof = "acknowledged"): this {
    this.#sink(from).gap(octets, proof, this.#at(from));
    this.#offsets[from] += octets;
    return this;
  }

  end(how: EndReason = "fin"): this {
    for (const side of ["client", "server"] as const) this.#sink(side).end(how, this.#at(side));
    return this;
  }

  #sink(from: Side) {
    return this.decryptor.sinks[from === "client" ? 0 : 1];
  }

  #at(from: Side): Origin {
    const at = origin();
    at.packet = ++this.#packet;
    at.time = this.#packet * 1000;
    at.offset = this.#offsets[from];
    at.acked = this.#offsets[from === "client" ? "server" : "client"];
    return at;
  }
}
