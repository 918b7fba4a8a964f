import type { Side } from "../place.ts";
import type { LogFormat } from "./format.ts";
import type { LogFrame } from "./frame.ts";
import type { Signature } from "./signature.ts";

/** Where a line stands: index of the log in the run, and its number in the file, from 1. */
export interface LinePlace {
  readonly file: number;
  readonly line: number;
}

/** What a clock of a log counts from: the epoch; the epoch as a wall clock of an unknown zone shows it; midnight; the program's start. */
export type ClockBase = "utc" | "local" | "day" | "start";

export interface LogTime {
  /** With as many decimals as the line has. */
  readonly seconds: number;
  readonly base: ClockBase;
  /** Seconds that its last digit stands for. */
  readonly resolution: number;
}

interface LineEvent {
  readonly place: LinePlace;
  /** The line, without colours, shortened. */
  readonly text: string;
  readonly time: LogTime | undefined;
  /** How the log names the connection; undefined: not at all. */
  readonly connection: string | undefined;
  /** `192.0.2.1:50000`, `[2001:db8::1]:50000`: ends of the connection that the line names. */
  readonly addresses: readonly string[];
  /** Which end wrote it; undefined: the line does not show it. */
  readonly side: Side | undefined;
}

export interface FrameEvent extends LineEvent {
  readonly kind: "frame";
  readonly frame: LogFrame;
  readonly format: LogFormat;
}

/** A line that reports an error or an end, and that the dictionary knows. */
export interface TextEvent extends LineEvent, Omit<Signature, "side" | "connection"> {
  readonly kind: "text";
}

/** A connection begins or ends here. */
export interface MarkEvent extends LineEvent {
  readonly kind: "start" | "end";
  readonly format: LogFormat;
}

/** A line that has the `:path` of a request. */
export interface NameEvent extends LineEvent {
  readonly kind: "name";
  readonly format: LogFormat;
  readonly streamId: number;
  /** One character per octet. */
  readonly path: string;
}

export type LogEvent = FrameEvent | TextEvent | MarkEvent | NameEvent;
