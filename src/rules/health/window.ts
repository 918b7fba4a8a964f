import { connectionWindow, streamWindow } from "../../model/window-stall.ts";
import { other, type Side } from "../../place.ts";
import { defineRule } from "../rule.ts";

// What the connection's credit lacks, beside what open streams hold: the most that was ever available, less what is available now and
// what their receivers have not given back. A receiver that forgets nothing brings it near 0 again and again.
export const connectionWindowLeak = defineRule({
  id: "health/connection-window-leak",
  meta: {
    title: "The connection's window should get back what reset streams had used",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.2.2" },
      { rfc: 9113, section: "6.9" },
    ],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["start2", "no-gap2"],
    decidable: "payload",
    messages: {
      leaks:
        "the {holder} did not give back {octets} octets of the connection's window over {sent} octets of DATA, while {resets} streams were reset: {each} octets each",
    },
    options: { octets: { default: 1 << 20, unit: "octets", about: "DATA over which the loss grows" } },
    docs: {
      why: "Each reset stream takes some of the connection's window with it; in the end all streams stand still.",
      fix: "Count DATA of streams that were reset as consumed, and send WINDOW_UPDATE on stream 0 for them.",
    },
  },
  kinds: ["window-update"],
  state: (): Record<Side, Leak> => ({ client: new Leak(), server: new Leak() }),
  frame(frame, _stream, { connection, state, options, report }) {
    if (frame.streamId !== 0 || !frame.whole) return;
    const sender = other(frame.from);
    const leak = state[sender];
    const { sent } = connection.endpoint(sender).window;
    const available = connectionWindow(connection, sender) + frame.increment;
    if (available > leak.most) leak.most = available;
    if (leak.resets === 0) {
      leak.since = sent;
      return;
    }
    let held = 0;
    for (const stream of connection.streams.values()) {
      const { window } = stream.half(sender);
      if (!stream.closed) held += Math.max(window.sent - window.granted, 0);
    }
    leak.lacks = Math.min(leak.lacks, leak.most - available - held);
    if (sent - leak.since < options.octets / PARTS) return;
    leak.parts.push({ lacks: leak.lacks, resets: leak.resets, reset: leak.reset, sent });
    leak.lacks = Infinity;
    leak.since = sent;
    if (leak.parts.length <= PARTS) return;
    const [first] = leak.parts;
    const last = leak.parts.at(-1)!;
    // In each part the least that lacked was more than in the part before, and streams were reset.
    const grows = leak.parts.every((part, i) => i === 0 || grew(leak.parts[i - 1]!, part));
    leak.parts.shift();
    const octets = last.lacks - first!.lacks;
    // As much as a good part of what the resets left, and no more than that.
    const left = last.reset - first!.reset;
    if (!grows || leak.told || octets > left || octets * 2 < left) return;
    leak.told = true;
    const resets = last.resets - first!.resets;
    const data = { holder: frame.from, octets, sent: last.sent - first!.sent, resets, each: Math.round(octets / resets) };
    report(frame, "leaks", data);
  },
  streamEnd(stream, { state }) {
    for (const sender of SIDES) {
      const { window, endAt } = stream.half(sender);
      if (endAt >= 0 || window.sent === 0) continue;
      const leak = state[sender];
      leak.resets++;
      leak.reset += Math.max(window.sent - window.granted, 0);
    }
  },
});

const grew = (before: Part, after: Part): boolean => after.resets > before.resets && after.lacks > before.lacks;

interface Part {
  readonly lacks: number;
  readonly resets: number;
  readonly reset: number;
  readonly sent: number;
}

class Leak {
  /** The most that was ever available. */
  most = INITIAL_WINDOW;
  /** The least that lacked in this part. */
  lacks = Infinity;
  /** DATA octets sent when this part began. */
  since = 0;
  /** Streams reset so far with DATA sent, and their octets that were not given back. */
  resets = 0;
  reset = 0;
  told = false;
  readonly parts: Part[] = [];
}

export const windowTooSmall = defineRule({
  id: "health/window-too-small",
  meta: {
    title: "A window should hold what one round trip can carry",
    severity: "info",
    by: "either",
    spec: [{ rfc: 9113, section: "6.9.2" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["settings", "acks"],
    decidable: "payload",
    messages: {
      stream:
        "stream {streamId} carried {rate} octets/s for {ms} ms, and its window of {window} octets allows {ceiling} at a round trip of {rtt} ms",
      connection:
        "the connection carried {rate} octets/s for {ms} ms, and its window of {window} octets allows {ceiling} at a round trip of {rtt} ms",
    },
    options: {
      ms: { default: 1000, unit: "ms", about: "how long" },
      share: { default: 70, unit: "percent", about: "of the rate that the window allows" },
      rtt: { default: 1, unit: "ms", about: "shorter round trips are not looked at" },
    },
    docs: {
      why: "The sender waits for WINDOW_UPDATE in each round trip, however fast the network is.",
      fix: "Announce windows of at least bandwidth times round trip, or let them grow as the measured product does.",
    },
  },
  kinds: ["window-update"],
  state: () => ({ client: new Map<number, Span>(), server: new Map<number, Span>() }),
  frame(frame, stream, { connection, state, options, report }) {
    const { roundTrip } = connection.flow;
    if (roundTrip < options.rtt * 1e6 || !frame.whole) return;
    const sender = other(frame.from);
    const whole = frame.streamId === 0;
    if (!whole && (stream === undefined || stream.half(sender).over)) return;
    const { sent } = whole ? connection.endpoint(sender).window : stream!.half(sender).window;
    const spans = state[sender];
    const span = spans.get(frame.streamId);
    const now = frame.last.time;
    const available =
      (whole ? connectionWindow(connection, sender) : streamWindow(connection, stream!, sender)) + frame.increment;
    if (span === undefined) {
      if (spans.size < SPANS) spans.set(frame.streamId, { since: now, sent, window: available });
      return;
    }
    if (available > span.window) span.window = available;
    const took = now - span.since;
    if (took < options.ms * 1e6) return;
    const ceiling = (span.window / roundTrip) * 1e9;
    const rate = ((sent - span.sent) / took) * 1e9;
    const { window } = span;
    spans.set(frame.streamId, { since: now, sent, window });
    // A rate above what the window allows shows that the round trip, or the window, is another than it seems.
    if (rate * 100 < ceiling * options.share || rate > ceiling * ABOVE) return;
    const rtt = Math.round(roundTrip / 1e5) / 10;
    const data = { rate: Math.round(rate), ms: Math.round(took / 1e6), window, ceiling: Math.round(ceiling), rtt };
    if (whole) report(frame, "connection", data, { fold: "" });
    else report(frame, "stream", { streamId: frame.streamId, ...data }, { fold: "" });
  },
  streamEnd(stream, { state }) {
    for (const side of SIDES) state[side].delete(stream.id);
  },
});

interface Span {
  readonly since: number;
  /** DATA octets sent until then. */
  readonly sent: number;
  /** The most that was available at once. */
  window: number;
}

const SIDES = ["client", "server"] as const;
// RFC 9113 6.9.2.
const INITIAL_WINDOW = 65_535;
const PARTS = 4;
const SPANS = 1000;
const ABOVE = 1.2;
