// Which connections of the capture can a connection of a log be? By its frames, or, where it has none, by what its texts tell of.
import { errorCodeName } from "../http2/error-code.ts";
import { fits } from "../pairing/fault.ts";
import type { PairedFinding, Reaction } from "../pairing/reaction.ts";
import { other, type Side } from "../place.ts";
import type { Conversation } from "./conversation.ts";
import type { LogTime, TextEvent } from "./event.ts";
import { type FramePair, likenessOf } from "./likeness.ts";
import type { WireConnection } from "./wire.ts";

export interface Candidate {
  readonly conversation: Conversation;
  readonly wire: WireConnection;
  /** How alike they are, to be compared with other candidates of the same conversation only. */
  readonly likeness: number;
  /** Which end wrote the log. */
  readonly side: Side | undefined;
  readonly pairs: readonly FramePair[];
  /** The log names the client's address. */
  readonly named: boolean;
  /** The log's clock against the capture's, in the log's words. */
  readonly moment: { readonly log: LogTime; readonly wire: number } | undefined;
}

/** What a capture shows of one connection. */
export interface Witness {
  readonly wire: WireConnection;
  readonly findings: readonly PairedFinding[];
}

/** @param servers Addresses of servers of the capture. */
export function candidateOf(conversation: Conversation, witness: Witness, servers: ReadonlySet<string>): Candidate | undefined {
  const { wire } = witness;
  const named = conversation.addresses.has(wire.client);
  // It names ends, and they are others.
  if (
    !named &&
    conversation.addresses.size > 0 &&
    [...conversation.addresses].some((end) => !servers.has(end) && isOtherClient(end, wire))
  )
    return undefined;
  if (conversation.frames.length > 0) {
    const likeness = likenessOf(conversation, wire);
    if (likeness === undefined) return undefined;
    const { pairs, fit, side } = likeness;
    return { ...{ conversation, wire, likeness: fit, side, pairs, named }, moment: momentOf(pairs) };
  }
  const [likeness, moment] = textLikeness(conversation, witness);
  if (likeness === 0 && !named) return undefined;
  return { ...{ conversation, wire, likeness, side: conversation.side, pairs: [], named }, moment };
}

// Both ends are named, and of the two the server is this one's: then the other is a client of it, and not this one.
const isOtherClient = (end: string, { client, server }: WireConnection): boolean => {
  const [host, port] = split(end);
  const [clientHost] = split(client);
  const [, serverPort] = split(server);
  return host === clientHost && port !== serverPort;
};

const split = (end: string): [host: string, port: string] => {
  const at = end.lastIndexOf(":");
  return [end.slice(0, at), end.slice(at + 1)];
};

// The pair in the middle of the differences: one line may be late.
function momentOf(pairs: readonly FramePair[]): Candidate["moment"] {
  const timed = pairs.flatMap(({ event, frame }) => (event.time === undefined ? [] : [{ log: event.time, wire: frame.time }]));
  timed.sort((a, b) => a.wire / 1e9 - a.log.seconds - (b.wire / 1e9 - b.log.seconds));
  return timed[timed.length >> 1];
}

function textLikeness(conversation: Conversation, witness: Witness): [number, Candidate["moment"]] {
  let sum = 0;
  let moment: Candidate["moment"];
  let most = 0;
  for (const event of conversation.texts) {
    const [likeness, time] = bestMark(event, conversation.side, witness);
    sum += likeness;
    if (event.time !== undefined && time !== undefined && likeness > most) {
      most = likeness;
      moment = { log: event.time, wire: time };
    }
  }
  return [sum, moment];
}

// What of the capture the line reports, and when that was.
function bestMark(event: TextEvent, side: Side | undefined, witness: Witness): [likeness: number, time: number | undefined] {
  let best: [number, number | undefined] = [0, undefined];
  const mark = (likeness: number, time: number) => {
    if (likeness > best[0]) best = [likeness, time];
  };
  const { wire, findings } = witness;
  const by = actorOf(event, side);
  for (const from of ["client", "server"] as const) {
    if (by !== undefined && by !== from) continue;
    for (const { kind, errorCode, streamId, debug, time } of wire.frames[from]) {
      if (kind === "goaway" && tellsGoaway(event, debug, errorCode))
        mark(event.reason !== undefined && event.reason === debug ? 4 : 1, time);
      if ((kind === "goaway" || kind === "rst-stream") && tellsEnd(event, kind, errorCode, streamId))
        mark(event.errorCode === undefined ? 0.5 : 1, time);
      if (kind === "rst-stream" && event.errorCode === errorCode && (event.streamId ?? streamId) === streamId)
        mark(event.streamId === undefined ? 1 : 2, time);
    }
  }
  for (const { finding, reaction } of findings) {
    if (by !== undefined && finding.offender === by) continue;
    if (isAboutFinding(event, finding)) mark(event.streamId === undefined ? 2 : 3, reaction?.frame.time ?? finding.frame.time);
  }
  if (event.tells === "close" || event.tells === "symptom")
    for (const { how, time } of wire.ends) if (event.kinds?.includes(how) !== false) mark(0.5, time);
  return best;
}

/** Whose doing a line reports; undefined: either's. */
export const actorOf = ({ tells }: TextEvent, side: Side | undefined): Side | undefined => {
  if (side === undefined) return undefined;
  return tells === "received" ? other(side) : tells === "fault" || tells === "sent" ? side : undefined;
};

/** The line is of a fault like this finding's. */
export const isAboutFinding = ({ rules, streamId }: TextEvent, { rule, hides, frame }: PairedFinding["finding"]): boolean =>
  (streamId === undefined || streamId === frame.streamId) &&
  rules.some((pattern) => fits(pattern, rule) || hides.some((hidden) => fits(pattern, hidden)));

/** What a program saw of a call can have come of such an answer or end. */
export const tellsEnd = (event: TextEvent, kind: Reaction["kind"], code: number, streamId: number): boolean =>
  event.tells === "symptom" &&
  (event.kinds?.includes(kind) === true || (kind === "goaway" && event.kinds?.includes("fin") === true)) &&
  ((kind !== "goaway" && kind !== "rst-stream") || event.errorCode === undefined || event.errorCode === code) &&
  (kind !== "rst-stream" || event.streamId === undefined || event.streamId === streamId);

/** The line is about a GOAWAY like this one. */
export const tellsGoaway = (event: TextEvent, debug: string, code: number): boolean => {
  if (event.errorCode !== undefined && event.errorCode !== code) return false;
  if (event.reason !== undefined && event.reason !== "" && debug !== "") return event.reason === debug;
  return event.errorCode !== undefined && errorCodeName(code) !== "NO_ERROR";
};
