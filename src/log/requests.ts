// In: what the model reports of a capture. Out: for each connection what its requests ask for, as far as that is read, to be compared with
// what a log says they ask for.
import type { Field } from "../fields/field.ts";
import { FieldBit } from "../fields/field.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { PathGroup } from "../model/path-groups.ts";
import type { Stream } from "../model/stream.ts";

export interface WireRequest {
  /** The `:path`, as it was read. */
  readonly path: string | undefined;
  /** Where it is not known: those that have the same. */
  readonly group: PathGroup | undefined;
  /** All of its fields, where some are not known. */
  readonly fields: readonly Field[] | undefined;
  /** Nanoseconds since the session's first packet. */
  readonly time: number;
  /** Octets of the client that are missing before it, and may hold fields. */
  readonly lost: number;
}

/** Of one connection, by stream. */
export type WireRequests = ReadonlyMap<number, WireRequest>;

/** Keeps what the requests of all connections ask for, up to a bound. */
export class RequestKeeper implements ModelSink {
  readonly connections = new Map<number, Map<number, WireRequest>>();
  readonly #most: number;
  #kept = 0;

  constructor({ logFrames }: Limits) {
    this.#most = logFrames;
  }

  fields(block: FieldBlock, _stream: Stream | undefined, { id, client }: Connection): void {
    const { role, kind, from, ignored, decoded, streamId, pathGroup, last } = block;
    if (role !== "request" || kind !== "headers" || from !== "client" || ignored) return;
    let requests = this.connections.get(id);
    if (requests === undefined) {
      requests = new Map();
      this.connections.set(id, requests);
    }
    if (requests.has(streamId) || this.#kept >= this.#most) return;
    this.#kept++;
    const read = decoded?.path;
    const path = read === undefined || (read.bits & FieldBit.valueUnknown) !== 0 ? undefined : read.value;
    const partial = path === undefined && decoded !== undefined && decoded.fault === undefined;
    const fields = partial && decoded.count <= FIELDS ? decoded.fields.slice(0, decoded.count) : undefined;
    requests.set(streamId, { path, group: pathGroup, fields, time: last.time, lost: client.hiddenOctets });
  }
}

// Of a request that is compared as a whole.
const FIELDS = 100;
