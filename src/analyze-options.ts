import type { Source } from "./capture/source.ts";
import type { SessionMode } from "./capture-sessions.ts";
import type { GrpcSink } from "./grpc/grpc-sink.ts";
import type { Schemas } from "./grpc/schema.ts";
import type { Limits } from "./limits.ts";
import type { ModelSink } from "./model/model-sink.ts";
import type { Engine } from "./pipeline.ts";
import type { Side } from "./place.ts";
import type { Rule } from "./rules/rule.ts";
import type { RuleOptions } from "./rules/selection.ts";
import type { KeySource } from "./tls/key-files.ts";
import type { Filter } from "./traffic-filter.ts";

/** What `analyze` looks at, and how. */
export interface AnalyzeOptions extends RuleOptions {
  /** `fast` is ours, `reference` is pcap-parser with hpack.js. */
  readonly engine?: Engine;
  readonly limits?: Partial<Limits>;
  /** Beside the built-in ones. */
  readonly rules?: readonly Rule[];
  /** Of TLS: paths of key logs in NSS's format, of private keys in PEM, or of folders of them; or sources of octets. Keys inside of captures
   *  are read anyway. */
  readonly keys?: readonly (string | Source | KeySource)[];
  /** Look at part of the capture; the rest is still decoded. */
  readonly only?: Filter;
  /** Of the messages of gRPC; those that servers tell by reflection are added to them. */
  readonly schemas?: Schemas;
  /** Also hears what the model reports. */
  readonly listeners?: readonly ModelSink[];
  /** Also hears of the messages and statuses of gRPC. */
  readonly callListeners?: readonly GrpcSink[];
  /** Logs of either end, to be joined with the captures; without a capture they are judged alone. */
  readonly logs?: readonly LogSource[];
  /** Leave credentials in the lines of logs; of captures the reports mask them. */
  readonly showSecrets?: boolean;
  /** Which sources belong together; `one` is the default: all are one session, ordered by time. */
  readonly session?: SessionMode;
  /** Ends reading: what was read until then is reported, and marked as cut short. */
  readonly signal?: AbortSignal;
  /** Called after each block of a file. */
  readonly progress?: (progress: Progress) => void;
}

/** A log to join with the capture. */
export interface LogSource {
  /** A path, or a source of octets. */
  readonly source: string | Source;
  /** Which end wrote it; else found by its lines. */
  readonly side?: Side;
}

/** How far the reading of a capture has come: octets unpacked, packets read. */
export interface Progress {
  readonly file: string;
  readonly octets: number;
  /** Octets of the whole file, where that is known. */
  readonly of?: number;
  readonly packets: number;
}
