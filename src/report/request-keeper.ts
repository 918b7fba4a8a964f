// Keeps one request of the capture, for `h2lint repro`: its fields and its content.
import { copyOf } from "../bytes.ts";
import { FieldBit } from "../fields/field.ts";
import { type Call, callOf, isGrpc } from "../grpc/call.ts";
import type { Schemas } from "../grpc/schema.ts";
import type { Frame } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { ContentReader, Stream } from "../model/stream.ts";
import type { ExchangeChooser } from "./exchange.ts";
import type { MessageKeeper } from "./messages.ts";
import type { CapturedRequest } from "./repro.ts";

interface Head {
  readonly connection: Connection;
  readonly id: number;
  readonly fields: readonly (readonly [string, string])[];
  readonly known: boolean;
}

/** A listener of the model after the CallReader and its MessageKeeper. Of several requests that are chosen it keeps the first. */
export class RequestKeeper implements ModelSink {
  readonly #chooser: ExchangeChooser;
  readonly #messages: MessageKeeper;
  readonly #limits: Limits;
  #stream: Stream | undefined;
  #connection: Connection | undefined;
  /** A stream that is over keeps it no longer. */
  #call: Call | undefined;
  /** The last one that may open it. */
  #head: Head | undefined;
  readonly #content: Uint8Array[] = [];
  #octets = 0;
  #cut = false;
  /** How many further ones were chosen. */
  more = 0;

  constructor(chooser: ExchangeChooser, messages: MessageKeeper, limits: Limits) {
    this.#chooser = chooser;
    this.#messages = messages;
    this.#limits = limits;
  }

  streamStart(stream: Stream, connection: Connection): void {
    if (!this.#chooser.connection(connection) || !this.#chooser.exchange(stream.id, stream.openedTime)) return;
    if (this.#stream !== undefined) {
      this.more++;
      return;
    }
    this.#stream = stream;
    this.#connection = connection;
    if (this.#head?.id !== stream.id || this.#head.connection !== connection) this.#head = undefined;
    // Frames that come in pieces; of gRPC its messages are reported.
    const reader: ContentReader = { read: (bytes, start, end) => this.#keep(bytes, start, end) };
    if (!isGrpc(stream)) stream.listen("client", reader);
  }

  // Comes before the stream that it opens.
  fields(
    { role, streamId, promisedStreamId, first, decoded }: FieldBlock,
    _stream: Stream | undefined,
    connection: Connection,
  ): void {
    if (this.#stream !== undefined || (role !== "request" && role !== "promise") || decoded === undefined) return;
    const id = role === "promise" ? promisedStreamId : streamId;
    if (!this.#chooser.exchange(id, first.time) || !this.#chooser.connection(connection)) return;
    const fields: [string, string][] = [];
    for (const { name, value, bits } of decoded.fields.slice(0, decoded.count))
      if ((bits & (FieldBit.nameUnknown | FieldBit.valueUnknown)) === 0) fields.push([name.text, value]);
    this.#head = { connection, id, fields, known: decoded.certainty === "exact" };
  }

  streamEnd(stream: Stream): void {
    if (stream !== this.#stream) return;
    this.#call = callOf(stream);
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    if (stream === undefined || stream !== this.#stream || connection !== this.#connection) return;
    if (frame.kind !== "data" || frame.from !== "client") return;
    this.#keep(frame.bytes, frame.start, frame.end);
    if (frame.fault !== undefined) this.#cut = true;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    this.#octets += end - start;
    if (this.#octets > this.#limits.messageOctets) this.#cut = true;
    else if (end > start) this.#content.push(copyOf(bytes, start, end));
  }

  /** What was kept; undefined where there was no such request. */
  request(schemas: Schemas): CapturedRequest | undefined {
    const stream = this.#stream;
    const connection = this.#connection;
    if (stream === undefined || connection === undefined) return undefined;
    const call = this.#call ?? callOf(stream);
    const grpc = call?.asked === true;
    const { messages, omitted } = this.#messages.take(stream);
    const sent = messages.filter(({ from }) => from === "client");
    const lost = grpc ? call.request.state === "lost" || call.request.inMessage : this.#octets < stream.client.dataOctets;
    const peer = connection.address("server");
    return {
      peer,
      tls: !connection.protocol.startsWith("h2c"),
      grpc,
      fields: this.#head?.fields ?? pseudoFields(stream),
      known: this.#head?.known === true,
      timeout: call?.timeout,
      messages: sent.filter(({ bytes, length }) => bytes !== undefined || length === 0),
      body: Buffer.concat(this.#content),
      cut: this.#cut || lost || omitted > 0 || sent.some(({ bytes, length }) => bytes === undefined && length > 0),
      method: stream.request.path === undefined ? undefined : schemas.method(stream.request.path, peer),
    };
  }
}

// Of a request that came by HTTP/1.1, or was not captured, the model remembers the most.
function pseudoFields({ request }: Stream): [string, string][] {
  const fields: [string, string | undefined][] = [
    [":method", request.method],
    [":path", request.path],
    [":authority", request.authority],
    ["content-type", request.contentType],
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] satisfies [string, string]]));
}
