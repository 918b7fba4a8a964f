// `h2lint why`: the story of one failure: the worst one, or that which fits what somebody saw.
import { statusName } from "../grpc/status.ts";
import { english, type Language } from "../lang/language.ts";
import { COUNTS } from "../pairing/sayings/saying.ts";
import { type Reading, readSymptom } from "../pairing/symptom.ts";
import type { Rule } from "../rules/rule.ts";
import { uncheckedText } from "./answer-words.ts";
import type { ConnectionEvent, FindingEvent, ReportEvent, SummaryEvent, UnexplainedEvent } from "./event.ts";
import type { FailedCall } from "./failed-calls.ts";
import { placeText, positionText } from "./failing.ts";
import { type Failure, failuresOf, isFailure } from "./failures.ts";
import { type FollowedCall, type Inventory, isEmpty, type Symptoms, symptomLines } from "./inventory.ts";
import { grpcMeaning, statusMeaning } from "./meanings.ts";
import type { Output } from "./report.ts";
import { type StoryText, storyPlace, tell } from "./story.ts";
import { type Look, Style, wrap } from "./style.ts";
import { fitting } from "./symptom-fit.ts";
import { count, counted, duration, jsonText, printable } from "./text.ts";
import type { Words } from "./words.ts";

/** What the events of a check come to. */
export class Causes {
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #in: Language;
  readonly #findings: FindingEvent[] = [];
  readonly #unexplained: UnexplainedEvent[] = [];
  readonly #connections = new Map<number, ConnectionEvent>();
  /** By connection: where else it was captured. */
  readonly #sightings = new Map<number, string>();
  #summary: SummaryEvent | undefined;

  /** @param say What people read the stories in. */
  constructor(rules: readonly Rule[], say: Language = english) {
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.#in = say;
  }

  event(event: ReportEvent): void {
    if (event.kind === "finding") this.#findings.push(event);
    else if (event.kind === "unexplained") this.#unexplained.push(event);
    else if (event.kind === "connection") this.#connections.set(event.id, event);
    else if (event.kind === "summary") this.#summary = event;
    else if (event.kind === "diagnostic" && event.code === "capture/second-sighting" && this.#sightings.size < LISTED)
      this.#sightings.set(Number(event.place["connection"]), event.message);
  }

  /** @param symptom What somebody saw; undefined: the worst is asked for.
   *  @param words Where the capture says it.
   *  @param inventory Of what went wrong, whatever was found. */
  answer(symptom: string | undefined, words: readonly Words[], inventory?: Inventory): WhyAnswer {
    const all = failuresOf(this.#findings, this.#unexplained, true);
    const readings = symptom === undefined ? [] : readSymptom(symptom);
    const isOpen = saysNothing({ symptom, readings, words });
    const failures = symptom === undefined || isOpen ? all.filter(isFailure) : fitting(all, symptom, readings, words);
    const [first] = failures;
    const failed = inventory?.symptoms(this.#findings, (connection) => this.#connections.has(connection), this.#in) ?? NOTHING;
    // Nothing that was found, but the other leg of a call shows why it failed.
    const followed = first === undefined ? failed.followed?.[0] : undefined;
    const status =
      first === undefined && followed === undefined && isOpen
        ? statusStory(failed.calls, this.#connections, this.#in)
        : undefined;
    // The text is of something else, but this did fail.
    const instead = isOpen || first !== undefined ? undefined : all.find(isFailure);
    const isMistaken = first?.unexplained !== undefined && this.#isMistaken(readings);
    const sighting = this.#sightings.get((first?.finding ?? first?.unexplained)?.connection ?? 0);
    return {
      ...(symptom === undefined ? {} : { symptom }),
      readings,
      words: words.filter(({ connection }) => this.#connections.has(connection)),
      mistaken: isMistaken,
      ...(first === undefined
        ? {}
        : { failure: first, story: withWay(doubted(this.tell(first), isMistaken, this.#in), first, failed.followed) }),
      ...(followed === undefined ? {} : { story: storyOf(followed) }),
      ...(status === undefined ? {} : { story: status }),
      ...(sighting === undefined ? {} : { sighting }),
      ...(instead === undefined ? {} : { instead: this.tell(instead) }),
      others: failures.slice(1).map((failure) => ({ failure, story: this.tell(failure) })),
      connections: this.#connections,
      summary: this.#summary!,
      findings: all.length,
      failed,
    };
  }

  /** The text names a fault on the wire, all was checked, and it is not there. */
  #isMistaken([reading]: readonly Reading[]): boolean {
    const { incomplete = true, unchecked = [] } = this.#summary ?? {};
    const rules = reading?.rules ?? [];
    if (incomplete || unchecked.length > 0 || rules.length === 0 || !rules.every((rule) => FAULT.test(rule))) return false;
    return !this.#findings.some(({ rule, hides }) => rules.some((one) => one === rule || hides.includes(one)));
  }

  tell(failure: Failure): StoryText {
    const { finding } = failure;
    return tell(failure, this.#connections, finding === undefined ? undefined : this.#rules.get(finding.rule), this.#in);
  }
}

/** The story of an answer, with what is to be thought of the text that gives a reason for it. */
const doubted = (story: StoryText, isMistaken: boolean, say: Language): StoryText =>
  isMistaken
    ? {
        ...story,
        more: say.joined([
          say.text("What the text calls a fault is not in this capture: its writer is mistaken, or means another connection."),
          story.more ?? "",
        ]),
      }
    : story;

// One rule, about what a side sent.
const FAULT = /^(?:preface|frame|continuation|settings|ping|hpack|stream-id|stream|flow|headers|push)\/[a-z0-9-]+$/;

/** The story with what became of its call on the other legs. */
function withWay(story: StoryText, failure: Failure, followed: readonly FollowedCall[] = []): StoryText {
  const { connection } = story;
  const streams = [story.stream, ...((failure.finding ?? failure.unexplained).reaction.streamsKilled ?? [])];
  const isOf = (leg: FollowedCall["onwards"][number]) => leg.connection === connection && streams.includes(leg.stream);
  const one = followed.find(({ call, onwards }) => isOf(call) || onwards.some(isOf));
  return one === undefined ? story : { ...story, through: one.text };
}

const storyOf = ({ call: { connection, stream, packet }, text }: FollowedCall): StoryText => ({
  connection,
  stream,
  packet,
  cause: text,
});

/** The first call that its deadline or a status ended, with what that says: no rule was broken, and nothing else is known. */
function statusStory(
  calls: readonly FailedCall[],
  connections: ReadonlyMap<number, ConnectionEvent>,
  say: Language,
): StoryText | undefined {
  for (const { connection, stream, packet, how, status, grpcStatus, message, deadline } of calls) {
    // Of a log a line stands for a packet.
    const at = positionText(connections.get(connection)?.log === undefined ? { packet } : { packet, line: packet }, say);
    if (deadline !== undefined)
      return {
        ...{ connection, stream, packet },
        cause: say.text(
          "The caller's deadline of {deadline} had passed when the call on stream {streamId} ended: {how} ({at}).",
          {
            ...{ deadline: duration(deadline), streamId: stream, how: say.phrase(how), at },
          },
        ),
        more: say.text("No rule was broken on the wire: the server took longer than the caller would wait."),
      };
    if (status === undefined && grpcStatus === undefined) continue;
    const meaning = status === undefined ? grpcMeaning(grpcStatus!) : statusMeaning(status);
    const text = message === undefined ? "" : `${say.text(", ")}"${message}"`;
    return {
      ...{ connection, stream, packet },
      cause: say.joined([
        say.text("The server answered stream {streamId} with {how}{text} ({at}).", {
          ...{ streamId: stream, how: say.phrase(how), text, at },
        }),
        meaning === undefined ? "" : say.text("It says that {meaning}.", { meaning: say.text(meaning) }),
      ]),
      more: say.text("No rule was broken on the wire: the reason is the server's, or that of a proxy that made the answer."),
    };
  }
  return undefined;
}

/** Whether an event is about this stream: its own frames, or an end that it died of. */
export function concerns(event: ReportEvent, stream: number): boolean {
  if (event.kind !== "finding" && event.kind !== "unexplained") return true;
  const { streamsKilled = [], frame } = event.reaction;
  return (event.kind === "finding" ? event.stream : (frame?.streamId ?? 0)) === stream || streamsKilled.includes(stream);
}

export interface WhyAnswer {
  readonly symptom?: string;
  readonly readings: readonly Reading[];
  readonly words: readonly Words[];
  readonly failure?: Failure;
  readonly story?: StoryText;
  /** The text names a fault that is not in the capture. */
  readonly mistaken: boolean;
  /** Its connection was captured at a second point. */
  readonly sighting?: string;
  /** The worst that failed, where the text fits nothing. */
  readonly instead?: StoryText;
  readonly others: readonly { readonly failure: Failure; readonly story: StoryText }[];
  readonly connections: ReadonlyMap<number, ConnectionEvent>;
  readonly summary: SummaryEvent;
  /** Failures and advice in all, whether or not they fit. */
  readonly findings: number;
  readonly failed: Symptoms;
}

const NOTHING: Symptoms = { calls: [], count: 0 };

/** Nothing shows which failure it is of: no text is given, or one that nobody knows. */
const saysNothing = ({
  symptom,
  readings,
  words,
}: Pick<WhyAnswer, "readings" | "words"> & { symptom?: string | undefined }): boolean =>
  symptom === undefined || readings.length + words.length === 0;

/** @param rules Their messages are those of findings. */
export function whyTable(output: Output, look: Look, answer: WhyAnswer, rules: readonly Rule[] = []): void {
  const style = new Style(look);
  const say = look.language ?? english;
  const width = Math.min(look.width, 100);
  const write = (text: string, indent = "", paint = (s: string) => s) => {
    for (const line of wrap(printable(text), width - indent.length)) output(`${indent}${paint(line)}\n`);
  };
  const { story, symptom, readings, words, others } = answer;
  if (symptom !== undefined) for (const text of readingLines(answer, say)) write(text, "", style.dim);
  if (symptom !== undefined) output("\n");
  const isOpen = saysNothing(answer);
  if (isOpen && story !== undefined && symptom !== undefined)
    write(say.text("The text is not known, and the capture does not contain it. The worst that the capture shows:"));
  if (isOpen && (symptom === undefined || story !== undefined) && !isEmpty(answer.failed)) {
    // The story itself follows below.
    const { followed = [] } = answer.failed;
    const others = followed.filter(({ text }) => text !== story?.through && text !== story?.cause);
    for (const text of symptomLines(
      { ...answer.failed, followed: others },
      { position: answer.summary.captures.length === 0 ? "line" : "packet", say, rules },
    ))
      write(text);
    output("\n");
  }
  if (story === undefined) {
    for (const text of nothing(answer, say)) write(text);
    return;
  }
  const ends = answer.connections.get(story.connection);
  const isKnown = ends !== undefined && ends.log === undefined;
  const between = isKnown ? `${endText(ends, "client", say)} ${style.mark.right} ${endText(ends, "server", say)}` : "";
  write(`${storyPlace(story, say)}${isKnown ? `${say.text(": ")}${between}` : ""}`, "", style.bold);
  if (answer.sighting !== undefined) write(say.sentence(say.phrase(answer.sighting)), "", style.dim);
  output("\n");
  write(story.cause);
  if (story.answer !== undefined && story.answer !== "") write(story.answer);
  if (story.through !== undefined) write(story.through);
  if (story.cost !== undefined) write(story.cost);
  if (story.more !== undefined) write(story.more);
  if (story.fix !== undefined) {
    output("\n");
    write(say.text("Fix: {fix}", { fix: story.fix }));
  }
  const rule = answer.failure?.finding?.rule;
  output("\n");
  if (rule !== undefined) write(say.text("More about the rule: h2lint explain {rule}", { rule }), "", style.dim);
  if (symptom !== undefined && words.length === 0 && readings.length > 0 && answer.failure !== undefined && !answer.mistaken)
    write(say.text("It fits the meaning of the text; the capture does not contain the text itself."), "", style.dim);
  const shown = look.verbose ? others : others.slice(0, OTHERS);
  if (shown.length > 0) output(`${style.bold(say.text(isOpen ? "what else failed" : "what else it may be"))}\n`);
  for (const { story: other } of shown) write(`${storyPlace(other, say)}${say.text(": ")}${other.cause}`, "  ");
  const more = others.length - shown.length;
  if (more > 0) write(say.text("and {n} more (--verbose shows them)", { n: count(more) }), "  ", style.dim);
}

/** What the text itself says, and where the capture has it. */
export function readingLines(
  { symptom = "", readings, words }: Pick<WhyAnswer, "symptom" | "readings" | "words">,
  say: Language,
): string[] {
  const lines = [`"${symptom.trim()}"`];
  // What anybody may mean by it says less than what one program does.
  const own = readings.filter(({ software }) => software !== undefined);
  const shown = own.length > 0 ? own : readings;
  for (const says of [...new Set(shown.map((reading) => reading.says))].slice(0, READINGS)) {
    const software = shown.find((reading) => reading.says === says)?.software;
    const named = software === undefined || says.includes(software) ? "" : `${software}${say.text(": ")}`;
    lines.push(`${named}${say.stopped(say.phrase(says))}`);
  }
  const quoted = readings.find((reading) => reading.quoted !== undefined && !symptom.includes(reading.quoted))?.quoted;
  if (quoted !== undefined) lines.push(say.text('It carries the text "{text}".', { text: quoted }));
  for (const { connection, stream, packet, from, in: where, likeness } of words.slice(0, READINGS))
    lines.push(
      say.text(
        likeness === 2
          ? "The {side} says it in {where} ({place})."
          : "The {side} says it, with other numbers, in {where} ({place}).",
        {
          side: say.text(from),
          where: say.text(where === "goaway" ? "the debug data of a GOAWAY" : "grpc-message"),
          place: placeText(connection, stream, packet, say),
        },
      ),
    );
  return lines;
}

/** What is said where no failure fits. */
export function nothing(
  { symptom, readings, words, summary, findings, failed, connections, instead }: WhyAnswer,
  say: Language = english,
): string[] {
  const { errors, warnings, unexplained, calls, http2Connections, incomplete, unchecked } = summary;
  const lines: string[] = [];
  const word = words.find(({ in: where }) => where === "grpc-message");
  const isLogOnly = summary.captures.length === 0;
  if (http2Connections === 0)
    lines.push(
      say.text(
        isLogOnly
          ? "No line of the log reports a failure in words that are known."
          : "This capture has no HTTP/2 that can be read.",
      ),
      ...sealed(connections, say),
    );
  else if (word !== undefined) {
    const { stream, connection, packet, path, status, text } = word;
    lines.push(
      say.text(
        'The server ended the call on stream {stream} of connection {connection}{call} with{code} "{text}" (packet {packet}). Nothing on that stream breaks a rule: look for the reason in the server.',
        {
          ...{ stream, connection, packet, text, call: path === undefined ? "" : say.text(" ({name})", { name: path }) },
          code:
            status === undefined
              ? ""
              : say.text(" grpc-status {status} {name},", { status: String(status), name: statusName(status) }),
        },
      ),
    );
  } else if (symptom !== undefined && failed.stop !== undefined && readings.some(isOfNoError)) {
    const { stop } = failed;
    lines.push(
      say.text(
        "The server sent its whole response on stream {stream}{call}, and then RST_STREAM(NO_ERROR), as the client had not ended the request ({place}). That is lawful, and a client must not discard the response for it (RFC 9113, 8.1): a program that reports it as an error is at fault.",
        {
          stream: stop.stream,
          call: stop.path === undefined ? "" : say.text(" ({name})", { name: stop.path }),
          place: placeText(stop.connection, undefined, stop.packet, say),
        },
      ),
    );
  } else if (symptom !== undefined) {
    lines.push(say.text(isLogOnly ? "Nothing in the log explains it." : "Nothing in this capture explains it."));
    if (readings.length === 0) lines.push(say.text("The text is not known, and the capture does not contain it."));
    else lines.push(say.text("The capture shows nothing that leads to it."));
    if (readings.some(isOfCount))
      lines.push(say.text("How many messages a method has is in its .proto only: with --proto they are counted against it."));
    if (instead !== undefined) lines.push(say.text("What did fail: {cause}", { cause: instead.cause }));
  } else if (!isEmpty(failed))
    lines.push(
      say.text("Nothing on the wire explains it: no rule was broken. The reason is the application's, or the status says it."),
    );
  else
    lines.push(
      say.text(
        isLogOnly
          ? "The log shows no failure: {calls} on {connections}."
          : "This capture shows no failure: {calls} on {connections}.",
        { calls: counted(say, calls, "call"), connections: counted(say, http2Connections, "HTTP/2 connection") },
      ),
    );
  const found = [
    ...(errors > 0 ? [counted(say, errors, "error")] : []),
    ...(warnings > 0 ? [counted(say, warnings, "warning")] : []),
    ...(unexplained > 0 ? [say.text("{answers} without a finding", { answers: counted(say, unexplained, "answer") })] : []),
  ].join(say.text(", "));
  if (symptom !== undefined && found !== "") lines.push(say.text("Other findings: {found}; h2lint check shows them.", { found }));
  else if (findings > 0 && symptom === undefined) lines.push(say.text("h2lint check gives advice."));
  if (incomplete) {
    const blind = unchecked.slice(0, 3).map((one) => uncheckedText(one, say));
    lines.push(
      say.text("Not everything could be checked: {blind}.", {
        blind: blind.length === 0 ? say.text("the capture is incomplete") : blind.join(say.text("; ")),
      }),
    );
  }
  return lines;
}

const isOfCount = ({ rules = [] }: Reading): boolean => COUNTS.some((rule) => rules.includes(rule));

const isOfNoError = ({ kinds = [], codes = ["NO_ERROR"] }: Reading): boolean =>
  kinds.includes("rst-stream") && codes.includes("NO_ERROR");

/** What stays closed in TLS, and what opens it. */
function sealed(connections: ReadonlyMap<number, ConnectionEvent>, say: Language): string[] {
  const closed = [...connections.values()].filter(({ tls }) => tls?.reason !== undefined);
  const [first] = closed;
  if (first === undefined) return [];
  const { why = "it was not decrypted", advice = "" } = first.tls ?? {};
  return [
    say.joined([
      say.text("Connection {id} is TLS: {why}.", { id: first.id, why: say.phrase(why) }),
      advice === "" ? "" : say.sentence(say.phrase(advice)),
      closed.length === 1
        ? ""
        : say.text("The same holds for {connections}; h2lint info lists them.", {
            connections: counted(say, closed.length - 1, "more connection"),
          }),
    ]),
  ];
}

const endText = (connection: ConnectionEvent, side: "client" | "server", say: Language): string => {
  const software = connection.software?.[side];
  const end = `${say.text(side)} ${connection[side]}`;
  return software === undefined ? end : `${end}${say.text(" ({name})", { name: software })}`;
};

export function whyJson(output: Output, captures: readonly string[], answer: WhyAnswer): void {
  const { symptom, readings, words, failure, story, others } = answer;
  const bare = <T extends { kind: string }>({ kind: _, ...rest }: T) => rest;
  const report = {
    schema: "h2lint-why/1",
    captures,
    ...(symptom === undefined ? {} : { symptom: { text: symptom, readings, words } }),
    ...(answer.failed.count === 0
      ? {}
      : {
          failed: {
            count: answer.failed.count,
            calls: answer.failed.calls.slice(0, LISTED),
            ...(answer.failed.followed === undefined ? {} : { followed: answer.failed.followed.slice(0, LISTED) }),
          },
        }),
    ...(story === undefined ? { nothing: nothing(answer) } : { story }),
    ...(answer.sighting === undefined ? {} : { sighting: answer.sighting }),
    ...(failure?.finding === undefined ? {} : { finding: bare(failure.finding) }),
    ...(failure?.unexplained === undefined ? {} : { unexplained: bare(failure.unexplained) }),
    others: others.slice(0, LISTED).map(({ failure: other, story: told }) => ({
      ...(other.finding === undefined ? {} : { rule: other.finding.rule }),
      ...told,
    })),
  };
  output(`${jsonText(report, 2)}\n`);
}

const OTHERS = 5;
const READINGS = 3;
const LISTED = 100;
