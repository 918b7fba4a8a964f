// `h2lint/core`: the library without files. Its bundle has no module of Node, and so runs in browsers, workers and other runtimes
// (docs/browser.md). `h2lint` is this and what takes paths.
export { analyze } from "./analyze.ts";
export type { AnalyzeOptions, LogSource, Progress } from "./analyze-options.ts";
export type { Source } from "./capture/source.ts";
export { type BlobLike, blobSource, bytesSource, streamSource, type WebStream } from "./capture/source.ts";
export { H2lintError, type H2lintErrorCode } from "./error.ts";
export type { DecodedBlock } from "./fields/decoded-block.ts";
export { BlockBit } from "./fields/decoded-block.ts";
export { Field, FieldBit } from "./fields/field.ts";
export { Name } from "./fields/name.ts";
export { ValueBit } from "./fields/value-bit.ts";
export type { Call } from "./grpc/call.ts";
export type { GrpcMessage } from "./grpc/message-decoder.ts";
export type { Misfit } from "./grpc/schema/fit.ts";
export type { Schemas } from "./grpc/schema.ts";
export type { Json } from "./grpc/schemaless.ts";
export type { GrpcStatus } from "./grpc/status.ts";
export type { Frame, FrameKind } from "./http2/frame.ts";
export { Observation } from "./http2/observation.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export type { Connection } from "./model/connection.ts";
export type { Endpoint } from "./model/endpoint.ts";
export type { BlockRole, FieldBlock } from "./model/field-block.ts";
export type { FrameRef } from "./model/frame-ref.ts";
export type { MessageHead } from "./model/message-head.ts";
export type { ModelSink } from "./model/model-sink.ts";
export type { Stream, StreamHalf } from "./model/stream.ts";
export type { Engine } from "./pipeline.ts";
export type { Origin, Side } from "./place.ts";
export type { Assertions, LatencyMeasure } from "./report/assertions.ts";
export { type BudgetOptions, Budgets } from "./report/budget.ts";
export type {
  BaselineEvent,
  BaselineNote,
  BudgetEvent,
  BudgetPlace,
  CaptureInfo,
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  FrameObject,
  InterfaceInfo,
  LogInfo,
  LogLineObject,
  ReactionObject,
  ReportEvent,
  RolesObject,
  RunEvent,
  SoftwareEvidence,
  SummaryEvent,
  UnexplainedEvent,
} from "./report/event.ts";
export type { Expectation } from "./rules/expectation.ts";
export type { Finding, Need } from "./rules/finding.ts";
export { rules } from "./rules/index.ts";
export type { Profile } from "./rules/profile.ts";
export {
  type BlockCondition,
  type Condition,
  type Context,
  defineRule,
  type ReportOptions,
  type Rule,
  type RuleMeta,
  type RuleOption,
  type SpecRef,
  type Subject,
} from "./rules/rule.ts";
export type { Preset, RuleOptions } from "./rules/selection.ts";
export type { Severity } from "./rules/severity.ts";
export type { EndReason } from "./tcp/byte-stream.ts";
export type { TlsFacts } from "./tls/facts.ts";
export type { KeyInfo, KeySource } from "./tls/key-files.ts";
export type { TlsSummary } from "./tls/summary.ts";
export type { TlsReason } from "./tls/verdict.ts";
export type { Filter } from "./traffic-filter.ts";
