// What is kept of one connection until the page is written.
import type { Origin } from "../../place.ts";
import type { EndData, FrameDetail, GapData } from "./page-data.ts";
import type { ShownBlock } from "./shown.ts";

export interface Lane {
  readonly id: number;
  request: string;
  status: string;
  grpcStatus: string;
}

/** The entries of one connection, in columns. */
export class Rows {
  readonly start: number;
  time: number[] = [];
  file: number[] = [];
  packet: number[] = [];
  kind: number[] = [];
  streams: number[] = [];
  offset: number[] = [];
  length: number[] = [];
  flags: number[] = [];
  text: string[] = [];
  detail: (FrameDetail | undefined)[] = [];
  block: (ShownBlock | undefined)[] = [];
  /** In base64. */
  payload: string[] = [];
  /** Characters of these. */
  octets = 0;
  lanes = new Map<number, Lane>();
  readonly gaps: GapData[] = [];
  readonly ends: EndData[] = [];
  /** Entries of the field block that each side has open. */
  readonly pending: [number[], number[]] = [[], []];
  folded = false;
  /** By kind and side, where they are folded. */
  readonly #summaries = new Map<number, Summary>();

  constructor(start: number) {
    this.start = start;
  }

  get count(): number {
    return this.time.length;
  }

  get summaries(): readonly Summary[] {
    return [...this.#summaries.values()];
  }

  stream(id: number): Lane {
    let lane = this.lanes.get(id);
    if (lane === undefined) this.lanes.set(id, (lane = { id, request: "", status: "", grpcStatus: "" }));
    return lane;
  }

  /** @returns Its index. */
  push(kind: number, at: Origin, offset: number, stream: number, length: number, flags: number): number {
    this.file.push(at.file);
    this.packet.push(at.packet);
    this.kind.push(kind);
    this.streams.push(stream);
    this.offset.push(offset);
    this.length.push(length);
    this.flags.push(flags);
    this.text.push("");
    this.detail.push(undefined);
    this.block.push(undefined);
    this.payload.push("");
    return this.time.push(at.time) - 1;
  }

  hide(at: number): void {
    if (at < this.count) this.payload[at] = "";
  }

  summarise(kind: number, time: number, packet: number, octets: number, left: { foldedFrames: number }): void {
    left.foldedFrames++;
    const before = this.#summaries.get(kind);
    if (before === undefined) this.#summaries.set(kind, { kind, time, packet, last: time, frames: 1, octets });
    else {
      before.frames++;
      before.octets += octets;
      before.time = Math.min(before.time, time);
      before.last = Math.max(before.last, time);
    }
  }

  /** Give up the entries for summaries. */
  fold(left: { foldedFrames: number }): void {
    for (let i = 0; i < this.count; i++) this.summarise(this.kind[i]!, this.time[i]!, this.packet[i]!, this.length[i]!, left);
    this.folded = true;
    this.lanes = new Map();
    this.time = [];
    for (const column of COLUMNS) this[column] = [];
  }
}

/** Frames of one kind and side that are reported together. */
export interface Summary {
  readonly kind: number;
  time: number;
  readonly packet: number;
  last: number;
  frames: number;
  octets: number;
}

const COLUMNS = ["file", "packet", "kind", "streams", "offset", "length", "flags", "text", "detail", "block", "payload"] as const;
