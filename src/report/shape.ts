// The shape of every exchange: what each side sent on it, in order, with what matters of each frame; numbers that differ from run to
// run are left out. Listens to the model; bounded, whatever the capture holds.
import { Clock } from "../capture/clock.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { FieldBit } from "../fields/field.ts";
import { errorCodeName } from "../http2/error-code.ts";
import { Flag, type Frame, type FrameKind } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { BlockRole, FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import { type SettingEntry, settingsOf } from "../model/settings.ts";
import type { Stream } from "../model/stream.ts";
import type { Origin, Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import type { ConnectionEvent } from "./event.ts";
import { type ExchangeChooser, type ExchangeListener, ExchangeLister, type ExchangeObject } from "./exchange.ts";
import { isSecret } from "./frame-object.ts";
import { utf8 } from "./text.ts";

export interface CaptureShape {
  readonly connections: readonly ConnectionShape[];
  /** In the order they began. */
  readonly exchanges: readonly ExchangeShape[];
  /** Exchanges that the bounds left out. */
  readonly left: number;
}

export interface ConnectionShape {
  readonly id: number;
  readonly protocol: string;
  readonly settings: Readonly<Record<Side, readonly SettingEntry[] | undefined>>;
  /** What each side added to the connection's window before the first request. */
  readonly firstIncrement: Readonly<Record<Side, number>>;
  /** Which frames each side sent on stream 0, and frames of no kind known. */
  readonly kinds: Readonly<Record<Side, ReadonlyMap<string, StepPlace>>>;
  readonly userAgent: string | undefined;
  readonly server: string | undefined;
  /** What the client was recognised as. */
  readonly software?: string;
  readonly end: { readonly side: Side; readonly how: "fin" | "rst"; readonly packet: number } | undefined;
}

export interface ExchangeShape {
  readonly connection: number;
  readonly stream: number;
  readonly path: string | undefined;
  readonly protocol: ExchangeObject["protocol"];
  readonly steps: Readonly<Record<Side, readonly Step[]>>;
  /** Steps that the bounds left out. */
  readonly left: number;
  /** Nanoseconds from the request to the first field block of the answer, and to its end. */
  readonly firstAnswer: number | undefined;
  readonly duration: number | undefined;
  /** The answer began before the request's end. */
  readonly answeredEarly: boolean;
  readonly result: ExchangeObject;
}

export interface StepPlace {
  readonly packet: number;
  /** Of the (first) frame in its direction. */
  readonly offset: number;
}

/** A frame, or several DATA frames in a row. */
export interface Step extends StepPlace {
  readonly kind: FrameKind;
  readonly role: BlockRole | undefined;
  /** Names and values in their order; a value that cannot be known, or is secret, is undefined. */
  readonly fields: readonly (readonly [name: string, value: string | undefined])[];
  readonly frames: number;
  readonly octets: number;
  readonly endStream: boolean;
  /** The frame that ended the stream held nothing. */
  readonly endsEmpty: boolean;
  readonly padded: boolean;
  readonly priority: boolean;
  readonly errorCode: string | undefined;
}

type Draft<T> = { -readonly [K in keyof T]: T[K] };

interface OpenExchange {
  readonly steps: Record<Side, Draft<Step>[]>;
  left: number;
  firstAnswer: number | undefined;
  answeredEarly: boolean;
}

interface OpenConnection {
  readonly shape: Draft<ConnectionShape> & { readonly kinds: Record<Side, Map<string, StepPlace>> };
  readonly settings: Record<Side, readonly SettingEntry[] | undefined>;
  readonly firstIncrement: Record<Side, number>;
  requested: boolean;
  /** The block that opens a stream, which is reported before the stream. */
  opening: { readonly streamId: number; readonly from: Side; readonly step: Draft<Step> } | undefined;
}

export class ShapeCollector implements ModelSink {
  readonly #chooser: ExchangeChooser;
  readonly #lister: ExchangeLister;
  readonly #open = new Map<number, OpenConnection>();
  /** Those that are not listed yet. */
  readonly #waiting = new Map<Stream, OpenExchange>();
  readonly #connections: Draft<ConnectionShape>[] = [];
  readonly #exchanges: ExchangeShape[] = [];
  #kept = 0;
  #left = 0;
  #octets = 0;
  #steps = 0;

  constructor(chooser: ExchangeChooser, limits: Limits) {
    this.#chooser = chooser;
    const results: ExchangeListener = (result, stream) => this.#finish(result, stream);
    // Its times are not looked at.
    this.#lister = new ExchangeLister(() => new Clock(), chooser, limits, results);
  }

  get shape(): CaptureShape {
    return { connections: this.#connections, exchanges: this.#exchanges, left: this.#left };
  }

  /** A connection's event, which comes after its end. */
  recognised({ id, software }: ConnectionEvent): void {
    const shape = software?.client === undefined ? undefined : this.#connections.find((one) => one.id === id);
    if (shape !== undefined) shape.software = software!.client!;
  }

  connectionStart(connection: Connection): void {
    this.#lister.connectionStart(connection);
    if (!this.#chooser.connection(connection) || this.#connections.length + this.#open.size >= CONNECTIONS) return;
    const settings = { client: undefined, server: undefined };
    const firstIncrement = { client: 0, server: 0 };
    const kinds = { client: new Map<string, StepPlace>(), server: new Map<string, StepPlace>() };
    this.#open.set(connection.id, {
      shape: {
        ...{ id: connection.id, protocol: connection.protocol, settings, firstIncrement, kinds },
        ...{ userAgent: undefined, server: undefined, end: undefined },
      },
      ...{ settings, firstIncrement, requested: false, opening: undefined },
    });
  }

  streamStart(stream: Stream, connection: Connection): void {
    this.#lister.streamStart(stream, connection);
    const open = this.#open.get(connection.id);
    if (open === undefined || !stream.seen || !this.#chooser.exchange(stream.id, stream.openedTime)) return;
    if (this.#kept >= EXCHANGES) {
      this.#left++;
      return;
    }
    this.#kept++;
    const steps: Record<Side, Draft<Step>[]> = { client: [], server: [] };
    const exchange: OpenExchange = { steps, left: 0, firstAnswer: undefined, answeredEarly: false };
    this.#waiting.set(stream, exchange);
    const { opening } = open;
    if (opening?.streamId === stream.id) this.#step(exchange, opening.from, opening.step);
    open.opening = undefined;
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    const open = this.#open.get(connection.id);
    if (open === undefined) return;
    const { from, kind, streamId } = frame;
    if (streamId === 0) this.#ofConnection(frame, open);
    else if (kind === "data" || kind === "rst-stream" || kind === "priority" || kind === "unknown") {
      const exchange = stream === undefined ? undefined : this.#waiting.get(stream);
      if (exchange === undefined) return;
      const before = exchange.steps[from].at(-1);
      if (kind === "data" && before?.kind === "data" && !before.endStream) {
        before.frames++;
        before.octets += frame.contentLength;
        before.endStream = frame.endStream;
        before.endsEmpty = frame.endStream && frame.contentLength === 0;
        before.padded ||= (frame.flags & Flag.padded) !== 0;
      } else this.#step(exchange, from, stepOf(frame));
    }
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    const open = this.#open.get(connection.id);
    if (open === undefined) return;
    const { from, decoded, role, first, headLast } = block;
    open.requested = true;
    const exchange = stream === undefined ? undefined : this.#waiting.get(stream);
    if (exchange === undefined && !block.opensStream) return;
    if (exchange !== undefined && from === "server" && exchange.firstAnswer === undefined && block.kind === "headers") {
      exchange.firstAnswer = headLast.time - startOf(stream!);
      exchange.answeredEarly = stream!.client.endAt < 0;
    }
    const fields = decoded === undefined ? [] : fieldsOf(decoded);
    this.#octets += fields.reduce((sum, [name, value = ""]) => sum + name.length + value.length, 0);
    const step: Draft<Step> = {
      ...{ kind: block.kind, role, packet: headLast.packet, offset: first.offset, frames: 1, octets: 0 },
      ...{ fields, endStream: block.endStream, endsEmpty: false, errorCode: undefined },
      padded: (block.flags & Flag.padded) !== 0,
      priority: block.kind === "headers" && (block.flags & Flag.priority) !== 0,
    };
    if (exchange === undefined) open.opening = { streamId: block.streamId, from, step };
    else this.#step(exchange, from, step);
    if (role === "request" && decoded !== undefined) open.shape.userAgent ??= textOf(decoded, "user-agent");
    if (role === "response" && decoded !== undefined) open.shape.server ??= textOf(decoded, "server");
  }

  streamEnd(stream: Stream, connection: Connection): void {
    this.#lister.streamEnd(stream, connection);
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    const open = this.#open.get(connection.id);
    if (open !== undefined && (how === "fin" || how === "rst")) open.shape.end ??= { side: from, how, packet: at.packet };
  }

  connectionEnd(connection: Connection): void {
    const open = this.#open.get(connection.id);
    if (open !== undefined) open.shape.protocol = connection.protocol;
    // It reports the exchanges that are not over.
    this.#lister.connectionEnd(connection);
    this.#open.delete(connection.id);
    if (open !== undefined) this.#connections.push(open.shape);
  }

  #ofConnection(frame: Frame, open: OpenConnection): void {
    const { from, kind } = frame;
    if (kind === "settings" && !frame.ack && frame.whole) open.settings[from] ??= settingsOf(frame);
    if (kind === "window-update" && frame.whole && !open.requested) open.firstIncrement[from] += frame.increment;
    const name = kind === "goaway" && frame.whole ? `goaway ${errorCodeName(frame.errorCode)}` : kind;
    const { kinds } = open.shape;
    if (!kinds[from].has(name) && kinds[from].size < KINDS)
      kinds[from].set(name, { packet: frame.last.packet, offset: frame.first.offset });
  }

  #step(exchange: OpenExchange, from: Side, step: Draft<Step>): void {
    const steps = exchange.steps[from];
    if (steps.length >= STEPS || this.#steps >= ALL_STEPS || this.#octets > OCTETS) {
      exchange.left++;
      return;
    }
    this.#steps++;
    steps.push(step);
  }

  #finish(result: ExchangeObject, stream: Stream): void {
    const exchange = this.#waiting.get(stream);
    if (exchange === undefined) return;
    this.#waiting.delete(stream);
    const { steps, left, firstAnswer, answeredEarly } = exchange;
    this.#exchanges.push({
      ...{ connection: result.connection, stream: stream.id, path: result.path, protocol: result.protocol },
      ...{ steps, left, firstAnswer, answeredEarly, duration: result.duration, result },
    });
  }
}

function stepOf(frame: Frame): Draft<Step> {
  const { kind, flags, last, first } = frame;
  const ends = kind === "data" && frame.endStream;
  const octets = kind === "data" ? Math.max(frame.contentLength, 0) : 0;
  return {
    ...{ kind, role: undefined, fields: [], frames: 1, octets, packet: last.packet, offset: first.offset },
    ...{ endStream: ends, endsEmpty: ends && octets === 0, priority: false },
    padded: kind === "data" && (flags & Flag.padded) !== 0,
    errorCode: kind === "rst-stream" && frame.whole ? errorCodeName(frame.errorCode) : undefined,
  };
}

function fieldsOf(decoded: DecodedBlock): (readonly [string, string | undefined])[] {
  const fields: (readonly [string, string | undefined])[] = [];
  for (let i = 0; i < Math.min(decoded.count, FIELDS); i++) {
    const { name, value, bits } = decoded.fields[i]!;
    if ((bits & FieldBit.nameUnknown) !== 0) continue;
    const hidden = (bits & FieldBit.valueUnknown) !== 0 || isSecret(name.text);
    fields.push([utf8(name.text.slice(0, TEXT)), hidden ? undefined : utf8(value.slice(0, TEXT))]);
  }
  return fields;
}

function textOf(decoded: DecodedBlock, name: string): string | undefined {
  const found = fieldsOf(decoded).find(([text]) => text === name);
  return found?.[1];
}

const startOf = (stream: Stream): number => stream.opening?.began ?? stream.openedTime;

// Kept of one capture: connections, exchanges, their steps by side and in all, kinds of frames on stream 0.
const CONNECTIONS = 1000;
const EXCHANGES = 1000;
const STEPS = 64;
const ALL_STEPS = 20_000;
const KINDS = 32;
// Fields of a block, octets of a name or value, octets in all.
const FIELDS = 64;
const TEXT = 120;
const OCTETS = 16 << 20;
