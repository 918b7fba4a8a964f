// What holds a server's streams and memory by doing little. Endpoints are slow for good reasons too: what is reported is that it lasts, and
// that many streams wait at once.

import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { SeenHalf, Stream } from "../../model/stream.ts";
import { acknowledgedWindow, connectionWindow } from "../../model/window-stall.ts";
import { durationText } from "../duration.ts";
import { type Context, defineRule, type RuleMeta, type RuleOption } from "../rule.ts";
import { enhanceYourCalm, firstAndLast, severityByExcess } from "../shapes/excess.ts";
import { flood, within } from "../shapes/flood.ts";
import { slowProgress } from "../shapes/slow-progress.ts";
import { WalkBudget } from "../walk-budget.ts";

export const dataDribble = flood("abuse/data-dribble", {
  meta: {
    title: "A client should not open its windows in tiny steps",
    by: "client",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9511", section: "Data Dribble" },
    ],
    needs: ["settings"],
    decidable: "payload",
    messages: {
      dribble:
        "the client opened windows that were nearly spent in {count} steps of {mean} bytes in {time}, up to {peak} within {window}, while responses waited",
    },
    options: {
      frames: { default: 100, unit: "frames", about: "Such WINDOW_UPDATE frames that are too many" },
      window: within(10_000),
      mean: { default: 64, unit: "bytes", about: "Mean increment below which they count" },
      left: { default: 1024, unit: "bytes", about: "A window with less than this is nearly spent" },
      streams: { default: 2, unit: "streams", about: "Responses that wait, at least" },
    },
    docs: {
      why: "The server must cut its responses into frames of a few bytes and keep the rest in memory.",
      fix: "Give credit back in larger pieces: when half of the window is used.",
    },
  },
  most: "frames",
  kinds: ["window-update"],
  from: "client",
  of(frame, stream, { connection, options }) {
    if (!frame.whole || (frame.streamId !== 0 && stream === undefined)) return undefined;
    const left = stream === undefined ? connectionWindow(connection, "server") : acknowledgedWindow(connection, stream, "server");
    return left < options.left ? frame : undefined;
  },
  value: (frame) => frame.increment,
  memory: () => ({ walks: new WalkBudget(), waiting: false }),
  isTooMuch({ sum, count }, { connection, state: { memory }, options }) {
    if (sum >= count * options.mean) return false;
    if (memory.walks.isDue(connection)) memory.waiting = hasWaiting(connection, options.streams);
    return memory.waiting;
  },
  data: (excess) => ({ mean: excess.mean, ...excess.data }),
});

export const internalBuffering = defineRule({
  id: "abuse/internal-buffering",
  meta: {
    title: "A client that asks for more should read from its socket",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2019-9517", section: "Internal Data Buffering" },
    ],
    expect: enhanceYourCalm,
    needs: ["start", "acks"],
    decidable: "head",
    messages: {
      buffering:
        "the client sent {count} requests in the {time} in which its TCP window was 0, with HTTP/2 windows of {stream} bytes for each stream and {connection} for all",
    },
    options: {
      time: { default: 5000, unit: "ms", about: "The TCP window is 0 for longer than this" },
      requests: { default: 10, unit: "requests", about: "Requests in this time, at least" },
      octets: { default: 1 << 20, unit: "bytes", about: "HTTP/2 windows larger than this are wide open" },
    },
    docs: {
      why: "HTTP/2 lets the server write whole responses that TCP does not take: they fill its memory.",
      fix: "Read the socket in a thread that never waits for the application, and let HTTP/2 windows hold the server back.",
    },
  },
  state: (): Buffering => ({ since: -1, requests: 0, first: undefined, last: undefined }),
  kinds: ["headers"],
  from: "client",
  tcpWindow(from, zero, at, { connection, state, options, report }) {
    if (from !== "client") return;
    tellBuffering(connection, state, options, (frame, data, more) => report(frame, "buffering", data, more));
    state.since = zero && isWide(connection, options.octets) ? at.time : -1;
    state.requests = 0;
    state.first = state.last = undefined;
  },
  frame(frame, stream, { state }) {
    if (state.since < 0 || stream !== undefined) return;
    state.requests++;
    state.last = FrameRef.of(frame);
    state.first ??= state.last;
  },
  withState: ["frame", "connectionEnd"],
  connectionEnd({ connection, state, options, report }) {
    tellBuffering(connection, state, options, (frame, data, more) => report(frame, "buffering", data, more));
  },
});

export const zeroWindowStall = defineRule({
  id: "abuse/zero-window-stall",
  meta: {
    title: "A client should open a window for the responses it asks for",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2016-1546", section: "Slow read" },
    ],
    expect: enhanceYourCalm,
    needs: ["settings"],
    decidable: "block",
    messages: { stall: "{count} responses waited for longer than {wait} each for a first byte of window" },
    options: {
      wait: { default: 30_000, unit: "ms", about: "A response waits for longer than this" },
      streams: { default: 10, unit: "streams", about: "So many that wait at once are too many" },
    },
    docs: {
      why: "Each holds a stream, a handler and its whole response in the server's memory for nothing.",
      fix: "Open windows when requests are sent. A server should give up responses that make no progress.",
    },
  },
  state: () => new Stalls(),
  kinds: ["window-update", "rst-stream"],
  frame(frame, stream, context) {
    const now = frame.last.time;
    if (frame.kind === "rst-stream") {
      if (stream !== undefined && !stream.closed) countStall(stream, now, context);
      return;
    }
    if (frame.from !== "client" || frame.increment === 0) return;
    const { connection, options } = context;
    const open = connectionWindow(connection, "server") > 0;
    if (frame.streamId !== 0) {
      // Else it goes on waiting, for the connection's window.
      if (stream !== undefined && open) countStall(stream, now, context);
      return;
    }
    if (open || connection.client.active.length < options.streams || !context.state.walks.isDue(connection)) return;
    // Where the stream's window is spent, too, the response goes on waiting for that.
    for (const each of connection.streams.values())
      if (acknowledgedWindow(connection, each, "server") > 0) countStall(each, now, context);
  },
  connections: ConnectionBit.unended,
  withState: ["connectionEnd"],
  connectionEnd(context) {
    const { connection, options, report } = context;
    for (const stream of connection.streams.values()) if (!stream.closed) countStall(stream, connection.lastTime, context);
    const { told } = context.state;
    if (told === undefined) return;
    const { first, over, last, count } = told;
    const more = { ...severityByExcess(count, options.streams), related: firstAndLast(first, last) };
    report(over, "stall", { count, wait: durationText(options.wait * MS) }, more);
  },
});

export const slowRead = slowProgress("abuse/slow-read", {
  meta: {
    title: "A client should read the responses it asks for",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "CVE-2016-1546", section: "Slow read" },
    ],
    needs: ["acks", "settings"],
    messages: {
      slow: "the client took {octets} bytes of {count} responses in {time}: their windows were spent, though its TCP window was open",
    },
    options: {
      time: { default: 60_000, unit: "ms", about: "Time over which it is measured" },
      rate: { default: 1024, unit: "bytes", about: "Bytes each second over all of them that are too few" },
      streams: { default: 10, unit: "streams", about: "Responses that wait at once, at least" },
    },
    docs: {
      why: "Each holds a stream, a handler and its response in the server's memory.",
      fix: "Reset what is not wanted. A server should give up responses that make no progress.",
    },
  },
  reader: "client",
  slow: isBlocked,
});

export const slowHeaders = defineRule({
  id: "abuse/slow-headers",
  meta: {
    title: "A field block or preface should come at once",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "Slowloris", section: "Slow headers" },
    ],
    expect: enhanceYourCalm,
    needs: [],
    decidable: "head",
    messages: {
      block: "the client took {time} for the field block of stream {streamId}",
      preface: "the client took {time} for its connection preface",
    },
    options: { time: { default: 10_000, unit: "ms", about: "Longer than this is too slow" } },
    docs: {
      why: "Nothing else can be sent meanwhile, but the server keeps the connection and what it has of the block.",
      fix: "Write the block in one go. A server should have a timeout for it.",
    },
  },
  // What began the field block that goes on.
  state: (): { begun: FrameRef | undefined } => ({ begun: undefined }),
  kinds: ["settings", "headers", "continuation"],
  inParts: true,
  from: "client",
  frame(frame, _stream, context) {
    const { connection, options, report } = context;
    const { prefaceTime, frames } = connection.client;
    const since = frame.last.time - prefaceTime;
    if (frames === 1 && prefaceTime >= 0 && since > options.time * MS)
      report(frame, "preface", { time: durationText(since) }, severityByExcess(since, options.time * MS));
    if (frame.kind === "settings") return;
    if (frame.kind === "headers" && !frame.endHeaders) {
      context.state.begun = FrameRef.of(frame);
      return;
    }
    if (!frame.endHeaders) return;
    const { begun } = context.state;
    if (frame.kind === "continuation" && begun === undefined) return;
    context.state.begun = undefined;
    const time = frame.last.time - (begun?.began ?? frame.first.time);
    if (time <= options.time * MS) return;
    const data = { time: durationText(time), streamId: frame.streamId };
    report(begun ?? frame, "block", data, severityByExcess(time, options.time * MS));
  },
  withState: ["end"],
  end(from, _how, at, { state: { begun }, options, report }) {
    if (from !== "client" || begun === undefined) return;
    const time = at.time - begun.began;
    if (time <= options.time * MS) return;
    const data = { time: durationText(time), streamId: begun.streamId };
    report(begun, "block", data, severityByExcess(time, options.time * MS));
  },
});

export const slowPost = slowProgress("abuse/slow-post", {
  meta: {
    title: "A client should send the content it has announced",
    spec: [
      { rfc: 9113, section: "10.5" },
      { document: "Slowloris", section: "Slow POST" },
    ],
    needs: ["settings"],
    messages: {
      slow: "the client sent {octets} bytes of the content of {count} requests in {time}, though windows were open and content-length announces more",
    },
    options: {
      time: { default: 60_000, unit: "ms", about: "Time over which it is measured" },
      rate: { default: 100, unit: "bytes", about: "Bytes each second over all of them that are too few" },
      streams: { default: 10, unit: "streams", about: "Requests open at once, at least" },
    },
    docs: {
      why: "Each holds a stream and a handler that waits for content.",
      fix: "Send a request when its content is at hand. A server should have a timeout for content.",
    },
  },
  reader: "server",
  slow: isUnfinished,
});

export const maxStreamsHold = defineRule({
  id: "abuse/max-streams-hold",
  meta: {
    title: "A client should not hold nearly all streams without using them",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "5.1.2" },
      { rfc: 9113, section: "10.5" },
    ],
    expect: enhanceYourCalm,
    needs: ["settings"],
    decidable: "block",
    messages: { hold: "the client held {count} of {limit} streams for {time} without a frame of either side on them" },
    options: {
      time: { default: 60_000, unit: "ms", about: "Without a frame for longer than this" },
      share: { default: 90, unit: "percent", about: "Of MAX_CONCURRENT_STREAMS, at least" },
      streams: { default: 10, unit: "streams", about: "And so many, at least" },
    },
    docs: {
      why: "The server keeps what belongs to each stream, and may count the connection as busy.",
      fix: "Raise MAX_CONCURRENT_STREAMS if the calls are meant to wait; otherwise find out who does not end them.",
    },
  },
  state: () => ({ looked: 0, worst: undefined as Held | undefined }),
  tick(now, context) {
    const { connection, options } = context;
    if (connection.client.active.length < options.streams) return;
    const { state } = context;
    // Seen often enough: what is held so long is held at one of these times.
    if (now - state.looked < (options.time * MS) / 4) return;
    state.looked = now;
    state.worst = heldAt(connection, now, options, state.worst);
  },
  connections: ConnectionBit.unended,
  withState: ["connectionEnd"],
  connectionEnd(context) {
    const { connection, state, options, report } = context;
    const worst = heldAt(connection, connection.lastTime, options, state.worst);
    if (worst === undefined) return;
    const { first, count, limit, time } = worst;
    report(first, "hold", { count, limit, time: durationText(time) }, severityByExcess(time, options.time * MS));
  },
});

// A response that has begun, with hardly any window left, of the stream or of all.
function isBlocked(connection: Connection, stream: Stream): SeenHalf | undefined {
  const { server } = stream;
  if (server.over || server.dataFrames === 0) return undefined;
  const left = Math.min(acknowledgedWindow(connection, stream, "server"), connectionWindow(connection, "server"));
  return left < NEARLY_SPENT ? server : undefined;
}

// A request that said how much content it has, and could send it. Without that length it may have nothing to say: calls that wait.
function isUnfinished(connection: Connection, stream: Stream): SeenHalf | undefined {
  const { client, server, request } = stream;
  if (client.over || server.message !== "no" || request.contentLength === undefined) return undefined;
  if (!(client.dataOctets < Number(request.contentLength))) return undefined;
  const left = Math.min(acknowledgedWindow(connection, stream, "client"), connectionWindow(connection, "client"));
  return left > 0 ? client : undefined;
}

/** Streams that had waited, by when they waited no more. Each waited as long as the window at least, so those in it waited together. */
class Stalls {
  /** The first of the first that were too many, the first one too many, the last; the most at once. */
  told: { readonly first: FrameRef; readonly over: FrameRef; last: FrameRef; count: number } | undefined;
  readonly walks = new WalkBudget();
  #first: FrameRef | undefined;
  readonly #until: number[] = [];

  add(opening: FrameRef, now: number, { wait, streams }: { readonly wait: number; readonly streams: number }): void {
    const until = this.#until;
    while (until.length > 0 && (now - until[0]! >= wait * MS || until.length >= streams * 10)) until.shift();
    if (until.length === 0) this.#first = opening;
    until.push(now);
    if (until.length < streams) return;
    this.told ??= { first: this.#first ?? opening, over: opening, last: opening, count: until.length };
    this.told.last = opening;
    this.told.count = Math.max(this.told.count, until.length);
  }
}

interface Held {
  readonly first: FrameRef;
  readonly count: number;
  readonly limit: number;
  readonly time: number;
}

interface HoldOptions {
  readonly time: number;
  readonly share: number;
  readonly streams: number;
}

// What was held before is kept unless this is held for longer.
function heldAt(connection: Connection, now: number, options: HoldOptions, before: Held | undefined): Held | undefined {
  const limit = connection.server.settings.inForce(Setting.maxConcurrentStreams);
  if (limit === undefined) return before;
  const most = Math.max(options.streams, (limit * options.share) / 100);
  if (connection.client.active.length < most) return before;
  let count = 0;
  let time = Infinity;
  let first: FrameRef | undefined;
  for (const { closed, initiator, client, server, opening } of connection.streams.values()) {
    const still = now - Math.max(client.lastTime, server.lastTime);
    if (closed || initiator !== "client" || opening === undefined || still <= options.time * MS) continue;
    count++;
    first ??= opening;
    time = Math.min(time, still);
  }
  if (first === undefined || count < most || (before !== undefined && time < before.time)) return before;
  return { first, count, limit, time };
}

interface Buffering {
  /** When the client's TCP window became 0 while its HTTP/2 windows were wide; -1: it has not. */
  since: number;
  /** Since then: how many, the first and the last. */
  requests: number;
  first: FrameRef | undefined;
  last: FrameRef | undefined;
}

interface BufferingOptions {
  readonly time: number;
  readonly requests: number;
  readonly octets: number;
}

// Requests that still say so are the proof that the window was 0: what opened it may be lost.
function tellBuffering(
  connection: Connection,
  { since, requests: count, first, last }: Buffering,
  options: BufferingOptions,
  report: (frame: FrameRef, data: { count: number; time: string; stream: number; connection: number }, more: object) => void,
): void {
  if (first === undefined || last === undefined || count < options.requests) return;
  const time = last.time - since;
  if (time <= options.time * MS) return;
  const stream = connection.client.settings.inForce(Setting.initialWindowSize)!; // it has an initial value
  const data = { count, time: durationText(time), stream, connection: connectionWindow(connection, "server") };
  report(last, data, { ...severityByExcess(time, options.time * MS), related: firstAndLast(first, last) });
}

// INITIAL_WINDOW_SIZE has an initial value.
const isWide = (connection: Connection, octets: number): boolean =>
  connection.client.settings.inForce(Setting.initialWindowSize)! > octets && connectionWindow(connection, "server") > octets;

type StallContext = Context<RuleMeta & { readonly options: Readonly<Record<"wait" | "streams", RuleOption>> }, Stalls>;

// Each waited so long: those that stop waiting within the same time waited together.
function countStall(stream: Stream, now: number, context: StallContext): void {
  const { server, opening, initiator } = stream;
  if (initiator !== "client" || opening === undefined || !stream.seen || server.endAt >= 0 || server.message !== "yes") return;
  if (server.dataFrames > 0) return;
  const { connection, options } = context;
  const never = acknowledgedWindow(connection, stream, "server") <= 0;
  if (!never && connectionWindow(connection, "server") > 0) return;
  // Since its HEADERS; a window that once was open, since the last that the server sent at all.
  const since = never && connection.client.settings.frames <= 1 ? server.lastTime : connection.server.lastAt.time;
  if (now - since > options.wait * MS) context.state.add(opening, now, options);
}

function hasWaiting(connection: Connection, least: number): boolean {
  if (connection.client.active.length < least) return false;
  let waiting = 0;
  for (const { closed, initiator, client, server } of connection.streams.values()) {
    if (!closed && initiator === "client" && client.endAt >= 0 && !server.over && ++waiting >= least) return true;
  }
  return false;
}

const NEARLY_SPENT = 1024;
// Nanoseconds.
const MS = 1e6;
