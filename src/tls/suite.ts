// What a cipher suite's name says of how records are protected. Node's crypto does all ciphers; the names are those that it knows them by.
import { crypto } from "../platform/crypto.ts";
import { suiteName } from "./suite-names.ts";

/** How the records of a suite are protected, as numbers of octets and names for node:crypto. */
export interface Protection {
  readonly kind: "aead" | "cbc";
  readonly cipher: "aes-128-gcm" | "aes-128-ccm" | "chacha20-poly1305" | (string & {});
  readonly keyLength: number;
  /** Of the IV that the key block or the secret gives; for CBC of the one before each record. */
  readonly ivLength: number;
  /** Of the nonce in each record of TLS 1.2 (RFC 5288 section 3); 0: it is made of the sequence number (RFC 7905, TLS 1.3). */
  readonly explicitLength: number;
  /** Of the authentication tag; 0 for CBC. */
  readonly tagLength: number;
  /** Of the HMAC of CBC suites; 0 for AEAD. */
  readonly macLength: number;
  readonly macHash: string;
  /** Of the key schedule: HKDF in TLS 1.3, PRF in TLS 1.2. */
  readonly hash: "sha256" | "sha384";
}

export interface Suite {
  readonly code: number;
  /** `TLS_AES_128_GCM_SHA256`; the code in hexadecimal where IANA has no name. */
  readonly name: string;
  /** A suite of TLS 1.3, which says nothing of the key exchange. */
  readonly tls13: boolean;
  /** The client sends the premaster secret encrypted with the server's RSA key. */
  readonly rsaKeyExchange: boolean;
  /** Undefined: records of this suite cannot be read here. */
  readonly protection: Protection | undefined;
}

/** @param code As in the hellos. */
export function suite(code: number): Suite {
  const known = suites.get(code);
  if (known !== undefined) return known;
  const name = suiteName(code);
  const at = name.indexOf("_WITH_");
  const tls13 = at < 0 && code >> 8 === 0x13;
  const made = {
    code,
    name,
    tls13,
    rsaKeyExchange: name.startsWith("TLS_RSA_WITH_"),
    protection: at >= 0 ? protection(name.slice(at + 6), false) : tls13 ? protection(name.slice(4), true) : undefined,
  };
  suites.set(code, made);
  return made;
}

/** Whether RFC 9113 Appendix A prohibits the suite for HTTP/2 over TLS 1.2. */
export const isProhibited = (code: number): boolean => prohibited.some(([first, last]) => code >= first && code <= last);

/** RFC 9113 has no more of them: 276. */
export const prohibitedCount = (): number => prohibited.reduce((sum, [first, last]) => sum + last - first + 1, 0);

// At most as many as there are code points.
const suites = new Map<number, Suite>();

function protection(name: string, tls13: boolean): Protection | undefined {
  const match =
    /^(AES|ARIA|CAMELLIA|3DES_EDE|CHACHA20)_(?:(128|256)_)?(GCM|CCM_8|CCM|CBC|POLY1305)(?:_(SHA|SHA256|SHA384))?$/.exec(name);
  if (match === null) return undefined;
  const [, family = "", bits, mode = "", hashName] = match;
  const hash = hashName === "SHA384" ? "sha384" : "sha256";
  const keyLength = family === "3DES_EDE" ? 24 : bits === "128" ? 16 : 32;
  const cipher = cipherName(family, bits ?? "", mode);
  available ??= new Set(crypto().getCiphers());
  if (!available.has(cipher)) return undefined;
  if (mode === "CBC") {
    const macHash = hashName === "SHA" ? "sha1" : hash;
    const macLength = hashName === "SHA" ? 20 : hash === "sha384" ? 48 : 32;
    const ivLength = family === "3DES_EDE" ? 8 : 16;
    return { kind: "cbc", cipher, keyLength, ivLength, explicitLength: ivLength, tagLength: 0, macLength, macHash, hash };
  }
  // RFC 7905 section 2: the nonce of ChaCha20 is made as in TLS 1.3.
  const implicit = tls13 || family === "CHACHA20";
  return {
    kind: "aead",
    cipher,
    keyLength,
    ivLength: implicit ? 12 : 4,
    explicitLength: implicit ? 0 : 8,
    tagLength: mode === "CCM_8" ? 8 : 16,
    macLength: 0,
    macHash: "",
    hash,
  };
}

function cipherName(family: string, bits: string, mode: string): string {
  if (family === "CHACHA20") return "chacha20-poly1305";
  if (family === "3DES_EDE") return "des-ede3-cbc";
  return `${family.toLowerCase()}-${bits}-${mode === "CCM_8" ? "ccm" : mode.toLowerCase()}`;
}

let available: ReadonlySet<string> | undefined;

// First and last code point of each run.
const prohibited: readonly (readonly [number, number])[] = [
  [0x0000, 0x001b],
  [0x001e, 0x0046],
  [0x0067, 0x006d],
  [0x0084, 0x009d],
  [0x00a0, 0x00a1],
  [0x00a4, 0x00a9],
  [0x00ac, 0x00c5],
  [0x00ff, 0x00ff],
  [0xc001, 0xc02a],
  [0xc02d, 0xc02e],
  [0xc031, 0xc051],
  [0xc054, 0xc055],
  [0xc058, 0xc05b],
  [0xc05e, 0xc05f],
  [0xc062, 0xc06b],
  [0xc06e, 0xc07b],
  [0xc07e, 0xc07f],
  [0xc082, 0xc085],
  [0xc088, 0xc089],
  [0xc08c, 0xc08f],
  [0xc092, 0xc09d],
  [0xc0a0, 0xc0a1],
  [0xc0a4, 0xc0a5],
  [0xc0a8, 0xc0a9],
];
