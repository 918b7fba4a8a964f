/** A line without the credentials in fields that it quotes: in whatever way a log writes a field. */
export const masked = (text: string): string =>
  HINT.test(text) ? text.replace(FIELD, "$1<masked>").replace(SCHEME, "$1 <masked>") : text;

const HINT = /authorization|cookie|-bin|bearer |basic /i;
// `cookie: x`, `"cookie" = "x"`, `('cookie', 'x')`; up to what ends a value.
const FIELD =
  /(\b(?:proxy-)?authorization["']?(?:: ?| ?= ?|, ?)["']?|\b(?:set-)?cookie["']?(?:: ?| ?= ?|, ?)["']?|\b[\w-]{1,64}-bin["']?(?:: ?| ?= ?|, ?)["']?)[^"',\]]+/gi;
// RFC 7235 2.1: what follows a scheme, wherever it stands.
const SCHEME = /\b(bearer|basic) [\w+/=.~-]{6,}/gi;
