// Columns of a terminal: a Chinese character takes two.
import stringWidth from "string-width";

/** Columns that a text takes. */
export const widthOf = (text: string): number => (isNarrow(text) ? text.length : stringWidth(text));

/** ASCII: every character takes one column, and lines break at blanks only. */
export const isNarrow = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

/** `padEnd` by columns. */
export const padEnd = (text: string, columns: number): string => text + " ".repeat(Math.max(columns - widthOf(text), 0));

/** `padStart` by columns. */
export const padStart = (text: string, columns: number): string => " ".repeat(Math.max(columns - widthOf(text), 0)) + text;

/** The beginning, with `...` behind it where that is not all. */
export function shortened(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (isNarrow(text)) return `${text.slice(0, columns - 3)}...`;
  let kept = "";
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > columns - 3) break;
    kept += character;
  }
  return `${kept}...`;
}

/** The end, with `...` before it where that is not all. */
export function ending(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (isNarrow(text)) return `...${text.slice(text.length - columns + 3)}`;
  const characters = [...text];
  let from = characters.length;
  for (let used = 3; from > 0; from--) {
    used += widthOf(characters[from - 1]!);
    if (used > columns) break;
  }
  return `...${characters.slice(from).join("")}`;
}

/** Parts that a line may end between: words, and wide characters each with the marks that must not begin or end a line
 *  (Unicode UAX 14: CL, OP). */
export function breakable(word: string): string[] {
  const parts: string[] = [];
  let sticks = false;
  for (const character of word) {
    const wide = widthOf(character) > 1;
    const last = parts.at(-1);
    if (last === undefined) parts.push(character);
    else if (CLOSING.test(character) || sticks || (!wide && !ENDS_WIDE.test(last))) parts[parts.length - 1] = last + character;
    else parts.push(character);
    sticks = OPENING.test(character);
  }
  return parts;
}

const CLOSING = /[，。、；：！？）」』》】”’,.;:!?)\]]/u;
const OPENING = /[（「『《【“‘([]/u;
const ENDS_WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$|[\u{1f300}-\u{3fffd}]$/u;
