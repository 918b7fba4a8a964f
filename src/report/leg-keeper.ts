// Keeps the legs that a capture holds, to find out which belong to one call: src/report/way.ts.
import type { Http1Head } from "../detect/http1.ts";
import type { Http1Observer } from "../detect/http1-exchange.ts";
import { FieldBit } from "../fields/field.ts";
import { errorCodeName } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { hostOf, Leg, traceOf, type WayIds } from "./leg.ts";

/** A connection that was asked for and not given. */
export interface Attempt {
  readonly connection: number;
  readonly clientHost: string;
  readonly server: string;
  readonly time: number;
  readonly refused: boolean;
  readonly packet: number;
}

export class LegKeeper implements ModelSink {
  /** Those that are over, in the order in which they ended. */
  legs: Leg[] = [];
  readonly attempts: Attempt[] = [];
  /** Of what was asked before, not all is known any more. */
  knownSince = Number.NEGATIVE_INFINITY;
  readonly #open = new Map<Stream, Leg>();
  readonly #limit: number;
  #head: { readonly connection: Connection; readonly id: number; readonly ids: WayIds } | undefined;

  /** @param limit Of legs that are kept. */
  constructor(limit = KEPT) {
    this.#limit = limit;
  }

  fields({ role, decoded, from, streamId, last }: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    if (decoded === undefined) return;
    if (role === "request") {
      let requestId: string | undefined;
      let trace: string | undefined;
      for (let i = 0; i < decoded.count; i++) {
        const { name, value, bits } = decoded.fields[i]!;
        if ((bits & (FieldBit.nameUnknown | FieldBit.valueUnknown)) !== 0) continue;
        if (name.text === "x-request-id") requestId = value;
        else if (name.text === "traceparent") trace = traceOf(value);
      }
      if (requestId !== undefined || trace !== undefined) this.#head = { connection, id: streamId, ids: { requestId, trace } };
      return;
    }
    if (from === "client" || stream === undefined) return;
    const status = decoded.statusCode;
    // An interim response is no answer (RFC 9110 15.2).
    if (status >= 100 && status < 200) return;
    const server = decoded.fields.find(({ name }, i) => i < decoded.count && name.text === "server")?.value;
    this.#open.get(stream)?.answered(status, decoded.grpcStatus?.value, server, last.time, last.packet);
  }

  frame({ kind, from, errorCode, last }: Frame, stream: Stream | undefined): void {
    if (kind !== "rst-stream" || stream === undefined || stream.server.endAt >= 0) return;
    const leg = this.#open.get(stream);
    if (leg === undefined || leg.cut !== undefined) return;
    leg.cut = { by: from, how: `RST_STREAM ${errorCodeName(errorCode)}`, time: last.time, packet: last.packet };
  }

  streamStart(stream: Stream, connection: Connection): void {
    const head = this.#head;
    this.#head = undefined;
    if (!stream.seen || stream.promised || stream.initiator !== "client") return;
    const { method, path, grpcTimeout: timeout } = stream.request;
    const asked = stream.opening?.time ?? stream.openedTime;
    const ids = head !== undefined && head.id === stream.id && head.connection === connection ? head.ids : NO_IDS;
    this.#open.set(stream, new Leg(connection, { stream: stream.id, http1: false, ids, method, path, asked, timeout }));
  }

  streamEnd(stream: Stream, connection: Connection): void {
    const leg = this.#open.get(stream);
    if (leg === undefined) return;
    this.#open.delete(stream);
    leg.close(stream, connection);
    this.#keep(leg);
  }

  http1(head: Http1Head, number: number, connection: Connection): Http1Observer | undefined {
    const [method, path] = head.line.split(" ");
    const ids: { requestId: string | undefined; trace: string | undefined } = { requestId: undefined, trace: undefined };
    let timeout: string | undefined;
    for (const [name, value] of head.fields) {
      if (name === "x-request-id") ids.requestId = value;
      else if (name === "traceparent") ids.trace = traceOf(value);
      else if (name === "grpc-timeout") timeout = value;
    }
    const leg = new Leg(connection, { stream: number, http1: true, ids, method, path, asked: head.last.time, timeout });
    leg.octets = 0;
    let isOver = false;
    const over = () => {
      if (!isOver) this.#keep(leg);
      isOver = true;
    };
    return {
      client: {
        octets: (_, start, end) => {
          if (leg.octets >= 0) leg.octets += end - start;
        },
        over() {},
        lost() {
          leg.octets = -1;
        },
      },
      server: {
        octets() {},
        over(_, at) {
          leg.answeredAt = Math.max(leg.answeredAt, at.time);
          leg.cut = undefined;
          over();
        },
        lost() {
          leg.gaps = true;
        },
      },
      response({ line, fields, last }) {
        const server = fields.find(([name]) => name === "server")?.[1];
        const grpc = fields.find(([name]) => name === "grpc-status")?.[1];
        leg.answered(Number(line.split(" ")[1]) || 0, grpc, server, last.time, last.packet);
      },
      closed(by, how, { time, packet }) {
        // Who asked may say so that nothing follows, and wait (RFC 9112 9.6): only an answer that never came was cut off by it.
        if (how === "fin" || how === "rst") leg.cut ??= { by, how: how.toUpperCase(), time, packet };
      },
      end(how) {
        if (how === undefined) leg.gaps = true;
        over();
      },
    };
  }

  connectionEnd(connection: Connection): void {
    const { flow } = connection;
    if (connection.isHttp2) {
      for (const stream of connection.streams.values()) if (!stream.closed) this.streamEnd(stream, connection);
    } else if (flow.unanswered && this.attempts.length < ATTEMPTS) {
      this.attempts.push({
        ...{ connection: flow.id, clientHost: hostOf(connection.address("client")), server: connection.address("server") },
        ...{ time: flow.firstTime, refused: flow.refused, packet: flow.lastPacket },
      });
    }
  }

  #keep(leg: Leg): void {
    this.legs.push(leg);
    if (this.legs.length <= this.#limit) return;
    const dropped = this.legs.splice(0, this.#limit >> 2);
    for (const { asked } of dropped) if (asked > this.knownSince) this.knownSince = asked;
  }
}

const NO_IDS: WayIds = { requestId: undefined, trace: undefined };
const KEPT = 20_000;
const ATTEMPTS = 1000;
