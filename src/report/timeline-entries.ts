import type { Side } from "../place.ts";
import { StreamLine } from "./stream-line.ts";

/** A row of a timeline, and what is folded into it. */
export interface Entry {
  readonly kind: string;
  readonly streamId: number;
  readonly from: Side;
  readonly packet: number;
  readonly time: number;
  lastTime: number;
  /** Of the frames folded into it, as far as they are kept. */
  readonly offsets: number[];
  text: string;
  times: number;
  octets: number;
  sum: number;
  ends: boolean;
  readonly fault: string | undefined;
  readonly gap: string;
  /** Messages end in it. */
  readonly carries: boolean;
}

/** What a timeline keeps of a connection. */
export class Collected {
  readonly start: number;
  readonly entries: Entry[] = [];
  readonly streams = new Map<number, StreamLine>();
  /** Among the entries. */
  frames = 0;
  dropped = 0;
  /** Why some fields are inferred; undefined: none are. */
  because: string | undefined = undefined;
  /** The latest frame of each side that opens a field block. */
  #client: Entry | undefined = undefined;
  #server: Entry | undefined = undefined;

  constructor(start: number) {
    this.start = start;
  }

  opened(entry: Entry): void {
    if (entry.from === "client") this.#client = entry;
    else this.#server = entry;
  }

  opening(from: Side): Entry | undefined {
    return from === "client" ? this.#client : this.#server;
  }

  stream(id: number): StreamLine {
    const line = this.streams.get(id) ?? new StreamLine(id);
    this.streams.set(id, line);
    return line;
  }
}
