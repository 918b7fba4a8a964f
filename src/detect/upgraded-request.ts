import type { Http2Opening } from "../http2/opening.ts";
import type { Origin } from "../place.ts";
import type { ByteSink, ByteSource, EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { Http1Exchange } from "./http1-exchange.ts";
import type { ConnectionSink } from "./protocol.ts";

/** The client's direction after `101 Switching Protocols`, while the request that was upgraded is not over: its content goes before the
 *  preface (RFC 7540 3.2). */
export class UpgradedRequest implements ByteSink {
  readonly #exchange: Http1Exchange;
  readonly #source: ByteSource;
  readonly #direction: 0 | 1;
  readonly #sink: ConnectionSink;
  /** Reads what follows. */
  readonly #next: Http2Opening;

  constructor(exchange: Http1Exchange, source: ByteSource, direction: 0 | 1, sink: ConnectionSink, next: Http2Opening) {
    this.#exchange = exchange;
    this.#source = source;
    this.#direction = direction;
    this.#sink = sink;
    this.#next = next;
    source.attach(direction, this);
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    const read = this.#exchange.client(b, start, start, end, at);
    if (!this.#exchange.inRequest) this.#source.attach(this.#direction, this.#next);
    if (read < end - start) this.#next.read(b, start, start + read, end, at);
  }

  gap(length: number, proof: GapProof, at: Origin, exact = true): void {
    this.#sink.octetsLost("client", length, proof, at);
    if (exact && this.#exchange.gap("client", length)) return;
    this.#source.attach(this.#direction, this.#next);
    this.#next.passOver(length, at, false);
  }

  end(how: EndReason, at: Origin): void {
    this.#next.end(how, at);
  }
}
