// What went wrong for somebody, before who is to blame: calls that did not end well, connections that ended otherwise than gracefully,
// attempts to connect that failed. "Nothing failed" is said only where it is empty.
import type { Http1Head } from "../detect/http1.ts";
import type { Http1Observer } from "../detect/http1-exchange.ts";
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import { english, type Language } from "../lang/language.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { waitOf } from "../model/timer.ts";
import type { Origin, Side } from "../place.ts";
import type { Rule } from "../rules/rule.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import type { FindingEvent } from "./event.ts";
import { type FailedCall, FailedCalls } from "./failed-calls.ts";
import { placeText } from "./failing.ts";
import type { Leg } from "./leg.ts";
import { LegKeeper } from "./leg-keeper.ts";
import { count, counted, duration, utf8 } from "./text.ts";
import { Ways } from "./way.ts";
import { wayText } from "./way-story.ts";

/** A connection that ended otherwise than gracefully. */
export interface FailedConnection {
  readonly connection: number;
  readonly packet: number;
  /** `GOAWAY PROTOCOL_ERROR by the server`, `FIN by the server`. */
  readonly how: string;
  /** Calls that it cut off. */
  cutOff: number;
}

/** A call that failed, followed through proxies. */
export interface FollowedCall {
  /** As its client sees it. */
  readonly call: FailedCall;
  /** The legs that were made for it: they are not counted as failures beside it. */
  readonly onwards: readonly { readonly connection: number; readonly stream: number }[];
  readonly text: string;
}

/** RST_STREAM(NO_ERROR) of a server behind a whole response, which ends the rest of the request: no failure, though some programs make one of
 *  it. */
export interface RequestStop {
  readonly connection: number;
  readonly stream: number;
  readonly packet: number;
  readonly path?: string;
}

/** All that went wrong for somebody. */
export interface Symptoms {
  /** The first of them. */
  readonly calls: readonly FailedCall[];
  readonly count: number;
  readonly connections?: readonly FailedConnection[];
  readonly followed?: readonly FollowedCall[];
  /** Findings that say that an attempt to connect failed. */
  readonly attempts?: readonly FindingEvent[];
  /** What is no failure. */
  readonly stop?: RequestStop;
}

export class Inventory implements ModelSink {
  readonly #calls: FailedCalls;
  readonly #chosen: (connection: Connection) => boolean;
  readonly #connections = new Map<number, FailedConnection>();
  readonly #legs = new LegKeeper();
  // By connection, the first of each.
  readonly #stops = new Map<number, RequestStop>();

  /** @param stream Only calls on this one. */
  constructor(chosen: (connection: Connection) => boolean = () => true, stream?: number) {
    this.#chosen = chosen;
    this.#calls = new FailedCalls(chosen, stream);
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    this.#calls.fields(block, stream, connection);
    this.#legs.fields(block, stream, connection);
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    this.#calls.frame(frame, stream, connection);
    this.#legs.frame(frame, stream);
    const { kind, errorCode, from, last, whole } = frame;
    if (kind === "rst-stream" && from === "server" && errorCode === ErrorCode.noError && whole)
      this.#stopped(stream, last.packet, connection);
    if (kind === "goaway" && errorCode !== 0)
      this.#failed(connection, last.packet, `GOAWAY ${errorCodeName(errorCode)} by the ${from}`);
  }

  streamStart(stream: Stream, connection: Connection): void {
    this.#legs.streamStart(stream, connection);
    const { how = "capture-end" } = connection.server.end ?? {};
    // Nobody will answer that.
    if (how === "fin" || how === "rst") this.#cutOff(stream, stream.opening?.packet ?? 0, how, connection);
  }

  streamEnd(stream: Stream, connection: Connection): void {
    this.#legs.streamEnd(stream, connection);
  }

  http1(head: Http1Head, number: number, connection: Connection): Http1Observer | undefined {
    return this.#legs.http1(head, number, connection);
  }

  connectionEnd(connection: Connection): void {
    this.#legs.connectionEnd(connection);
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    const { client, server, streams } = connection;
    if (how !== "fin" && how !== "rst") return;
    if (from === "client") {
      if (server.end !== undefined || !client.unbroken || !server.unbroken || !server.seen) return;
      // What a client closes it has done with, but for what its timer had waited for.
      for (const stream of streams.values())
        if (isOpen(stream) && waitOf(stream, at.time) !== undefined)
          this.#calls.cutOff(stream, at.packet, connection, `${how.toUpperCase()} by the client`);
    } else if (client.end === undefined) for (const stream of streams.values()) this.#cutOff(stream, at.packet, how, connection);
  }

  #cutOff(stream: Stream, packet: number, how: "fin" | "rst", connection: Connection): void {
    const { client, server } = connection;
    // What is missing may be its end.
    if (!client.unbroken || !server.unbroken || !client.seen || !server.seen || !isOpen(stream)) return;
    const failed = this.#failed(connection, packet, `${how.toUpperCase()} by the server`);
    if (failed !== undefined) failed.cutOff++;
    this.#calls.cutOff(stream, packet, connection, failed?.how ?? `${how.toUpperCase()} by the server`);
  }

  // RFC 9113 8.1.
  #stopped(stream: Stream | undefined, packet: number, connection: Connection): void {
    if (stream?.seen !== true || stream.server.endAt < 0 || stream.client.over || !this.#chosen(connection)) return;
    if (this.#stops.has(connection.id) || this.#stops.size >= KEPT) return;
    const { path } = stream.request;
    const named = path === undefined ? {} : { path: utf8(path) };
    this.#stops.set(connection.id, { connection: connection.id, stream: stream.id, packet, ...named });
  }

  /** @param findings Of the run. @param isTold Whether a connection is one that is reported.
   *  @param say What people read in which calls were followed. */
  symptoms(findings: readonly FindingEvent[], isTold: (connection: number) => boolean, say: Language = english): Symptoms {
    const calls = this.#calls.calls.filter(({ connection }) => isTold(connection));
    const followed = this.#followed(calls, say);
    // A call that failed on every leg is one call.
    const inner = new Set(followed.flatMap(({ onwards }) => onwards.map(({ connection, stream }) => `${connection}/${stream}`)));
    const stop = [...this.#stops.values()].find(({ connection }) => isTold(connection));
    const outer = calls.filter(({ connection, stream }) => !inner.has(`${connection}/${stream}`));
    return {
      calls: outer,
      count: this.#calls.count - (calls.length - outer.length),
      ...(followed.length === 0 ? {} : { followed: followed.filter(({ call }) => outer.includes(call)) }),
      connections: [...this.#connections.values()].filter(({ connection }) => isTold(connection)),
      attempts: findings.filter(isAttempt),
      ...(stop === undefined ? {} : { stop }),
    };
  }

  #followed(calls: readonly FailedCall[], say: Language): FollowedCall[] {
    if (calls.length === 0) return [];
    const ways = new Ways(this.#legs);
    const told = new Set<Leg>();
    return calls.slice(0, FOLLOWED).flatMap((call) => {
      const own = ways.leg(call.connection, call.stream);
      if (own === undefined) return [];
      const first = ways.outermost(own);
      const text = told.has(first) ? undefined : wayText(first, ways, say);
      if (text === undefined) return [];
      told.add(first);
      // A leg over HTTP/1.1 is not among the calls.
      const outer = calls.find(({ connection, stream }) => connection === first.connection && stream === first.stream);
      const legs = ways.behind(first).filter((leg) => outer !== undefined || leg !== own);
      return [{ call: outer ?? call, onwards: legs.map(({ connection, stream }) => ({ connection, stream })), text }];
    });
  }

  #failed(connection: Connection, packet: number, how: string): FailedConnection | undefined {
    if (!this.#chosen(connection)) return undefined;
    const known = this.#connections.get(connection.id);
    if (known !== undefined || this.#connections.size >= KEPT) return known;
    const failed = { connection: connection.id, packet, how, cutOff: 0 };
    this.#connections.set(connection.id, failed);
    return failed;
  }
}

const isOpen = ({ seen, reserved, closed, initiator, client, server }: Stream): boolean =>
  seen && !reserved && !closed && initiator === "client" && server.endAt < 0 && server.resetAt < 0 && client.resetAt < 0;

const isAttempt = ({ rule, baseline, consequent }: FindingEvent): boolean =>
  baseline !== true && !consequent && ATTEMPTS.has(rule);

export const isEmpty = ({ count: calls, connections = [], attempts = [] }: Symptoms): boolean =>
  calls + connections.length + attempts.length === 0;

interface Told {
  /** What is counted: packets, or lines where there is a log alone. */
  readonly position?: "packet" | "line";
  readonly say?: Language;
  /** Their messages are those of attempts. */
  readonly rules?: readonly Rule[];
}

/** In lines; those of what is listed are indented. None where there is nothing. */
export function symptomLines(
  { calls, count: all, connections = [], attempts = [], followed = [] }: Symptoms,
  { position = "packet", say = english, rules = [] }: Told = {},
): string[] {
  const at = (n: number) => (position === "packet" ? { packet: n } : { packet: n, line: n });
  const messageOf = ({ message, data, rule }: FindingEvent) =>
    say.message(
      message,
      data,
      rules.find(({ id }) => id === rule),
    );
  const deadlines = deadlinesOf(calls);
  return [
    ...listed(
      say,
      calls,
      calls.length < all
        ? say.text("{calls} did not end well; the first {kept} of them:", {
            ...{ calls: counted(say, all, "call"), kept: count(calls.length) },
          })
        : say.text("{calls} did not end well:", { calls: counted(say, all, "call") }),
      (call) => {
        const { how, path, deadline } = call;
        const over = deadline === undefined ? "" : overdue(deadlines.get(kindOf(call))!, say);
        return `${path ?? say.text("a call")}${say.text(": ")}${say.phrase(how)}${over}`;
      },
      ({ connection, stream, packet }) => placeText(connection, stream, at(packet), say),
    ),
    ...listed(
      say,
      connections,
      say.text("{connections} did not end gracefully:", { connections: counted(say, connections.length, "connection") }),
      ({ how, cutOff }) =>
        cutOff === 0
          ? say.phrase(how)
          : say.text("{how}, with {calls} unfinished", { how: say.phrase(how), calls: counted(say, cutOff, "call") }),
      ({ connection, packet }) => placeText(connection, 0, at(packet), say),
    ),
    ...listed(
      say,
      attempts,
      say.text("{attempts} to connect failed:", { attempts: counted(say, attempts.length, "attempt") }),
      messageOf,
      ({ connection, frame }) => placeText(connection, 0, frame, say),
    ),
    ...(followed.length === 0
      ? []
      : [say.text("followed through the proxy:"), ...followed.slice(0, TOLD).map(({ text }) => `  ${text}`)]),
  ];
}

/** Nanoseconds. */
interface Range {
  least: number;
  most: number;
}

// Calls differ in what was left of their time when they were sent.
function deadlinesOf(calls: readonly FailedCall[]): Map<string, Range> {
  const ranges = new Map<string, Range>();
  for (const call of calls) {
    const { deadline } = call;
    if (deadline === undefined) continue;
    const range = ranges.get(kindOf(call));
    if (range === undefined) ranges.set(kindOf(call), { least: deadline, most: deadline });
    else {
      range.least = Math.min(range.least, deadline);
      range.most = Math.max(range.most, deadline);
    }
  }
  return ranges;
}

const kindOf = ({ how, path }: FailedCall): string => `${how} ${path}`;

function overdue({ least, most }: Range, say: Language): string {
  const [from, to] = [duration(least), duration(most)];
  const passed =
    from === to
      ? say.text("the deadline of {deadline} had passed", { deadline: from })
      : say.text("the deadline ({from} to {to}) had passed", { from, to });
  return `${say.text(", ")}${passed}`;
}

/** What is alike is one line, with how often. */
function listed<T>(
  say: Language,
  all: readonly T[],
  title: string,
  kindOf: (one: T) => string,
  placeOf: (one: T) => string,
): string[] {
  if (all.length === 0) return [];
  const kinds = new Map<string, { first: T; times: number }>();
  for (const one of all) {
    const what = kindOf(one);
    const kind = kinds.get(what);
    if (kind === undefined) kinds.set(what, { first: one, times: 1 });
    else kind.times++;
  }
  const shown = [...kinds].slice(0, SHOWN).map(([what, { first, times }]) => {
    const place = placeOf(first);
    return `  ${say.text(times > 1 ? "{what}, {times} times, first ({place})" : "{what} ({place})", { what, times, place })}`;
  });
  const rest = kinds.size - shown.length;
  return [
    title,
    ...shown,
    ...(rest > 0 ? [`  ${say.text("and {n} more; h2lint calls lists all calls", { n: count(rest) })}`] : []),
  ];
}

const ATTEMPTS: ReadonlySet<string> = new Set([
  "preface/connection-refused",
  "preface/client-spoke-tls",
  "preface/server-spoke-tls",
  "preface/server-spoke-http1",
  "preface/server-spoke-other",
  "preface/server-closed-first",
  "upgrade/unanswered",
]);

const KEPT = 1000;
// Calls that are followed, and those of them that are shown.
const FOLLOWED = 200;
const TOLD = 3;
const SHOWN = 5;
