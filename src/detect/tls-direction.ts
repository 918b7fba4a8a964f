import type { Origin } from "../place.ts";
import { type ByteSink, type ByteSource, type EndReason, type GapProof, unread } from "../tcp/byte-stream.ts";
import { HelloReader, type TlsHello } from "../tls/hello.ts";

/** One direction of a TLS connection: its hello is read, then nothing more. */
export class TlsDirection implements ByteSink {
  readonly #source: ByteSource;
  readonly #direction: 0 | 1;
  readonly #reader: HelloReader;

  /** @param hello Filled from the hellos of both directions. */
  constructor(source: ByteSource, direction: 0 | 1, hello: TlsHello) {
    this.#source = source;
    this.#direction = direction;
    this.#reader = new HelloReader(hello);
    source.attach(direction, this);
  }

  bytes(b: Uint8Array, start: number, end: number, _at: Origin): void {
    this.#reader.bytes(b, start, end);
    if (this.#reader.done) this.#source.attach(this.#direction, unread);
  }

  gap(_length: number, _proof: GapProof, _at: Origin): void {
    this.#source.attach(this.#direction, unread);
  }

  end(_how: EndReason, _at: Origin): void {}
}
