// How much of what was read is certain: frames, fields and the names of calls, and what is missing because of what.
import { inferredOf, isUnknown } from "../fields/field.ts";
import type { PathNamer } from "../grpc/naming/path-namer.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { PathGroup } from "../model/path-groups.ts";
import type { Stream } from "../model/stream.ts";
import type { Origin, Side } from "../place.ts";
import type { GapProof } from "../tcp/byte-stream.ts";

/** What was read, what follows from other things, what is not known. */
export interface Shares {
  readonly exact: number;
  readonly inferred: number;
  readonly unknown: number;
}

export interface CertaintyInfo {
  /** Inferred: where they begin was found by their looks. Unknown: octets of them are missing. */
  readonly frames: Shares;
  /** Names with values. Inferred: not read, but what the table had before a gap shows them. A field block that cannot be read counts as one. */
  readonly fields: Shares;
  /** Requests, by their :path. */
  readonly calls: Shares;
  /** Why fields are not known, the costliest first. */
  readonly costs: readonly Cost[];
}

/** Fields that are not known because of octets that are missing. */
export interface Cost {
  readonly connection: number;
  readonly from: Side;
  /** Of the gap, and where it ends; absent: what went before the capture. */
  readonly octets?: number;
  readonly packet?: number;
  readonly fields: number;
}

type Counted = { -readonly [K in keyof Cost]: Cost[K] };

/** A listener of the model that keeps sums. */
export class CertaintyCollector implements ModelSink {
  readonly #namer: Pick<PathNamer, "nameOf"> | undefined;
  readonly #frames = { exact: 0, inferred: 0, unknown: 0 };
  readonly #fields = { exact: 0, inferred: 0, unknown: 0 };
  readonly #calls = { exact: 0, inferred: 0, unknown: 0 };
  /** How many calls each has. */
  readonly #groups = new Map<PathGroup, number>();
  /** The last gap of each side of the connections that are open; a gap is among the costs when it costs something. */
  readonly #gaps = new Map<number, Partial<Record<Side, Counted>>>();
  #costs: Counted[] = [];

  /** @param namer Without one no call counts as inferred. */
  constructor(namer?: Pick<PathNamer, "nameOf">) {
    this.#namer = namer;
  }

  frame(frame: Frame, _stream: Stream | undefined, connection: Connection): void {
    if (!frame.whole) this.#frames.unknown++;
    else if (connection.endpoint(frame.from).resynced) this.#frames.inferred++;
    else this.#frames.exact++;
  }

  fields(
    { decoded, from, role, kind, ignored, pathGroup }: FieldBlock,
    _stream: Stream | undefined,
    connection: Connection,
  ): void {
    if (decoded === undefined) this.#miss(1, from, connection);
    else {
      let unknown = 0;
      let inferred = 0;
      if (decoded.certainty !== "exact")
        for (let i = 0; i < decoded.count; i++) {
          if (!isUnknown(decoded.fields[i]!)) continue;
          if (inferredOf(decoded.fields[i]!) === undefined) unknown++;
          else inferred++;
        }
      this.#fields.exact += decoded.count - unknown - inferred;
      this.#fields.inferred += inferred;
      if (unknown > 0) this.#miss(unknown, from, connection);
    }
    if (role !== "request" || kind !== "headers" || ignored) return;
    if (pathGroup !== undefined) this.#count(pathGroup);
    // CONNECT has no :path.
    else if (decoded?.path !== undefined || decoded?.certainty === "exact") this.#calls.exact++;
    else this.#calls.unknown++;
  }

  gap(from: Side, length: number, _proof: GapProof, at: Origin, { id }: Connection): void {
    const gaps = this.#gaps.get(id) ?? {};
    gaps[from] = { connection: id, from, octets: length, packet: at.packet, fields: 0 };
    this.#gaps.set(id, gaps);
  }

  connectionEnd({ id }: Connection): void {
    this.#gaps.delete(id);
  }

  get info(): CertaintyInfo {
    const calls = { ...this.#calls };
    for (const [group, count] of this.#groups) {
      const inferred = this.#namer?.nameOf(group).inferred !== undefined;
      calls[inferred ? "inferred" : "unknown"] += count;
    }
    const costs = [...this.#costs].sort(costliest).slice(0, SHOWN);
    return { frames: { ...this.#frames }, fields: { ...this.#fields }, calls, costs: costs.map((cost) => ({ ...cost })) };
  }

  #miss(fields: number, from: Side, { id }: Connection): void {
    this.#fields.unknown += fields;
    let gaps = this.#gaps.get(id);
    if (gaps === undefined) this.#gaps.set(id, (gaps = {}));
    const gap = (gaps[from] ??= { connection: id, from, fields: 0 });
    if (gap.fields === 0) this.#costs.push(gap);
    gap.fields += fields;
    if (this.#costs.length >= KEPT * 2) this.#costs = this.#costs.sort(costliest).slice(0, KEPT);
  }

  #count(group: PathGroup): void {
    const count = this.#groups.get(group);
    if (count !== undefined || this.#groups.size < GROUPS) this.#groups.set(group, (count ?? 0) + 1);
    else this.#calls.unknown++;
  }
}

const costliest = (a: Cost, b: Cost): number =>
  b.fields - a.fields || a.connection - b.connection || (a.packet ?? 0) - (b.packet ?? 0);

/** What to do next time, by what is missing. */
export function adviceFor(lacks: {
  readonly start: boolean;
  readonly lost: boolean;
  readonly cut: boolean;
  readonly oneDirection: boolean;
}): string[] {
  return [
    ...(lacks.start
      ? [
          "begin to record before the connections open, or make the clients connect anew: names and values of fields are sent once, and then by number",
        ]
      : []),
    ...(lacks.lost
      ? ["give the recorder a larger buffer (tcpdump -B 65536), a filter, or a faster disk: it dropped packets"]
      : []),
    ...(lacks.cut ? ["record whole packets (tcpdump -s 0)"] : []),
    ...(lacks.oneDirection ? ["record where both directions pass"] : []),
  ];
}

const SHOWN = 10;
const KEPT = 1000;
const GROUPS = 10_000;
