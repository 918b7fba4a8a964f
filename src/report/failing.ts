import type { FindingEvent } from "./event.ts";

/** What a check in CI is about: proven, no consequence of a fault before it, and not accepted before. */
export const counts = ({ certainty, consequent, baseline }: FindingEvent): boolean =>
  certainty === "proven" && !consequent && baseline !== true;

/** `connection 1, stream 3, packet 11`; of a log `line 11`. */
export const placeOf = ({ connection, stream, frame }: FindingEvent): string =>
  frame.line === undefined
    ? placeText(connection, stream, frame.packet)
    : [`connection ${connection}`, ...(stream === 0 ? [] : [`stream ${stream}`]), `line ${frame.line}`].join(", ");

export function placeText(connection: number, stream: number, packet: number): string {
  return [`connection ${connection}`, ...(stream === 0 ? [] : [`stream ${stream}`]), `packet ${packet}`].join(", ");
}
