// `h2lint frames --format ndjson`: one object a frame, in capture order of its last octet.

import { hex, latin1 } from "../bytes.ts";
import type { Clock } from "../capture/clock.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { type Field, FieldBit, type InferredField, inferredOf } from "../fields/field.ts";
import { valueOctets } from "../grpc/status.ts";
import { errorCodeName } from "../http2/error-code.ts";
import { Flag, type Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { Endpoint } from "../model/endpoint.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import { type SettingEntry, settingsOf } from "../model/settings.ts";
import type { Stream } from "../model/stream.ts";
import { summarise } from "../model/summary.ts";
import type { Side } from "../place.ts";
import { utf8 } from "./text.ts";

export interface FrameListing {
  readonly connection: number;
  readonly file?: string;
  readonly packet: number;
  readonly time: string;
  /** Nanoseconds from the connection's first packet; not in the NDJSON. */
  readonly since: number;
  readonly from: Side;
  readonly offset: number;
  readonly streamId: number;
  readonly type: number;
  readonly kind: string;
  readonly flags: number;
  readonly length: number;
  readonly endStream?: boolean;
  readonly endHeaders?: boolean;
  readonly padLength?: number;
  readonly ack?: boolean;
  readonly errorCode?: string;
  readonly lastStreamId?: number;
  readonly debug?: string;
  readonly settings?: readonly SettingEntry[];
  readonly increment?: number;
  readonly payload?: string;
  readonly promisedStreamId?: number;
  readonly dependency?: number;
  readonly weight?: number;
  readonly exclusive?: boolean;
  readonly fault?: string;
  headers?: readonly (readonly [string | null, string | null])[];
  headersCertainty?: HeadersCertainty;
  /** Of the headers that are null: those that follow from other things. */
  headersInferred?: InferredHeaders;
  /** What to show of it; only for tables. */
  text?: string;
}

/** Lists every frame. A frame whose field block goes on in CONTINUATIONs waits for them, and so does what follows it. */
export class FrameLister implements ModelSink {
  readonly #clock: () => Clock;
  readonly #files: () => readonly string[];
  readonly #showSecrets: boolean;
  readonly #emit: (frame: FrameListing) => void;
  /** In order; the first may wait for its fields. */
  readonly #queue: { readonly listing: FrameListing; waits: boolean }[] = [];
  readonly #open = new Map<string, { readonly listing: FrameListing; waits: boolean }>();

  constructor(clock: () => Clock, files: () => readonly string[], showSecrets: boolean, emit: (frame: FrameListing) => void) {
    this.#clock = clock;
    this.#files = files;
    this.#showSecrets = showSecrets;
    this.#emit = emit;
  }

  frame(frame: Frame, _stream: Stream | undefined, connection: Connection): void {
    const listing = this.#list(frame, connection);
    const entry = { listing, waits: false };
    if ((frame.kind === "headers" || frame.kind === "push-promise") && !this.#open.has(`${connection.id} ${frame.from}`)) {
      // Until its `fields`, which for most follow at once.
      entry.waits = true;
      listing.headersCertainty = "unknown";
      listing.headers = [];
      this.#open.set(`${connection.id} ${frame.from}`, entry);
    } else listing.text = summarise(frame);
    this.#queue.push(entry);
    if (this.#queue.length > QUEUE) this.#release();
    this.#flush();
  }

  fields(block: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    const key = `${connection.id} ${block.from}`;
    const entry = this.#open.get(key);
    if (entry === undefined) return;
    this.#open.delete(key);
    const { listing } = entry;
    entry.waits = false;
    listing.text = summarise(block);
    if (block.decoded !== undefined) {
      listing.headers = headersOf(block.decoded, this.#showSecrets);
      listing.headersCertainty = certaintyOf(block.decoded, connection.endpoint(block.from));
      const inferred = inferredHeaders(block.decoded, this.#showSecrets);
      if (inferred !== undefined) listing.headersInferred = inferred;
    }
    this.#flush();
  }

  fieldsLost(from: Side, connection: Connection): void {
    this.#settle(`${connection.id} ${from}`);
  }

  connectionEnd(connection: Connection): void {
    this.#settle(`${connection.id} client`);
    this.#settle(`${connection.id} server`);
  }

  #settle(key: string): void {
    const entry = this.#open.get(key);
    if (entry !== undefined) entry.waits = false;
    this.#open.delete(key);
    this.#flush();
  }

  #release(): void {
    this.#queue[0]!.waits = false;
  }

  #flush(): void {
    let done = 0;
    while (done < this.#queue.length && !this.#queue[done]!.waits) this.#emit(this.#queue[done++]!.listing);
    if (done > 0) this.#queue.splice(0, done);
  }

  #list(frame: Frame, connection: Connection): FrameListing {
    const { kind, flags } = frame;
    const files = this.#files();
    const blocky = kind === "headers" || kind === "push-promise" || kind === "continuation";
    return {
      connection: connection.id,
      since: Math.max(frame.last.time - connection.flow.firstTime, 0),
      ...(files.length > 1 ? { file: files[frame.last.file] ?? "" } : {}),
      packet: frame.last.packet,
      time: this.#clock().text(frame.last.time),
      from: frame.from,
      offset: frame.first.offset,
      streamId: frame.streamId,
      type: frame.type,
      kind,
      flags,
      length: frame.length,
      ...(kind === "data" || kind === "headers" ? { endStream: frame.endStream } : {}),
      ...(blocky ? { endHeaders: frame.endHeaders } : {}),
      ...((flags & Flag.padded) !== 0 && (kind === "data" || kind === "headers" || kind === "push-promise")
        ? { padLength: frame.padLength }
        : {}),
      ...(kind === "settings" || kind === "ping" ? { ack: frame.ack } : {}),
      ...(frame.fault === undefined ? {} : { fault: frame.fault }),
      ...(frame.whole ? payloadOf(frame) : {}),
    };
  }
}

/** The members that the kind gives; of a whole frame. */
export function payloadOf(frame: Frame): Partial<FrameListing> {
  switch (frame.kind) {
    case "rst-stream":
      return { errorCode: errorCodeName(frame.errorCode) };
    case "goaway":
      return {
        errorCode: errorCodeName(frame.errorCode),
        lastStreamId: frame.lastStreamId,
        debug: utf8(latin1(frame.bytes, frame.start, frame.end)),
      };
    case "settings":
      return { settings: settingsOf(frame) };
    case "window-update":
      return { increment: frame.increment };
    case "ping":
      return { payload: hex(frame.bytes, frame.start, frame.end) };
    case "push-promise":
    case "priority-update":
      return { promisedStreamId: frame.promisedStreamId };
    case "priority":
      return { dependency: frame.dependency, weight: frame.weight, exclusive: frame.exclusive };
    default:
      return {};
  }
}

/** `inferred`: all is read, from a frame that was found by its looks; `partial`: a name or value is not known; `unknown`: none is. */
export type HeadersCertainty = "exact" | "inferred" | "partial" | "unknown";

/** How sure the fields of a block are that `sender` just sent. */
export function certaintyOf({ fault, certainty }: DecodedBlock, { resynced }: Pick<Endpoint, "resynced">): HeadersCertainty {
  if (fault !== undefined) return "partial";
  return certainty === "exact" && resynced ? "inferred" : certainty;
}

/** Names and values; null for what cannot be known. Credentials are masked unless asked for. */
export function headersOf(block: DecodedBlock, showSecrets: boolean): [string | null, string | null][] {
  const headers: [string | null, string | null][] = [];
  for (let i = 0; i < block.count; i++) {
    const field = block.fields[i]!;
    const { name, value, bits } = field;
    const text = (bits & FieldBit.nameUnknown) !== 0 ? null : utf8(name.text);
    const known = (bits & FieldBit.valueUnknown) !== 0 ? null : utf8(valueOctets(name.text, value));
    headers.push([text, known !== null && !showSecrets && mayBeSecret(field) ? masked(value) : known]);
  }
  return headers;
}

/** Fields that are not known, but follow from other things; never taken for fields that were read. */
export interface InferredHeaders {
  /** `index`: which of the headers it is, from 0. */
  readonly fields: readonly (readonly [index: number, name: string, value: string])[];
  /** From 0 to 1: how likely they are right. */
  readonly score: number;
  /** Why, as a phrase. */
  readonly because: string;
}

/** What is inferred of a block's fields; undefined: nothing. Credentials are masked unless asked for. */
export function inferredHeaders(block: DecodedBlock, showSecrets: boolean): InferredHeaders | undefined {
  if (block.certainty === "exact") return undefined;
  const fields: [number, string, string][] = [];
  let least: InferredField | undefined;
  for (let i = 0; i < block.count; i++) {
    const inferred = inferredOf(block.fields[i]!);
    if (inferred === undefined) continue;
    if (least === undefined || inferred.score < least.score) least = inferred;
    const { name, value } = inferred.field;
    const shown = !showSecrets && isSecret(name.text) ? masked(value) : utf8(valueOctets(name.text, value));
    fields.push([i, utf8(name.text), shown]);
  }
  return least === undefined ? undefined : { fields, score: least.score, because: least.because };
}

/** Its value is a credential, or may be one: nothing shows what its name is. */
export function mayBeSecret(field: Field): boolean {
  const name = (field.bits & FieldBit.nameUnknown) === 0 ? field.name : inferredOf(field)?.field.name;
  return name === undefined || isSecret(name.text);
}

/** What stands for a credential. */
export const masked = (value: string): string => `<masked, ${value.length} bytes>`;

/** `authorization`, cookies, and binary credentials. */
export const isSecret = (name: string): boolean =>
  SECRETS.has(name) || (name.endsWith("-bin") && /auth|token|cred|cookie|secret|session|key|jwt|cert/.test(name));

const SECRETS = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);

// Frames that wait behind an open field block.
const QUEUE = 10_000;
