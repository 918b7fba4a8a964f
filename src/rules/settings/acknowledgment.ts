import { ErrorCode } from "../../http2/error-code.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting, settingName } from "../../http2/setting.ts";
import { possiblyDelivered } from "../../model/causality.ts";
import type { Connection } from "../../model/connection.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import { other } from "../../place.ts";
import { MS, SECOND } from "../../time.ts";
import { absent, failsToAnswer } from "../absent.ts";
import { defineRule } from "../rule.ts";
import { must, says, should } from "../shapes/spec.ts";

export const ackMissing = defineRule({
  id: "settings/ack-missing",
  meta: {
    title: "SETTINGS must be acknowledged",
    severity: "error",
    by: "either",
    spec: [must("6.5"), must("6.5.3")],
    expect: { scope: "connection", codes: ["SETTINGS_TIMEOUT"], optional: true },
    needs: ["no-gap2", "acks", "end"],
    decidable: "payload",
    messages: {
      processed: "the {side} answered what came after a SETTINGS frame, but did not acknowledge the SETTINGS",
      delivered: "the {side} had received a SETTINGS frame and did not acknowledge it in {seconds} s",
    },
    docs: {
      why: "Without it the other side never knows which of its settings apply, and may close the connection.",
      fix: "Acknowledge every SETTINGS frame as soon as it is applied.",
    },
    options: { wait: { default: 10_000, unit: "ms", about: "How long the connection must live on without the acknowledgment" } },
  },
  connections: ConnectionBit.unacknowledged,
  connectionEnd({ connection, options, report }) {
    for (const side of ["client", "server"] as const) {
      for (const { frame: settings } of connection.endpoint(other(side)).settings.pending) {
        if (settings === undefined) continue;
        const how = failsToAnswer(connection, settings, options.wait) ?? timedOut(connection, settings);
        if (how === undefined) continue;
        const { subject, seconds } = absent(connection, settings);
        const more = { related: [{ frame: settings, role: "was not acknowledged", text: "" }], fold: "connection" };
        if (how === "processed") report(subject, "processed", { side }, more);
        else report(subject, "delivered", { side, seconds }, { ...more, severity: "warning" });
      }
    }
  },
});

// Its sender gave up for it, and the other side's TCP had it.
function timedOut(connection: Connection, { from, end }: FrameRef): "delivered" | undefined {
  const { goaways } = connection.endpoint(from);
  if (!goaways.some(({ errorCode }) => errorCode === ErrorCode.settingsTimeout)) return undefined;
  return connection.directionOf(from).acknowledged >= end ? "delivered" : undefined;
}

export const ackLate = defineRule({
  id: "settings/ack-late",
  meta: {
    title: "SETTINGS should be acknowledged at once",
    severity: "info",
    by: "either",
    spec: [says("6.5.3")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["acks"],
    decidable: "head",
    messages: { late: "the {side} acknowledged SETTINGS after {ms} ms; a round trip takes {roundTrip} ms at most" },
    docs: {
      why: "Until then the other side cannot rely on its settings; some close the connection with SETTINGS_TIMEOUT.",
      fix: "Look at what kept the reader busy.",
    },
    options: {
      late: { default: 1000, unit: "ms", about: "Acknowledgments that take longer are late, where five round trips are less" },
    },
  },
  kinds: ["settings"],
  settings: { ack: true },
  frame(frame, _stream, { connection, options, report }) {
    const { roundTrip } = connection;
    const oldest = frame.ack ? connection.endpoint(other(frame.from)).settings.pending[0] : undefined;
    if (oldest === undefined || roundTrip === undefined || !possiblyDelivered(oldest.endOffset, frame.first.acked)) return;
    const delay = frame.first.time - oldest.time - roundTrip;
    if (delay <= options.late * MS || delay <= 5 * roundTrip) return;
    const data = { side: frame.from, ms: Math.round(delay / MS), roundTrip: Math.ceil(roundTrip / MS) };
    report(frame, "late", data, { fold: "connection" });
  },
});

export const valueAppliedEarly = defineRule({
  id: "settings/value-applied-early",
  meta: {
    title: "A new setting applies from its acknowledgment on",
    severity: "info",
    by: "either",
    spec: [says("6.5.3")],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["settings", "acks"],
    decidable: "head",
    messages: {
      early: "DATA of {length} bytes on stream {streamId} fits only by {name} = {value}, which the {side} has not acknowledged",
    },
    docs: {
      why: "It is allowed, since the value has arrived. It explains why a window seems to be exceeded.",
      fix: "Write the acknowledgment before frames that use the new value.",
    },
  },
  when: { observed: Observation.settingAppliedEarly },
  judge(frame, _stream, { connection, report }) {
    const { from, length, streamId } = frame;
    const value = connection.endpoint(other(from)).settings.largest(Setting.initialWindowSize, frame.first.acked);
    const data = { length, streamId, name: settingName(Setting.initialWindowSize), value, side: from };
    report(frame, "early", data, { fold: "connection" });
  },
});

export const maxConcurrentZero = defineRule({
  id: "settings/max-concurrent-zero",
  meta: {
    title: "A server should allow no streams only for a short time",
    severity: "warning",
    by: "server",
    spec: [should("6.5.2")],
    expect: { scope: "connection", codes: [] },
    needs: ["settings"],
    decidable: "payload",
    messages: { zero: "the server allowed no streams for {seconds} s while the connection lived" },
    docs: {
      why: "The client can do nothing with the connection, and does not know that it should open another one.",
      fix: "Send GOAWAY instead of MAX_CONCURRENT_STREAMS = 0.",
    },
    options: { wait: { default: 10_000, unit: "ms", about: "How long a server may allow no streams" } },
  },
  // Since when, by the client's acknowledgment, and by which SETTINGS.
  state: (): { settings: FrameRef | undefined; since: number } => ({ settings: undefined, since: 0 }),
  kinds: ["settings"],
  settings: { ack: true },
  from: "client",
  frame(frame, _stream, context) {
    const applied = frame.ack ? context.connection.server.settings.pending[0] : undefined;
    const value = applied?.entries.findLast(([id]) => id === Setting.maxConcurrentStreams)?.[1];
    if (value === undefined || (value !== 0 && !context.hasState)) return;
    const { state, options, report } = context;
    if (value === 0 && state.settings !== undefined) return;
    const lasted = frame.first.time - state.since;
    if (state.settings !== undefined && lasted > options.wait * MS)
      report(state.settings, "zero", { seconds: Math.floor(lasted / SECOND) });
    state.settings = value === 0 ? applied?.frame : undefined;
    state.since = frame.first.time;
  },
  withState: ["connectionEnd"],
  connectionEnd({ connection, state, options, report }) {
    if (state.settings === undefined) return;
    // A server that says that it closes has said enough.
    const { goaways, lastAt } = connection.server;
    const until = goaways[0]?.time ?? Math.max(lastAt.time, connection.client.lastAt.time);
    const lasted = until - state.since;
    if (lasted > options.wait * MS) report(state.settings, "zero", { seconds: Math.floor(lasted / SECOND) });
  },
});
