// What a configuration asserts of recorded traffic. In: the value of its `assert` key. Out: that value, checked. Who judges: budget.ts.
import { errorCodeName } from "../http2/error-code.ts";

/** Each key is a budget, or one for each of its entries. A method is named as `h2lint calls` shows it, `/package.Service/Method` or
 *  `GET /path`; in it, and in a rule's id, `*` stands for any characters. */
export interface Assertions {
  /** The only error codes that RST_STREAM may have. */
  readonly resets?: readonly string[];
  /** The only error codes that GOAWAY may have. */
  readonly goaways?: readonly string[];
  /** No other methods are called. */
  readonly methods?: readonly string[];
  /** HTTP/2 connections, at most. */
  readonly connections?: number;
  /** By method: exchanges, at most. */
  readonly calls?: Readonly<Record<string, number>>;
  /** By method: exchanges that end badly, at most: a reset, a lost connection, a gRPC status other than OK, an HTTP status of 400 or
   *  above. */
  readonly errors?: Readonly<Record<string, number>>;
  /** By method: how long its exchanges take, at most: `50ms`. */
  readonly latency?: Readonly<Record<string, Readonly<Partial<Record<LatencyMeasure, string>>>>>;
  /** Octets of a field section, at most, as RFC 9113 6.5.2 counts: uncompressed, and 32 for each field. */
  readonly fieldSectionSize?: number;
  /** By rule: findings that are proven and not in the baseline, at most, whatever their severity. */
  readonly findings?: Readonly<Record<string, number>>;
}

/** A percentile by nearest rank, or the longest. */
export type LatencyMeasure = "p50" | "p90" | "p99" | "max";

/** How many exchanges of a hundred may take no longer. */
export const latencyPercent: Readonly<Record<LatencyMeasure, number>> = { p50: 50, p90: 90, p99: 99, max: 100 };

/** @returns What is wrong with it; undefined where nothing is. */
export function assertionsFault(given: unknown): string | undefined {
  if (!isObject(given)) return "expected an object";
  for (const [key, value] of Object.entries(given)) {
    const check = Object.hasOwn(KEYS, key) ? KEYS[key as keyof Assertions] : undefined;
    if (check === undefined) return `unknown key ${key}; known are ${Object.keys(KEYS).join(", ")}`;
    const fault = check(value);
    if (fault !== undefined) return `${key}: ${fault}`;
  }
  return undefined;
}

/** Nanoseconds of `50ms`; undefined: not a duration. */
export function nanosecondsOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(us|ms|s)$/.exec(text);
  return match === null ? undefined : Number(match[1]) * UNITS[match[2]!]!;
}

/** Tests names against a pattern whose `*` is any characters. */
export function matcher(pattern: string): (name: string) => boolean {
  const literals = pattern.split("*").map((text) => text.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const expression = new RegExp(`^${literals.join(".*")}$`, "s");
  return (name) => expression.test(name);
}

type Check = (given: unknown) => string | undefined;

const errorCodes: Check = (given) => {
  if (!isTexts(given)) return "expected a list of error codes";
  const unknown = given.find((code) => !ERROR_CODES.includes(code) && !/^0x[0-9a-f]{1,8}$/.test(code));
  return unknown === undefined ? undefined : `no error code is named ${unknown}`;
};

const methods: Check = (given) => (isTexts(given) ? undefined : "expected a list of methods");

const most: Check = (given) => (Number.isSafeInteger(given) && Number(given) >= 0 ? undefined : "expected a whole number");

const mostBy =
  (of: string): Check =>
  (given) => {
    if (!isObject(given)) return `expected whole numbers by ${of}`;
    const wrong = Object.entries(given).find(([, value]) => most(value) !== undefined);
    return wrong === undefined ? undefined : `${wrong[0]}: expected a whole number`;
  };

const rules: Check = (given) => {
  const wrong = isObject(given) ? Object.keys(given).find((id) => !/^[a-z0-9-]+\/(\*|[a-z0-9-]+)$|^\*$/.test(id)) : undefined;
  return wrong === undefined ? mostBy("rule")(given) : `${wrong} is no rule: expected an id, family/* or *`;
};

const latency: Check = (given) => {
  if (!isObject(given)) return "expected durations by method";
  for (const [method, limits] of Object.entries(given)) {
    if (!isObject(limits) || Object.keys(limits).length === 0) return `${method}: expected ${MEASURES.join(", ")}`;
    for (const [measure, value] of Object.entries(limits)) {
      if (!MEASURES.includes(measure)) return `${method}: unknown key ${measure}; known are ${MEASURES.join(", ")}`;
      if (typeof value !== "string" || nanosecondsOf(value) === undefined)
        return `${method}: ${measure}: expected a duration in us, ms or s, such as 50ms`;
    }
  }
  return undefined;
};

const isTexts = (given: unknown): given is string[] =>
  Array.isArray(given) && given.every((one) => typeof one === "string" && one !== "");

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const KEYS: Readonly<Record<keyof Assertions, Check>> = {
  resets: errorCodes,
  goaways: errorCodes,
  methods,
  connections: most,
  calls: mostBy("method"),
  errors: mostBy("method"),
  latency,
  fieldSectionSize: most,
  findings: rules,
};

const MEASURES: readonly string[] = Object.keys(latencyPercent);
const ERROR_CODES = Array.from({ length: 14 }, (_, code) => errorCodeName(code));
const UNITS: Readonly<Record<string, number>> = { us: 1e3, ms: 1e6, s: 1e9 };
