// A time axis on which long waits are drawn short: of a connection that was idle for most of its life the rest could not be seen.
import { upper } from "./upper.ts";

/** A wait that is drawn short. Times in nanoseconds since the connection began, places as drawn. */
export interface Break {
  readonly from: number;
  readonly to: number;
  readonly place: number;
  /** Of its places. */
  readonly width: number;
}

export class BrokenAxis {
  /** In order of time. */
  readonly breaks: readonly Break[];
  /** The place of the last time. */
  readonly length: number;

  /** @param times Of what happened, ascending. @param until The last time. */
  constructor(times: ArrayLike<number>, until: number) {
    const waits = longWaits(times, until);
    const idle = waits.reduce((sum, [from, to]) => sum + to - from, 0);
    const width = (until - idle) * Math.min(0.16, 1.5 / waits.length);
    let cut = 0;
    this.breaks = waits.map(([from, to]) => {
      const place = from - cut;
      cut += to - from - width;
      return { from, to, place, width };
    });
    this.length = until - cut;
  }

  place(time: number): number {
    const { breaks } = this;
    const before = breaks[upper(breaks, ({ from }) => from < time) - 1];
    if (before === undefined) return time;
    const { from, to, place, width } = before;
    return time < to ? place + ((time - from) / (to - from)) * width : place + width + time - to;
  }

  /** Times that are drawn to scale, from one break to the next. */
  get stretches(): readonly (readonly [from: number, to: number])[] {
    const { breaks, length } = this;
    const ends = breaks.map(({ from }) => from);
    const last = breaks.at(-1);
    const until = last === undefined ? length : last.to + length - last.place - last.width;
    return [0, ...breaks.map(({ to }) => to)].map((from, i) => [from, ends[i] ?? until] as const);
  }
}

/** As many of the longest waits as are each several times as long as all that is then left. */
function longWaits(times: ArrayLike<number>, until: number): (readonly [from: number, to: number])[] {
  const waits: (readonly [number, number])[] = [];
  let before = 0;
  for (let i = 0; i <= times.length; i++) {
    const time = i < times.length ? times[i]! : until;
    if (time - before >= LONG) waits.push([before, time]);
    before = Math.max(before, time);
  }
  waits.sort((a, b) => b[1] - b[0] - (a[1] - a[0]));
  let left = until;
  let chosen = 0;
  for (const [i, [from, to]] of waits.slice(0, MOST).entries()) {
    left -= to - from;
    if (left > 0 && to - from >= left * TIMES) chosen = i + 1;
  }
  return waits.slice(0, chosen).sort((a, b) => a[0] - b[0]);
}

const LONG = 1e9;
const TIMES = 5;
const MOST = 40;
