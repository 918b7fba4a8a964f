// Where the lanes of a connection stand, and its frames in them.
import { BrokenAxis } from "./broken-axis.ts";
import type { ConnectionModel, FindingView, Lane } from "./connection-model.ts";
import { say } from "./say.ts";
import { TimeCanvas } from "./time-canvas.ts";
import { upper } from "./upper.ts";

/** `time`: true to scale but for long waits; `order`: a frame a step, for bursts with long waits between them. */
export type Scale = "time" | "order";

export abstract class LaneLayout extends TimeCanvas {
  scale: Scale;
  selected = -1;
  finding: FindingView | undefined;
  protected readonly model: ConnectionModel;
  /** Lanes that are shown, and where each stands; -1: not shown. */
  protected shown: readonly number[] = [];
  /** Those that the filter leaves, in view or not. */
  #filtered: readonly number[] = [];
  protected readonly rowOf: Int32Array;
  /** Entries that are searched for; undefined: all. */
  protected match: Uint8Array | undefined;
  readonly #byTime: Float64Array;
  protected readonly hasWindows: boolean;
  protected readonly broken: BrokenAxis;

  constructor(model: ConnectionModel, describedBy: string) {
    super(say.text("Frames of connection {id}, one lane per stream", { id: model.about.id }), describedBy);
    this.model = model;
    this.rowOf = new Int32Array(model.lanes.length);
    this.#byTime = Float64Array.from(model.order, (entry) => model.time[entry]!);
    const { about, ends, until } = model;
    const happened = [...this.#byTime, ...ends.map(({ time }) => time), ...model.gaps.map(({ time }) => time)];
    const times = Float64Array.from(happened, (time) => time - about.from).sort();
    this.broken = new BrokenAxis(times, Math.max(until - about.from, 1000));
    this.scale = model.count <= 300 ? "order" : "time";
    this.hasWindows = (model.windows ?? []).some(({ entries }) => entries.length > 0);
  }

  filter(match: Uint8Array | undefined): void {
    this.match = match;
    const { lanes } = this.model;
    this.#filtered = [...lanes.keys()].filter(
      (index) => match === undefined || lanes[index]!.entries.some((entry) => match[entry] === 1),
    );
    this.layout();
    this.scrollTo(this.scroll);
  }

  /** Where there are more lanes than fit, only those that live in the time in view are shown. */
  protected layout(): void {
    const { lanes } = this.model;
    const all = this.#filtered.length * this.rowHeight <= this.height - this.top;
    this.shown = all ? this.#filtered : this.#filtered.filter((index) => lanes[index]!.id === 0 || this.#inView(lanes[index]!));
    this.rowOf.fill(-1);
    for (const [row, index] of this.shown.entries()) this.rowOf[index] = row;
    this.bound();
  }

  #inView({ entries }: Lane): boolean {
    const first = entries[0];
    if (first === undefined) return false;
    const [, span = 0] = this.model.many.get(first) ?? [];
    return this.place(first) <= this.b && (span > 0 || this.place(entries.at(-1)!) >= this.a);
  }

  protected get domain(): readonly [number, number] {
    const { count: entries, ends } = this.model;
    return this.scale === "order" ? [-0.5, entries - 0.5 + ends.length] : [0, this.broken.length];
  }

  protected override get least(): number {
    return this.scale === "order" ? 3 : 500;
  }

  protected get rows(): number {
    return this.shown.length;
  }

  /** Few lanes get more room for their texts. */
  protected get rowHeight(): number {
    const room = (this.height - this.top) / Math.max(this.#filtered.length, 1);
    return Math.round(Math.min(Math.max(room, 34), 60));
  }

  /** Of the client's or the server's line, from the top of its lane. */
  protected line(side: number): number {
    return Math.round(this.rowHeight * (side === 0 ? 0.32 : 0.7));
  }

  protected override get strip(): number {
    return this.model.count > 60 ? 30 : 0;
  }

  protected get top(): number {
    return this.strip + AXIS + (this.hasWindows ? 2 * BAND + 6 : 0) + 2;
  }

  place(entry: number): number {
    return this.scale === "order" ? this.model.rank[entry]! : this.broken.place(this.model.time[entry]! - this.model.about.from);
  }

  /** Of a time that is not a frame's. */
  placeOf(time: number): number {
    if (this.scale === "time") return this.broken.place(time - this.model.about.from);
    return upper(this.#byTime, (t) => t <= time) - 0.5;
  }

  setScale(scale: Scale): void {
    this.scale = scale;
    this.fit();
    if (this.selected >= 0) this.reveal(this.selected);
  }

  reveal(entry: number): void {
    this.show(this.place(entry));
    this.layout();
    const row = this.rowOf[this.model.laneOf[entry]!]!;
    if (row >= 0) this.showRow(row);
    this.ask();
  }

  override zoom(factor: number, x?: number): void {
    const chosen = this.selected >= 0 ? this.x(this.place(this.selected)) : -1;
    const inView = chosen > this.gutter && chosen < this.width;
    super.zoom(factor, x ?? (inView ? chosen : undefined));
  }

  /** Zoom so that a finding and its answer are both in sight. */
  frame(finding: FindingView): void {
    const at = finding.entry >= 0 ? this.place(finding.entry) : this.placeOf(finding.time);
    const end = this.answerPlace(finding) ?? at;
    const span = Math.abs(end - at);
    const tiny = span > 0 && span < (this.b - this.a) / 200;
    if (at < this.a || end < this.a || at > this.b || end > this.b || tiny) {
      const room = Math.max(span * 1.2, this.least * 4, this.scale === "order" ? 20 : 0);
      this.range(Math.min(at, end) - room, Math.max(at, end) + room);
    }
    if (finding.entry >= 0) this.reveal(finding.entry);
  }

  /** The next frame in its lane (`dx`), or the one nearest in time in the next lane (`dy`). */
  step(dx: number, dy: number): number {
    const { lanes, laneOf, rank, count: entries } = this.model;
    if (entries === 0) return -1;
    if (this.selected < 0) return this.#first();
    const lane = laneOf[this.selected]!;
    if (dx !== 0) {
      const own = lanes[lane]!.entries;
      let i = own.indexOf(this.selected);
      do i += dx;
      while (i >= 0 && i < own.length && !this.matches(own[i]!));
      return own[i] ?? this.selected;
    }
    const next = this.#filtered[this.#filtered.indexOf(lane) + dy];
    if (next === undefined) return this.selected;
    const own = lanes[next]!.entries;
    let nearest = -1;
    for (const entry of own)
      if (
        this.matches(entry) &&
        (nearest < 0 || Math.abs(rank[entry]! - rank[this.selected]!) < Math.abs(rank[nearest]! - rank[this.selected]!))
      )
        nearest = entry;
    return nearest < 0 ? this.selected : nearest;
  }

  #first(): number {
    return this.model.order.find((entry) => this.matches(entry)) ?? -1;
  }

  protected matches(entry: number): boolean {
    return this.match === undefined || this.match[entry] === 1;
  }

  protected answerPlace({ answer, closed }: FindingView): number | undefined {
    if (answer >= 0) return this.place(answer);
    return closed === undefined ? undefined : this.placeOf(closed);
  }
}

// Heights of the axis and of a side's window.
export const AXIS = 24;
export const BAND = 30;
