// What the command line and the configuration ask for, put together.
import { dirname, relative, resolve } from "node:path";
import type { AnalyzeOptions } from "../analyze-options.ts";
import type { Source } from "../capture/source.ts";
import { H2lintError } from "../error.ts";
import { defaultLimits, type Limits, limitsFor } from "../limits.ts";
import type { Assertions } from "../report/assertions.ts";
import { rules } from "../rules/index.ts";
import type { Rule } from "../rules/rule.ts";
import type { Severity } from "../rules/severity.ts";
import type { LoadedConfig } from "./config.ts";
import type { Invocation } from "./invocation.ts";
import { findKeys } from "./keys.ts";

/** An invocation with the rest filled in, and what the configuration adds. */
export interface Task extends Invocation {
  readonly failOn: Severity | "never";
  readonly requireComplete: boolean;
  readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly limits: Limits;
  readonly assert: Assertions | undefined;
  /** The user's own. */
  readonly userRules: readonly Rule[];
  /** All that there are. */
  readonly rules: readonly Rule[];
}

/** The command line goes before the configuration file, and that before the defaults.
 *  @throws H2lintError for a rule of the user's that has the name of another. */
export function configured(invocation: Invocation, { path, config, rules: userRules }: LoadedConfig): Task {
  const taken = userRules.find(({ id }) => rules.some((rule) => rule.id === id));
  if (taken !== undefined) throw new H2lintError("config", `${path}: ruleFiles: the name ${taken.id} is taken`);
  const settings = Object.entries(config.rules ?? {}).map(([id, setting]) => {
    const [severity, thresholds] = typeof setting === "string" ? [setting, {}] : setting;
    return { id, severity, thresholds };
  });
  return {
    ...invocation,
    failOn: invocation.failOn ?? config.failOn ?? "error",
    preset: invocation.preset ?? config.preset,
    profile: invocation.profile ?? config.profile,
    baseline: invocation.baseline ?? besideOf(path, config.baseline),
    requireComplete: invocation.requireComplete ?? config.requireComplete ?? false,
    severities: [...settings.map(({ id, severity }) => [id, severity] as const), ...invocation.severities],
    thresholds: Object.fromEntries(
      settings.filter(({ thresholds }) => Object.keys(thresholds).length > 0).map(({ id, thresholds }) => [id, thresholds]),
    ),
    limits: invocation.maxMemory === undefined ? defaultLimits : limitsFor(invocation.maxMemory),
    assert: config.assert,
    userRules,
    rules: [...rules, ...userRules],
  };
}

// What a configuration names lies beside it.
const besideOf = (path: string | undefined, file: string | undefined): string | undefined =>
  path === undefined || file === undefined ? undefined : relative(process.cwd(), resolve(dirname(path), file)) || file;

/** What `analyze` is told of a task.
 *  @param captures Beside which keys may lie. */
export function analyzeOptions(task: Task, captures: readonly (string | Source)[]): AnalyzeOptions {
  const { engine, limits, preset, profile, severities, thresholds, userRules, only } = task;
  return {
    ...{ engine, limits, severities, thresholds, only, rules: userRules, keys: findKeys(task.keys, captures) },
    ...(preset === undefined ? {} : { preset }),
    ...(profile === undefined ? {} : { profile }),
  };
}
