/** Builds capture files, field by field as the format drafts lay them out. */

const packed = (big: boolean, octets: number) => (value: number) => {
  const out = Buffer.alloc(octets);
  if (big) out.writeUIntBE(value, 0, octets);
  else out.writeUIntLE(value, 0, octets);
  return out;
};

export interface PcapOptions {
  readonly big?: boolean;
  readonly nanoseconds?: boolean;
  /** As Kuznetzov's patch wrote it. */
  readonly modified?: boolean;
  /** Of version 2; below 3 the lengths of a record are written the other way round. */
  readonly minor?: number;
  readonly snapLength?: number;
  readonly network?: number;
}

export interface PcapRecord {
  readonly seconds?: number;
  readonly fraction?: number;
  readonly octets: string;
  /** What the header says, where that is not the truth. */
  readonly length?: number;
  readonly wireLength?: number;
}

export function pcap(options: PcapOptions, records: readonly (PcapRecord | string)[]): Buffer {
  const u16 = packed(options.big ?? false, 2);
  const u32 = packed(options.big ?? false, 4);
  const magic = options.modified ? 0xa1b2cd34 : options.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4;
  const minor = options.minor ?? 4;
  const parts = [u32(magic), u16(2), u16(minor), u32(0), u32(0), u32(options.snapLength ?? 65535), u32(options.network ?? 1)];
  for (const record of records) {
    // A string is octets that are no record.
    if (typeof record === "string") {
      parts.push(Buffer.from(record, "hex"));
      continue;
    }
    const octets = Buffer.from(record.octets, "hex");
    const length = record.length ?? octets.length;
    const lengths = [u32(length), u32(record.wireLength ?? length)];
    parts.push(u32(record.seconds ?? 1_000_000), u32(record.fraction ?? 0), ...(minor < 3 ? lengths.reverse() : lengths));
    // Interface 7, protocol 0x0800, packet type 4, padding.
    if (options.modified) parts.push(u32(7), u16(0x0800), Buffer.of(4, 0));
    parts.push(octets);
  }
  return Buffer.concat(parts);
}

export interface SnoopRecord {
  readonly octets: string;
  readonly seconds?: number;
  readonly microseconds?: number;
  readonly original?: number;
  readonly dropped?: number;
  readonly pad?: number;
  /** What the header says of the record's octets and the packet's, where that is not the truth. */
  readonly length?: number;
  readonly included?: number;
}

/** RFC 1761 section 2. */
export function snoop(records: readonly SnoopRecord[], type = 4): Buffer {
  const u32 = packed(true, 4);
  const parts = [Buffer.from("snoop\0\0\0", "latin1"), u32(2), u32(type)];
  for (const {
    octets: text,
    seconds = 1_000_000,
    microseconds = 0,
    original,
    dropped = 0,
    pad = 0,
    length,
    included,
  } of records) {
    const octets = Buffer.from(text, "hex");
    parts.push(
      u32(original ?? octets.length),
      u32(included ?? octets.length),
      u32(length ?? 24 + octets.length + pad),
      u32(dropped),
      u32(seconds),
      u32(microseconds),
      octets,
      Buffer.alloc(pad),
    );
  }
  return Buffer.concat(parts);
}

/** Blocks of one section, in either byte order. */
export function pcapng(big = false) {
  const u16 = packed(big, 2);
  const u32 = packed(big, 4);
  const padded = (octets: Buffer) => Buffer.concat([octets, Buffer.alloc(-octets.length & 3)]);
  const block = (type: number, ...body: Buffer[]) => {
    const content = padded(Buffer.concat(body));
    const length = u32(content.length + 12);
    return Buffer.concat([u32(type), length, content, length]);
  };
  const option = (code: number, value: Buffer) => Buffer.concat([u16(code), u16(value.length), padded(value)]);
  const stamp = (units: bigint) => [u32(Number(units >> 32n)), u32(Number(units & 0xffffffffn))];
  return {
    block,
    option,
    section: (length = -1n) => {
      const octets = Buffer.alloc(8);
      if (big) octets.writeBigInt64BE(length);
      else octets.writeBigInt64LE(length);
      return block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(1), u16(0), octets);
    },
    face: (linkType: number, snapLength = 0, ...options: Buffer[]) =>
      block(1, u16(linkType), u16(0), u32(snapLength), ...options, ...(options.length > 0 ? [u32(0)] : [])),
    resolution: (value: number) => option(9, Buffer.of(value)),
    timeOffset: (seconds: bigint) => {
      const octets = Buffer.alloc(8);
      if (big) octets.writeBigInt64BE(seconds);
      else octets.writeBigInt64LE(seconds);
      return option(14, octets);
    },
    text: (code: number, value: string) => option(code, Buffer.from(value)),
    count: (code: number, value: bigint) => {
      const octets = Buffer.alloc(8);
      if (big) octets.writeBigInt64BE(value);
      else octets.writeBigInt64LE(value);
      return option(code, octets);
    },
    word: (code: number, value: number) => option(code, u32(value)),
    secrets: (type: number, text: string, length = text.length) => block(10, u32(type), u32(length), Buffer.from(text)),
    statistics: (face: number, ...options: Buffer[]) => block(5, u32(face), u32(0), u32(0), ...options, u32(0)),
    process: (id: number, ...options: Buffer[]) => block(0x80000001, u32(id), ...options, u32(0)),
    packet: (face: number, units: bigint, octets: string, wireLength = octets.length / 2, ...options: Buffer[]) =>
      block(
        6,
        u32(face),
        ...stamp(units),
        u32(octets.length / 2),
        u32(wireLength),
        padded(Buffer.from(octets, "hex")),
        ...options,
        ...(options.length > 0 ? [u32(0)] : []),
      ),
    oldPacket: (face: number, units: bigint, octets: string, wireLength = octets.length / 2) =>
      block(2, u16(face), u16(0xffff), ...stamp(units), u32(octets.length / 2), u32(wireLength), Buffer.from(octets, "hex")),
    simplePacket: (octets: string, wireLength = octets.length / 2) => block(3, u32(wireLength), Buffer.from(octets, "hex")),
  };
}
