// Can this be the answer to that fault, and how sure is it?
import { errorCodeName } from "../http2/error-code.ts";
import { Flag } from "../http2/frame.ts";
import type { Side } from "../place.ts";
import type { Finding } from "../rules/finding.ts";
import { severities } from "../rules/severity.ts";
import { isAbout, isAnswerOf, type KnownText, quotedHead, quotedKind, quotedStream, refuserOf, textsLike } from "./dictionary.ts";
import type { Confidence, Evidence, Reaction } from "./reaction.ts";
import type { Software } from "./software.ts";

export interface Score {
  readonly finding: Finding;
  readonly reaction: Reaction;
  readonly points: number;
  readonly evidence: readonly Evidence[];
  /** What it says, not only where and when it came, fits the fault. */
  readonly isApt: boolean;
}

/** What scoring knows of the connection. */
export interface Scene {
  /** What each side runs, as far as it is known. */
  readonly software: Readonly<Record<Side, Software | undefined>>;
  /** What it may be by any sign. */
  readonly suggested: Readonly<Record<Side, readonly Software[]>>;
  /** The stream of a finding's frame was opened before that frame, by the same side. */
  readonly wasOpen: (finding: Finding) => boolean;
  /** Nanoseconds; undefined: not known. */
  readonly roundTrip: number | undefined;
}

/** What scoring knows of the reaction beside itself. */
export interface Clues {
  /** Whose its debug data can be. */
  readonly texts: readonly KnownText[];
  /** The other side's last violation that had arrived by then. */
  readonly lastFault: Finding | undefined;
}

export function cluesOf(reaction: Reaction, own: readonly Finding[]): Clues {
  const { acked } = reaction.frame;
  return {
    texts: reaction.kind === "goaway" ? textsLike(reaction.debug) : [],
    lastFault: own.findLast(({ severity, decidableAt }) => severity !== "info" && (acked < 0 || decidableAt <= acked)),
  };
}

/** On its stream alone: what it answers is there, or promised there. */
export const isOnStream = ({ kind }: Reaction): boolean => kind === "rst-stream" || kind === "status" || kind === "grpc-status";

/** A reaction that fails here is no candidate. The sides are the caller's. */
export function isPossible(finding: Finding, reaction: Reaction): boolean {
  const { frame, kind } = reaction;
  const { rule, expect, data } = finding;
  if (frame.acked >= 0 ? finding.decidableAt > frame.acked : frame.time < finding.frame.began) return false;
  const onStream = reaction.streamId === finding.frame.streamId;
  switch (kind) {
    case "rst-stream":
      return onStream || reaction.streamId === data["promisedStreamId"];
    case "status":
      return onStream && (expect.malformed === true || rule.startsWith("grpc/"));
    case "grpc-status":
      // Servers answer calls with these whatever the call: only what names the fault counts.
      return onStream && (expect.malformed === true || rule.startsWith("grpc/")) && isStatusFor(rule, reaction.status);
    case "fin":
      return !reaction.everyday || frame.time - finding.frame.time <= CLOSE_WINDOW;
    default:
      return true;
  }
}

export function scoreOf(
  finding: Finding,
  reaction: Reaction,
  { texts, lastFault }: Clues,
  { software, suggested, wasOpen, roundTrip }: Scene,
): Score {
  const evidence: Evidence[] = [];
  const add = (points: number, reason: string) => evidence.push({ points, reason });
  let isApt = false;
  const suit = (points: number, reason: string) => {
    isApt = true;
    add(points, reason);
  };
  const { frame, debug, kind, from } = reaction;
  const { rule, expect } = finding;
  const { streamId } = finding.frame;
  const onStream = isOnStream(reaction);
  const denial = kind === "goaway" ? denialOf(debug, finding) : undefined;
  if (onStream) add(4, "it is on the same stream");
  else if (denial === undefined && streamId !== 0 && quotedStream(debug) === streamId) add(4, "its text names the stream");
  if (denial !== undefined) add(-4, denial);
  if (isPast(finding, reaction)) add(-12, "it had begun to answer the request");
  const text = denial === undefined ? texts.find((known) => isAbout(known, rule)) : undefined;
  const isElsewhere = !finding.hides.some((hidden) => texts.some((known) => isAbout(known, hidden)));
  if (text === undefined && denial === undefined && texts.length > 0 && isElsewhere) add(-4, "its text is about something else");
  if (text !== undefined) suit(5, `its text is ${text.software.name}'s for this fault`);
  const known = software[from] ?? text?.software;
  const isOfSoftware = known !== undefined && isAnswerOf(known, from, rule, reaction);
  if (kind === "goaway" || kind === "rst-stream") {
    const code = errorCodeName(reaction.errorCode);
    if (expect.codes.includes(code)) suit(3, `${code} is the code the text asks for`);
    else if (expect.codes.length > 0 && (code === "PROTOCOL_ERROR" || code === "INTERNAL_ERROR"))
      suit(1, `${code} may stand for any`);
    else if (text === undefined && !isOfSoftware && expect.codes.length === 0 && CODE_FAMILIES[code] === undefined)
      add(-1, "the text asks for no error");
    else if (!isOfSoftware && CODE_FAMILIES[code]?.some((family) => rule.startsWith(family)) === false)
      add(-3, `${code} is for other faults`);
  } else if (kind === "status") {
    const own = OWN_MEANING.get(reaction.status);
    if (own !== undefined && !isOfSoftware && !own.some((pattern) => isOf(pattern, rule)))
      add(-8, `${reaction.status} has its own meaning`);
    else if (expect.malformed === true && MALFORMED.has(reaction.status)) suit(3, "4xx answers a malformed request");
    // An application may say so of a request that is right.
    else if (!isOfSoftware) add(-3, `${reaction.status} may be about what was asked for`);
  } else if (kind === "tls-alert") {
    if (REFUSED_BY_TLS.has(rule)) suit(3, `the alert ${debug} is TLS's own answer`);
    else if (!APPLICATION_ALERTS.has(debug)) add(-4, `the alert ${debug} is about TLS itself`);
  } else if (kind === "grpc-status") add(-1, `status ${reaction.status} may be about what was asked for`);
  if (isOfSoftware) suit(3, `${known.name} answers so`);
  // A weak test.
  if (kind === "goaway" && reaction.lastStreamId < streamId && known?.numbersAccepted === true && wasOpen(finding))
    add(-3, "its last stream id says that it had not accepted the stream");
  const refuser = finding.severity === "info" ? refuserOf(suggested[from], rule, reaction) : undefined;
  if (refuser !== undefined) suit(5, `${refuser.name} refuses this, though it is legal`);
  if (lastFault === undefined || lastFault.frame.end <= finding.frame.end) add(2, "it is the last fault before the answer");
  if (frame.acked < 0 || frame.acked - finding.frame.end < FLIGHT || rule.startsWith("abuse/"))
    add(1, "the answer came within one flight");
  const delay = delayOf(finding, reaction);
  const window = windowOf(rule, onStream && finding.decidableAt > 0, roundTrip);
  if (delay <= window) add(1, "the answer came in time");
  else add(-Math.ceil(Math.log2(delay / window)), "the answer came late");
  // So does every client that has done with its calls; advice on one of them is no reason.
  const isDone = kind === "fin" && from === "client" && !reaction.onOpenStream && finding.severity !== "error" && streamId !== 0;
  if (reaction.everyday || isDone) add(-4, "it needs no fault to be explained");
  if (finding.severity === "info" && !(isApt && expect.codes.length > 0)) add(-2, "the finding is no violation");
  if (finding.consequent) add(-3, "the finding is a consequence");
  if (expect.ignore === true && refuser === undefined) add(-3, "a receiver must ignore it");
  return {
    finding,
    reaction,
    points: evidence.reduce((sum, { points }) => sum + points, 0),
    evidence,
    isApt: isApt && denial === undefined,
  };
}

/** @param isCertain Nothing but the points can be held against it. */
export const confidenceBy = (points: number, isCertain: boolean): Confidence =>
  isCertain && points >= EXACT ? "exact" : points >= LIKELY ? "likely" : "possible";

/** A server that resets a stream after it has begun a response has taken the request's fields for right. One that calls the request wrong
 *  may say so with a status before. */
function isPast({ frame, decidableAt }: Finding, { kind, from, stream }: Reaction): boolean {
  if (kind !== "rst-stream" || from !== "server" || stream?.seen !== true || stream.server.message !== "yes") return false;
  return frame.streamId === stream.id && decidableAt <= stream.openedAt && !MALFORMED.has(stream.response.status);
}

/** What a text quotes that is not of this finding's frame. */
function denialOf(debug: string, { frame }: Finding): string | undefined {
  const { streamId, length, kind, flags } = frame;
  const quoted = quotedStream(debug);
  if (quoted !== undefined && streamId !== 0 && quoted !== streamId) return "its text names another stream";
  const head = quotedHead(debug);
  if (head !== undefined && head.length !== length) return "its text names a frame of another length";
  if (head !== undefined && head.endStream !== ((flags & Flag.endStream) !== 0)) return "its text names a frame with other flags";
  const named = quotedKind(debug);
  return named === undefined || named === kind || kind === "close" || kind === "stop" || kind === "preface"
    ? undefined
    : "its text names another kind of frame";
}

/** Nanoseconds from the fault to the answer. An answer to the head of a frame can come before its end. */
export function delayOf({ frame }: Finding, reaction: Reaction): number {
  return reaction.frame.time - (reaction.frame.time < frame.time ? frame.began : frame.time);
}

/** The best first. Ties go to the earliest of the most severe: a receiver stops at the first fault it sees. */
export function byMerit(a: Score, b: Score): number {
  const severity = (s: Score) => severities.indexOf(s.finding.severity);
  return b.points - a.points || severity(a) - severity(b) || a.finding.frame.offset - b.finding.frame.offset;
}

/** A `grpc-status` by which servers refuse a call that breaks this rule. */
function isStatusFor(rule: string, status: number): boolean {
  const known = STATUSES.find(([pattern]) => isOf(pattern, rule));
  return known?.[1].includes(status) === true;
}

const isOf = (pattern: string, rule: string): boolean =>
  pattern.endsWith("*") ? rule.startsWith(pattern.slice(0, -1)) : pattern === rule;

// What is answered on its stream may take as long as that lives.
function windowOf(rule: string, onStream: boolean, roundTrip: number | undefined): number {
  if (onStream) return Infinity;
  if (TIMED.has(rule)) return TIMER;
  // A flood goes on after it is one.
  if (rule.startsWith("abuse/")) return CLOSE_WINDOW;
  return Math.max(SECOND, 3 * (roundTrip ?? 0));
}

const EXACT = 8;
/** Points from which on it is more than possible. */
export const LIKELY = 4;

// The families whose faults a code is made for; the other codes say nothing.
const CODE_FAMILIES: Readonly<Record<string, readonly string[]>> = {
  FLOW_CONTROL_ERROR: ["flow/", "settings/initial-window"],
  COMPRESSION_ERROR: ["hpack/"],
  FRAME_SIZE_ERROR: ["frame/", "priority-update/too-short"],
  SETTINGS_TIMEOUT: ["settings/ack"],
  STREAM_CLOSED: ["stream/", "stream-id/", "continuation/", "headers/second", "grpc/request-trailers"],
  ENHANCE_YOUR_CALM: ["abuse/", "continuation/", "grpc/keepalive"],
  REFUSED_STREAM: ["stream/concurrency", "abuse/"],
  CANCEL: [],
  CONNECT_ERROR: ["headers/connect"],
  HTTP_1_1_REQUIRED: [],
};

// RFC 9110 15.5: statuses that say that the request itself is wrong, not what it asks for.
const MALFORMED: ReadonlySet<number> = new Set([400, 405, 411, 413, 414, 415, 417, 421, 431]);

// RFC 9110 15.5, RFC 6585: statuses that name what is wrong, and the rules that may be about that; of others they say nothing.
const OWN_MEANING: ReadonlyMap<number, readonly string[]> = new Map([
  [401, []],
  [403, []],
  [407, []],
  [408, []],
  [409, []],
  [410, []],
  [412, []],
  [416, []],
  [425, []],
  [426, []],
  [428, []],
  [429, ["abuse/*"]],
  [405, ["headers/invalid-method", "headers/missing-method", "headers/connect*", "grpc/method*"]],
  [411, ["headers/content-length*"]],
  [413, ["headers/content-length*", "grpc/message-too-large"]],
  [414, ["headers/path-form", "headers/list-size"]],
  [415, ["grpc/content-type*"]],
  [417, []],
  [
    421,
    [
      "headers/authority*",
      "headers/multiple-host",
      "headers/scheme-mismatch",
      "headers/missing-scheme",
      "headers/invalid-scheme",
    ],
  ],
  [431, ["headers/list-size", "hpack/*", "continuation/*"]],
]);

// RFC 5246 7.4.1.1, RFC 8446 4.6.2: messages of the handshake that come when nobody asked for them.
const REFUSED_BY_TLS: ReadonlySet<string> = new Set(["tls/renegotiation", "tls/post-handshake-auth"]);

// RFC 8446 6.2: alerts that say nothing of records or of the handshake, and so may be about what was inside.
const APPLICATION_ALERTS: ReadonlySet<string> = new Set([
  "internal_error",
  "unexpected_message",
  "access_denied",
  "user_canceled",
]);

// INVALID_ARGUMENT 3, RESOURCE_EXHAUSTED 8, UNIMPLEMENTED 12, INTERNAL 13: what servers send.
const STATUSES: readonly (readonly [rule: string, statuses: readonly number[]])[] = [
  ["grpc/encoding-unknown", [12, 13]],
  ["grpc/compressed-*", [12, 13]],
  ["grpc/decompress-failed", [13]],
  ["grpc/truncated-message", [13]],
  ["grpc/message-too-large", [8]],
  ["grpc/timeout-*", [13]],
  ["grpc/bin-not-base64", [13]],
  ["grpc/metadata-*", [13]],
  ["grpc/method-not-post", [13]],
  ["grpc/content-type-*", [3]],
  ["grpc/path-form", [12]],
  ["grpc/request-trailers", [12]],
  ["headers/*", [13]],
];

// Their answer is due when a timer ends.
const TIMED: ReadonlySet<string> = new Set([
  "settings/ack-missing",
  "ping/ack-missing",
  "grpc/keepalive-timeout",
  "health/request-stalled",
]);

// Octets: one flight.
const FLIGHT = 64 << 10;
// Nanoseconds. The longest timer in use, and 5 s.
const SECOND = 1e9;
const TIMER = 35e9;
const CLOSE_WINDOW = 5e9;
