import type { FindingEvent } from "./event.ts";

/** What a check in CI is about: proven, no consequence of a fault before it, and not accepted before. */
export const counts = ({ certainty, consequent, baseline }: FindingEvent): boolean =>
  certainty === "proven" && !consequent && baseline !== true;

/** `connection 1, stream 3, packet 11`. */
export function placeOf({ connection, stream, frame }: FindingEvent): string {
  return [`connection ${connection}`, ...(stream === 0 ? [] : [`stream ${stream}`]), `packet ${frame.packet}`].join(", ");
}
