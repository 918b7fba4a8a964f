import type { Side } from "../place.ts";
import type { ConnectionKeys } from "./connection-keys.ts";
import type { TlsDirection } from "./direction.ts";
import type { TlsFacts } from "./facts.ts";
import type { KeyStore } from "./key-store.ts";

/** Why application data of a connection was not decrypted. */
export type TlsReason =
  /** No keys were given at all. */
  | "no-keys"
  /** There are keys, but none for this client random. */
  | "no-key-for-connection"
  /** TLS 1.3: only the secrets of the handshake are known. */
  | "handshake-secrets-only"
  /** There is a line for the client random, but not what its version of TLS needs. */
  | "incomplete-keys"
  /** Of what can be read once: its keys had not come when its records could no longer be kept. */
  | "keys-not-in-time"
  | "starts-after-handshake"
  /** The server's hello is missing from the capture, and nothing opens without it. */
  | "server-hello-lost"
  | "unsupported-suite"
  | "unsupported-version"
  | "compressed"
  /** There are keys, and no record opens with them. */
  | "authentication-failed"
  /** The handshake did not come to application data. */
  | "no-application-data";

/** What became of a connection; plain data without secrets. */
export interface TlsVerdict {
  /** Whose application data was decrypted. */
  readonly decrypted: "both" | Side | "none";
  /** Why not all of it was; absent where nothing is missing but what the capture lost. */
  readonly reason?: TlsReason;
  readonly version?: string;
  readonly suite?: string;
  readonly clientRandom?: string;
  /** Protected records that opened, and those that did not though there are keys. */
  readonly opened: number;
  readonly failed: number;
}

export function verdictOf(
  keys: ConnectionKeys,
  facts: TlsFacts,
  store: KeyStore,
  client: TlsDirection,
  server: TlsDirection,
  unkept: boolean,
): TlsVerdict {
  const decrypted = client.reads ? (server.reads ? "both" : "client") : server.reads ? "server" : "none";
  const missing = [client, server].filter((of) => of.sealed > 0 && !of.reads);
  const idle = client.sealed === 0 && server.sealed === 0;
  const reason = idle || missing.length > 0 || decrypted === "none" ? reasonOf(keys, facts, store, missing, idle) : undefined;
  const late = unkept && reason !== undefined && LATE.has(reason);
  const { version, suite, clientRandom } = facts;
  return {
    decrypted,
    ...(reason === undefined ? {} : { reason: late ? "keys-not-in-time" : reason }),
    ...(version === undefined ? {} : { version }),
    ...(suite === undefined ? {} : { suite: suite.name }),
    ...(clientRandom === undefined ? {} : { clientRandom }),
    opened: client.opener.opened + server.opener.opened,
    failed: client.opener.failed + server.opener.failed,
  };
}

function reasonOf(
  keys: ConnectionKeys,
  facts: TlsFacts,
  store: KeyStore,
  missing: readonly TlsDirection[],
  idle: boolean,
): TlsReason {
  if (idle) return "no-application-data";
  if (keys.clientRandom === undefined) return "starts-after-handshake";
  if (keys.version === "older") return "unsupported-version";
  if (keys.suite !== undefined && keys.suite.protection === undefined) return "unsupported-suite";
  if (facts.compression !== undefined) return "compressed";
  if (store.empty) return "no-keys";
  const { secrets } = keys;
  if (keys.version === "1.2") {
    if (keys.master() !== undefined) return "authentication-failed";
    return secrets === undefined ? "no-key-for-connection" : "incomplete-keys";
  }
  if (secrets === undefined) return "no-key-for-connection";
  const wanted = missing.map(({ side }) => (side === "client" ? secrets.clientTraffic : secrets.serverTraffic));
  if (wanted.some((secret) => secret === undefined)) {
    const handshake = secrets.clientHandshake !== undefined || secrets.serverHandshake !== undefined;
    const traffic = secrets.clientTraffic !== undefined || secrets.serverTraffic !== undefined;
    return handshake && !traffic ? "handshake-secrets-only" : "incomplete-keys";
  }
  if (missing.every(({ opener }) => opener.failed === 0)) return "no-application-data";
  return keys.version === undefined ? "server-hello-lost" : "authentication-failed";
}

/** Reasons that keys which come later may take away. */
const LATE: ReadonlySet<TlsReason> = new Set<TlsReason>([
  "no-keys",
  "no-key-for-connection",
  "handshake-secrets-only",
  "incomplete-keys",
  "starts-after-handshake",
]);
