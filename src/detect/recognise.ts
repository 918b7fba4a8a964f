// What else may stand at the beginning of a connection. Only what its first octets name for certain.
import { latin1, u32 } from "../bytes.ts";

/** The protocol that these first octets of one side begin, or undefined: not one of these, or too few octets yet. */
export function recognise(b: Uint8Array, count: number): string | undefined {
  const text = latin1(b, 0, Math.min(count, 64));
  for (const [name, magic] of TEXTS) if (magic.test(text)) return name;
  if (count >= 8 && u32(b, 0) <= 10_000) {
    // PostgreSQL's message flow: a startup message of version 3.0 names the user; SSLRequest, GSSENCRequest.
    const code = u32(b, 4);
    if (u32(b, 0) === 8 && (code === 80877103 || code === 80877104)) return "postgresql";
    if (code === 0x00030000 && u32(b, 0) > 8 && (text.startsWith("user\0", 8) || text.startsWith("database\0", 8)))
      return "postgresql";
  }
  return undefined;
}

/** yamux has no magic: a client that opens stream 1, or pings, and a server that takes it up in the same terms. */
export function isYamux(client: Uint8Array, clientCount: number, server: Uint8Array, serverCount: number): boolean {
  if (clientCount < YAMUX || serverCount < YAMUX) return false;
  const opens = u32(client, 0);
  const answers = u32(server, 0);
  // Version 0, then type and flags: window update or data with SYN of stream 1, answered by a window update with ACK; ping by ping.
  if (opens === 0x00020001) return answers === 0x00020002 && u32(client, 4) === 0 && u32(client, 8) === u32(server, 8);
  return (opens === 0x00010001 || opens === 0x00000001) && u32(client, 4) === 1 && answers === 0x00010002 && u32(server, 4) === 1;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: binary protocols
const AMQP = /^AMQP(?:\x00\x00\x09\x01|[\x00\x02\x03]\x01\x00\x00|\x01\x01[\x00\x08][\x00-\x0a])/;
// MQTT 3.1.1 and 5 (3.1.1, 3.1.2.1): CONNECT, its remaining length, protocol name and version; MQTT 3.1.
// biome-ignore lint/suspicious/noControlCharactersInRegex: binary protocols
const MQTT = /^\x10[\x80-\xff]{0,3}[\x00-\x7f]\x00(?:\x04MQTT[\x04\x05]|\x06MQIsdp\x03)/;
// The server's handshake, protocol version 10: length, sequence number 0, the version as text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: binary protocols
const MYSQL = /^[^\x00]\x00\x00\x00\x0a\d{1,2}\.\d{1,2}\.\d{1,3}[\x20-\x7e]*\x00/;

const TEXTS: readonly (readonly [name: string, magic: RegExp])[] = [
  // RFC 4253 4.2.
  ["ssh", /^SSH-(?:2\.0|1\.99)-/],
  // RESP: an array of bulk strings.
  ["redis", /^\*[1-9]\d{0,6}\r\n\$\d{1,9}\r\n/],
  ["amqp", AMQP],
  ["mqtt", MQTT],
  ["mysql", MYSQL],
];

const YAMUX = 12;
