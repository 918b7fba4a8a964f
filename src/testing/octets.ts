// HTTP/2 octets for test scripts: whatever is asked for, legal or not (RFC 9113 section 4.1, RFC 7541 section 6.2).

/** Names and values, one character per octet; pairs where a name comes twice. */
export type Fields = Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[];

/** Octets, or a string with one character per octet. */
export type Octets = string | Uint8Array;

/** A field block of literals without indexing and without Huffman coding (RFC 7541 6.2.2): it means the same after any other. */
export function literals(fields: Fields): Uint8Array {
  const pairs: readonly (readonly [string, string])[] = isPairs(fields) ? fields : Object.entries(fields);
  return concat(pairs.map(([name, value]) => concat([Uint8Array.of(0), string(name), string(value)])));
}

/** A frame of any type, flags and payload. */
export interface RawFrame {
  /** The number of its type. */
  readonly type: number;
  readonly flags?: number;
  readonly streamId?: number;
  readonly payload?: Octets;
  /** The bit above the stream id. */
  readonly reserved?: boolean;
  /** Where the head shall claim another length than the payload's. */
  readonly length?: number;
}

export function frameOctets({ type, flags = 0, streamId = 0, payload = "", reserved = false, length }: RawFrame): Uint8Array {
  const body = octetsOf(payload);
  const id = u32(streamId);
  id[0]! |= reserved ? 0x80 : 0;
  return concat([u32(length ?? body.length).subarray(1), Uint8Array.of(type, flags), id, body]);
}

export const octetsOf = (octets: Octets): Uint8Array => (typeof octets === "string" ? Buffer.from(octets, "latin1") : octets);

export const u16 = (value: number): Uint8Array => Uint8Array.of(value >>> 8, value);

export const u32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// RFC 7541 5.2, the H bit clear.
function string(text: string): Uint8Array {
  return concat([integer(text.length), Buffer.from(text, "latin1")]);
}

// RFC 7541 5.1 with a prefix of seven bits.
function integer(value: number): Uint8Array {
  if (value < 0x7f) return Uint8Array.of(value);
  const octets = [0x7f];
  for (value -= 0x7f; value >= 0x80; value >>>= 7) octets.push((value & 0x7f) | 0x80);
  octets.push(value);
  return Uint8Array.from(octets);
}

// Array.isArray does not narrow readonly arrays.
const isPairs = (fields: Fields): fields is readonly (readonly [string, string])[] => Array.isArray(fields);
