// What `h2lint check` says of one finding, or of many that are alike, in a terminal.
import type { Language } from "../lang/language.ts";
import type { Rule } from "../rules/rule.ts";
import { answerName, isAnswered, noAnswer } from "./answer.ts";
import { blindText, NEEDS, VERDICTS } from "./answer-words.ts";
import type { Page } from "./check-page.ts";
import type { FindingEvent, LogLineObject, ReactionObject, UnexplainedEvent } from "./event.ts";
import { placeOf, placeText, positionText } from "./failing.ts";
import { frameDetail, frameName } from "./frame-line.ts";
import { lostCalls, sightsOf } from "./lost.ts";
import { meaningOf } from "./meanings.ts";
import { between, labelled, wrap } from "./style.ts";
import { rowTable } from "./table.ts";
import { count, counted, duration, printable } from "./text.ts";
import { padEnd, widthOf } from "./width.ts";

/** Findings, advice, and answers that nothing explains. */
export class Story {
  readonly #page: Page;
  readonly #rules: ReadonlyMap<string, Rule>;
  /** When connections began. */
  readonly #starts: ReadonlyMap<number, string>;

  constructor(page: Page, rules: ReadonlyMap<string, Rule>, starts: ReadonlyMap<number, string>) {
    this.#page = page;
    this.#rules = rules;
    this.#starts = starts;
  }

  group(group: readonly FindingEvent[]): void {
    const first = group[0]!;
    this.#finding(first);
    if (group.length > 1) this.#repeats(group);
    this.#page.line();
  }

  advice(groups: readonly (readonly FindingEvent[])[]): void {
    for (const group of groups) {
      const f = group[0]!;
      const times = group.reduce((sum, one) => sum + one.count, 0);
      const on = f.connections === undefined ? "" : this.#page.in.text(" on {n} connections", { n: count(f.connections) });
      const repeated = times > 1 ? this.#page.in.text(", {n} times", { n: count(times) }) + on : "";
      const text = `${this.#page.in.sentence(this.#message(f))} ${f.rule}, ${placeOf(f, this.#page.in)}${repeated}`;
      const lines = labelled("info", text, 8, this.#page.width);
      for (const [i, line] of lines.entries()) this.#page.line(i === 0 ? this.#page.style.blue("info") + line.slice(4) : line);
    }
    if (groups.length > 0) this.#page.line();
  }

  #message(f: FindingEvent): string {
    return printable(this.#page.in.message(f.message, f.data, this.#rules.get(f.rule)));
  }

  #finding(f: FindingEvent): void {
    const { severity } = f;
    const { mark } = this.#page.style;
    const where = placeOf(f, this.#page.in);
    const left = `${mark.bad} ${severity.padEnd(5)}  ${f.rule}`;
    const gap = Math.max(this.#page.width - left.length - widthOf(where), 2);
    const painted = `${this.#page.style.severity(severity, `${mark.bad} ${severity.padEnd(5)}`)}  ${this.#page.style.bold(f.rule)}`;
    if (left.length + 2 + widthOf(where) <= this.#page.width)
      this.#page.line(`${painted}${" ".repeat(gap)}${this.#page.style.dim(where)}`);
    else {
      this.#page.line(painted);
      this.#page.line(`  ${this.#page.style.dim(where)}`);
    }
    if (f.frame.file !== undefined) this.#page.line(`  ${this.#page.style.dim(printable(f.frame.file))}`);
    for (const line of wrap(this.#page.in.sentence(this.#message(f)), this.#page.width - 2)) this.#page.line(`  ${line}`);
    if (f.certainty === "unproven") {
      const needs = (f.because ?? []).map((n) => this.#page.in.text(NEEDS[n] ?? n)).join(this.#page.in.text("; "));
      for (const line of wrap(this.#page.in.text("not proven: {needs}", { needs }), this.#page.width - 2))
        this.#page.line(`  ${this.#page.style.yellow(line)}`);
    }
    if (f.consequent) this.#page.line(`  ${this.#page.style.dim(this.#page.in.text("a consequence of the fault before it"))}`);
    if (f.baseline === true) this.#page.line(`  ${this.#page.style.dim(this.#page.in.text("known: it is in the baseline"))}`);
    this.#page.line();
    this.#frames(f);
    this.#page.line();
    this.#answer(f);
    this.#logs(f.reaction.logs ?? []);
    const rule = this.#rules.get(f.rule);
    if (rule !== undefined) this.#page.label("fix", this.#page.in.rule(rule).fix);
    const spec = f.spec.map(({ document, section }) => `${document}, ${section}`).join("; ");
    this.#page.label("more", `h2lint explain ${f.rule}   (${spec})`);
    if (f.hides.length > 0) this.#page.label("also", f.hides.join(", "));
    if (this.#page.style.look.verbose)
      for (const { points, reason } of f.reaction.evidence ?? [])
        this.#page.label("", `${points > 0 ? "+" : ""}${points} ${this.#page.in.word("evidence", reason)}`);
  }

  #frames(f: FindingEvent): void {
    const { reaction } = f;
    const rows: Row[] = f.related.map((frame) => ({
      ...frame,
      mark: "",
      name: frameName(frame),
      detail: frameDetail(frame, this.#page.in),
    }));
    rows.push({
      ...f.frame,
      mark: this.#page.style.mark.to,
      name: frameName(f.frame),
      detail: frameDetail(f.frame, this.#page.in),
    });
    if (reaction.frame !== undefined && isAnswered(reaction)) {
      const { frame, debug } = reaction;
      const extra = debug === undefined || debug === "" ? {} : { extra: `"${printable(debug)}"` };
      rows.push({
        ...frame,
        mark: this.#page.style.mark.from,
        name: frameName(frame),
        detail: frameDetail(frame, this.#page.in),
        ...extra,
      });
    }
    const from = f.offender === "client" ? "server" : "client";
    const { closed, packet, time } = reaction;
    if (packet !== undefined && time !== undefined && isAnswered(reaction)) {
      rows.push({
        packet,
        time,
        from,
        mark: this.#page.style.mark.from,
        name: (reaction.kind ?? "").toUpperCase(),
        detail: "",
        ...(reaction.comment === undefined ? {} : { comment: reaction.comment }),
      });
    } else if (closed !== undefined && isAnswered(reaction)) {
      rows.push({ packet: closed.packet, time: closed.time, from, mark: "", name: closed.how.toUpperCase(), detail: "" });
    }
    rows.sort((a, b) => between(b.time, a.time) || numberOf(a) - numberOf(b));
    const start = this.#starts.get(f.connection);
    // A program that comments on every packet says the same of most.
    const said = new Set<string>();
    for (const { comment, ...row } of rows) {
      const isNews = comment !== undefined && !said.has(comment);
      this.#row(isNews ? { ...row, comment } : row, start);
      if (isNews) said.add(comment);
    }
  }

  #row({ packet, line: inLog, time, from, name, mark, detail, extra, comment }: Row, start: string | undefined): void {
    const at = start === undefined ? "" : duration(Math.max(between(start, time), 0));
    const wide = this.#page.width >= 90;
    const lead = `  ${mark.padEnd(2)}${String(inLog ?? packet).padStart(6)}${wide ? at.padStart(12) : ""}  ${padEnd(this.#page.in.text(from), 6)}  `;
    const column = name.padEnd(11);
    const margin = widthOf(lead);
    const indent = margin + column.length + 2;
    const lines = detail === "" ? [] : wrap(detail, this.#page.width - indent);
    const paint =
      mark === "" ? (s: string) => s : mark === this.#page.style.mark.to ? this.#page.style.red : this.#page.style.cyan;
    this.#page.line(paint(`${lead}${column}${lines[0] === undefined ? "" : `  ${lines[0]}`}`.trimEnd()));
    for (const line of lines.slice(1)) this.#page.line(paint(" ".repeat(indent) + line));
    const said = comment?.split("\n").map((line) => `(${printable(line)})`) ?? [];
    for (const text of extra === undefined ? said : [extra, ...said])
      for (const line of wrap(text, this.#page.width - margin - 4)) this.#page.line(paint(" ".repeat(margin + 4) + line));
  }

  #answer(f: FindingEvent): void {
    const { reaction: r } = f;
    const say = this.#page.in;
    if (!isAnswered(r)) {
      this.#page.label("answer", noAnswer(f, say));
      if (r.kind !== undefined && this.#page.style.look.verbose)
        this.#page.label(
          "maybe",
          say.text("{answer} after {delay} (packet {packet}), possible", {
            answer: answerName(r, say),
            delay: duration(r.delay ?? 0),
            packet: r.frame?.packet ?? r.packet ?? "undefined",
          }),
        );
      const own = r.selfInflicted;
      if (own !== undefined) {
        const end =
          own.kind === "goaway"
            ? "the {side} itself sent GOAWAY {code} {delay} later, on open streams"
            : "the {side} itself closed the connection {delay} later, on open streams";
        const side = say.text(f.offender);
        this.#page.label("then", say.text(end, { side, code: own.errorCode ?? "undefined", delay: duration(own.delay) }));
      }
      return;
    }
    const sure = say.text(r.confidence ?? "");
    const explanation = r.explanation === undefined ? undefined : printable(say.phrase(r.explanation));
    if (r.kind === "log-only") {
      const why = explanation === undefined ? "" : `${say.text(": ")}${explanation}`;
      const what =
        r.errorCode === undefined
          ? answerName(r, say)
          : say.text("{code}, known from the log only", {
              code: r.lastStreamId === undefined ? r.errorCode : `GOAWAY ${r.errorCode}`,
            });
      this.#page.label("answer", `${what}${say.text(", ")}${sure}${why}`);
      return;
    }
    const silent = r.kind === "fin" || r.kind === "rst";
    const verdict = say.text(silent ? "the other side gave no reason" : (VERDICTS[r.verdict] ?? r.verdict));
    const closed =
      r.closed === undefined
        ? ""
        : say.text(", then {how} after {delay}", { how: r.closed.how.toUpperCase(), delay: duration(r.closed.delay) });
    const after = say.text("{answer} after {delay}", { answer: answerName(r, say), delay: duration(r.delay ?? 0) });
    this.#page.label("answer", `${after}${closed}${say.text(", ")}${sure}${say.text(": ")}${explanation ?? verdict}`);
    if (r.also !== undefined) {
      const others = r.also.map(({ rule, packet }) => say.text("{rule} (packet {packet})", { rule, packet }));
      this.#page.label("", say.text("it may be about {others} as well", { others: listed(others, say) }));
    }
    for (const { kind, errorCode = "", delay, packet } of r.further ?? []) {
      const answer = `${kind.toUpperCase().replace("-", "_")} ${errorCode}`;
      this.#page.label(
        "then",
        say.text("{answer} after {delay} (packet {packet}), for the same", { answer, delay: duration(delay), packet }),
      );
    }
    this.#cost(r);
  }

  // All lines about it, or of each log the one that says most.
  #logs(lines: readonly LogLineObject[]): void {
    const most = (of: readonly LogLineObject[]) =>
      TELLS.map((tells) => of.find((line) => line.tells === tells)).find((line) => line !== undefined);
    const files = [...new Set(lines.map(({ file }) => file))];
    const shown = this.#page.style.look.verbose
      ? lines
      : files.flatMap((name) => most(lines.filter(({ file }) => file === name)) ?? []);
    for (const { file, line, text, confidence } of shown) {
      const sure = confidence === "exact" ? "" : ` (${this.#page.in.text(confidence)})`;
      this.#page.label("log", `${printable(file)}:${line}${sure}`);
      const said = printable(text.trim());
      const rows = wrap(said, this.#page.width - 12);
      const kept = this.#page.style.look.verbose ? rows : rows.slice(0, 3);
      for (const [i, row] of kept.entries())
        this.#page.line(`            ${row}${i === kept.length - 1 && kept.length < rows.length ? " ..." : ""}`);
    }
    const hidden = lines.length - shown.length;
    if (hidden > 0)
      this.#page.label("", this.#page.in.text("{lines} with --verbose", { lines: counted(this.#page.in, hidden, "more line") }));
  }

  #cost(r: Omit<ReactionObject, "verdict">): void {
    const { streamsKilled: killed = [], retrySafe: safe = [] } = r;
    if (killed.length === 0) return;
    const say = this.#page.in;
    const retry =
      safe.length === killed.length
        ? say.text("safe to retry: not acted on")
        : safe.length === 0
          ? say.text("not safe to retry (the handler may have run)")
          : say.text("{calls} of them safe to retry", { calls: counted(say, safe.length, "call") });
    const calls = counted(say, killed.length, "call");
    this.#page.label("cost", say.text("{calls} lost: {which}; {retry}", { calls, which: printable(lostCalls(r, say)), retry }));
    const saw = sightsOf(r).map((sight) => say.phrase(sight));
    const seen = killed.length === 1 ? "the caller probably saw {saw}" : "callers probably saw {saw}";
    if (saw.length > 0) this.#page.label("seen", say.text(seen, { saw: printable(saw.join(say.text(", or "))) }));
  }

  // One story, and where else it happened.
  #repeats(group: readonly FindingEvent[]): void {
    const answers = new Map<string, FindingEvent[]>();
    for (const f of group) {
      const answer = isAnswered(f.reaction)
        ? `${(f.reaction.kind ?? "").toUpperCase()} ${f.reaction.errorCode ?? f.reaction.status ?? ""}`.trimEnd()
        : noAnswer(f, this.#page.in);
      answers.set(answer, [...(answers.get(answer) ?? []), f]);
    }
    const connections = new Set(group.map((f) => f.connection));
    this.#page.line();
    const times = count(group.reduce((sum, f) => sum + f.count, 0));
    const on = counted(this.#page.in, connections.size, "connection");
    this.#page.line(`  ${this.#page.in.text("{times} times on {connections}:", { times, connections: on })}`);
    const rows = [...answers].map(([answer, list]) => [
      answer,
      list.reduce((sum, f) => sum + f.count, 0),
      positionText(list[0]!.frame, this.#page.in),
      positionText(list.at(-1)!.frame, this.#page.in),
      shortList(list.map((f) => f.connection)),
    ]);
    const head = ["answer", "times", "first", "last", "connections"].map((title) => this.#page.in.text(title));
    const table = rowTable(head, rows, this.#page.width - 4);
    for (const line of table.split("\n")) this.#page.line(`    ${line}`);
  }

  /** An error answer that answers nothing known: what went before, and why that may be. */
  unexplained(event: UnexplainedEvent): void {
    const { connection, reaction: r, before, unchecked, refusals } = event;
    if (r.kind === "log-only") {
      this.#loggedError(event);
      return;
    }
    const from = r.frame?.from ?? r.from ?? "server";
    const packet = r.frame?.packet ?? r.packet ?? 0;
    const time = r.frame?.time ?? r.time ?? "";
    const stream = r.frame?.streamId ?? 0;
    const where = placeText(connection, stream, r.frame?.line === undefined ? packet : r.frame, this.#page.in);
    this.#page.line(
      `${this.#page.style.yellow(`? ${this.#page.in.text("unexplained")}`)}  ${this.#page.style.bold(answerName(r, this.#page.in))}  ${this.#page.style.dim(where)}`,
    );
    const answer = answerName(r, this.#page.in);
    const meaning = meaningOf(r);
    const text =
      meaning === undefined
        ? "the {side} answered with {answer}, and no fault of the {peer} was found that explains it"
        : "the {side} answered with {answer}, which says why by itself: {meaning}";
    const peer = this.#page.in.text(from === "client" ? "server" : "client");
    const words = { side: this.#page.in.text(from), peer, answer, meaning: this.#page.in.phrase(meaning ?? "") };
    for (const line of wrap(this.#page.in.sentence(this.#page.in.text(text, words)), this.#page.width - 2))
      this.#page.line(`  ${line}`);
    this.#page.line();
    const start = this.#starts.get(connection);
    for (const frame of before)
      this.#row({ ...frame, mark: "", name: frameName(frame), detail: frameDetail(frame, this.#page.in) }, start);
    const extra = r.debug === undefined || r.debug === "" ? {} : { extra: `"${printable(r.debug)}"` };
    const named =
      r.frame === undefined
        ? { name: (r.kind ?? "").toUpperCase(), detail: "" }
        : { name: frameName(r.frame), detail: frameDetail(r.frame, this.#page.in) };
    const inLog = r.frame?.line === undefined ? {} : { line: r.frame.line };
    this.#row({ packet, ...inLog, time, from, mark: this.#page.style.mark.from, ...named, ...extra }, start);
    this.#page.line();
    if (r.explanation !== undefined) this.#page.label("says", printable(this.#page.in.phrase(r.explanation)));
    if (refusals.length > 0)
      this.#page.label("maybe", refusals.map((text) => printable(this.#page.in.phrase(text))).join(this.#page.in.text("; ")));
    if (unchecked.length > 0)
      this.#page.label(
        "blind",
        printable(unchecked.map((text) => blindText(text, this.#page.in)).join(this.#page.in.text("; "))),
      );
    this.#cost(r);
    this.#logs(r.logs ?? []);
    this.#page.line();
  }

  #loggedError({ connection, reaction: r }: UnexplainedEvent): void {
    const code = r.errorCode === undefined ? this.#page.in.text("an error") : r.errorCode;
    const where = placeText(connection, 0, { packet: 0, line: r.logs?.[0]?.line ?? 0 }, this.#page.in);
    this.#page.line(
      `${this.#page.style.yellow(`? ${this.#page.in.text("unexplained")}`)}  ${this.#page.style.bold(code)}  ${this.#page.style.dim(where)}`,
    );
    const from = r.from ?? "server";
    const [line] = r.logs ?? [];
    const text =
      line?.side === undefined
        ? "The log reports {code}, and nothing that explains it."
        : line.tells === "fault"
          ? "The log of the {side} reports a fault of the {other}, and nothing that explains it."
          : "The log reports {code} from the {side}, and nothing that explains it.";
    const data = { code, side: this.#page.in.text(from), other: this.#page.in.text(from === "client" ? "server" : "client") };
    for (const line of wrap(this.#page.in.text(text, data), this.#page.width - 2)) this.#page.line(`  ${line}`);
    this.#page.line();
    if (r.explanation !== undefined) this.#page.label("says", printable(this.#page.in.phrase(r.explanation)));
    this.#logs(r.logs ?? []);
    this.#page.line();
  }
}

interface Row {
  readonly packet: number;
  /** Of a log, instead. */
  readonly line?: number;
  readonly time: string;
  readonly from: string;
  readonly mark: string;
  readonly name: string;
  readonly detail: string;
  /** On separate lines. */
  readonly extra?: string;
  /** What the capture says beside the packet. */
  readonly comment?: string;
}

const numberOf = ({ packet, line }: Pick<Row, "packet" | "line">): number => line ?? packet;

const shortList = (ids: readonly number[]): string => {
  const unique = [...new Set(ids)];
  return unique.length <= 6 ? unique.join(", ") : `${unique.slice(0, 5).join(", ")}, ... ${unique.at(-1)}`;
};

const listed = (texts: readonly string[], say: Language): string => {
  const first = texts.slice(0, 3).join(say.text(", "));
  return texts.length <= 3 ? first : say.text("{first} and {n} more", { first, n: texts.length - 3 });
};

// What a line says most by.
const TELLS = ["fault", "sent", "received", "symptom", "close", "frame"];
