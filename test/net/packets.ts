// Packets octet by octet, in hex, with the lengths and checksums that a host would write.

export const u8 = (value: number) => value.toString(16).padStart(2, "0");
export const u16 = (value: number) => value.toString(16).padStart(4, "0");
export const u32 = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
export const size = (octets: string) => octets.length / 2;

/** RFC 1071: the one's complement of the one's complement sum. */
export function checksum(octets: string): number {
  const padded = octets.length % 4 === 0 ? octets : `${octets}00`;
  let sum = 0;
  for (let i = 0; i < padded.length; i += 4) sum += Number.parseInt(padded.slice(i, i + 4), 16);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const put = (octets: string, offset: number, value: string) =>
  octets.slice(0, offset * 2) + value + octets.slice(offset * 2 + value.length);

/** The checksum of TCP or UDP over the pseudo header; other payloads are left alone. */
export function summed(protocol: number, addresses: string, body: string): string {
  const offset = protocol === 6 ? 16 : protocol === 17 ? 6 : -1;
  if (offset < 0 || size(body) < offset + 2) return body;
  const zeroed = put(body, offset, "0000");
  const sum = checksum(`${addresses}${u32(size(body))}000000${u8(protocol)}${zeroed}`);
  return put(body, offset, u16(protocol === 17 && sum === 0 ? 0xffff : sum));
}

export const source4 = "7f000001";
export const target4 = "0a0000ff";
export const source6 = "20010db8000000000000000000000001";
export const target6 = "20010db8ffff00000000000000000002";

export const payload = "505249202a";

/** Ports 49153 and 443, seq -2, ack -2147483647, PSH and ACK, window 0xabcd. */
export const tcp = (
  body = payload,
  options = "",
  offset = 5 + size(options) / 4,
  { seq = 0xfffffffe, ack = 0x80000001, flags = 0x18, window = 0xabcd } = {},
) => `c00101bb${u32(seq)}${u32(ack)}${offset.toString(16)}0${u8(flags)}${u16(window)}00000000${options}${body}`;

export const udp = (target: number, body: string, source = 50000, length = 8 + size(body)) =>
  `${u16(source)}${u16(target)}${u16(length)}0000${body}`;

interface Ipv4Fields {
  readonly protocol?: number;
  readonly total?: number;
  /** Flags and offset in units of eight octets. */
  readonly fragment?: number;
  readonly id?: number;
  readonly ttl?: number;
  readonly options?: string;
  readonly version?: number;
  readonly words?: number;
  readonly source?: string;
  readonly target?: string;
}

export function ipv4(
  body: string,
  {
    protocol = 6,
    total,
    fragment = 0,
    id = 1,
    ttl = 64,
    options = "",
    version = 4,
    words = 5 + size(options) / 4,
    source = source4,
    target = target4,
  }: Ipv4Fields = {},
): string {
  const length = u16(total ?? 20 + size(options) + size(body));
  const header = `${version}${words.toString(16)}00${length}${u16(id)}${u16(fragment)}${u8(ttl)}${u8(protocol)}0000${source}${target}`;
  const whole = (fragment & 0x3fff) === 0;
  const content = whole ? summed(protocol, source + target, body) : body;
  return put(header + options, 10, u16(checksum(header + options))) + content;
}

export const ipv6 = (body: string, { next = 6, length = size(body), version = 6, hops = 64 } = {}) =>
  `${version}0000000${u16(length)}${u8(next)}${u8(hops)}${source6}${target6}${summed(next, source6 + target6, body)}`;

/** Destination and source 02:00:00:00:00:01 and 02. */
export const ethernet = (type: number, body: string) => `020000000001020000000002${u16(type)}${body}`;

/** IEEE 802.2 LLC and SNAP with an EtherType. */
export const snap = (type: number) => `aaaa03000000${u16(type)}`;

/** RFC 8200 4.5. `offset` in octets. */
export const fragmentOf = (next: number, offset: number, more: boolean, id: number, body: string) =>
  `${u8(next)}00${u16(offset | (more ? 1 : 0))}${u32(id)}${body}`;

/** A datagram's payload in fragments of `step` octets. */
export function fragments4(body: string, step: number, fields: Ipv4Fields = {}): string[] {
  const content = summed(fields.protocol ?? 6, (fields.source ?? source4) + (fields.target ?? target4), body);
  return cut(content, step).map((part, index, all) =>
    ipv4(part, { ...fields, fragment: (index < all.length - 1 ? 0x2000 : 0) | ((index * step) / 8) }),
  );
}

export function fragments6(body: string, step: number, id: number, next = 6): string[] {
  return cut(summed(next, source6 + target6, body), step).map((part, index, all) =>
    ipv6(fragmentOf(next, index * step, index < all.length - 1, id, part), { next: 44 }),
  );
}

function cut(octets: string, step: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < octets.length; at += step * 2) parts.push(octets.slice(at, at + step * 2));
  return parts;
}
