/** Sets of octets that field rules ask about. A string's classes are the OR over its octets, collected while it is decoded. */
export const OctetClass = {
  /** 0x41-0x5a */
  upperCase: 1,
  /** 0x00-0x20 and 0x7f-0xff, never allowed in a name (RFC 9113 8.2.1). */
  notName: 2,
  /** Allowed in a name by RFC 9113 8.2.1 but no tchar (RFC 9110 5.6.2), the colon aside. */
  delimiter: 4,
  colon: 8,
  /** NUL, CR, LF: never allowed in a value (RFC 9113 8.2.1). */
  notValue: 16,
  /** Outside 0x20-0x7e. */
  notPrintable: 32,
} as const;

/** The classes of a latin1 string: one octet per character. */
export function classesOf(text: string): number {
  let classes = 0;
  for (let i = 0; i < text.length; i++) classes |= classOfOctet[text.charCodeAt(i) & 0xff]!;
  return classes;
}

function classOf(octet: number): number {
  let classes = 0;
  if (octet >= 0x41 && octet <= 0x5a) classes |= OctetClass.upperCase;
  if (octet <= 0x20 || octet >= 0x7f) classes |= OctetClass.notName;
  if ('"(),/;<=>?@[\\]{}'.includes(String.fromCharCode(octet))) classes |= OctetClass.delimiter;
  if (octet === 0x3a) classes |= OctetClass.colon;
  if (octet === 0 || octet === 0x0a || octet === 0x0d) classes |= OctetClass.notValue;
  if (octet < 0x20 || octet > 0x7e) classes |= OctetClass.notPrintable;
  return classes;
}

export const classOfOctet = Uint8Array.from({ length: 256 }, (_, octet) => classOf(octet));
