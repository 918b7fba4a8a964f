// A page of a terminal, as wide as it is read.
import { english, type Language } from "../lang/language.ts";
import type { Output } from "./report.ts";
import { labelled, type Style } from "./style.ts";

export class Page {
  readonly style: Style;
  readonly in: Language;
  /** Stories are read, not scanned: longer lines do not help. */
  readonly width: number;
  readonly #output: Output;

  constructor(output: Output, style: Style) {
    this.#output = output;
    this.style = style;
    this.in = style.look.language ?? english;
    this.width = Math.min(style.look.width, 110);
  }

  line(text = ""): void {
    this.#output(`${text}\n`);
  }

  label(label: string, text: string): void {
    for (const line of labelled(`  ${this.in.text(label)}`, text, 10, this.width)) this.line(line);
  }
}
