// One connection of the page's data, unpacked once it is looked at: columns as typed arrays, entries by lane in order of time.
import { kindName } from "../../../http2/frame.ts";
import { isAnswered } from "../../answer.ts";
import type { FindingEvent, FrameObject } from "../../event.ts";
import { between } from "../../style.ts";
import { sums, sumsBySide } from "../columns.ts";
import { type EndData, type GapData, type PageConnection, type PageData, pageKinds } from "../page-data.ts";
import { say } from "./say.ts";

export type PageFinding = FindingEvent;

export interface Lane {
  /** The stream; below zero: a summary. */
  readonly id: number;
  readonly request: string;
  readonly status: string;
  readonly grpcStatus: string;
  /** Entries, by time. */
  readonly entries: Int32Array;
  /** Severity of the worst finding about it; empty: none. */
  worst: string;
}

export interface FindingView {
  /** Into the findings of the page. */
  readonly index: number;
  readonly event: PageFinding;
  /** Of the frame at fault and of its answer; -1: not among the entries. */
  readonly entry: number;
  readonly answer: number;
  /** Nanoseconds since the session's first packet. */
  readonly time: number;
  /** Of a close that answers; undefined else. */
  readonly closed: number | undefined;
}

/** What a side may still send by the connection's window, after each frame that changes it. */
export interface WindowSteps {
  readonly entries: Int32Array;
  readonly left: Float64Array;
  readonly most: number;
}

export class ConnectionModel {
  readonly about: PageConnection;
  readonly count: number;
  readonly time: Float64Array;
  readonly packet: Float64Array;
  readonly offset: Float64Array;
  /** 0 client, 1 server. */
  readonly side: Uint8Array;
  /** Into `pageKinds`. */
  readonly kind: Uint8Array;
  /** Entries by time, and the place of each entry there. */
  readonly order: Int32Array;
  readonly rank: Int32Array;
  readonly lanes: readonly Lane[];
  readonly laneOf: Int32Array;
  readonly findings: readonly FindingView[];
  readonly gaps: readonly GapData[];
  readonly ends: readonly EndData[];
  /** Frames, span and octets of the entries that stand for many. */
  readonly many: ReadonlyMap<number, readonly [frames: number, span: number, octets: number]>;
  /** Nanoseconds of its last packet, or frame. */
  readonly until: number;
  readonly #page: PageData;
  #byOffset: Map<number, number> | undefined;
  #windows: readonly [WindowSteps, WindowSteps] | undefined;

  constructor(page: PageData, about: PageConnection) {
    const { columns } = about;
    this.#page = page;
    this.about = about;
    this.count = columns.kind.length;
    this.time = sums(columns.dTime);
    this.packet = sums(columns.dPacket);
    this.offset = sumsBySide(columns.dOffset, columns.kind);
    this.side = Uint8Array.from(columns.kind, (kind) => kind & 1);
    this.kind = Uint8Array.from(columns.kind, (kind) => kind >> 1);
    this.many = new Map(columns.many.map(([entry, ...rest]) => [entry, rest]));
    this.gaps = about.gaps;
    this.ends = about.ends;
    this.order = Int32Array.from({ length: this.count }, (_, i) => i);
    const { time } = this;
    if (time.some((value, i) => i > 0 && value < time[i - 1]!)) this.order.sort((a, b) => time[a]! - time[b]! || a - b);
    this.rank = new Int32Array(this.count);
    for (let i = 0; i < this.count; i++) this.rank[this.order[i]!] = i;
    const lanes = this.#lanes();
    this.lanes = lanes;
    this.laneOf = new Int32Array(this.count);
    for (const [index, lane] of lanes.entries()) for (const entry of lane.entries) this.laneOf[entry] = index;
    this.findings = page.findings.flatMap((event, index) => (event.connection === about.id ? [this.#finding(event, index)] : []));
    const streams = new Map(lanes.map((lane) => [lane.id, lane]));
    for (const { event } of this.findings) {
      const lane = streams.get(event.stream);
      if (lane !== undefined && (lane.worst === "" || (MILD[event.severity] ?? 9) < (MILD[lane.worst] ?? 9)))
        lane.worst = event.severity;
    }
    const last = this.count === 0 ? 0 : time[this.order[this.count - 1]!]!;
    this.until = Math.max(about.from + about.duration, last, ...this.ends.map((end) => end.time));
  }

  #lanes(): Lane[] {
    const { columns, lanes } = this.about;
    const { strings } = this.#page;
    const counts = new Map<number, number>();
    // Connection first, then streams as they first appear, then summaries by kind and side.
    const laneId = (entry: number) => (this.many.has(entry) ? -1 - columns.kind[entry]! : columns.stream[entry]!);
    counts.set(0, 0);
    for (const entry of this.order) {
      const id = laneId(entry);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const said = new Map(lanes.map(([id, ...texts]) => [id, texts.map((text) => strings[text]!)]));
    const byId = new Map<number, { entries: Int32Array; filled: number }>();
    for (const [id, count] of counts) byId.set(id, { entries: new Int32Array(count), filled: 0 });
    for (const entry of this.order) {
      const lane = byId.get(laneId(entry))!;
      lane.entries[lane.filled++] = entry;
    }
    return [...byId].map(([id, { entries }]) => {
      const [request = "", status = "", grpcStatus = ""] = said.get(id) ?? [];
      return { id, entries, request, status, grpcStatus, worst: "" };
    });
  }

  /** Nanoseconds of a report's time. */
  nanos(time: string): number {
    return between(this.about.start, time) + this.about.from;
  }

  /** @returns -1 where it is not among the entries. */
  entryOf({ from, offset, kind }: Pick<FrameObject, "from" | "offset" | "kind">): number {
    if (this.#byOffset === undefined) {
      this.#byOffset = new Map();
      for (let i = this.count; i-- > 0; ) if (!this.many.has(i)) this.#byOffset.set(this.offset[i]! * 2 + this.side[i]!, i);
    }
    const entry = this.#byOffset.get(offset * 2 + (from === "client" ? 0 : 1)) ?? -1;
    return entry >= 0 && kind !== "preface" && kind !== "close" && kind !== "stop" ? entry : -1;
  }

  #finding(event: PageFinding, index: number): FindingView {
    const { reaction } = event;
    const answered = isAnswered(reaction);
    const closed = answered && reaction.frame === undefined ? reaction.time : undefined;
    return {
      index,
      event,
      entry: this.entryOf(event.frame),
      answer: answered && reaction.frame !== undefined ? this.entryOf(reaction.frame) : -1,
      time: this.nanos(event.frame.time),
      closed: closed === undefined ? undefined : this.nanos(closed),
    };
  }

  name(entry: number): string {
    const kind = pageKinds[this.kind[entry]!]!;
    return kind === "http1" ? "HTTP/1.1" : kindName(kind);
  }

  text(entry: number): string {
    const text = this.#page.strings[this.about.columns.text[entry]!]!;
    const [, octets] = (pageKinds[this.kind[entry]!] === "data" && /^(\d+) bytes?$/.exec(text)) || [];
    return octets === undefined ? text : say.counted(octets, "byte", text);
  }

  stream(entry: number): number {
    return this.about.columns.stream[entry]!;
  }

  from(entry: number): "client" | "server" {
    return this.side[entry] === 0 ? "client" : "server";
  }

  /** Both directions' windows; undefined where frames are missing. RFC 9113 6.9.2: they begin at 65,535 octets. */
  get windows(): readonly [client: WindowSteps, server: WindowSteps] | undefined {
    if (!this.about.whole) return undefined;
    if (this.#windows === undefined) this.#windows = [this.#window(0), this.#window(1)];
    return this.#windows;
  }

  #window(side: 0 | 1): WindowSteps {
    const { columns } = this.about;
    const entries: number[] = [];
    const steps: number[] = [];
    let left = 65_535;
    let most = left;
    for (const entry of this.order) {
      const kind = pageKinds[this.kind[entry]!];
      if (kind === "data" && this.side[entry] === side) left -= columns.length[entry]!;
      else if (kind === "window-update" && this.side[entry] !== side && columns.stream[entry] === 0) {
        const { increment } = this.#page.details[columns.detail[entry]!]!;
        left += typeof increment === "number" ? increment : 0;
      } else continue;
      entries.push(entry);
      steps.push(left);
      most = Math.max(most, left);
    }
    return { entries: Int32Array.from(entries), left: Float64Array.from(steps), most };
  }
}

const MILD: Readonly<Record<string, number>> = { error: 0, warning: 1, info: 2 };
