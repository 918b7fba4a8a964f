// A canvas with rows over an axis: what the charts of connections and of streams share. Zoom, pan, scroll, axis; drawn once a frame at most.
import { duration } from "../../text.ts";
import { el } from "./dom.ts";
import { FONT, type Palette, readPalette, SMALL } from "./palette.ts";
import { say } from "./say.ts";

export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly id: number;
}

export abstract class TimeCanvas {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  protected readonly c: CanvasRenderingContext2D;
  protected width = 0;
  protected height = 0;
  protected gutter = 240;
  /** The range in view, in the positions of the chart. */
  protected a = 0;
  protected b = 1;
  protected scroll = 0;
  protected palette: Palette = readPalette();
  /** What was drawn that can be pointed at; the last ones lie on top. */
  protected readonly hits: Hit[] = [];
  readonly #tip: HTMLElement;
  #asked = false;
  #drag: { x: number; y: number; moved: boolean; strip: boolean } | undefined;

  constructor(label: string, describedBy: string) {
    this.canvas = el("canvas", {
      tabindex: 0,
      role: "application",
      "aria-roledescription": say.text("timeline"),
      "aria-label": label,
      "aria-describedby": describedBy,
    });
    // A canvas without a 2D context is no browser that this page could be read in.
    this.c = this.canvas.getContext("2d")!;
    this.#tip = el("div", { class: "tip", "aria-hidden": "true", hidden: true });
    this.element = el("div", { class: "chart" }, this.canvas, this.#tip);
    new ResizeObserver(() => this.resize()).observe(this.element);
    this.#listen();
  }

  /** Positions that there are. */
  protected abstract get domain(): readonly [number, number];
  protected abstract get rows(): number;
  protected abstract get rowHeight(): number;
  /** Where rows begin. */
  protected abstract get top(): number;
  protected abstract paint(): void;
  protected abstract tip(hit: Hit): readonly string[];
  protected abstract pick(hit: Hit | undefined, y: number): void;

  /** Height of the strip on top that shows the whole; 0: none. */
  protected get strip(): number {
    return 0;
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === 0 || clientHeight === 0) return;
    const scale = devicePixelRatio;
    this.width = clientWidth;
    this.height = clientHeight;
    this.gutter = Math.round(Math.min(Math.max(clientWidth * 0.26, 110), 300));
    this.canvas.width = Math.round(clientWidth * scale);
    this.canvas.height = Math.round(clientHeight * scale);
    this.canvas.style.width = `${clientWidth}px`;
    this.canvas.style.height = `${clientHeight}px`;
    this.c.setTransform(scale, 0, 0, scale, 0, 0);
    this.scrollTo(this.scroll);
    this.sized();
    // At once: what is printed next must not be stale.
    this.#draw();
  }

  /** Once there is room to draw in. */
  protected sized(): void {}

  recolour(): void {
    this.palette = readPalette();
    this.ask();
  }

  /** Draw before the next frame. */
  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#asked = false;
    if (this.width === 0) return;
    const { c, palette } = this;
    this.hits.length = 0;
    c.fillStyle = palette.panel;
    c.fillRect(0, 0, this.width, this.height);
    c.font = FONT;
    c.textBaseline = "middle";
    c.textAlign = "left";
    this.paint();
    this.#scrollbar();
  }

  x(position: number): number {
    return this.gutter + ((position - this.a) / (this.b - this.a)) * this.plot;
  }

  position(x: number): number {
    return this.a + ((x - this.gutter) / this.plot) * (this.b - this.a);
  }

  protected get plot(): number {
    return Math.max(this.width - this.gutter - 14, 10);
  }

  y(row: number): number {
    return this.top + row * this.rowHeight - this.scroll;
  }

  fit(): void {
    const [from, to] = this.domain;
    const margin = (to - from) * 0.02 || 1;
    this.a = from - margin;
    this.b = to + margin;
    this.ask();
  }

  zoom(factor: number, x = this.gutter + this.plot / 2): void {
    const [from, to] = this.domain;
    const middle = this.position(x);
    const span = Math.min(Math.max((this.b - this.a) * factor, this.least), (to - from) * 1.2 + 1);
    const before = this.b - this.a;
    this.a = middle - ((middle - this.a) * span) / before;
    this.b = this.a + span;
    this.#hold();
  }

  /** The shortest range worth looking at. */
  protected get least(): number {
    return 200;
  }

  pan(pixels: number): void {
    const by = (pixels / this.plot) * (this.b - this.a);
    this.a += by;
    this.b += by;
    this.#hold();
  }

  show(position: number): void {
    const span = this.b - this.a;
    if (position > this.a + span * 0.04 && position < this.b - span * 0.04) return;
    this.a = position - span / 2;
    this.b = this.a + span;
    this.#hold();
  }

  range(a: number, b: number): void {
    this.a = a;
    this.b = Math.max(b, a + this.least);
    this.#hold();
  }

  /** Never lose the data out of sight. */
  #hold(): void {
    const [from, to] = this.domain;
    const span = this.b - this.a;
    const edge = span * 0.6;
    this.a = Math.min(Math.max(this.a, from - edge), to - span + edge);
    this.b = this.a + span;
    this.ask();
  }

  scrollTo(y: number): void {
    this.scroll = Math.min(Math.max(y, 0), this.#overflow());
    this.ask();
  }

  /** After rows have gone. */
  protected bound(): void {
    this.scroll = Math.min(Math.max(this.scroll, 0), this.#overflow());
  }

  showRow(row: number): void {
    const y = row * this.rowHeight;
    const room = this.height - this.top;
    if (y < this.scroll) this.scrollTo(y);
    else if (y + this.rowHeight > this.scroll + room) this.scrollTo(y + this.rowHeight - room);
  }

  #overflow(): number {
    return Math.max(this.rows * this.rowHeight - (this.height - this.top), 0);
  }

  #scrollbar(): void {
    const overflow = this.#overflow();
    if (overflow === 0) return;
    const room = this.height - this.top;
    const length = Math.max((room * room) / (room + overflow), 24);
    this.c.fillStyle = this.palette.dim;
    this.c.globalAlpha = 0.5;
    this.c.fillRect(this.width - 6, this.top + (this.scroll / overflow) * (room - length), 4, length);
    this.c.globalAlpha = 1;
  }

  #listen(): void {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const strip = event.offsetY < this.strip && event.offsetX > this.gutter;
      this.#drag = { x: event.offsetX, y: event.offsetY, moved: false, strip };
      canvas.setPointerCapture(event.pointerId);
      if (strip) this.#jump(event.offsetX);
    });
    canvas.addEventListener("pointermove", (event) => {
      const drag = this.#drag;
      const { offsetX, offsetY } = event;
      if (drag === undefined) {
        this.#hover(offsetX, offsetY);
        return;
      }
      if (drag.strip) {
        this.#jump(offsetX);
        return;
      }
      const [dx, dy] = [offsetX - drag.x, offsetY - drag.y];
      if (!drag.moved && Math.abs(dx) + Math.abs(dy) < 4) return;
      drag.moved = true;
      drag.x = offsetX;
      drag.y = offsetY;
      this.#hide();
      this.pan(-dx);
      this.scrollTo(this.scroll - dy);
    });
    canvas.addEventListener("pointerup", (event) => {
      const drag = this.#drag;
      this.#drag = undefined;
      if (drag !== undefined && !drag.moved && !drag.strip) this.pick(this.#at(event.offsetX, event.offsetY), event.offsetY);
    });
    canvas.addEventListener("pointercancel", () => {
      this.#drag = undefined;
    });
    canvas.addEventListener("pointerleave", () => this.#hide());
    canvas.addEventListener("dblclick", (event) => this.zoom(0.4, event.offsetX));
    canvas.addEventListener(
      "wheel",
      (event) => {
        const [dx, dy] = event.deltaMode === 1 ? [event.deltaX * 16, event.deltaY * 16] : [event.deltaX, event.deltaY];
        if (event.ctrlKey || event.metaKey || event.altKey) {
          this.zoom(Math.exp(Math.max(Math.min(dy, 100), -100) * 0.004), event.offsetX);
        } else if (event.shiftKey && dx === 0) this.pan(dy);
        else if (Math.abs(dx) > Math.abs(dy)) this.pan(dx);
        else if (this.#overflow() > 0) this.scrollTo(this.scroll + dy);
        // Otherwise the page scrolls.
        else return;
        event.preventDefault();
        this.#hide();
      },
      { passive: false },
    );
  }

  #jump(x: number): void {
    const [from, to] = this.domain;
    const span = this.b - this.a;
    this.a = from + ((x - this.gutter) / this.plot) * (to - from) - span / 2;
    this.b = this.a + span;
    this.#hold();
  }

  #at(x: number, y: number): Hit | undefined {
    return this.hits.findLast((hit) => x >= hit.x && x <= hit.x + hit.w && y >= hit.y && y <= hit.y + hit.h);
  }

  #hover(x: number, y: number): void {
    const hit = this.#at(x, y);
    this.canvas.style.cursor = hit !== undefined ? "pointer" : y < this.strip ? "ew-resize" : "grab";
    if (hit === undefined) {
      this.#hide();
      return;
    }
    const lines = this.tip(hit);
    this.#tip.replaceChildren(...lines.map((line) => el("div", {}, line)));
    this.#tip.hidden = lines.length === 0;
    this.#tip.style.left = `${Math.max(Math.min(x + 12, this.width - this.#tip.offsetWidth - 8), 4)}px`;
    this.#tip.style.top = `${y + 18 + this.#tip.offsetHeight > this.height ? y - this.#tip.offsetHeight - 10 : y + 18}px`;
  }

  #hide(): void {
    this.#tip.hidden = true;
  }

  /** Ticks with the time since the start; `at` gives the position of a tick. */
  protected timeAxis(y: number, height: number): void {
    const { c, palette } = this;
    const step = niceStep(((this.b - this.a) / this.plot) * 110);
    c.font = SMALL;
    c.fillStyle = palette.dim;
    c.strokeStyle = palette.line;
    c.lineWidth = 1;
    for (let tick = Math.ceil(this.a / step) * step; tick < this.b; tick += step) {
      if (tick < 0) continue;
      this.tick(this.x(tick), y, height, tick === 0 ? "0" : tickText(tick, step));
    }
    c.font = FONT;
  }

  protected tick(x: number, y: number, height: number, text: string): void {
    if (x < this.gutter) return;
    const { c, palette } = this;
    c.strokeStyle = palette.line;
    c.beginPath();
    c.moveTo(Math.round(x) + 0.5, y + height - 4);
    c.lineTo(Math.round(x) + 0.5, this.height);
    c.stroke();
    const width = c.measureText(text).width;
    if (x + width / 2 > this.width - 4 || x - width / 2 < this.gutter) return;
    c.fillStyle = palette.dim;
    c.textAlign = "center";
    c.fillText(text, x, y + height / 2 - 1);
    c.textAlign = "left";
  }

  /** Text that ends in dots where the room does. */
  protected clipped(text: string, x: number, y: number, room: number): void {
    if (room < 12) return;
    this.c.fillText(this.fitted(text, room), x, y);
  }

  protected fitted(text: string, room: number): string {
    const short = text.length > 300 ? text.slice(0, 300) : text;
    const width = this.c.measureText(short).width;
    if (width <= room && short === text) return text;
    let kept = Math.floor((short.length * room) / width);
    while (kept > 0 && this.c.measureText(`${short.slice(0, kept)}…`).width > room) kept--;
    return kept === 0 ? "" : `${short.slice(0, kept)}…`;
  }
}

/** 1, 2 or 5 times a power of ten, at least as long. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** As many decimals as tell neighbours apart. */
export function tickText(nanoseconds: number, step: number): string {
  const [unit, name] =
    nanoseconds >= 1e9 ? [1e9, "s"] : nanoseconds >= 1e6 ? [1e6, "ms"] : nanoseconds >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  const decimals = Math.min(Math.max(Math.ceil(Math.log10(unit / step)), 0), 9);
  return nanoseconds >= 3600e9 ? duration(nanoseconds) : `${(nanoseconds / unit).toFixed(decimals)} ${name}`;
}
