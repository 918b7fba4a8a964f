// In: the octets of handshake records of one direction. Out: its messages, whatever their split over records (RFC 8446 4, RFC 5246 7.4), and
// what the hellos say.
import { u16, u24 } from "../bytes.ts";
import { OctetReader } from "./octet-reader.ts";

export const MessageType = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  endOfEarlyData: 5,
  encryptedExtensions: 8,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
  certificateStatus: 22,
  keyUpdate: 24,
  compressedCertificate: 25,
  nextProtocol: 67,
} as const;

export interface MessageSink {
  /** @param message With its header of 4 octets; borrowed until the call returns. */
  message(type: number, message: Uint8Array): void;
}

/** Puts the messages of one direction together. */
export class HandshakeReader {
  readonly #sink: MessageSink;
  #kept: Uint8Array = NOTHING;
  #count = 0;
  /** Octets of a message that is too long to be kept. */
  #skip = 0;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  /** A message has begun and not ended. */
  get inMessage(): boolean {
    return this.#count > 0 || this.#skip > 0;
  }

  /** Octets are missing, or the keys change: the rest of a message will not come. */
  reset(): void {
    this.#count = this.#skip = 0;
    this.#kept = NOTHING;
  }

  bytes(b: Uint8Array, start: number, end: number): void {
    const skipped = Math.min(this.#skip, end - start);
    this.#skip -= skipped;
    start += skipped;
    if (this.#count > 0) {
      this.#keep(b, start, end);
      b = this.#kept;
      start = 0;
      end = this.#count;
    }
    while (end - start >= HEAD) {
      const type = b[start]!;
      const length = HEAD + u24(b, start + 1);
      if (!types.has(type)) {
        // No handshake: most likely what a lost message left over, or encrypted.
        this.reset();
        return;
      }
      if (length > LONGEST) {
        const here = Math.min(length, end - start);
        this.#skip = length - here;
        start += here;
        continue;
      }
      if (end - start < length) break;
      const message = b.subarray(start, start + length);
      start += length;
      this.#sink.message(type, message);
    }
    const left = end - start;
    if (left > 0 && b === this.#kept) {
      this.#kept.copyWithin(0, start, end);
      this.#count = left;
    } else {
      this.#count = 0;
      this.#kept = NOTHING;
      if (left > 0) this.#keep(b, start, end);
    }
  }

  #keep(b: Uint8Array, start: number, end: number): void {
    const count = this.#count + end - start;
    if (count > this.#kept.length) {
      const more = new Uint8Array(Math.max(2 * this.#kept.length, count));
      more.set(this.#kept.subarray(0, this.#count));
      this.#kept = more;
    }
    this.#kept.set(b.subarray(start, end), this.#count);
    this.#count = count;
  }
}

/** What a ClientHello says (RFC 8446 4.1.2); its octets are copies. */
export interface ClientHello {
  readonly legacyVersion: number;
  /** Of supported_versions; empty where it is not there. */
  readonly versions: readonly number[];
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suites: readonly number[];
  readonly compression: readonly number[];
  /** Their types, in order. */
  readonly extensions: readonly number[];
  readonly serverName: string | undefined;
  /** One character per octet. */
  readonly alpn: readonly string[] | undefined;
  /** The ticket of TLS 1.2 (RFC 5077); empty where there is none. */
  readonly ticket: Uint8Array;
  readonly earlyData: boolean;
  readonly psk: boolean;
  readonly extendedMasterSecret: boolean;
  readonly encryptThenMac: boolean;
  /** renegotiation_info, or the suite value that stands for it (RFC 5746). */
  readonly secureRenegotiation: boolean;
  /** Its extension is not empty: the hello renegotiates. */
  readonly renegotiates: boolean;
}

export interface ServerHello {
  /** The one chosen. */
  readonly version: number;
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly suite: number;
  readonly compression: number;
  readonly alpn: string | undefined;
  /** It asks for another ClientHello (RFC 8446 4.1.4). */
  readonly retry: boolean;
  readonly psk: boolean;
  readonly extendedMasterSecret: boolean;
  readonly encryptThenMac: boolean;
  readonly secureRenegotiation: boolean;
}

/** What is not there is empty. @param body Without the message's header. */
export function readClientHello(body: Uint8Array): ClientHello {
  const read = new OctetReader(body);
  const legacyVersion = read.u16();
  const random = Uint8Array.from(read.take(32));
  const sessionId = Uint8Array.from(read.vector(1).rest());
  const suites = numbers(read.vector(2), SUITES);
  const compression = [...read.vector(1).rest()];
  const found = readExtensions(read);
  const renegotiation = found.get(Extension.renegotiationInfo);
  return {
    legacyVersion,
    versions: numbers(new OctetReader(found.get(Extension.supportedVersions) ?? NOTHING).vector(1), SUITES),
    random,
    sessionId,
    suites,
    compression,
    extensions: [...found.keys()],
    serverName: serverName(found.get(Extension.serverName)),
    alpn: alpnNames(found.get(Extension.alpn)),
    ticket: Uint8Array.from(found.get(Extension.sessionTicket) ?? NOTHING),
    earlyData: found.has(Extension.earlyData),
    psk: found.has(Extension.preSharedKey),
    extendedMasterSecret: found.has(Extension.extendedMasterSecret),
    encryptThenMac: found.has(Extension.encryptThenMac),
    secureRenegotiation: renegotiation !== undefined || suites.includes(EMPTY_RENEGOTIATION_INFO),
    renegotiates: renegotiation !== undefined && renegotiation.length > 1,
  };
}

/** @returns Undefined where it is too short to say anything. */
export function readServerHello(body: Uint8Array): ServerHello | undefined {
  const read = new OctetReader(body);
  const legacyVersion = read.u16();
  const random = Uint8Array.from(read.take(32));
  const sessionId = Uint8Array.from(read.vector(1).rest());
  const suite = read.u16();
  const compression = read.u8();
  if (read.short) return undefined;
  const found = readExtensions(read);
  const version = found.get(Extension.supportedVersions);
  return {
    version: version?.length === 2 ? u16(version, 0) : legacyVersion,
    random,
    sessionId,
    suite,
    compression,
    alpn: alpnNames(found.get(Extension.alpn))?.[0],
    retry: random.every((octet, i) => octet === RETRY[i]),
    psk: found.has(Extension.preSharedKey),
    extendedMasterSecret: found.has(Extension.extendedMasterSecret),
    encryptThenMac: found.has(Extension.encryptThenMac),
    secureRenegotiation: found.has(Extension.renegotiationInfo),
  };
}

/** Extensions by their numbers, of a hello or EncryptedExtensions; the last one counts where there are two. Borrowed. */
export function readExtensions(read: OctetReader): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const list = read.vector(2);
  while (list.left >= 4 && found.size < EXTENSIONS) {
    const type = list.u16();
    const body = list.vector(2);
    if (list.short) break;
    found.set(type, body.rest());
  }
  return found;
}

// RFC 6066 3: name type 0 is host_name, the only one there is.
function serverName(body: Uint8Array | undefined): string | undefined {
  if (body === undefined) return undefined;
  const list = new OctetReader(body).vector(2);
  if (list.u8() !== 0) return undefined;
  const name = list.vector(2);
  return !list.short && name.left > 0 ? name.text() : undefined;
}

/** RFC 7301 3.1. @returns Undefined where no name is whole. */
export function alpnNames(body: Uint8Array | undefined): string[] | undefined {
  if (body === undefined) return undefined;
  const list = new OctetReader(body).vector(2);
  const found: string[] = [];
  while (list.left > 0 && found.length < NAMES) {
    const name = list.vector(1);
    if (list.short) break;
    found.push(name.text());
  }
  return found.length > 0 ? found : undefined;
}

function numbers(list: OctetReader, limit: number): number[] {
  const found: number[] = [];
  while (list.left >= 2 && found.length < limit) found.push(list.u16());
  return found;
}

export const Extension = {
  serverName: 0,
  alpn: 16,
  encryptThenMac: 22,
  extendedMasterSecret: 23,
  sessionTicket: 35,
  preSharedKey: 41,
  earlyData: 42,
  supportedVersions: 43,
  renegotiationInfo: 0xff01,
} as const;

const NOTHING = new Uint8Array(0);
const HEAD = 4;
/** Longer messages are passed over; chains of certificates have some thousand octets. */
const LONGEST = 1 << 17;
const SUITES = 512;
const EXTENSIONS = 256;
const NAMES = 32;
const EMPTY_RENEGOTIATION_INFO = 0xff;
// RFC 8446 4.1.3: the random of a HelloRetryRequest.
const RETRY = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");
const types: ReadonlySet<number> = new Set(Object.values(MessageType));
