// In: the connections of logs, joined with those of the capture, and what is read of the requests there. Out: the :path of requests whose
// own went by before the capture, by the lines that have it. The capture is right: a log that says something else of a request that was read
// is of another connection, and names nothing. What could be of several connections names nothing either, unless all of them say the same.
import { FieldBit } from "../fields/field.ts";
import { CANDIDATES, type PathName } from "../grpc/naming/infer.ts";
import type { LoggedPaths } from "../grpc/naming/logged.ts";
import type { PathGroup } from "../model/path-groups.ts";
import type { Joined } from "./assignment.ts";
import type { Candidate } from "./candidate.ts";
import { type ClockOffset, clockOffset, fineToleranceOf, offsetOf, toleranceOf } from "./clock.ts";
import type { Conversation } from "./conversation.ts";
import type { FrameEvent, LogTime, NameEvent } from "./event.ts";
import type { JoinedConversations } from "./join.ts";
import type { Log } from "./reader.ts";
import type { WireRequest, WireRequests } from "./requests.ts";

/** A group of requests, or the stream of one that has none. */
type Key = PathGroup | number;

/** What a connection of a log says of one of the capture that it does not contradict. */
interface Reading {
  readonly candidate: Candidate;
  readonly names: ReadonlyMap<Key, NameEvent>;
  /** Requests whose path was read and is the same; that those of a group are one while others differ counts too. */
  readonly confirmed: number;
  /** The requests of the connection ask for several things. */
  readonly isVaried: boolean;
}

interface Vote {
  readonly event: NameEvent;
  /** 0: too little shows that it is of this connection. */
  readonly score: number;
}

/** The paths that the logs have for requests of the capture. */
export function namedRequests(
  { joined, candidates, clockOf }: JoinedConversations,
  requests: ReadonlyMap<number, WireRequests>,
  logs: readonly Log[],
  wireSeconds: (time: number) => number,
): LoggedPaths {
  const joins = new Map<Conversation, Joined>();
  for (const one of joined) joins.set(one.conversation, one);
  const all: Reading[] = [];
  for (const candidate of candidates) {
    const { conversation, wire } = candidate;
    if (conversation.names.length === 0 || conversation.mixed) continue;
    const clock = clockOf(candidate);
    if (joins.get(conversation)?.wire !== wire && !isInTime(candidate, clock, toleranceOf, wireSeconds)) continue;
    const reading = readingOf(candidate, requests.get(wire.id) ?? NONE, clock, wireSeconds);
    if (reading !== undefined) all.push(reading);
  }
  const readings = new Map<number, Reading[]>();
  /** Connections that a conversation may be. */
  const fits = new Map<Conversation, number>();
  for (const reading of inStep(all, wireSeconds)) {
    const { conversation, wire } = reading.candidate;
    fits.set(conversation, (fits.get(conversation) ?? 0) + 1);
    const known = readings.get(wire.id);
    if (known === undefined) readings.set(wire.id, [reading]);
    else known.push(reading);
  }

  const groups = new Map<PathGroup, PathName>();
  const streams = new Map<number, Map<number, PathName>>();
  for (const [connection, those] of readings) {
    const possible = those.filter(({ candidate: { conversation, wire } }) => {
      const join = joins.get(conversation);
      return join?.confidence !== "exact" || join.wire === wire || !isRead(join);
    });
    const votes = new Map<Key, Vote[]>();
    for (const reading of possible) {
      // Of a log a connection is only one.
      const rivals = possible.filter((other) => other !== reading && isRival(other.candidate, reading.candidate));
      const score = scoreOf(reading, rivals);
      if (score === undefined) continue;
      for (const [key, event] of reading.names) {
        const agreed = rivals.every(({ names }) => names.get(key)?.path === event.path);
        // Whichever it is, all of them ask for this alone.
        const isSame = rivals.length > 0 && [reading, ...rivals].every(({ isVaried }) => !isVaried);
        const shared = isSame && isSound(reading.candidate) ? 0.85 : 0;
        const vote = { event, score: agreed ? Math.max(score, shared) : 0 };
        const known = votes.get(key);
        if (known === undefined) votes.set(key, [vote]);
        else known.push(vote);
      }
    }
    for (const [key, cast] of votes) {
      const name = nameBy(cast, logs);
      if (typeof key !== "number") groups.set(key, name);
      else {
        const known = streams.get(connection) ?? new Map<number, PathName>();
        known.set(key, name);
        streams.set(connection, known);
      }
    }
  }
  return {
    ofGroup: (group) => groups.get(group.first),
    ofStream: (connection, stream) => streams.get(connection)?.get(stream),
  };

  function isRead({ conversation, wire }: Joined): boolean {
    return (readings.get(wire.id) ?? []).some(({ candidate }) => candidate.conversation === conversation);
  }

  // undefined: it is known to be of another connection.
  function scoreOf({ candidate, confirmed }: Reading, rivals: readonly Reading[]): number | undefined {
    const { conversation, wire, likeness } = candidate;
    const join = joins.get(conversation);
    const own = join?.wire === wire ? join.confidence : undefined;
    if (own === undefined && rivals.some((rival) => isExact(rival.candidate))) return undefined;
    if (own === "exact") return confirmed > 0 ? 0.99 : likeness >= ALIKE ? EXACT : 0;
    const only = rivals.length === 0 && fits.get(conversation) === 1;
    // That what was read is the same is no chance.
    if (confirmed >= CONFIRMED && rivals.length === 0 && (own === "likely" || only)) return 0.95;
    return (own === "likely" || only) && isSound(candidate) ? 0.9 : 0;
  }

  // Frames enough, and a clock that is not off.
  function isSound(candidate: Candidate): boolean {
    const { pairs, likeness, moment } = candidate;
    if (pairs.length < FRAMES || likeness < ALIKE) return false;
    const clock = clockOf(candidate);
    return clock === undefined || clock.right || moment?.log.base === "start";
  }

  function isExact({ conversation, wire }: Candidate): boolean {
    const join = joins.get(conversation);
    return join?.wire === wire && join.confidence === "exact";
  }
}

const isRival = (one: Candidate, other: Candidate): boolean =>
  one.conversation.log === other.conversation.log && one.conversation.format === other.conversation.format;

function nameBy(votes: readonly Vote[], logs: readonly Log[]): PathName {
  const sure = votes.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  const paths = new Set(sure.map(({ event }) => event.path));
  const others = new Set(votes.map(({ event }) => event.path));
  const [best] = sure;
  // What is exact is not shaken by what may be of another connection.
  if (best === undefined || paths.size > 1 || (others.size > 1 && best.score < EXACT))
    return { candidates: [...others].sort().slice(0, CANDIDATES) };
  const { place, path } = best.event;
  return { inferred: { path, score: best.score, because: `${logs[place.file]!.name}:${place.line} names it` } };
}

/** @returns undefined where the two contradict each other. */
function readingOf(
  candidate: Candidate,
  requests: WireRequests,
  clock: ClockOffset | undefined,
  wireSeconds: (time: number) => number,
): Reading | undefined {
  const { conversation } = candidate;
  const said = pathsOf(conversation);
  const blocks = conversation.format?.shows.fields === "exact" ? blocksOf(conversation) : undefined;
  const names = new Map<Key, NameEvent>();
  const entries = new Entries();
  let confirmed = 0;
  let grouped = 0;
  let timely = 0;
  let untimely = 0;
  for (const [stream, event] of said) {
    if (event === undefined) continue;
    const request = requests.get(stream);
    if (request === undefined) {
      // It was not captured, or there are several.
      if (!requests.has(stream)) names.set(stream, event);
      continue;
    }
    if (!isTimely(event.time, request, candidate, clock, wireSeconds)) {
      untimely++;
      continue;
    }
    timely++;
    const { path, group, fields } = request;
    if (path !== undefined) {
      if (path !== event.path) return undefined;
      entries.read(":path", path, request);
      confirmed++;
      continue;
    }
    const block = blocks?.get(stream);
    if (fields !== undefined && block !== undefined && !agrees(block, fields, request, entries)) return undefined;
    const [entry = 0, ...others] = group?.first.among ?? [];
    if (entry !== 0 && others.length === 0) entries.use(entry, ":path", event.path, request);
    const key = group?.first ?? stream;
    const known = names.get(key);
    if (known === undefined) names.set(key, event);
    else if (known.path !== event.path) return undefined;
    else grouped++;
  }
  if (untimely > timely || entries.contradicted) return undefined;
  const isVaried = new Set([...said.values()].map((event) => event?.path)).size > 1;
  return { candidate, names, confirmed: confirmed + (isVaried ? grouped : 0), isVaried };
}

/** What a log says of the entries of a connection's dynamic table. An encoder that looks fields up has each there once, and does not write it
 *  out again. */
class Entries {
  readonly #fields = new Map<number, string>();
  /** By what was lost before: in between a field may have been put in anew. */
  readonly #used = new Map<string, { readonly entry: number; last: number }>();
  readonly #read = new Map<string, number>();
  /** An entry is two fields, or a field two entries, or it was written out while there was one. */
  contradicted = false;

  use(entry: number, name: string, value: string, { time, lost }: WireRequest): void {
    const field = `${name} ${value}`;
    if ((this.#fields.get(entry) ?? field) !== field) this.contradicted = true;
    this.#fields.set(entry, field);
    const used = this.#used.get(`${lost} ${field}`);
    if (used === undefined) this.#used.set(`${lost} ${field}`, { entry, last: time });
    else if (used.entry !== entry) this.contradicted = true;
    else used.last = Math.max(used.last, time);
    if ((this.#read.get(field) ?? Infinity) < time) this.contradicted = true;
  }

  read(name: string, value: string, { time, lost }: WireRequest): void {
    const field = `${name} ${value}`;
    this.#read.set(field, Math.min(this.#read.get(field) ?? Infinity, time));
    if ((this.#used.get(`${lost} ${field}`)?.last ?? -Infinity) > time) this.contradicted = true;
  }
}

/** What is said of each stream; undefined where that is not one thing. */
function pathsOf({ names }: Conversation): ReadonlyMap<number, NameEvent | undefined> {
  const said = new Map<number, NameEvent | undefined>();
  for (const event of names) {
    const { streamId, path } = event;
    if (!said.has(streamId)) said.set(streamId, event);
    else if (said.get(streamId)?.path !== path) said.set(streamId, undefined);
  }
  return said;
}

/** The fields of requests as the log has them, by stream. */
function blocksOf({ frames }: Conversation): ReadonlyMap<number, NonNullable<FrameEvent["frame"]["fields"]>> {
  const blocks = new Map<number, NonNullable<FrameEvent["frame"]["fields"]>>();
  for (const { frame } of frames)
    if (frame.kind === "headers" && frame.fields?.some(([name]) => name === ":path")) blocks.set(frame.streamId, frame.fields);
  return blocks;
}

// Field by field, as far as both are known. Credentials may be masked in a log.
function agrees(
  logged: NonNullable<FrameEvent["frame"]["fields"]>,
  fields: NonNullable<WireRequest["fields"]>,
  request: WireRequest,
  entries: Entries,
): boolean {
  // Lines of a log may be missing, but there are none too many.
  if (logged.length !== fields.length) return logged.length < fields.length;
  return fields.every(({ name, value, bits, entry }, i) => {
    const [ownName, ownValue] = logged[i]!;
    if ((bits & FieldBit.nameUnknown) === 0) return name.text === ownName && ((bits & HIDDEN) !== 0 || value === ownValue);
    if (entry !== 0) entries.use(entry, ownName, ownValue, request);
    return true;
  });
}

function isTimely(
  time: LogTime | undefined,
  request: WireRequest,
  candidate: Candidate,
  clock: ClockOffset | undefined,
  wireSeconds: (time: number) => number,
): boolean {
  if (clock === undefined || time === undefined || time.base !== candidate.moment?.log.base) return true;
  return Math.abs(wireSeconds(request.time) - time.seconds - clock.seconds) <= toleranceOf(candidate);
}

function isInTime(
  candidate: Candidate,
  clock: ClockOffset | undefined,
  tolerance: (candidate: Candidate) => number,
  wireSeconds: (time: number) => number,
): boolean {
  const offset = offsetOf(candidate, wireSeconds);
  return clock === undefined || offset === undefined || Math.abs(offset - clock.seconds) <= tolerance(candidate);
}

// Connections that go on side by side are alike, and at nearly the same time. If there is one offset at which each of the log is one of the
// capture to within a few milliseconds, the others are left out.
function inStep(readings: readonly Reading[], wireSeconds: (time: number) => number): Reading[] {
  const byClock = new Map<string, Reading[]>();
  for (const reading of readings) {
    const { conversation, moment } = reading.candidate;
    const key = `${conversation.log} ${moment?.log.base}`;
    const known = byClock.get(key);
    if (known === undefined) byClock.set(key, [reading]);
    else known.push(reading);
  }
  return [...byClock.values()].flatMap((all) => {
    const base = all[0]?.candidate.moment?.log.base;
    if (base === undefined) return all;
    const candidates = all.map(({ candidate }) => candidate);
    const clock = clockOffset(candidates, base, wireSeconds, fineToleranceOf);
    const conversations = new Set(candidates.map(({ conversation }) => conversation)).size;
    if (clock === undefined || clock.rival || clock.count < conversations) return all;
    return all.filter(({ candidate }) => isInTime(candidate, clock, fineToleranceOf, wireSeconds));
  });
}

const NONE: WireRequests = new Map();
const HIDDEN = FieldBit.valueUnknown | FieldBit.sensitive | FieldBit.binName;
/** Of a connection that is certain. */
const EXACT = 0.97;
/** Paths that are the same by chance less often than any other thing goes wrong. */
const CONFIRMED = 2;
// Frames from which on their order says which connection it is.
const FRAMES = 8;
// Part of the frames that both have, where nothing else shows that they are one connection.
const ALIKE = 0.75;
