// In: the first octets of both directions of a TLS connection. Out: what its hellos say in clear: server name, versions, ALPN (RFC 8446
// 4.1.2, 4.1.3, 5.1; RFC 5246 7.4.1; RFC 6066 3; RFC 7301 3.1). Nothing is decrypted here.
import { u16, u24 } from "../bytes.ts";
import { Extension, readClientHello, readServerHello } from "./handshake.ts";

/** What the hellos of a connection say; what is absent was not said, or not seen. */
export interface TlsHello {
  /** Chosen by the server: `TLS 1.3`. */
  version?: string;
  /** The name the client asks for. */
  serverName?: string;
  /** ALPN names, one character per octet, in the client's order. */
  alpnOffered?: readonly string[];
  /** The server's choice. TLS 1.3 hides it: then it is absent. */
  alpn?: string;
  /** The server asked for another ClientHello. */
  helloRetryRequest?: true;
}

/** `TLS 1.2 to example.com (h2 offered and chosen)`. Names are as they came. */
export function tlsText({ version, serverName, alpnOffered, alpn }: TlsHello): string {
  const name = `${version ?? "TLS"}${serverName === undefined ? "" : ` to ${serverName}`}`;
  const h2 = alpnOffered?.includes("h2") === true;
  if (h2 && alpn === "h2") return `${name} (h2 offered and chosen)`;
  const offered = alpnOffered === undefined ? [] : [`${h2 ? "h2" : alpnOffered.join(", ")} offered`];
  const said = [...offered, ...(alpn === undefined ? [] : [`${alpn} chosen`])];
  return said.length === 0 ? name : `${name} (${said.join(", ")})`;
}

/** Reads the hellos of one direction, whatever their split over segments and records. */
export class HelloReader {
  readonly #hello: TlsHello;
  readonly #head = new Uint8Array(RECORD_HEAD);
  #headCount = 0;
  /** Octets of the record still to come; 0: in a record head. */
  #left = 0;
  #type = 0;
  /** Handshake octets not read yet. */
  #message: Uint8Array = new Uint8Array(0);
  #done = false;

  /** @param hello Filled as the hellos are read. */
  constructor(hello: TlsHello) {
    this.#hello = hello;
  }

  /** Nothing more is to be had from this direction. */
  get done(): boolean {
    return this.#done;
  }

  /** Octets are missing: what follows cannot be read. */
  stop(): void {
    this.#done = true;
    this.#message = new Uint8Array(0);
  }

  bytes(b: Uint8Array, start: number, end: number): void {
    for (let p = start; p < end && !this.#done; ) {
      if (this.#left === 0) {
        this.#head[this.#headCount++] = b[p++]!;
        if (this.#headCount === RECORD_HEAD) this.#openRecord();
        continue;
      }
      const take = Math.min(this.#left, end - p);
      if (this.#type === HANDSHAKE) this.#append(b, p, p + take);
      p += take;
      this.#left -= take;
    }
  }

  #openRecord(): void {
    this.#headCount = 0;
    this.#type = this.#head[0]!;
    this.#left = u16(this.#head, 3);
    // RFC 8446 5.1, D.4: a change_cipher_spec may stand between two hellos. Nothing else is in clear.
    const known = this.#type === HANDSHAKE || this.#type === CHANGE_CIPHER_SPEC;
    if (!known || this.#head[1] !== 3 || this.#left === 0 || this.#left > RECORD) this.stop();
  }

  #append(b: Uint8Array, start: number, end: number): void {
    const message = new Uint8Array(this.#message.length + end - start);
    message.set(this.#message);
    message.set(b.subarray(start, end), this.#message.length);
    this.#message = message;
    while (!this.#done && this.#message.length >= 4) {
      const length = u24(this.#message, 1);
      const type = this.#message[0];
      if ((type !== CLIENT_HELLO && type !== SERVER_HELLO) || length > MESSAGE) {
        this.stop();
        return;
      }
      if (this.#message.length < 4 + length) return;
      const body = this.#message.subarray(4, 4 + length);
      this.#message = this.#message.slice(4 + length);
      if (type === CLIENT_HELLO) tellClientHello(body, this.#hello);
      // After a HelloRetryRequest another ServerHello comes; after a ServerHello nothing that is needed.
      else if (!tellServerHello(body, this.#hello)) this.stop();
    }
  }
}

function tellClientHello(body: Uint8Array, hello: TlsHello): void {
  const { serverName, alpn, extensions } = readClientHello(body);
  // Reports list them as they came.
  for (const type of extensions) {
    if (type === Extension.serverName && serverName !== undefined) hello.serverName = serverName;
    else if (type === Extension.alpn && alpn !== undefined) hello.alpnOffered = alpn;
  }
}

// Returns whether it is a HelloRetryRequest.
function tellServerHello(body: Uint8Array, hello: TlsHello): boolean {
  const read = readServerHello(body);
  if (read === undefined) return false;
  if (read.alpn !== undefined) hello.alpn = read.alpn;
  if (read.retry) hello.helloRetryRequest = true;
  const name = versionName(read.version);
  if (name !== undefined) hello.version = name;
  return read.retry;
}

const RECORD_HEAD = 5;
// RFC 5246 6.2.3: with what ciphers may add.
const RECORD = (1 << 14) + 2048;
// Larger hellos are not believed.
const MESSAGE = 1 << 15;
const CHANGE_CIPHER_SPEC = 20;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;

/** `TLS 1.3`; undefined of a number that no version has. */
export const versionName = (version: number): string | undefined => VERSIONS[version];

const VERSIONS: Readonly<Record<number, string>> = {
  768: "SSL 3.0",
  769: "TLS 1.0",
  770: "TLS 1.1",
  771: "TLS 1.2",
  772: "TLS 1.3",
};
