import { FieldBit } from "../../fields/field.ts";
import { errorCodeName } from "../../http2/error-code.ts";
import type { Connection } from "../../model/connection.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { isError } from "../../model/endpoint.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { Stream } from "../../model/stream.ts";
import { waitOf } from "../../model/timer.ts";
import { type Origin, other, type Side } from "../../place.ts";
import type { EndReason } from "../../tcp/byte-stream.ts";
import { listed } from "../listed.ts";
import { defineRule } from "../rule.ts";

export const streamUnfinished = defineRule({
  id: "health/stream-unfinished",
  meta: {
    title: "A stream should end, or be reset",
    severity: "info",
    by: "either",
    spec: [{ rfc: 9113, section: "5.1" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["end"],
    decidable: "payload",
    messages: {
      idle: "stream {streamId} had no frame for the last {seconds} s and neither ended nor was reset: {actor} to act; streams of this kind: {count} ({streams})",
    },
    options: { ms: { default: 30_000, unit: "ms", about: "time without a frame of the stream" } },
    docs: {
      why: "It may be a long poll or a watch; or a call that nobody will ever finish, which holds memory and counts against MAX_CONCURRENT_STREAMS.",
      fix: "Give calls a deadline, and end or reset every stream.",
    },
  },
  connections: ConnectionBit.unended,
  connectionEnd({ connection, options, report }) {
    const { client, server, flow } = connection;
    if (isClosed(client.end?.how) || isClosed(server.end?.how)) return;
    const idle: Stream[] = [];
    for (const stream of connection.streams.values()) {
      if (!stream.closed && !stream.reserved && stream.seen && flow.lastTime - lastTimeOf(stream) >= options.ms * 1e6)
        idle.push(stream);
    }
    if (idle.length === 0) return;
    for (const actor of ["either side", "the client", "the server"]) {
      const streams = idle.filter((stream) => actorOf(stream) === actor);
      const [first] = streams;
      if (first?.opening === undefined) continue;
      const seconds = Math.round((flow.lastTime - lastTimeOf(first)) / 1e9);
      const data = { streamId: first.id, seconds, actor: `${actor} is`, count: streams.length, streams: listed(idsOf(streams)) };
      report(first.opening, "idle", data, { stream: first });
    }
  },
});

const lastTimeOf = ({ client, server, openedTime }: Stream): number => Math.max(openedTime, client.lastTime, server.lastTime);

const actorOf = ({ client, server, promised }: Stream): string =>
  client.over || promised ? "the server" : server.over ? "the client" : "either side";

export const streamKilledByClose = defineRule({
  id: "health/stream-killed-by-close",
  meta: {
    title: "A connection should not be closed on open streams",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.4.1" },
      { rfc: 9113, section: "6.8" },
    ],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    // Of the other side too: its RST_STREAM may be what is missing.
    needs: ["no-gap2"],
    decidable: "payload",
    messages: {
      killed: "the {side} closed the connection ({how}) with {count} streams still open: {streams}",
      waited:
        "the client closed the connection ({how}) with {count} streams still open: {streams}; it had waited {seconds} s for a frame of the server on stream {streamId}",
    },
    docs: {
      why: "The calls on them fail, and nobody knows whether they took effect.",
      fix: "Finish open streams first: send GOAWAY(NO_ERROR), wait, then close.",
    },
  },
  // What was open when the first side closed. The other side may still send.
  state: (): { first: Close | undefined } => ({ first: undefined }),
  withState: ["connectionEnd"],
  onClose: true,
  end(from, how, at, { connection, state }) {
    if (state.first !== undefined || connection.closedUnseen(other(from))) return;
    const open: Stream[] = [];
    // The other side had given the connection up before.
    const over = connection.endpoint(other(from)).goaways.some(isError);
    const { goaways, lastKept: last } = connection.endpoint(from);
    // Its error GOAWAY ended them, not the close; what it had named as not processed waits for nothing.
    const gaveUp = goaways.some(isError);
    for (const stream of over || gaveUp ? [] : connection.streams.values()) {
      if (stream.initiator !== from && stream.id > last) continue;
      // A request that the closing side had not received is lost to a race: health/idle-close-race.
      if (!stream.closed && !stream.reserved && stream.seen && !crossed(stream, from, at)) open.push(stream);
    }
    // Its answers may have gone by before the first of it was captured, which is this.
    const { started, seen } = connection.endpoint(from);
    state.first = { from, at: FrameRef.close(from, at), open, how: howOf(connection, from, how), unheard: !started && !seen };
  },
  connectionEnd({ state, report }) {
    if (state.first === undefined) return;
    const { from, at, open, how, unheard } = state.first;
    const killed = open.filter(({ server, client }) => server.endAt < 0 && server.resetAt < 0 && client.resetAt < 0);
    if (killed.length === 0) return;
    const severity = killed.every(({ initiator }) => initiator === from) ? "info" : "warning";
    const more = { severity, ...(unheard ? ({ because: "start2" } as const) : {}) } as const;
    const data = { how, count: killed.length, streams: listed(idsOf(killed)) };
    const awaited = from === "client" ? killed.find((stream) => waitOf(stream, at.time) !== undefined) : undefined;
    if (awaited === undefined) report(at, "killed", { side: from, ...data }, more);
    else report(at, "waited", { ...data, streamId: awaited.id, seconds: waitOf(awaited, at.time)! }, more);
  },
});

interface Close {
  readonly from: Side;
  readonly at: FrameRef;
  readonly open: readonly Stream[];
  readonly how: string;
  /** Of its direction nothing was captured before. */
  readonly unheard: boolean;
}

function howOf(connection: Connection, from: Side, how: EndReason): string {
  const goaway = connection.endpoint(from).goaways.at(-1);
  if (goaway === undefined) return how.toUpperCase();
  const said = connection.endpoint(from).goaways.find(({ debug }) => debug !== "")?.debug ?? "";
  return `GOAWAY(${errorCodeName(goaway.errorCode)}${said === "" ? "" : ` "${said}"`}), ${how.toUpperCase()}`;
}

const crossed = ({ opening, initiator }: Stream, closer: Side, at: Origin): boolean =>
  initiator !== closer && opening !== undefined && at.acked >= 0 && opening.end > at.acked;

export const goawayAbandoned = defineRule({
  id: "health/goaway-abandoned",
  meta: {
    title: "A client should wait for the streams that a GOAWAY keeps",
    severity: "warning",
    by: "client",
    spec: [{ rfc: 9113, section: "6.8" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["acks", "no-gap2"],
    decidable: "payload",
    messages: {
      closed:
        "the client closed the connection ({how}) {ms} ms after the server's GOAWAY(NO_ERROR), which keeps {count} streams, still to be answered: {streams}",
      reset:
        "the client reset {count} streams that the server's GOAWAY(NO_ERROR) keeps, which were still being answered ({streams}), and closed the connection ({how}) {ms} ms after it",
    },
    options: { ms: { default: 1000, unit: "ms", about: "from the GOAWAY to the close; info where it is longer" } },
    docs: {
      why: "GOAWAY(NO_ERROR) only says that the connection takes no more: up to its last id the server goes on. These calls fail, and may have taken effect.",
      fix: "Take no new requests to the connection, and close it when the last of its streams is over. GOAWAY(NO_ERROR) is no error.",
    },
  },
  kinds: ["rst-stream"],
  from: "client",
  // What the client had got of the server's octets when it reset a stream.
  state: (): { closed: Abandoned | undefined; readonly reset: Map<number, number> } => ({ closed: undefined, reset: new Map() }),
  frame(frame, _stream, context) {
    const goaway = context.connection.server.goaways.at(-1);
    // What crossed it is none of this.
    if (goaway === undefined || frame.first.acked < goaway.endOffset) return;
    const { reset } = context.state;
    if (reset.size < RESETS) reset.set(frame.streamId, frame.first.acked);
  },
  onClose: true,
  end(from, how, at, context) {
    const { client, server, streams } = context.connection;
    // The server may have closed first, unseen.
    if (from !== "client" || server.end !== undefined || context.connection.closedUnseen("server")) return;
    const goaway = server.goaways.at(-1);
    if (goaway === undefined || at.acked < goaway.endOffset || at.time - goaway.time > LONG) return;
    if (server.goaways.some(isError) || client.goaways.some(isError)) return;
    const kept: Stream[] = [];
    for (const stream of streams.values()) {
      const had = context.state.reset.get(stream.id);
      const isOver = stream.server.over && !(had !== undefined && had < stream.server.endAt);
      if (!stream.seen || stream.initiator !== "client" || stream.id > server.lastKept || isOver) continue;
      if (stream.client.resetAt < 0 || had !== undefined) kept.push(stream);
    }
    const ms = Math.round((at.time - goaway.time) / 1e6);
    // Whoever waits may have had another reason to leave in the end.
    const severity = at.time - goaway.time > context.options.ms * 1e6 ? "info" : undefined;
    context.state.closed = { at: FrameRef.close(from, at), how: how.toUpperCase(), ms, kept, severity };
  },
  withState: ["connectionEnd"],
  // After a FIN it may have read on.
  connectionEnd({ state: { closed }, report }) {
    if (closed === undefined) return;
    const { at, how, ms, severity } = closed;
    const isReset = closed.kept.every(({ client }) => client.resetAt >= 0);
    const kept = closed.kept
      .filter(({ client, server }) => isReset || (server.endAt < 0 && client.resetAt < 0))
      .map(({ id }) => id);
    if (kept.length === 0) return;
    const data = { how, ms, count: kept.length, streams: listed(kept) };
    report(at, isReset ? "reset" : "closed", data, severity === undefined ? {} : { severity });
  },
});

interface Abandoned {
  readonly at: FrameRef;
  readonly how: string;
  readonly ms: number;
  readonly kept: readonly Stream[];
  readonly severity: "info" | undefined;
}

// Nanoseconds: who leaves later does not do it for the GOAWAY.
const LONG = 60e9;

export const idleCloseRace = defineRule({
  id: "health/idle-close-race",
  meta: {
    title: "A connection should not be closed just as it is used",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "9.1" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["acks", "no-gap2"],
    decidable: "block",
    messages: {
      crossed: "the server's {how} crossed the request on stream {streamId}, after {ms} ms in which it had sent nothing",
      delivered: "the client sent the request on stream {streamId} when the server's FIN had arrived {ms} ms before",
    },
    docs: {
      why: "The request is lost, though the connection looked alive when it was sent; it is safe to send it again only if it may be repeated.",
      fix: "Let the client close idle connections before the server does; let the server send GOAWAY(NO_ERROR) some time before it closes.",
    },
  },
  when: { bits: FieldBit.requestPseudo, roles: ["request"], from: "client" },
  // There once the server has closed: before that no request can cross it.
  state: () => ({ closed: true }),
  withState: ["judge"],
  // The model reports requests that cross a close before it or after it, as they were captured.
  judge(subject, _stream, { connection, report }) {
    const { end, lastAt } = connection.server;
    if (end === undefined || subject.first.acked < 0) return;
    const { streamId } = subject;
    // A FIN counts for one octet; RST_STREAM and RST have none that could be acknowledged.
    if (end.how === "fin" && subject.first.acked > end.at.offset) {
      const ms = Math.round((subject.first.time - end.at.time) / 1e6);
      report(subject, "delivered", { streamId, ms });
    } else if (!errorBefore(connection) && streamId <= connection.server.lastKept) {
      const ms = Math.round((end.at.time - lastAt.time) / 1e6);
      report(FrameRef.close("server", end.at), "crossed", { how: end.how.toUpperCase(), streamId, ms });
    }
  },
  onClose: true,
  end(from, how, at, context) {
    if (from !== "server" || !context.state.closed) return;
    const { connection, report } = context;
    if (isClosed(connection.client.end?.how) || errorBefore(connection)) return;
    // What a GOAWAY has left out is lost to that.
    const { lastKept } = connection.server;
    for (const stream of connection.streams.values()) {
      if (stream.initiator !== "client" || stream.closed || !stream.seen || stream.id > lastKept || !crossed(stream, from, at))
        continue;
      const ms = Math.round((at.time - connection.server.lastAt.time) / 1e6);
      report(FrameRef.close(from, at), "crossed", { how: how.toUpperCase(), streamId: stream.id, ms }, { stream });
      return;
    }
  },
});

// Then the close is the end of a connection error, and no race.
const errorBefore = (connection: Connection): boolean => connection.server.goaways.some(isError);

export const halfOpen = defineRule({
  id: "health/half-open",
  meta: {
    title: "A connection that one side has closed should not be used for long",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "9.1" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["no-gap2"],
    decidable: "payload",
    messages: { goes: "the {side} sent FIN, and the {peer} went on sending messages for {seconds} s" },
    options: { ms: { default: 5000, unit: "ms", about: "from the FIN to the last HEADERS or DATA" } },
    docs: {
      why: "Few endpoints read after they have sent FIN: most likely nobody gets those bytes.",
      fix: "Close the connection when the other side does, after the streams that it still awaits.",
    },
  },
  connections: ConnectionBit.closed,
  connectionEnd({ connection, options, report }) {
    for (const side of ["client", "server"] as const) {
      const { end } = connection.endpoint(side);
      if (end?.how !== "fin") continue;
      const peer = other(side);
      let last = -1;
      for (const stream of connection.streams.values()) {
        const half = stream.half(peer);
        // What it opened itself came before its FIN.
        last = Math.max(last, half.lastData?.time ?? -1, half.endTime, stream.opening?.time ?? -1);
      }
      if (last - end.at.time < options.ms * 1e6) continue;
      report(FrameRef.close(side, end.at), "goes", { side, peer, seconds: Math.round((last - end.at.time) / 1e9) });
    }
  },
});

export const tcpResetWithData = defineRule({
  id: "health/tcp-reset-with-data",
  meta: {
    title: "A connection should not be reset with input unread",
    severity: "info",
    by: "either",
    spec: [
      { rfc: 9113, section: "6.8" },
      { rfc: 9112, section: "9.6" },
    ],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["acks"],
    decidable: "payload",
    messages: {
      reset: "the {side} reset TCP, and sent no frame behind the last {octets} bytes of the other side: some may be unread{lost}",
    },
    docs: {
      why: "A TCP stack that closes with unread input sends RST. The other side's TCP may then discard what it had received, even a GOAWAY.",
      fix: "Shut down the sending side first, read until the other side closes, then close.",
    },
  },
  onClose: true,
  end(from, how, at, { connection, report }) {
    if (how !== "rst") return;
    const own = connection.endpoint(from);
    const peer = connection.endpoint(other(from));
    if (own.horizon < 0 || peer.frames === 0) return;
    const octets = peer.lastAt.offset + 1 - own.horizon;
    if (octets <= 0) return;
    const goaway = own.goaways.at(-1);
    const lost = goaway === undefined ? "" : `; its GOAWAY(${errorCodeName(goaway.errorCode)}) may be lost`;
    report(FrameRef.close(from, at), "reset", { side: from, octets, lost });
  },
});

const isClosed = (how: EndReason | undefined): boolean => how === "fin" || how === "rst";

// Streams that are remembered.
const RESETS = 1000;

const idsOf = (streams: readonly Stream[]): number[] => streams.map(({ id }) => id);
