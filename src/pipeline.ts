// How the stages hang together, said once: for captures, logs and tests alike.
import type { PacketSink } from "./capture/packet.ts";
import type { DiagnosticSink } from "./diagnostic.ts";
import { CallReader } from "./grpc/call-reader.ts";
import type { CallSink } from "./grpc/grpc-sink.ts";
import { ReflectionReader } from "./grpc/reflection.ts";
import type { Schemas } from "./grpc/schema.ts";
import { fastHpack } from "./hpack/decoder.ts";
import type { HpackEngine } from "./hpack/engine.ts";
import { referenceHpack } from "./hpack/reference.ts";
import type { Limits } from "./limits.ts";
import { Model } from "./model/model.ts";
import type { ModelSink } from "./model/model-sink.ts";
import { Pairing } from "./pairing/pairing.ts";
import type { PairSink } from "./pairing/reaction.ts";
import { RuleEngine } from "./rules/engine/engine.ts";
import type { ActiveRule } from "./rules/engine/slot.ts";
import type { Finding, FindingSink, Repeats } from "./rules/finding.ts";
import { Assembler } from "./tcp/assembler.ts";
import type { KeyStore } from "./tls/key-store.ts";

/** `fast` is ours, `reference` is pcap-parser with hpack.js. */
export type Engine = "fast" | "reference";

/** What is wanted of the model. The fields stand in the order in which it calls: each listener hears of a frame before those below it,
 *  and what an earlier one made of it is there for a later one. */
export interface Wanted {
  /** Hears of every packet before it is decoded. */
  readonly packets?: readonly PacketSink[];
  /** Of gRPC messages. Where given, what servers tell of them by reflection is added, before anybody hears of a call. */
  readonly schemas?: Schemas | undefined;
  /** Hears of calls, of gRPC and of the protocols like it, before the model's own event of the same frame, and before the rules. */
  readonly calls?: readonly CallSink[];
  /** Hears what the model reports. */
  readonly listeners?: readonly ModelSink[];
  /** Hears what the model reports, when the calls of all protocols know of it. */
  readonly exchanges?: ModelSink;
  /** The rules, and after them the pairing of what they find. */
  readonly judged?: Judged;
}

/** What is judged, and who hears. */
export interface Judged {
  readonly rules: readonly ActiveRule[];
  /** Hears of each finding when it is made, before it is paired. */
  readonly found?: (finding: Finding, repeats: Repeats) => void;
  /** Called at the end of each connection. */
  readonly results: PairSink;
  /** Others judge the other connections: what compares connections is only noted. */
  readonly isShare?: boolean;
}

/** The listeners of the model that are wanted, in their order. */
export function buildPipeline({ schemas, calls, listeners = [], exchanges, judged }: Wanted, limits: Limits): ModelSink[] {
  const pairing = judged === undefined ? undefined : new Pairing(judged.results, severityInPairing(judged.rules));
  const engine =
    judged === undefined ? undefined : new RuleEngine(judged.rules, findingSink(pairing!, judged.found), limits, judged.isShare);
  const reflection = schemas === undefined ? [] : [new ReflectionReader(schemas, limits)];
  const told = [...reflection, ...(calls ?? []), ...(engine === undefined ? [] : [engine])];
  return [
    ...(calls === undefined && engine === undefined ? [] : [new CallReader(told, limits, schemas)]),
    ...listeners,
    ...(exchanges === undefined ? [] : [exchanges]),
    ...(engine === undefined ? [] : [engine, pairing!]),
  ];
}

/** TCP segments -> octets in order -> frames -> model -> its listeners. */
export function assemblerFor(
  sinks: readonly ModelSink[],
  hpack: HpackEngine,
  limits: Limits,
  diagnose: DiagnosticSink,
  keys?: KeyStore,
  before = 0,
): Assembler {
  return new Assembler(new Model(sinks, hpack, limits, diagnose, keys), limits, diagnose, before);
}

export const hpackOf = (engine: Engine): HpackEngine => (engine === "fast" ? fastHpack : referenceHpack);

// The rule that the pairing judges itself runs like any other: with its severity, and not at all where it was not chosen.
const severityInPairing = (rules: readonly ActiveRule[]) => rules.find(({ rule }) => rule.meta.inPairing === true)?.severity;

function findingSink(pairing: Pairing, found: Judged["found"]): FindingSink {
  if (found === undefined) return pairing;
  return {
    finding(finding, repeats) {
      found(finding, repeats);
      pairing.finding(finding, repeats);
    },
    compared(finding) {
      found(finding, { count: 1 });
      pairing.compared(finding);
    },
    noted: (note, connection) => pairing.noted(note, connection),
  };
}
