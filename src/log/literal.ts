/** A field block that says these fields and leaves nothing in a dynamic table: literals never indexed, without Huffman (RFC 7541 6.2.3).
 *  @param fields One character per octet. */
export function literalBlock(fields: readonly (readonly [name: string, value: string])[]): Uint8Array {
  const octets: number[] = [];
  for (const [name, value] of fields) {
    octets.push(0x10);
    string(name);
    string(value);
  }
  return Uint8Array.from(octets);

  // RFC 7541 5.1, 5.2: the length with a prefix of seven bits, then the octets.
  function string(text: string): void {
    let left = text.length;
    if (left < 127) octets.push(left);
    else {
      octets.push(127);
      for (left -= 127; left >= 128; left = Math.floor(left / 128)) octets.push((left % 128) | 0x80);
      octets.push(left);
    }
    for (let i = 0; i < text.length; i++) octets.push(text.charCodeAt(i) & 0xff);
  }
}
