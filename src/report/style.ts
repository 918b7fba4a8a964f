import type { Language } from "../lang/language.ts";
import { breakable, isNarrow, padEnd, widthOf } from "./width.ts";

/** How a report may look where it goes. */
export interface Look {
  /** English, unless something else is said. */
  readonly language?: Language;
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
}

/** Colours and marks; without colour the marks are plain ASCII. */
export class Style {
  readonly look: Look;
  readonly mark: Readonly<Record<"bad" | "to" | "from" | "both" | "right" | "left" | "dot" | "rule", string>>;

  constructor(look: Look) {
    this.look = look;
    this.mark = look.color
      ? { bad: "✖", to: "▶", from: "◀", both: "⇄", right: "→", left: "←", dot: "·", rule: "─" }
      : { bad: "x", to: ">", from: "<", both: "<->", right: "->", left: "<-", dot: "-", rule: "-" };
  }

  readonly bold = (text: string): string => this.#paint("bold", text);
  readonly dim = (text: string): string => this.#paint("dim", text);
  readonly red = (text: string): string => this.#paint("red", text);
  readonly yellow = (text: string): string => this.#paint("yellow", text);
  readonly blue = (text: string): string => this.#paint("blue", text);
  readonly green = (text: string): string => this.#paint("green", text);
  readonly cyan = (text: string): string => this.#paint("cyan", text);

  severity(severity: string, text: string): string {
    return severity === "error" ? this.red(text) : severity === "warning" ? this.yellow(text) : this.blue(text);
  }

  // Not util.styleText: it decides by the terminal again, after an option has decided.
  #paint(format: keyof typeof SGR, text: string): string {
    return this.look.color ? `\x1b[${SGR[format][0]}m${text}\x1b[${SGR[format][1]}m` : text;
  }
}

// ECMA-48: on and off.
const SGR = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
} as const;

/** Break at words, and between wide characters, so that no line takes more than `width` columns; a longer word is broken inside. */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(width, 10);
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of text.split(" ")) {
    let glue = " ";
    for (let part of isNarrow(word) ? [word] : breakable(word)) {
      let columns = widthOf(part);
      if (line !== "" && used + glue.length + columns > room) {
        lines.push(line);
        line = "";
        used = 0;
      }
      while (columns > room) {
        const cut = fitting(part, room);
        lines.push(cut);
        part = part.slice(cut.length);
        columns = widthOf(part);
      }
      used += columns + (line === "" ? 0 : glue.length);
      line = line === "" ? part : `${line}${glue}${part}`;
      glue = "";
    }
  }
  lines.push(line);
  return lines;
}

// The beginning that fits, at least one character.
function fitting(text: string, columns: number): string {
  if (isNarrow(text)) return text.slice(0, columns);
  let end = 0;
  for (const character of text) {
    if (end > 0 && widthOf(text.slice(0, end + character.length)) > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Lines with an indent, the first one with a label in it. */
export function labelled(label: string, text: string, indent: number, width: number): string[] {
  return wrap(text, width - indent).map((line, i) => padEnd(i === 0 ? label : "", indent) + line);
}

/** Nanoseconds between two report times. */
export function between(from: string, to: string): number {
  const [fromSeconds = "0", fromNanos = "0"] = from.split(".");
  const [toSeconds = "0", toNanos = "0"] = to.split(".");
  return (Number(toSeconds) - Number(fromSeconds)) * 1e9 + (Number(toNanos) - Number(fromNanos));
}
