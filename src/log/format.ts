import type { Side } from "../place.ts";
import type { LogFrame } from "./frame.ts";

/** One way in which programs write what happens on their connections. */
export interface LogFormat {
  /** As reports name it. */
  readonly name: string;
  /** Each of its lines holds one of them: whether the reader need be asked. */
  readonly hints: readonly string[];
  /** Whether frames have their lengths, and field blocks their fields; `some`: not such that each octet is certain. */
  readonly shows: { readonly length: boolean; readonly fields: "exact" | "some" | "none" };
  /** HEADERS stand for the whole field block: its CONTINUATIONs are not reported. */
  readonly foldsContinuation: boolean;
  /** Lines of several connections may alternate, and nothing distinguishes them. */
  readonly unkeyed?: boolean;
  /** A later connection may have the name of an earlier one: an address in memory. */
  readonly reusesNames?: boolean;
  /** For one file: some formats need more than one line. */
  reader(): FormatReader;
}

export interface FormatReader {
  /** @param number Of the line, from 1.
   *  @returns What the line says; `part`: it belongs to one before it; undefined: it is of another format. */
  line(text: string, number: number): LineContent | "part" | undefined;
}

export interface LineContent {
  /** Later lines may fill in what they tell of it. */
  readonly frame?: Draft<LogFrame>;
  /** A connection begins or ends. */
  readonly mark?: "start" | "end";
  /** The `:path` of a request. */
  readonly name?: StreamName;
  readonly connection?: string;
  /** Which end of the connection wrote the log. */
  readonly side?: Side;
  /** It reports a fault, too: the dictionary is asked. */
  readonly isFault?: boolean;
  /** It belongs to a line before it: nothing else is in it. */
  readonly isPart?: boolean;
}

/** What a request of a stream asks for. */
export interface StreamName {
  readonly streamId: number;
  /** One character per octet. */
  readonly path: string;
  /** Where it stands, if that is an earlier line. */
  readonly line?: number;
}

export type Draft<T> = { -readonly [Key in keyof T]: T[Key] };
