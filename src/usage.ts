import type { Limits } from "./limits.ts";

/** The most that a process held of what is bounded over all connections. Where several judge a share of the connections each, and all of
 *  them together stay within a bound, one process would not have reached it either. */
export class Usage {
  undecided = 0;
  frames = 0;
  streams = 0;
  closedStreams = 0;
  messages = 0;
  parked = 0;
  trials = 0;

  /** As the other, where that is more. */
  raise(other: Counts): void {
    for (const name of NAMES) this[name] = Math.max(this[name], other[name]);
  }

  /** Both at once. */
  add(other: Counts): void {
    for (const name of NAMES) this[name] += other[name];
  }

  get counts(): Counts {
    const { undecided, frames, streams, closedStreams, messages, parked, trials } = this;
    return { undecided, frames, streams, closedStreams, messages, parked, trials };
  }

  /** Which bound they would reach, if any. */
  beyond(limits: Limits): keyof Counts | undefined {
    const bounds: Readonly<Record<keyof Counts, number>> = {
      undecided: limits.undecidedTotal,
      frames: limits.frameOctetsTotal,
      streams: limits.streamsTotal,
      closedStreams: limits.closedStreamsTotal,
      messages: limits.messageOctetsTotal,
      parked: limits.tlsParkedOctets,
      trials: SEARCHES,
    };
    return NAMES.find((name) => this[name] > bounds[name]);
  }
}

// Trials of keys of TLS in all, but those that one search may need (tls/key-search.ts).
const SEARCHES = (1 << 18) - (1 << 15);

/** Numbers alone. */
export type Counts = Omit<Usage, "raise" | "add" | "counts" | "beyond">;

const NAMES = ["undecided", "frames", "streams", "closedStreams", "messages", "parked", "trials"] as const;
