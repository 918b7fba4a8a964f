// What a configuration asserts, judged over a whole run. In: what the model reports and the events of the run. Out: the same events, and one
// for each budget before the summary. A budget is broken where what was captured proves it; where missing octets, or what could not be read,
// may have made the difference, it is undecided and fails nothing. Frames whose borders are a guess prove nothing here either.

import { Clock } from "../capture/clock.ts";
import { H2lintError } from "../error.ts";
import { errorCodeName } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import { defaultLimits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { crypto } from "../platform/crypto.ts";
import { type Assertions, assertionsFault, type LatencyMeasure, latencyPercent, matcher, nanosecondsOf } from "./assertions.ts";
import type { BudgetEvent, BudgetPlace, FindingEvent, ReportEvent, SummaryEvent } from "./event.ts";
import { ExchangeLister, type ExchangeObject } from "./exchange.ts";
import { counts } from "./failing.ts";
import { errorOf, methodOf, NO_STATUS } from "./method-summary.ts";
import { count, duration, plural } from "./text.ts";

/** What a run looks at, where that is not everything. */
export interface BudgetOptions {
  /** Which connections are looked at. */
  readonly isChosen?: (connection: Connection) => boolean;
  /** Why nothing can be decided: less than whole connections is looked at. */
  readonly partial?: string;
}

/** A listener of `analyze`, after its reader of calls; and what its events become. */
export class Budgets implements ModelSink {
  readonly #isChosen: (connection: Connection) => boolean;
  readonly #partial: string | undefined;
  readonly #budgets: Budget[];
  readonly #lister: ExchangeLister;
  /** Ids of those that are looked at and not over. */
  readonly #open = new Set<number>();
  /** Of streams that are over. */
  readonly #notes = new WeakMap<Stream, Note>();
  #captures: readonly string[] = [];

  /** @param asserted As a configuration says it.
   *  @throws H2lintError("config") for what a configuration may not say. */
  constructor(asserted: Assertions, { isChosen = () => true, partial }: BudgetOptions = {}) {
    const fault = assertionsFault(asserted);
    if (fault !== undefined) throw new H2lintError("config", `assert: ${fault}`);
    this.#isChosen = isChosen;
    this.#partial = partial;
    this.#budgets = budgetsOf(asserted);
    // When an exchange began is not asked for.
    const clock = new Clock();
    const chooser = { connection: ({ id }: Connection) => this.#open.has(id), exchange: () => true };
    this.#lister = new ExchangeLister(
      () => clock,
      chooser,
      defaultLimits,
      (exchange, stream) => this.#exchange(exchange, stream),
    );
  }

  connectionStart(connection: Connection): void {
    if (this.#isChosen(connection)) this.#open.add(connection.id);
    this.#lister.connectionStart(connection);
  }

  frame(frame: Frame, _stream: Stream | undefined, connection: Connection): void {
    const { kind } = frame;
    if ((kind !== "rst-stream" && kind !== "goaway") || !frame.whole || !this.#open.has(connection.id)) return;
    const place = this.#place(connection.id, frame.streamId, frame.last);
    const certain = !connection.endpoint(frame.from).resynced;
    for (const budget of this.#budgets) budget.code?.(kind, errorCodeName(frame.errorCode), place, certain);
  }

  fields(block: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    const { from, streamId, decoded, headLast } = block;
    if (decoded === undefined || !this.#open.has(connection.id)) return;
    const place = this.#place(connection.id, streamId, headLast);
    // A lower bound where some fields are not known.
    for (const budget of this.#budgets) budget.fieldSection?.(decoded.listSize, place, !connection.endpoint(from).resynced);
  }

  streamStart(stream: Stream, connection: Connection): void {
    this.#lister.streamStart(stream, connection);
  }

  streamEnd(stream: Stream, connection: Connection): void {
    this.#note(stream, connection);
    this.#lister.streamEnd(stream, connection);
  }

  connectionEnd(connection: Connection): void {
    for (const stream of connection.streams.values()) this.#note(stream, connection);
    this.#lister.connectionEnd(connection);
    if (!this.#open.delete(connection.id) || !connection.isHttp2) return;
    const place = { connection: connection.id, stream: 0 };
    for (const budget of this.#budgets) budget.connection?.(place);
  }

  /** What an event becomes: itself; before the summary comes what became of the budgets. */
  take(event: ReportEvent): ReportEvent[] {
    if (event.kind === "run") this.#captures = event.captures;
    if (event.kind === "finding" && counts(event))
      for (const budget of this.#budgets)
        budget.finding?.(event, this.#placeIn(event.frame.file, event.connection, event.stream, event.frame.packet));
    return event.kind === "summary" ? this.#end(event) : [event];
  }

  #note(stream: Stream, { id, client, server }: Connection): void {
    const { opening } = stream;
    const note = {
      place: opening === undefined ? { connection: id, stream: stream.id } : this.#place(id, stream.id, opening),
      // After a loss of borders frames are found by their looks.
      certain: !client.resynced && !server.resynced,
      statusRead: !server.fieldsLost && !server.hpackFault && server.whole,
    };
    this.#notes.set(stream, note);
  }

  #exchange(exchange: ExchangeObject, stream: Stream): void {
    const note = this.#notes.get(stream);
    if (note === undefined) return;
    const { place, certain, statusRead } = note;
    const method = exchange.path === undefined && exchange.method !== "CONNECT" ? undefined : methodOf(exchange);
    const error = errorOf(exchange);
    const failure = { error, certain: certain && (error !== NO_STATUS || statusRead) };
    for (const budget of this.#budgets) budget.exchange?.(exchange, method, place, certain, failure);
  }

  #place(connection: number, stream: number, at: { readonly file: number; readonly packet: number }): BudgetPlace {
    return this.#placeIn(this.#captures.length > 1 ? this.#captures[at.file] : undefined, connection, stream, at.packet);
  }

  #placeIn(file: string | undefined, connection: number, stream: number, packet: number): BudgetPlace {
    return { connection, stream, ...(file === undefined ? {} : { file }), packet };
  }

  #end(summary: SummaryEvent): ReportEvent[] {
    if (this.#budgets.length === 0) return [summary];
    const partial = this.#partial;
    const missing =
      partial ??
      (summary.http2Connections === 0
        ? "there is no HTTP/2 in the capture"
        : summary.incomplete
          ? "something could not be checked"
          : undefined);
    const events = this.#budgets.map((budget) => budget.event(partial !== undefined, missing));
    const of = (status: BudgetEvent["status"]) => events.filter((event) => event.status === status).length;
    const budgets = { held: of("held"), broken: of("broken"), undecided: of("undecided") };
    return [...events, { ...summary, budgets, incomplete: summary.incomplete || budgets.undecided > 0 }];
  }
}

interface Note {
  readonly place: BudgetPlace;
  /** Its frames are. */
  readonly certain: boolean;
  /** Where there is no gRPC status, none was sent. */
  readonly statusRead: boolean;
}

/** One budget. Its handlers are there where it asks for what they tell; `certain`: the capture proves it. */
class Budget {
  readonly #assert: keyof Assertions;
  readonly #asserted: string;
  /** How many break it, and may: a share of all, or a number. */
  readonly #allowed: (all: number) => number;
  /** What is counted, in all: none of them may have been missed where this is a share. */
  readonly #isShare: boolean;
  readonly #told: (seen: Seen) => string;
  readonly #seen: Seen = { all: 0, over: 0, doubtful: 0, unknown: 0, largest: -1, names: new Map() };
  readonly #places: BudgetPlace[] = [];
  code?: (kind: "rst-stream" | "goaway", code: string, place: BudgetPlace, certain: boolean) => void;
  fieldSection?: (octets: number, place: BudgetPlace, certain: boolean) => void;
  exchange?: (
    exchange: ExchangeObject,
    method: string | undefined,
    place: BudgetPlace,
    certain: boolean,
    failure: Failure,
  ) => void;
  connection?: (place: BudgetPlace) => void;
  finding?: (finding: FindingEvent, place: BudgetPlace) => void;

  constructor(
    assert: keyof Assertions,
    asserted: string,
    told: (seen: Seen) => string,
    allowed: number | ((all: number) => number) = 0,
  ) {
    this.#assert = assert;
    this.#asserted = asserted;
    this.#told = told;
    this.#isShare = typeof allowed === "function";
    this.#allowed = typeof allowed === "function" ? allowed : () => allowed;
  }

  /** One more of what is counted.
   *  @param over It breaks the budget, or would if there were more of it. */
  add(over: boolean, certain: boolean, place: BudgetPlace, { name, size, times = 1 }: Counted = {}): void {
    const seen = this.#seen;
    seen.all += times;
    if (size !== undefined) seen.largest = Math.max(seen.largest, size);
    if (!over) return;
    if (certain) seen.over += times;
    else seen.doubtful += times;
    if (name !== undefined && (seen.names.has(name) || seen.names.size < NAMES))
      seen.names.set(name, (seen.names.get(name) ?? 0) + times);
    if (!certain || this.#places.length === PLACES) return;
    const what = size === undefined ? name : this.#assert === "latency" ? duration(size) : plural(size, "byte");
    this.#places.push({ ...place, ...(what === undefined ? {} : { what }) });
  }

  /** An exchange that may be one of those meant. */
  addUnknown(): void {
    this.#seen.unknown++;
  }

  /** @param missing Why something may have been missed. */
  event(partial: boolean, missing: string | undefined): BudgetEvent {
    const seen = this.#seen;
    const { all, over, doubtful, unknown } = seen;
    const allowed = this.#allowed(all);
    const because =
      missing ??
      (unknown > 0
        ? `the method of ${plural(unknown, "call")} is not known`
        : doubtful > 0 && over <= allowed && over + doubtful > allowed
          ? "what was seen is not certain"
          : undefined);
    // More of what was missed cannot mend a number, but a share.
    const proven = over > allowed && !partial && (!this.#isShare || because === undefined);
    const status = proven ? "broken" : because === undefined ? "held" : "undecided";
    return {
      kind: "budget",
      assert: this.#assert,
      asserted: this.#asserted,
      status,
      message: this.#told({ ...seen, over: over + doubtful }),
      ...(status === "undecided" && because !== undefined ? { because } : {}),
      count: status === "broken" ? over : 0,
      places: status === "broken" ? this.#places : [],
      fingerprint: crypto().createHash("sha256").update(`${this.#assert}\n${this.#asserted}`).digest("hex").slice(0, 16),
    };
  }
}

/** How an exchange ended badly, if it did. */
interface Failure {
  readonly error: string | undefined;
  readonly certain: boolean;
}

interface Counted {
  /** What it is, where that breaks the budget. */
  readonly name?: string;
  readonly size?: number;
  readonly times?: number;
}

interface Seen {
  all: number;
  over: number;
  /** Those over that the capture does not prove. */
  doubtful: number;
  /** Exchanges of unknown methods. */
  unknown: number;
  largest: number;
  /** Of those over. */
  readonly names: Map<string, number>;
}

function budgetsOf(asserted: Assertions): Budget[] {
  const by = <T>(entries: Readonly<Record<string, T>> | undefined, of: (pattern: string, value: T) => Budget | Budget[]) =>
    Object.entries(entries ?? {}).flatMap(([pattern, value]) => of(pattern, value));
  const { resets, goaways, methods, connections, fieldSectionSize } = asserted;
  return [
    ...(resets === undefined ? [] : [codes("resets", "rst-stream", resets)]),
    ...(goaways === undefined ? [] : [codes("goaways", "goaway", goaways)]),
    ...(methods === undefined ? [] : [onlyMethods(methods)]),
    ...(connections === undefined ? [] : [connectionCount(connections)]),
    ...by(asserted.calls, callCount),
    ...by(asserted.errors, errorCount),
    ...by(asserted.latency, latencyOf),
    ...(fieldSectionSize === undefined ? [] : [largestSection(fieldSectionSize)]),
    ...by(asserted.findings, findingCount),
  ];
}

function codes(assert: "resets" | "goaways", kind: "rst-stream" | "goaway", allowed: readonly string[]): Budget {
  const name = kind === "goaway" ? "GOAWAY" : "RST_STREAM";
  const budget = new Budget(
    assert,
    `no ${name}${allowed.length === 0 ? "" : ` but ${listed(allowed)}`}`,
    ({ all, over, names }) =>
      over === 0 ? (all === 0 ? "none" : `${count(all)} ${name}`) : `${count(over)} of ${count(all)} ${name}: ${timed(names)}`,
  );
  budget.code = (of, code, place, certain) => {
    if (of === kind) budget.add(!allowed.includes(code), certain, place, { name: code });
  };
  return budget;
}

function onlyMethods(patterns: readonly string[]): Budget {
  const matchers = patterns.map(matcher);
  const budget = new Budget("methods", `only ${listed(patterns)} is called`, ({ all, over, names }) =>
    over === 0 ? plural(all, "call") : `${count(over)} of ${plural(all, "call")}: ${timed(names)}`,
  );
  budget.exchange = (_, method, place, certain) => {
    if (method === undefined) budget.addUnknown();
    else budget.add(!matchers.some((matches) => matches(method)), certain, place, { name: method });
  };
  return budget;
}

function connectionCount(most: number): Budget {
  const asserted = atMost(most, "HTTP/2 connection");
  const budget = new Budget("connections", asserted, ({ all }) => plural(all, "HTTP/2 connection"), most);
  budget.connection = (place) => budget.add(true, true, place);
  return budget;
}

/** For each exchange of a method. */
function ofMethod(
  budget: Budget,
  pattern: string,
  take: (exchange: ExchangeObject, place: BudgetPlace, certain: boolean, failure: Failure) => void,
): Budget {
  const matches = matcher(pattern);
  budget.exchange = (exchange, method, place, certain, failure) => {
    if (method === undefined) budget.addUnknown();
    else if (matches(method)) take(exchange, place, certain, failure);
  };
  return budget;
}

function callCount(pattern: string, most: number): Budget {
  const asserted = `${atMost(most, "call")} of ${pattern}`;
  const budget = new Budget("calls", asserted, ({ all }) => plural(all, "call"), most);
  return ofMethod(budget, pattern, (_, place, certain) => budget.add(true, certain, place));
}

function errorCount(pattern: string, most: number): Budget {
  const asserted = `${atMost(most, "call")} of ${pattern} ${most < 2 ? "ends" : "end"} badly`;
  const told = ({ all, over, names }: Seen) =>
    over === 0 ? `none of ${plural(all, "call")}` : `${count(over)} of ${plural(all, "call")}: ${timed(names)}`;
  const budget = new Budget("errors", asserted, told, most);
  return ofMethod(budget, pattern, (_, place, __, { error, certain }) =>
    budget.add(error !== undefined, certain, place, error === undefined ? {} : { name: error }),
  );
}

function latencyOf(pattern: string, limits: NonNullable<Assertions["latency"]>[string]): Budget[] {
  // Of objects made from JSON the keys are what was checked.
  return (Object.entries(limits) as [LatencyMeasure, string][]).map(([measure, text]) => {
    const limit = nanosecondsOf(text)!;
    // The nearest rank: so many may be beyond it.
    const most = (all: number) => all - Math.ceil((all * latencyPercent[measure]) / 100);
    const told = ({ all, over, largest }: Seen) => {
      if (all === 0) return "no call that ended";
      const slowest = `the slowest took ${duration(largest)}`;
      if (over === 0) return `${plural(all, "call")}, ${slowest}`;
      return `${count(over)} of ${plural(all, "call")} took longer${measure === "max" ? "" : `, ${count(most(all))} may`}; ${slowest}`;
    };
    const budget = new Budget("latency", `${measure} of ${pattern} at most ${text}`, told, measure === "max" ? 0 : most);
    // What is still open at the capture's end has no duration.
    return ofMethod(budget, pattern, ({ duration: took }, place, certain) => {
      if (took !== undefined) budget.add(took > limit, certain, place, { size: took });
    });
  });
}

function largestSection(most: number): Budget {
  const asserted = `no field section of more than ${plural(most, "byte")}`;
  const told = ({ all, over, largest }: Seen) => {
    if (all === 0) return "no field section";
    const extent = `the largest has ${plural(largest, "byte")}`;
    return `${over === 0 ? "" : `${count(over)} of `}${plural(all, "field section")}, ${extent}`;
  };
  const budget = new Budget("fieldSectionSize", asserted, told);
  budget.fieldSection = (octets, place, certain) => budget.add(octets > most, certain, place, { size: octets });
  return budget;
}

function findingCount(pattern: string, most: number): Budget {
  const matches = matcher(pattern);
  const told = ({ over, names }: Seen) => (over === 0 ? "none" : `${plural(over, "finding")}: ${timed(names)}`);
  const budget = new Budget("findings", `${atMost(most, "finding")} of ${pattern}`, told, most);
  budget.finding = ({ rule, count: times }, place) => {
    if (matches(rule)) budget.add(true, true, place, { name: rule, times });
  };
  return budget;
}

const atMost = (most: number, noun: string): string => (most === 0 ? `no ${noun}` : `at most ${plural(most, noun)}`);

const listed = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;

const timed = (names: ReadonlyMap<string, number>): string => {
  const shown = [...names].slice(0, SHOWN).map(([name, times]) => (times === 1 ? name : `${name} x ${count(times)}`));
  return [...shown, ...(names.size > SHOWN ? ["..."] : [])].join(", ");
};

/** That are remembered, of each budget. */
const NAMES = 1000;
const PLACES = 5;
const SHOWN = 5;
