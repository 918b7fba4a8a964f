/** How grave a finding is. `error`: a MUST of a specification is broken, or what works like one. */
export type Severity = "error" | "warning" | "info";

/** The gravest first. */
export const severities: readonly Severity[] = ["error", "warning", "info"];
