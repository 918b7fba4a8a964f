import type { SpecRef } from "../rule.ts";

// Sections of RFC 9113, where no other is named, and what they say.
export const must = (section: string, rfc = 9113): SpecRef => ({ rfc, section, level: "MUST" });
export const mustNot = (section: string, rfc = 9113): SpecRef => ({ rfc, section, level: "MUST NOT" });
export const should = (section: string, rfc = 9113): SpecRef => ({ rfc, section, level: "SHOULD" });
export const shouldNot = (section: string, rfc = 9113): SpecRef => ({ rfc, section, level: "SHOULD NOT" });
/** It describes, or defines. */
export const says = (section: string, rfc = 9113): SpecRef => ({ rfc, section });
