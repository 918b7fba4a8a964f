// The regular fields of exchanges, for `h2lint calls`: kept until their exchange is listed, within the bound.

import type { Http1Head } from "../detect/http1.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { type Field, FieldBit } from "../fields/field.ts";
import { valueOctets } from "../grpc/status.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { Stream } from "../model/stream.ts";
import { isSecret, masked, mayBeSecret } from "./frame-object.ts";
import { utf8 } from "./text.ts";

/** Names and values in order; null for what cannot be known. */
export type Fields = readonly (readonly [string | null, string | null])[];

export interface Metadata {
  readonly requestMetadata?: Fields;
  readonly responseMetadata?: Fields;
  readonly responseTrailers?: Fields;
  /** There were more fields than are kept. */
  readonly metadataOmitted?: true;
  /** How often the call was tried before: `grpc-previous-rpc-attempts` (gRFC A6). */
  readonly previousAttempts?: number;
}

interface Kept {
  metadata: Metadata;
  octets: number;
}

export interface MetadataOptions {
  /** Keep fields; else only what they say of retries. */
  readonly fields: boolean;
  readonly showSecrets: boolean;
}

/** Hears of field blocks and of the streams that they open; the block comes first. */
export class MetadataKeeper {
  readonly #options: MetadataOptions;
  readonly #limits: Limits;
  readonly #kept = new Map<Stream, Kept>();
  #octets = 0;
  /** The last one that may open a stream. */
  #head: { readonly connection: Connection; readonly id: number; readonly kept: Kept } | undefined;

  constructor(options: MetadataOptions, limits: Limits) {
    this.#options = options;
    this.#limits = limits;
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    const { role, decoded } = block;
    if (decoded === undefined || block.ignored || role === "interim" || role === "unknown" || role === "request-trailers") return;
    if (role === "request" || role === "promise") {
      const id = role === "promise" ? block.promisedStreamId : block.streamId;
      const kept: Kept = { metadata: attemptsIn(decoded), octets: 0 };
      this.#keep(kept, "requestMetadata", decoded);
      this.#head = { connection, id, kept };
      return;
    }
    // Of one that is over nobody asks.
    if (stream === undefined || stream.closed || !this.#options.fields) return;
    let kept = this.#kept.get(stream);
    if (kept === undefined) {
      kept = { metadata: {}, octets: 0 };
      this.#kept.set(stream, kept);
    }
    this.#keep(kept, role === "response" ? "responseMetadata" : "responseTrailers", decoded);
  }

  start(stream: Stream, connection: Connection): void {
    const head = this.#head;
    this.#head = undefined;
    if (head === undefined) return;
    if (head.id === stream.id && head.connection === connection) this.#kept.set(stream, head.kept);
    else this.#octets -= head.kept.octets;
  }

  /** Of an exchange over HTTP/1.1, whose fields are at hand. */
  ofHttp1(request: Http1Head["fields"], response: Http1Head["fields"] | undefined): Metadata {
    const { fields, showSecrets } = this.#options;
    if (!fields) return {};
    let room = LONGEST;
    let omitted = false;
    const listed = (pairs: Http1Head["fields"]): Fields =>
      pairs
        .filter(([name, value]) => {
          room -= FIELD + name.length + value.length;
          omitted ||= room < 0;
          return room >= 0;
        })
        .map(([name, value]) => [utf8(name), !showSecrets && isSecret(name) ? masked(value) : shown(name, value)]);
    return {
      requestMetadata: listed(request),
      ...(response === undefined ? {} : { responseMetadata: listed(response) }),
      ...(omitted ? { metadataOmitted: true } : {}),
    };
  }

  /** What was kept of an exchange, which is forgotten then. */
  take(stream: Stream): Metadata {
    const kept = this.#kept.get(stream);
    if (kept === undefined) return {};
    this.#kept.delete(stream);
    this.#octets -= kept.octets;
    return kept.metadata;
  }

  #keep(kept: Kept, name: "requestMetadata" | "responseMetadata" | "responseTrailers", decoded: DecodedBlock): void {
    if (!this.#options.fields) return;
    const fields: (readonly [string | null, string | null])[] = [];
    let omitted = false;
    for (let i = 0; i < decoded.count; i++) {
      const field = fieldOf(decoded.fields[i]!, this.#options.showSecrets);
      if (field[0]?.startsWith(":")) continue;
      const cost = FIELD + (field[0]?.length ?? 0) + (field[1]?.length ?? 0);
      if (kept.octets + cost > LONGEST || this.#octets + cost > this.#limits.keptOctets) {
        omitted = true;
        break;
      }
      kept.octets += cost;
      this.#octets += cost;
      fields.push(field);
    }
    kept.metadata = { ...kept.metadata, [name]: fields, ...(omitted ? { metadataOmitted: true } : {}) };
  }
}

function attemptsIn(decoded: DecodedBlock): Metadata {
  if ((decoded.bits & FieldBit.grpcName) === 0) return {};
  for (let i = 0; i < decoded.count; i++) {
    const { name, value } = decoded.fields[i]!;
    if (name.text === "grpc-previous-rpc-attempts" && /^\d{1,6}$/.test(value)) return { previousAttempts: Number(value) };
  }
  return {};
}

function fieldOf(field: Field, showSecrets: boolean): readonly [string | null, string | null] {
  const { name, value, bits } = field;
  const known = (bits & FieldBit.nameUnknown) === 0 ? utf8(name.text) : null;
  if ((bits & FieldBit.valueUnknown) !== 0) return [known, null];
  return [known, !showSecrets && mayBeSecret(field) ? masked(value) : shown(name.text, value)];
}

function shown(name: string, value: string): string {
  // Octets that were agreed to go as they are, after a NUL (gRPC over HTTP2, Custom-Metadata).
  const raw = name.endsWith("-bin") && value.startsWith("\0");
  return raw ? Buffer.from(value.slice(1), "latin1").toString("base64") : utf8(valueOctets(name, value));
}

/** Octets of fields that are kept of one exchange, and what each costs besides. */
const LONGEST = 16 << 10;
const FIELD = 64;
