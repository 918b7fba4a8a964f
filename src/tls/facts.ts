// What the handshake of one connection says, as plain data: for reports, and for the rules of RFC 9113 section 9.2.
import { hex, u16 } from "../bytes.ts";
import type { Side } from "../place.ts";
import type { TlsAlert } from "./alert.ts";
import { type CertificateSummary, certificateSummary } from "./certificate.ts";
import type { ConnectionKeys } from "./connection-keys.ts";
import {
  alpnNames,
  type ClientHello,
  Extension,
  MessageType,
  readClientHello,
  readExtensions,
  readServerHello,
  type ServerHello,
} from "./handshake.ts";
import { versionName } from "./hello.ts";
import { OctetReader } from "./octet-reader.ts";
import { isProhibited, suite } from "./suite.ts";

/** What is absent was not said, or not seen. Nothing here is secret. */
export interface TlsFacts {
  /** In hexadecimal: what a key log goes by. */
  clientRandom?: string;
  /** Chosen by the server: `TLS 1.3`. */
  version?: string;
  suite?: { readonly code: number; readonly name: string /** By RFC 9113 Appendix A. */; readonly prohibited: boolean };
  serverName?: string;
  alpnOffered?: readonly string[];
  alpn?: string;
  /** The compression method chosen, where it is not null. */
  compression?: number;
  extendedMasterSecret?: boolean;
  encryptThenMac?: boolean;
  secureRenegotiation?: boolean;
  helloRetryRequest?: true;
  /** A session was resumed: by PSK, id or ticket. */
  resumed?: true;
  earlyData?: "offered" | "accepted" | "rejected";
  /** Decrypted octets of the client that came as early data, where there are such. */
  earlyEnd?: number;
  /** Where a side sent FIN without close_notify or another alert before it; only where nothing can hide one. */
  unnotified: Partial<Record<Side, MessagePlace>>;
  /** Handshakes of TLS 1.2 after the first, who began each, with its packet. */
  renegotiations: (MessagePlace & { readonly from: Side })[];
  /** Of the ephemeral key of TLS 1.2. */
  keyExchange?: { readonly kind: "ecdhe" | "dhe"; readonly group?: number; readonly bits?: number };
  certificates: Partial<Record<Side, CertificateSummary>>;
  /** CertificateRequest after the handshake of TLS 1.3. */
  postHandshakeAuth?: MessagePlace;
  /** The server's EncryptedExtensions were read: what they do not say was not said. */
  encryptedExtensions?: true;
  /** Where the last hello of each side ended. */
  hellos: Partial<Record<Side, MessagePlace>>;
  keyUpdates: Record<Side, number>;
  tickets: number;
  /** The first ones. */
  alerts: TlsAlert[];
}

export const noFacts = (): TlsFacts => ({
  hellos: {},
  unnotified: {},
  renegotiations: [],
  certificates: {},
  keyUpdates: { client: 0, server: 0 },
  tickets: 0,
  alerts: [],
});

/** Where a message ended. */
export interface MessagePlace {
  readonly file: number;
  readonly packet: number;
  readonly time: number;
}

/** Take from a handshake message what it says of the connection and of its keys.
 *  @param message With its header; borrowed. @param sealed It was in a protected record. */
export function noteMessage(
  facts: TlsFacts,
  keys: ConnectionKeys,
  from: Side,
  type: number,
  message: Uint8Array,
  sealed: boolean,
  { file, packet, time }: MessagePlace,
): void {
  const body = message.subarray(4);
  const tls13 = keys.version === "1.3";
  if (type === MessageType.clientHello) {
    if (sealed) facts.renegotiations.push({ from, file, packet, time });
    else facts.hellos.client = { file, packet, time };
    const hello = readClientHello(body);
    keys.setClientHello(hello);
    noteClientHello(facts, hello);
  } else if (type === MessageType.serverHello) {
    const hello = readServerHello(body);
    if (hello !== undefined) {
      if (!sealed) facts.hellos.server = { file, packet, time };
      keys.setServerHello(hello);
      noteServerHello(facts, hello, keys.clientHello);
    }
  } else if (type === MessageType.helloRequest) {
    if (!tls13 && sealed) facts.renegotiations.push({ from, file, packet, time });
  } else if (type === MessageType.encryptedExtensions) {
    const found = readExtensions(new OctetReader(body));
    facts.encryptedExtensions = true;
    const alpn = alpnNames(found.get(Extension.alpn))?.[0];
    if (alpn !== undefined) facts.alpn = alpn;
    if (facts.earlyData === "offered") facts.earlyData = found.has(Extension.earlyData) ? "accepted" : "rejected";
  } else if (type === MessageType.certificate) {
    const summary = facts.certificates[from] === undefined ? certificateSummary(body, tls13) : undefined;
    if (summary !== undefined) facts.certificates[from] = summary;
  } else if (type === MessageType.serverKeyExchange) noteKeyExchange(facts, body);
  else if (type === MessageType.newSessionTicket) {
    facts.tickets++;
    // RFC 5077 3.3: behind its lifetime.
    if (!tls13 && body.length > 6) keys.remember(new OctetReader(body.subarray(4)).vector(2).rest());
  } else if (type === MessageType.keyUpdate) facts.keyUpdates[from]++;
  if (facts.renegotiations.length > RENEGOTIATIONS) facts.renegotiations.length = RENEGOTIATIONS;
  if (!tls13 && type !== MessageType.helloRequest && type !== MessageType.finished) keys.handshakeMessage(type, message);
}

/** Of a connection without hellos, whose keys were found by its records. */
export function noteFound(facts: TlsFacts, { clientRandom, suite: of }: ConnectionKeys): void {
  if (clientRandom !== undefined) facts.clientRandom = hex(clientRandom, 0, clientRandom.length);
  facts.version ??= "TLS 1.3";
  if (of !== undefined) facts.suite ??= { code: of.code, name: of.name, prohibited: isProhibited(of.code) };
}

function noteClientHello(facts: TlsFacts, hello: ClientHello): void {
  facts.clientRandom ??= hex(hello.random, 0, hello.random.length);
  if (hello.serverName !== undefined) facts.serverName = hello.serverName;
  if (hello.alpn !== undefined) facts.alpnOffered = hello.alpn;
  if (hello.earlyData) facts.earlyData = "offered";
}

function noteServerHello(facts: TlsFacts, hello: ServerHello, client: ClientHello | undefined): void {
  const name = versionName(hello.version);
  if (name !== undefined) facts.version = name;
  facts.suite = { code: hello.suite, name: suite(hello.suite).name, prohibited: isProhibited(hello.suite) };
  if (hello.alpn !== undefined) facts.alpn = hello.alpn;
  if (hello.compression > 0) facts.compression = hello.compression;
  if (hello.retry) {
    facts.helloRetryRequest = true;
    if (facts.earlyData === "offered") facts.earlyData = "rejected";
    return;
  }
  const tls13 = hello.version === 0x0304;
  if (!tls13) {
    facts.extendedMasterSecret = hello.extendedMasterSecret && client?.extendedMasterSecret !== false;
    facts.encryptThenMac = hello.encryptThenMac && client?.encryptThenMac !== false;
    facts.secureRenegotiation = hello.secureRenegotiation && client?.secureRenegotiation !== false;
  }
  const sameSession =
    hello.sessionId.length > 0 && client !== undefined && Buffer.compare(hello.sessionId, client.sessionId) === 0;
  if (tls13 ? hello.psk : sameSession) facts.resumed = true;
  else delete facts.resumed;
}

// RFC 8422 5.4; RFC 5246 7.4.3. What stands there depends on the suite.
function noteKeyExchange(facts: TlsFacts, body: Uint8Array): void {
  const name = facts.suite?.name ?? "";
  if (name.includes("_ECDHE_") && body.length >= 4 && body[0] === 3) {
    const group = u16(body, 1);
    const bits = groupBits[group];
    facts.keyExchange = { kind: "ecdhe", group, ...(bits === undefined ? {} : { bits }) };
  } else if (name.startsWith("TLS_DHE_")) {
    const read = new OctetReader(body);
    // RFC 4279 section 3: with a PSK a hint comes first.
    if (name.includes("_PSK_")) read.vector(2);
    const prime = read.vector(2).rest();
    const zeros = prime.findIndex((octet) => octet !== 0);
    if (zeros < 0) return;
    facts.keyExchange = { kind: "dhe", bits: 8 * (prime.length - zeros) - Math.clz32(prime[zeros]!) + 24 };
  }
}

const RENEGOTIATIONS = 16;

// IANA's TLS Supported Groups; those of elliptic curves.
const groupBits: Readonly<Partial<Record<number, number>>> = {
  1: 163,
  2: 163,
  3: 163,
  4: 193,
  5: 193,
  6: 233,
  7: 233,
  8: 239,
  9: 283,
  10: 283,
  11: 409,
  12: 409,
  13: 571,
  14: 571,
  15: 160,
  16: 160,
  17: 160,
  18: 192,
  19: 192,
  20: 224,
  21: 224,
  22: 256,
  23: 256,
  24: 384,
  25: 521,
  26: 256,
  27: 384,
  28: 512,
  29: 255,
  30: 448,
};
