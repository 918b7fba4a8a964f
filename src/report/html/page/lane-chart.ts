// One connection: streams as lanes, frames as marks (client above, server below), arrows from faults to their answers, windows and gaps.
import { count, counted, duration, size } from "../../text.ts";
import { pageKinds } from "../page-data.ts";
import type { ConnectionModel, FindingView, Lane } from "./connection-model.ts";
import { LaneBands } from "./lane-bands.ts";
import { AXIS } from "./lane-layout.ts";
import { arrowHead, drawMark, drawSeverity } from "./marks.ts";
import { BOLD, FONT, SMALL } from "./palette.ts";
import { say } from "./say.ts";
import type { Hit } from "./time-canvas.ts";
import { upper } from "./upper.ts";

export interface LaneEvents {
  entry(entry: number): void;
  nothing(): void;
}

export class LaneChart extends LaneBands {
  readonly #events: LaneEvents;

  constructor(model: ConnectionModel, describedBy: string, events: LaneEvents) {
    super(model, describedBy);
    this.#events = events;
    this.filter(undefined);
    this.fit();
  }

  protected override sized(): void {
    if (this.selected >= 0) this.reveal(this.selected);
  }

  protected tip({ id }: Hit): readonly string[] {
    if (id < 0) return this.#laneTip(-1 - id);
    const { packet, time, about, many } = this.model;
    const stands = many.get(id);
    const name = this.model.name(id);
    const from = this.model.from(id);
    const at = duration(time[id]! - about.from);
    if (stands !== undefined)
      return [
        say.text("{n} {frame} from the {side}", { n: count(stands[0]), frame: name, side: say.text(from) }),
        `${duration(stands[1])}${say.text(", ")}${size(stands[2], say)}`,
      ];
    const found = this.model.findings.filter(({ entry }) => entry === id).map(({ event }) => `! ${event.rule}`);
    const stream = this.model.stream(id);
    return [
      say.text("{frame} from the {side}", { frame: stream === 0 ? name : `${name}[${stream}]`, side: say.text(from) }),
      this.model.text(id),
      `${say.text("packet {n}", { n: String(packet[id]) })}${say.text(", ")}${at}`,
      ...found,
    ].filter((line) => line !== "");
  }

  #laneTip(index: number): readonly string[] {
    const lane = this.model.lanes[index]!;
    if (lane.id <= 0) return [laneName(lane, this.model)];
    const status = statusText(lane);
    return [laneName(lane, this.model), lane.request, status, counted(say, lane.entries.length, "frame")].filter(
      (line) => line !== "",
    );
  }

  protected pick(hit: Hit | undefined, y: number): void {
    if (hit !== undefined && hit.id >= 0) this.#events.entry(hit.id);
    else if (hit !== undefined) {
      const first = this.model.lanes[-1 - hit.id]!.entries[0];
      if (first !== undefined) this.#events.entry(first);
    } else if (y > this.top) this.#events.nothing();
  }

  protected paint(): void {
    this.layout();
    const { c, palette } = this;
    const first = Math.max(Math.floor(this.scroll / this.rowHeight), 0);
    const last = Math.min(Math.ceil((this.scroll + this.height - this.top) / this.rowHeight), this.shown.length) - 1;
    c.save();
    c.beginPath();
    c.rect(0, this.top, this.width, this.height - this.top);
    c.clip();
    for (let row = first; row <= last; row++) this.#background(row);
    c.restore();
    this.axis();
    c.save();
    c.beginPath();
    c.rect(this.gutter, this.strip + AXIS, this.width - this.gutter, this.height);
    c.clip();
    this.breaks();
    this.#gaps();
    c.restore();
    c.save();
    c.beginPath();
    c.rect(0, this.top, this.width, this.height - this.top);
    c.clip();
    for (let row = first; row <= last; row++) this.#label(row);
    c.beginPath();
    c.rect(this.gutter - 8, this.top, this.width, this.height - this.top);
    c.clip();
    for (let row = first; row <= last; row++) this.#marks(row);
    this.#ends();
    this.#findings(first, last);
    this.#selection();
    c.restore();
    this.windows();
    this.wholeStrip();
    c.strokeStyle = palette.line;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(this.gutter - 9.5, this.strip);
    c.lineTo(this.gutter - 9.5, this.height);
    c.moveTo(0, this.top - 0.5);
    c.lineTo(this.width, this.top - 0.5);
    c.stroke();
  }

  #background(row: number): void {
    const { c, palette } = this;
    const lane = this.model.lanes[this.shown[row]!]!;
    const y = this.y(row);
    if (row % 2 === 1) {
      c.fillStyle = palette.stripe;
      c.fillRect(0, y, this.width, this.rowHeight);
    }
    const { entries } = lane;
    if (lane.id === 0 || entries.length === 0) return;
    // The stream's life.
    const from = Math.max(this.x(this.place(entries[0]!)), this.gutter);
    const many = this.model.many.get(entries[0]!);
    const end = many === undefined ? this.place(entries.at(-1)!) : this.placeOf(this.model.time[entries[0]!]! + many[1]);
    const to = Math.min(this.x(end), this.width);
    if (to < this.gutter || from > this.width) return;
    c.fillStyle = palette.band;
    c.beginPath();
    c.roundRect(from - 8, y + 3, Math.max(to - from, 0) + 16, this.rowHeight - 6, 6);
    c.fill();
  }

  #label(row: number): void {
    const { c, palette } = this;
    const index = this.shown[row]!;
    const lane = this.model.lanes[index]!;
    const y = this.y(row);
    const room = this.gutter - 18;
    this.hits.push({ x: 0, y, w: this.gutter - 10, h: this.rowHeight, id: -1 - index });
    const chosen = this.selected >= 0 && this.model.laneOf[this.selected] === index;
    if (chosen) {
      c.fillStyle = palette.focus;
      c.fillRect(0, y + 2, 3, this.rowHeight - 4);
    }
    const [upperLine, lowerLine] = [y + this.line(0), y + this.line(1)];
    let x = 10;
    if (lane.worst !== "") {
      c.fillStyle = lane.worst === "error" ? palette.error : lane.worst === "warning" ? palette.warning : palette.info;
      drawSeverity(c, lane.worst, x + 4, upperLine, 4.5);
      x += 13;
    }
    c.font = BOLD;
    c.fillStyle = palette.ink;
    const name = laneName(lane, this.model);
    const status = statusText(lane);
    this.clipped(name, x, upperLine, room - x + 10);
    x += Math.min(c.measureText(name).width, room);
    c.font = FONT;
    c.fillStyle = palette.dim;
    if (status !== "") {
      const width = c.measureText(status).width;
      if (x + width + 8 < room) c.fillText(status, room - width, upperLine);
    }
    c.font = SMALL;
    this.clipped(lane.id > 0 ? lane.request : counted(say, lane.entries.length, "frame"), 10, lowerLine, room - 10);
    c.font = FONT;
  }

  #marks(row: number): void {
    const lane = this.model.lanes[this.shown[row]!]!;
    const y = this.y(row);
    const { entries } = lane;
    const { side, kind, many } = this.model;
    const { c, palette } = this;
    if (many.has(entries[0] ?? -1)) {
      this.#summary(entries[0]!, y);
      return;
    }
    const last: [number, number] = [-1e9, -1e9];
    const labelled: [number, number] = [-1e9, -1e9];
    let i = upper(entries, (entry) => this.x(this.place(entry)) < this.gutter - 8);
    const quiet = this.match !== undefined;
    while (i < entries.length) {
      const entry = entries[i]!;
      const s = side[entry] as 0 | 1;
      let x = this.x(this.place(entry));
      if (x > this.width + 8) break;
      const middle = y + this.line(s);
      // Frames of one packet stand beside each other.
      if (x - last[s] < 9 && i > 0 && this.model.time[entry] === this.model.time[entries[i - 1]!] && x - last[s] > -60)
        x = last[s] + 10;
      else if (x - last[s] < 1.5) {
        // Nothing more would show on this pixel: on to the next one.
        const beyond = this.position(last[s] + 1.5);
        if (x - Math.max(last[0], last[1]) < 1.5 && Math.min(last[0], last[1]) > x - 1.5) {
          i = Math.max(
            upper(entries, (e) => this.place(e) < beyond, i),
            i + 1,
          );
        } else i++;
        continue;
      }
      last[s] = x;
      c.fillStyle = c.strokeStyle = s === 0 ? palette.client : palette.server;
      if (quiet && !this.matches(entry)) c.globalAlpha = 0.2;
      drawMark(c, pageKinds[kind[entry]!]!, s === 1, x, middle, 5);
      c.globalAlpha = 1;
      this.hits.push({ x: x - 7, y: middle - 7, w: 14, h: 13, id: entry });
      this.#markText(entries, i, x, middle, s, labelled);
      i++;
    }
  }

  /** The frame's name, where it has room up to the next mark of its side. */
  #markText(entries: Int32Array, i: number, x: number, y: number, s: 0 | 1, labelled: [number, number]): void {
    let next = this.x(this.scale === "order" && this.model.stream(entries[i]!) === 0 ? this.model.count : Infinity);
    next = Math.min(next, this.width);
    const { side, time } = this.model;
    for (let j = i + 1, looked = 0; j < entries.length && looked < 6; j++, looked++) {
      if (side[entries[j]!] !== s) continue;
      next = time[entries[j]!] === time[entries[i]!] && this.scale === "time" ? x : this.x(this.place(entries[j]!));
      break;
    }
    const room = next - x - 18;
    if (room < 26 || x < labelled[s]) return;
    const { c, palette } = this;
    c.font = SMALL;
    c.fillStyle = palette.dim;
    const entry = entries[i]!;
    const name = this.model.name(entry);
    const text = this.model.text(entry);
    const full = text === "" ? name : `${name}  ${text}`;
    if (c.measureText(name).width <= room) this.clipped(full, x + 11, y, room);
    labelled[s] = x;
    c.font = FONT;
  }

  #summary(entry: number, y: number): void {
    const { c, palette } = this;
    const [frames, span, octets] = this.model.many.get(entry)!;
    const from = this.x(this.place(entry));
    const to = Math.max(this.x(this.placeOf(this.model.time[entry]! + span)), from + 6);
    c.fillStyle = this.model.side[entry] === 0 ? palette.client : palette.server;
    c.globalAlpha = 0.35;
    c.fillRect(from, y + 8, to - from, this.rowHeight - 16);
    c.globalAlpha = 1;
    c.fillStyle = palette.ink;
    const x = Math.max(from, this.gutter) + 8;
    this.clipped(
      say.text("{frames} frames, {bytes}", { frames: count(frames), bytes: size(octets, say) }),
      x,
      y + this.rowHeight / 2,
      this.width - x,
    );
    this.hits.push({ x: from, y: y + 8, w: to - from, h: this.rowHeight - 16, id: entry });
  }

  #ends(): void {
    const { c, palette } = this;
    const row = this.rowOf[0]!;
    if (row < 0) return;
    for (const [i, { side, how, time }] of this.model.ends.entries()) {
      const x = this.x(this.scale === "order" ? this.model.count + i : this.placeOf(time));
      const y = this.y(row) + this.line(side);
      c.fillStyle = c.strokeStyle = side === 0 ? palette.client : palette.server;
      c.lineWidth = 2;
      c.beginPath();
      c.moveTo(x, y - 6);
      c.lineTo(x, y + 6);
      c.stroke();
      c.font = SMALL;
      const text = how.toUpperCase();
      const width = c.measureText(text).width;
      // To its left there are marks.
      if (x + 5 + width <= this.width) c.fillText(text, x + 4, y);
      c.font = FONT;
    }
  }

  #gaps(): void {
    const { c, palette } = this;
    for (const { side, time, octets } of this.model.gaps) {
      const x = this.x(this.placeOf(time));
      if (x < this.gutter - 20 || x > this.width + 20) continue;
      const y = this.strip + AXIS;
      c.fillStyle = palette.gap;
      c.globalAlpha = 0.22;
      c.fillRect(x - 5, y, 10, this.height - y);
      c.globalAlpha = 1;
      c.strokeStyle = palette.gap;
      c.lineWidth = 1;
      c.beginPath();
      for (let at = y - 10; at < this.height; at += 8) {
        c.moveTo(x - 5, at + 8);
        c.lineTo(x + 5, at);
      }
      c.stroke();
      c.font = SMALL;
      c.fillStyle = palette.ink;
      c.fillText(
        say.text("{bytes} of the {side} missing", { bytes: size(octets, say), side: say.text(side === 0 ? "client" : "server") }),
        x + 9,
        this.height - 10,
      );
      c.font = FONT;
    }
  }

  #findings(first: number, last: number): void {
    const { c, palette } = this;
    const { findings } = this.model;
    let arrows = 0;
    for (const finding of findings) {
      const { entry, event } = finding;
      if (entry < 0) continue;
      const row = this.rowOf[this.model.laneOf[entry]!]!;
      if (row < 0) continue;
      const x = this.x(this.place(entry));
      const chosen = finding.index === this.finding?.index;
      const answer = this.answerPlace(finding);
      const beyond = (answer === undefined ? x : this.x(answer)) < this.gutter || x > this.width;
      if (beyond && x < this.gutter) continue;
      const [mx, my] = this.#markAt(entry, row);
      if (answer !== undefined && (chosen || arrows++ < ARROWS)) this.#arrow(finding, mx, my, answer, chosen);
      if (row < first || row > last || mx < this.gutter - 8 || mx > this.width) continue;
      const color = event.severity === "info" ? palette.info : event.severity === "warning" ? palette.warning : palette.error;
      c.strokeStyle = c.fillStyle = color;
      c.lineWidth = chosen ? 2.5 : 1.5;
      c.beginPath();
      c.arc(mx, my, chosen ? 10.5 : 8.5, 0, 2 * Math.PI);
      c.stroke();
      drawSeverity(c, event.severity, mx + 8, my - 8, 5);
      this.hits.push({ x: mx - 9, y: my - 9, w: 18, h: 18, id: entry });
    }
  }

  /** Where a mark was drawn: frames of one packet stand beside each other. */
  #markAt(entry: number, row: number): readonly [number, number] {
    const y = this.y(row) + this.line(this.model.side[entry]!);
    const hit = this.hits.find(({ id, h }) => id === entry && h === 13);
    return [hit === undefined ? this.x(this.place(entry)) : hit.x + 7, y];
  }

  #arrow({ answer, event }: FindingView, x1: number, y1: number, place: number, chosen: boolean): void {
    const { c, palette } = this;
    const row = answer >= 0 ? this.rowOf[this.model.laneOf[answer]!]! : this.rowOf[0]!;
    if (row < 0) return;
    const [x2, y2] =
      answer >= 0 ? this.#markAt(answer, row) : [this.x(place), this.y(row) + this.line(event.offender === "client" ? 1 : 0)];
    const dx = x2 - x1;
    const bend = Math.min(Math.max(Math.abs(dx) * 0.35, 14), 90);
    const angle = Math.atan2(y2 - y1, dx);
    const [sx, sy] = [x1 + Math.cos(angle) * 9, y1 + Math.sin(angle) * 9];
    const [ex, ey] = [x2 - Math.cos(angle) * 8, y2 - Math.sin(angle) * 8];
    c.strokeStyle = c.fillStyle = palette.answer;
    c.globalAlpha = chosen || this.finding === undefined ? 1 : 0.4;
    c.lineWidth = chosen ? 2.5 : 1.5;
    c.setLineDash(chosen ? [] : [5, 3]);
    c.beginPath();
    c.moveTo(sx, sy);
    c.bezierCurveTo(sx + bend, sy, ex - bend, ey, ex, ey);
    c.stroke();
    c.setLineDash([]);
    arrowHead(c, ex, ey, Math.abs(dx) < 4 ? angle : 0, 8);
    c.beginPath();
    c.arc(x2, y2, 8.5, 0, 2 * Math.PI);
    c.stroke();
    c.globalAlpha = 1;
    const delay = event.reaction.delay;
    if (delay === undefined || !chosen) return;
    c.font = SMALL;
    const text = say.text("answered after {delay}", { delay: duration(delay) });
    const width = c.measureText(text).width;
    const x = Math.min(Math.max((sx + ex) / 2 - width / 2, this.gutter), this.width - width - 12);
    const y = Math.max((sy + ey) / 2, this.top + 10);
    c.fillStyle = palette.panel;
    c.globalAlpha = 0.9;
    c.fillRect(x - 4, y - 8, width + 8, 16);
    c.globalAlpha = 1;
    c.fillStyle = palette.answer;
    c.fillText(text, x, y);
    c.font = FONT;
  }

  #selection(): void {
    if (this.selected < 0) return;
    const row = this.rowOf[this.model.laneOf[this.selected]!]!;
    if (row < 0) return;
    const [x, y] = this.#markAt(this.selected, row);
    const { c, palette } = this;
    c.strokeStyle = palette.focus;
    c.lineWidth = 2;
    c.strokeRect(x - 10, y - 9, 20, 18);
    c.globalAlpha = 0.5;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(x, this.top);
    c.lineTo(x, y - 9);
    c.moveTo(x, y + 9);
    c.lineTo(x, this.height);
    c.stroke();
    c.globalAlpha = 1;
  }
}

export function laneName(lane: Lane, model: ConnectionModel): string {
  if (lane.id > 0) return say.text("stream {id}", { id: lane.id });
  if (lane.id === 0) return say.text("connection");
  const entry = lane.entries[0]!;
  return `${model.name(entry)}${say.text(", ")}${say.text(model.from(entry))}`;
}

/** `200, grpc 0`. */
export function statusText({ status, grpcStatus }: Lane): string {
  return [status, grpcStatus === "" ? "" : `grpc ${grpcStatus}`].filter((text) => text !== "").join(", ");
}

// Arrows that are drawn of findings which are not chosen.
const ARROWS = 60;
