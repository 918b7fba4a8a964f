// Every exchange over HTTP/2 when it is over, as the model has it then: for outputs that make no object of it. Those of a connection come in
// the order in which they end.
import { FieldBit } from "../fields/field.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { beganAt, type ExchangeChooser } from "./exchange.ts";

/** What a request's fields say besides, where they were decoded. */
export interface RequestNotes {
  /** How often the call was tried before: `grpc-previous-rpc-attempts` (gRFC A6). */
  readonly attempts: number | undefined;
  /** W3C Trace Context, as it came. */
  readonly traceparent: string | undefined;
  /** `grpc-trace-bin`, as it came: base64. */
  readonly traceBin: string | undefined;
}

export interface SeenCallsOptions {
  readonly chooser: () => ExchangeChooser | undefined;
  /** Of each that is over and chosen. @param began Nanoseconds. */
  readonly over: (stream: Stream, connection: Connection, began: number, notes: RequestNotes) => void;
  /** Read the fields that join an exchange to a trace. */
  readonly traces: boolean;
}

export class SeenCalls implements ModelSink {
  readonly #options: SeenCallsOptions;
  /** By connection and stream. Streams are no keys: what a Map leaves when it grows would keep them for long. */
  readonly #notes = new Map<number, Map<number, RequestNotes>>();
  #head: { readonly connection: Connection; readonly id: number; readonly notes: RequestNotes } | undefined;
  /** The connection that was asked for last, and whether it is chosen. */
  #asked: Connection | undefined;
  #isChosen = false;

  constructor(options: SeenCallsOptions) {
    this.#options = options;
  }

  fields({ role, decoded, streamId }: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    if (role !== "request" || decoded === undefined) return;
    const { traces } = this.#options;
    if (!traces && (decoded.bits & FieldBit.grpcName) === 0) return;
    let attempts: number | undefined;
    let traceparent: string | undefined;
    let traceBin: string | undefined;
    for (let i = 0; i < decoded.count; i++) {
      const { name, value, bits } = decoded.fields[i]!;
      if ((bits & (FieldBit.nameUnknown | FieldBit.valueUnknown)) !== 0) continue;
      const { text } = name;
      if (text === "grpc-previous-rpc-attempts" && /^\d{1,6}$/.test(value)) attempts = Number(value);
      else if (traces && text === "traceparent") traceparent = value;
      else if (traces && text === "grpc-trace-bin") traceBin = value;
    }
    if (attempts === undefined && traceparent === undefined && traceBin === undefined) return;
    this.#head = { connection, id: streamId, notes: { attempts, traceparent, traceBin } };
  }

  streamStart(stream: Stream, connection: Connection): void {
    const head = this.#head;
    if (head === undefined) return;
    this.#head = undefined;
    if (head.id !== stream.id || head.connection !== connection) return;
    let notes = this.#notes.get(connection.id);
    if (notes === undefined) this.#notes.set(connection.id, (notes = new Map()));
    notes.set(stream.id, head.notes);
  }

  streamEnd(stream: Stream, connection: Connection): void {
    let notes = NONE;
    if (this.#notes.size > 0) {
      const own = this.#notes.get(connection.id);
      notes = own?.get(stream.id) ?? NONE;
      own?.delete(stream.id);
    }
    if (!this.isChosen(connection)) return;
    const began = beganAt(stream);
    if (this.#options.chooser()?.exchange(stream.id, began) !== true) return;
    this.#options.over(stream, connection, began, notes);
  }

  connectionEnd(connection: Connection): void {
    if (connection.isHttp2)
      for (const stream of connection.streams.values()) if (!stream.closed) this.streamEnd(stream, connection);
    this.#notes.delete(connection.id);
    if (this.#asked === connection) this.#asked = undefined;
  }

  /** Whether it is reported. */
  isChosen(connection: Connection): boolean {
    if (this.#asked !== connection) {
      this.#asked = connection;
      this.#isChosen = this.#options.chooser()?.connection(connection) === true;
    }
    return this.#isChosen;
  }
}

const NONE: RequestNotes = { attempts: undefined, traceparent: undefined, traceBin: undefined };
