// A catalogue is loaded only by who reads it.
import { english, Language } from "./language.ts";

export type LanguageName = "en" | "zh";

export async function loadLanguage(name: LanguageName): Promise<Language> {
  return name === "en" ? english : new Language((await import("./zh/catalogue.ts")).zh);
}

/** What a command line asks for, before it is parsed: help and what is said of misuse are read too. */
export function languageOf(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): LanguageName {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  const named = words
    .flatMap((word, i) => (word === "--lang" ? [words[i + 1]] : (/^--lang=(.*)$/s.exec(word)?.slice(1) ?? [])))
    .at(-1);
  return named === "en" || named === "zh" ? named : localeLanguage(env);
}

/** What the locale asks for: the first that is set counts, as POSIX says (XBD 8.2). */
export function localeLanguage(env: Readonly<Record<string, string | undefined>>): LanguageName {
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "") ?? "";
  return /^zh(?:[_.@-]|$)/i.test(locale) ? "zh" : "en";
}
