// What a log can show: rules that ask for nothing but what its lines hold. All others stay unchecked. People shorten logs: that a line is
// not there proves nothing.
import type { Rule } from "../rules/rule.ts";
import type { LogFormat } from "./format.ts";

/** What frames of a log show. */
export interface Shown {
  readonly shows: LogFormat["shows"];
  /** Each line names its connection, by a name that no other has. */
  readonly keyed: boolean;
  /** Client and server are not both in it. */
  readonly oneSided: boolean;
}

/** Can this rule be judged by frames of this format? */
export const isJudged = ({ id }: Rule, { shows }: Pick<Shown, "shows">): boolean =>
  LINE.has(id) ||
  LINES.has(id) ||
  id === SECOND_HEADERS ||
  FRAME_ABSENT.has(id) ||
  (shows.fields === "exact" && (FIELD.has(id) || FIELD_ABSENT.has(id))) ||
  (shows.fields === "exact" && shows.length && BY_LENGTHS.has(id));

/** Can what it finds be proven by lines that are there, whatever others may be missing? */
export const isProvable = ({ id }: Rule, { keyed, oneSided, shows }: Shown): boolean =>
  LINE.has(id) ||
  (keyed && LINES.has(id)) ||
  // Where :status has a line, the line of an interim response may be missing.
  (keyed && id === SECOND_HEADERS && shows.fields !== "exact") ||
  (oneSided && FIELD.has(id));

// By the kind, stream, flags and values of one frame.
const LINE: ReadonlySet<string> = new Set([
  ...["stream-id/odd-server", "push/from-client", "flow/window-update-zero-stream", "flow/window-update-zero-connection"],
  ...["settings/enable-push-value", "settings/enable-push-from-server", "settings/initial-window-size-range"],
  ...["settings/max-frame-size-range", "settings/enable-connect-value", "settings/no-rfc7540-priorities-value"],
]);

// By two frames of one connection.
const LINES: ReadonlySet<string> = new Set([
  ...["stream-id/reuse", "stream/frame-after-own-rst", "stream/data-after-end-stream", "stream/headers-after-end-stream"],
  ...["stream/client-data-on-pushed", "goaway/last-stream-id-increased"],
  ...["headers/request-trailers", "grpc/request-trailers"],
]);

const SECOND_HEADERS = "headers/second-headers-no-end-stream";

// By frames that should come before, and do not: HEADERS that open a stream, or a promise.
const FRAME_ABSENT: ReadonlySet<string> = new Set([
  ...["stream-id/even-client", "stream-id/unpromised", "stream-id/not-increasing"],
  ...["stream/data-on-idle", "stream/rst-on-idle", "stream/window-update-on-idle"],
]);

// By fields that are there.
const FIELD: ReadonlySet<string> = new Set([
  ...["headers/uppercase-name", "headers/invalid-name-char", "headers/colon-in-name", "headers/empty-name"],
  ...["headers/pseudo-unknown", "headers/empty-path", "headers/bad-status"],
  ...["headers/connection-specific", "headers/te-not-trailers", "headers/status-101"],
  ...["grpc/content-type-malformed", "grpc/client-sends-status"],
  ...["grpc/timeout-grammar", "grpc/timeout-zero", "grpc/reserved-metadata", "grpc/metadata-name-invalid"],
  ...["grpc/http-status", "grpc/status-malformed", "grpc/status-unknown-code"],
]);

// By a field that is not there, or by which fields stand in one block: where the line of a frame is missing, those of two are one.
const FIELD_ABSENT: ReadonlySet<string> = new Set([
  ...[
    "headers/pseudo-after-regular",
    "headers/pseudo-duplicate",
    "headers/pseudo-response-in-request",
    "headers/pseudo-request-in-response",
  ],
  ...["headers/pseudo-in-trailers", "headers/missing-method", "headers/missing-scheme", "headers/missing-path"],
  ...["headers/missing-status", "headers/interim-end-stream", "headers/interim-after-final"],
  ...[
    "grpc/method-not-post",
    "grpc/path-form",
    "grpc/content-type-missing",
    "grpc/te-missing",
    "grpc/response-content-type",
    "grpc/status-missing",
  ],
]);

// By all frames of DATA.
const BY_LENGTHS: ReadonlySet<string> = new Set(["headers/content-length-mismatch"]);
