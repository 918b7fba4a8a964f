import { u16 } from "../bytes.ts";

/** One end of a connection. */
export interface Endpoint {
  /** The address in network order, signed; an IPv4 address is the last word. */
  readonly words: readonly [number, number, number, number];
  readonly port: number;
}

/** For people and reports: `192.0.2.1:443`, `[2001:db8::1]:443`.
 *  @param family 4 or 6. */
export function endpointText(endpoint: Endpoint, family: number): string {
  const [a, b, c, d] = endpoint.words;
  if (family === 4) return `${d >>> 24}.${(d >>> 16) & 255}.${(d >>> 8) & 255}.${d & 255}:${endpoint.port}`;
  const groups = [a, b, c, d].flatMap((word) => [(word >>> 16) & 0xffff, word & 0xffff]);
  return `[${ipv6Text(groups)}]:${endpoint.port}`;
}

/** An address as octets, 4 or 16 of them, as text; IPv6 in brackets, as before a port. */
export function addressText(b: Uint8Array, at: number, size: number): string {
  if (size === 4) return `${b[at]}.${b[at + 1]}.${b[at + 2]}.${b[at + 3]}`;
  return `[${ipv6Text(Array.from({ length: 8 }, (_, i) => u16(b, at + 2 * i)))}]`;
}

// RFC 5952: the longest run of two or more zero groups is left out, the first one of equals.
function ipv6Text(groups: readonly number[]): string {
  let best = 0;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      best = i;
      bestLength = length;
    }
  }
  const text = groups.map((group) => group.toString(16));
  if (bestLength < 2) return text.join(":");
  return `${text.slice(0, best).join(":")}::${text.slice(best + bestLength).join(":")}`;
}
