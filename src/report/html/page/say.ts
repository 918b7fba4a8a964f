// The language that the page is read in. Its texts come with the data; English needs none.
import { english, Language } from "../../../lang/language.ts";
import type { PageLanguage } from "../page-data.ts";

export let say: Language = english;

/** Before anything is drawn. */
export function speak(language: PageLanguage | undefined): void {
  if (language !== undefined) say = new Language({ ...language, phrases: {}, values: {}, rules: {} });
}
