// Holds exchanges back whose :path is not known, until all that may show it was read, and then says what is known of it.
import type { PathName } from "../grpc/naming/infer.ts";
import type { PathNamer } from "../grpc/naming/path-namer.ts";
import type { Limits } from "../limits.ts";
import type { PathGroup } from "../model/path-groups.ts";
import type { Stream } from "../model/stream.ts";
import type { ExchangeListener, ExchangeObject } from "./exchange.ts";

/** Reports exchanges in the order in which it hears of them. */
export class NamedCalls {
  readonly #namer: Pick<PathNamer, "nameOf">;
  readonly #limits: Limits;
  readonly #emit: ExchangeListener;
  /** From the first on whose path is not known. */
  #queue: { readonly exchange: ExchangeObject; readonly stream: Stream }[] = [];
  #names: Map<PathGroup, PathName> | undefined;

  constructor(namer: Pick<PathNamer, "nameOf">, limits: Limits, emit: ExchangeListener) {
    this.#namer = namer;
    this.#limits = limits;
    this.#emit = emit;
  }

  readonly exchange: ExchangeListener = (exchange, stream) => {
    if (this.#queue.length === 0 && exchange.pathGroup === undefined) {
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
    for (const { exchange, stream } of queue) this.#emit(this.#named(exchange, stream), stream);
    this.#names = undefined;
  }

  #named(exchange: ExchangeObject, { request: { pathGroup } }: Stream): ExchangeObject {
    if (exchange.pathGroup === undefined || pathGroup === undefined) return exchange;
    const group = pathGroup.first;
    let name = this.#names?.get(group);
    if (name === undefined) {
      name = this.#namer.nameOf(group);
      this.#names?.set(group, name);
    }
    const { inferred, candidates } = name;
    return {
      ...{ ...exchange, pathGroup: group.number },
      ...(inferred === undefined ? {} : { pathInferred: inferred }),
      ...(candidates === undefined ? {} : { pathCandidates: candidates }),
    };
  }
}
