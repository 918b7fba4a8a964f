// What an answer, or none, says of the receiver: as the text demands, other than that, or let pass.
import { errorCodeName } from "../http2/error-code.ts";
import type { Connection } from "../model/connection.ts";
import type { Stream } from "../model/stream.ts";
import { other } from "../place.ts";
import type { Finding } from "../rules/finding.ts";
import { completed } from "./cost.ts";
import type { PendingFinding } from "./pending.ts";
import type { Reaction, Verdict } from "./reaction.ts";

export function verdictOf({ expect }: Finding, { kind, errorCode, status }: Reaction): Verdict {
  if (expect.ignore === true) return "escalated";
  if (expect.codes.length === 0) return "as-specified";
  const right = expect.codes.includes(errorCodeName(errorCode));
  if (expect.scope === "connection") return kind === "goaway" && right ? "as-specified" : "other-code";
  if (kind === "rst-stream") return right ? "as-specified" : "other-code";
  if (kind === "grpc-status") return "other-code";
  if (kind === "status") return expect.malformed === true && status < 500 ? "as-specified" : "other-code";
  return "escalated";
}

/** There is no answer: was the frame read and let pass, or is the answer not in the capture? */
export function verdictUnanswered({ finding, framesBefore }: PendingFinding, connection: Connection): Verdict {
  if (finding.expect.ignore === true) return "none-expected";
  const receiver = connection.endpoint(other(finding.offender));
  const stream = connection.streams.get(finding.frame.streamId);
  const processed = receiver.processed >= finding.frame.end;
  const wentOn = connection.frames - framesBefore >= WENT_ON || connection.lastTime - finding.frame.time >= LONG;
  // Who resets the stream did mind something.
  if (stream !== undefined && stream.half(receiver.side).resetAt >= 0) return "none-expected";
  if (isToldToCaller(finding, stream)) return "none-expected";
  // A request that nobody answered was not accepted.
  if (isLeft(finding, stream)) return "unseen";
  if (processed || wentOn || (stream !== undefined && completed(stream))) return "tolerated";
  return finding.expect.codes.length === 0 ? "none-expected" : "unseen";
}

// No code is asked for, and the response is over, on a stream that may be forgotten: a client that fails the call for it says so to its caller
// alone.
const isToldToCaller = ({ offender, expect, frame }: Finding, stream: Stream | undefined): boolean =>
  offender === "server" &&
  expect.codes.length === 0 &&
  (stream === undefined ? frame.streamId !== 0 : stream.initiator === "client" && stream.server.endAt >= 0);

// Its stream is remembered, and its receiver sent nothing on it.
const isLeft = ({ offender, frame, expect: { scope, codes } }: Finding, stream: Stream | undefined): boolean =>
  offender === "client" &&
  frame.kind === "headers" &&
  scope === "stream" &&
  codes.length > 0 &&
  stream?.seen === true &&
  stream.initiator === "client" &&
  stream.server.lastAt < 0;

// Frames, and nanoseconds, after which an answer would have been there.
const WENT_ON = 100;
const LONG = 5e9;
