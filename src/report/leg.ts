// A call as one connection shows it: one leg of the way from the client through proxies to the server.
import { statusCode } from "../grpc/status.ts";
import { timeoutOf } from "../grpc/timeout.ts";
import { errorCodeName } from "../http2/error-code.ts";
import type { Connection } from "../model/connection.ts";
import type { Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";

/** What a request says of the whole way: proxies pass it on. */
export interface WayIds {
  readonly requestId: string | undefined;
  /** W3C Trace Context: the trace, without the span. */
  readonly trace: string | undefined;
}

/** How a leg was cut short: by whom, and what that is called. */
export interface LegEnd {
  readonly by: Side;
  /** `RST_STREAM CANCEL`, `GOAWAY INTERNAL_ERROR`, `FIN`. */
  readonly how: string;
  readonly time: number;
  /** -1: not known. */
  readonly packet: number;
}

export class Leg {
  readonly connection: number;
  /** Over HTTP/1.1 the number of the request on its connection. */
  readonly stream: number;
  readonly http1: boolean;
  /** Addresses without ports, and the server's with its port. */
  readonly clientHost: string;
  readonly serverHost: string;
  readonly server: string;
  readonly ids: WayIds;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly asked: number;
  /** Nanoseconds, of `grpc-timeout`. */
  readonly deadline: number | undefined;
  /** Content octets of the request; -1: not known. */
  octets = -1;
  /** `:status`, and `grpc-status` where there is one; 0 and -1: none came. */
  status = 0;
  grpcStatus = -1;
  /** What the server calls itself. */
  software: string | undefined = undefined;
  answeredAt = -1;
  answerPacket = -1;
  cut: LegEnd | undefined = undefined;
  /** Octets are missing: what does not show may have been there. */
  gaps = false;

  constructor(c: Connection, request: LegRequest) {
    const { stream, http1, ids, method, path, asked, timeout } = request;
    this.connection = c.id;
    this.stream = stream;
    this.http1 = http1;
    this.server = c.address("server");
    this.clientHost = hostOf(c.address("client"));
    this.serverHost = hostOf(this.server);
    this.ids = ids;
    this.method = method;
    this.path = path;
    this.asked = asked;
    this.deadline = timeoutOf(timeout);
  }

  /** When it was over; Infinity: never. */
  get over(): number {
    return this.cut?.time ?? (this.answeredAt >= 0 ? this.answeredAt : Number.POSITIVE_INFINITY);
  }

  /** It ended with an error: a status, or before its answer did. */
  get failed(): boolean {
    return this.cut !== undefined || this.status >= 400 || this.grpcStatus > 0;
  }

  answered(status: number, grpcStatus: string | undefined, server: string | undefined, time: number, packet: number): void {
    if (status !== 0) this.status = status;
    this.grpcStatus = statusCode(grpcStatus) ?? this.grpcStatus;
    this.software ??= server;
    this.answeredAt = time;
    this.answerPacket = packet;
  }

  /** Nothing follows on its stream. */
  close(stream: Stream, c: Connection): void {
    const { client, server } = stream;
    this.octets = client.endAt >= 0 ? client.dataOctets : -1;
    this.gaps = c.client.lostOctets > 0 || c.server.lostOctets > 0;
    if (server.endAt >= 0) this.answeredAt = Math.max(this.answeredAt, server.endTime);
    if (this.cut !== undefined || server.endAt >= 0) return;
    const goaway = c.server.goaways.find(({ errorCode, lastStreamId }) => errorCode !== 0 || lastStreamId < stream.id);
    if (goaway !== undefined)
      this.cut = { by: "server", how: `GOAWAY ${errorCodeName(goaway.errorCode)}`, time: goaway.time, packet: goaway.packet };
    else this.cut = firstEnd(c);
  }
}

/** What a leg begins with. */
export interface LegRequest {
  readonly stream: number;
  readonly http1: boolean;
  readonly ids: WayIds;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly asked: number;
  readonly timeout: string | undefined;
}

/** Who closed the connection first. */
function firstEnd(c: Connection): LegEnd | undefined {
  const ends = (["client", "server"] as const).flatMap((by) => {
    const end = c.endpoint(by).end;
    if (end === undefined || (end.how !== "fin" && end.how !== "rst")) return [];
    return [{ by, how: end.how.toUpperCase(), time: end.at.time, packet: end.at.packet }];
  });
  return ends.sort((a, b) => a.time - b.time)[0];
}

export const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(":"));

/** `traceparent: 00-<trace>-<span>-01` (W3C Trace Context 3.2). */
export const traceOf = (value: string): string | undefined => /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-/.exec(value)?.[1];
