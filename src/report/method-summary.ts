// What the calls of each method came to: how many, how they ended, how long they took.
import { statusName } from "../grpc/status.ts";
import type { ExchangeObject } from "./exchange.ts";

export interface MethodObject {
  /** `path#1` of calls whose path is not known but is the same. */
  readonly method: string;
  /** Of such calls. */
  readonly connection?: number;
  /** The path was inferred: it is none that was read. */
  readonly inferred?: true;
  readonly calls: number;
  /** Calls that did not end well, by status or by how they ended. */
  readonly errors: Readonly<Record<string, number>>;
  /** Calls that were tried before, by what they say (gRFC A6). */
  readonly retries?: number;
  /** Nanoseconds, of those that ended; nearest rank. */
  readonly p50?: number;
  readonly p90?: number;
  readonly p99?: number;
  readonly requestMessages: number;
  readonly responseMessages: number;
  readonly requestOctets: number;
  readonly responseOctets: number;
}

/** Counts exchanges by method. Beyond `METHODS` methods the rest is one row. */
export class MethodSummary {
  readonly #methods = new Map<string, Counted>();
  readonly #others = new Counted(OTHERS, undefined, false);
  readonly #slowest: ExchangeObject[] = [];

  add(exchange: ExchangeObject): void {
    const name = methodOf(exchange);
    const { pathInferred, pathGroup } = exchange;
    const connection = pathGroup === undefined || pathInferred !== undefined ? undefined : exchange.connection;
    const key = connection === undefined ? name : `${name} ${connection}`;
    let counted = this.#methods.get(key);
    if (counted === undefined) {
      const room = this.#methods.size < METHODS;
      counted = room ? new Counted(name, connection, pathInferred !== undefined) : this.#others;
      if (room) this.#methods.set(key, counted);
    }
    counted.add(exchange);
    if (exchange.duration === undefined || exchange.end !== "complete") return;
    const slowest = this.#slowest;
    if (slowest.length === SLOWEST && exchange.duration <= (slowest.at(-1)!.duration ?? 0)) return;
    slowest.push(exchange);
    slowest.sort((a, b) => b.duration! - a.duration!);
    slowest.length = Math.min(slowest.length, SLOWEST);
  }

  /** Most calls first. */
  get methods(): MethodObject[] {
    const all = [...this.#methods.values(), ...(this.#others.calls > 0 ? [this.#others] : [])];
    return all
      .map((counted) => counted.object())
      .sort(
        (a, b) =>
          b.calls - a.calls || (a.method === b.method ? (a.connection ?? 0) - (b.connection ?? 0) : a.method < b.method ? -1 : 1),
      );
  }

  /** Of those that ended as they should, the longest first. */
  get slowest(): readonly ExchangeObject[] {
    return this.#slowest;
  }
}

/** `/a.B/C`, or `GET host/path` without its query; `~/a.B/C` of a path that was inferred, `path#1` of one that is not known. */
export function methodOf({ protocol, method, path, authority, pathGroup, pathInferred }: ExchangeObject): string {
  if (pathInferred !== undefined) return `~${pathInferred.path.replace(/\?.*/s, "")}`;
  if (pathGroup !== undefined) return `path#${pathGroup}`;
  if (path === undefined && method === undefined) return UNKNOWN;
  if (protocol !== "http") return path?.replace(/\?.*/s, "") ?? UNKNOWN;
  return `${method ?? "?"} ${(path ?? authority ?? "").replace(/\?.*/s, "")}`.trimEnd();
}

class Counted {
  calls = 0;
  readonly #method: string;
  readonly #connection: number | undefined;
  readonly #inferred: boolean;
  #retries = 0;
  readonly #errors = new Map<string, number>();
  /** Nanoseconds; beyond `SAMPLES` every second one is dropped, and then only each so-manieth is taken. */
  #durations: number[] = [];
  #step = 1;
  #skipped = 0;
  #messages = { request: 0, response: 0 };
  #octets = { request: 0, response: 0 };

  constructor(method: string, connection: number | undefined, inferred: boolean) {
    this.#method = method;
    this.#connection = connection;
    this.#inferred = inferred;
  }

  add(exchange: ExchangeObject): void {
    this.calls++;
    if ((exchange.previousAttempts ?? 0) > 0) this.#retries++;
    const error = errorOf(exchange);
    if (error !== undefined) this.#errors.set(error, (this.#errors.get(error) ?? 0) + 1);
    this.#messages.request += exchange.requestMessages ?? exchange.requestMessagesSeen ?? 0;
    this.#messages.response += exchange.responseMessages ?? exchange.responseMessagesSeen ?? 0;
    this.#octets.request += exchange.requestOctets;
    this.#octets.response += exchange.responseOctets;
    if (exchange.duration === undefined || ++this.#skipped < this.#step) return;
    this.#skipped = 0;
    this.#durations.push(exchange.duration);
    if (this.#durations.length < SAMPLES) return;
    this.#durations = this.#durations.filter((_, i) => i % 2 === 0);
    this.#step *= 2;
  }

  object(): MethodObject {
    const sorted = Float64Array.from(this.#durations).sort();
    const rank = (share: number) => sorted[Math.max(Math.ceil(sorted.length * share), 1) - 1]!;
    return {
      method: this.#method,
      ...(this.#connection === undefined ? {} : { connection: this.#connection }),
      ...(this.#inferred ? { inferred: true } : {}),
      calls: this.calls,
      errors: Object.fromEntries([...this.#errors].sort(([a], [b]) => (a < b ? -1 : 1))),
      ...(this.#retries === 0 ? {} : { retries: this.#retries }),
      ...(sorted.length === 0 ? {} : { p50: rank(0.5), p90: rank(0.9), p99: rank(0.99) }),
      requestMessages: this.#messages.request,
      responseMessages: this.#messages.response,
      requestOctets: this.#octets.request,
      responseOctets: this.#octets.response,
    };
  }
}

/** `NOT_FOUND`, `404`, `reset-by-client`; undefined where it went well, or is not over. */
export function errorOf(exchange: ExchangeObject): string | undefined {
  const { protocol, status, grpcStatus, end } = exchange;
  if (end !== "complete") return end === "open" || end === "unknown" ? undefined : end;
  if (grpcStatus !== undefined) return grpcStatus === 0 ? undefined : statusName(grpcStatus);
  if (status !== undefined && status >= 400) return String(status);
  return protocol !== "http" && status !== undefined ? NO_STATUS : undefined;
}

/** A gRPC call whose end was seen, but not its status. */
export const NO_STATUS = "no status";

/** A method that is not known, and those beyond the bound. */
export const UNKNOWN = "(unknown)";
export const OTHERS = "(others)";

const METHODS = 1000;
const SAMPLES = 10_000;
const SLOWEST = 5;
