/** Text that a program printed as hexadecimal digits, as python-hyper and others do with debug data; else the text as it is. */
export function fromHex(text: string): string {
  if (!HEX.test(text)) return text;
  const plain = Buffer.from(text.slice(0, text.length & ~1), "hex").toString("latin1");
  return PRINTABLE.test(plain) ? plain : text;
}

// Shorter ones are numbers, or words.
const HEX = /^[0-9a-f]{12,}$/i;
const PRINTABLE = /^[\x20-\x7e]+$/;
