// Statuses of gRPC as the libraries write them; the least telling of all, so they come last.
import {
  anyEnd,
  CLOSED,
  COUNTS,
  DEADLINE,
  HTTP_STATUS,
  NO_MESSAGE,
  NO_STATUS,
  PINGS,
  RESET,
  type Saying,
  SHUTDOWN,
  TOO_LARGE,
} from "./saying.ts";

/** How the libraries write one code: grpc-go and tonic `CamelCase`, C-core, Java and grpc-js `UPPER_CASE`, tonic's text, the number before a name. */
const coded = (status: number, camel: string, upper: string, described = ""): RegExp =>
  new RegExp(
    [
      `\\bcode ?[=:] ?"?${camel}\\b`,
      `(?<![Ee]rror )\\bcode: ${status}\\b`,
      `\\bStatus(?:Code)?[.:] ?"?(?:${camel}|${upper})\\b`,
      `StatusCode=[\\\\"']*${camel}\\b`,
      `StatusRuntimeException: ${upper}\\b`,
      `StatusException: ${upper}\\b`,
      `\\bcode=${upper}\\b`,
      `\\b${status} ${upper}\\b`,
      `GRPC::${camel}\\b`,
      `\\bgrpc-status["']?[:=] ?["']?${status}\\b`,
      `\\bgrpc[._](?:status|code)["']?[:=] ?["']?(?:${status}|${camel}|${upper})\\b`,
      `\\b${upper}: `,
      `^${upper}$`,
      `\\bCode: ${camel}\\b`,
      `\\[${upper.toLowerCase()}\\] `,
      ...(described === "" ? [] : [described]),
    ].join("|"),
  );

export const grpc: readonly Saying[] = [
  {
    text: /too[_ ]many[_ ]pings|got too many pings/i,
    says: "the server counts PINGs that came sooner than it allows",
    kinds: ["goaway"],
    codes: ["ENHANCE_YOUR_CALM"],
    rules: PINGS,
    by: "client",
  },
  {
    text: /max(?:imum)?[_ ](?:connection[_ ])?(?:age|idle)\b|MaxConnection(?:Age|Idle)|GRPC_ARG_MAX_CONNECTION_/i,
    says: "the server ends connections at an age or after idling, and then the calls that its grace is too short for",
    kinds: ["goaway", "fin", "rst"],
    rules: SHUTDOWN,
    by: "server",
  },
  {
    text: /graceful_stop|Server shutdown\b|server is shutting down|\bserver_shutdown|Connection (?:is )?draining|the server (?:has been|was|is) stopped|app_requested|\bserver going away\b/i,
    bare: true,
    says: "the server shuts down",
    kinds: ["goaway", "fin", "rst"],
    rules: SHUTDOWN,
    by: "server",
  },
  {
    text: /(?:received|sent|trying to send) message (?:is )?larger than max|message exceeds maximum size|message (?:size |length )?(?:is )?too large|decoded message length too large|Received message larger|message larger than max|exceeds (?:the )?(?:configured )?maximum (?:message )?size|message too large: found \d+ bytes|The incoming message exceeds|encoded message length too large/i,
    says: "a message was larger than its receiver, or its sender, allows",
    rules: TOO_LARGE,
    status: 8,
  },
  {
    text: /Received http2 header with status: \d+|unexpected HTTP status code|HTTP status code \d{3}|unexpected content-type|invalid content-type: |content-type \S+ (?:is )?not supported|Bad gRPC response\. (?:HTTP status code|Invalid content-type|Response protocol)|grpc-status header missing, mapped from HTTP status code|Missing :status|mapped from HTTP status|Received HTTP status code \d+|HTTP status code: \d+|http2 header with status|invalid compression flag: (?:60|72)\b|:status: ?[45]\d\d|status code: [45]\d\d|failed with HTTP\/2 status|http status: \d{3}/i,
    says: "what answered is no gRPC server, or a proxy answered in its place: the response has another HTTP status or content type",
    rules: HTTP_STATUS,
    side: "client",
    by: "server",
  },
  {
    text: /Too many responses\b|More than one value received for unary call|unary (?:request|response) has multiple messages|but received another message|received multiple request messages|received no request message/,
    says: "a call had another count of messages than its method has",
    rules: COUNTS,
  },
  {
    text: /timeout string is too (?:long|short)|timeout unit is not recognized|[Mm]alformed grpc-timeout/,
    says: "the server cannot read the grpc-timeout of the request",
    rules: ["grpc/timeout-grammar"],
    side: "server",
    by: "client",
  },
  {
    text: /Failed to deserialize response message|No message returned|No value received for unary call|[Mm]issing (?:unary )?response message|received no response message|cardinality violation: (?!expected|received multiple|received no request)/,
    says: "a unary call ended with status OK and without a message, or within one",
    rules: NO_MESSAGE,
    side: "client",
    by: "server",
  },
  {
    text: /without sending trailers|missing grpc-status|No grpc-status|grpc-status (?:header )?(?:is )?(?:missing|not (?:found|present))|Data frame with END_STREAM|Received unexpected EOS on (?:empty )?DATA frame|protocol error: (?:received message with|missing)|missing trailers|No status received|RPC ended without (?:status|trailers)|Missing response trailers|trailers? not (?:found|received)|Call ended without trailers|Failed to deserialize response|Halfclosed without a request|Encountered end-of-stream mid-frame|stream ended (?:before|without) (?:trailers|status)/i,
    says: "a response ended without grpc-status, or within a message",
    rules: NO_STATUS,
    side: "client",
    by: "server",
  },
  {
    text: /RST_STREAM|StreamRemoved|Stream removed|stream (?:was )?reset|Stream closed|StreamReset/,
    bare: true,
    says: "the stream was reset, or its connection ended",
    kinds: anyEnd,
    rules: RESET,
  },
  {
    text: /\bGOAWAY\b|GoAway|goaway/,
    bare: true,
    says: "the other side announced the end of the connection",
    kinds: ["goaway", "fin", "rst"],
    // Who says it may have had no reason to.
    rules: ["health/goaway", "health/goaway-lost-streams", "grpc/goaway-reason", "health/receiver-overreaction"],
  },
  {
    text: new RegExp(
      `${coded(4, "DeadlineExceeded", "DEADLINE_EXCEEDED", "Deadline expired before operation could complete").source}|context deadline exceeded|Deadline Exceeded|DeadlineExceeded|DEADLINE_EXCEEDED|deadline exceeded after|deadline (?:has )?(?:passed|expired)|Timeout expired|timeout awaiting response headers|Client\\.Timeout exceeded|request timed? ?out|RPC timed out`,
    ),
    says: "a deadline passed before the answer was there",
    rules: DEADLINE,
    status: 4,
    by: "server",
  },
  {
    text: new RegExp(
      `${coded(1, "Canceled", "CANCELLED", "The operation was cancelled").source}|\\bCancelled\\b|\\bCANCELLED\\b|context cancell?ed|call (?:was )?cancell?ed|Cancelled on server side|client cancell?ed|locally cancelled|request aborted|ERR_CANCELED|OperationCancel|CancelledError|client disconnected|client (?:has )?(?:closed|aborted|dropped)`,
    ),
    says: "a call was cancelled: in a server's handler because the client reset the stream, because its deadline passed, or because the connection ended under it",
    kinds: anyEnd,
    rules: ["health/request-cancelled", "grpc/deadline-exceeded", "health/server-reset", "health/stream-killed-by-close"],
    status: 1,
    by: "client",
  },
  {
    text: coded(8, "ResourceExhausted", "RESOURCE_EXHAUSTED", "Some resource has been exhausted"),
    says: "a message or the load was too large for the receiver, or the server asked for calm",
    rules: ["health/error-status", ...TOO_LARGE, ...PINGS, "health/refused-streams"],
    status: 8,
    by: "server",
  },
  {
    text: coded(12, "Unimplemented", "UNIMPLEMENTED", "Operation is not implemented or not supported"),
    says: "the server has no such method, or what answered is no gRPC server",
    rules: ["health/error-status", ...HTTP_STATUS],
    status: 12,
    by: "server",
  },
  {
    text: coded(14, "Unavailable", "UNAVAILABLE", "The service is currently unavailable"),
    says: "gRPC clients say so of calls on a connection that ended under them, or that the server refused",
    kinds: anyEnd,
    rules: ["health/error-status", ...CLOSED, ...RESET, "preface/connection-refused", "grpc/unavailable-retryable"],
    status: 14,
    by: "server",
  },
  {
    text: coded(13, "Internal", "INTERNAL", "Internal error"),
    says: "a call failed of an error inside the library, of the protocol, or of the handler",
    kinds: anyEnd,
    rules: ["health/error-status", ...RESET, ...NO_STATUS],
    status: 13,
    by: "server",
  },
  ...(
    [
      [2, "Unknown", "UNKNOWN", "Unknown error"],
      [3, "InvalidArgument", "INVALID_ARGUMENT", "Client specified an invalid argument"],
      [5, "NotFound", "NOT_FOUND", "Some requested entity was not found"],
      [6, "AlreadyExists", "ALREADY_EXISTS", "Some entity that we attempted to create already exists"],
      [7, "PermissionDenied", "PERMISSION_DENIED", "The caller does not have permission"],
      [9, "FailedPrecondition", "FAILED_PRECONDITION", "The system is not in a state required"],
      [10, "Aborted", "ABORTED", "The operation was aborted"],
      [11, "OutOfRange", "OUT_OF_RANGE", "Operation was attempted past the valid range"],
      [15, "DataLoss", "DATA_LOSS", "Unrecoverable data loss or corruption"],
      [16, "Unauthenticated", "UNAUTHENTICATED", "The request does not have valid authentication"],
    ] as const
  ).map(
    ([status, camel, upper, described]): Saying => ({
      text: coded(status, camel, upper, described),
      says: `a call ended with the status ${upper}`,
      rules: ["health/error-status", ...HTTP_STATUS],
      status,
      by: "server",
    }),
  ),
];
