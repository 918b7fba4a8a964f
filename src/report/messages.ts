// What gRPC messages hold, for `h2lint calls --messages`: kept until their exchange is listed, and as long as a schema for them may yet
// come by server reflection, within the bound.
import { hex } from "../bytes.ts";
import type { Clock } from "../capture/clock.ts";
import type { Call } from "../grpc/call.ts";
import { decompress } from "../grpc/decompress.ts";
import type { CallSink } from "../grpc/grpc-sink.ts";
import type { GrpcMessage } from "../grpc/message-decoder.ts";
import type { MethodSchema } from "../grpc/schema/method.ts";
import type { Schemas } from "../grpc/schema.ts";
import { describe, type Json, textOf } from "../grpc/schemaless.ts";
import type { Frame } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";
import { beganAt, type ExchangeChooser, type ExchangeObject, type MessageObject } from "./exchange.ts";
import { masked } from "./mask.ts";
import { utf8 } from "./text.ts";

/** One message as it was on the wire. */
export interface KeptMessage {
  readonly from: Side;
  readonly index: number;
  readonly time: number;
  readonly length: number;
  readonly flag: number;
  /** `grpc-encoding`, where it is compressed. */
  readonly encoding: string;
  /** Undefined where it was too long. */
  readonly bytes: Uint8Array | undefined;
}

interface Kept {
  readonly messages: KeptMessage[];
  octets: number;
  omitted: number;
  format: Call["format"];
}

/** Keeps the messages of calls. */
export class MessageKeeper implements CallSink {
  readonly #chooser: ExchangeChooser;
  readonly #limits: Limits;
  readonly #kept = new Map<Stream, Kept>();
  #octets = 0;
  /** Asked for room when there is none. */
  onFull: () => void = () => {};

  constructor(chooser: ExchangeChooser, limits: Limits) {
    this.#chooser = chooser;
    this.#limits = limits;
  }

  wants({ stream, connection }: Call): boolean {
    return this.#chooser.connection(connection) && this.#chooser.exchange(stream.id, beganAt(stream));
  }

  message(message: GrpcMessage, frame: Frame, call: Call): void {
    if (this.wants(call)) this.#keep(message, frame.last.time, call);
  }

  otherMessage(message: GrpcMessage, time: number, call: Call): void {
    this.#keep(message, time, call);
  }

  #keep(message: GrpcMessage, time: number, call: Call): void {
    const { from, number, length, flag, bytes } = message;
    const { stream, format } = call;
    let kept = this.#kept.get(stream);
    if (kept === undefined) {
      kept = { messages: [], octets: 0, omitted: 0, format };
      this.#kept.set(stream, kept);
    }
    const cost = (bytes?.length ?? 0) + MESSAGE;
    if (this.#octets + cost > this.#limits.keptOctets) this.onFull();
    if (this.#octets + cost > this.#limits.keptOctets) {
      kept.omitted++;
      return;
    }
    this.#octets += cost;
    kept.octets += cost;
    kept.format = format;
    kept.messages.push({ from, index: number - 1, time, length, flag, encoding: call.encodingOf(message), bytes });
  }

  /** Of an exchange, by its stream. */
  has(stream: Stream): boolean {
    return (this.#kept.get(stream)?.messages.length ?? 0) > 0;
  }

  /** What was kept of an exchange, which is forgotten then. */
  take(stream: Stream): Omit<Kept, "octets"> {
    const kept = this.#kept.get(stream);
    if (kept === undefined) return { messages: [], omitted: 0, format: "protobuf" };
    this.#kept.delete(stream);
    this.#octets -= kept.octets;
    return kept;
  }
}

/** Puts the messages into the exchanges, in order. */
export class MessageLister {
  readonly #keeper: MessageKeeper;
  readonly #schemas: Schemas;
  readonly #limits: Limits;
  readonly #clock: () => Clock;
  readonly #emit: (exchange: ExchangeObject) => void;
  readonly #showSecrets: boolean;
  #queue: { readonly exchange: ExchangeObject; readonly stream: Stream }[] = [];

  constructor(
    keeper: MessageKeeper,
    schemas: Schemas,
    limits: Limits,
    clock: () => Clock,
    emit: (exchange: ExchangeObject) => void,
    showSecrets = false,
  ) {
    this.#showSecrets = showSecrets;
    this.#keeper = keeper;
    this.#schemas = schemas;
    this.#limits = limits;
    this.#clock = clock;
    this.#emit = emit;
    keeper.onFull = () => this.#release(this.#queue.length);
  }

  /** An exchange that is over. */
  exchange(exchange: ExchangeObject, stream: Stream): void {
    this.#queue.push({ exchange, stream });
    let ready = 0;
    while (ready < this.#queue.length && !this.#waits(this.#queue[ready]!.exchange, this.#queue[ready]!.stream)) ready++;
    if (this.#queue.length > this.#limits.exchanges) ready = Math.max(ready, 1);
    this.#release(ready);
  }

  end(): void {
    this.#release(this.#queue.length);
  }

  // Its schema may yet come.
  #waits({ path, peer, protocol }: ExchangeObject, stream: Stream): boolean {
    if (protocol === "http" || !this.#keeper.has(stream)) return false;
    return path === undefined || this.#schemas.method(withoutQuery(path), peer) === undefined;
  }

  #release(count: number): void {
    const released = this.#queue.splice(0, count);
    for (const { exchange, stream } of released) {
      const { messages, omitted, format } = this.#keeper.take(stream);
      if (exchange.protocol === "http") {
        this.#emit(exchange);
        continue;
      }
      const method = exchange.path === undefined ? undefined : this.#schemas.method(withoutQuery(exchange.path), exchange.peer);
      let room = LONGEST_EXCHANGE;
      this.#emit({
        ...exchange,
        messages: messages.map((message) => {
          const time = this.#clock().text(message.time);
          const object = messageObject(message, time, format, method, this.#limits, this.#showSecrets, room);
          room -= JSON.stringify(object).length;
          return object;
        }),
        ...(omitted === 0 ? {} : { messagesOmitted: omitted }),
      });
    }
  }
}

// A call of Connect may be a GET.
const withoutQuery = (path: string): string => path.replace(/\?.*/s, "");

type Content = Pick<MessageObject, "type" | "json" | "raw" | "misfit" | "omitted">;

/** One message as it is listed.
 *  @param room Characters that it may take. */
export function messageObject(
  message: KeptMessage,
  time: string,
  format: Call["format"],
  method: MethodSchema | undefined,
  limits: Limits,
  showSecrets: boolean,
  room = LONGEST_MESSAGE,
): MessageObject {
  const content = contentOf(message, format, method, limits, showSecrets);
  const limit = Math.min(room, LONGEST_MESSAGE);
  // A few octets may stand for long names of a schema, and for much that was compressed.
  const long = JSON.stringify(content).length > limit;
  return {
    direction: message.from === "client" ? "request" : "response",
    index: message.index,
    time,
    length: message.length,
    compressed: message.flag === 1,
    ...(long ? { omitted: `its text is longer than ${limit} characters` } : content),
  };
}

// By its schema, as it looks without one, or its octets.
function contentOf(
  { from, encoding, bytes, length }: KeptMessage,
  format: Call["format"],
  method: MethodSchema | undefined,
  limits: Limits,
  showSecrets: boolean,
): Content {
  const shown = (json: Json): Json => (showSecrets ? json : masked(json));
  if (bytes === undefined && length > 0) return { omitted: `more than ${limits.messageOctets} bytes, or than are kept in all` };
  // Of an empty one there is nothing to decompress: senders mark it either way.
  const octets = decompress(bytes ?? new Uint8Array(0), length === 0 ? "identity" : encoding, limits.messageOctets);
  if (typeof octets === "string") return { omitted: whyNot(octets, encoding, limits) };
  if (format === "json") {
    const json = jsonOf(octets);
    return json === undefined ? { raw: hex(octets, 0, octets.length) } : { json: shown(json) };
  }
  if (format === "other") return { raw: hex(octets, 0, octets.length) };
  const json = method?.json(from, octets, { redact: !showSecrets });
  if (method !== undefined && json !== undefined) return { type: method.typeName(from), json: shown(json) };
  const misfit = method?.misfit(from, octets);
  const wrong = misfit === undefined ? {} : { misfit };
  const looks = describe(octets);
  return looks === undefined ? { raw: hex(octets, 0, octets.length), ...wrong } : { json: shown(looks), ...wrong };
}

function whyNot(result: string, encoding: string, limits: Limits): string {
  if (result === "large") return `decompresses to more than ${limits.messageOctets} bytes`;
  if (encoding === "") return "compressed, but no grpc-encoding is known";
  const name = utf8(encoding.slice(0, 80));
  return result === "damaged" ? `does not decompress with ${name}` : `compressed with ${name}, which is not read`;
}

function jsonOf(octets: Uint8Array): Json | undefined {
  const text = textOf(octets, 0, octets.length);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json; // JSON.parse makes nothing else
  } catch {
    return undefined;
  }
}

/** What a message costs beside its octets. */
const MESSAGE = 128;

/** Characters of JSON. */
const LONGEST_MESSAGE = 8 << 20;
const LONGEST_EXCHANGE = 64 << 20;
