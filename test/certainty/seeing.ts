// What an analysis says of a capture, put so that two of them can be compared: by packets, addresses and streams.
import { analyze } from "../../src/analyze.ts";
import { type Field, FieldBit, inferredOf } from "../../src/fields/field.ts";
import type { Frame } from "../../src/http2/frame.ts";
import type { Connection } from "../../src/model/connection.ts";
import type { FieldBlock } from "../../src/model/field-block.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import type { Stream } from "../../src/model/stream.ts";
import type { Origin, Side } from "../../src/place.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import type { GapProof } from "../../src/tcp/byte-stream.ts";
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
  /** Where frames, and the field blocks that they begin, end in their direction: by sender, connection and where they begin. */
  readonly ends: Map<string, number>;
  /** Octets that are missing, by sender and connection. */
  readonly lost: Map<string, (readonly [from: number, to: number])[]>;
  /** Errors that answer nothing known. */
  unexplained: number;
  /** The number that each packet has in the whole capture. */
  readonly numbers: readonly number[];
}

/** @param numbers The number that each packet of `bytes` has in the whole capture. */
export async function see(bytes: Uint8Array, numbers: readonly number[], keys: readonly string[]): Promise<Seen> {
  const seen: Seen = {
    connections: new Map(),
    blocks: new Map(),
    calls: new Map(),
    findings: [],
    ends: new Map(),
    lost: new Map(),
    unexplained: 0,
    numbers,
  };
  const listener = new Listener(seen, numbers);
  for await (const event of analyze([memorySource(bytes)], { keys, listeners: [listener] }))
    if (event.kind === "finding") seen.findings.push(event);
    else if (event.kind === "unexplained") seen.unexplained++;
  return seen;
}

/** Octets of the frame that a finding is about, or of those that belong to it, are missing. */
export function lacks({ connection, frame, related }: FindingEvent, truth: Seen, { lost }: Seen): boolean {
  return [frame, ...related].some(({ from, offset }) => {
    const end = truth.ends.get(`${from} ${connection} ${offset}`) ?? offset + 1;
    return (lost.get(`${from} ${connection}`) ?? []).some(([first, last]) => first < end && last > offset);
  });
}

const HEAD = 9;

class Listener implements ModelSink {
  readonly #seen: Seen;
  readonly #numbers: readonly number[];
  readonly #withFields = new Set<number>();
  /** Requests in frames that were found by their looks. */
  readonly #inferred = new Set<string>();

  constructor(seen: Seen, numbers: readonly number[]) {
    this.#seen = seen;
    this.#numbers = numbers;
  }

  frame({ from, first, length }: Frame, _stream: Stream | undefined, { id }: Connection): void {
    this.#seen.ends.set(`${from} ${id} ${first.offset}`, first.offset + HEAD + length);
  }

  gap(from: Side, length: number, _proof: GapProof, { offset }: Origin, { id }: Connection): void {
    const key = `${from} ${id}`;
    const lost = this.#seen.lost.get(key) ?? [];
    this.#seen.lost.set(key, [...lost, [offset, offset + length]]);
  }

  fields(block: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    this.#withFields.add(connection.id);
    this.#seen.ends.set(`${block.from} ${connection.id} ${block.first.offset}`, block.last.offset + 1);
    const { decoded, last, streamId, endStream, octets } = block;
    const key = [this.#numbers[last.packet - 1], connection.address(block.from), streamId, endStream, octets].join(" ");
    if (decoded === undefined) return;
    const isInferred = connection.endpoint(block.from).resynced;
    if (isInferred && block.role === "request") this.#inferred.add(`${connection.id} ${streamId}`);
    const fields = decoded.fields.slice(0, decoded.count).map((field) => said(field, isInferred));
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
    const { path, pathGroup } = stream.request;
    const key = `${[connection.address("client"), connection.address("server")].sort().join(" ")} ${stream.id}`;
    const inferred = path === undefined ? pathGroup?.inferred : undefined;
    if (inferred !== undefined) {
      this.#seen.calls.set(key, { certainty: "inferred", value: inferred.path });
      return;
    }
    const read = this.#inferred.has(`${connection.id} ${stream.id}`) ? "inferred" : "exact";
    const certainty = path === undefined || path === "" ? "unknown" : read;
    this.#seen.calls.set(key, { certainty, value: path ?? "" });
  }
}

function said(field: Field, isInferred: boolean): Said {
  const inferred = inferredOf(field)?.field;
  if (inferred !== undefined) return { certainty: "inferred", value: `${inferred.name.text}: ${inferred.value}` };
  const { name, value, bits } = field;
  const known = (bits & (FieldBit.nameUnknown | FieldBit.valueUnknown)) === 0;
  return { certainty: known ? (isInferred ? "inferred" : "exact") : "unknown", value: known ? `${name.text}: ${value}` : "" };
}

// Connections of the same addresses and ports one after the other are numbered.
function pairOf(ends: readonly string[], known: ReadonlyMap<string, unknown>): string {
  const pair = [...ends].sort().join(" ");
  for (let n = 1; ; n++) if (!known.has(`${pair} #${n}`)) return `${pair} #${n}`;
}
