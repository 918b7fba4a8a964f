import type { Frame } from "../../http2/frame.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { last, settingsOf } from "../../model/settings.ts";
import { type SeenHalf, type Stream, StreamBit } from "../../model/stream.ts";
import {
  connectionWindow,
  lastDataTime,
  streamWindow,
  unendedStreams,
  unreturnedOctets,
  unreturnedOf,
} from "../../model/window-stall.ts";
import { other, type Side } from "../../place.ts";
import { listed } from "../listed.ts";
import { type Context, defineRule, type RuleMeta } from "../rule.ts";
import { WalkBudget } from "../walk-budget.ts";

const options = { ms: { default: 200, unit: "ms", about: "time without DATA" } } as const;

// A window may be used up just when its sender has nothing more to say: a stall is one only if DATA follow the grant.
export const flowStallStream = defineRule({
  id: "health/flow-stall-stream",
  meta: {
    title: "A stream should not wait for WINDOW_UPDATE",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "5.2.2" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["settings"],
    decidable: "payload",
    messages: {
      stalled:
        "the {sender} could send nothing on stream {streamId} for {ms} ms: its window was used up after {octets} bytes, until the {holder} sent WINDOW_UPDATE +{increment}",
      never:
        "the {sender} could send nothing on stream {streamId} for the last {ms} ms: its window was used up after {octets} bytes, and the {holder} sent no WINDOW_UPDATE since{padding}",
    },
    options,
    docs: {
      why: "The receiver does not read the stream, or gives its credit back too late; the sender can only wait.",
      fix: "Read the body as it comes; send WINDOW_UPDATE when half of the window is used; announce a larger INITIAL_WINDOW_SIZE.",
    },
  },
  kinds: ["window-update", "settings"],
  settings: { ack: false, ids: [Setting.initialWindowSize] },
  ended: { streams: StreamBit.unended, withState: true },
  state: (): StreamStalls => ({
    settingsAt: { client: -1, server: -1 },
    held: { client: undefined, server: undefined },
  }),
  frame(frame, stream, context) {
    if (frame.kind === "settings") {
      if (!frame.ack && last(settingsOf(frame), Setting.initialWindowSize) !== undefined)
        context.state.settingsAt[frame.from] = frame.last.time;
      return;
    }
    if (stream === undefined || !stream.seen || frame.increment === 0) return;
    const { connection, state, options, report } = context;
    const sender = other(frame.from);
    const before = take(state, stream, sender);
    if (before !== undefined) report(before.frame, "stalled", before.data, { fold: "", stream });
    const half = stream.half(sender);
    const window = streamWindow(connection, stream, sender);
    if (half.over || window > 0 || window + frame.increment <= 0) return;
    const waited = frame.last.time - Math.max(lastDataTime(stream, sender), state.settingsAt[frame.from]);
    if (waited < options.ms * 1e6) return;
    const held = (state.held[sender] ??= new Map());
    if (held.size >= STALLS) return;
    const octets = half.window.sent;
    const ms = Math.round(waited / 1e6);
    const data = { sender, holder: frame.from, streamId: stream.id, ms, octets, increment: frame.increment };
    held.set(stream.id, { frame: FrameRef.of(frame), data });
  },
  streamEnd(stream, context) {
    const { client, server, bits } = stream;
    const { held } = context.state;
    // What is whole, and had no stall, has nothing to tell.
    if ((bits & StreamBit.unended) === 0 && held.client === undefined && held.server === undefined) return;
    tellStalls(stream, client.resetAt >= 0 ? client.resetTime : server.resetTime, context);
  },
  connections: ConnectionBit.unended,
  connectionEnd(context) {
    for (const stream of context.connection.streams.values()) {
      if (!stream.closed) tellStalls(stream, context.connection.lastTime, context);
    }
  },
});

// Those of a stream that is over at `until`.
function tellStalls(stream: Stream, until: number, { connection, state, options, report }: StreamContext): void {
  for (const sender of SIDES) {
    const stall = take(state, stream, sender);
    if (stall !== undefined) report(stall.frame, "stalled", stall.data, { fold: "", stream });
    const lasting = lastingStall(stream, sender, until, connection, state, options.ms);
    if (lasting !== undefined) report(FrameRef.stop(connection.endpoint(lasting.holder)), "never", lasting, { fold: "", stream });
  }
}

type StreamContext = Context<RuleMeta & { readonly options: typeof options }, StreamStalls>;

interface StreamStalls {
  /** When this side last announced INITIAL_WINDOW_SIZE. */
  readonly settingsAt: Record<Side, number>;
  /** By stream: stalls of this sender that a grant ended, and nobody knows yet whether anything was waiting. */
  readonly held: Record<Side, Map<number, StreamStall> | undefined>;
}

interface StreamStall {
  readonly frame: FrameRef;
  /** `octets`: all DATA sent until then. */
  readonly data: { sender: Side; holder: Side; streamId: number; ms: number; octets: number; increment: number };
}

// The stall that was held, if DATA followed it.
function take(state: StreamStalls, stream: Stream, sender: Side): StreamStall | undefined {
  const held = sender === "client" ? state.held.client : state.held.server;
  const stall = held?.get(stream.id);
  if (stall === undefined) return undefined;
  held?.delete(stream.id);
  return stream.half(sender).window.sent > stall.data.octets ? stall : undefined;
}

// The window is used up and stays so until `until`.
function lastingStall(
  stream: Stream,
  sender: Side,
  until: number,
  connection: Connection,
  state: StreamStalls,
  ms: number,
): { sender: Side; holder: Side; streamId: number; ms: number; octets: number; padding: string } | undefined {
  const half = stream.half(sender);
  const holder = other(sender);
  if (!stream.seen || half.endAt >= 0 || half.dataFrames === 0 || streamWindow(connection, stream, sender) > 0) return undefined;
  const waited = until - Math.max(lastDataTime(stream, sender), state.settingsAt[holder]);
  if (waited < ms * 1e6) return undefined;
  const padding = paddingOf(half);
  return { sender, holder, streamId: stream.id, ms: Math.round(waited / 1e6), octets: half.window.sent, padding };
}

// RFC 9113 6.1: padding and its length count. A receiver that gives back no more than the content lets it use up the window.
function paddingOf({ window: { sent, granted }, dataOctets }: SeenHalf): string {
  const padding = sent - dataOctets;
  const held = sent - granted;
  return padding * 10 < held * 8 || granted > dataOctets
    ? ""
    : `; ${padding} of these bytes are padding, which counts and which it did not give back`;
}

export const flowStallConnection = defineRule({
  id: "health/flow-stall-connection",
  meta: {
    title: "A connection should not wait for WINDOW_UPDATE",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "5.2.2" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["start2", "no-gap2"],
    decidable: "payload",
    messages: {
      stalled:
        "the {sender} could send no DATA for {ms} ms: the connection's window was used up, until the {holder} sent WINDOW_UPDATE +{increment}; streams that waited: {streams}{victims}",
      never:
        "the {sender} could send no DATA for the last {ms} ms: the connection's window was used up, and the {holder} sent no WINDOW_UPDATE; streams that wait: {streams}{victims}{gone}",
    },
    options,
    docs: {
      why: "Without the connection's window all its streams stand still, also those whose receiver is ready.",
      fix: "Give the connection's credit back as bytes arrive, not as the application reads them, and for streams that were reset, too; raise the connection's window above 65535.",
    },
  },
  kinds: ["window-update"],
  state: (): Record<Side, ConnectionStall | undefined> & { readonly walks: WalkBudget } => ({
    ...{ client: undefined, server: undefined, walks: new WalkBudget() },
  }),
  frame(frame, _stream, { connection, state, options, report }) {
    if (frame.streamId !== 0 || !frame.whole) return;
    const sender = other(frame.from);
    const before = state[sender];
    if (before !== undefined && connection.endpoint(sender).window.sent > before.sent)
      report(before.frame, "stalled", before.data, { fold: "" });
    state[sender] = stallEndedBy(frame, connection, options.ms);
  },
  ended: { streams: StreamBit.unended },
  // One that was given up while it waited.
  streamEnd(stream, { connection, state, options, report }) {
    for (const sender of SIDES) {
      const half = stream.half(sender);
      if (half.endAt >= 0 || half.message === "no" || !stream.seen) continue;
      if (connectionWindow(connection, sender) > 0 || !state.walks.isDue(connection)) continue;
      const until = stream.client.resetAt >= 0 ? stream.client.resetTime : stream.server.resetTime;
      const lasting = lastingStallAt(connection, sender, until, options.ms, stream);
      if (lasting !== undefined)
        report(FrameRef.stop(connection.endpoint(lasting.holder)), "never", lasting, { fold: "", stream });
    }
  },
  connections: ConnectionBit.spent,
  withState: ["connectionEnd"],
  connectionEnd({ connection, state, options, report }) {
    for (const sender of SIDES) {
      const before = state[sender];
      if (before !== undefined && connection.endpoint(sender).window.sent > before.sent)
        report(before.frame, "stalled", before.data, { fold: "" });
      const lasting = lastingStallAt(connection, sender, connection.lastTime, options.ms);
      if (lasting !== undefined) report(FrameRef.stop(connection.endpoint(lasting.holder)), "never", lasting, { fold: "" });
    }
  },
});

// What a stall without an end says of itself. @param over A stream that has just been given up.
function lastingStallAt(connection: Connection, sender: Side, now: number, ms: number, over?: Stream) {
  const stall = stallAt(connection, sender, now, ms, over);
  if (stall === undefined) return undefined;
  return {
    sender,
    holder: other(sender),
    ms: stall.ms,
    streams: listed(ids(stall.streams)),
    victims: victimsOf(connection, sender, connection.endpoint(sender).lastDataTime),
    gone: goneOf(connection, sender, over),
  };
}

// Octets of streams that were over hold up those that were not.
function goneOf(connection: Connection, sender: Side, over: Stream | undefined): string {
  const { sent, granted } = connection.endpoint(sender).window;
  const held = sent - granted;
  const own = over === undefined ? 0 : unreturnedOf(over, sender);
  const gone = held - unreturnedOctets(connection, sender) - own;
  return gone * 2 < held ? "" : `; ${gone} of its ${held} bytes came on streams that are over`;
}

interface ConnectionStall {
  readonly frame: FrameRef;
  readonly sent: number;
  readonly data: { sender: Side; holder: Side; ms: number; increment: number; streams: string; victims: string };
}

function stallEndedBy(frame: Frame, connection: Connection, ms: number): ConnectionStall | undefined {
  const sender = other(frame.from);
  if (connectionWindow(connection, sender) + frame.increment <= 0) return undefined;
  const stall = stallAt(connection, sender, frame.last.time, ms);
  if (stall === undefined) return undefined;
  const { increment } = frame;
  const data = {
    sender,
    holder: frame.from,
    ms: stall.ms,
    increment,
    streams: listed(ids(stall.streams)),
    victims: victimsOf(connection, sender, connection.endpoint(sender).lastDataTime),
  };
  return { frame: FrameRef.of(frame), sent: connection.endpoint(sender).window.sent, data };
}

// The connection's window is used up, and has been for so long.
function stallAt(
  connection: Connection,
  sender: Side,
  now: number,
  ms: number,
  over?: Stream,
): { ms: number; streams: Stream[] } | undefined {
  if (connectionWindow(connection, sender) > 0) return undefined;
  const since = connection.endpoint(sender).lastDataTime;
  if (now - since < ms * 1e6) return undefined;
  const streams = unendedStreams(connection, sender);
  if (over !== undefined) streams.unshift(over);
  return streams.length === 0 ? undefined : { ms: Math.round((now - since) / 1e6), streams };
}

// Whose own window is open, and who got nothing while the connection's was used up: by path.
function victimsOf(connection: Connection, sender: Side, since: number): string {
  const paths = new Set<string>();
  for (const stream of connection.streams.values()) {
    const half = stream.half(sender);
    if (half.endAt >= 0 || half.dataFrames > 0 || stream.openedTime < since) continue;
    if (stream.request.path !== undefined && streamWindow(connection, stream, sender) > 0) paths.add(stream.request.path);
    if (paths.size >= VICTIMS) break;
  }
  return paths.size === 0 ? "" : `; meanwhile nothing came for ${[...paths].join(", ")}`;
}

const ids = (streams: readonly Stream[]): number[] => streams.map(({ id }) => id);

export const holByWindow = defineRule({
  id: "health/hol-by-window",
  meta: {
    title: "A stream that is not read should not hold up the others",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "5.2.2" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["start2", "no-gap2"],
    decidable: "payload",
    messages: {
      held: "stream {streamId}, which the {holder} did not read, held {octets} bytes of the connection's window while {streams} waited for {ms} ms",
    },
    options: {
      ms: options.ms,
      share: { default: 50, unit: "percent", about: "of the bytes on open streams that are not given back" },
    },
    docs: {
      why: "Bytes that wait unread on one stream use up the connection's window, and then no other stream moves.",
      fix: "Make the connection's window larger than the sum of the streams' windows, or give its credit back as bytes arrive.",
    },
  },
  kinds: ["window-update"],
  // When a stream was last granted octets.
  ended: { withState: true },
  state: (): Record<Side, Map<number, number> | undefined> => ({ client: undefined, server: undefined }),
  frame(frame, stream, context) {
    const { connection, options, report } = context;
    const sender = other(frame.from);
    if (frame.streamId !== 0) {
      if (stream !== undefined && !stream.closed) (context.state[sender] ??= new Map()).set(stream.id, frame.last.time);
      return;
    }
    if (connectionWindow(connection, sender) + frame.increment <= 0) return;
    const held = heldBy(connection, sender, frame.last.time, context.hasState ? context.state[sender] : undefined, options);
    if (held !== undefined) report(frame, "held", held, { fold: "" });
  },
  streamEnd(stream, { state: { client, server } }) {
    client?.delete(stream.id);
    server?.delete(stream.id);
  },
  connections: ConnectionBit.spent,
  connectionEnd({ connection, state, options, report }) {
    for (const sender of SIDES) {
      const held = heldBy(connection, sender, connection.lastTime, state[sender], options);
      if (held !== undefined) report(FrameRef.stop(connection.endpoint(held.holder)), "held", held, { fold: "" });
    }
  },
});

function heldBy(
  connection: Connection,
  sender: Side,
  now: number,
  grants: ReadonlyMap<number, number> | undefined,
  { ms, share }: { readonly ms: number; readonly share: number },
): { streamId: number; holder: Side; octets: number; streams: string; ms: number } | undefined {
  const stall = stallAt(connection, sender, now, ms);
  if (stall === undefined) return undefined;
  const since = now - stall.ms * 1e6;
  let most = stall.streams[0]!;
  let all = 0;
  for (const stream of stall.streams) {
    all += unread(stream, sender);
    if (unread(stream, sender) > unread(most, sender)) most = stream;
  }
  const octets = unread(most, sender);
  // One whose own window is used up would not move if the connection's were open: it is no victim.
  const victims = stall.streams.filter((stream) => stream !== most && streamWindow(connection, stream, sender) > 0);
  if (victims.length === 0 || octets * 100 < all * share || (grants?.get(most.id) ?? -1) >= since) return undefined;
  return { streamId: most.id, holder: other(sender), octets, streams: listed(ids(victims)), ms: stall.ms };
}

// DATA octets that the receiver did not give back on the stream.
const unread = (stream: Stream, sender: Side): number => {
  const { window } = stream.half(sender);
  return window.sent - window.granted;
};

const SIDES = ["client", "server"] as const;

// More are not distinguished.
const STALLS = 1000;
// Paths that are named.
const VICTIMS = 3;
