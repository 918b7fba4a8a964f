import type { Severity } from "./rule.ts";

/** The gravest first. */
export const severities: readonly Severity[] = ["error", "warning", "info"];
