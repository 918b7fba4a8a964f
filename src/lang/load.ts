// A catalogue is loaded only by who reads it.
import { english, Language } from "./language.ts";

export type LanguageName = "en" | "zh";

export async function loadLanguage(name: LanguageName): Promise<Language> {
  return name === "en" ? english : new Language((await import("./zh/catalogue.ts")).zh);
}

/** What the locale asks for: the first that is set counts, as POSIX says (XBD 8.2). */
export function localeLanguage(env: Readonly<Record<string, string | undefined>>): LanguageName {
  const locale = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "") ?? "";
  return /^zh(?:[_.@-]|$)/i.test(locale) ? "zh" : "en";
}
