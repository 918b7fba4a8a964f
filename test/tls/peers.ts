// Node's own TLS client and server, and what passed between them.
import { once } from "node:events";
import { Duplex } from "node:stream";
import tls from "node:tls";
import type { Side } from "../../src/place.ts";
import { ec, rsa } from "./certificates.ts";

export interface Exchange {
  /** What was on the wire, in order. */
  readonly wire: { readonly from: Side; readonly octets: Buffer }[];
  readonly sent: Record<Side, Buffer>;
  /** The client's key log. */
  readonly keyLog: string;
  readonly cipher: string;
  readonly protocol: string;
  readonly resumed: boolean;
  readonly session: Buffer | undefined;
}

export interface Setting {
  /** Names of OpenSSL. */
  readonly ciphers: string;
  readonly version: "TLSv1.2" | "TLSv1.3";
  /** OpenSSL's SSL_OP_ bits, of the client. */
  readonly options?: number;
  /** For each message: who sends how many octets. */
  readonly messages?: readonly (readonly [Side, number])[];
  /** Octets of a record at most. */
  readonly fragment?: number;
  readonly session?: Buffer | undefined;
  readonly server?: Server;
  readonly curve?: string;
  readonly serverCurve?: string;
  readonly renegotiate?: boolean;
}

/** A server that several exchanges may meet, to resume sessions. */
export class Server {
  readonly server: tls.Server;

  constructor({ ciphers, version, options = 0, serverCurve = "auto" }: Setting) {
    const { key, cert } = ciphers.includes("ECDSA") ? ec : rsa;
    this.server = tls.createServer({
      key,
      cert,
      ciphers: cipherList(ciphers),
      minVersion: version,
      maxVersion: version,
      dhparam: "auto",
      ecdhCurve: serverCurve,
      secureOptions: options,
      ALPNProtocols: ["h2"],
      pskCallback: () => psk,
      pskIdentityHint: "h2lint",
    });
    this.server.on("tlsClientError", () => {});
    // For sessions without tickets, which the server has to keep.
    const sessions = new Map<string, Buffer>();
    this.server.on("newSession", (id: Buffer, data: Buffer, done: () => void) => {
      sessions.set(id.toString("hex"), data);
      done();
    });
    this.server.on("resumeSession", (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) => {
      done(null, sessions.get(id.toString("hex")) ?? null);
    });
  }
}

/** Those of TLS 1.3 are beside the list. */
const cipherList = (names: string): string => `${names}${names.startsWith("TLS_") ? ":DEFAULT" : ""}:@SECLEVEL=0`;

const psk = Buffer.from("00112233445566778899aabbccddeeff", "hex");

/** @throws Where this OpenSSL does not do it. */
export async function exchange(setting: Setting): Promise<Exchange> {
  const { ciphers, version, options = 0, session, fragment, curve } = setting;
  const { server } = setting.server ?? new Server(setting);
  const wire: Exchange["wire"] = [];
  const keys: Buffer[] = [];
  const sent = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  const [clientEnd, serverEnd] = pair((from, octets) => wire.push({ from, octets: Buffer.from(octets) }));
  const accepted = once(server, "secureConnection") as Promise<[tls.TLSSocket]>;
  server.emit("connection", serverEnd);
  const isPsk = ciphers.includes("PSK");
  const client = tls.connect({
    socket: clientEnd,
    servername: "localhost",
    ciphers: cipherList(ciphers),
    minVersion: version,
    maxVersion: version,
    secureOptions: options,
    ALPNProtocols: ["h2"],
    rejectUnauthorized: false,
    ...(session === undefined ? {} : { session }),
    ...(curve === undefined ? {} : { ecdhCurve: curve }),
    ...(isPsk ? { pskCallback: () => ({ psk, identity: "someone" }), checkServerIdentity: () => undefined } : {}),
  });
  client.on("keylog", (line: Buffer) => keys.push(line));
  let next: Buffer | undefined;
  client.on("session", (ticket: Buffer) => (next = ticket));
  await once(client, "secureConnect");
  const [peer] = await accepted;
  const { standardName } = client.getCipher();
  const protocol = client.getProtocol() ?? "";
  const resumed = client.isSessionReused();
  if (fragment !== undefined) for (const end of [client, peer]) end.setMaxSendFragment(fragment);
  const send = async (from: Side, length: number): Promise<void> => {
    const [source, sink] = from === "client" ? [client, peer] : [peer, client];
    const octets = Buffer.from(Array.from({ length }, (_, i) => (i * 7 + sent[from].length) & 0xff));
    sent[from] = Buffer.concat([sent[from], octets]);
    const arrived = received(sink, length);
    source.write(octets);
    await arrived;
  };
  for (const [from, length] of setting.messages ?? messages) await send(from, length);
  if (setting.renegotiate) {
    await new Promise<void>((resolve, reject) => {
      client.renegotiate({}, (error) => (error === null ? resolve() : reject(error)));
    });
    for (const [from, length] of messages) await send(from, length);
  }
  const closed = once(peer, "end");
  peer.resume();
  client.end();
  await closed;
  peer.end();
  await new Promise((resolve) => setImmediate(resolve));
  client.destroy();
  peer.destroy();
  return {
    wire,
    sent,
    keyLog: Buffer.concat(keys).toString("latin1"),
    cipher: standardName,
    protocol,
    resumed,
    session: next ?? client.getSession(),
  };
}

const messages: readonly (readonly [Side, number])[] = [
  ["client", 24],
  ["server", 9],
  ["client", 1],
  ["server", 40_000],
  ["client", 3000],
];

function received(from: tls.TLSSocket, length: number): Promise<void> {
  return new Promise((resolve) => {
    const take = (octets: Buffer): void => {
      length -= octets.length;
      if (length > 0) return;
      from.off("data", take);
      resolve();
    };
    from.on("data", take);
  });
}

function pair(told: (from: Side, octets: Buffer) => void): readonly [Duplex, Duplex] {
  const end = (from: Side, to: () => Duplex): Duplex =>
    new Duplex({
      read() {},
      write(octets: Buffer, _, done) {
        told(from, octets);
        to().push(octets);
        done();
      },
      final(done) {
        to().push(null);
        done();
      },
    });
  const client: Duplex = end("client", () => server);
  const server: Duplex = end("server", () => client);
  return [client, server];
}
