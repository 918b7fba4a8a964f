// How many threads judge. The report is the same; each reads and reassembles all, so that what they share is the judging.
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Source } from "../../capture/source.ts";
import { type Audience, needsEventsAlone } from "../conclude.ts";
import type { Task } from "../task.ts";

/** @returns 1 also where threads cannot: what is read once, logs, own rules, and reports that show more than events. */
export function workersFor(task: Task, sources: readonly (string | Source)[], audience: Audience): number {
  const wanted = task.workers;
  if (wanted === 1 || task.follow || task.logs.length > 0 || task.userRules.length > 0 || sources.length === 0) return 1;
  if (!needsEventsAlone(audience)) return 1;
  let octets = 0;
  for (const source of sources) {
    const stats = typeof source === "string" ? statSync(source, { throwIfNoEntry: false }) : undefined;
    if (stats?.isFile() !== true) return 1;
    octets += stats.size;
  }
  return wanted ?? (octets < SMALL ? 1 : Math.min(availableParallelism(), MOST));
}

// Octets of captures that are judged before more threads have started.
const SMALL = 48 << 20;
// Where nobody says how many.
const MOST = 8;
