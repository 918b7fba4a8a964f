import type { Missing } from "../hpack/table-loss.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";

/** What a side may have begun to send when octets of it were lost: the highest stream that the client had opened, and the field blocks that
 *  may end messages, one each; of a server also those that may begin them. */
export function underWay(connection: Connection, sender: Endpoint): Pick<Missing, "opened" | "blocks"> {
  const { client, server, streams } = connection;
  const opened = client.highestOpened;
  const isClient = sender === client;
  // Of a server: no request may be missing, and it may not push.
  if (client.active.length > ACTIVE || (!isClient && (!client.opensKnown || server.highestOpened > 0))) return { opened };
  // Requests that were not captured may be open as well.
  let blocks = isClient ? Math.max(((opened + 1) >> 1) - connection.calls, 0) : 0;
  for (const id of client.active) {
    const half = streams.get(id)?.[sender.side];
    if (half !== undefined && half.endAt < 0) blocks += isClient || half.message === "yes" ? 1 : 2;
  }
  return { opened, blocks };
}

// Streams that are counted.
const ACTIVE = 1000;
