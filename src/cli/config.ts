// The configuration file: found, read and checked. The only file that knows yaml.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { H2lintError } from "../error.ts";
import { type Assertions, assertionsFault } from "../report/assertions.ts";
import { printable, utf16Octets } from "../report/text.ts";
import type { Profile } from "../rules/profile.ts";
import type { Rule } from "../rules/rule.ts";
import type { Preset } from "../rules/selection.ts";
import type { Severity } from "../rules/severity.ts";
import { severities } from "../rules/severity.ts";
import type { FailOn } from "./invocation.ts";

/** What a configuration file may say. Command-line options go before it. */
export interface Config {
  readonly preset?: Preset;
  readonly profile?: Profile;
  readonly failOn?: FailOn;
  readonly requireComplete?: boolean;
  /** Known findings that do not count; relative to the configuration file. */
  readonly baseline?: string;
  /** By rule id or `family/*`, later ones winning: a severity, or a severity and thresholds. */
  readonly rules?: Readonly<Record<string, RuleSetting>>;
  /** Budgets, judged over all captures of a run. */
  readonly assert?: Assertions;
  /** Modules with custom rules, relative to the configuration file. */
  readonly ruleFiles?: readonly string[];
}

export type RuleSetting = Severity | "off" | readonly [Severity | "off", Readonly<Record<string, number>>];

export interface LoadedConfig {
  /** The file it came from; undefined where there is none. */
  readonly path: string | undefined;
  readonly config: Config;
  /** What the `ruleFiles` export. */
  readonly rules: readonly Rule[];
}

/** Read the named file, or else the nearest one from `folder` up.
 *  @throws H2lintError("config") that names the file and what is wrong with it. */
export async function loadConfig(named: string | undefined, folder: string): Promise<LoadedConfig> {
  const path = named === undefined ? find(folder) : resolve(folder, named);
  if (path === undefined) return { path: undefined, config: {}, rules: [] };
  const shown = relative(folder, path).startsWith("..") ? path : relative(folder, path);
  const wrong = (what: string): never => {
    // Names in it may hold anything.
    throw new H2lintError("config", `${shown}: ${printable(utf16Octets(what))}`);
  };
  const config = checked(await read(path, wrong), wrong);
  const rules: Rule[] = [];
  for (const file of config.ruleFiles ?? []) rules.push(...(await rulesOf(resolve(dirname(path), file), file, wrong)));
  return { path, config, rules };
}

type Wrong = (what: string) => never;

function find(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    for (const name of NAMES) if (existsSync(join(at, name))) return join(at, name);
    const manifest = join(at, "package.json");
    if (existsSync(manifest) && keyOf(manifest) !== undefined) return manifest;
    if (dirname(at) === at) return undefined;
  }
}

// A package.json that cannot be read is not ours to complain of.
function keyOf(manifest: string): unknown {
  try {
    return (JSON.parse(readFileSync(manifest, "utf8")) as { h2lint?: unknown }).h2lint;
  } catch {
    return undefined;
  }
}

async function read(path: string, wrong: Wrong): Promise<unknown> {
  if (path.endsWith("package.json")) return keyOf(path);
  if (/\.[mc]?js$/.test(path)) {
    if (!existsSync(path)) wrong("no such file");
    const module = (await imported(path, wrong)) as { default?: unknown };
    return module.default ?? wrong("has no default export");
  }
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return wrong(code === "ENOENT" ? "no such file" : `cannot be read (${code ?? "error"})`);
  }
  try {
    // Loaded only where there is such a file: it is a fifth of the start-up time.
    return path.endsWith(".json") ? JSON.parse(text) : ((await import("yaml")).parse(text, { logLevel: "error" }) ?? {});
  } catch (error) {
    return wrong(firstLine(error));
  }
}

async function imported(path: string, wrong: Wrong): Promise<unknown> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    return wrong(firstLine(error));
  }
}

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split("\n")[0]!;

function checked(value: unknown, wrong: Wrong): Config {
  if (!isObject(value)) return wrong("is no object");
  for (const [key, given] of Object.entries(value)) {
    const check = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    // An editor wants to know the schema.
    if (key === "$schema") continue;
    if (check === undefined) return wrong(`unknown key ${key}; known are ${Object.keys(KEYS).join(", ")}`);
    const fault = check(given);
    if (fault !== undefined) wrong(`${key}: ${fault}`);
  }
  return value as Config; // every key was checked
}

const oneOf =
  (...words: readonly string[]) =>
  (given: unknown): string | undefined =>
    words.includes(given as string) ? undefined : `expected ${words.join(", ")}`;

const SEVERITIES: readonly string[] = [...severities, "off"];

const KEYS: Readonly<Record<string, (given: unknown) => string | undefined>> = {
  preset: oneOf("recommended", "strict", "all"),
  profile: oneOf("rfc9113", "rfc7540"),
  failOn: oneOf("error", "warning", "info", "unexplained", "never"),
  requireComplete: (given) => (typeof given === "boolean" ? undefined : "expected true or false"),
  baseline: (given) => (typeof given === "string" && given !== "" ? undefined : "expected a file"),
  rules: (given) => {
    if (!isObject(given)) return "expected an object";
    for (const [id, setting] of Object.entries(given)) {
      const [severity, options] = Array.isArray(setting) ? (setting as unknown[]) : [setting, {}];
      if (!SEVERITIES.includes(severity as string)) return `${id}: expected ${SEVERITIES.join(", ")}`;
      if (!isObject(options) || !Object.values(options).every((value) => typeof value === "number"))
        return `${id}: thresholds are numbers by name`;
      if (id.endsWith("/*") && Object.keys(options).length > 0) return `${id}: thresholds belong to one rule`;
    }
    return undefined;
  },
  assert: assertionsFault,
  ruleFiles: (given) =>
    Array.isArray(given) && given.every((file) => typeof file === "string") ? undefined : "expected a list of files",
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

async function rulesOf(path: string, file: string, wrong: Wrong): Promise<Rule[]> {
  if (!existsSync(path)) wrong(`ruleFiles: ${file}: no such file`);
  const module = await imported(path, (what) => wrong(`ruleFiles: ${file}: ${what}`));
  const rules = Object.values(module as object).filter(isRule);
  if (rules.length === 0) wrong(`ruleFiles: ${file}: exports no rule`);
  return rules;
}

// Who writes a rule in JavaScript has no types to help: what the engine and the reports read must be there.
function isRule(value: unknown): value is Rule {
  if (!isObject(value) || typeof value["id"] !== "string" || !/^[a-z0-9-]+\/[a-z0-9-]+$/.test(value["id"])) return false;
  const { meta } = value;
  if (!isObject(meta)) return false;
  const { messages, docs, spec, expect, needs, severity, title } = meta;
  return (
    [messages, docs, expect].every(isObject) &&
    [spec, needs].every(Array.isArray) &&
    typeof title === "string" &&
    SEVERITIES.includes(severity as string)
  );
}

const NAMES = ["h2lint.config.mjs", "h2lint.config.json", "h2lint.config.yaml", "h2lint.config.yml"];
