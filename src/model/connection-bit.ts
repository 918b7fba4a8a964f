import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import { INITIAL_WINDOW } from "./flow-window.ts";

/** What there may be to say of a connection at its end. */
export const ConnectionBit = {
  /** A side closed it, with FIN or RST. */
  closed: 1 << 0,
  /** A side sent GOAWAY. */
  goaway: 1 << 1,
  /** A side does not speak HTTP/2. */
  foreign: 1 << 2,
  /** The server's TCP did not take it. */
  unanswered: 1 << 3,
  /** The server sent no octet. */
  silent: 1 << 4,
  /** SETTINGS were not acknowledged. */
  unacknowledged: 1 << 5,
  /** A PING was not answered. */
  pinged: 1 << 6,
  /** Streams are not over. */
  unended: 1 << 7,
  /** The server opened or promised streams. */
  pushed: 1 << 8,
  /** The window of the connection is used up for a side. */
  spent: 1 << 9,
  /** Octets were sent again that TCP did not acknowledge. */
  resent: 1 << 10,
} as const;

/** `ConnectionBit`, as the connection is now. */
export function bitsOf({ about, client, clientIndex, closedCount, flow, server, streamCount }: Connection): number {
  const { directions } = flow;
  let bits = bitsOfSide(client) | bitsOfSide(server);
  if (about.cleartext !== undefined) bits |= ConnectionBit.foreign;
  if (flow.unanswered) bits |= ConnectionBit.unanswered;
  if (directions[clientIndex === 0 ? 1 : 0].offset === 0) bits |= ConnectionBit.silent;
  if (streamCount > closedCount) bits |= ConnectionBit.unended;
  if (server.highestOpened > 0) bits |= ConnectionBit.pushed;
  if (directions[0].resent > 0 || directions[1].resent > 0) bits |= ConnectionBit.resent;
  return bits;
}

function bitsOfSide({ end, foreign, goaways, pings, settings, window }: Endpoint): number {
  let bits = 0;
  if (end !== undefined && (end.how === "fin" || end.how === "rst")) bits |= ConnectionBit.closed;
  if (goaways.length > 0) bits |= ConnectionBit.goaway;
  if (foreign !== undefined) bits |= ConnectionBit.foreign;
  if (settings.pending.length > 0) bits |= ConnectionBit.unacknowledged;
  if (pings.length > 0) bits |= ConnectionBit.pinged;
  if (window.sent >= INITIAL_WINDOW + window.granted) bits |= ConnectionBit.spent;
  return bits;
}
