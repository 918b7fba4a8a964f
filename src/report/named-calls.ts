// Holds exchanges back whose :path is not known, until all that may show it was read, and then says what is known of it.
import type { PathName } from "../grpc/naming/infer.ts";
import type { PathNamer } from "../grpc/naming/path-namer.ts";
import type { Limits } from "../limits.ts";
import type { PathGroup } from "../model/path-groups.ts";
import type { Stream } from "../model/stream.ts";
import type { ExchangeListener, ExchangeObject } from "./exchange.ts";
import { utf8 } from "./text.ts";

/** Reports exchanges in the order in which it hears of them. */
export class NamedCalls {
  readonly #namer: Pick<PathNamer, "nameOf" | "nameOfStream">;
  readonly #limits: Limits;
  readonly #emit: ExchangeListener;
  readonly #readLogs: (() => void) | undefined;
  /** From the first on whose path is not known. */
  #queue: { readonly exchange: ExchangeObject; readonly stream: Stream }[] = [];
  #names: Map<PathGroup, PathName> | undefined;

  /** @param readLogs Where there are logs: lets the namer know what they say of all that was read so far. */
  constructor(namer: Pick<PathNamer, "nameOf" | "nameOfStream">, limits: Limits, emit: ExchangeListener, readLogs?: () => void) {
    this.#namer = namer;
    this.#limits = limits;
    this.#emit = emit;
    this.#readLogs = readLogs;
  }

  readonly exchange: ExchangeListener = (exchange, stream) => {
    if (this.#queue.length === 0 && !this.#waits(exchange)) {
      this.#emit(exchange, stream);
      return;
    }
    this.#queue.push({ exchange, stream });
    // All at once: each would have to be inferred anew.
    if (this.#queue.length > this.#limits.exchanges) this.end();
  };

  end(): void {
    const queue = this.#queue;
    this.#queue = [];
    this.#names = new Map();
    if (queue.length > 0) this.#readLogs?.();
    for (const { exchange, stream } of queue) this.#emit(this.#named(exchange, stream), stream);
    this.#names = undefined;
  }

  // Logs may have the path of one that has no group.
  #waits({ pathGroup, path, http, pushed }: ExchangeObject): boolean {
    return pathGroup !== undefined || (this.#readLogs !== undefined && path === undefined && http === undefined && !pushed);
  }

  #named(exchange: ExchangeObject, stream: Stream): ExchangeObject {
    if (!this.#waits(exchange)) return exchange;
    const group = stream.request.pathGroup?.first;
    const name = group === undefined ? this.#namer.nameOfStream(exchange.connection, exchange.stream) : this.#nameOf(group);
    const { inferred, candidates } = name;
    return {
      ...exchange,
      ...(exchange.pathGroup === undefined || group === undefined ? {} : { pathGroup: group.number }),
      ...(inferred === undefined ? {} : { pathInferred: { ...inferred, path: utf8(inferred.path) } }),
      ...(candidates === undefined ? {} : { pathCandidates: candidates.map(utf8) }),
    };
  }

  #nameOf(group: PathGroup): PathName {
    let name = this.#names?.get(group);
    if (name === undefined) {
      name = this.#namer.nameOf(group);
      this.#names?.set(group, name);
    }
    return name;
  }
}
