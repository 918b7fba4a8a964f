// What a log can show: rules that ask for nothing but what its lines hold. All others stay unchecked.
import type { Rule } from "../rules/rule.ts";
import type { LogFormat } from "./format.ts";

/** Can this rule be judged by frames of this format? */
export function isProvable({ id }: Rule, { shows }: Pick<LogFormat, "shows">): boolean {
  return (
    BY_FRAMES.has(id) ||
    (shows.fields === "exact" && BY_FIELDS.has(id)) ||
    (shows.fields === "exact" && shows.length && BY_LENGTHS.has(id))
  );
}

// By kinds, stream ids, flags, codes and settings, in the order of one side.
const BY_FRAMES: ReadonlySet<string> = new Set([
  ...["stream-id/even-client", "stream-id/odd-server", "stream-id/unpromised", "stream-id/not-increasing", "stream-id/reuse"],
  ...["stream/data-on-idle", "stream/rst-on-idle", "stream/window-update-on-idle", "stream/frame-after-own-rst"],
  ...["stream/data-after-end-stream", "stream/headers-after-end-stream", "stream/client-data-on-pushed"],
  ...["settings/enable-push-value", "settings/enable-push-from-server", "settings/initial-window-size-range"],
  ...["settings/max-frame-size-range", "settings/enable-connect-value", "settings/no-rfc7540-priorities-value"],
  ...["goaway/last-stream-id-increased", "flow/window-update-zero-stream", "flow/window-update-zero-connection"],
  ...["headers/second-headers-no-end-stream", "headers/request-trailers", "push/from-client"],
  ...["grpc/request-trailers", "grpc/client-sends-status"],
]);

// By names and values of fields.
const BY_FIELDS: ReadonlySet<string> = new Set([
  ...["headers/uppercase-name", "headers/invalid-name-char", "headers/colon-in-name", "headers/empty-name"],
  ...["headers/pseudo-after-regular", "headers/pseudo-duplicate", "headers/pseudo-unknown", "headers/pseudo-response-in-request"],
  ...["headers/pseudo-request-in-response", "headers/pseudo-in-trailers", "headers/missing-method", "headers/missing-scheme"],
  ...[
    "headers/missing-path",
    "headers/empty-path",
    "headers/missing-status",
    "headers/bad-status",
    "headers/connection-specific",
  ],
  ...["headers/te-not-trailers", "headers/interim-end-stream", "headers/interim-after-final", "headers/status-101"],
  ...["grpc/method-not-post", "grpc/content-type-missing", "grpc/content-type-malformed", "grpc/te-missing", "grpc/path-form"],
  ...["grpc/timeout-grammar", "grpc/timeout-zero", "grpc/reserved-metadata", "grpc/metadata-name-invalid"],
  ...[
    "grpc/response-content-type",
    "grpc/http-status",
    "grpc/status-missing",
    "grpc/status-malformed",
    "grpc/status-unknown-code",
  ],
]);

// By octets of DATA, too.
const BY_LENGTHS: ReadonlySet<string> = new Set(["headers/content-length-mismatch"]);
