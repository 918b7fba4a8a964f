// Reads both directions of a carrier as HTTP/1.1, until they become something else.
import type { Origin } from "../place.ts";
import type { ByteSink, EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { Carrier } from "./carrier.ts";
import { Http1Exchange, type Switch } from "./http1-exchange.ts";
import { ReplayBuffer, UNDECIDED } from "./replay-buffer.ts";

export class Http1Connection {
  readonly #carrier: Carrier;
  readonly #client: 0 | 1;
  readonly #exchange: Http1Exchange;
  /** What the client sent while the meaning of it depends on an answer. */
  readonly #waiting: ReplayBuffer;
  /** The ends so far: whoever reads on needs them. */
  readonly #ends: ReplayBuffer;
  #ended: readonly [boolean, boolean] = [false, false];

  constructor(carrier: Carrier, client: 0 | 1) {
    const { sink, readers, source } = carrier;
    this.#carrier = carrier;
    this.#client = client;
    this.#waiting = new ReplayBuffer(readers.undecided);
    this.#ends = new ReplayBuffer(readers.undecided);
    this.#exchange = new Http1Exchange({
      offered: (offer) => sink.offered(offer, client),
      recognised: (name) => sink.note({ recognised: name }),
      request: (head, number) => sink.http1?.(head, number, client),
    });
    source.attach(0, new Http1Side(this, 0));
    source.attach(1, new Http1Side(this, 1));
  }

  bytes(index: 0 | 1, b: Uint8Array, start: number, end: number, at: Origin): void {
    const exchange = this.#exchange;
    const isClient = index === this.#client;
    let p = start;
    // Behind what waits already nothing may be read.
    const waits = isClient && !this.#waiting.isEmpty;
    while (p < end && !waits) {
      p += isClient ? exchange.client(b, start, p, end, at) : exchange.server(b, start, p, end, at);
      if (exchange.lost) {
        this.#search();
        return;
      }
      if (exchange.switched !== undefined) {
        this.#waiting.bytes(index, b, start, p, end, at);
        this.#switch(exchange.switched);
        return;
      }
      if (isClient && exchange.holds) break;
      if (!isClient && !exchange.holds && !this.#waiting.isEmpty) {
        this.#waiting.bytes(index, b, start, p, end, at);
        this.#waiting.replay(this.#carrier.source);
        return;
      }
    }
    this.#waiting.bytes(index, b, start, p, end, at);
    if (this.#waiting.octets > UNDECIDED) this.#search();
  }

  gap(index: 0 | 1, length: number, exact: boolean): void {
    const from = index === this.#client ? "client" : "server";
    if (!exact || this.#waiting.holds(index) || this.#exchange.holds || !this.#exchange.gap(from, length)) this.#search();
  }

  end(index: 0 | 1, how: EndReason, at: Origin): void {
    this.#ends.end(index, how, at);
    const both = this.#ended[1 - index]!;
    this.#ended = both ? [true, true] : index === 0 ? [true, false] : [false, true];
    this.#exchange.ended(index === this.#client ? "client" : "server", how, at);
    if (!both) return;
    this.#exchange.end(how);
    this.#waiting.clear();
  }

  #switch(to: Switch): void {
    const { readers } = this.#carrier;
    const waiting = this.#waiting;
    waiting.append(this.#ends);
    if (to.to === "other") readers.other(this.#carrier, "http/1.1", to.name === "" ? undefined : to.name, waiting);
    else if (to.to === "tunnel") {
      readers.tunnel(this.#carrier, this.#client, { via: "connect", target: to.target }, [0, 0], waiting);
    } else {
      const started = { client: true, server: true };
      const rest = this.#exchange.inRequest ? this.#exchange : undefined;
      readers.http2(this.#carrier, { protocol: "h2c-upgrade", client: this.#client, roles: "preface", started }, waiting, rest);
    }
  }

  #search(): void {
    this.#exchange.end(undefined);
    this.#carrier.readers.search(this.#carrier, this.#client, this.#ended, this.#waiting);
  }
}

class Http1Side implements ByteSink {
  readonly #connection: Http1Connection;
  readonly #index: 0 | 1;

  constructor(connection: Http1Connection, index: 0 | 1) {
    this.#connection = connection;
    this.#index = index;
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    this.#connection.bytes(this.#index, b, start, end, at);
  }

  gap(length: number, _proof: GapProof, _at: Origin, exact = true): void {
    this.#connection.gap(this.#index, length, exact);
  }

  end(how: EndReason, at: Origin): void {
    this.#connection.end(this.#index, how, at);
  }
}
