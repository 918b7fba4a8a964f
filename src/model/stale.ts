// A connection that was idle, and that the other end has forgotten: the next request is answered by TCP alone.
import type { Origin } from "../place.ts";
import type { Connection } from "./connection.ts";
import type { Stream } from "./stream.ts";

/** How long nothing had come on streams, and from the server, before the requests that its RST answers, nanoseconds, and the first of them;
 *  undefined where it was not long, streams from before wait as well, or its TCP had taken the request. @param at Of the RST. */
export function idleBefore(
  { client, clientIndex, flow, server, streams }: Connection,
  at: Origin,
): { idle: number; stream: Stream } | undefined {
  if (server.frames === 0 || client.end !== undefined || client.goaways.length > 0 || server.goaways.length > 0) return undefined;
  let first: Stream | undefined;
  for (const stream of streams.values()) {
    if (stream.closed || stream.reserved) continue;
    if (!stream.seen || stream.initiator !== "client") return undefined;
    if (first === undefined || stream.openedTime < first.openedTime) first = stream;
  }
  if (first === undefined) return undefined;
  // A RST without ACK acknowledges nothing itself.
  if (at.acked < 0 && flow.directions[clientIndex].acknowledged > first.openedAt - 1) return undefined;
  let last = server.lastAt.time;
  for (const { openedTime, client: request } of streams.values())
    if (openedTime < first.openedTime && request.lastTime < first.openedTime) last = Math.max(last, request.lastTime);
  const idle = first.openedTime - last;
  return idle >= LONG && at.time - first.openedTime <= SOON ? { idle, stream: first } : undefined;
}

// Nanoseconds.
const LONG = 30e9;
const SOON = 5e9;
