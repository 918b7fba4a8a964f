export { type AnalyzeOptions, analyze, type Engine, type Filter, type Progress } from "./analyze.ts";
export type { Source } from "./capture/source.ts";
export { fileSource, stdinSource, streamSource } from "./capture/source.ts";
export { H2lintError, type H2lintErrorCode } from "./error.ts";
export { defaultLimits, type Limits } from "./limits.ts";
export type {
  CaptureInfo,
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  FrameObject,
  ReactionObject,
  ReportEvent,
  RunEvent,
  SummaryEvent,
} from "./report/event.ts";
export { rules } from "./rules/index.ts";
export { type Context, defineRule, type Rule, type RuleMeta, type Severity } from "./rules/rule.ts";
