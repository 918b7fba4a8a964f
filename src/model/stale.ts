// A connection that was idle, and that the other end has forgotten: the next request is answered by TCP alone.
import type { Origin } from "../place.ts";
import type { Connection } from "./connection.ts";
import type { Stream } from "./stream.ts";

/** How long nothing had come from the server before the requests that its RST answers, nanoseconds, and the first of them; undefined where
 *  it was not long, or streams from before wait as well. @param at Of the RST. */
export function idleBefore({ client, server, streams }: Connection, at: Origin): { idle: number; stream: Stream } | undefined {
  if (server.frames === 0 || client.end !== undefined || client.goaways.length > 0 || server.goaways.length > 0) return undefined;
  let first: Stream | undefined;
  for (const stream of streams.values()) {
    if (stream.closed || stream.reserved) continue;
    if (!stream.seen || stream.initiator !== "client") return undefined;
    if (first === undefined || stream.openedTime < first.openedTime) first = stream;
  }
  if (first === undefined) return undefined;
  const idle = first.openedTime - server.lastAt.time;
  return idle >= LONG && at.time - first.openedTime <= SOON ? { idle, stream: first } : undefined;
}

// Nanoseconds.
const LONG = 30e9;
const SOON = 5e9;
