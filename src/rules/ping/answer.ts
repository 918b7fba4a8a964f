import { answeredPing, pingPayload } from "../../model/causality.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other, type Side } from "../../place.ts";
import { MS } from "../../time.ts";
import { absent, failsToAnswer } from "../absent.ts";
import { defineRule } from "../rule.ts";
import { must, mustNot, says, should } from "../shapes/spec.ts";

export const ackMissing = defineRule({
  id: "ping/ack-missing",
  meta: {
    title: "PING must be answered",
    severity: "error",
    by: "either",
    spec: [must("6.7")],
    expect: { scope: "connection", codes: [] },
    needs: ["no-gap", "acks", "end"],
    decidable: "payload",
    messages: {
      processed: "the {side} answered what came after a PING, but not the PING",
      delivered: "the {side} had received a PING and did not answer it in {seconds} s",
    },
    docs: {
      why: "PING tests whether a connection still works; without an answer the other side closes it.",
      fix: "Answer every PING with the same eight bytes and the ACK flag, ahead of other frames.",
    },
    options: { wait: { default: 10_000, unit: "ms", about: "How long the connection must live on without the answer" } },
  },
  // PINGs of each side, newest last.
  state: (): Record<Side, FrameRef[]> => ({ client: [], server: [] }),
  kinds: ["ping"],
  frame(frame, _stream, { state }) {
    if (frame.ack || !frame.whole || frame.observations.count > 0) return;
    const pings = state[frame.from];
    pings.push(FrameRef.of(frame));
    if (pings.length > PINGS) pings.shift();
  },
  connections: ConnectionBit.pinged,
  connectionEnd({ connection, state, options, report }) {
    for (const side of ["client", "server"] as const) {
      const unanswered = new Set(connection.endpoint(other(side)).pings.map(({ endOffset }) => endOffset));
      for (const ping of state[other(side)]) {
        if (!unanswered.has(ping.end)) continue;
        const how = failsToAnswer(connection, ping, options.wait);
        if (how === undefined) continue;
        const related = [{ frame: ping, role: "was not answered", text: "" }];
        const more = { related, fold: "connection" };
        const { subject, seconds } = absent(connection, ping);
        if (how === "processed") report(subject, "processed", { side }, more);
        else report(subject, "delivered", { side, seconds }, { ...more, severity: "warning" });
      }
    }
  },
});

export const ackUnsolicited = defineRule({
  id: "ping/ack-unsolicited",
  meta: {
    title: "A PING acknowledgment should answer a PING",
    severity: "warning",
    by: "either",
    spec: [says("6.7")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["start2", "no-gap2", "acks"],
    decidable: "payload",
    messages: {
      unsolicited: "the {side} acknowledged a PING that had not reached it: no PING with these bytes was outstanding",
    },
    docs: {
      why: "Most implementations ignore it, some close the connection; it also hides which PING was answered.",
      fix: "Answer each PING once, with the bytes it carried.",
    },
  },
  kinds: ["ping"],
  frame(frame, _stream, { connection, report, uncheck }) {
    if (!frame.ack || !frame.whole || answeredPing(connection, frame) >= 0) return;
    if (connection.endpoint(other(frame.from)).pingsForgotten) uncheck("seen");
    else report(frame, "unsolicited", { side: frame.from });
  },
});

export const ackToAck = defineRule({
  id: "ping/ack-to-ack",
  meta: {
    title: "A PING acknowledgment must not be answered",
    severity: "error",
    by: "either",
    spec: [mustNot("6.7")],
    expect: { scope: "connection", codes: [] },
    needs: ["start2", "no-gap2", "acks"],
    decidable: "payload",
    messages: { answer: "the {side} answered a PING acknowledgment with another one" },
    docs: {
      why: "Two sides that do this never stop.",
      fix: "Look at the ACK flag before answering a PING.",
    },
  },
  // The octets each side sent in PINGs, and up to where in acknowledgments.
  state: (): Record<Side, Sent> => ({ client: new Sent(), server: new Sent() }),
  kinds: ["ping"],
  frame(frame, _stream, { connection, state, report, uncheck }) {
    if (!frame.whole) {
      state[frame.from].full = true;
      return;
    }
    const payload = pingPayload(frame);
    const own = state[frame.from];
    const theirs = state[other(frame.from)];
    if (frame.ack) {
      const acknowledged = theirs.acks.get(payload);
      const unsolicited = !theirs.pings.has(payload) && answeredPing(connection, frame) < 0;
      if (unsolicited && acknowledged !== undefined && acknowledged <= frame.first.acked) {
        if (theirs.full) uncheck("seen");
        else report(frame, "answer", { side: frame.from });
      }
    }
    own.add(payload, frame.ack, frame.last.offset + 1);
  },
});

class Sent {
  readonly pings = new Set<string>();
  /** Where the first acknowledgment with these octets ends. */
  readonly acks = new Map<string, number>();
  /** Not all are remembered. */
  full = false;

  add(payload: string, ack: boolean, endOffset: number): void {
    if (this.pings.size + this.acks.size >= PINGS) this.full = true;
    else if (!ack) this.pings.add(payload);
    else if (!this.acks.has(payload)) this.acks.set(payload, endOffset);
  }
}

export const slowAck = defineRule({
  id: "ping/slow-ack",
  meta: {
    title: "PING should be answered at once",
    severity: "info",
    by: "either",
    spec: [should("6.7")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["acks"],
    decidable: "payload",
    messages: { slow: "the {side} answered a PING after {ms} ms; a round trip takes {roundTrip} ms at most" },
    docs: {
      why: "The other side measures round trips with PING, and gives up a connection that does not answer in time.",
      fix: "Look at what kept the reader busy: a blocked event loop, a full write queue, a paused process.",
    },
    options: { late: { default: 1000, unit: "ms", about: "Answers that take longer are late, where five round trips are less" } },
  },
  kinds: ["ping"],
  frame(frame, _stream, { connection, options, report }) {
    const { roundTrip } = connection;
    const index = frame.ack && frame.whole && roundTrip !== undefined ? answeredPing(connection, frame) : -1;
    const ping = connection.endpoint(other(frame.from)).pings[index];
    if (ping === undefined || roundTrip === undefined) return;
    const delay = frame.first.time - ping.time - roundTrip;
    if (delay <= options.late * MS || delay <= 5 * roundTrip) return;
    const data = { side: frame.from, ms: Math.round(delay / MS), roundTrip: Math.ceil(roundTrip / MS) };
    report(frame, "slow", data, { fold: "connection" });
  },
});

const PINGS = 256;
