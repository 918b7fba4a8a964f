// Of a connection whose hellos are not in the capture nobody knows which keys are its own: the traffic secrets of TLS 1.3 that there are
// are tried on one record. The tag decides, so that no wrong key is taken. In TLS 1.2 keys are made of both randoms (RFC 5246 6.3), which
// are in the hellos: they cannot be tried.
import type { Side } from "../place.ts";
import { type Epoch, type EpochKind, epochOf } from "./connection-keys.ts";
import { type ConnectionSecrets, type KeyStore, octetsOf } from "./key-store.ts";
import type { TlsRecord } from "./record.ts";
import { type Suite, suite } from "./suite.ts";

/** What opens a record. */
export interface FoundKeys {
  /** One character per octet. */
  readonly clientRandom: string;
  /** Who sent the record. */
  readonly side: Side;
  readonly suite: Suite;
  readonly kind: EpochKind;
  /** KeyUpdates before it. */
  readonly generation: number;
  readonly sequence: number;
}

/** Trials that are left to all connections. Those of a search that finds something are given back. */
export class SearchBudget {
  trials = TRIALS_IN_ALL;

  get spent(): number {
    return TRIALS_IN_ALL - this.trials;
  }
}

/** Where to look; what is absent is not known. */
export interface SearchHints {
  readonly suite?: Suite;
  /** The connection is known by the other direction: its client random, and who sends this one. */
  readonly clientRandom?: string;
  readonly side?: Side;
}

/** @param record Of application data by its type. */
export function searchKeys(store: KeyStore, record: TlsRecord, hints: SearchHints, budget: SearchBudget): FoundKeys | undefined {
  const before = budget.trials;
  // Most connections never change their keys: those after a KeyUpdate are tried separately, behind the others.
  for (const generations of [FIRST, LATER]) {
    const left = Math.min(TRIALS, budget.trials);
    budget.trials -= left;
    const search = new Search(record, left);
    for (const codes of hints.suite === undefined ? CODES : [[hints.suite.code]]) {
      const found = search.among(candidates(store, hints, codes, generations, search));
      if (found === undefined) continue;
      budget.trials = before;
      return found;
    }
    budget.trials += search.left;
  }
  return undefined;
}

interface Candidate {
  readonly clientRandom: string;
  readonly side: Side;
  readonly suite: Suite;
  readonly epoch: Epoch;
}

class Search {
  left: number;
  readonly #record: TlsRecord;

  constructor(record: TlsRecord, trials: number) {
    this.#record = record;
    this.left = trials;
  }

  // Low numbers of all come first: most captures begin soon after the connections.
  among(candidates: readonly Candidate[]): FoundKeys | undefined {
    let some = candidates;
    for (let sequence = 0; this.left >= some.length && some.length > 0; sequence++) {
      if (sequence === HANDSHAKE) some = candidates.filter(({ epoch }) => epoch.kind === "application");
      for (const { epoch, clientRandom, side, suite: of } of some) {
        this.left--;
        if (epoch.open(this.#record, sequence) !== undefined)
          return { clientRandom, side, suite: of, kind: epoch.kind, generation: epoch.generation, sequence };
      }
    }
    return undefined;
  }
}

function candidates(
  store: KeyStore,
  hints: SearchHints,
  codes: readonly number[],
  generations: Generations,
  search: Search,
): Candidate[] {
  const found: Candidate[] = [];
  const sides: readonly Side[] = hints.side === undefined ? SIDES : [hints.side];
  for (const [clientRandom, secrets] of store.newest(SESSIONS)) {
    if (hints.clientRandom !== undefined && hints.clientRandom !== clientRandom) continue;
    for (const side of sides) {
      for (const kind of KINDS) {
        const logged = secretOf(secrets, side, kind);
        if (logged === undefined) continue;
        const secret = octetsOf(logged);
        const hash = secret.length === 48 ? "sha384" : "sha256";
        for (const code of codes) {
          const of = suite(code);
          if (of.protection?.hash !== hash) continue;
          if (search.left < SETUP) return found;
          search.left -= SETUP;
          let epoch: Epoch | undefined = epochOf(kind, of.protection, secret);
          if (generations.first === 0) found.push({ clientRandom, side, suite: of, epoch });
          for (let i = 1; i <= generations.last && search.left >= SETUP; i++) {
            epoch = epoch?.next();
            if (epoch === undefined) break;
            search.left -= SETUP;
            found.push({ clientRandom, side, suite: of, epoch });
          }
        }
      }
    }
  }
  return found;
}

const secretOf = (secrets: ConnectionSecrets, side: Side, kind: EpochKind): string | undefined =>
  kind === "handshake"
    ? side === "client"
      ? secrets.clientHandshake
      : secrets.serverHandshake
    : side === "client"
      ? secrets.clientTraffic
      : secrets.serverTraffic;

interface Generations {
  readonly first: number;
  readonly last: number;
}

const FIRST: Generations = { first: 0, last: 0 };
const LATER: Generations = { first: 1, last: 8 };
const SIDES: readonly Side[] = ["client", "server"];
const KINDS: readonly EpochKind[] = ["application", "handshake"];
/** Suites of TLS 1.3 (RFC 8446 B.4), those that nearly all use first. */
const CODES: readonly (readonly number[])[] = [
  [0x1301, 0x1302, 0x1303],
  [0x1304, 0x1305],
];
/** The newest of a key log. */
const SESSIONS = 256;
/** Records of a handshake that are encrypted. */
const HANDSHAKE = 32;
/** What the keys of a secret cost, in trials. */
const SETUP = 8;
/** For one record: some tenths of a second. */
const TRIALS = 1 << 15;
const TRIALS_IN_ALL = 1 << 18;
