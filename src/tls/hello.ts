// In: the first octets of both directions of a TLS connection. Out: what its hellos say in clear: server name, versions, ALPN (RFC 8446
// 4.1.2, 4.1.3, 5.1; RFC 5246 7.4.1; RFC 6066 3; RFC 7301 3.1). Nothing is decrypted here.
import { latin1, u16, u24 } from "../bytes.ts";

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
      if (type === CLIENT_HELLO) readClientHello(body, this.#hello);
      // After a HelloRetryRequest another ServerHello comes; after a ServerHello nothing that is needed.
      else if (!readServerHello(body, this.#hello)) this.stop();
    }
  }
}

function readClientHello(b: Uint8Array, hello: TlsHello): void {
  const read = new Reader(b);
  read.skip(2 + 32);
  read.vector(1);
  read.vector(2);
  read.vector(1);
  for (const [type, body] of extensions(read)) {
    if (type === SERVER_NAME) {
      const list = new Reader(body).vector(2);
      // RFC 6066 3: name type 0 is host_name, the only one there is.
      if (list.u8() === 0) {
        const name = list.vector(2);
        if (!list.short && name.left > 0) hello.serverName = name.text();
      }
    } else if (type === ALPN) {
      const offered = names(body);
      if (offered.length > 0) hello.alpnOffered = offered;
    }
  }
}

// Returns whether it is a HelloRetryRequest.
function readServerHello(b: Uint8Array, hello: TlsHello): boolean {
  const read = new Reader(b);
  let version = read.u16();
  const random = read.take(32);
  read.vector(1);
  read.skip(3);
  if (read.short) return false;
  const retry = random.every((octet, i) => octet === RETRY[i]);
  for (const [type, body] of extensions(read)) {
    if (type === SUPPORTED_VERSIONS && body.length === 2) version = u16(body, 0);
    else if (type === ALPN) {
      const [chosen] = names(body);
      if (chosen !== undefined) hello.alpn = chosen;
    }
  }
  if (retry) hello.helloRetryRequest = true;
  const name = VERSIONS[version];
  if (name !== undefined) hello.version = name;
  return retry;
}

function* extensions(read: Reader): Generator<readonly [type: number, body: Uint8Array]> {
  const list = read.vector(2);
  while (list.left >= 4) {
    const type = list.u16();
    const body = list.vector(2);
    if (list.short) return;
    yield [type, body.rest()];
  }
}

function names(body: Uint8Array): string[] {
  const list = new Reader(body).vector(2);
  const found: string[] = [];
  while (list.left > 0 && found.length < NAMES) {
    const name = list.vector(1);
    if (list.short) break;
    found.push(name.text());
  }
  return found;
}

/** Reads on without ever leaving its octets: beyond the end everything is empty and `short` is set. */
class Reader {
  readonly #b: Uint8Array;
  #p = 0;
  short = false;

  constructor(b: Uint8Array) {
    this.#b = b;
  }

  get left(): number {
    return this.#b.length - this.#p;
  }

  take(length: number): Uint8Array {
    if (length > this.left) {
      this.short = true;
      length = this.left;
    }
    this.#p += length;
    return this.#b.subarray(this.#p - length, this.#p);
  }

  skip(length: number): void {
    this.take(length);
  }

  u8(): number {
    return this.take(1)[0] ?? -1;
  }

  u16(): number {
    const octets = this.take(2);
    return this.short ? -1 : u16(octets, 0);
  }

  /** A vector behind its length of so many octets (RFC 8446 3.4). */
  vector(octets: 1 | 2): Reader {
    const length = octets === 1 ? this.u8() : this.u16();
    return new Reader(this.take(Math.max(length, 0)));
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }

  text(): string {
    const octets = this.rest();
    return latin1(octets, 0, octets.length);
  }
}

const RECORD_HEAD = 5;
// RFC 5246 6.2.3: with what ciphers may add.
const RECORD = (1 << 14) + 2048;
// Larger hellos are not believed.
const MESSAGE = 1 << 15;
const NAMES = 32;
const CHANGE_CIPHER_SPEC = 20;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const SERVER_NAME = 0;
const ALPN = 16;
const SUPPORTED_VERSIONS = 43;
// RFC 8446 4.1.3: the random of a HelloRetryRequest.
const RETRY = Buffer.from("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c", "hex");

const VERSIONS: Readonly<Record<number, string>> = {
  768: "SSL 3.0",
  769: "TLS 1.0",
  770: "TLS 1.1",
  771: "TLS 1.2",
  772: "TLS 1.3",
};
