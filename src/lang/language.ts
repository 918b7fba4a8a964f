// What people read, in their language. English is the source: it stands in the code, and what has no translation stays as it is there.
import { fill, fillSpaced, partsOf } from "./fill.ts";

const QUOTES = ['"', "'", "`"];

/** Of one language, by the English texts; `{holes}` have the names that they have there. */
export interface Catalogue {
  /** As BCP 47 names the language. */
  readonly tag: string;
  /** Nouns with a number before them: `{n} 个包` for `packet`. */
  readonly nouns: Readonly<Record<string, string>>;
  readonly texts: Readonly<Record<string, string>>;
  /** By forms of English sentences, the longer before those that they fit as well; what fills the holes is looked up in turn. */
  readonly phrases: Readonly<Record<string, string>>;
  /** Words that fill holes of messages, by the hole: nothing else that fills one is translated, as it comes from the wire. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly rules: Readonly<Record<string, RuleText>>;
  /** Where a text ends without a stop. */
  readonly stop: string;
}

/** What people read of one rule. */
export interface RuleText {
  readonly title: string;
  /** By id, as in the rule. */
  readonly messages: Readonly<Record<string, string>>;
  readonly why: string;
  readonly fix: string;
}

/** What a rule says of itself in English. */
interface RuleSource {
  readonly id: string;
  readonly meta: {
    readonly title: string;
    readonly messages: Readonly<Record<string, string>>;
    readonly docs: { readonly why: string; readonly fix: string };
  };
}

type Data = Readonly<Record<string, string | number>>;

export class Language {
  readonly #catalogue: Catalogue | undefined;

  /** As BCP 47 has it. */
  get tag(): string {
    return this.#catalogue?.tag ?? "en";
  }

  /** What of the texts a script holds as strings: those that it can ask for. undefined: English, which it has.
   *  @param script Minified: a string stands in quotes of any kind. */
  heldBy(script: string): Pick<Catalogue, "tag" | "nouns" | "texts" | "stop"> | undefined {
    if (this.#catalogue === undefined) return undefined;
    const { tag, nouns, texts, stop } = this.#catalogue;
    const isHeld = ([text]: readonly [string, string]) => QUOTES.some((quote) => script.includes(quote + text + quote));
    const held = (all: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(all).filter(isHeld));
    return { tag, nouns: held(nouns), texts: held(texts), stop };
  }

  constructor(catalogue?: Catalogue) {
    this.#catalogue = catalogue;
  }

  /** @param english A template, as it stands in the code. @param data What fills its holes. */
  text(english: string, data: Data = {}): string {
    const texts = this.#catalogue?.texts;
    return texts !== undefined && Object.hasOwn(texts, english) ? fillSpaced(texts[english]!, data) : fill(english, data);
  }

  /** @param number As it is written. @param english Said where there is no translation: `2 packets`. */
  counted(number: string, noun: string, english: string): string {
    const nouns = this.#catalogue?.nouns;
    return nouns !== undefined && Object.hasOwn(nouns, noun) ? fillSpaced(nouns[noun]!, { n: number }) : english;
  }

  /** The text with a stop behind it, and a capital letter where the language has them. */
  sentence(text: string): string {
    return this.stopped(this.opening(text));
  }

  /** With a stop behind it. */
  stopped(text: string): string {
    return text + (this.#catalogue?.stop ?? ".");
  }

  /** With a capital letter where the language has them. */
  opening(text: string): string {
    return this.#catalogue === undefined ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
  }

  /** Sentences, with a blank between them where the language has one. */
  joined(sentences: readonly string[]): string {
    return sentences.filter((text) => text !== "").join(this.#catalogue === undefined ? " " : "");
  }

  /** What comes in English from where no reader is known (an event, a diagnostic): by its words, else by its form. */
  phrase(english: string): string {
    if (this.#catalogue === undefined) return english;
    const { texts, phrases } = this.#catalogue;
    if (Object.hasOwn(texts, english)) return texts[english]!;
    if (Object.hasOwn(phrases, english)) return phrases[english]!;
    for (const [form, translated] of Object.entries(phrases)) {
      const parts = partsOf(form, english);
      if (parts === undefined) continue;
      return fillSpaced(translated, Object.fromEntries(Object.entries(parts).map(([hole, text]) => [hole, this.phrase(text)])));
    }
    return english;
  }

  /** One of the values that a report has for something: `killed-by-goaway`. @param of Which: as a hole is named. */
  word(of: string, value: string): string {
    return this.#catalogue === undefined ? value : String(this.#word(of, value, this.#catalogue.values));
  }

  rule({ id, meta }: RuleSource): RuleText {
    const rules = this.#catalogue?.rules;
    if (rules !== undefined && Object.hasOwn(rules, id)) return rules[id]!;
    return { title: meta.title, messages: meta.messages, ...meta.docs };
  }

  /** The message of a finding. An event does not say which of its rule's messages it has: it is the one that makes the same English.
   *  @param english As the report has it. */
  message(english: string, data: Data, rule: RuleSource | undefined): string {
    if (this.#catalogue === undefined) return english;
    if (rule === undefined) return this.phrase(english);
    const found = Object.entries(rule.meta.messages).find(([, template]) => fill(template, data) === english)?.[0];
    const template = found === undefined ? undefined : this.rule(rule).messages[found];
    return template === undefined ? this.phrase(english) : fillSpaced(template, this.#spoken(data, this.#catalogue));
  }

  // By its form: what it was made of is not known here.
  #word(hole: string, value: string | number, values: Catalogue["values"]): string | number {
    if (typeof value === "number" || !Object.hasOwn(values, hole)) return value;
    const words = values[hole]!;
    if (Object.hasOwn(words, value)) return words[value]!;
    for (const [english, translated] of Object.entries(words)) {
      const parts = partsOf(english, value);
      if (parts !== undefined) return fillSpaced(translated, this.#spoken(parts, { values }));
    }
    return value;
  }

  #spoken(data: Data, { values }: Pick<Catalogue, "values">): Data {
    return Object.fromEntries(Object.entries(data).map(([hole, value]) => [hole, this.#word(hole, value, values)]));
  }
}

export const english = new Language();
