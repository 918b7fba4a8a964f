// How an exchange ended, by whom and when, as far as the capture shows.

import type { Clock } from "../capture/clock.ts";
import { errorCodeName } from "../http2/error-code.ts";
import type { Connection } from "../model/connection.ts";
import { isError } from "../model/endpoint.ts";
import type { Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";

export type ExchangeEnd =
  | "complete"
  | "reset-by-client"
  | "reset-by-server"
  | "killed-by-goaway"
  | "killed-by-close"
  | "open"
  | "unknown";

/** Who cut it short. */
export interface EndedBy {
  readonly side: Side;
  readonly how: "rst-stream" | "goaway" | "fin" | "rst";
  /** Of RST_STREAM and GOAWAY: `CANCEL`. */
  readonly errorCode?: string;
  /** Seconds since the epoch. */
  readonly time: string;
}

export interface Ending {
  readonly end: ExchangeEnd;
  /** Nanoseconds; undefined where it is not over. */
  readonly at?: number;
  readonly by?: Omit<EndedBy, "time">;
}

export function endOf(stream: Stream, connection: Connection): Ending {
  const { client, server } = stream;
  const { client: asking, server: answering } = connection;
  // A reset that crossed the end of the response took it from the client, unless content-length had said that there is no more.
  const crossed = client.resetAt >= 0 && client.resetKnew < server.endAt && !client.resetAtWhole;
  if (client.resetAtWhole && server.endAt < 0) return { end: "complete", at: client.resetTime };
  if (server.endAt >= 0 && !crossed) return { end: "complete", at: server.endTime };
  const side = resetSide(stream);
  if (side !== undefined) return resetBy(side, stream);
  // What is missing may be its end.
  if (asking.lostOctets > 0 || answering.lostOctets > 0 || asking.resynced || answering.resynced) return { end: "unknown" };
  const opener = connection.endpoint(stream.initiator);
  const goaway = [
    ...answering.goaways
      .filter((one) => isError(one) || (opener === asking && one.lastStreamId < stream.id))
      .map((one) => ({ ...one, side: "server" as const })),
    ...asking.goaways.filter(isError).map((one) => ({ ...one, side: "client" as const })),
  ].sort((a, b) => a.time - b.time)[0];
  if (goaway !== undefined) {
    const { side, errorCode, time } = goaway;
    const by = { side, how: "goaway", errorCode: errorCodeName(errorCode) } as const;
    return { end: "killed-by-goaway", at: Math.max(time, stream.openedTime), by };
  }
  const close = (["client", "server"] as const)
    .flatMap((side) => {
      const end = connection.endpoint(side).end;
      return end?.how === "fin" || end?.how === "rst" ? [{ side, how: end.how, time: end.at.time }] : [];
    })
    .sort((a, b) => a.time - b.time)[0];
  if (close !== undefined) return { end: "killed-by-close", at: close.time, by: { side: close.side, how: close.how } };
  const ended = [asking.end, answering.end].every((one) => one === undefined || one.how === "capture-end");
  return { end: ended ? "open" : "unknown" };
}

/** Who reset it first. */
function resetSide({ client, server }: Stream): Side | undefined {
  if (client.resetAt >= 0 && (server.resetAt < 0 || client.resetTime <= server.resetTime)) return "client";
  return server.resetAt >= 0 ? "server" : undefined;
}

/** `reset by the client: CANCEL`; empty where nobody reset it. */
export function resetText(stream: Stream): string {
  const side = resetSide(stream);
  return side === undefined ? "" : `reset by the ${side}: ${errorCodeName(stream.half(side).resetCode)}`;
}

function resetBy(side: Side, stream: Stream): Ending {
  const { resetTime, resetCode } = stream.half(side);
  const by = { side, how: "rst-stream", errorCode: errorCodeName(resetCode) } as const;
  return { end: side === "client" ? "reset-by-client" : "reset-by-server", at: resetTime, by };
}

/** The same as it is listed. */
export const endedBy = ({ by, at }: Ending, clock: Clock): EndedBy | undefined =>
  by === undefined || at === undefined ? undefined : { ...by, time: clock.text(at) };
