// Which legs belong to one call: a proxy asks the server behind it what it was asked. Said only where nothing else fits.
import type { Leg } from "./leg.ts";
import type { Attempt, LegKeeper } from "./leg-keeper.ts";

/** A leg, and those that were made for it. */
export interface Way {
  readonly leg: Leg;
  /** In order of time: one after another where a proxy tried again. */
  readonly onwards: readonly Leg[];
  /** What shows that they belong together: `x-request-id`, `traceparent`, or what is alike. */
  readonly by: "x-request-id" | "traceparent" | "likeness";
  /** False: other legs may look so by chance, since client, proxy and server do not have three different addresses. */
  readonly sure: boolean;
  /** Connections that were asked for meanwhile, and not given: then there is no leg. */
  readonly attempts: readonly Attempt[];
}

/** Finds the ways through a capture when all of it was read. */
export class Ways {
  readonly #keeper: LegKeeper;
  readonly #byPath = new Map<string, Leg[]>();
  readonly #byId = new Map<string, Leg[]>();
  readonly #byPlace = new Map<string, Leg>();

  constructor(keeper: LegKeeper) {
    this.#keeper = keeper;
    for (const leg of keeper.legs) {
      const { ids, path } = leg;
      this.#byPlace.set(placeOf(leg.connection, leg.stream), leg);
      if (path !== undefined) add(this.#byPath, path, leg);
      if (ids.requestId !== undefined) add(this.#byId, ids.requestId, leg);
      if (ids.trace !== undefined) add(this.#byId, ids.trace, leg);
    }
  }

  leg(connection: number, stream: number): Leg | undefined {
    return this.#byPlace.get(placeOf(connection, stream));
  }

  /** What was made for this leg; undefined where nothing shows it, or several readings are possible. */
  onward(leg: Leg): Way | undefined {
    if (leg.asked <= this.#keeper.knownSince) return undefined;
    const named = this.#named(leg);
    if (named !== undefined) return named;
    const like = (this.#byPath.get(leg.path ?? "") ?? []).filter((one) => isLike(leg, one));
    if (like.length > LOOKED) return undefined;
    if (like.length === 0) {
      const attempts = this.#attempts(leg);
      return attempts === undefined ? undefined : { leg, onwards: [], by: "likeness", sure: false, attempts };
    }
    // Another leg it may be of.
    if (like.some((one) => this.#askers(one).length !== 1) || !isSeries(like)) return undefined;
    const sure = like.every(({ serverHost }) => leg.serverHost !== leg.clientHost && leg.serverHost !== serverHost);
    return { leg, onwards: like, by: "likeness", sure, attempts: [] };
  }

  /** The leg that this one was made for. */
  inward(leg: Leg): Way | undefined {
    for (const one of this.#askers(leg)) {
      const way = this.onward(one);
      if (way?.onwards.includes(leg) === true) return way;
    }
    return undefined;
  }

  /** The first leg of its way. */
  outermost(leg: Leg): Leg {
    let first = leg;
    for (let i = 0; i < HOPS; i++) {
      const way = this.inward(first);
      if (way === undefined) break;
      first = way.leg;
    }
    return first;
  }

  /** All legs that follow it. */
  behind(leg: Leg): Leg[] {
    const legs: Leg[] = [];
    let last: Leg | undefined = leg;
    for (let i = 0; i < HOPS && last !== undefined; i++) {
      const onwards: readonly Leg[] = this.onward(last)?.onwards ?? [];
      legs.push(...onwards);
      last = onwards.at(-1);
    }
    return legs;
  }

  #named(leg: Leg): Way | undefined {
    for (const [by, id] of [
      ["x-request-id", leg.ids.requestId],
      ["traceparent", leg.ids.trace],
    ] as const) {
      if (id === undefined || id.length < SHORT) continue;
      const all = this.#byId.get(id) ?? [];
      const onwards = all.filter((one) => isWithin(leg, one) && one.path === leg.path).sort((a, b) => a.asked - b.asked);
      // A client that tries again, or asks for several things, may use one id for all of it.
      if (onwards.length === 0 || !isSeries(onwards)) continue;
      if (onwards.some((one) => all.filter((other) => other.path === one.path && isWithin(other, one)).length !== 1)) continue;
      return { leg, onwards, by, sure: true, attempts: [] };
    }
    return undefined;
  }

  // Legs that this one may have been made for.
  #askers(leg: Leg): Leg[] {
    const { requestId, trace } = leg.ids;
    const all = new Set<Leg>([
      ...(this.#byPath.get(leg.path ?? "") ?? []).filter((one) => isLike(one, leg)),
      ...[requestId, trace]
        .flatMap((id) => (id === undefined ? [] : (this.#byId.get(id) ?? [])))
        .filter((one) => isWithin(one, leg)),
    ]);
    return [...all];
  }

  // Of one server, while the leg waited, by its server alone.
  #attempts(leg: Leg): readonly Attempt[] | undefined {
    if (!leg.failed) return undefined;
    const made = this.#keeper.attempts.filter(
      ({ clientHost, server, time }) =>
        clientHost === leg.serverHost && server !== leg.server && time >= leg.asked && time <= leg.over,
    );
    const [first] = made;
    if (first === undefined || made.some(({ server }) => server !== first.server)) return undefined;
    return made;
  }
}

/** Whether the second may have been made for the first by what every proxy keeps. */
function isLike(leg: Leg, one: Leg): boolean {
  if (!isWithin(leg, one) || leg.path !== one.path || leg.method !== one.method || one.clientHost !== leg.serverHost)
    return false;
  if (leg.octets >= 0 && one.octets >= 0 && leg.octets !== one.octets) return false;
  if (differ(leg.ids.requestId, one.ids.requestId) || differ(leg.ids.trace, one.ids.trace)) return false;
  return leg.deadline === undefined || one.deadline === undefined || one.deadline <= leg.deadline;
}

const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b;

// Asked on another connection, of another server, while the first waited for its answer.
const isWithin = (leg: Leg, one: Leg): boolean =>
  leg.connection !== one.connection && leg.server !== one.server && one.asked >= leg.asked && one.asked <= leg.over;

// Each was given up before the next one: a proxy that tries again, and not two calls at once.
const isSeries = (legs: readonly Leg[]): boolean =>
  [...legs].sort((a, b) => a.asked - b.asked).every((one, i, all) => i === 0 || all[i - 1]!.over <= one.asked);

const placeOf = (connection: number, stream: number): string => `${connection}/${stream}`;

function add(map: Map<string, Leg[]>, key: string, leg: Leg): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [leg]);
  else list.push(leg);
}

// Proxies one behind another.
const HOPS = 4;
// Ids below are counters.
const SHORT = 8;
// More legs that are alike cannot be distinguished.
const LOOKED = 64;
