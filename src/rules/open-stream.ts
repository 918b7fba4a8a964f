import type { Connection } from "../model/connection.ts";

/** A stream of the connection is not over, as far as the capture shows. */
export function hasOpenStream({ streams }: Connection): boolean {
  for (const { closed, reserved } of streams.values()) if (!closed && !reserved) return true;
  return false;
}
