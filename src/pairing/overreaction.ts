// Errors that answer what was right: frames that crossed an RST_STREAM, and legal frames that a receiver is too strict for
// (RFC 9113 5.1). Only where nothing else can be the reason.
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import { kindName } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import { other, type Side } from "../place.ts";
import type { Finding } from "../rules/finding.ts";
import { receiverOverreaction as rule } from "../rules/health/overreaction.ts";
import type { Severity } from "../rules/severity.ts";
import type { Crossings } from "./crossings.ts";
import { isAbout, textsLike } from "./dictionary.ts";
import { type Lawful, lawfulBefore } from "./lawful.ts";
import type { Reaction } from "./reaction.ts";
import type { Software } from "./software.ts";

/** An error for what crossed an RST_STREAM. Undefined where anything else may be the reason.
 *  @param own The findings of the other side. */
export function crossedOverreaction(
  reaction: Reaction,
  crossings: Crossings | undefined,
  own: readonly Finding[],
  connection: Connection,
  severity: Severity,
): Finding | undefined {
  const { kind, errorCode, from, debug } = reaction;
  if (kind !== "goaway" && kind !== "rst-stream") return undefined;
  if (!CROSSED.includes(errorCode)) return undefined;
  const crossing = crossings?.behind(reaction);
  if (crossing === undefined || !isClean(connection, from, own)) return undefined;
  const { frame, reset } = crossing;
  if (kind === "rst-stream" && reaction.streamId !== frame.streamId) return undefined;
  const texts = textsLike(debug);
  // Those count what they reset themselves.
  const fits =
    errorCode === ErrorCode.enhanceYourCalm ||
    texts.length === 0 ||
    texts.some((text) => STREAM_OVER.some((over) => isAbout(text, over)));
  if (!fits) return undefined;
  return findingOf(reaction, connection, "crossed", frame, kind === "goaway" ? severity : "info", [
    { frame: reset, role: "reset the stream", text: "" },
    { frame, role: "legal: it crossed that", text: frame.text },
  ]);
}

/** An error for what is no violation.
 *  @param refuser Who is known to refuse it so. */
export function strictOverreaction(
  reaction: Reaction,
  finding: Finding,
  own: readonly Finding[],
  connection: Connection,
  severity: Severity,
  refuser: Software | undefined,
): Finding | undefined {
  if ((reaction.kind !== "goaway" && reaction.kind !== "rst-stream") || reaction.errorCode === ErrorCode.noError)
    return undefined;
  if (finding.severity !== "info" || finding.certainty !== "proven" || finding.rule.startsWith("health/")) return undefined;
  const others = own.filter((one) => one !== finding);
  if (!isClean(connection, reaction.from, others)) return undefined;
  // A limit that was announced is reason enough.
  if (finding.expect.codes.length > 0 || finding.rule === "headers/list-size") return undefined;
  const { frame } = finding;
  const legal = [{ frame, role: `legal: ${finding.rule}`, text: finding.text }];
  const known = refuser === undefined ? "" : `; ${refuser.name} refuses that`;
  return findingOf(reaction, connection, "strict", frame, severity, legal, { rule: finding.rule, known });
}

/** An error, or a close without a word, after lawful input that receivers are known to take for a fault. */
export function lawfulOverreaction(
  reaction: Reaction,
  own: readonly Finding[],
  connection: Connection,
  severity: Severity,
): Finding | undefined {
  const { kind } = reaction;
  if (kind === "status" || kind === "grpc-status" || !isClean(connection, reaction.from, own)) return undefined;
  const lawful = lawfulBefore(reaction, connection);
  if (lawful === undefined) return undefined;
  const { frame, message, data } = lawful;
  return findingOf(
    reaction,
    connection,
    message,
    frame,
    severity,
    [{ frame, role: lawful.named ? "legal: its text names it" : "legal, and known to be taken for a fault", text: frame.text }],
    data,
  );
}

// Nothing of the other side may be wrong, or missing.
function isClean(connection: Connection, receiver: Side, own: readonly Finding[]): boolean {
  const sender = connection.endpoint(other(receiver));
  const side = connection.endpoint(receiver);
  return (
    own.every(({ severity, certainty }) => severity === "info" && certainty === "proven") &&
    sender.whole &&
    side.whole &&
    connection.unchecked.size === 0
  );
}

function findingOf(
  reaction: Reaction,
  connection: Connection,
  message: "crossed" | "strict" | Lawful["message"],
  legal: FrameRef,
  severity: Severity,
  related: Finding["related"],
  more: Finding["data"] = {},
): Finding {
  const { frame, from, errorCode, kind, lastStreamId } = reaction;
  const code = errorCodeName(errorCode);
  return {
    rule: rule.id,
    message,
    data: {
      side: from,
      answer:
        kind === "fin" || kind === "rst"
          ? `TCP ${kind.toUpperCase()}`
          : `${kind === "goaway" ? "GOAWAY" : "RST_STREAM"}(${code})`,
      kind: kindName(legal.kind),
      streamId: legal.streamId,
      ...more,
    },
    severity,
    offender: from,
    connection: connection.id,
    frame,
    text: kind === "goaway" ? `${code}, last stream ${lastStreamId}` : kind === "rst-stream" ? code : "",
    path: connection.streams.get(legal.streamId)?.request.path,
    related,
    certainty: "proven",
    because: [],
    consequent: false,
    hides: [],
    expect: rule.meta.expect,
    decidableAt: frame.end,
  };
}

// What a stream's state asks for; and what those say that count such resets.
const CROSSED: readonly number[] = [ErrorCode.protocolError, ErrorCode.streamClosed, ErrorCode.enhanceYourCalm];
const STREAM_OVER = ["stream/headers-on-closed", "stream/data-on-closed", "stream/headers-after-end-stream", "stream-id/reuse"];
