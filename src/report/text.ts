// Text from the wire is hostile: nothing of it may act on a terminal.
import { english, type Language } from "../lang/language.ts";

/** One character per octet in; UTF-8 decoded where it is valid, and what a terminal would act on or hide is escaped. */
export function printable(octets: string): string {
  return escapeControls(utf8(octets));
}

/** The octets as UTF-8 if they are, else one character each. */
export function utf8(octets: string): string {
  // What holds more than octets was decoded before.
  if (!/[\x80-\xff]/.test(octets) || /[^\0-\xff]/.test(octets)) return octets;
  try {
    return decoder.decode(Buffer.from(octets, "latin1"));
  } catch {
    return octets;
  }
}

/** What is text already, as octets, so that one that looks like UTF-8 is not decoded again. */
export const utf16Octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Halves of a surrogate pair replaced: neither UTF-8 nor XML can hold them. */
export const wellFormed = (text: string): string =>
  text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");

// C0, DEL, C1, line and paragraph separators, and the marks that change the direction of text.
const escapeControls = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (c) => {
    const code = c.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });

/** JSON whose strings hold nothing that a terminal would act on: JSON itself leaves DEL and C1 as they are (RFC 8259 section 7). */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent);
  // Most have none, and to look is cheaper than to replace.
  return ACTED_ON.test(text) ? text.replaceAll(EACH_ACTED_ON, escaped) : text;
}

const ACTED_ON = /[\u007f-\u009f\u2028\u2029]/;
const EACH_ACTED_ON = new RegExp(ACTED_ON, "g");
const escaped = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** `1,234,567`, of a whole number. Not by `toLocaleString`: its first call loads the data of locales, which takes longer than the rest. */
export const count = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `1 call`, `2 calls`. */
export const plural = (value: number, noun: string, several = `${noun}s`): string =>
  `${count(value)} ${value === 1 ? noun : several}`;

/** `plural` in the language of the reader. */
export const counted = (language: Language, value: number, noun: string): string =>
  language.counted(count(value), noun, plural(value, noun));

/** Nanoseconds as people read them: `412 µs`, `2.50 ms`, `1.00 s`. */
export function duration(nanoseconds: number): string {
  const size = Math.abs(nanoseconds);
  if (size < 1e3) return `${nanoseconds} ns`;
  if (size < 1e5) return `${(nanoseconds / 1e3).toFixed(0)} µs`;
  if (size < 1e9) return `${(nanoseconds / 1e6).toFixed(2)} ms`;
  if (size < 120e9) return `${(nanoseconds / 1e9).toFixed(2)} s`;
  return `${(nanoseconds / 60e9).toFixed(1)} min`;
}

/** `9,999`, `13.0 kB`: bytes in a column of them. */
export const shortSize = (octets: number): string => (octets < 10_000 ? count(octets) : size(octets));

/** `13 octets`, `6.7 MB`. */
export function size(octets: number, language = english): string {
  if (octets < 10_000) return counted(language, octets, "byte");
  if (octets < 1e6) return `${(octets / 1e3).toFixed(1)} kB`;
  if (octets < 1e9) return `${(octets / 1e6).toFixed(1)} MB`;
  return `${(octets / 1e9).toFixed(1)} GB`;
}
