// The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): a load balancer says first on whose behalf it connects.
import { latin1, u16 } from "../bytes.ts";
import { addressText } from "../tcp/endpoint-text.ts";

export interface ProxyHeader {
  readonly version: 1 | 2;
  /** Of the whole header. */
  readonly octets: number;
  /** Absent where the header names none: UNKNOWN, LOCAL, other families. */
  readonly client?: string;
  readonly server?: string;
}

/** How many octets show all of a header that is looked at. */
export const PROXY_HEAD = 107;

/** @returns The header, `more` where it has begun and is not there yet, or undefined. */
export function proxyHeader(b: Uint8Array, count: number): ProxyHeader | "more" | undefined {
  if (matches(b, count, ONE)) return count < ONE.length ? "more" : version1(latin1(b, 0, Math.min(count, PROXY_HEAD)));
  if (matches(b, count, TWO)) return count < 16 ? "more" : version2(b, count);
  return undefined;
}

// A line of at most 107 octets.
function version1(text: string): ProxyHeader | "more" | undefined {
  const end = text.indexOf("\r\n");
  if (end < 0) return text.length < PROXY_HEAD ? "more" : undefined;
  const found = /^PROXY TCP([46]) ([0-9a-fA-F:.]+) ([0-9a-fA-F:.]+) (\d{1,5}) (\d{1,5})$/.exec(text.slice(0, end));
  const octets = end + 2;
  if (found === null) return { version: 1, octets };
  const [, family, client, server, clientPort, serverPort] = found;
  const end_ = (address: string, port: string) => (family === "6" ? `[${address}]:${port}` : `${address}:${port}`);
  return { version: 1, octets, client: end_(client!, clientPort!), server: end_(server!, serverPort!) };
}

// A signature, version and command, family, the length of the rest.
function version2(b: Uint8Array, count: number): ProxyHeader | "more" | undefined {
  if (b[12]! >> 4 !== 2) return undefined;
  const length = u16(b, 14);
  const octets = 16 + length;
  const proxied = (b[12]! & 0x0f) === 1;
  const size = b[13]! >> 4 === 1 ? 4 : b[13]! >> 4 === 2 ? 16 : 0;
  if (!proxied || size === 0 || length < 2 * size + 4) return { version: 2, octets };
  if (count < 16 + 2 * size + 4) return "more";
  const ports = 16 + 2 * size;
  return {
    version: 2,
    octets,
    client: `${addressText(b, 16, size)}:${u16(b, ports)}`,
    server: `${addressText(b, 16 + size, size)}:${u16(b, ports + 2)}`,
  };
}

function matches(b: Uint8Array, count: number, magic: Uint8Array): boolean {
  for (let i = 0; i < Math.min(count, magic.length); i++) if (b[i] !== magic[i]) return false;
  return count > 0;
}

const ONE = Buffer.from("PROXY ", "latin1");
const TWO = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
