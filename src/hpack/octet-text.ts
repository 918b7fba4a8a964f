import { classOfOctet } from "../fields/octet-class.ts";

/** The octets of the string being decoded, and their classes. One is enough for all decoders: a string is decoded in one go. */
export class OctetText {
  octets: Buffer = Buffer.alloc(1024);
  length = 0;
  classes = 0;

  /** Room for `length` octets; what was there is gone. */
  reserve(length: number): void {
    if (length > this.octets.length) this.octets = Buffer.alloc(1 << (32 - Math.clz32(length)));
  }

  copy(b: Uint8Array, start: number, end: number): void {
    this.reserve(end - start);
    const octets = this.octets;
    let classes = 0;
    let length = 0;
    for (let i = start; i < end; i++) {
      const octet = b[i]!;
      octets[length++] = octet;
      classes |= classOfOctet[octet]!;
    }
    this.length = length;
    this.classes = classes;
  }

  /** One character per octet. Reading so many octets one by one costs less than a call into the runtime. */
  text(): string {
    const o = this.octets;
    const chars = String.fromCharCode;
    switch (this.length) {
      case 0:
        return "";
      case 1:
        return chars(o[0]!);
      case 2:
        return chars(o[0]!, o[1]!);
      case 3:
        return chars(o[0]!, o[1]!, o[2]!);
      case 4:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!);
      case 5:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!);
      case 6:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!);
      case 7:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!);
      case 8:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!, o[7]!);
      case 9:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!, o[7]!, o[8]!);
      case 10:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!, o[7]!, o[8]!, o[9]!);
      case 11:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!, o[7]!, o[8]!, o[9]!, o[10]!);
      case 12:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!, o[7]!, o[8]!, o[9]!, o[10]!, o[11]!);
      case 13:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!, o[7]!, o[8]!, o[9]!, o[10]!, o[11]!, o[12]!);
      case 14:
        return chars(o[0]!, o[1]!, o[2]!, o[3]!, o[4]!, o[5]!, o[6]!, o[7]!, o[8]!, o[9]!, o[10]!, o[11]!, o[12]!, o[13]!);
      case 15:
        return chars(
          o[0]!,
          o[1]!,
          o[2]!,
          o[3]!,
          o[4]!,
          o[5]!,
          o[6]!,
          o[7]!,
          o[8]!,
          o[9]!,
          o[10]!,
          o[11]!,
          o[12]!,
          o[13]!,
          o[14]!,
        );
      case 16:
        return chars(
          o[0]!,
          o[1]!,
          o[2]!,
          o[3]!,
          o[4]!,
          o[5]!,
          o[6]!,
          o[7]!,
          o[8]!,
          o[9]!,
          o[10]!,
          o[11]!,
          o[12]!,
          o[13]!,
          o[14]!,
          o[15]!,
        );
      default:
        return o.latin1Slice(0, this.length);
    }
  }
}
