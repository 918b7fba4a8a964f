import { Detector } from "../detect/detector.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Hearsay } from "../hearsay.ts";
import type { HpackEngine } from "../hpack/engine.ts";
import type { Limits } from "../limits.ts";
import type { FlowListener } from "../tcp/assembler.ts";
import type { Flow } from "../tcp/flow.ts";
import type { KeyStore } from "../tls/key-store.ts";
import { Usage } from "../usage.ts";
import { ConnectionModel, ModelParts } from "./connection-model.ts";
import { fanOut } from "./fan-out.ts";
import type { ModelSink } from "./model-sink.ts";

/** All connections of a session: gives each its decoder and its model. */
export class Model implements FlowListener {
  readonly #parts: ModelParts;
  readonly #detector: Detector;

  /** @param keys Of TLS. */
  constructor(sinks: readonly ModelSink[], engine: HpackEngine, limits: Limits, diagnostics: DiagnosticSink, keys?: KeyStore) {
    this.#parts = new ModelParts(fanOut(sinks), engine, limits, diagnostics);
    this.#detector = new Detector(limits, diagnostics, keys);
  }

  /** Where only a share of the connections is read. */
  set hearsay(hearsay: Hearsay) {
    this.#detector.hearsay = hearsay;
  }

  /** The most that was held of what is bounded over all connections. */
  get usage(): Usage {
    const usage = new Usage();
    this.#detector.noteUsage(usage);
    usage.streams = this.#parts.streams.most;
    usage.closedStreams = this.#parts.streams.mostClosed;
    return usage;
  }

  /** A connection that somebody else reads. */
  pass(flow: Flow): void {
    this.#detector.readOn();
    this.#detector.pass(flow);
  }

  open(flow: Flow): ConnectionModel {
    this.#detector.readOn();
    const model = new ConnectionModel(flow, this.#parts);
    this.#detector.read(flow, model);
    return model;
  }

  end(): void {
    this.#detector.end();
  }
}
