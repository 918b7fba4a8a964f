// What a server says where HTTP/2 should begin, when it speaks another protocol: only what its first octets name for certain.
import { latin1, u16 } from "../bytes.ts";

/** `http1`: HTTP/1 or its predecessor, `text` its first line; `tls`: a record, `text` what it holds; `named`: `text` is the protocol. */
export interface ForeignAnswer {
  readonly what: "http1" | "tls" | "named";
  readonly text: string;
}

/** Undefined: it may be HTTP/2, or nobody knows. A frame of HTTP/2 that comes first begins with a zero octet: SETTINGS are short. */
export function foreignAnswer(b: Uint8Array, start: number, end: number): ForeignAnswer | undefined {
  if (end <= start || b[start] === 0) return undefined;
  const tls = tlsRecord(b, start, end);
  if (tls !== undefined) return { what: "tls", text: tls };
  const text = latin1(b, start, Math.min(end, start + LOOKED_AT));
  if (MARKUP.test(text)) return { what: "http1", text: firstLine(text) };
  for (const [name, pattern] of GREETINGS) if (pattern.test(text)) return { what: "named", text: name };
  return undefined;
}

// RFC 8446 5.1, 6.
function tlsRecord(b: Uint8Array, start: number, end: number): string | undefined {
  const type = b[start]!;
  if (end - start < 5 || type < ALERT - 1 || type > HANDSHAKE || b[start + 1] !== 3 || b[start + 2]! > 4) return undefined;
  const length = u16(b, start + 3);
  if (length === 0 || length > LONGEST) return undefined;
  if (type !== ALERT) return "TLS record";
  const described = length === 2 && end - start >= 7 ? ALERTS[b[start + 6]!] : undefined;
  return described === undefined ? "TLS alert" : `TLS alert ${described}`;
}

const firstLine = (text: string): string =>
  text
    .trimStart()
    .split(/[\r\n]/)[0]!
    .slice(0, LINE);

const MARKUP = /^\s*<(?:!doctype\s|html\b|head\b|body\b|h1\b|title\b|\?xml\s)/i;

// In the server's own words, and as each answers what it cannot read.
const GREETINGS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["SSH", /^SSH-\d\.\d+-/],
  ["SMTP", /^220[ -][^\r\n]*(?:SMTP|mail)/i],
  ["FTP", /^220[ -][^\r\n]*(?:FTP|FileZilla)/i],
  ["SMTP or FTP", /^(?:220[ -]|500 |502 |421 )/],
  ["Redis", /^-(?:ERR|NOAUTH|DENIED|NOPERM|LOADING) /],
  ["POP3", /^\+OK /],
  ["IMAP", /^\* (?:OK|BYE|PREAUTH) /],
  // Protocol version 10 and the version as text; or an error.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: binary protocols
  ["MySQL", /^[^\x00]..[\x00-\x02](?:\x0a\d{1,2}\.\d|\xff..#)/s],
  // ErrorResponse: length, severity.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: binary protocols
  ["PostgreSQL", /^E(?:\x00\x00..S(?:FATAL|ERROR)|\x00\x00..SFEHLER|FATAL:|ERROR:)/s],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: binary protocols
  ["AMQP", /^AMQP[\x00-\x03]/],
  ["Memcached", /^(?:ERROR|CLIENT_ERROR [^\r\n]*)\r\n/],
  ["NATS", /^INFO \{/],
  ["VNC", /^RFB \d{3}\.\d{3}\n/],
  ["RTSP", /^RTSP\/1\.0 /],
  ["SIP", /^SIP\/2\.0 /],
];

// RFC 8446 6.
const ALERTS: Readonly<Record<number, string>> = {
  0: "close_notify",
  10: "unexpected_message",
  20: "bad_record_mac",
  22: "record_overflow",
  40: "handshake_failure",
  47: "illegal_parameter",
  50: "decode_error",
  70: "protocol_version",
  80: "internal_error",
};

const ALERT = 0x15;
const HANDSHAKE = 0x16;
const LONGEST = (1 << 14) + 256;
const LOOKED_AT = 256;
const LINE = 60;
