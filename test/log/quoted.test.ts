import { expect, it } from "vitest";
import { unescaped } from "../../src/log/quoted.ts";

it.each([
  ["plain", "plain"],
  ['a \\"b\\"', 'a "b"'],
  ["\\x00\\xff", "\0\xff"],
  ["\\t\\n\\r\\a\\b\\f\\v\\\\", "\t\n\r\x07\b\f\v\\"],
  ["\\0", "\0"],
  ["\\u00e9", "\xc3\xa9"],
  ["\\u{1f600}", "\xf0\x9f\x98\x80"],
  ["\\u{ffffff}", "\\u{ffffff}"],
  ["end\\", "end\\"],
  ["\\q", "\\q"],
])("%j", (text, octets) => expect(unescaped(text)).toBe(octets));
