// In: the connections of logs, joined with those of the capture, and what is read of the requests there. Out: the :path of requests whose
// own went by before the capture, by the lines that have it. The capture is right: a log that says something else of a request that was read
// is of another connection, and names nothing. What could be of several connections names nothing either, unless all of them say the same.
import { FieldBit } from "../fields/field.ts";
import { CANDIDATES, type PathName } from "../grpc/naming/infer.ts";
import type { LoggedPaths } from "../grpc/naming/logged.ts";
import type { PathGroup } from "../model/path-groups.ts";
import type { Confidence } from "../pairing/reaction.ts";
import type { Joined } from "./assignment.ts";
import type { Candidate } from "./candidate.ts";
import { type ClockOffset, clockOffset, fineToleranceOf, isInTime, isTimely } from "./clock.ts";
import type { Conversation } from "./conversation.ts";
import type { FrameEvent, NameEvent } from "./event.ts";
import type { JoinedConversations } from "./join.ts";
import type { Log } from "./reader.ts";
import type { WireRequest, WireRequests } from "./requests.ts";
import type { WireConnection } from "./wire.ts";

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
  conversations: JoinedConversations,
  requests: ReadonlyMap<number, WireRequests>,
  logs: readonly Log[],
  wireSeconds: (time: number) => number,
): LoggedPaths {
  const judge = new Judge(conversations, readingsOf(conversations, requests, wireSeconds));
  const groups = new Map<PathGroup, PathName>();
  const streams = new Map<number, Map<number, PathName>>();
  for (const [connection, votes] of judge.votes()) {
    const ofStreams = new Map<number, PathName>();
    streams.set(connection, ofStreams);
    for (const [key, cast] of votes) {
      const name = nameBy(cast, logs);
      if (typeof key === "number") ofStreams.set(key, name);
      else groups.set(key, name);
    }
  }
  return {
    ofGroup: (group) => groups.get(group.first),
    ofStream: (connection, stream) => streams.get(connection)?.get(stream),
  };
}

function readingsOf(
  { joined, candidates, clockOf }: JoinedConversations,
  requests: ReadonlyMap<number, WireRequests>,
  wireSeconds: (time: number) => number,
): Reading[] {
  const wires = new Map(joined.map(({ conversation, wire }) => [conversation, wire]));
  const said = new Map<Conversation, Said>();
  const readings: Reading[] = [];
  for (const candidate of candidates) {
    const { conversation, wire } = candidate;
    if (conversation.names.length === 0 || conversation.mixed) continue;
    const clock = clockOf(candidate);
    if (wires.get(conversation) !== wire && !isInTime(candidate, clock, wireSeconds)) continue;
    const own = said.get(conversation) ?? saidBy(conversation);
    said.set(conversation, own);
    const reading = readingOf(candidate, own, requests.get(wire.id) ?? NONE, clock, wireSeconds);
    if (reading !== undefined) readings.push(reading);
  }
  return inStep(readings, wireSeconds);
}

/** How much the readings of each connection are worth. */
class Judge {
  readonly #joins: ReadonlyMap<Conversation, Joined>;
  readonly #clockOf: JoinedConversations["clockOf"];
  readonly #readings: readonly Reading[];
  /** Connections that a conversation may be. */
  readonly #fits = new Map<Conversation, Set<WireConnection>>();

  constructor({ joined, clockOf }: JoinedConversations, readings: readonly Reading[]) {
    this.#joins = new Map(joined.map((one) => [one.conversation, one]));
    this.#clockOf = clockOf;
    this.#readings = readings;
    for (const { candidate } of readings) {
      const fits = this.#fits.get(candidate.conversation);
      if (fits === undefined) this.#fits.set(candidate.conversation, new Set([candidate.wire]));
      else fits.add(candidate.wire);
    }
  }

  /** By connection. */
  votes(): ReadonlyMap<number, ReadonlyMap<Key, readonly Vote[]>> {
    const kinds = new Map<string, Reading[]>();
    for (const reading of this.#readings) {
      const { conversation, wire } = reading.candidate;
      if (this.#isElsewhere(reading)) continue;
      // Of a log and a format a connection is only one.
      const key = `${wire.id} ${conversation.log} ${conversation.format?.name}`;
      const kind = kinds.get(key);
      if (kind === undefined) kinds.set(key, [reading]);
      else kind.push(reading);
    }
    const all = new Map<number, Map<Key, Vote[]>>();
    for (const kind of kinds.values()) {
      const { id } = kind[0]!.candidate.wire;
      const votes = all.get(id) ?? new Map<Key, Vote[]>();
      all.set(id, votes);
      this.#vote(kind, votes);
    }
    return all;
  }

  #vote(kind: readonly Reading[], votes: Map<Key, Vote[]>): void {
    const alone = kind.length === 1;
    // Whichever it is, all of them ask for one thing alone.
    const isSame = !alone && kind.every(({ isVaried }) => !isVaried);
    const paths = new Map<Key, { readonly path: string; times: number }>();
    for (const { names } of kind) {
      for (const [key, { path }] of names) {
        const known = paths.get(key);
        if (known === undefined) paths.set(key, { path, times: 1 });
        else if (known.path === path) known.times++;
      }
    }
    for (const reading of kind) {
      const score = this.#scoreOf(reading, alone);
      const shared = isSame && this.#isSound(reading) ? 0.85 : 0;
      for (const [key, event] of reading.names) {
        const agreed = paths.get(key)!.times === kind.length;
        const vote = { event, score: agreed ? Math.max(score, shared) : 0 };
        const known = votes.get(key);
        if (known === undefined) votes.set(key, [vote]);
        else known.push(vote);
      }
    }
  }

  #scoreOf(reading: Reading, alone: boolean): number {
    const { candidate, confirmed } = reading;
    const own = this.#joinOf(reading);
    if (own === "exact") return confirmed > 0 ? 0.99 : candidate.likeness >= ALIKE ? EXACT : 0;
    const isOwn = own === "likely" || (alone && this.#fits.get(candidate.conversation)!.size === 1);
    if (!isOwn) return 0;
    // That what was read is the same is no chance.
    if (alone && confirmed >= CONFIRMED) return 0.95;
    return this.#isSound(reading) ? 0.9 : 0;
  }

  // Frames enough, and a clock that is not off.
  #isSound({ candidate }: Reading): boolean {
    const { pairs, likeness, moment } = candidate;
    if (pairs.length < FRAMES || likeness < ALIKE) return false;
    const clock = this.#clockOf(candidate);
    return clock === undefined || clock.right || moment?.log.base === "start";
  }

  /** How sure it is that it is this connection; undefined: it is joined with none, or another one. */
  #joinOf({ candidate: { conversation, wire } }: Reading): Confidence | undefined {
    const join = this.#joins.get(conversation);
    return join?.wire === wire ? join.confidence : undefined;
  }

  /** It is certain to be another connection, and nothing there contradicts it. */
  #isElsewhere({ candidate: { conversation, wire } }: Reading): boolean {
    const join = this.#joins.get(conversation);
    if (join?.confidence !== "exact" || join.wire === wire) return false;
    return this.#fits.get(conversation)?.has(join.wire) === true;
  }
}

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
  { paths, blocks, isVaried }: Said,
  requests: WireRequests,
  clock: ClockOffset | undefined,
  wireSeconds: (time: number) => number,
): Reading | undefined {
  const names = new Map<Key, NameEvent>();
  const entries = new Entries();
  let confirmed = 0;
  let grouped = 0;
  for (const [stream, event] of paths) {
    if (event === undefined) continue;
    const request = requests.get(stream);
    if (request === undefined) {
      names.set(stream, event);
      continue;
    }
    if (!isTimely(event.time, request.time, candidate, clock, wireSeconds)) continue;
    const { path, group, fields } = request;
    if (path !== undefined) {
      if (path !== event.path) return undefined;
      entries.read(":path", path, request);
      confirmed++;
      continue;
    }
    const block = blocks.get(stream);
    if (fields !== undefined && block !== undefined && !agrees(block, fields, request, entries)) return undefined;
    const [entry = 0, ...others] = group?.first.among ?? [];
    if (entry !== 0 && others.length === 0) entries.use(entry, ":path", event.path, request);
    const key = group?.first ?? stream;
    const known = names.get(key);
    if (known === undefined) names.set(key, event);
    else if (known.path !== event.path) return undefined;
    else grouped++;
  }
  if (entries.contradicted) return undefined;
  return { candidate, names, confirmed: confirmed + (isVaried ? grouped : 0), isVaried };
}

/** What a log says of the entries of a connection's dynamic table. An encoder that looks fields up has each there once, and does not write it
 *  out again. */
class Entries {
  readonly #fields = new Map<number, string>();
  /** Both by what was lost before: in between a field may have been put in anew. */
  readonly #used = new Map<string, { readonly entry: number; last: number }>();
  readonly #read = new Map<string, number>();
  /** An entry is two fields, or a field two entries, or it was written out while there was one. */
  contradicted = false;

  use(entry: number, name: string, value: string, { time, lost }: WireRequest): void {
    const field = `${name} ${value}`;
    if ((this.#fields.get(entry) ?? field) !== field) this.contradicted = true;
    this.#fields.set(entry, field);
    const key = `${lost} ${field}`;
    const used = this.#used.get(key);
    if (used === undefined) this.#used.set(key, { entry, last: time });
    else if (used.entry !== entry) this.contradicted = true;
    else used.last = Math.max(used.last, time);
    if ((this.#read.get(key) ?? Infinity) < time) this.contradicted = true;
  }

  read(name: string, value: string, { time, lost }: WireRequest): void {
    const key = `${lost} ${name} ${value}`;
    this.#read.set(key, Math.min(this.#read.get(key) ?? Infinity, time));
    if ((this.#used.get(key)?.last ?? -Infinity) > time) this.contradicted = true;
  }
}

/** What a connection of a log says of its requests, by stream. */
interface Said {
  /** undefined: several things. */
  readonly paths: ReadonlyMap<number, NameEvent | undefined>;
  /** All of their fields; none where the log does not show them octet by octet. */
  readonly blocks: ReadonlyMap<number, Fields>;
  readonly isVaried: boolean;
}

type Fields = NonNullable<FrameEvent["frame"]["fields"]>;

function saidBy({ names, frames, format }: Conversation): Said {
  const paths = new Map<number, NameEvent | undefined>();
  for (const event of names) {
    const { streamId, path } = event;
    if (!paths.has(streamId)) paths.set(streamId, event);
    else if (paths.get(streamId)?.path !== path) paths.set(streamId, undefined);
  }
  const blocks = new Map<number, Fields>();
  if (format?.shows.fields === "exact")
    for (const { frame } of frames)
      if (frame.kind === "headers" && frame.fields?.some(([name]) => name === ":path")) blocks.set(frame.streamId, frame.fields);
  return { paths, blocks, isVaried: new Set(names.map(({ path }) => path)).size > 1 };
}

// Field by field, as far as both are known. Credentials may be masked in a log.
function agrees(logged: Fields, fields: NonNullable<WireRequest["fields"]>, request: WireRequest, entries: Entries): boolean {
  // Lines of a log may be missing, but there are none too many.
  if (logged.length !== fields.length) return logged.length < fields.length;
  return fields.every(({ name, value, bits, entry }, i) => {
    const [ownName, ownValue] = logged[i]!;
    if ((bits & FieldBit.nameUnknown) === 0) return name.text === ownName && ((bits & HIDDEN) !== 0 || value === ownValue);
    if (entry !== 0) entries.use(entry, ownName, ownValue, request);
    return true;
  });
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
    return all.filter(({ candidate }) => isInTime(candidate, clock, wireSeconds, fineToleranceOf));
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
