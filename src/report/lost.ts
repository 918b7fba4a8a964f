// The calls that an answer or an end cost, in words.
import { english, type Language } from "../lang/language.ts";
import type { LostObject, ReactionObject } from "./event.ts";

type Cost = Pick<ReactionObject, "streamsKilled" | "lost" | "logs">;

/** `/a.B/C (stream 1)`; several of one path as one. */
export function lostCalls({ streamsKilled = [], lost = [] }: Cost, language = english): string {
  if (lost.length === 0) return streamsText(streamsKilled, language);
  const first = lost.slice(0, GROUPS).map((one) => lostText(one, language));
  return `${first.join(language.text("; "))}${lost.length > GROUPS ? language.text("; and others") : ""}`;
}

/** What callers probably saw; nothing where a log of the client says it. */
export function sightsOf({ lost = [], logs = [] }: Cost): string[] {
  const isTold = logs.some(({ side, tells }) => side === "client" && tells === "symptom");
  return isTold ? [] : [...new Set(lost.flatMap(({ saw }) => saw ?? []))];
}

export function streamsText(ids: readonly number[], language = english): string {
  const list = `${ids.slice(0, STREAMS).join(", ")}${ids.length > STREAMS ? `, ... ${ids.at(-1)}` : ""}`;
  return language.text(ids.length === 1 ? "stream {list}" : "streams {list}", { list });
}

function lostText({ path, streams }: LostObject, language: Language): string {
  const called = path ?? language.text("a path that is not known");
  const on = streamsText(streams, language);
  return language.text(streams.length === 1 ? "{path} ({streams})" : "{n} of {path} ({streams})", {
    path: called,
    streams: on,
    n: streams.length,
  });
}

const GROUPS = 4;
const STREAMS = 8;
