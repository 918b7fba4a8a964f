// All connections on one axis, with their findings.
import { counted, duration } from "../../text.ts";
import type { PageConnection } from "../page-data.ts";
import type { PageFinding } from "./connection-model.ts";
import { drawSeverity } from "./marks.ts";
import { BOLD, FONT, SMALL } from "./palette.ts";
import { say } from "./say.ts";
import { type Hit, TimeCanvas } from "./time-canvas.ts";

export interface FoundAt {
  readonly finding: PageFinding;
  readonly time: number;
}

export class ConnectionChart extends TimeCanvas {
  /** Row that is chosen. */
  selected = 0;
  #shown: readonly PageConnection[];
  readonly #found: ReadonlyMap<number, readonly FoundAt[]>;
  readonly #open: (id: number) => void;

  constructor(
    connections: readonly PageConnection[],
    found: ReadonlyMap<number, readonly FoundAt[]>,
    describedBy: string,
    open: (id: number) => void,
  ) {
    super(say.text("Connections on a time axis, with their findings"), describedBy);
    this.#shown = connections;
    this.#found = found;
    this.#open = open;
    this.fit();
  }

  filter(connections: readonly PageConnection[]): void {
    this.#shown = connections;
    this.selected = Math.max(Math.min(this.selected, connections.length - 1), 0);
    this.scrollTo(this.scroll);
    this.fit();
  }

  get chosen(): PageConnection | undefined {
    return this.#shown[this.selected];
  }

  step(by: number): PageConnection | undefined {
    this.selected = Math.max(Math.min(this.selected + by, this.#shown.length - 1), 0);
    this.showRow(this.selected);
    this.ask();
    return this.chosen;
  }

  protected get domain(): readonly [number, number] {
    let [from, to] = [Infinity, 1000];
    for (const connection of this.#shown) {
      from = Math.min(from, connection.from);
      to = Math.max(to, connection.from + connection.duration);
    }
    return [Math.min(from, to), to];
  }

  protected get rows(): number {
    return this.#shown.length;
  }

  protected get rowHeight(): number {
    return 44;
  }

  protected get top(): number {
    return AXIS + 2;
  }

  protected tip({ id }: Hit): readonly string[] {
    const connection = this.#shown[id];
    if (connection === undefined) return [];
    const found = this.#found.get(connection.id) ?? [];
    const rules = [...new Set(found.map(({ finding }) => finding.rule))];
    return [
      `${say.text("connection {id}", { id: connection.id })}${say.text(": ")}${endsText(connection)}`,
      [
        ...[connection.speaks, duration(connection.duration)],
        ...[counted(say, connection.frames, "frame"), counted(say, connection.streams, "stream")],
      ].join(say.text(", ")),
      ...rules.slice(0, 6),
      ...(rules.length > 6 ? [say.text("and {n} more rules", { n: rules.length - 6 })] : []),
    ];
  }

  protected pick(hit: Hit | undefined): void {
    const connection = hit === undefined ? undefined : this.#shown[hit.id];
    if (connection !== undefined) this.#open(connection.id);
  }

  protected paint(): void {
    const { c, palette } = this;
    c.font = SMALL;
    c.fillStyle = palette.dim;
    this.clipped(say.text("since the first packet"), 12, AXIS / 2, this.gutter - 24);
    this.timeAxis(0, AXIS);
    const first = Math.floor(this.scroll / this.rowHeight);
    const last = Math.min(Math.ceil((this.scroll + this.height - this.top) / this.rowHeight), this.rows) - 1;
    c.save();
    c.beginPath();
    c.rect(0, this.top, this.width, this.height - this.top);
    c.clip();
    for (let row = first; row <= last; row++) this.#row(row);
    c.restore();
    c.strokeStyle = palette.line;
    c.lineWidth = 1;
    c.beginPath();
    c.moveTo(0, this.top - 0.5);
    c.lineTo(this.width, this.top - 0.5);
    c.stroke();
  }

  #row(row: number): void {
    const { c, palette } = this;
    const connection = this.#shown[row]!;
    const y = this.y(row);
    const middle = y + this.rowHeight / 2;
    this.hits.push({ x: 0, y, w: this.width, h: this.rowHeight, id: row });
    if (row % 2 === 1) {
      c.globalAlpha = 0.6;
      c.fillStyle = palette.stripe;
      c.fillRect(0, y, this.width, this.rowHeight);
      c.globalAlpha = 1;
    }
    if (row === this.selected) {
      c.fillStyle = palette.focus;
      c.fillRect(0, y + 4, 3, this.rowHeight - 8);
    }
    const room = this.gutter - 22;
    c.font = BOLD;
    c.fillStyle = palette.ink;
    this.clipped(`${connection.id}   ${connection.client}`, 12, middle - 8, room);
    c.font = SMALL;
    c.fillStyle = palette.dim;
    this.clipped(say.text("to {server}", { server: connection.server }), 12, middle + 9, room);
    const from = this.x(connection.from);
    const to = this.x(connection.from + connection.duration);
    const x1 = Math.max(from, this.gutter);
    const x2 = Math.min(Math.max(to, from + 4), this.width - 8);
    if (x2 >= x1) {
      c.fillStyle = connection.frames > 0 ? palette.client : palette.dim;
      c.globalAlpha = connection.frames > 0 ? 0.28 : 0.18;
      c.beginPath();
      c.roundRect(x1, middle - 8, x2 - x1, 16, 4);
      c.fill();
      c.globalAlpha = 1;
      c.fillStyle = palette.ink;
      const text =
        connection.frames > 0
          ? `${connection.speaks} · ${counted(say, connection.streams, "stream")} · ${counted(say, connection.frames, "frame")}`
          : connection.speaks;
      c.font = SMALL;
      this.clipped(text, x1 + 8, middle + 0.5, x2 - x1 - 14);
    }
    c.font = FONT;
    const last: Record<string, number> = {};
    for (const { finding, time } of this.#found.get(connection.id) ?? []) {
      const x = this.x(time);
      if (x < this.gutter - 8 || x > this.width || x - (last[finding.severity] ?? -99) < 3) continue;
      last[finding.severity] = x;
      c.fillStyle =
        finding.severity === "error" ? palette.error : finding.severity === "warning" ? palette.warning : palette.info;
      drawSeverity(c, finding.severity, x, middle - 12, 5.5);
    }
  }
}

/** `127.0.0.1:50000 to 127.0.0.1:50051`. */
export const endsText = ({ client, server }: PageConnection): string => say.text("{client} to {server}", { client, server });

const AXIS = 26;
