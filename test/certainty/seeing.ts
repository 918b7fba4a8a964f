// What an analysis says of a capture, put so that two of them can be compared: by packets, addresses and streams.
import { analyze } from "../../src/analyze.ts";
import { type Field, FieldBit } from "../../src/fields/field.ts";
import type { Connection } from "../../src/model/connection.ts";
import type { FieldBlock } from "../../src/model/field-block.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import type { Stream } from "../../src/model/stream.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import { memorySource } from "../capture/reading.ts";

/** How sure the analysis is of something: `exact` may never be wrong. */
export type Certainty = "exact" | "inferred" | "unknown";

/** A value, and how sure it is; of what is unknown the value is "". */
export interface Said {
  readonly certainty: Certainty;
  readonly value: string;
}

export interface SeenConnection {
  /** Address and port of the client, where the analysis names one. */
  readonly client: string | undefined;
  readonly proven: boolean;
  /** Some field block of it was seen. */
  fields: boolean;
}

export interface SeenBlock {
  /** In order, up to where HPACK is at fault. */
  readonly fields: readonly Said[];
  readonly fault: boolean;
}

export interface Seen {
  /** By its two addresses, and which of the connections of these it is. */
  readonly connections: Map<string, SeenConnection>;
  /** By packet, sender, stream and size. */
  readonly blocks: Map<string, SeenBlock>;
  /** The methods of calls (`:path` of their requests), by server and stream. */
  readonly calls: Map<string, Said>;
  readonly findings: FindingEvent[];
  /** The number that each packet has in the whole capture. */
  readonly numbers: readonly number[];
}

/** @param numbers The number that each packet of `bytes` has in the whole capture. */
export async function see(bytes: Uint8Array, numbers: readonly number[], keys: readonly string[]): Promise<Seen> {
  const seen: Seen = { connections: new Map(), blocks: new Map(), calls: new Map(), findings: [], numbers };
  const listener = new Listener(seen, numbers);
  for await (const event of analyze([memorySource(bytes)], { keys, listeners: [listener] }))
    if (event.kind === "finding") seen.findings.push(event);
  return seen;
}

class Listener implements ModelSink {
  readonly #seen: Seen;
  readonly #numbers: readonly number[];
  readonly #withFields = new Set<number>();

  constructor(seen: Seen, numbers: readonly number[]) {
    this.#seen = seen;
    this.#numbers = numbers;
  }

  fields(block: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    this.#withFields.add(connection.id);
    const { decoded, last, streamId, endStream, octets } = block;
    const key = [this.#numbers[last.packet - 1], connection.address(block.from), streamId, endStream, octets].join(" ");
    if (decoded === undefined) return;
    const fields = decoded.fields.slice(0, decoded.count).map(said);
    this.#seen.blocks.set(key, { fields, fault: decoded.fault !== undefined });
  }

  streamEnd(stream: Stream, connection: Connection): void {
    this.#call(stream, connection);
  }

  connectionEnd(connection: Connection): void {
    if (!connection.isHttp2) return;
    for (const stream of connection.streams.values()) if (!stream.closed) this.#call(stream, connection);
    const ends = [connection.address("client"), connection.address("server")];
    this.#seen.connections.set(pairOf(ends, this.#seen.connections), {
      client: connection.roles === "guess" ? undefined : ends[0],
      proven: connection.rolesProven,
      fields: this.#withFields.has(connection.id),
    });
  }

  #call(stream: Stream, connection: Connection): void {
    if (stream.initiator !== "client") return;
    const { path } = stream.request;
    const key = `${[connection.address("client"), connection.address("server")].sort().join(" ")} ${stream.id}`;
    const certainty = path === undefined || path === "" ? "unknown" : "exact";
    this.#seen.calls.set(key, { certainty, value: path ?? "" });
  }
}

function said({ name, value, bits }: Field): Said {
  const known = (bits & (FieldBit.nameUnknown | FieldBit.valueUnknown)) === 0;
  return { certainty: known ? "exact" : "unknown", value: known ? `${name.text}: ${value}` : "" };
}

// Connections of the same addresses and ports one after the other are numbered.
function pairOf(ends: readonly string[], known: ReadonlyMap<string, unknown>): string {
  const pair = [...ends].sort().join(" ");
  for (let n = 1; ; n++) if (!known.has(`${pair} #${n}`)) return `${pair} #${n}`;
}
