// What a report says of a TLS connection: what its handshake said, whether it was decrypted, and if not why and what to do.
import type { CertificateSummary } from "./certificate.ts";
import type { TlsFacts } from "./facts.ts";
import type { TlsHello } from "./hello.ts";
import type { TlsReason, TlsVerdict } from "./verdict.ts";

/** Plain data without secrets; what is absent was not said, or not seen. Names are one character per octet. */
export interface TlsSummary extends TlsHello {
  /** Chosen by the server, by IANA's name. */
  suite?: string;
  /** A session was resumed. */
  resumed?: true;
  earlyData?: "offered" | "accepted" | "rejected";
  /** The server's, where it is visible. */
  certificate?: CertificateSummary;
  /** Whose application data was decrypted. */
  decrypted?: "both" | "client" | "server" | "none";
  /** Why not all of it was. */
  reason?: TlsReason;
  /** The same in words, and what to do. */
  why?: string;
  advice?: string;
  /** Where keys are missing: what a key log has to name. */
  clientRandom?: string;
}

/** @param verdict Absent: it is not known yet. */
export function tlsSummary(facts: TlsFacts, verdict?: TlsVerdict): TlsSummary {
  const { version, serverName, alpnOffered, alpn, helloRetryRequest, suite, resumed, earlyData, certificates, clientRandom } =
    facts;
  const { decrypted, reason } = verdict ?? {};
  const [why, advice] = reason === undefined ? [] : told(reason, facts);
  return {
    ...(version === undefined ? {} : { version }),
    ...(serverName === undefined ? {} : { serverName }),
    ...(alpnOffered === undefined ? {} : { alpnOffered }),
    ...(alpn === undefined ? {} : { alpn }),
    ...(helloRetryRequest === undefined ? {} : { helloRetryRequest }),
    ...(suite === undefined ? {} : { suite: suite.name }),
    ...(resumed === undefined ? {} : { resumed }),
    ...(earlyData === undefined ? {} : { earlyData }),
    ...(certificates.server === undefined ? {} : { certificate: certificates.server }),
    ...(decrypted === undefined ? {} : { decrypted }),
    ...(reason === undefined ? {} : { reason }),
    ...(why === undefined ? {} : { why }),
    ...(advice === undefined ? {} : { advice }),
    ...(reason === undefined || clientRandom === undefined ? {} : { clientRandom }),
  };
}

/** Why, and what to do about it. */
const told = (reason: TlsReason, { suite, version }: TlsFacts): readonly [why: string, advice: string] => {
  switch (reason) {
    case "no-keys":
      return ["without keys nothing inside it can be checked", LOG_KEYS];
    case "no-key-for-connection":
      return ["the keys given are those of other connections: none has its client random", LOG_THESE];
    case "handshake-secrets-only":
      return ["the key log has only the secrets of its handshake", "log CLIENT_TRAFFIC_SECRET_0 and SERVER_TRAFFIC_SECRET_0 too"];
    case "incomplete-keys":
      return ["the key log lacks a secret that its version of TLS needs", LOG_THESE];
    case "keys-not-in-time":
      return [
        "its keys had not come when its records could no longer be kept",
        "give a key log with --keys, or the capture as a file instead of a pipe",
      ];
    case "starts-after-handshake":
      return ["the capture starts after its handshake", "start the capture before the connection is opened"];
    case "server-hello-lost":
      return ["the capture lacks the server's hello", "capture without loss (a larger buffer, a filter)"];
    case "unsupported-suite":
      return [
        suite === undefined ? "the suite that was chosen is not supported" : `the suite ${suite.name} is not supported`,
        "configure an AES-GCM or ChaCha20 suite, or decrypt it elsewhere",
      ];
    case "unsupported-version":
      return [`${version ?? "its version of TLS"} is not decrypted`, "use TLS 1.2 or 1.3, which HTTP/2 demands"];
    case "compressed":
      return ["it is compressed", "switch TLS compression off, which HTTP/2 forbids"];
    case "authentication-failed":
      return ["no record authenticates with the keys that are there", "use the key log of this very run of the program"];
    case "no-application-data":
      return ["its handshake did not come to application data", "look at its alerts and its end"];
    default:
      return reason satisfies never;
  }
};

const LOG_KEYS = "have one end write a key log (SSLKEYLOGFILE, see docs/keys.md) and give it with --keys";
const LOG_THESE = "have one end of this very connection write its key log, from its start on";
