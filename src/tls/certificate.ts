import { crypto } from "../platform/crypto.ts";
import { OctetReader } from "./octet-reader.ts";

/** What the certificate of an endpoint says, as OpenSSL prints it. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  /** `DNS:localhost, IP Address:127.0.0.1` */
  readonly names?: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly keyType?: string;
  readonly keyBits?: number;
  /** How many certificates came. */
  readonly chain: number;
}

/** Of a Certificate message (RFC 8446 4.4.2, RFC 5246 7.4.2). @returns Undefined where it has none, or one that cannot be read. */
export function certificateSummary(body: Uint8Array, tls13: boolean): CertificateSummary | undefined {
  const read = new OctetReader(body);
  if (tls13) read.vector(1);
  const list = read.vector(3);
  let first: Uint8Array | undefined;
  let chain = 0;
  while (list.left > 0 && chain < CERTIFICATES) {
    const certificate = list.vector(3).rest();
    if (tls13) list.vector(2);
    if (list.short) break;
    first ??= certificate;
    chain++;
  }
  if (first === undefined) return undefined;
  const known = latest.findIndex((one) => one.chain === chain && Buffer.compare(one.octets, first) === 0);
  const [found = { octets: Uint8Array.from(first), chain, summary: summaryOf(first, chain) }] =
    known < 0 ? [] : latest.splice(known, 1);
  latest.unshift(found);
  if (latest.length > LATEST) latest.pop();
  return found.summary;
}

function summaryOf(certificate: Uint8Array, chain: number): CertificateSummary | undefined {
  try {
    const { subject, issuer, subjectAltName, validFrom, validTo, publicKey } = new (crypto().X509Certificate)(certificate);
    const { modulusLength } = publicKey.asymmetricKeyDetails ?? {};
    return {
      subject: oneLine(subject),
      issuer: oneLine(issuer),
      // Of names that cannot be read Node gives null.
      ...(typeof subjectAltName === "string" ? { names: subjectAltName } : {}),
      validFrom,
      validTo,
      ...(publicKey.asymmetricKeyType === undefined ? {} : { keyType: publicKey.asymmetricKeyType }),
      ...(modulusLength === undefined ? {} : { keyBits: modulusLength }),
      chain,
    };
  } catch {
    return undefined;
  }
}

const oneLine = (name: string | undefined): string => (name ?? "").replaceAll("\n", ", ");

const CERTIFICATES = 32;

// A server shows the same one on each connection, and what OpenSSL makes of it costs more than all else of a handshake: the last ones.
const latest: { readonly octets: Uint8Array; readonly chain: number; readonly summary: CertificateSummary | undefined }[] = [];
const LATEST = 8;
