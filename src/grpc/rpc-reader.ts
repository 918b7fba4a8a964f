// In: field blocks and DATA by the model, and HTTP/1.1 exchanges. Out: the calls among them that are no gRPC but gRPC-Web, Connect or
// Triple (rpc.ts), their messages and statuses. No rule judges them.

import { fieldOf, type Http1ContentReader, type Http1Head } from "../detect/http1.ts";
import type { Http1Observer } from "../detect/http1-exchange.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import type { Frame } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { ContentReader, Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { isContent } from "./call-reader.ts";
import { type FieldLookup, type RpcRequest, rpcOf } from "./rpc.ts";
import { type Http1Call, RpcBudget, RpcCall, type RpcContent, type RpcListener } from "./rpc-call.ts";

export interface RpcSink extends Partial<RpcListener> {
  /** A call over HTTP/1.1 began; those of HTTP/2 are streams, see `rpcCallOf`. */
  http1Start?(call: RpcCall): void;
  /** It is over. @param at Nanoseconds; undefined where it is not complete. `how`: of the connection. */
  http1End?(call: RpcCall, at: number | undefined, how: EndReason | undefined): void;
}

interface Head {
  readonly connection: Connection;
  readonly id: number;
  readonly request: RpcRequest;
  readonly field: FieldLookup;
  readonly endStream: boolean;
  readonly time: number;
}

/** A listener of the model, behind the CallReader and before those it tells of calls. */
export class RpcReader implements ModelSink {
  readonly #sinks: readonly RpcSink[];
  readonly #budget: RpcBudget;
  readonly #listener: RpcListener;
  /** What the last request said, before its stream is there. */
  #head: Head | undefined;

  constructor(sinks: readonly RpcSink[], limits: Limits) {
    this.#sinks = sinks;
    this.#budget = new RpcBudget(limits);
    this.#listener = {
      wants: (call) => sinks.some((sink) => sink.wants?.(call) === true),
      message: (message, time, call) => {
        for (const sink of sinks) sink.message?.(message, time, call);
      },
    };
  }

  http1(head: Http1Head, number: number, connection: Connection): Http1Observer | undefined {
    const [method = "", target = ""] = head.line.split(" ");
    const field: FieldLookup = (name) => fieldOf(head, name);
    const request = rpcOf(method, target, field);
    if (request === undefined) return undefined;
    const { fields, first } = head;
    const http1: Http1Call = { number, method, target, authority: field("host"), fields, answered: undefined, began: first.time };
    const call = new RpcCall(request, field, connection, http1, this.#listener, this.#budget);
    for (const sink of this.#sinks) sink.http1Start?.(call);
    return this.#observer(call, http1);
  }

  #observer(call: RpcCall, http1: Http1Call): Http1Observer {
    let ended = false;
    const end = (at: number | undefined, how: EndReason | undefined): void => {
      if (ended) return;
      ended = true;
      call.request.close();
      call.response.close();
      for (const sink of this.#sinks) sink.http1End?.(call, at, how);
    };
    const reader = (content: RpcContent): Http1ContentReader => ({
      octets: (b, from, to, at) => content.read(b, from, to, at.time),
      over: (trailers, at) => {
        if (content === call.response) call.takeStatus((name) => trailers.find(([one]) => one === name)?.[1]);
        call.over(content.from, at.time);
        if (content === call.response) end(at.time, undefined);
      },
      lost: () => content.lose(),
    });
    return {
      client: reader(call.request),
      server: reader(call.response),
      response: (head) => {
        const status = Number(head.line.split(" ")[1] ?? 0);
        http1.answered = head.fields;
        call.answer(status, (name) => fieldOf(head, name));
      },
      end: (how) => end(undefined, how),
    };
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    const { decoded, role, from } = block;
    if (decoded === undefined || block.ignored) return;
    if (role === "request") {
      const request = rpcOf(decoded.method?.value ?? "", decoded.path?.value ?? "", (name) => find(decoded, name));
      if (request === undefined) this.#head = undefined;
      else {
        const { streamId: id, endStream, last } = block;
        this.#head = { connection, id, request, field: lookIn(decoded), endStream, time: last.time };
      }
      return;
    }
    const call = rpcCallOf(stream);
    if (call === undefined) return;
    if (role === "response") call.answer(decoded.statusCode, lookIn(decoded));
    else if (role === "response-trailers") call.takeStatus(lookIn(decoded));
    if (block.endStream && role !== "interim" && role !== "unknown") call.over(from, block.last.time);
  }

  streamStart(stream: Stream, connection: Connection): void {
    const head = this.#head;
    this.#head = undefined;
    if (head === undefined || head.connection !== connection || head.id !== stream.id) return;
    const call = new RpcCall(head.request, head.field, connection, undefined, this.#listener, this.#budget);
    stream.client.content = new RpcHalf(call.request, connection);
    stream.server.content = new RpcHalf(call.response, connection);
    call.request.at(head.time);
    if (head.endStream) call.over("client", head.time);
  }

  frame(frame: Frame, stream: Stream | undefined): void {
    if (frame.kind !== "data" || stream === undefined) return;
    const half = stream.half(frame.from).content;
    if (!(half instanceof RpcHalf)) return;
    half.take(frame);
    if (frame.endStream) half.rpc.call.over(frame.from, frame.last.time);
  }

  streamEnd(stream: Stream): void {
    for (const half of [stream.client.content, stream.server.content]) if (half instanceof RpcHalf) half.end();
  }

  connectionEnd(connection: Connection): void {
    for (const stream of connection.streams.values()) if (!stream.closed) this.streamEnd(stream);
  }
}

/** The call that a stream is, where it is one of these. */
export function rpcCallOf(stream: Stream | undefined): RpcCall | undefined {
  const content = stream?.client.content;
  return content instanceof RpcHalf ? content.rpc.call : undefined;
}

/** One side of a stream. */
class RpcHalf implements ContentReader {
  readonly rpc: RpcContent;
  readonly #connection: Connection;
  /** Frame borders that were lost before the stream. */
  readonly #borderLosses: number;

  constructor(rpc: RpcContent, connection: Connection) {
    this.rpc = rpc;
    this.#connection = connection;
    this.#borderLosses = connection.endpoint(rpc.from).borderLosses;
  }

  // Pieces come ahead of their frame.
  read(bytes: Uint8Array, start: number, end: number): void {
    this.#checkBorders(this.rpc.from);
    this.rpc.read(bytes, start, end);
  }

  take(frame: Frame): void {
    this.#checkBorders(frame.from);
    if (frame.fault !== undefined || !isContent(frame.observations)) this.rpc.lose();
    this.rpc.read(frame.bytes, frame.start, frame.end, frame.last.time);
    this.rpc.at(frame.last.time);
  }

  end(): void {
    this.#checkBorders(this.rpc.from);
    this.rpc.close();
  }

  // Where frame borders were lost, frames of any stream may be missing.
  #checkBorders(side: Side): void {
    if (this.#connection.endpoint(side).borderLosses !== this.#borderLosses) this.rpc.lose();
  }
}

function find(decoded: DecodedBlock, name: string): string | undefined {
  for (let i = 0; i < decoded.count; i++) if (decoded.fields[i]!.name.text === name) return decoded.fields[i]!.value;
  return undefined;
}

// The block is borrowed.
function lookIn(decoded: DecodedBlock): FieldLookup {
  const fields = new Map<string, string>();
  for (let i = 0; i < decoded.count; i++) {
    const { name, value } = decoded.fields[i]!;
    if (!fields.has(name.text)) fields.set(name.text, value);
  }
  return (name) => fields.get(name);
}
