// How many threads judge. The report is the same; each reads and reassembles all, so that what they share is the judging.
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Clock } from "../../capture/clock.ts";
import { MergedCaptures } from "../../capture/merge.ts";
import type { Source } from "../../capture/source.ts";
import { PacketDecoder } from "../../net/decoder.ts";
import { TcpFlag, type TcpSegment } from "../../net/segment.ts";
import { type Audience, needsEventsAlone } from "../conclude.ts";
import type { Task } from "../task.ts";

/** @returns 1 also where threads cannot: what is read once, logs, own rules, and reports that show more than events. Where nobody says how
 *  many, it is 1 too for connections that are many and short: to hand on what is found costs more than to find it. */
export async function workersFor(task: Task, sources: readonly (string | Source)[], audience: Audience): Promise<number> {
  const wanted = task.workers;
  if (wanted === 1 || task.follow || task.logs.length > 0 || task.userRules.length > 0 || sources.length === 0) return 1;
  if (!needsEventsAlone(audience)) return 1;
  let octets = 0;
  for (const source of sources) {
    const stats = typeof source === "string" ? statSync(source, { throwIfNoEntry: false }) : undefined;
    if (stats?.isFile() !== true) return 1;
    octets += stats.size;
  }
  if (wanted !== undefined) return wanted;
  const most = Math.min(availableParallelism(), MOST);
  return octets < SMALL || most === 1 || (await beginsWithShort(sources[0] as string, task)) ? 1 : most;
}

async function beginsWithShort(source: string, { limits, engine }: Task): Promise<boolean> {
  let octets = 0;
  let connections = 0;
  const asked = {
    segment({ flags }: TcpSegment): void {
      if ((flags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn) connections++;
    },
  };
  // Who reads all of it reports what is wrong.
  const diagnostics = (): void => {};
  const captures = new MergedCaptures([source], { clock: new Clock(), limits, diagnostics, engine }, 0);
  await captures.open();
  for await (const feed of captures.run(new PacketDecoder(asked, diagnostics, limits))) {
    octets = feed.octets;
    if (octets >= SAMPLE) break;
  }
  return connections * SHORT > octets;
}

// Octets of captures that are judged before more threads have started.
const SMALL = 48 << 20;
// Where nobody says how many.
const MOST = 8;
// Octets of the capture that are looked at for it, and those that a connection has at least where threads are worth it.
const SAMPLE = 2 << 20;
const SHORT = 8 << 10;
