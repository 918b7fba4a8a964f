import type { Side } from "../../place.ts";
import type { Reaction } from "../reaction.ts";

/** What a program says of how a call, a stream or a connection ended, and what of the wire that stands for. */
export interface Saying {
  /** Whose words they are; absent: anybody's. */
  readonly software?: string;
  /** Groups: `code`, `text` for what it quotes of the wire, `stream`. */
  readonly text: RegExp;
  readonly says: string;
  readonly kinds?: readonly Reaction["kind"][];
  /** Error codes, by name. */
  readonly codes?: readonly string[];
  /** The likeliest first; `family/*` for all of a family. */
  readonly rules?: readonly string[];
  /** `grpc-status`. */
  readonly status?: number;
  /** HTTP statuses that say the same. */
  readonly http?: readonly number[];
  /** Which end of a connection writes it; absent: either. */
  readonly side?: Side;
  /** Whose doing it is, where that is not the other side's of who writes it. */
  readonly by?: Side;
  /** Words that a log holds where nothing is wrong, too: only a line that reports a failure says this by them. */
  readonly bare?: boolean;
}

export const ends = ["fin", "rst"] as const;
export const anyEnd = ["goaway", "rst-stream", "fin", "rst"] as const;

/** A connection that ended under calls. */
export const CLOSED = [
  "health/stream-killed-by-close",
  "goaway/missing-before-close",
  "health/idle-timeout",
  "health/idle-close-race",
  "health/tcp-reset-with-data",
  "preface/server-closed-first",
  "health/peer-unreachable",
] as const;

/** A call that the server ended without an answer. */
export const RESET = [
  ...["health/server-reset", "grpc/status-lost", "health/refused-streams", "grpc/rst-status-map"],
  ...["health/reset-after-response", "stream/rst-no-error-early", "health/idle-timeout"],
] as const;

// What a call may have waited for.
const WAITED = [
  ...["health/flow-stall-stream", "health/flow-stall-connection", "health/hol-by-window", "health/peer-unreachable"],
  ...["health/stream-unfinished", "health/request-stalled", "health/tcp-zero-window", "health/slow-first-byte"],
  ...["health/stream-killed-by-close"],
] as const;

/** What a caller's own timer may have waited for. */
export const TIMEOUT = ["health/request-cancelled", "grpc/deadline-exceeded", ...WAITED] as const;

/** The client's preface was answered in HTTP/1. */
export const HTTP1 = ["preface/server-spoke-http1", "preface/server-settings-missing", "preface/server-spoke-other"] as const;

/** One side speaks TLS and the other does not. */
export const TLS = [
  "preface/server-spoke-tls",
  "preface/client-spoke-tls",
  "preface/server-closed-first",
  "preface/server-spoke-other",
  "preface/server-spoke-http1",
  "tls/alert",
] as const;

/** Nothing came back. */
export const SILENT = [
  "health/peer-unreachable",
  "preface/connection-refused",
  "grpc/keepalive-timeout",
  "preface/server-silent",
] as const;

export const PINGS = ["grpc/keepalive-too-frequent", "grpc/too-many-pings-unjustified", "abuse/ping-flood"] as const;

/** A graceful shutdown that ran out of time. */
export const SHUTDOWN = [
  "grpc/goaway-reason",
  "health/graceful-shutdown",
  "health/goaway",
  "health/goaway-lost-streams",
  "goaway/no-warning",
  "health/stream-killed-by-close",
] as const;

export const NO_STATUS = [
  ...["grpc/ended-without-trailers", "grpc/status-missing", "grpc/truncated-message", "grpc/status-in-headers"],
] as const;

/** What only a schema decides: how many messages a method has. */
export const COUNTS = ["grpc/unary-response-count", "grpc/unary-message-count"] as const;

export const NO_MESSAGE = [
  "grpc/unary-response-count",
  "grpc/ok-without-message",
  "grpc/truncated-message",
  "grpc/message-schema",
] as const;

export const HTTP_STATUS = [
  "grpc/http-status",
  "grpc/response-content-type",
  "grpc/status-missing",
  "health/error-status",
] as const;

export const DEADLINE = [
  ...["grpc/deadline-exceeded", "health/request-cancelled", "grpc/deadline-ignored", "grpc/deadline-not-enforced"],
  ...["health/deadline-nearly-used", "health/server-reset"],
  ...WAITED,
] as const;

export const TOO_LARGE = ["grpc/message-too-large", "health/error-status"] as const;
