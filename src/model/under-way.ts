import type { Missing } from "../hpack/table-loss.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";

/** What a side may have begun to send when octets of it were lost. Of a client: the highest stream that it had opened. Of a server: the same
 *  of its client, and the blocks of answers that it had not finished, one at the beginning of each and one at its end. */
export function underWay({ client, server, streams }: Connection, sender: Endpoint): Pick<Missing, "opened" | "blocks"> {
  const opened = client.highestOpened;
  if (sender === client || !client.opensKnown || server.highestOpened > 0 || client.active.length > ACTIVE) return { opened };
  let blocks = 0;
  for (const id of client.active) {
    const half = streams.get(id)?.server;
    if (half !== undefined && half.endAt < 0) blocks += half.message === "yes" ? 1 : 2;
  }
  return { opened, blocks };
}

// Streams that are counted.
const ACTIVE = 1000;
