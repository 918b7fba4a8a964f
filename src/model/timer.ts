// Times at which timers end: people set them to whole fives of seconds.
import { MS, SECOND } from "../time.ts";

/** The seconds of the timer that a quiet time is the length of; undefined: none that is likely.
 *  @param quiet Nanoseconds. */
export function timerOf(quiet: number): number | undefined {
  const seconds = Math.round(quiet / STEP) * (STEP / SECOND);
  return seconds > 0 && Math.abs(quiet - seconds * SECOND) <= SLACK ? seconds : undefined;
}

const STEP = 5 * SECOND;
const SLACK = 50 * MS;
