// The columns of the timeline.
import type { Side } from "../place.ts";
import { type Style, wrap } from "./style.ts";
import { padEnd, padStart } from "./width.ts";

/** Columns: mark, packet, time where there is room, client, arrow, server. */
export class TimelineLayout {
  readonly #style: Style;
  readonly #time: boolean;
  readonly #client: number;
  readonly #server: number;

  constructor(style: Style) {
    this.#style = style;
    const { width } = style.look;
    this.#time = width >= 100;
    const rest = width - LEAD - (this.#time ? TIME : 0) - ARROW;
    this.#client = Math.max(Math.min(Math.floor(rest / 2), 52), 16);
    this.#server = Math.max(Math.min(rest - this.#client, 70), 16);
  }

  row(mark: string, packet: string, time: string, client: string, arrow: string, server: string): string {
    const lead = `  ${mark.padEnd(1)} ${padStart(packet, 7)}  ${this.#time ? `${padStart(time, 10)}  ` : ""}`;
    return `${lead}${padEnd(client, this.#client)} ${arrow.padEnd(3)} ${server}`.trimEnd();
  }

  rows(mark: string, packet: string, time: string, from: Side, text: string, rule: string): string[] {
    const { right, left } = this.#style.mark;
    const own = wrap(text, from === "client" ? this.#client - 1 : this.#server);
    const opposite = rule === "" ? [] : wrap(rule, from === "client" ? this.#server : this.#client - 1);
    return Array.from({ length: Math.max(own.length, opposite.length) }, (_, i) => {
      const mine = own[i] ?? "";
      const theirs = opposite[i] ?? "";
      const [client, server] = from === "client" ? [mine, theirs] : [theirs, mine];
      const first = i === 0;
      return this.row(
        first ? mark : "",
        first ? packet : "",
        first ? time : "",
        client,
        first ? (from === "client" ? right : left) : "",
        server,
      );
    });
  }
}

const LEAD = 13;
const TIME = 12;
const ARROW = 5;
