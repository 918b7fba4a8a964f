// What the command line and the configuration ask for, put together.
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { AnalyzeOptions } from "../analyze-options.ts";
import type { Source } from "../capture/source.ts";
import { H2lintError } from "../error.ts";
import type { Language } from "../lang/language.ts";
import { defaultLimits, type Limits, limitsFor } from "../limits.ts";
import type { Assertions } from "../report/assertions.ts";
import { printable, utf16Octets } from "../report/text.ts";
import { rules } from "../rules/index.ts";
import type { Rule } from "../rules/rule.ts";
import type { LoadedConfig } from "./config.ts";
import type { FailOn, Invocation } from "./invocation.ts";
import { findKeys } from "./keys.ts";
import { didYouMean } from "./nearest.ts";

/** An invocation with the rest filled in, and what the configuration adds. */
export interface Task extends Invocation {
  readonly failOn: FailOn;
  readonly requireComplete: boolean;
  readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly limits: Limits;
  readonly assert: Assertions | undefined;
  /** The user's own. */
  readonly userRules: readonly Rule[];
  /** All that there are. */
  readonly rules: readonly Rule[];
  /** Of what people read; undefined: English. */
  readonly language?: Language;
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
  const all = [...rules, ...userRules];
  for (const { id } of settings) refuseUnknown(id, all, path === undefined ? "" : `${placeIn(path, id)}: `);
  for (const [id] of invocation.severities) refuseUnknown(id, all, "--rule: ");
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
    rules: all,
  };
}

function refuseUnknown(pattern: string, all: readonly Rule[], where: string): void {
  const families = new Set(all.map(({ id }) => `${id.slice(0, id.indexOf("/"))}/*`));
  if (all.some(({ id }) => id === pattern) || families.has(pattern)) return;
  const like = didYouMean(pattern, pattern.endsWith("/*") ? [...families] : all.map(({ id }) => id));
  throw new H2lintError("config", printable(utf16Octets(`${where}unknown rule: ${pattern}${like}`)));
}

/** `h2lint.config.json:3`: where the file names it, as far as its text shows that. */
function placeIn(path: string, id: string): string {
  const shown = relative(process.cwd(), path);
  const name = shown.startsWith("..") ? path : shown;
  let lines: string[] = [];
  try {
    lines = readFileSync(path, "utf8").split("\n");
  } catch {
    // It was read before: the name alone has to do.
  }
  const line = lines.findIndex((text) => text.split(/[^\w/*-]+/).includes(id));
  return line < 0 ? name : `${name}:${line + 1}`;
}

// What a configuration names lies beside it.
const besideOf = (path: string | undefined, file: string | undefined): string | undefined =>
  path === undefined || file === undefined ? undefined : relative(process.cwd(), resolve(dirname(path), file)) || file;

/** What `analyze` needs of a task.
 *  @param captures Beside which keys may lie. */
export function analyzeOptions(task: Task, captures: readonly (string | Source)[]): AnalyzeOptions {
  const { engine, limits, preset, profile, severities, thresholds, userRules, only, session } = task;
  const keys = findKeys(task.keys, captures);
  return {
    ...{ engine, keys, limits, severities, thresholds, only, session, rules: userRules },
    ...(preset === undefined ? {} : { preset }),
    ...(profile === undefined ? {} : { profile }),
  };
}
