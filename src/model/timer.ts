// Times at which timers end: people set them to whole fives of seconds.
import { MS, SECOND } from "../time.ts";
import type { Stream } from "./stream.ts";

/** The seconds of the timer that a quiet time is the length of; undefined: none that is likely.
 *  @param quiet Nanoseconds. */
export function timerOf(quiet: number): number | undefined {
  const seconds = Math.round(quiet / STEP) * (STEP / SECOND);
  return seconds > 0 && Math.abs(quiet - seconds * SECOND) <= SLACK ? seconds : undefined;
}

/** The seconds of a timer that a client waited by for the server to go on with a stream; undefined where it did not, or the time is no timer's. */
export const waitOf = ({ seen, promised, closed, client, server, openedTime }: Stream, now: number): number | undefined =>
  seen && !promised && !closed && client.endAt >= 0 && server.endAt < 0 && server.resetAt < 0
    ? timerOf(now - Math.max(openedTime, client.lastTime, server.lastTime))
    : undefined;

const STEP = 5 * SECOND;
const SLACK = 50 * MS;
