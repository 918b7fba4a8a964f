// Findings, connections and diagnostics as the plain objects of a report.

import type { Clock } from "../capture/clock.ts";
import type { Comments } from "../capture/comments.ts";
import { type Diagnostic, type DiagnosticCode, diagnostics, diagnosticText, isOfLog } from "../diagnostic.ts";
import { errorCodeName } from "../http2/error-code.ts";
import { fill } from "../lang/fill.ts";
import type { Connection } from "../model/connection.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type {
  Cost,
  JoinedLine,
  LoggedAnswer,
  PairedFinding,
  Reaction,
  RecognisedSoftware,
  Unexplained,
} from "../pairing/reaction.ts";
import type { Side } from "../place.ts";
import { isDue } from "../rules/expectation.ts";
import type { Finding } from "../rules/finding.ts";
import type { Compared, Rule, RuleMeta } from "../rules/rule.ts";
import { connectionEvent } from "./connection-event.ts";
import type {
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  FrameObject,
  LogLineObject,
  OtherEnd,
  ReactionObject,
  UnexplainedEvent,
} from "./event.ts";
import { fingerprint } from "./fingerprint.ts";
import { utf8 } from "./text.ts";

export class EventBuilder {
  readonly #clock: Clock;
  readonly #files: readonly string[];
  readonly #rules: ReadonlyMap<string, Rule>;

  readonly #comments: Comments | undefined;
  readonly #logs: readonly string[];
  /** Places are lines: there is no capture. */
  readonly #ofLog: boolean;

  /** @param files Names by index; with more than one every frame and place names its file.
   *  @param logs Names of the logs by index. */
  constructor(clock: Clock, files: readonly string[], rules: readonly Rule[], comments?: Comments, logs: readonly string[] = []) {
    this.#logs = logs;
    this.#ofLog = files.length === 0;
    this.#clock = clock;
    this.#comments = comments;
    this.#files = files;
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
  }

  /** @param software What its ends were recognised as. */
  connection(connection: Connection, software?: RecognisedSoftware): ConnectionEvent {
    return connectionEvent(connection, this.#clock, software);
  }

  /** One that only a log reports. */
  loggedConnection(connection: Connection, log: NonNullable<ConnectionEvent["log"]>, ends: readonly string[]): ConnectionEvent {
    const { client, server, flow } = connection;
    const [first = "unknown", second = "unknown"] = ends;
    return {
      ...{ kind: "connection", id: connection.id, client: first, server: second, protocol: "h2", log },
      complete: { start: client.started && server.started, end: false, lostOctets: { client: 0, server: 0 } },
      ...{ frames: connection.frames, streams: connection.streamCount, calls: connection.calls },
      ...{ start: this.#clock.text(flow.firstTime), duration: flow.lastTime - flow.firstTime },
    };
  }

  finding(pair: PairedFinding): FindingEvent {
    const { finding } = pair;
    const { meta } = this.#rules.get(finding.rule)!;
    const related = finding.related.map(({ frame, role, text }) => ({ ...this.frame(frame, text), role }));
    return {
      kind: "finding",
      rule: finding.rule,
      severity: finding.severity,
      certainty: finding.certainty,
      ...(finding.certainty === "unproven" ? { because: finding.because } : {}),
      ...saidOf(meta, finding.message, finding.data),
      offender: finding.offender,
      connection: finding.connection,
      stream: finding.frame.streamId,
      ...(finding.path === undefined ? {} : { path: utf8(finding.path) }),
      frame: this.frame(finding.frame, finding.text),
      related,
      spec: meta.spec.map(({ rfc, document, section, level }) => ({
        document: rfc === undefined ? (document ?? "") : `RFC ${rfc}`,
        section,
        ...(level === undefined ? {} : { level }),
      })),
      count: pair.count,
      consequent: finding.consequent,
      hides: finding.hides,
      reaction: this.#reaction(pair),
      fingerprint: fingerprint({ ...finding, kind: finding.frame.kind, related }),
    };
  }

  /** A finding of which the message was not known when its event was made.
   *  @param path One character per octet. */
  said(event: FindingEvent, { message, data, severity }: Compared, path: string | undefined): FindingEvent {
    const { rule, offender, frame, related } = event;
    return {
      ...event,
      ...(severity === undefined ? {} : { severity }),
      ...saidOf(this.#rules.get(rule)!.meta, message, data),
      fingerprint: fingerprint({ rule, message, offender, path, kind: frame.kind, related, data }),
    };
  }

  unexplained(one: Unexplained): UnexplainedEvent {
    const { connection, reaction, before, unchecked, refusals, explanation, logs } = one;
    return {
      kind: "unexplained",
      connection,
      reaction: {
        ...{ ...this.#told(reaction), ...costOf(one), ...(explanation === undefined ? {} : { explanation }) },
        ...logsOf(logs),
      },
      before: before.map((frame) => this.frame(frame, frame.text)),
      unchecked,
      refusals,
    };
  }

  /** An error that only a line of a log reports. */
  loggedError(
    connection: number,
    from: Side,
    answer: LoggedAnswer,
    line: JoinedLine,
    explanation: string | undefined,
  ): UnexplainedEvent {
    const reaction = {
      ...{ kind: "log-only", confidence: "likely", from },
      ...loggedAnswer(answer),
      ...(explanation === undefined ? {} : { explanation }),
      ...logsOf([line]),
    };
    return {
      ...{ kind: "unexplained", connection, reaction, before: [], refusals: [] },
      unchecked: ["the log does not show the frames"],
    };
  }

  diagnostic(diagnostic: Diagnostic, count: number): DiagnosticEvent {
    const kind = diagnostics[diagnostic.code];
    return {
      kind: "diagnostic",
      code: diagnostic.code,
      severity: kind.severity,
      count,
      message: diagnosticText(diagnostic),
      place: this.#place(diagnostic),
    };
  }

  frame(ref: FrameRef, text: string): FrameObject {
    return {
      kind: ref.kind,
      streamId: ref.streamId,
      from: ref.from,
      ...this.#position(ref),
      time: this.#clock.text(ref.time),
      offset: ref.offset,
      ...(ref.isFrame ? { flags: ref.flags } : {}),
      ...(ref.isFrame && ref.length >= 0 ? { length: ref.length } : {}),
      // Of DATA the text is its length.
      ...(text === "" || (ref.kind === "data" && ref.length < 0) ? {} : { text: utf8(text) }),
      ...this.#comment(ref),
    };
  }

  #comment({ file, packet }: FrameRef): { comment?: string } {
    const comment = this.#comments?.of(file, packet);
    return comment === undefined ? {} : { comment };
  }

  #reaction(pair: PairedFinding): ReactionObject {
    const { finding, verdict, reaction, confidence, delay, explanation, evidence, also, further, selfInflicted, logs } = pair;
    const { scope, codes } = finding.expect;
    const due = isDue(finding.expect) ? { due: { scope, codes } } : {};
    if (reaction === undefined) {
      const explained = explanation === undefined ? {} : { explanation };
      const logOnly =
        pair.logOnly !== undefined && confidence !== undefined
          ? { confidence, kind: "log-only", ...loggedAnswer(pair.logOnly), ...explained }
          : {};
      const own = selfInflicted === undefined ? {} : { selfInflicted: this.#inShort(selfInflicted, finding) };
      const cost = pair.streamsKilled.length === 0 ? {} : costOf(pair);
      return { verdict, ...due, ...logOnly, ...own, ...cost, ...logsOf(logs) };
    }
    return {
      ...{ verdict, ...due },
      ...(confidence === undefined ? {} : { confidence }),
      ...this.#told(reaction),
      ...(delay === undefined ? {} : { delay }),
      ...costOf(pair),
      ...(explanation === undefined ? {} : { explanation }),
      ...(evidence === undefined ? {} : { evidence }),
      ...(also === undefined
        ? {}
        : { also: also.map(({ rule, frame }) => ({ rule, stream: frame.streamId, packet: frame.packet })) }),
      ...(further === undefined ? {} : { further: further.map((one) => this.#inShort(one, finding)) }),
      ...logsOf(logs),
    };
  }

  /** What the frame or end itself says. */
  #told(reaction: Reaction): Omit<ReactionObject, "verdict"> {
    const { kind, frame } = reaction;
    const where =
      kind === "fin" || kind === "rst"
        ? {
            from: reaction.from,
            ...this.#position(frame),
            time: this.#clock.text(frame.time),
            ...this.#comment(frame),
          }
        : { frame: this.frame(frame, reactionText(reaction)) };
    return {
      kind,
      ...(kind === "goaway" || kind === "rst-stream" ? { errorCode: errorCodeName(reaction.errorCode) } : {}),
      ...(kind === "tls-alert" ? { errorCode: reaction.debug } : {}),
      ...(kind === "status" || kind === "grpc-status" ? { status: reaction.status } : {}),
      ...(kind === "goaway" ? { lastStreamId: reaction.lastStreamId, debug: utf8(reaction.debug) } : {}),
      ...where,
      ...(reaction.closedBy === undefined ? {} : { closed: this.#close(reaction.closedBy, reaction) }),
    };
  }

  #inShort({ kind, errorCode, debug, frame }: Reaction, finding: PairedFinding["finding"]): OtherEnd {
    return {
      kind,
      ...(kind === "goaway" || kind === "rst-stream" ? { errorCode: errorCodeName(errorCode) } : {}),
      ...(kind === "tls-alert" ? { errorCode: debug } : {}),
      packet: frame.packet,
      time: this.#clock.text(frame.time),
      delay: frame.time - finding.frame.time,
    };
  }

  #close(close: Reaction, after: Reaction): NonNullable<ReactionObject["closed"]> {
    const { frame } = close;
    return { how: close.kind, packet: frame.packet, time: this.#clock.text(frame.time), delay: frame.time - after.frame.time };
  }

  #position({ file, packet }: FrameRef): { file?: string; packet: number } {
    if (!this.#ofLog) return { ...this.#file(file), packet };
    // Without a packet: who shows a place asks for its line first.
    return { file: this.#logs[file] ?? "", line: packet } as unknown as { packet: number };
  }

  #file(index: number): { file?: string } {
    return this.#files.length > 1 ? { file: this.#files[index] ?? "" } : {};
  }

  #place({ place }: Diagnostic): DiagnosticEvent["place"] {
    if (place.in === "log") return { file: this.#logs[place.file] ?? "", line: place.line };
    if (place.in === "keys") return {};
    const { in: _, file, ...rest } = place;
    return { ...this.#file(file), ...(rest as Record<string, string | number>) };
  }
}

/** Diagnostics of one kind about one thing. */
export interface CountedDiagnostic {
  readonly first: Diagnostic;
  /** When it came. */
  readonly step: number;
  count: number;
  octets: number;
}

/** Diagnostics of one kind about one thing are one, with a count. */
export class DiagnosticCounter {
  readonly #counted = new Map<string, CountedDiagnostic>();

  /** @param step Where the run has come to. @param times How often, and with how many octets in all. */
  add(diagnostic: Diagnostic, step = 0, times = 1, octets = Number(diagnostic.data["octets"] ?? 0)): void {
    const { code, data, place } = diagnostic;
    const about = data["connection"] ?? data["protocol"] ?? data["linkType"] ?? data["interface"] ?? data["origin"] ?? "";
    let key = `${code} ${about} ${data["from"] ?? ""} ${place.in === "file" || place.in === "log" ? place.file : place.in === "keys" ? data["file"] : ""}`;
    // Beyond so many all of one code are one: of what was lost nothing is left out.
    if (this.#counted.size >= DISTINCT && !this.#counted.has(key)) key = code;
    const counted = this.#counted.get(key);
    if (counted === undefined) this.#counted.set(key, { first: diagnostic, step, count: times, octets });
    else {
      counted.count += times;
      counted.octets += octets;
    }
  }

  /** As they were counted, each with the step of the first. To add them all to another counter, in order of steps with what others counted,
   *  is to have counted all there. */
  get counted(): Iterable<CountedDiagnostic> {
    return this.#counted.values();
  }

  *[Symbol.iterator](): Generator<{ diagnostic: Diagnostic; count: number }> {
    for (const { first, count, octets } of this.#counted.values()) {
      const data = octets > 0 ? { ...first.data, octets } : first.data;
      yield { diagnostic: { ...first, data }, count };
    }
  }

  has(code: DiagnosticCode): boolean {
    for (const { first } of this.#counted.values()) if (first.code === code) return true;
    return false;
  }

  /** Something could not be checked, or the capture is damaged. A log beside a capture takes nothing from it.
   *  @param logsAlone There is no capture. */
  incomplete(logsAlone: boolean): boolean {
    for (const { first } of this.#counted.values())
      if (diagnostics[first.code].severity !== "info" && (logsAlone || !isOfLog(first.code))) return true;
    return false;
  }
}

function saidOf(
  { messages }: RuleMeta,
  message: string,
  data: Finding["data"],
): Pick<FindingEvent, "message" | "shape" | "data"> {
  const template = messages[message] ?? message;
  return {
    message: utf8(fill(template, data)),
    shape: utf8(fill(template, textsOf(data))),
    data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, typeof v === "string" ? utf8(v) : v])),
  };
}

function loggedAnswer({ errorCode, lastStreamId, debug }: LoggedAnswer): Partial<ReactionObject> {
  return {
    ...(errorCode === undefined ? {} : { errorCode: errorCodeName(errorCode) }),
    ...(lastStreamId === undefined ? {} : { lastStreamId }),
    ...(debug === undefined ? {} : { debug: utf8(debug) }),
  };
}

function logsOf(lines: readonly JoinedLine[] | undefined): { logs?: LogLineObject[] } {
  return lines === undefined ? {} : { logs: lines.map((line) => ({ ...line, text: utf8(line.text) })) };
}

function costOf({ streamsKilled, retrySafe, lost }: Cost): Pick<ReactionObject, "streamsKilled" | "retrySafe" | "lost"> {
  const objects = lost.map(({ path, grpc, streams, retrySafe: safe, saw }) => ({
    ...(path === undefined ? {} : { path: utf8(path) }),
    protocol: grpc ? ("grpc" as const) : ("http" as const),
    ...{ streams, retrySafe: safe },
    ...(saw === undefined ? {} : { saw: utf8(saw) }),
  }));
  return { streamsKilled, retrySafe, ...(objects.length === 0 ? {} : { lost: objects }) };
}

const reactionText = (reaction: Reaction): string =>
  reaction.kind === "status"
    ? `:status ${reaction.status}`
    : reaction.kind === "grpc-status"
      ? `grpc-status: ${reaction.status}`
      : reaction.kind === "goaway"
        ? `${errorCodeName(reaction.errorCode)}, last stream ${reaction.lastStreamId}`
        : reaction.kind === "tls-alert"
          ? reaction.debug
          : errorCodeName(reaction.errorCode);

const textsOf = (data: Readonly<Record<string, string | number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === "string"));

const DISTINCT = 10_000;
