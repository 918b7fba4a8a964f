import type { Connection } from "./connection.ts";

/** How many requests the client had sent with this one: it may have passed over ids.
 *  @param id Of its stream. */
export function requestNumber({ calls, streams }: Connection, id: number): number {
  let later = 0;
  for (const stream of streams.values()) if (stream.initiator === "client" && stream.seen && stream.id > id) later++;
  return calls - later;
}
