// Lawful input that receivers are known to take for a fault, as a table: one line each. Where nothing else explains an error, what its sender
// had received is held against it; a text that fits a line makes it certain.

import { ErrorCode } from "../http2/error-code.ts";
import { Flag } from "../http2/frame.ts";
import { Setting } from "../http2/setting.ts";
import type { Connection } from "../model/connection.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type { MessageHead } from "../model/message-head.ts";
import { requestNumber } from "../model/request-number.ts";
import type { SeenHalf, Stream } from "../model/stream.ts";
import { other, type Side } from "../place.ts";
import type { Reaction } from "./reaction.ts";

/** One of the last frames that a receiver had, and what is lawful in it. */
export interface Lawful {
  readonly frame: FrameRef;
  readonly message: "lawful" | "limit" | "budget" | "resets";
  /** What fills the holes of that message. */
  readonly data: Readonly<Record<string, string | number>>;
  /** The text of the answer names it. */
  readonly named: boolean;
}

/** What the answer most likely took for a fault; undefined: nothing of the table is among what its sender had. */
export function lawfulBefore(reaction: Reaction, connection: Connection): Lawful | undefined {
  const { before, debug, kind, from, errorCode, streamId } = reaction;
  const isReset = kind === "rst-stream";
  // Node's clients say so whenever their program has had enough: at an error, or at a timeout.
  if (isReset && from === "client" && errorCode === internalError) return undefined;
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
    // RST_STREAM is about its stream alone (RFC 9113 5.4.2).
    if (frame === undefined || (isReset && frame.streamId !== 0 && frame.streamId !== streamId)) continue;
    const { message = "lawful", input, section } = line;
    const data = typeof input === "string" ? { input } : input(frame, reaction, connection);
    return { frame, message, data: section === undefined ? data : { ...data, section }, named };
  }
  return undefined;
}

interface Line {
  /** `lawful` where it is left out. */
  readonly message?: Lawful["message"];
  /** In words; or all that its message says of the frame. */
  readonly input: string | ((frame: FrameRef, reaction: Reaction, connection: Connection) => Lawful["data"]);
  /** RFC 9113, unless it names another. */
  readonly section?: string;
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
const REFUSALS = [protocolError, internalError, enhanceYourCalm, compressionError];

// RFC 7541 4.2 with RFC 9113 6.5.2.
const DEFAULT_TABLE = 4096;
// More than these many programs refuse, whatever their SETTINGS say.
export const FIELDS = 100;
const LIST_SIZE = 8000;
const FIELD_SIZE = 4096;
// Of a table, as programs write it.
const INDEX = /\bindex\b/i;
// RST_STREAM, as programs write it.
const RESET = /\brst|_rst|reset/i;

// Nothing is wrong with these blocks, or somebody would have found it: what was due came, and what came was allowed.
const TABLE: readonly Line[] = [
  {
    message: "limit",
    input: (frame, _, connection) => ({
      input: `a field section of ${headOf(frame, connection)!.fields} fields`,
      limit: "the 100 that Envoy, Apache httpd and Tomcat take by default, or the 128 of Node",
    }),
    codes: REFUSALS,
    text: /too many (?:header|field)|header.{0,20}(?:count|number)|number of (?:header|field)/i,
    find: (before, _, connection) => before.findLast((frame) => (headOf(frame, connection)?.fields ?? 0) > FIELDS),
  },
  {
    message: "limit",
    input: (frame, _, connection) => ({
      input: `a field section of ${headOf(frame, connection)!.listSize} bytes (as SETTINGS_MAX_HEADER_LIST_SIZE counts them)`,
      limit: "the 8 KiB that Netty, Tomcat and others take by default; other programs take 16 to 64 KiB",
    }),
    codes: REFUSALS,
    text: /(?:header|field|metadata).{0,40}(?:large|size|exceed|long|limit)/i,
    find: (before, _, connection) => before.findLast((frame) => (headOf(frame, connection)?.listSize ?? 0) > LIST_SIZE),
  },
  {
    message: "limit",
    input: (frame, _, connection) => ({
      input: `a field of ${headOf(frame, connection)!.longest} bytes`,
      limit: "the 4 KiB a field that nginx takes by default up to 1.19.6, or the 8 KiB of Apache httpd and of later ones",
    }),
    codes: [enhanceYourCalm],
    text: /(?:header|field).{0,40}(?:large|size|exceed|long|limit)/i,
    loud: true,
    find: (before, _, connection) => before.findLast((frame) => (headOf(frame, connection)?.longest ?? 0) > FIELD_SIZE),
  },
  {
    input: (_, { from }, connection) => ({
      input: `fields behind a size update to ${tableMaximum(connection, other(from))}`,
    }),
    section: "4.3.1; RFC 7541, 6.3",
    codes: [compressionError],
    text: /size (?:update|change)/i,
    loud: true,
    find: (before, { from }, connection) =>
      tableMaximum(connection, other(from)) === DEFAULT_TABLE ? undefined : lastBlock(before),
  },
  {
    input:
      "a field block that was sent before the lower HEADER_TABLE_SIZE was acknowledged, with no size update, which was not due yet",
    section: "4.3.1; RFC 7541, 4.2",
    codes: [compressionError],
    text: /size (?:update|change)/i,
    loud: true,
    find: (before, { from }, connection) =>
      (connection.endpoint(from).settings.announced(Setting.headerTableSize) ?? DEFAULT_TABLE) < DEFAULT_TABLE
        ? lastBlock(before)
        : undefined,
  },
  {
    input: "field blocks that decode without a fault, in which each index lies within the table",
    section: "4.3.1; RFC 7541, 2.3.3",
    codes: [compressionError],
    text: INDEX,
    loud: true,
    // Whoever skips a block, as on a stream that it has given up, has another table from then on (RFC 9113 4.3).
    find: (before, { debug }) => (INDEX.test(debug) ? lastBlock(before) : undefined),
  },
  {
    input: "field blocks that decode without a fault, in which each size update is allowed and none is missing",
    section: "4.3.1; RFC 7541, 4.2",
    codes: [compressionError],
    text: /size (?:update|change)/i,
    loud: true,
    find: lastBlock,
  },
  {
    input: "a request that was under way when it sent its own GOAWAY(NO_ERROR)",
    section: "6.8",
    codes: STATE,
    text: /GOAWAY|(?:unknown|closed|no such) ?stream|shut/i,
    loud: true,
    find: (before, { from, frame: { offset } }, connection) => {
      const { goaways } = connection.endpoint(from);
      const left = goaways.filter(({ errorCode, endOffset }) => errorCode === ErrorCode.noError && endOffset <= offset);
      const own = from === "server" ? 1 : 0;
      return before.find(
        ({ kind, streamId, acked }) =>
          (kind === "headers" || kind === "data") &&
          (streamId & 1) === own &&
          acked >= 0 &&
          left.some(({ lastStreamId, endOffset }) => streamId > lastStreamId && acked < endOffset),
      );
    },
  },
  {
    input: ({ streamId }, _, connection) => ({
      input:
        streamId === 1 && connection.upgrade !== undefined
          ? "RST_STREAM on stream 1, which the upgrade from HTTP/1.1 had opened"
          : "RST_STREAM on a stream that it had open",
    }),
    section: "5.1",
    codes: [protocolError, streamClosed],
    text: /RST_STREAM|reset|idle/i,
    loud: true,
    // The last that it had got: what comes before something else it had let pass.
    find: (before, { from, frame }, connection) => {
      const last = before.at(-1);
      const stream = last?.kind === "rst-stream" ? connection.streams.get(last.streamId) : undefined;
      if (last === undefined || stream?.seen !== true || stream.initiator === from) return undefined;
      const own = stream.half(from);
      const theirs = stream.half(other(from));
      // One that was closed, as its sender knew, is not open (RFC 9113 5.1).
      const isOver = hadReset(own, frame) || (theirs.endAt >= 0 && own.endAt >= 0 && (last.acked < 0 || last.acked >= own.endAt));
      return theirs.resetAt === last.end && !isOver ? last : undefined;
    },
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
    input: "DATA of a request that went on when the response was whole",
    section: "8.1",
    codes: [protocolError, streamClosed],
    text: /DATA|closed/i,
    loud: true,
    find: (before, { from, kind, streamId, frame }, { streams }) => {
      const last = from === "server" ? before.at(-1) : undefined;
      if (last?.kind !== "data" || (kind === "rst-stream" && last.streamId !== streamId)) return undefined;
      const stream = streams.get(last.streamId);
      if (stream?.seen !== true || stream.server.endAt < 0 || stream.client.resetAt >= 0 || hadReset(stream.server, frame))
        return undefined;
      return stream.client.endAt < 0 || stream.client.endAt === last.end ? last : undefined;
    },
  },
  {
    input: "trailers without a field",
    section: "8.1",
    codes: [protocolError, ErrorCode.frameSizeError, internalError],
    text: /trailer|empty|size|length|HEADERS/i,
    loud: true,
    find: (before, { kind, streamId }, { streams }) => {
      const last = before.at(-1);
      if (last?.kind !== "headers" || last.length !== 0 || (last.flags & Flag.endStream) === 0) return undefined;
      if (kind === "rst-stream" && last.streamId !== streamId) return undefined;
      const half = streams.get(last.streamId)?.half(last.from);
      return half?.message === "yes" && half.messageAt < last.end ? last : undefined;
    },
  },
  {
    input: "trailers, which end the message",
    section: "8.1",
    codes: STATE,
    text: /trailer|:?status|pseudo|HEADERS/i,
    loud: true,
    find: (before, { kind, streamId }, { streams }) => {
      const last = before.at(-1);
      if (last?.kind !== "headers" || (last.flags & Flag.endStream) === 0) return undefined;
      if (kind === "rst-stream" && last.streamId !== streamId) return undefined;
      const half = streams.get(last.streamId)?.half(last.from);
      return half?.message === "yes" && half.messageAt >= 0 && half.messageAt < last.end ? last : undefined;
    },
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
    input: "a response to HEAD, which has no content whatever its content-length says",
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
    input: "HEADERS that open a stream which PRIORITY had named before",
    section: "5.1; RFC 7540, 5.3",
    codes: STATE,
    text: /stream.?id|idle|PRIORITY|HEADERS/i,
    loud: true,
    find: (before, { from, kind, streamId }, { streams }) => {
      const last = from === "server" ? before.at(-1) : undefined;
      if (last?.kind !== "headers" || (kind === "rst-stream" && last.streamId !== streamId)) return undefined;
      const isOpening = streams.get(last.streamId)?.openedAt === last.end;
      return isOpening && before.some((frame) => frame.kind === "priority" && frame.streamId === last.streamId)
        ? last
        : undefined;
    },
  },
  {
    input: (frame, _, connection) => ({
      input: headOf(frame, connection)?.authority === undefined ? "`host` without :authority" : "`host` beside :authority",
    }),
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
  {
    input: "`host` in a response, where it means nothing",
    section: "8.2; RFC 9110, 7.2",
    codes: [protocolError, internalError],
    text: /host/i,
    loud: true,
    find: (before, { from, streamId, kind }, connection) =>
      from === "server"
        ? undefined
        : before.findLast(
            (frame) =>
              frame.kind === "headers" &&
              (kind !== "rst-stream" || frame.streamId === streamId) &&
              connection.streams.get(frame.streamId)?.response.hasHost === true,
          ),
  },
  {
    message: "resets",
    input: (_, { from }, { streams }) => resetsIn(streams.values(), from),
    codes: [enhanceYourCalm],
    text: RESET,
    loud: true,
    find: (before, { from, debug }, { streams }) => {
      if (!RESET.test(debug)) return undefined;
      const { own, theirs } = resetsIn(streams.values(), from);
      return own >= OWN_RESETS && theirs * 4 < own ? before.at(-1) : undefined;
    },
  },
  {
    message: "budget",
    input: ({ streamId }, _, connection) => ({ count: requestNumber(connection, streamId) }),
    codes: [enhanceYourCalm],
    loud: true,
    // It had taken requests on the connection, and not begun to answer this one.
    // Its request may be further back than the last few frames: a server refuses many at once.
    find: (_, { from, kind, stream }, { client, server }) =>
      from === "server" && kind === "rst-stream" && client.started && server.contentFrames > 0 && stream?.server.message === "no"
        ? stream.opening
        : undefined,
  },
];

// Before the answer, which may itself be RST_STREAM.
const hadReset = ({ resetAt }: SeenHalf, answer: FrameRef | undefined): boolean => resetAt >= 0 && resetAt !== answer?.end;

// RST_STREAM of either side, of the streams that are remembered.
function resetsIn(streams: Iterable<Stream>, side: Side): { own: number; theirs: number } {
  let own = 0;
  let theirs = 0;
  for (const stream of streams) {
    if (stream.half(side).resetAt >= 0) own++;
    if (stream.half(other(side)).resetAt >= 0) theirs++;
  }
  return { own, theirs };
}

// The one that a frame began: of the request, or of the response.
function headOf({ kind, streamId, from }: FrameRef, { streams }: Connection): MessageHead | undefined {
  if (kind !== "headers") return undefined;
  const stream = streams.get(streamId);
  return from === "client" ? stream?.request : stream?.response;
}

function lastBlock(before: readonly FrameRef[]): FrameRef | undefined {
  return before.findLast(({ kind }) => kind === "headers" || kind === "continuation" || kind === "push-promise");
}

function tableMaximum(connection: Connection, encoder: Side): number {
  const { hpack } = connection.endpoint(encoder);
  return hpack.exact ? hpack.tableMaximum : DEFAULT_TABLE;
}

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

// The least that servers allow (Jetty: 128 a second), less what is forgotten.
const OWN_RESETS = 50;
// RFC 9113, 6.9.2.
const DEFAULT_WINDOW = 65_535;
