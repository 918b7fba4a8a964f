import { u16, u32 } from "../bytes.ts";
import type { Frame } from "../http2/frame.ts";
import { Setting } from "../http2/setting.ts";
import type { FrameRef } from "./frame-ref.ts";

/** The settings that one side announces (RFC 9113 6.5). Each frame binds the other side from that side's acknowledgment on; between
 *  its arrival and the acknowledgment the other side may act on either value, so the more permissive one counts. */
export class AnnouncedSettings {
  #pending: PendingSettings[] | undefined = undefined;
  /** Frames without ACK so far. */
  frames = 0;
  /** The first of them. */
  first: FrameRef | undefined = undefined;
  acknowledged = 0;
  #inForce: Map<number, number> | undefined = undefined;
  /** The same of those that are asked for with each frame, and initial values; shared until one is acknowledged. */
  #binding = INITIAL;
  /** Settings in the pending frames. */
  #entries = 0;
  /** Frames that were too many to be among the pending ones; they came after those. What they announced may bind, or not yet. */
  #untracked = 0;
  /** There were such frames: what holds is a guess in the other side's favour, and values may have been lower. */
  overflowed = false;
  #untrackedLargest: Map<number, number> | undefined = undefined;
  #untrackedLast: Map<number, number> | undefined = undefined;

  /** Announced and not acknowledged yet, oldest first. */
  get pending(): readonly PendingSettings[] {
    return this.#pending ?? NONE_PENDING;
  }

  /** @param frame The frame that announces them. @param sound Nothing is wrong with it. */
  announce(endOffset: number, time: number, settings: readonly SettingEntry[], frame?: FrameRef, sound = true): void {
    this.first ??= frame;
    this.frames++;
    const entries = settings.length > FEW ? condensed(settings) : settings;
    if (this.#untracked > 0 || this.pending.length >= PENDING || (this.#entries > ENTRIES && this.pending.length > 0)) {
      this.#untracked++;
      this.overflowed = true;
      const largest = (this.#untrackedLargest ??= new Map());
      const latest = (this.#untrackedLast ??= new Map());
      for (const [id, value] of entries) {
        if (value >= (largest.get(id) ?? 0)) largest.set(id, value);
        latest.set(id, value);
      }
      return;
    }
    const announced: PendingSettings = { endOffset, time, entries, frame: sound ? frame : undefined };
    // Most connections have one at a time: an array grown by `push` has room for many.
    if (this.#pending === undefined || this.#pending.length === 0) this.#pending = [announced];
    else this.#pending.push(announced);
    this.#entries += entries.length;
  }

  /** An acknowledgment may be for a frame that is not among the pending ones. */
  get owesUntracked(): boolean {
    return this.pending.length === 0 && this.#untracked > 0;
  }

  /** The other side acknowledged the oldest pending frame. @returns That frame, where it is known. */
  acknowledge(): PendingSettings | undefined {
    const oldest = this.#pending?.shift();
    if (oldest === undefined) {
      this.#acknowledgeUntracked();
      return undefined;
    }
    this.acknowledged++;
    this.#entries -= oldest.entries.length;
    for (const [id, value] of oldest.entries) this.#bind(id, value);
    return oldest;
  }

  // The most permissive of what they announced stays.
  #acknowledgeUntracked(): void {
    if (this.#untracked === 0) return;
    this.acknowledged++;
    if (--this.#untracked > 0) return;
    for (const [id, value] of this.#untrackedLargest ?? []) {
      const before = this.inForce(id);
      if (before !== undefined && value > before) this.#bind(id, value);
    }
    this.#untrackedLargest = this.#untrackedLast = undefined;
  }

  #bind(id: number, value: number): void {
    (this.#inForce ??= new Map()).set(id, value);
    if (id >= INITIAL.length) return;
    if (this.#binding === INITIAL) this.#binding = INITIAL.slice();
    this.#binding[id] = value;
  }

  /** The value that binds the other side by its acknowledgment, or the initial one; undefined: no limit, or unknown setting. */
  inForce(id: number): number | undefined {
    return id < this.#binding.length ? this.#binding[id] : this.#inForce?.get(id);
  }

  announced(id: number): number | undefined {
    const untracked = this.#untrackedLast?.get(id);
    if (untracked !== undefined) return untracked;
    for (let i = this.pending.length - 1; i >= 0; i--) {
      const value = last(this.pending[i]!.entries, id);
      if (value !== undefined) return value;
    }
    return this.#inForce?.get(id);
  }

  /** The largest value the other side may act on when it has received `horizon` octets; Infinity where there is no limit. */
  largest(id: number, horizon: number): number {
    let largest = this.inForce(id) ?? Infinity;
    if (this.pending.length === 0 && this.#untracked === 0) return largest;
    if (this.#untracked > 0) largest = Math.max(largest, this.#untrackedLargest?.get(id) ?? 0);
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
  /** Undefined where the frame is at fault. */
  readonly frame: FrameRef | undefined;
}

export type SettingEntry = readonly [id: number, value: number];

/** The settings of a frame, in order. */
export function settingsOf(frame: Frame): readonly SettingEntry[] {
  if (frame.end - frame.start < 6) return NO_ENTRIES;
  const entries: SettingEntry[] = [];
  for (let p = frame.start; p + 6 <= frame.end; p += 6) entries.push([u16(frame.bytes, p), u32(frame.bytes, p + 2)]);
  return entries;
}

/** The last value that a frame gives a setting. */
export function last(entries: readonly SettingEntry[], id: number): number | undefined {
  for (let i = entries.length - 1; i >= 0; i--) if (entries[i]![0] === id) return entries[i]![1];
  return undefined;
}

// Of each setting that has a meaning the largest value (of HEADER_TABLE_SIZE the lowest, too) and the last one, which stands last: all that is asked for.
function condensed(entries: readonly SettingEntry[]): SettingEntry[] {
  const kept: SettingEntry[] = [];
  for (const id of Object.values(Setting)) {
    const value = last(entries, id);
    if (value === undefined) continue;
    let largest = value;
    for (const [key, other] of entries) if (key === id && other > largest) largest = other;
    if (id === Setting.headerTableSize) {
      let lowest = value;
      for (const [key, other] of entries) if (key === id && other < lowest) lowest = other;
      if (lowest < value) kept.push([id, lowest]);
    }
    if (largest > value) kept.push([id, largest]);
    kept.push([id, value]);
  }
  return kept;
}

// Nobody leaves more unacknowledged, in frames and in settings; each frame of the other side is held against all of them.
const PENDING = 256;
const ENTRIES = 1000;
// Settings of a frame that are kept as they are.
const FEW = 16;

const NO_ENTRIES: readonly SettingEntry[] = [];
const NONE_PENDING: readonly PendingSettings[] = [];

// RFC 9113 6.5.2, RFC 8441 3. Without an entry: no limit (MAX_CONCURRENT_STREAMS, MAX_HEADER_LIST_SIZE).
const INITIAL: (number | undefined)[] = new Array<number | undefined>(Setting.noRfc7540Priorities + 1).fill(undefined);
INITIAL[Setting.headerTableSize] = 4096;
INITIAL[Setting.enablePush] = 1;
INITIAL[Setting.initialWindowSize] = 65_535;
INITIAL[Setting.maxFrameSize] = 16_384;
INITIAL[Setting.enableConnectProtocol] = 0;
