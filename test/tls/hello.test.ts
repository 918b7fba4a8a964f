import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HelloReader, type TlsHello, tlsText } from "../../src/tls/hello.ts";

const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
const vector = (lengthOctets: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = Buffer.alloc(lengthOctets);
  length.writeUIntBE(body.length, 0, lengthOctets);
  return Buffer.concat([length, body]);
};
const name = (text: string): Buffer => Buffer.from(text, "latin1");

const extension = (type: number, ...body: readonly Uint8Array[]): Buffer => Buffer.concat([u16(type), vector(2, ...body)]);
// RFC 6066 3, RFC 7301 3.1, RFC 8446 4.2.1.
const serverName = (host: string): Buffer => extension(0, vector(2, Buffer.of(0), vector(2, name(host))));
const alpn = (...names: readonly string[]): Buffer => extension(16, vector(2, ...names.map((text) => vector(1, name(text)))));
const supportedVersion = (version: number): Buffer => extension(43, u16(version));
const grease = extension(0x1a1a, Buffer.of(0));

const message = (type: number, ...body: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.of(type), vector(3, ...body)]);
const clientHello = (...extensions: readonly Uint8Array[]): Buffer =>
  message(
    ...([
      1,
      u16(0x0303),
      Buffer.alloc(32, 7),
      vector(1, Buffer.alloc(32, 1)),
      vector(2, u16(0x1301)),
      vector(1, Buffer.of(0)),
    ] as const),
    vector(2, ...extensions),
  );
const serverHello = (version: number, extensions: readonly Uint8Array[], random = Buffer.alloc(32, 9)): Buffer =>
  message(
    ...([2, u16(version), random, vector(1), u16(0x1301), Buffer.of(0)] as const),
    ...(extensions.length === 0 ? [] : [vector(2, ...extensions)]),
  );
// RFC 8446 4.1.3: the SHA-256 of "HelloRetryRequest".
const retryRandom = Buffer.from("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C", "hex");

const record = (type: number, body: Uint8Array): Buffer => Buffer.concat([Buffer.of(type, 3, 1), vector(2, body)]);
const handshake = (body: Uint8Array): Buffer => record(22, body);
const changeCipherSpec = record(20, Buffer.of(1));
const secret = record(23, Buffer.alloc(50, 0x16));

interface Case {
  readonly client?: Uint8Array;
  readonly server?: Uint8Array;
  readonly hello: TlsHello;
  readonly text: string;
}

const offers = handshake(clientHello(grease, serverName("h2.test"), alpn("h2", "http/1.1")));
const cases: Record<string, Case> = {
  "TLS 1.2, h2 chosen": {
    client: offers,
    server: handshake(Buffer.concat([serverHello(0x0303, [alpn("h2")]), message(11, Buffer.alloc(900))])),
    hello: { serverName: "h2.test", alpnOffered: ["h2", "http/1.1"], alpn: "h2", version: "TLS 1.2" },
    text: "TLS 1.2 to h2.test (h2 offered and chosen)",
  },
  "TLS 1.3: the choice is hidden": {
    client: Buffer.concat([offers, changeCipherSpec, secret]),
    server: Buffer.concat([handshake(serverHello(0x0303, [supportedVersion(0x0304)])), changeCipherSpec, secret]),
    hello: { serverName: "h2.test", alpnOffered: ["h2", "http/1.1"], version: "TLS 1.3" },
    text: "TLS 1.3 to h2.test (h2 offered)",
  },
  "HelloRetryRequest: the second hello counts": {
    client: Buffer.concat([offers, changeCipherSpec, handshake(clientHello(serverName("other.test"), alpn("h2")))]),
    server: Buffer.concat([
      handshake(serverHello(0x0303, [supportedVersion(0x0304)], retryRandom)),
      changeCipherSpec,
      handshake(serverHello(0x0303, [supportedVersion(0x0304)])),
    ]),
    hello: { serverName: "other.test", alpnOffered: ["h2"], version: "TLS 1.3", helloRetryRequest: true },
    text: "TLS 1.3 to other.test (h2 offered)",
  },
  "another choice": {
    client: offers,
    server: handshake(serverHello(0x0302, [alpn("http/1.1")])),
    hello: { serverName: "h2.test", alpnOffered: ["h2", "http/1.1"], alpn: "http/1.1", version: "TLS 1.1" },
    text: "TLS 1.1 to h2.test (h2 offered, http/1.1 chosen)",
  },
  "no extensions": {
    client: handshake(clientHello()),
    server: handshake(serverHello(0x0301, [])),
    hello: { version: "TLS 1.0" },
    text: "TLS 1.0",
  },
  "a hello over three records": {
    client: Buffer.concat([handshake(offers.subarray(5, 9)), handshake(offers.subarray(9, 60)), handshake(offers.subarray(60))]),
    hello: { serverName: "h2.test", alpnOffered: ["h2", "http/1.1"] },
    text: "TLS to h2.test (h2 offered)",
  },
  "two hellos in one record": {
    client: handshake(Buffer.concat([clientHello(serverName("a.test")), clientHello(serverName("b.test"))])),
    hello: { serverName: "b.test" },
    text: "TLS to b.test",
  },
  "an alert": { client: offers.subarray(0, 0), server: record(21, Buffer.of(2, 40)), hello: {}, text: "TLS" },
  "in the middle": { client: Buffer.concat([secret, offers]), hello: {}, text: "TLS" },
  "lengths that do not fit": {
    client: handshake(clientHello(extension(0, u16(9000), Buffer.of(0), u16(7)), alpn("h2").subarray(0, 8))),
    hello: {},
    text: "TLS",
  },
  "cut before the end": { client: offers.subarray(0, 80), hello: {}, text: "TLS" },
};

function read({ client, server }: Pick<Case, "client" | "server">, cut: (octets: Uint8Array) => Uint8Array[]): TlsHello {
  const hello: TlsHello = {};
  for (const octets of [client, server]) {
    const reader = new HelloReader(hello);
    for (const piece of cut(octets ?? new Uint8Array(0))) {
      const buffer = Buffer.concat([Buffer.from("x"), piece]);
      reader.bytes(buffer, 1, buffer.length);
      buffer.fill(0xee);
    }
  }
  return hello;
}

describe("hellos", () => {
  it.each(Object.entries(cases))("%s", (_, { hello, text, ...octets }) => {
    expect(read(octets, (all) => [all])).toEqual(hello);
    expect(read(octets, (all) => [...all].map((octet) => Uint8Array.of(octet)))).toEqual(hello);
    for (let at = 1; at < 120; at++) expect(read(octets, (all) => [all.subarray(0, at), all.subarray(at)])).toEqual(hello);
    expect(tlsText(hello)).toBe(text);
  });

  it("are not read on over a gap", () => {
    const hello: TlsHello = {};
    const reader = new HelloReader(hello);
    reader.bytes(offers, 0, 60);
    reader.stop();
    reader.bytes(offers, 60, offers.length);
    expect([hello, reader.done]).toEqual([{}, true]);
  });

  it("of a length that no hello has are not collected", () => {
    const reader = new HelloReader({});
    reader.bytes(handshake(Buffer.of(1, 1, 0, 1)), 0, 9);
    expect(reader.done).toBe(true);
  });

  it("however damaged, never throw", () => {
    const all = Buffer.concat([offers, handshake(serverHello(0x0303, [alpn("h2")]))]);
    const damage = fc.array(fc.tuple(fc.nat({ max: all.length - 1 }), fc.nat({ max: 255 })), { maxLength: 6 });
    const run = fc.property(damage, (changes) => {
      const octets = Buffer.from(all);
      for (const [at, octet] of changes) octets[at] = octet;
      const hello = read({ client: octets }, (o) => [o]);
      expect(tlsText(hello)).toMatch(/^(?:TLS|SSL)/);
    });
    fc.assert(run, { seed: 8446, numRuns: 3000 });
  });
});
