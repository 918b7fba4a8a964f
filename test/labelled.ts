// The recordings with ground truth, where the checkout has them beside it, as far as they are pcap files that can be cut up.
import { readFileSync } from "node:fs";
import { capture, haveCaptures } from "./capture/reading.ts";

export interface Label {
  readonly file: string;
  /** TLS keys. */
  readonly keys?: string;
  /** The violations. */
  readonly expect: readonly Violation[];
}

/** One violation, by any of these rules. */
export interface Violation {
  readonly rules: readonly string[];
  readonly offender?: "client" | "server";
  readonly stream?: number;
}

const MICROSECOND_PCAP = 0xa1b2c3d4;

/** Little-endian pcap files with microseconds. */
export const labelled: readonly Label[] = haveCaptures
  ? (JSON.parse(readFileSync(capture("labels.json"), "utf8")) as Label[])
      .filter(({ file }) => file.endsWith(".pcap"))
      .filter(({ file }) => readFileSync(capture(file)).readUInt32LE(0) === MICROSECOND_PCAP)
  : [];

/** Those without a violation. */
export const clean: readonly Label[] = labelled.filter(({ expect }) => expect.length === 0);

/** Where the records of a little-endian pcap begin, and where the last one ends. */
export function bordersOf(file: Buffer): number[] {
  const borders = [24];
  for (let at = 24; at + 16 <= file.length; ) {
    at += 16 + file.readUInt32LE(at + 8);
    borders.push(Math.min(at, file.length));
  }
  return borders;
}
