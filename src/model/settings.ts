import { u16, u32 } from "../bytes.ts";
import type { Frame } from "../http2/frame.ts";
import { Setting } from "../http2/setting.ts";

/** The settings that one side announces (RFC 9113 6.5). Each frame binds the other side from that side's acknowledgment on; between
 *  its arrival and the acknowledgment the other side may act on either value, so the more permissive one counts. */
export class AnnouncedSettings {
  /** Announced and not acknowledged yet, oldest first. */
  readonly pending: PendingSettings[] = [];
  /** Frames without ACK so far. */
  frames = 0;
  acknowledged = 0;
  readonly #inForce = new Map<number, number>();
  /** Settings in the pending frames. */
  #entries = 0;

  announce(endOffset: number, time: number, entries: readonly SettingEntry[]): void {
    this.frames++;
    this.pending.push({ endOffset, time, entries });
    this.#entries += entries.length;
    // Nobody leaves so many unacknowledged; a flood must not grow without bound.
    while (this.pending.length > 1000 || (this.#entries > 10_000 && this.pending.length > 1)) this.acknowledge();
  }

  /** The other side acknowledged the oldest pending frame. */
  acknowledge(): PendingSettings | undefined {
    const oldest = this.pending.shift();
    if (oldest === undefined) return undefined;
    this.acknowledged++;
    this.#entries -= oldest.entries.length;
    for (const [id, value] of oldest.entries) this.#inForce.set(id, value);
    return oldest;
  }

  /** The value that binds the other side by its acknowledgment, or the initial one; undefined: no limit, or unknown setting. */
  inForce(id: number): number | undefined {
    return this.#inForce.get(id) ?? INITIAL[id];
  }

  announced(id: number): number | undefined {
    for (let i = this.pending.length - 1; i >= 0; i--) {
      const value = last(this.pending[i]!.entries, id);
      if (value !== undefined) return value;
    }
    return this.#inForce.get(id);
  }

  /** The largest value the other side may act on when it has received `horizon` octets; Infinity where there is no limit. */
  largest(id: number, horizon: number): number {
    let largest = this.inForce(id) ?? Infinity;
    for (const frame of this.pending) {
      // Frames after one that has not arrived have not either.
      if (frame.endOffset > horizon) break;
      for (const [key, value] of frame.entries) if (key === id && value > largest) largest = value;
    }
    return largest;
  }
}

export interface PendingSettings {
  readonly endOffset: number;
  readonly time: number;
  readonly entries: readonly SettingEntry[];
}

export type SettingEntry = readonly [id: number, value: number];

/** The settings of a frame, in order. */
export function settingsOf(frame: Frame): SettingEntry[] {
  const entries: SettingEntry[] = [];
  for (let p = frame.start; p + 6 <= frame.end; p += 6) entries.push([u16(frame.bytes, p), u32(frame.bytes, p + 2)]);
  return entries;
}

/** The last value that a frame gives a setting. */
export function last(entries: readonly SettingEntry[], id: number): number | undefined {
  for (let i = entries.length - 1; i >= 0; i--) if (entries[i]![0] === id) return entries[i]![1];
  return undefined;
}

// RFC 9113 6.5.2, RFC 8441 3. Without an entry: no limit (MAX_CONCURRENT_STREAMS, MAX_HEADER_LIST_SIZE).
const INITIAL: Readonly<Record<number, number>> = {
  [Setting.headerTableSize]: 4096,
  [Setting.enablePush]: 1,
  [Setting.initialWindowSize]: 65_535,
  [Setting.maxFrameSize]: 16_384,
  [Setting.enableConnectProtocol]: 0,
};
