// SOCKS 4, 4a and 5 (RFC 1928, RFC 1929): what client and proxy say before the tunnel's octets.
import { latin1, u16 } from "../bytes.ts";
import { addressText } from "../tcp/endpoint-text.ts";

export interface SocksTunnel {
  readonly via: "socks4" | "socks4a" | "socks5";
  readonly target: string;
  /** How many octets of each direction it took. */
  readonly clientOctets: number;
  readonly serverOctets: number;
}

/** Octets of a direction that a negotiation takes at most. */
export const SOCKS_HEAD = 1100;

/** @returns The tunnel; `more` where it may be one and is not finished; `refused` where the proxy said no; undefined: not SOCKS. */
export function socks(
  client: Uint8Array,
  clientCount: number,
  server: Uint8Array,
  serverCount: number,
): SocksTunnel | "more" | "refused" | undefined {
  if (clientCount === 0) return undefined;
  if (client[0] === 5) return socks5(client, clientCount, server, serverCount);
  if (client[0] === 4) return socks4(client, clientCount, server, serverCount);
  return undefined;
}

function socks5(c: Uint8Array, cCount: number, s: Uint8Array, sCount: number): ReturnType<typeof socks> {
  if (cCount < 2) return "more";
  const methods = c[1]!;
  if (methods === 0) return undefined;
  let cAt = 2 + methods;
  if (cCount < cAt || sCount < 2) return sCount > 0 && s[0] !== 5 ? undefined : "more";
  const method = s[1]!;
  if (s[0] !== 5) return undefined;
  if (method === 0xff) return "refused";
  if (!c.subarray(2, cAt).includes(method)) return undefined;
  let sAt = 2;
  if (method === 2) {
    // RFC 1929: version, user name, password; version, status.
    if (cCount < cAt + 2) return "more";
    if (c[cAt] !== 1) return undefined;
    const user = c[cAt + 1]!;
    if (cCount < cAt + 3 + user) return "more";
    cAt += 3 + user + c[cAt + 2 + user]!;
    if (sCount < sAt + 2) return "more";
    if (s[sAt + 1] !== 0) return "refused";
    sAt += 2;
  } else if (method !== 0) return "refused";
  const asked = address5(c, cCount, cAt);
  if (asked === undefined || asked === "more") return asked;
  if (c[cAt + 1] !== CONNECT) return "refused";
  const answer = address5(s, sCount, sAt);
  if (answer === undefined || answer === "more") return answer;
  if (s[sAt + 1] !== 0) return "refused";
  return { via: "socks5", target: asked.text, clientOctets: asked.end, serverOctets: answer.end };
}

// Version, command or reply, reserved, address type, address, port.
function address5(b: Uint8Array, count: number, at: number): { text: string; end: number } | "more" | undefined {
  if (count < at + 5) return "more";
  if (b[at] !== 5 || b[at + 2] !== 0) return undefined;
  const type = b[at + 3];
  const size = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? 1 + b[at + 4]! : -1;
  if (size < 0) return undefined;
  const port = at + 4 + size;
  if (count < port + 2) return "more";
  const host = type === 3 ? latin1(b, at + 5, port) : addressText(b, at + 4, size);
  return { text: `${host}:${u16(b, port)}`, end: port + 2 };
}

function socks4(c: Uint8Array, cCount: number, s: Uint8Array, sCount: number): ReturnType<typeof socks> {
  if (cCount >= 2 && c[1] !== CONNECT) return undefined;
  if (sCount > 0 && s[0] !== 0) return undefined;
  if (cCount < 9) return "more";
  const user = c.subarray(8, cCount).indexOf(0);
  if (user < 0) return cCount < SOCKS_HEAD ? "more" : undefined;
  let end = 8 + user + 1;
  // 4a: an address 0.0.0.x means that the name follows.
  const named = c[4] === 0 && c[5] === 0 && c[6] === 0 && c[7] !== 0;
  let host = addressText(c, 4, 4);
  if (named) {
    const name = c.subarray(end, cCount).indexOf(0);
    if (name < 0) return cCount < SOCKS_HEAD ? "more" : undefined;
    host = latin1(c, end, end + name);
    end += name + 1;
  }
  if (sCount < 8) return sCount >= 2 && (s[1]! < 0x5a || s[1]! > 0x5d) ? undefined : "more";
  if (s[1]! < 0x5a || s[1]! > 0x5d) return undefined;
  if (s[1] !== 0x5a) return "refused";
  return { via: named ? "socks4a" : "socks4", target: `${host}:${u16(c, 2)}`, clientOctets: end, serverOctets: 8 };
}

const CONNECT = 1;
