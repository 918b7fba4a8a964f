// Errors that answer what was right: frames that crossed an RST_STREAM, and legal frames that a receiver is too strict for
// (RFC 9113 5.1; rules.md 4.3, 5.5). Only where nothing else can be the reason.
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import { type Frame, kindName } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { Stream } from "../model/stream.ts";
import { other, type Side } from "../place.ts";
import type { Finding } from "../rules/finding.ts";
import { receiverOverreaction as rule } from "../rules/health/overreaction.ts";
import type { Severity } from "../rules/rule.ts";
import { isAbout, textsLike } from "./dictionary.ts";
import type { Reaction } from "./reaction.ts";
import type { RecentFrames } from "./recent-frames.ts";

interface Crossing {
  readonly frame: FrameRef;
  readonly reset: FrameRef;
}

/** HEADERS and DATA that were under way when the other side reset their stream. */
export class Crossings {
  readonly #resets: FrameRef[] = [];
  readonly #crossings: Crossing[] = [];

  /** Before the frame takes effect. */
  add(frame: Frame, stream: Stream | undefined, recent: RecentFrames): void {
    if (stream === undefined || !stream.seen || frame.first.acked < 0) return;
    const { from, streamId } = frame;
    if (frame.kind === "rst-stream") {
      const theirs = stream.half(other(from));
      if (!frame.whole || stream.half(from).resetAt >= 0 || theirs.resetAt >= 0) return;
      const reset = FrameRef.of(frame);
      if (this.#resets.length >= KEPT) this.#resets.shift();
      this.#resets.push(reset);
      // The capture may have seen first what crossed it.
      for (const sent of recent.until(other(from), -1)) {
        if (sent.streamId === streamId && isContent(sent.kind) && sent.offset >= frame.first.acked) this.#keep(sent, reset);
      }
    } else if (isContent(frame.kind)) {
      const own = stream.half(from);
      if (own.over || frame.first.acked >= stream.half(other(from)).resetAt) return;
      const reset = this.#resets.find((one) => one.streamId === streamId && one.from !== from);
      if (reset !== undefined) this.#keep(FrameRef.of(frame), reset);
    }
  }

  /** What crossed an RST_STREAM of the reaction's side, if that was the last it can be about. */
  behind(reaction: Reaction): Crossing | undefined {
    const before = reaction.before ?? [];
    const subject = before.findLast(({ kind }) => !QUIET.has(kind));
    if (subject === undefined) return undefined;
    return this.#crossings.find(({ frame }) => frame.from === subject.from && frame.offset === subject.offset);
  }

  #keep(frame: FrameRef, reset: FrameRef): void {
    if (this.#crossings.length < KEPT) this.#crossings.push({ frame, reset });
  }
}

/** An error for what crossed an RST_STREAM. Undefined where anything else may be the reason.
 *  @param own The findings of the other side. */
export function crossedOverreaction(
  reaction: Reaction,
  crossings: Crossings,
  own: readonly Finding[],
  connection: Connection,
  severity: Severity,
): Finding | undefined {
  const { kind, errorCode, from, debug } = reaction;
  if (kind !== "goaway" && kind !== "rst-stream") return undefined;
  if (errorCode !== ErrorCode.protocolError && errorCode !== ErrorCode.streamClosed) return undefined;
  const crossing = crossings.behind(reaction);
  if (crossing === undefined || !isClean(connection, from, own)) return undefined;
  const { frame, reset } = crossing;
  if (kind === "rst-stream" && reaction.streamId !== frame.streamId) return undefined;
  const texts = textsLike(debug);
  const fits = texts.length === 0 || texts.some((text) => STREAM_OVER.some((over) => isAbout(text, over)));
  if (!fits) return undefined;
  return findingOf(reaction, connection, "crossed", frame, kind === "goaway" ? severity : "info", [
    { frame: reset, role: "reset the stream", text: "" },
    { frame, role: "legal: it crossed that", text: frame.text },
  ]);
}

/** An error for what is no violation. */
export function strictOverreaction(
  reaction: Reaction,
  finding: Finding,
  own: readonly Finding[],
  connection: Connection,
  severity: Severity,
): Finding | undefined {
  if ((reaction.kind !== "goaway" && reaction.kind !== "rst-stream") || reaction.errorCode === ErrorCode.noError)
    return undefined;
  if (finding.severity !== "info" || finding.certainty !== "proven" || finding.rule.startsWith("health/")) return undefined;
  const others = own.filter((one) => one !== finding);
  if (!isClean(connection, reaction.from, others)) return undefined;
  const { frame } = finding;
  return findingOf(reaction, connection, "strict", frame, severity, [
    { frame, role: `legal: ${finding.rule}`, text: finding.text },
  ]);
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
  message: "crossed" | "strict",
  legal: FrameRef,
  severity: Severity,
  related: Finding["related"],
): Finding {
  const { frame, from, errorCode, kind, lastStreamId } = reaction;
  const code = errorCodeName(errorCode);
  return {
    rule: rule.id,
    message,
    data: {
      side: from,
      answer: `${kind === "goaway" ? "GOAWAY" : "RST_STREAM"}(${code})`,
      kind: kindName(legal.kind),
      streamId: legal.streamId,
    },
    severity,
    offender: from,
    connection: connection.id,
    frame,
    text: kind === "goaway" ? `${code}, last stream ${lastStreamId}` : code,
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

const isContent = (kind: FrameRef["kind"]): boolean => kind === "headers" || kind === "data";

// Frames that no receiver takes for a fault of a stream.
const QUIET: ReadonlySet<string> = new Set(["window-update", "ping", "settings"]);

const STREAM_OVER = ["stream/headers-on-closed", "stream/data-on-closed", "stream/headers-after-end-stream", "stream-id/reuse"];

const KEPT = 64;
