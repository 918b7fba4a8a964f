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

/** PINGs that measure the bandwidth, by their octets in hex: grpc-go's, grpc-java's. They follow what the server sends. */
export const bandwidthPings: ReadonlySet<string> = new Set(["02041010090e0707", "00000000000004d2"]);
