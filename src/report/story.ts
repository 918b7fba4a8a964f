// One failure in a few plain sentences: what went wrong, what the other side answered, what that cost, what to do. Made of a report's
// events, for every form of report; the text is as it came from the wire until somebody prints it.
import { english, type Language } from "../lang/language.ts";
import type { Rule } from "../rules/rule.ts";
import { answerName, isAnswered } from "./answer.ts";
import { blindText, NEEDS } from "./answer-words.ts";
import type { ConnectionEvent, FindingEvent, LogLineObject, ReactionObject, UnexplainedEvent } from "./event.ts";
import { placeText, positionText } from "./failing.ts";
import type { Failure } from "./failures.ts";
import { frameName } from "./frame-line.ts";
import { lostCalls, sightsOf, streamsText } from "./lost.ts";
import { grpcMeaning, meaningOf, statusMeaning } from "./meanings.ts";
import { counted, duration } from "./text.ts";

export interface StoryText {
  readonly connection: number;
  readonly stream: number;
  readonly packet: number;
  /** Of a log: then there is no packet. */
  readonly line?: number;
  readonly cause: string;
  readonly answer?: string;
  /** The same call on the other side of a proxy. */
  readonly through?: string;
  readonly cost?: string;
  readonly fix?: string;
  /** How often it happened, what cannot be known, what to look at. */
  readonly more?: string;
}

/** @param rule Of the finding, where it is known. @param say What people read it in. */
export function tell(
  failure: Failure,
  connections: ReadonlyMap<number, ConnectionEvent>,
  rule: Rule | undefined,
  say: Language = english,
): StoryText {
  if (failure.unexplained !== undefined) return tellUnexplained(failure.unexplained, say);
  const story = tellFinding(failure.finding, failure.group, connections, rule, say);
  return failure.close === undefined ? story : { ...story, ...reasonOf(failure.close, story, say) };
}

/** What is known of the reason for a close: what its sender had received. */
function reasonOf(close: UnexplainedEvent, { more = "" }: StoryText, say: Language): Pick<StoryText, "answer" | "more"> {
  const { answer = "", more: unchecked = "" } = tellUnexplained(close, say);
  const isClean = close.unchecked.length === 0 && close.refusals.length === 0 && close.reaction.explanation === undefined;
  return {
    answer: say.joined([
      isClean ? say.text("No rule is broken by what it had received: its own log should have the reason.") : "",
      answer,
    ]),
    more: say.joined([more, unchecked]),
  };
}

function tellFinding(
  f: FindingEvent,
  group: readonly FindingEvent[],
  connections: ReadonlyMap<number, ConnectionEvent>,
  rule: Rule | undefined,
  say: Language,
): StoryText {
  const { reaction } = f;
  const from = f.offender === "client" ? "server" : "client";
  const message = say.opening(say.message(f.message, f.data, rule));
  const needs = (f.because ?? []).map((need) => say.text(NEEDS[need] ?? need)).join(say.text("; "));
  const answer = isAnswered(reaction) ? answered(from, f, say) : unanswered(f, say);
  const cost = costSentence(reaction, connections.get(f.connection)?.software?.client, say);
  const more = say.joined([
    statusSentence(f, say),
    repeats(f, group, say),
    ...logged(reaction, say),
    ...(f.reaction.also === undefined ? [] : [alsoSentence(f.reaction.also, say)]),
  ]);
  return {
    ...{ connection: f.connection, stream: f.stream, packet: f.frame.packet },
    ...(f.frame.line === undefined ? {} : { line: f.frame.line }),
    cause: say.joined([
      say.text("{message} ({at}).", { message, at: positionText(f.frame, say) }),
      f.path === undefined || f.message.includes(f.path) ? "" : say.text("The call is {path}.", { path: f.path }),
      f.certainty === "proven" ? "" : say.text("This is not proven: {needs}.", { needs }),
    ]),
    ...(answer === "" ? {} : { answer }),
    ...(cost === "" ? {} : { cost }),
    ...(rule === undefined || f.severity === "info" ? {} : { fix: say.rule(rule).fix }),
    ...(more === "" ? {} : { more }),
  };
}

function answered(from: string, { reaction: r, frame }: FindingEvent, say: Language): string {
  const side = say.text(from);
  if (r.kind === "log-only") {
    // What is known by words alone has no frame.
    const known = frame.kind === "unknown" ? "" : say.text("The answer of the {side} is known from its log only.", { side });
    return say.joined([
      r.errorCode === undefined
        ? known
        : say.text("The log names the code {code}{debug}.", { code: loggedCode(r), debug: debugText(r, say) }),
      r.explanation === undefined ? "" : explained(r.explanation, say),
    ]);
  }
  const data = {
    ...{ side, delay: duration(Math.max(r.delay ?? 0, 0)), answer: answerName(r, say) },
    at: positionText(r.frame ?? { packet: r.packet ?? 0 }, say),
  };
  const silent = r.kind === "fin" || r.kind === "rst";
  return say.joined([
    silent
      ? say.text("The {side} closed the connection {delay} later ({answer}, {at}) and gave no reason.", data)
      : say.text("The {side} answered {delay} later with {answer} ({at}){debug}{closed}.", {
          ...{ ...data, debug: debugText(r, say) },
          closed:
            r.closed === undefined
              ? ""
              : say.text(", and closed the connection {delay} after that ({how}, packet {packet})", {
                  ...{ delay: duration(r.closed.delay), how: r.closed.how.toUpperCase(), packet: r.closed.packet },
                }),
        }),
    r.confidence === "exact" ? "" : say.text("It is likely, not certain, that this is the answer."),
    r.explanation === undefined ? "" : explained(r.explanation, say),
    r.verdict === "escalated" ? say.text("It ends the connection, though only the stream should end.") : "",
  ]);
}

/** GOAWAY alone has a last stream. */
const loggedCode = ({ errorCode = "", lastStreamId }: Pick<ReactionObject, "errorCode" | "lastStreamId">): string =>
  lastStreamId === undefined ? errorCode : `GOAWAY ${errorCode}`;

const debugText = ({ debug = "" }: Pick<ReactionObject, "debug">, say: Language): string =>
  debug === "" ? "" : `${say.text(", ")}"${debug}"`;

/** What the logs of either end say of it, and of what came of it: a line of each. */
function logged({ logs = [] }: Omit<ReactionObject, "verdict">, say: Language): string[] {
  const files = [...new Set(logs.map(({ file }) => file))].slice(0, LOGS);
  return files.flatMap((name) => {
    const own = logs.filter(({ file }) => file === name);
    const first = (kinds: readonly string[]) =>
      kinds.map((tells) => own.find((line) => line.tells === tells)).find((line) => line !== undefined);
    const [fault, outcome] = [first(["fault", "received", "sent", "close"]), first(["symptom"])];
    const { side } = own[0]!;
    const whose = side === undefined ? say.text("A log") : say.text("The log of the {side}", { side: say.text(side) });
    return [
      ...(fault === undefined ? [] : [say.text("{log} says about it {line}.", { log: whose, line: quotedLine(fault, say) })]),
      ...(outcome === undefined
        ? []
        : [say.text("{log} shows the result {line}.", { log: whose, line: quotedLine(outcome, say) })]),
    ];
  });
}

function quotedLine({ file, line, confidence, text }: LogLineObject, say: Language): string {
  const sure = confidence === "exact" ? "" : `${say.text(", ")}${say.text(confidence)}`;
  const shown = text.trim();
  return say.text('({place}): "{line}"', {
    place: `${file}:${line}${sure}`,
    line: shown.length > LINE ? `${shown.slice(0, LINE)}...` : shown,
  });
}

function unanswered({ offender, reaction, severity, certainty }: FindingEvent, say: Language): string {
  const side = say.text(offender === "client" ? "server" : "client");
  const own = reaction.selfInflicted;
  if (own !== undefined)
    return say.text(
      own.kind === "goaway"
        ? "The {side} itself sent GOAWAY {code} {delay} later, on open streams (packet {packet})."
        : "The {side} itself closed the connection {delay} later, on open streams (packet {packet}).",
      { side: say.text(offender), code: String(own.errorCode), delay: duration(own.delay), packet: own.packet },
    );
  if (reaction.kind !== undefined && severity !== "info")
    return say.text("The {side} sent {answer} {delay} later ({at}); that may be the answer, but little shows it.", {
      ...{ side, answer: answerName(reaction, say), delay: duration(reaction.delay ?? 0) },
      at: positionText(reaction.frame ?? { packet: reaction.packet ?? 0 }, say),
    });
  switch (reaction.verdict) {
    case "tolerated":
      return say.text(certainty === "proven" ? "The {side} accepted it." : "The {side} went on without an error.", { side });
    case "unseen":
      return say.text("The capture shows no answer from the {side}.", { side });
    default:
      return "";
  }
}

/** Empty where nothing was lost. */
function costSentence(
  { kind, streamsKilled: killed = [], retrySafe: safe = [], lost = [], logs = [] }: Omit<ReactionObject, "verdict">,
  client: string | undefined,
  say: Language,
): string {
  if (kind === "status" || kind === "grpc-status") return say.text("The call failed with it.");
  if (killed.length === 0) return "";
  const saw = sightsOf({ lost, logs }).map((sight) => say.phrase(sight));
  const whose = client === undefined ? "" : say.text(" ({name})", { name: client });
  return say.joined([
    say.text("It cost {calls}: {which}.", {
      calls: counted(say, killed.length, "call"),
      which: lostCalls({ streamsKilled: killed, lost }, say),
    }),
    retrySentence(killed.length, safe, say),
    saw.length === 0
      ? ""
      : say.text(killed.length === 1 ? "The caller{whose} probably saw {saw}." : "Callers{whose} probably saw {saw}.", {
          ...{ whose, saw: saw.join(say.text(", or ")) },
        }),
  ]);
}

function retrySentence(killed: number, safe: readonly number[], say: Language): string {
  if (safe.length === killed)
    return say.text(
      killed === 1
        ? "It is safe to retry: the server did not act on it."
        : "They are safe to retry: the server did not act on them.",
    );
  if (safe.length === 0)
    return say.text(
      killed === 1
        ? "It is not safe to retry: the handler may have run."
        : "They are not safe to retry: the handler may have run.",
    );
  return say.text(
    safe.length === 1
      ? "One of them is safe to retry ({streams}), the handlers of the others may have run."
      : "{n} of them are safe to retry ({streams}), the handlers of the others may have run.",
    { n: safe.length, streams: streamsText(safe, say) },
  );
}

// What the status says that a finding is about.
function statusSentence({ rule, data }: FindingEvent, say: Language): string {
  if (rule !== "health/error-status" && rule !== "grpc/http-status") return "";
  const status = Number(data["status"]);
  const meaning = rule === "health/error-status" && data["name"] !== undefined ? grpcMeaning(status) : statusMeaning(status);
  return meaning === undefined ? "" : say.text("That status says that {meaning}.", { meaning: say.phrase(meaning) });
}

function repeats(f: FindingEvent, group: readonly FindingEvent[], say: Language): string {
  const times = group.reduce((sum, { count }) => sum + count, 0);
  if (times < 2) return "";
  const on = counted(say, new Set(group.map(({ connection }) => connection)).size, "connection");
  const killed = group.reduce((sum, { reaction }) => sum + (reaction.streamsKilled?.length ?? 0), 0);
  return killed > (f.reaction.streamsKilled?.length ?? 0)
    ? say.text("It happened {times} times on {connections}, and cost {calls} in all.", {
        ...{ times, connections: on, calls: counted(say, killed, "call") },
      })
    : say.text("It happened {times} times on {connections}.", { times, connections: on });
}

const alsoSentence = (also: NonNullable<ReactionObject["also"]>, say: Language): string =>
  say.text(
    also.length > 3
      ? "The same answer may be about {others} and more as well."
      : "The same answer may be about {others} as well.",
    {
      others: also
        .slice(0, 3)
        .map(({ rule, packet }) => say.text("{rule} (packet {packet})", { rule, packet }))
        .join(say.text(", ")),
    },
  );

/** An error that a line reports, and nothing else. */
function tellLogged({ connection, reaction: r, unchecked }: UnexplainedEvent, say: Language): StoryText {
  const [line] = r.logs ?? [];
  const from = r.from ?? "server";
  const data = {
    ...{ side: say.text(from), other: say.text(from === "client" ? "server" : "client"), debug: debugText(r, say) },
    code: r.errorCode === undefined ? "" : `${say.text(", ")}${loggedCode(r)}`,
    at: positionText({ packet: 0, ...(line === undefined ? {} : { line: line.line }) }, say),
  };
  const cause =
    line?.side === undefined
      ? say.text("The log reports an error ({at}){code}{debug}, and nothing in it explains it.", data)
      : line.tells === "fault"
        ? say.text("The {side} found a fault of the {other} ({at}){code}{debug}, and nothing in the log explains it.", data)
        : say.text("The {side} sent an error ({at}){code}{debug}, and nothing in the log explains it.", data);
  return {
    ...{ connection, stream: 0, packet: 0, cause },
    ...(line === undefined ? {} : { line: line.line }),
    answer: r.explanation === undefined ? "" : explained(r.explanation, say),
    more: say.joined([...logged(r, say), blindSentence(unchecked, say)]),
  };
}

const blindSentence = (unchecked: readonly string[], say: Language): string =>
  unchecked.length === 0
    ? say.text("Every rule could be checked.")
    : say.text("Not every rule could be checked: {blind}.", {
        blind: unchecked
          .slice(0, 3)
          .map((text) => blindText(text, say))
          .join(say.text("; ")),
      });

function tellUnexplained(event: UnexplainedEvent, say: Language): StoryText {
  const { connection, reaction: r, before, unchecked, refusals } = event;
  if (r.kind === "log-only") return tellLogged(event, say);
  const from = r.frame?.from ?? r.from ?? "server";
  const whom = from === "client" ? "server" : "client";
  const packet = r.frame?.packet ?? r.packet ?? 0;
  const at = positionText(r.frame ?? { packet }, say);
  const silent = r.kind === "fin" || r.kind === "rst";
  const did = silent
    ? say.text("closed the connection on open streams ({answer}, {at})", { answer: answerName(r, say), at })
    : say.text("sent {answer} ({at}){debug}{closed}", {
        ...{ answer: answerName(r, say), at, debug: debugText(r, say) },
        closed:
          r.closed === undefined
            ? ""
            : say.text(", and closed the connection {delay} after that (packet {packet})", {
                ...{ delay: duration(r.closed.delay), packet: r.closed.packet },
              }),
      });
  const last = before
    .slice(-SHOWN)
    .map((frame) => say.text("{frame} ({at})", { frame: frameName(frame), at: positionText(frame, say) }));
  const meaning = meaningOf(r);
  const cost = costSentence(r, undefined, say);
  return {
    ...{ connection, stream: r.frame?.streamId ?? 0, packet },
    ...(r.frame?.line === undefined ? {} : { line: r.frame.line }),
    cause:
      meaning === undefined
        ? say.text("The {side} {did}, and no fault of the {peer} was found that explains it.", {
            ...{ side: say.text(from), peer: say.text(whom), did },
          })
        : say.text(
            r.kind === "status"
              ? "The {side} {did}. That status says why by itself: {meaning}{block}."
              : "The {side} {did}. That code says why by itself: {meaning}{block}.",
            { side: say.text(from), did, meaning: say.phrase(meaning), block: blockText(r, before, say) },
          ),
    answer: say.joined([
      r.explanation === undefined ? "" : explained(r.explanation, say),
      refusals.length === 0
        ? ""
        : say.text("Legal, but known to be refused: {refusals}.", {
            refusals: refusals.map((text) => say.phrase(text)).join(say.text("; ")),
          }),
      last.length === 0
        ? ""
        : say.text("The last frames it had received from the {side}: {frames}.", {
            ...{ side: say.text(whom), frames: last.join(say.text(", ")) },
          }),
    ]),
    ...(cost === "" ? {} : { cost }),
    more: say.joined([
      blindSentence(unchecked, say),
      // It takes captures only.
      r.frame?.line === undefined ? say.text("h2lint timeline --connection {id} shows every frame.", { id: connection }) : "",
    ]),
  };
}

// How large the request's field block was, where that is what the status is about.
function blockText({ status, frame }: UnexplainedEvent["reaction"], before: UnexplainedEvent["before"], say: Language): string {
  if (status !== 431 || frame === undefined) return "";
  const own = before.filter(
    ({ kind, streamId }) => streamId === frame.streamId && (kind === "headers" || kind === "continuation"),
  );
  const octets = own.reduce((sum, { length = 0 }) => sum + length, 0);
  return octets === 0 ? "" : say.text("; its field block has {bytes} as it was sent", { bytes: counted(say, octets, "byte") });
}

/** The story in one paragraph. */
export const storyLine = ({ cause, answer, through, cost, fix, more }: StoryText, say: Language = english): string =>
  say.joined(
    [cause, answer, through, cost, more, fix === undefined ? undefined : say.text("Fix: {fix}", { fix })].filter(
      (text) => text !== undefined,
    ),
  );

/** Where a story is: `connection 1, stream 1`. */
export const storyPlace = ({ connection, stream }: StoryText, say: Language = english): string =>
  placeText(connection, stream, undefined, say);

// A name of software stays as it is written.
function explained(text: string, say: Language): string {
  const sentence = say.stopped(say.phrase(text));
  return GENERIC.test(text) ? say.opening(sentence) : sentence;
}

const GENERIC = /^(?:the|an?|more|what|one|nothing|no|each|TLS) /;

const SHOWN = 4;
const LOGS = 4;
const LINE = 300;
