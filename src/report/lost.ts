// The calls that an answer or an end cost, in words.
import type { LostObject, ReactionObject } from "./event.ts";

type Cost = Pick<ReactionObject, "streamsKilled" | "lost" | "logs">;

/** `/a.B/C (stream 1)`; several of one path as one. */
export function lostCalls({ streamsKilled = [], lost = [] }: Cost): string {
  if (lost.length === 0) return streamsText(streamsKilled);
  return `${lost.slice(0, GROUPS).map(lostText).join("; ")}${lost.length > GROUPS ? "; and others" : ""}`;
}

/** What callers probably saw; nothing where a log of the client says it. */
export function sightsOf({ lost = [], logs = [] }: Cost): string[] {
  const isTold = logs.some(({ side, tells }) => side === "client" && tells === "symptom");
  return isTold ? [] : [...new Set(lost.flatMap(({ saw }) => saw ?? []))];
}

export const streamsText = (ids: readonly number[]): string =>
  `stream${ids.length === 1 ? "" : "s"} ${ids.slice(0, STREAMS).join(", ")}${ids.length > STREAMS ? `, ... ${ids.at(-1)}` : ""}`;

const lostText = ({ path = "a path that is not known", streams }: LostObject): string =>
  streams.length === 1 ? `${path} (stream ${streams[0]})` : `${streams.length} of ${path} (${streamsText(streams)})`;

const GROUPS = 4;
const STREAMS = 8;
