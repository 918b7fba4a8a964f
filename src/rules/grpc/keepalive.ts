import { hex, latin1 } from "../../bytes.ts";
import { grpcKind } from "../../grpc/call.ts";
import { bandwidthPings, CertainPingStrikes, PingStrikes, StrictPingStrikes } from "../../grpc/ping-strikes.ts";
import { ErrorCode } from "../../http2/error-code.ts";
import type { Frame } from "../../http2/frame.ts";
import { knewMore } from "../../model/causality.ts";
import type { Connection } from "../../model/connection.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { timerOf } from "../../model/timer.ts";
import { other, type Side } from "../../place.ts";
import { MS, SECOND } from "../../time.ts";
import { durationText } from "../duration.ts";
import { hasOpenStream } from "../open-stream.ts";
import { defineRule } from "../rule.ts";
import { WalkBudget } from "../walk-budget.ts";

const spec = [{ document: "gRFC A8", section: "Server Enforcement" }] as const;

export const keepaliveTooFrequent = defineRule({
  id: "grpc/keepalive-too-frequent",
  meta: {
    title: "A client must not send keepalive PINGs more often than servers allow",
    severity: "warning",
    by: "client",
    spec,
    expect: { scope: "connection", codes: ["ENHANCE_YOUR_CALM"], optional: true },
    needs: ["start", "no-gap2"],
    decidable: "payload",
    messages: {
      frequent:
        "{strikes} PINGs in a row came sooner than {interval} s after the one before, without DATA or HEADERS of the server between; a server with default settings closes the connection at the third",
      counted:
        "the client sent {pings} PINGs in {time} before the server said too_many_pings: servers may count each, whether it keeps the connection alive or measures the round trip, and though they sent DATA or HEADERS between",
    },
    options: {
      interval: { default: 300_000, unit: "ms", about: "shortest time between PINGs" },
      idle: { default: 7_200_000, unit: "ms", about: "the same while no stream is open" },
      strikes: { default: 2, unit: "PINGs", about: "how many may come too soon" },
    },
    docs: {
      why: "A server with default settings sends GOAWAY with too_many_pings, and all calls of the connection end.",
      fix: "Raise the client's keepalive time, or permit it at the server (keepalive enforcement policy).",
    },
  },
  kinds: ["ping", "goaway"],
  state: () => ({
    strikes: new PingStrikes(),
    strict: new StrictPingStrikes(),
    certain: new CertainPingStrikes(),
    latest: undefined as FrameRef | undefined,
    interval: 0,
    walks: new WalkBudget(),
    isGrpc: false,
    // Whatever they are for, and those of them that came soon after the one before.
    pings: 0,
    soon: 0,
    first: undefined as FrameRef | undefined,
    last: undefined as FrameRef | undefined,
  }),
  frame(frame, _stream, { state, report, options, connection }) {
    if (!frame.whole) return;
    const { strikes, strict, latest } = state;
    if (frame.kind === "goaway") {
      // A server that counts more strictly says which PING was the last it took.
      if (frame.from !== "server" || strikes.strikes > options.strikes) return;
      if (!isTooManyPings(frame) || knewMore(frame, connection)) return;
      if (latest !== undefined && strict.strikes > options.strikes) {
        report(latest, "frequent", { strikes: strict.strikes, interval: state.interval / 1000 }, { fold: "pings" });
        return;
      }
      const { pings, soon, first, last, certain } = state;
      if (first === undefined || last === undefined || soon < options.strikes) return;
      // No server may count those: the server's fault.
      if (certain.apart > 0 && isUnjustified(certain)) return;
      report(last, "counted", { pings, time: durationText(last.time - first.time) }, { fold: "pings" });
      return;
    }
    if (frame.from === "server" && frame.ack) state.certain.acknowledged(connection.server.contentFrames);
    if (frame.from !== "client" || frame.ack) return;
    const shortest = (hasOpenStream(connection) ? options.interval : options.idle) * 1e6;
    state.pings++;
    state.certain.ping(frame.last.time, connection.flow.firstTime, connection.server.contentFrames, shortest);
    if (state.last !== undefined && frame.last.time - state.last.time < shortest) state.soon++;
    state.last = FrameRef.of(frame);
    state.first ??= state.last;
    if (bandwidthPings.has(hex(frame.bytes, frame.start, frame.end))) return;
    strikes.ping(frame.last.time, connection.server.contentFrames, shortest);
    strict.ping(frame.last.time, connection.flow.firstTime, connection.server.contentFrames, shortest);
    state.latest = state.last;
    state.interval = shortest / 1e6;
    if (strikes.strikes <= options.strikes || knewMore(frame, connection)) return;
    if (state.walks.isDue(connection)) state.isGrpc = isGrpc(connection);
    if (!state.isGrpc) return;
    report(frame, "frequent", { strikes: strikes.strikes, interval: shortest / 1e9 }, { fold: "pings" });
  },
});

export const tooManyPingsUnjustified = defineRule({
  id: "grpc/too-many-pings-unjustified",
  meta: {
    title: "A server says too_many_pings only when there were too many",
    severity: "warning",
    by: "server",
    spec,
    expect: { scope: "connection", codes: [] },
    needs: ["start2", "no-gap2"],
    decidable: "payload",
    messages: {
      few: "the server closes the connection with too_many_pings after {pings} PINGs, {early} of them early by the defaults",
      between:
        "the server closes the connection with too_many_pings after {pings} PINGs, though it had sent DATA or HEADERS between {apart} of them and the one before: gRPC counts anew after those",
    },
    docs: {
      why: "The server is stricter than clients expect: their calls end with UNAVAILABLE through no fault of theirs.",
      fix: "Make the server's minimum time fit its clients' keepalive time. Where it counts on though it sends DATA, as libraries have done, update it.",
    },
  },
  kinds: ["ping", "goaway"],
  state: () => new CertainPingStrikes(),
  frame(frame, _stream, { state, report, connection }) {
    if (!frame.whole) return;
    const content = connection.server.contentFrames;
    if (frame.kind === "ping") {
      if (frame.from === "server" && frame.ack) state.acknowledged(content);
      if (frame.from !== "client" || frame.ack) return;
      const interval = hasOpenStream(connection) ? 300e9 : 7200e9;
      state.ping(frame.last.time, connection.flow.firstTime, content, interval);
      return;
    }
    if (frame.from !== "server" || !isTooManyPings(frame) || !isUnjustified(state)) return;
    if (knewMore(frame, connection)) return;
    const { pings, early, apart } = state;
    if (apart > 0) report(frame, "between", { pings, apart });
    else report(frame, "few", { pings, early });
  },
});

export const keepaliveTimeout = defineRule({
  id: "grpc/keepalive-timeout",
  meta: {
    title: "A connection was given up because a PING had no answer",
    severity: "warning",
    by: "either",
    spec: [{ document: "gRFC A8", section: "Client-side Keepalive" }],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["acks", "no-gap2"],
    decidable: "payload",
    messages: {
      timeout: "the {side} closes the connection {waited} s after a PING that was not answered",
      busy: "the {side} closes the connection {waited} s after a PING that was not answered, though the {peer} had got it and went on sending: no answer came in time",
    },
    options: {
      wait: { default: 20_000, unit: "ms", about: "how long a PING waits; less where a timer ends on open streams" },
    },
    docs: {
      why: "The other side, or the way to it, was dead, or too slow: calls that were open end with UNAVAILABLE.",
      fix: "Look at what the other side did from the PING on: a stopped process, a firewall that forgot the connection, DATA that filled a slow path. Give the PING more time.",
    },
  },
  kinds: ["ping"],
  // Those that had no answer when the latest came, and that one.
  state: () => ({ client: [] as FrameRef[], server: [] as FrameRef[] }),
  frame(frame, _stream, { connection, state }) {
    if (frame.ack || !frame.whole) return;
    const pings = state[frame.from];
    const open = connection.endpoint(frame.from).pings[0]?.endOffset ?? Infinity;
    while (pings.length > 0 && (pings[0]!.end < open || pings.length >= PINGS)) pings.shift();
    pings.push(FrameRef.of(frame));
  },
  withState: ["end"],
  onClose: true,
  end(from, _how, at, { state, report, options, connection }) {
    const oldest = connection.endpoint(from).pings[0];
    if (oldest === undefined) return;
    const wait = at.time - oldest.time;
    const isTimed = timerOf(wait) !== undefined || (isSeconds(wait) && isOnlyReason(from, oldest.time, at.time, connection));
    if (wait < options.wait * 1e6 && (!isTimed || !hasOpenStream(connection))) return;
    const ping = state[from].find(({ end }) => end === oldest.endOffset);
    if (ping === undefined || !isGrpc(connection)) return;
    const peer = other(from);
    const data = { side: from, waited: Math.round(wait / 1e7) / 100 };
    const { lastAt } = connection.endpoint(peer);
    // So long after the PING it had read it, too.
    const busy = lastAt.acked >= oldest.endOffset && lastAt.time - oldest.time > wait / 2;
    if (busy) report(ping, "busy", { ...data, peer });
    else report(ping, "timeout", data);
  },
});

const isTooManyPings = (frame: Frame): boolean =>
  frame.errorCode === ErrorCode.enhanceYourCalm && latin1(frame.bytes, frame.start, frame.end).includes("too_many_pings");

// The third strike is one too many.
const isUnjustified = ({ most }: CertainPingStrikes): boolean => most <= 2;

// A short time-out of a program, in which nothing at all came.
const isSeconds = (wait: number): boolean => {
  const seconds = Math.round(wait / SECOND);
  return seconds > 0 && seconds <= 3 && Math.abs(wait - seconds * SECOND) <= 50 * MS;
};

/** Nothing came since the PING, and no GOAWAY says that it closes for something else: grpc-go waits a second between the two. */
function isOnlyReason(from: Side, asked: number, closed: number, connection: Connection): boolean {
  const peer = connection.endpoint(other(from));
  const own = connection.endpoint(from);
  return peer.lastAt.time < asked && peer.goaways.length === 0 && own.goaways.every(({ time }) => closed - time <= 50 * MS);
}

const PINGS = 256;

// PINGs of other HTTP/2 are nobody's business here.
function isGrpc(connection: Connection): boolean {
  for (const stream of connection.streams.values()) if (grpcKind(stream) === "yes") return true;
  return false;
}
