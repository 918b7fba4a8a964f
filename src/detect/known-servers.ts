import type { Hearsay } from "../hearsay.ts";
import type { Flow } from "../tcp/flow.ts";

/** Addresses and ports that answered a connection, or were asked for one: what else goes to them goes to a server. */
export class KnownServers {
  /** Where only a share of the connections is read. */
  hearsay: Hearsay | undefined = undefined;
  readonly #ends = new Set<number>();

  /** @param index The server's direction. */
  add(flow: Flow, index: 0 | 1): void {
    if (this.#ends.size < REMEMBERED) this.#ends.add(keyOf(flow, index));
  }

  /** The same, where only its octets show it. */
  addProven(flow: Flow, index: 0 | 1): void {
    this.hearsay?.hear(`server ${keyOf(flow, index)}`);
    this.add(flow, index);
  }

  /** The end that sends this direction is one of them. */
  has(flow: Flow, index: 0 | 1): boolean {
    const found = this.#ends.has(keyOf(flow, index));
    if (!found) this.hearsay?.miss(`server ${keyOf(flow, index)}`);
    return found;
  }
}

// 32 bits of address, 16 of port. Of an IPv6 address a hash: what is concluded from it is no proof.
function keyOf({ clientSecond, low, high, ports, prefixes }: Flow, index: 0 | 1): number {
  const second = (index === 0) === clientSecond;
  let address = second ? high : low;
  if (prefixes !== undefined)
    for (let i = second ? 3 : 0, end = i + 3; i < end; i++) address = Math.imul(address ^ prefixes[i]!, 0x9e3779b1);
  return (address >>> 0) * 0x1_0000 + (second ? ports & 0xffff : ports >>> 16);
}

const REMEMBERED = 1 << 14;
