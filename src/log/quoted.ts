/** What a literal of Rust (`b"…"`) or Go (`%q`) stands for, one character per octet; of no literal the text as it is.
 *  @param text Without the quotes around it. */
export function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(ESCAPE, (whole, hex: string | undefined, code: string | undefined, simple: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      return point > 0x10ffff ? whole : Buffer.from(String.fromCodePoint(point), "utf8").toString("latin1");
    }
    return simple === undefined ? whole : (SIMPLE[simple] ?? simple);
  });
}

const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u\{?([0-9a-fA-F]{1,6})\}?|([abfnrtv0"'\\]))/g;

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "0": "\0",
};
