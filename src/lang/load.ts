// A catalogue is loaded only by who reads it.
import { english, Language } from "./language.ts";

export type LanguageName = "en" | "zh";

export async function loadLanguage(name: LanguageName): Promise<Language> {
  return name === "en" ? english : new Language((await import("./zh/catalogue.ts")).zh);
}

/** What a command line asks for, before it is parsed: help and what is said of misuse are read too. */
export function languageOf(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): LanguageName {
  const named = languagesIn(argv).named.at(-1);
  return named === "en" || named === "zh" ? named : localeLanguage(env);
}

/** The languages that a command line names, and its words up to `--` without them. */
export function languagesIn(argv: readonly string[]): { readonly named: readonly string[]; readonly words: readonly string[] } {
  const end = argv.indexOf("--");
  const named: string[] = [];
  const words: string[] = [];
  for (let i = 0; i < (end < 0 ? argv.length : end); i++) {
    const word = argv[i]!;
    if (word === "--lang") named.push(argv[++i] ?? "");
    else if (word.startsWith("--lang=")) named.push(word.slice("--lang=".length));
    else words.push(word);
  }
  return { named, words };
}

/** What the locale asks for: the first that is set counts, as POSIX says (XBD 8.2). */
export function localeLanguage(env: Readonly<Record<string, string | undefined>>): LanguageName {
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "") ?? "";
  return /^zh(?:[_.@-]|$)/i.test(locale) ? "zh" : "en";
}
