/** How a gRPC server with default settings counts a client's PINGs (gRFC A8): one that comes too soon after the one before is a strike,
 *  the third strike ends the connection, and DATA or HEADERS of the server begin anew. */
export class PingStrikes {
  strikes = 0;
  #last = -Infinity;
  #content = -1;

  /** @param content DATA and HEADERS that the server has sent so far.
   *  @param interval Shortest time between two PINGs, nanoseconds. */
  ping(time: number, content: number, interval: number): void {
    if (content !== this.#content) this.strikes = 0;
    else if (time - this.#last < interval) this.strikes++;
    this.#content = content;
    this.#last = time;
  }
}

/** How grpc-java counts them: from the beginning of the connection, or from the last PING that was in time, and from the beginning again
 *  when the server has sent DATA or HEADERS. So none is in time while the connection is younger than the interval. */
export class StrictPingStrikes {
  strikes = 0;
  #valid = -Infinity;
  #content = -1;

  /** @param start When the connection began, nanoseconds. */
  ping(time: number, start: number, content: number, interval: number): void {
    if (content !== this.#content) {
      this.strikes = 0;
      this.#valid = start;
      this.#content = content;
    }
    if (time - this.#valid < interval) this.strikes++;
    else this.#valid = time;
  }
}

/** The strikes that a server can have counted at most: it begins anew where it sent DATA or HEADERS for certain after it had got the PING
 *  before, which its acknowledgment shows, and before it got this one, as it was captured so. */
export class CertainPingStrikes {
  /** PINGs of the client. */
  pings = 0;
  /** Those with content of the server between them and the one before. */
  apart = 0;
  readonly #strikes = new PingStrikes();
  readonly #strict = new StrictPingStrikes();
  #acknowledged = 0;
  #content = 0;

  /** As gRPC counts, or as grpc-java does. */
  get most(): number {
    return Math.max(this.#strikes.strikes, this.#strict.strikes);
  }

  /** As gRPC counts. */
  get early(): number {
    return this.#strikes.strikes;
  }

  /** @param content See `PingStrikes`. @param start When the connection began. */
  ping(time: number, start: number, content: number, interval: number): void {
    if (this.#acknowledged === this.pings && this.pings > 0 && content > this.#content) this.apart++;
    this.pings++;
    this.#strikes.ping(time, this.apart, interval);
    this.#strict.ping(time, start, this.apart, interval);
  }

  /** The server acknowledged one. */
  acknowledged(content: number): void {
    this.#acknowledged++;
    this.#content = content;
  }
}

/** PINGs that measure the bandwidth, by their octets in hex: grpc-go's, grpc-java's. They follow what the server sends. */
export const bandwidthPings: ReadonlySet<string> = new Set(["02041010090e0707", "00000000000004d2"]);
