// Lawful input that receivers are known to take for a fault, as a table: one line each. Where nothing else explains an error, what its sender
// had received is held against it; a text that fits a line makes it certain.
import { ErrorCode } from "../http2/error-code.ts";
import { Flag } from "../http2/frame.ts";
import { Setting } from "../http2/setting.ts";
import type { Connection } from "../model/connection.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import { other } from "../place.ts";
import type { Reaction } from "./reaction.ts";

/** One of the last frames that a receiver had, and what is lawful in it. */
export interface Lawful {
  readonly frame: FrameRef;
  readonly input: string;
  /** RFC 9113, unless it names another. */
  readonly section: string;
  /** The text of the answer names it. */
  readonly named: boolean;
}

/** What the answer most likely took for a fault; undefined: nothing of the table is among what its sender had. */
export function lawfulBefore(reaction: Reaction, connection: Connection): Lawful | undefined {
  const { before, debug } = reaction;
  for (const line of TABLE) {
    if (
      line.codes !== undefined &&
      reaction.kind !== "fin" &&
      reaction.kind !== "rst" &&
      !line.codes.includes(reaction.errorCode)
    )
      continue;
    const named = line.text?.test(debug) === true;
    // Something else is named.
    if (debug !== "" && !named && line.text !== undefined && TABLE.some(({ text }) => text?.test(debug))) continue;
    if (line.loud === true && (reaction.kind === "fin" || reaction.kind === "rst")) continue;
    const frame = line.find(before, reaction, connection);
    if (frame !== undefined) return { frame, input: line.input, section: line.section, named };
  }
  return undefined;
}

interface Line {
  readonly input: string;
  readonly section: string;
  /** Codes by which it is refused; absent: any. */
  readonly codes?: readonly number[];
  /** What such an answer says. */
  readonly text?: RegExp;
  /** A bare close is not held against it: it is too common. */
  readonly loud?: boolean;
  find(before: readonly FrameRef[], reaction: Reaction, connection: Connection): FrameRef | undefined;
}

const { protocolError, internalError, streamClosed, compressionError, flowControlError, enhanceYourCalm } = ErrorCode;
const STATE = [protocolError, streamClosed, internalError];

const TABLE: readonly Line[] = [
  {
    input: "field blocks that decode without a fault, with no size update where none was due,",
    section: "4.3.1; RFC 7541, 4.2",
    codes: [compressionError],
    loud: true,
    find: (before, { from }, connection) =>
      (connection.endpoint(from).settings.announced(Setting.headerTableSize) ?? 4096) >= 4096
        ? before.findLast(({ kind }) => kind === "headers" || kind === "continuation" || kind === "push-promise")
        : undefined,
  },
  {
    input: "an interim response (1xx)",
    section: "8.1",
    codes: STATE,
    text: /trailer|informational|interim|1xx|\b10[0-3]\b|HEADERS.*(?:state|twice|second)/i,
    loud: true,
    find: (before) => before.find((frame, i) => isInterim(frame, before.slice(i + 1))),
  },
  {
    input: "a WINDOW_UPDATE of the connection beside a large INITIAL_WINDOW_SIZE, which is of streams only",
    section: "6.9.2",
    codes: [flowControlError],
    text: /increment|window|2147483647/i,
    loud: true,
    find: (before, { from }, connection) =>
      (connection.endpoint(other(from)).settings.announced(Setting.initialWindowSize) ?? 0) > DEFAULT_WINDOW
        ? before.findLast(({ kind, streamId }) => kind === "window-update" && streamId === 0)
        : undefined,
  },
  {
    input: "WINDOW_UPDATE on a stream that had ended",
    section: "5.1",
    codes: [...STATE, flowControlError],
    text: /WINDOW_UPDATE|window update|closed stream|stream.*closed/i,
    find: (before, _, connection) => before.findLast((frame) => frame.kind === "window-update" && isOver(frame, connection)),
  },
  {
    input: "PRIORITY on a stream that had ended",
    section: "5.1",
    codes: STATE,
    text: /PRIORITY|closed stream|stream.*closed/i,
    find: (before, _, connection) => before.findLast((frame) => frame.kind === "priority" && isOver(frame, connection)),
  },
  {
    input: "an empty DATA frame with END_STREAM",
    section: "6.1",
    codes: [protocolError, internalError, enhanceYourCalm],
    text: /empty|zero.length|DATA/i,
    loud: true,
    find: (before) =>
      before.findLast(({ kind, length, flags }) => kind === "data" && length === 0 && (flags & Flag.endStream) !== 0),
  },
  {
    input: "a response to HEAD, which has no content whatever its content-length says,",
    section: "8.1.1; RFC 9110, 9.3.2",
    codes: [protocolError],
    text: /content.?length|HEAD\b|body/i,
    loud: true,
    find: (before, { from }, connection) =>
      from === "server"
        ? undefined
        : before.findLast(
            ({ kind, streamId }) => kind === "headers" && connection.streams.get(streamId)?.request.method === "HEAD",
          ),
  },
  {
    input: "`host` beside :authority",
    section: "8.3.1",
    codes: [protocolError],
    text: /host|authority/i,
    loud: true,
    find: (before, { from, streamId, kind }, connection) =>
      from === "client"
        ? undefined
        : before.findLast(
            (frame) =>
              frame.kind === "headers" &&
              (kind !== "rst-stream" || frame.streamId === streamId) &&
              connection.streams.get(frame.streamId)?.request.hasHost === true,
          ),
  },
];

/** What else of a request some servers refuse, though it is lawful; in words. */
export function lawfulOfRequest(reaction: Reaction, connection: Connection): string | undefined {
  const request = connection.streams.get(reaction.streamId)?.request;
  return request?.hasHost === true && request.authority !== undefined
    ? "host stands beside :authority with the same value, which is lawful (RFC 9113, 8.3.1) and refused by some servers, too"
    : undefined;
}

// HEADERS without END_STREAM, and HEADERS again that do not end the stream either: else the second would be trailers.
function isInterim({ kind, from, streamId, flags }: FrameRef, later: readonly FrameRef[]): boolean {
  if (kind !== "headers" || from !== "server" || (flags & Flag.endStream) !== 0) return false;
  const again = later.findIndex((frame) => frame.kind === "headers" && frame.streamId === streamId);
  return (
    again >= 0 && ((later[again]!.flags & Flag.endStream) === 0 || !later.slice(0, again).some(({ kind }) => kind === "data"))
  );
}

// The other side had ended it, and so had the frame's sender.
function isOver({ streamId, from, offset, acked }: FrameRef, connection: Connection): boolean {
  const stream = connection.streams.get(streamId);
  if (stream?.seen !== true) return false;
  const own = stream.half(from);
  const theirs = stream.half(other(from));
  return own.endAt >= 0 && own.endAt <= offset && (theirs.endAt >= 0 || theirs.resetAt >= 0) && (acked < 0 || theirs.endAt >= 0);
}

// RFC 9113, 6.9.2.
const DEFAULT_WINDOW = 65_535;
