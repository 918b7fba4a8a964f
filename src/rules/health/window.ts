import type { Connection } from "../../model/connection.ts";
import type { WindowView } from "../../model/flow-window.ts";
import { StreamBit } from "../../model/stream.ts";
import { connectionWindow, streamWindow, unreturnedOctets } from "../../model/window-stall.ts";
import { other, type Side } from "../../place.ts";
import { defineRule } from "../rule.ts";
import { WalkBudget } from "../walk-budget.ts";

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
        "the {holder} did not give back {octets} bytes of the connection's window over {sent} bytes of DATA, while {resets} streams were reset: {each} bytes each",
    },
    options: { octets: { default: 1 << 20, unit: "bytes", about: "DATA over which the loss grows" } },
    docs: {
      why: "Each reset stream takes some of the connection's window with it; in the end all streams stand still.",
      fix: "Count DATA of streams that were reset as consumed, and send WINDOW_UPDATE on stream 0 for them.",
    },
  },
  kinds: ["window-update"],
  // Of what a side sends.
  ended: { streams: StreamBit.unended },
  state: (): Record<Side, Leak | undefined> => ({ client: undefined, server: undefined }),
  frame(frame, _stream, { connection, state, options, report }) {
    if (frame.streamId !== 0 || !frame.whole) return;
    const sender = other(frame.from);
    const { sent } = connection.endpoint(sender).window;
    const leak = (state[sender] ??= new Leak());
    leak.grant(connectionWindow(connection, sender) + frame.increment, sent, sender, connection);
    if (leak.resets === 0 || sent - leak.since < options.octets / PARTS) return;
    const loss = leak.endPart(sent);
    if (loss === undefined || leak.told) return;
    leak.told = true;
    report(frame, "leaks", { holder: frame.from, ...loss, each: Math.round(loss.octets / loss.resets) });
  },
  streamEnd(stream, context) {
    for (const sender of SIDES) {
      const { window, endAt } = stream.half(sender);
      if (endAt < 0 && window.sent > 0) (context.state[sender] ??= new Leak()).reset(window);
    }
  },
});

/** What a connection's window lost to streams that were reset. What its credit lacks, beside what open streams hold, is the most that was
 *  ever available, less what is available now and what their receivers have not given back. A receiver that forgets nothing brings that near
 *  0 again and again; of one that forgets, the least grows from part to part of the DATA. */
class Leak {
  told = false;
  /** DATA octets sent when this part began. */
  since = 0;
  /** Streams reset so far with DATA sent, and their octets that were not given back. */
  resets = 0;
  #unreturned = 0;
  /** The most that was ever available. */
  #most = INITIAL_WINDOW;
  /** The least that lacked in this part. */
  #lacks = Infinity;
  readonly #parts: Part[] = [];
  readonly #walks = new WalkBudget();

  /** A stream that `sender` had not ended is over. */
  reset({ sent, granted }: WindowView): void {
    this.resets++;
    this.#unreturned += Math.max(sent - granted, 0);
  }

  /** A grant makes so much available to `sender`, who has sent so much. */
  grant(available: number, sent: number, sender: Side, connection: Connection): void {
    if (available > this.#most) this.#most = available;
    if (this.resets === 0) this.since = sent;
    else if (this.#walks.isDue(connection)) {
      this.#lacks = Math.min(this.#lacks, this.#most - available - unreturnedOctets(connection, sender));
    }
  }

  /** @returns What was lost over the last parts, if it grew in each of them, and by what their resets left: a good part of it, no more. */
  endPart(sent: number): { octets: number; sent: number; resets: number } | undefined {
    const parts = this.#parts;
    const last = { lacks: this.#lacks, resets: this.resets, unreturned: this.#unreturned, sent };
    parts.push(last);
    this.#lacks = Infinity;
    this.since = sent;
    if (parts.length <= PARTS) return undefined;
    const grows = parts.every((part, i) => i === 0 || grew(parts[i - 1]!, part));
    const first = parts.shift()!; // there are more
    const octets = last.lacks - first.lacks;
    const left = last.unreturned - first.unreturned;
    if (!grows || octets > left || octets * 2 < left) return undefined;
    return { octets, sent: sent - first.sent, resets: last.resets - first.resets };
  }
}

interface Part {
  readonly lacks: number;
  readonly resets: number;
  readonly unreturned: number;
  readonly sent: number;
}

const grew = (before: Part, after: Part): boolean => after.resets > before.resets && after.lacks > before.lacks;

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
        "stream {streamId} carried {rate} bytes/s for {ms} ms, and its window of {window} bytes allows {ceiling} at a round trip of {rtt} ms",
      connection:
        "the connection carried {rate} bytes/s for {ms} ms, and its window of {window} bytes allows {ceiling} at a round trip of {rtt} ms",
    },
    options: {
      ms: { default: 1000, unit: "ms", about: "how long" },
      share: { default: 70, unit: "percent", about: "of the rate that the window allows" },
      rtt: { default: 1, unit: "ms", about: "shorter round trips are ignored" },
    },
    docs: {
      why: "The sender waits for WINDOW_UPDATE in each round trip, however fast the network is.",
      fix: "Announce windows of at least bandwidth times round trip, or let them grow as the measured product does.",
    },
  },
  kinds: ["window-update"],
  // By stream; 0: the connection.
  ended: { withState: true },
  state: (): Record<Side, Map<number, Span> | undefined> => ({ client: undefined, server: undefined }),
  frame(frame, stream, context) {
    const { connection, options } = context;
    const { roundTrip } = connection.flow;
    if (roundTrip < options.rtt * 1e6 || !frame.whole) return;
    const sender = other(frame.from);
    const whole = frame.streamId === 0;
    if (!whole && (stream === undefined || stream.half(sender).over)) return;
    const { sent } = whole ? connection.endpoint(sender).window : stream!.half(sender).window;
    const spans = (context.state[sender] ??= new Map<number, Span>());
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
    span.since = now;
    span.sent = sent;
    // A rate above what the window allows shows that the round trip, or the window, is another than it seems.
    if (rate * 100 < ceiling * options.share || rate > ceiling * ABOVE) return;
    const rtt = Math.round(roundTrip / 1e5) / 10;
    const data = { rate: Math.round(rate), ms: Math.round(took / 1e6), window, ceiling: Math.round(ceiling), rtt };
    if (whole) context.report(frame, "connection", data, { fold: "" });
    else context.report(frame, "stream", { streamId: frame.streamId, ...data }, { fold: "" });
  },
  streamEnd(stream, { state: { client, server } }) {
    client?.delete(stream.id);
    server?.delete(stream.id);
  },
});

interface Span {
  since: number;
  /** DATA octets sent until then. */
  sent: number;
  /** The most that was available at once. */
  window: number;
}

const SIDES = ["client", "server"] as const;
// RFC 9113 6.9.2.
const INITIAL_WINDOW = 65_535;
const PARTS = 4;
const SPANS = 1000;
const ABOVE = 1.2;
