// What stands above the lanes: the whole connection in a strip, the axis, and what each side may still send.
import { counted, duration, size } from "../../text.ts";
import type { WindowSteps } from "./connection-model.ts";
import { AXIS, BAND, LaneLayout } from "./lane-layout.ts";
import { drawSeverity } from "./marks.ts";
import { FONT, SMALL } from "./palette.ts";
import { say } from "./say.ts";
import { niceStep, tickText } from "./time-canvas.ts";
import { upper } from "./upper.ts";

export abstract class LaneBands extends LaneLayout {
  protected axis(): void {
    const { c, palette } = this;
    c.font = SMALL;
    c.fillStyle = palette.dim;
    const y = this.strip;
    this.clipped(
      say.text(this.scale === "time" ? "since the connection began" : "frame by frame"),
      10,
      y + AXIS / 2,
      this.gutter - 20,
    );
    if (this.scale === "time") {
      if (this.broken.breaks.length === 0) this.timeAxis(y, AXIS);
      else this.#brokenAxis(y);
      return;
    }
    const { order, time, about, count: entries } = this.model;
    let free = this.gutter;
    const step = Math.max(1, Math.round((60 * (this.b - this.a)) / this.plot));
    for (let i = Math.max(Math.ceil(this.a / step) * step, 0); i < Math.min(this.b, entries); i += step) {
      const x = this.x(i);
      if (x < free) continue;
      const text = duration(time[order[i]!]! - about.from);
      this.tick(x, y, AXIS, text);
      free = x + c.measureText(text).width + 12;
    }
    c.font = FONT;
  }

  /** Ticks where time is to scale, and the lengths of the waits between. */
  #brokenAxis(y: number): void {
    const { c, broken } = this;
    const step = niceStep(((this.b - this.a) / this.plot) * 110);
    let free = this.gutter;
    for (const [i, [from, to]] of broken.stretches.entries()) {
      const shift = broken.place(to) - to;
      free = Math.max(free, i === 0 ? this.gutter : this.x(from + shift));
      const end = i === broken.breaks.length ? this.width : this.x(to + shift);
      const first = Math.max(from, this.a - shift);
      for (let tick = Math.ceil(first / step) * step; tick <= Math.min(to, this.b - shift); tick += step) {
        const text = tick === 0 ? "0" : tickText(tick, step);
        const x = this.x(tick + shift);
        const half = c.measureText(text).width / 2;
        // What is written of the waits has its place over them.
        const fits = x - half >= free && x + half <= end;
        this.tick(x, y, AXIS, fits ? text : "");
        if (fits) free = x + half + 8;
      }
    }
    c.fillStyle = this.palette.ink;
    for (const { from, to, place, width } of this.broken.breaks) {
      const [left, right] = [Math.max(this.x(place), this.gutter), Math.min(this.x(place + width), this.width)];
      const text = [say.text("idle {time}", { time: duration(to - from) }), duration(to - from)].find(
        (one) => c.measureText(one).width <= right - left,
      );
      if (text !== undefined) c.fillText(text, (left + right - c.measureText(text).width) / 2, y + AXIS / 2);
    }
    c.font = FONT;
  }

  /** Waits that are drawn short. */
  protected breaks(): void {
    if (this.scale !== "time") return;
    const { c, palette } = this;
    const y = this.strip;
    for (const { place, width } of this.broken.breaks) {
      const [left, right] = [this.x(place), this.x(place + width)];
      if (right < this.gutter || left > this.width) continue;
      c.fillStyle = palette.dim;
      c.globalAlpha = 0.1;
      c.fillRect(left, y + AXIS, right - left, this.height);
      c.globalAlpha = 1;
      c.strokeStyle = palette.dim;
      c.lineWidth = 1;
      c.beginPath();
      for (const x of [left, right]) {
        c.moveTo(x, y + AXIS);
        for (let at = y + AXIS, side = 3; at < this.height; at += 6, side = -side) c.lineTo(x + side, at + 3);
      }
      c.stroke();
    }
  }

  protected windows(): void {
    const { windows } = this.model;
    if (!this.hasWindows || windows === undefined) return;
    const { c, palette } = this;
    for (const side of [0, 1] as const) {
      const y = this.strip + AXIS + side * BAND;
      c.font = SMALL;
      c.fillStyle = palette.dim;
      const who = side === 0 ? "client" : "server";
      this.clipped(say.text("{side} may send", { side: say.text(who) }), 10, y + BAND / 2, this.gutter - 20);
      this.#band(windows[side], y, side === 0 ? palette.client : palette.server);
    }
    c.font = FONT;
  }

  /** What is left, pixel by pixel; the least where steps share one. */
  #band({ entries, left, most }: WindowSteps, y: number, color: string): void {
    const { c } = this;
    const height = BAND - 5;
    const bottom = y + height + 2;
    c.fillStyle = color;
    c.globalAlpha = 0.4;
    c.beginPath();
    const start = Math.max(this.gutter, this.x(this.domain[0]));
    const end = Math.min(this.width - 14, this.x(this.domain[1]));
    if (end <= start) return;
    c.moveTo(start, bottom);
    let i = upper(entries, (entry) => this.place(entry) <= this.position(start));
    let before = bottom - (height * Math.max(left[i - 1] ?? 65_535, 0)) / most;
    let empty = -1;
    const dry: number[] = [];
    for (let x = start; x <= end; x++) {
      const until = this.position(x + 1);
      let least = left[i - 1] ?? 65_535;
      for (; i < entries.length && this.place(entries[i]!) <= until; i++) least = Math.min(least, left[i]!);
      const top = bottom - (height * Math.max(least, 0)) / most;
      c.lineTo(x, before);
      c.lineTo(x, top);
      before = bottom - (height * Math.max(left[i - 1] ?? 65_535, 0)) / most;
      if (least <= 0 && x - empty > 1) dry.push((empty = x));
    }
    c.lineTo(end, before);
    c.lineTo(end, bottom);
    c.fill();
    c.globalAlpha = 1;
    c.fillStyle = this.palette.error;
    for (const x of dry) c.fillRect(x, y + 2, 2, height);
    c.fillStyle = this.palette.dim;
    const text = size(most);
    const width = c.measureText(text).width;
    c.fillStyle = this.palette.panel;
    c.globalAlpha = 0.75;
    c.fillRect(this.width - width - 22, y + 3, width + 6, 13);
    c.globalAlpha = 1;
    c.fillStyle = this.palette.dim;
    c.fillText(text, this.width - width - 19, y + 10);
  }

  /** The whole connection: how dense its frames are, where findings are, and what part is in view. */
  protected wholeStrip(): void {
    const height = this.strip;
    if (height === 0) return;
    const { c, palette } = this;
    c.fillStyle = palette.stripe;
    c.fillRect(0, 0, this.width, height);
    const [from, to] = this.domain;
    const x = (place: number) => this.gutter + ((place - from) / (to - from)) * this.plot;
    c.font = SMALL;
    c.fillStyle = palette.dim;
    this.clipped(counted(say, this.model.count, "frame"), 10, height / 2, this.gutter - 20);
    const density = this.#density();
    c.fillStyle = palette.dim;
    c.globalAlpha = 0.55;
    for (let i = 0; i < density.length; i++) {
      const h = density[i]! * (height - 8);
      if (h > 0) c.fillRect(this.gutter + i * 2, height - 2 - h, 2, h);
    }
    c.globalAlpha = 1;
    for (const finding of this.model.findings.slice(0, 2000)) {
      const { severity } = finding.event;
      c.fillStyle = severity === "error" ? palette.error : severity === "warning" ? palette.warning : palette.info;
      const at = finding.entry >= 0 ? this.place(finding.entry) : this.placeOf(finding.time);
      drawSeverity(c, severity, x(at), 7, 4.5);
    }
    const left = Math.max(x(this.a), this.gutter);
    const right = Math.min(x(this.b), this.gutter + this.plot);
    c.strokeStyle = palette.focus;
    c.lineWidth = 1.5;
    c.strokeRect(left, 1, Math.max(right - left, 4), height - 2);
    c.font = FONT;
  }

  #densityFor = "";
  #densityKept: Float64Array = new Float64Array(0);

  /** Frames to every two pixels, by root, 1 for the most. */
  #density(): Float64Array {
    const key = `${this.plot} ${this.scale}`;
    if (key === this.#densityFor) return this.#densityKept;
    this.#densityFor = key;
    const bins = new Float64Array(Math.ceil(this.plot / 2));
    const [from, to] = this.domain;
    for (const entry of this.model.order) {
      const bin = Math.floor(((this.place(entry) - from) / (to - from)) * bins.length);
      bins[Math.min(Math.max(bin, 0), bins.length - 1)]!++;
    }
    const most = bins.reduce((a, b) => Math.max(a, b), 1);
    this.#densityKept = bins.map((frames) => Math.sqrt(frames / most));
    return this.#densityKept;
  }
}
