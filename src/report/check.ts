// `h2lint check` in a terminal: a line on the captures, a story for each finding, a line at the end.
import { isOfLog } from "../diagnostic.ts";
import { english, type Language } from "../lang/language.ts";
import type { Rule } from "../rules/rule.ts";
import { severities } from "../rules/severity.ts";
import { answerName, isAnswered, noAnswer } from "./answer.ts";
import type {
  BaselineEvent,
  BudgetEvent,
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  LogInfo,
  LogLineObject,
  ReactionObject,
  ReportEvent,
  RunEvent,
  SummaryEvent,
  UnexplainedEvent,
} from "./event.ts";
import { budgetName, budgetPlace, counts, isLikely, placeOf, placeText, positionText } from "./failing.ts";
import { frameDetail, frameName } from "./frame-line.ts";
import { lostCalls, sightsOf } from "./lost.ts";
import type { Output, Report } from "./report.ts";
import { between, type Look, labelled, Style, wrap } from "./style.ts";
import { rowTable } from "./table.ts";
import { count, counted, duration, printable } from "./text.ts";
import { padEnd, widthOf } from "./width.ts";

export function checkReport(output: Output, look: Look, rules: readonly Rule[]): Report {
  const style = new Style(look);
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const connections = new Map<number, ConnectionEvent>();
  const findings: FindingEvent[] = [];
  const unexplained: UnexplainedEvent[] = [];
  const diagnostics: DiagnosticEvent[] = [];
  const budgets: BudgetEvent[] = [];
  let run: RunEvent | undefined;
  let baseline: BaselineEvent | undefined;
  let summary: SummaryEvent | undefined;
  return {
    event(event: ReportEvent) {
      if (event.kind === "run") run = event;
      else if (event.kind === "connection") connections.set(event.id, event);
      else if (event.kind === "finding") findings.push(event);
      else if (event.kind === "unexplained") {
        if (event.baseline !== true) unexplained.push(event);
      } else if (event.kind === "diagnostic") diagnostics.push(event);
      else if (event.kind === "baseline") baseline = event;
      else if (event.kind === "budget") budgets.push(event);
      else summary = event;
    },
    end() {
      const write = new Story(output, style, byId, connections);
      if (!look.quiet) write.head(run!, summary!);
      // Of a log alone little can be proven: it is told what it suggests.
      const all = run!.captures.length === 0;
      const shown = findings.filter((f) => all || shows(f, look));
      const groups = grouped(shown);
      // Advice is a line each, unless asked for: it shall not bury what is wrong.
      const inShort = (group: readonly FindingEvent[]) =>
        !look.verbose && group[0]!.severity === "info" && !group.some(({ reaction }) => isAnswered(reaction));
      for (const group of groups) if (!inShort(group)) write.group(group);
      write.advice(groups.filter(inShort));
      for (const one of unexplained) write.unexplained(one);
      write.budgets(budgets);
      const hidden = findings.filter((f) => f.baseline !== true && !shown.includes(f)).length;
      if (!look.quiet) write.diagnostics(diagnostics);
      if (!look.quiet && baseline !== undefined) write.baseline(baseline);
      write.foot(summary!, diagnostics, hidden);
    },
  };
}

// Consequences and what is not proven are there to look up, not to alarm.
const shows = (f: FindingEvent, look: Look): boolean =>
  look.verbose || ((counts(f) || isLikely(f)) && (f.severity !== "info" || !look.quiet));

/** Findings that tell the same story, the worst first, in order of time. */
function grouped(findings: readonly FindingEvent[]): FindingEvent[][] {
  const groups = new Map<string, FindingEvent[]>();
  for (const finding of findings) {
    const key = `${finding.fingerprint} ${finding.certainty} ${finding.consequent} ${finding.baseline === true}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  const rank = (f: FindingEvent) =>
    severities.indexOf(f.severity) +
    (f.certainty === "unproven" ? 3 : 0) +
    (f.consequent ? 6 : 0) +
    (f.baseline === true ? 12 : 0);
  return [...groups.values()].sort((a, b) => rank(a[0]!) - rank(b[0]!) || between(b[0]!.frame.time, a[0]!.frame.time));
}

class Story {
  readonly #output: Output;
  readonly #style: Style;
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #connections: ReadonlyMap<number, ConnectionEvent>;
  readonly #width: number;
  readonly #in: Language;

  constructor(output: Output, style: Style, rules: ReadonlyMap<string, Rule>, connections: ReadonlyMap<number, ConnectionEvent>) {
    this.#output = output;
    this.#style = style;
    this.#in = style.look.language ?? english;
    this.#rules = rules;
    this.#connections = connections;
    // Stories are read, not scanned: longer lines do not help.
    this.#width = Math.min(style.look.width, 110);
  }

  #line(text = ""): void {
    this.#output(`${text}\n`);
  }

  head(run: RunEvent, summary: SummaryEvent): void {
    const { dot } = this.#style.mark;
    const names = run.captures.length > 0 ? run.captures : (run.logs ?? []);
    const files =
      names.length <= 3 ? names.join(", ") : this.#in.text("{first} and {n} more", { first: names[0]!, n: names.length - 1 });
    const packets = summary.captures.reduce((sum, { packets }) => sum + packets, 0);
    const lines = (summary.logs ?? []).reduce((sum, log) => sum + log.lines, 0);
    const parts = [
      run.captures.length > 0 ? counted(this.#in, packets, "packet") : counted(this.#in, lines, "line"),
      counted(this.#in, summary.connections, "connection"),
      counted(this.#in, summary.frames, "HTTP/2 frame"),
      counted(this.#in, summary.calls, "call"),
      this.#in.text(summary.incomplete ? "incomplete" : "complete"),
    ];
    const text = `${printable(files)}   ${parts.join(` ${dot} `)}`;
    for (const line of wrap(text, this.#style.look.width)) this.#line(this.#style.bold(line));
    for (const log of summary.logs ?? []) this.#log(log);
    this.#line();
  }

  #log({ file, side, formats, lines, read, connections, joined, clockOffset }: LogInfo): void {
    const parts = [
      ...(side === undefined ? [] : [this.#in.text(side)]),
      formats.length === 0 ? this.#in.text("no known format") : formats.join(", "),
      this.#in.text("{read} of {lines} read", { read: count(read), lines: counted(this.#in, lines, "line") }),
      ...(joined === undefined || connections === 0
        ? []
        : [
            this.#in.text("{joined} of {connections} found in the capture", {
              joined: count(joined),
              connections: counted(this.#in, connections, "connection"),
            }),
          ]),
      ...(clockOffset === undefined || Math.abs(clockOffset) < 2
        ? []
        : [
            this.#in.text(clockOffset > 0 ? "its clock is {by} behind" : "its clock is {by} ahead", {
              by: duration(Math.abs(clockOffset) * 1e9),
            }),
          ]),
    ];
    const text = `${this.#in.text("log")} ${printable(file)}   ${parts.join(` ${this.#style.mark.dot} `)}`;
    for (const line of wrap(text, this.#style.look.width)) this.#line(this.#style.dim(line));
  }

  group(group: readonly FindingEvent[]): void {
    const first = group[0]!;
    this.#finding(first);
    if (group.length > 1) this.#repeats(group);
    this.#line();
  }

  advice(groups: readonly (readonly FindingEvent[])[]): void {
    for (const group of groups) {
      const f = group[0]!;
      const times = group.reduce((sum, one) => sum + one.count, 0);
      const on = f.connections === undefined ? "" : this.#in.text(" on {n} connections", { n: count(f.connections) });
      const repeated = times > 1 ? this.#in.text(", {n} times", { n: count(times) }) + on : "";
      const text = `${this.#in.sentence(this.#message(f))} ${f.rule}, ${placeOf(f, this.#in)}${repeated}`;
      const lines = labelled("info", text, 8, this.#width);
      for (const [i, line] of lines.entries()) this.#line(i === 0 ? this.#style.blue("info") + line.slice(4) : line);
    }
    if (groups.length > 0) this.#line();
  }

  #message(f: FindingEvent): string {
    return printable(this.#in.message(f.message, f.data, this.#rules.get(f.rule)));
  }

  #finding(f: FindingEvent): void {
    const { severity } = f;
    const { mark } = this.#style;
    const where = placeOf(f, this.#in);
    const left = `${mark.bad} ${severity.padEnd(5)}  ${f.rule}`;
    const gap = Math.max(this.#width - left.length - widthOf(where), 2);
    const painted = `${this.#style.severity(severity, `${mark.bad} ${severity.padEnd(5)}`)}  ${this.#style.bold(f.rule)}`;
    if (left.length + 2 + widthOf(where) <= this.#width) this.#line(`${painted}${" ".repeat(gap)}${this.#style.dim(where)}`);
    else {
      this.#line(painted);
      this.#line(`  ${this.#style.dim(where)}`);
    }
    if (f.frame.file !== undefined) this.#line(`  ${this.#style.dim(printable(f.frame.file))}`);
    for (const line of wrap(this.#in.sentence(this.#message(f)), this.#width - 2)) this.#line(`  ${line}`);
    if (f.certainty === "unproven") {
      const needs = (f.because ?? []).map((n) => this.#in.text(NEEDS[n] ?? n)).join(this.#in.text("; "));
      for (const line of wrap(this.#in.text("not proven: {needs}", { needs }), this.#width - 2))
        this.#line(`  ${this.#style.yellow(line)}`);
    }
    if (f.consequent) this.#line(`  ${this.#style.dim(this.#in.text("a consequence of the fault before it"))}`);
    if (f.baseline === true) this.#line(`  ${this.#style.dim(this.#in.text("known: it is in the baseline"))}`);
    this.#line();
    this.#frames(f);
    this.#line();
    this.#answer(f);
    this.#logs(f.reaction.logs ?? []);
    const rule = this.#rules.get(f.rule);
    if (rule !== undefined) this.#label("fix", this.#in.rule(rule).fix);
    const spec = f.spec.map(({ document, section }) => `${document}, ${section}`).join("; ");
    this.#label("more", `h2lint explain ${f.rule}   (${spec})`);
    if (f.hides.length > 0) this.#label("also", f.hides.join(", "));
    if (this.#style.look.verbose)
      for (const { points, reason } of f.reaction.evidence ?? []) this.#label("", `${points > 0 ? "+" : ""}${points} ${reason}`);
  }

  #label(label: string, text: string): void {
    for (const line of labelled(`  ${this.#in.text(label)}`, text, 10, this.#width)) this.#line(line);
  }

  #frames(f: FindingEvent): void {
    const { reaction } = f;
    const rows: Row[] = f.related.map((frame) => ({
      ...frame,
      mark: "",
      name: frameName(frame),
      detail: frameDetail(frame, this.#in),
    }));
    rows.push({ ...f.frame, mark: this.#style.mark.to, name: frameName(f.frame), detail: frameDetail(f.frame, this.#in) });
    if (reaction.frame !== undefined && isAnswered(reaction)) {
      const { frame, debug } = reaction;
      const extra = debug === undefined || debug === "" ? {} : { extra: `"${printable(debug)}"` };
      rows.push({
        ...frame,
        mark: this.#style.mark.from,
        name: frameName(frame),
        detail: frameDetail(frame, this.#in),
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
        mark: this.#style.mark.from,
        name: (reaction.kind ?? "").toUpperCase(),
        detail: "",
        ...(reaction.comment === undefined ? {} : { comment: reaction.comment }),
      });
    } else if (closed !== undefined && isAnswered(reaction)) {
      rows.push({ packet: closed.packet, time: closed.time, from, mark: "", name: closed.how.toUpperCase(), detail: "" });
    }
    rows.sort((a, b) => between(b.time, a.time) || numberOf(a) - numberOf(b));
    const start = this.#connections.get(f.connection)?.start;
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
    const wide = this.#width >= 90;
    const lead = `  ${mark.padEnd(2)}${String(inLog ?? packet).padStart(6)}${wide ? at.padStart(12) : ""}  ${padEnd(this.#in.text(from), 6)}  `;
    const column = name.padEnd(11);
    const margin = widthOf(lead);
    const indent = margin + column.length + 2;
    const lines = detail === "" ? [] : wrap(detail, this.#width - indent);
    const paint = mark === "" ? (s: string) => s : mark === this.#style.mark.to ? this.#style.red : this.#style.cyan;
    this.#line(paint(`${lead}${column}${lines[0] === undefined ? "" : `  ${lines[0]}`}`.trimEnd()));
    for (const line of lines.slice(1)) this.#line(paint(" ".repeat(indent) + line));
    const said = comment?.split("\n").map((line) => `(${printable(line)})`) ?? [];
    for (const text of extra === undefined ? said : [extra, ...said])
      for (const line of wrap(text, this.#width - margin - 4)) this.#line(paint(" ".repeat(margin + 4) + line));
  }

  #answer(f: FindingEvent): void {
    const { reaction: r } = f;
    const say = this.#in;
    if (!isAnswered(r)) {
      this.#label("answer", noAnswer(r, say));
      if (r.kind !== undefined && this.#style.look.verbose)
        this.#label(
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
        this.#label("then", say.text(end, { side, code: own.errorCode ?? "undefined", delay: duration(own.delay) }));
      }
      return;
    }
    const sure = say.text(r.confidence ?? "");
    const explanation = r.explanation === undefined ? undefined : printable(say.text(r.explanation));
    if (r.kind === "log-only") {
      const why = explanation === undefined ? "" : `${say.text(": ")}${explanation}`;
      const what =
        r.errorCode === undefined
          ? answerName(r, say)
          : say.text("GOAWAY {code}, which only the log tells of", { code: r.errorCode });
      this.#label("answer", `${what}${say.text(", ")}${sure}${why}`);
      return;
    }
    const silent = r.kind === "fin" || r.kind === "rst";
    const verdict = say.text(silent ? "the other side gave no reason" : (VERDICTS[r.verdict] ?? r.verdict));
    const closed =
      r.closed === undefined
        ? ""
        : say.text(", then {how} after {delay}", { how: r.closed.how.toUpperCase(), delay: duration(r.closed.delay) });
    const after = say.text("{answer} after {delay}", { answer: answerName(r, say), delay: duration(r.delay ?? 0) });
    this.#label("answer", `${after}${closed}${say.text(", ")}${sure}${say.text(": ")}${explanation ?? verdict}`);
    if (r.also !== undefined) {
      const others = r.also.map(({ rule, packet }) => say.text("{rule} (packet {packet})", { rule, packet }));
      this.#label("", say.text("it may be about {others} as well", { others: listed(others, say) }));
    }
    for (const { kind, errorCode = "", delay, packet } of r.further ?? []) {
      const answer = `${kind.toUpperCase().replace("-", "_")} ${errorCode}`;
      this.#label(
        "then",
        say.text("{answer} after {delay} (packet {packet}), for the same", { answer, delay: duration(delay), packet }),
      );
    }
    this.#cost(r);
  }

  // All that tells of it, or of each log what says most.
  #logs(lines: readonly LogLineObject[]): void {
    const most = (of: readonly LogLineObject[]) =>
      TELLS.map((tells) => of.find((line) => line.tells === tells)).find((line) => line !== undefined);
    const files = [...new Set(lines.map(({ file }) => file))];
    const shown = this.#style.look.verbose
      ? lines
      : files.flatMap((name) => most(lines.filter(({ file }) => file === name)) ?? []);
    for (const { file, line, text, confidence } of shown) {
      const sure = confidence === "exact" ? "" : ` (${this.#in.text(confidence)})`;
      this.#label("log", `${printable(file)}:${line}${sure}`);
      const said = printable(text.trim());
      const rows = wrap(said, this.#width - 12);
      const kept = this.#style.look.verbose ? rows : rows.slice(0, 3);
      for (const [i, row] of kept.entries())
        this.#line(`            ${row}${i === kept.length - 1 && kept.length < rows.length ? " ..." : ""}`);
    }
    const hidden = lines.length - shown.length;
    if (hidden > 0) this.#label("", this.#in.text("{lines} with --verbose", { lines: counted(this.#in, hidden, "more line") }));
  }

  #cost(r: Omit<ReactionObject, "verdict">): void {
    const { streamsKilled: killed = [], retrySafe: safe = [] } = r;
    if (killed.length === 0) return;
    const say = this.#in;
    const retry =
      safe.length === killed.length
        ? say.text("safe to retry: not acted on")
        : safe.length === 0
          ? say.text("not safe to retry (the handler may have run)")
          : say.text("{calls} of them safe to retry", { calls: counted(say, safe.length, "call") });
    const calls = counted(say, killed.length, "call");
    this.#label("cost", say.text("{calls} lost: {which}; {retry}", { calls, which: printable(lostCalls(r, say)), retry }));
    const saw = sightsOf(r).map((sight) => say.text(sight));
    const seen = killed.length === 1 ? "the caller probably saw {saw}" : "callers probably saw {saw}";
    if (saw.length > 0) this.#label("seen", say.text(seen, { saw: printable(saw.join(say.text(", or "))) }));
  }

  // One story, and where else it happened.
  #repeats(group: readonly FindingEvent[]): void {
    const answers = new Map<string, FindingEvent[]>();
    for (const f of group) {
      const answer = isAnswered(f.reaction)
        ? `${(f.reaction.kind ?? "").toUpperCase()} ${f.reaction.errorCode ?? f.reaction.status ?? ""}`.trimEnd()
        : this.#in.text(f.reaction.verdict);
      answers.set(answer, [...(answers.get(answer) ?? []), f]);
    }
    const connections = new Set(group.map((f) => f.connection));
    this.#line();
    const times = count(group.reduce((sum, f) => sum + f.count, 0));
    const on = counted(this.#in, connections.size, "connection");
    this.#line(`  ${this.#in.text("{times} times on {connections}:", { times, connections: on })}`);
    const rows = [...answers].map(([answer, list]) => [
      answer,
      list.reduce((sum, f) => sum + f.count, 0),
      positionText(list[0]!.frame, this.#in),
      positionText(list.at(-1)!.frame, this.#in),
      shortList(list.map((f) => f.connection)),
    ]);
    const head = ["answer", "times", "first", "last", "connections"].map((title) => this.#in.text(title));
    const table = rowTable(head, rows, this.#width - 4);
    for (const line of table.split("\n")) this.#line(`    ${line}`);
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
    const where = placeText(connection, stream, r.frame?.line === undefined ? packet : r.frame, this.#in);
    this.#line(
      `${this.#style.yellow(`? ${this.#in.text("unexplained")}`)}  ${this.#style.bold(answerName(r, this.#in))}  ${this.#style.dim(where)}`,
    );
    const answer = answerName(r, this.#in);
    const text = "the {side} answered with {answer}, and nothing that was found explains it";
    for (const line of wrap(this.#in.sentence(this.#in.text(text, { side: this.#in.text(from), answer })), this.#width - 2))
      this.#line(`  ${line}`);
    this.#line();
    const start = this.#connections.get(connection)?.start;
    for (const frame of before)
      this.#row({ ...frame, mark: "", name: frameName(frame), detail: frameDetail(frame, this.#in) }, start);
    const extra = r.debug === undefined || r.debug === "" ? {} : { extra: `"${printable(r.debug)}"` };
    const named =
      r.frame === undefined
        ? { name: (r.kind ?? "").toUpperCase(), detail: "" }
        : { name: frameName(r.frame), detail: frameDetail(r.frame, this.#in) };
    const inLog = r.frame?.line === undefined ? {} : { line: r.frame.line };
    this.#row({ packet, ...inLog, time, from, mark: this.#style.mark.from, ...named, ...extra }, start);
    this.#line();
    if (r.explanation !== undefined) this.#label("says", printable(this.#in.text(r.explanation)));
    if (refusals.length > 0)
      this.#label("maybe", refusals.map((text) => printable(this.#in.text(text))).join(this.#in.text("; ")));
    if (unchecked.length > 0)
      this.#label("blind", printable(unchecked.map((text) => this.#in.text(text)).join(this.#in.text("; "))));
    this.#cost(r);
    this.#logs(r.logs ?? []);
    this.#line();
  }

  #loggedError({ connection, reaction: r }: UnexplainedEvent): void {
    const code = r.errorCode === undefined ? this.#in.text("an error") : r.errorCode;
    const where = placeText(connection, 0, { packet: 0, line: r.logs?.[0]?.line ?? 0 }, this.#in);
    this.#line(
      `${this.#style.yellow(`? ${this.#in.text("unexplained")}`)}  ${this.#style.bold(code)}  ${this.#style.dim(where)}`,
    );
    const text = "The log tells of {code} of the {side}, and of nothing that explains it.";
    for (const line of wrap(this.#in.text(text, { code, side: this.#in.text(r.from ?? "server") }), this.#width - 2))
      this.#line(`  ${line}`);
    this.#line();
    if (r.explanation !== undefined) this.#label("says", printable(this.#in.text(r.explanation)));
    this.#logs(r.logs ?? []);
    this.#line();
  }

  diagnostics(diagnostics: readonly DiagnosticEvent[]): void {
    const shown = diagnostics.filter(({ severity }) => this.#style.look.verbose || severity !== "info");
    for (const { severity, count: times, message, place } of shown.slice(0, this.#style.look.verbose ? undefined : 20)) {
      const paint = severity === "error" ? this.#style.red : severity === "loss" ? this.#style.yellow : this.#style.dim;
      const where =
        place["line"] !== undefined
          ? ` (${positionText({ packet: 0, line: Number(place["line"]) }, this.#in)})`
          : place["packet"] === undefined
            ? ""
            : ` (${positionText({ packet: Number(place["packet"]) }, this.#in)})`;
      const lines = wrap(
        `${printable(this.#in.text(message))}${times > 1 ? this.#in.text("; {n} times", { n: count(times) }) : ""}${where}`,
        this.#width - 10,
      );
      for (const [i, line] of lines.entries()) this.#line(`${paint(i === 0 ? severity.padEnd(8) : " ".repeat(8))}  ${line}`);
    }
    if (shown.length > 0) this.#line();
  }

  baseline({ file, stale, expired }: BaselineEvent): void {
    const { yellow, look } = this.#style;
    const lines = [
      ...expired.map(
        ({ fingerprint, rule, expires }) =>
          `${fingerprint}  ${this.#in.text("{rule} was accepted until {expires}, and is still there", { rule, expires: String(expires) })}`,
      ),
      ...stale.map(
        ({ fingerprint, rule, message }) =>
          `${fingerprint}  ${this.#in.text("{rule} matched nothing: {message}", { rule, message })}`,
      ),
    ].map((text) => printable(`${file}: ${text}`));
    // A line each, whatever its length allows.
    for (const line of lines) this.#line(yellow(line.length > look.width ? `${line.slice(0, look.width - 3)}...` : line));
    if (lines.length > 0) this.#line();
  }

  /** What of the budgets did not hold; all of them where everything is told. */
  budgets(budgets: readonly BudgetEvent[]): void {
    const { mark, look } = this.#style;
    for (const budget of budgets) {
      const { status, asserted, message, because, places } = budget;
      if (status === "broken") {
        this.#line(`${this.#style.severity("error", `${mark.bad} error`)}  ${this.#style.bold(budgetName(budget))}`);
        for (const line of wrap(
          this.#in.sentence(this.#in.text("asserted: {asserted}", { asserted: printable(asserted) })),
          this.#width - 2,
        ))
          this.#line(`  ${line}`);
        this.#label("seen", printable(message));
        for (const [i, place] of places.entries()) this.#label(i === 0 ? "where" : "", printable(budgetPlace(place)));
        this.#line();
      } else if (look.verbose || (status === "undecided" && !look.quiet)) {
        const text = `${asserted}: ${message}${because === undefined ? "" : `; ${because}`}`;
        const lines = labelled(status, `${budgetName(budget)}  ${printable(text)}`, 11, this.#width);
        const paint = status === "held" ? this.#style.green : this.#style.yellow;
        for (const [i, line] of lines.entries()) this.#line(i === 0 ? `${paint(status)}${line.slice(status.length)}` : line);
      }
    }
    const told = budgets.some(({ status }) => (status !== "broken" && look.verbose) || (status === "undecided" && !look.quiet));
    if (told) this.#line();
  }

  foot(summary: SummaryEvent, diagnostics: readonly DiagnosticEvent[], hidden: number): void {
    const { dot } = this.#style.mark;
    const { errors, warnings, infos } = summary;
    const isCapture = summary.captures.length > 0;
    const lost = diagnostics.filter(({ severity, code }) => severity === "loss" && !(isCapture && isOfLog(code))).length;
    const say = this.#in;
    const checked =
      summary.http2Connections === 0
        ? say.text("no HTTP/2 in it")
        : !summary.incomplete
          ? say.text("everything could be checked")
          : [
              ...summary.unchecked.slice(0, 3).map(({ rule, reason, count: n }) => {
                return say.text("{n} unchecked for want of {reason} ({rule})", {
                  n: count(n),
                  reason: say.text(reason),
                  rule: rule ?? "undefined",
                });
              }),
              ...(lost > 0 ? [say.text("the capture is incomplete")] : []),
            ].join(say.text(", ")) ||
            say.text(summary.budgets?.undecided === undefined ? "the capture is incomplete" : "not everything could be checked");
    const found = errors + warnings + infos;
    const asserted = Object.entries(summary.budgets ?? {}).filter(([, times]) => times > 0);
    const tallies = asserted.map(([status, times]) => `${times} ${say.text(status)}`).join(say.text(", "));
    const budgets = asserted.length === 0 ? [] : [say.text("budgets: {tallies}", { tallies })];
    const known = summary.baseline > 0 ? [say.text("{n} in the baseline", { n: count(summary.baseline) })] : [];
    const parts =
      found === 0 && summary.unproven === 0 && summary.unexplained === 0
        ? [say.text(known.length > 0 ? "nothing new" : "no finding"), ...known, ...budgets, checked]
        : [
            [
              counted(say, errors, "error"),
              counted(say, warnings, "warning"),
              ...(infos > 0 ? [say.text("{n} info", { n: count(infos) })] : []),
            ].join(say.text(", ")),
            ...(summary.due > 0
              ? [say.text("answered {n} of {due}", { n: count(summary.answered), due: count(summary.due) })]
              : []),
            ...(summary.unexplained > 0
              ? [say.text("{answers} unexplained", { answers: counted(say, summary.unexplained, "answer") })]
              : []),
            ...known,
            ...budgets,
            ...(summary.unproven > 0 ? [say.text("{n} not proven", { n: count(summary.unproven) })] : []),
            ...(hidden > 0 && !this.#style.look.verbose ? [say.text("{n} more with --verbose", { n: count(hidden) })] : []),
            checked,
          ];
    const paint =
      errors > 0 || (summary.budgets?.broken ?? 0) > 0 ? this.#style.red : warnings > 0 ? this.#style.yellow : this.#style.green;
    for (const line of wrap(parts.join(` ${dot} `), this.#style.look.width)) this.#line(paint(line));
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
  /** On lines of its own. */
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

export const VERDICTS: Readonly<Record<string, string>> = {
  "as-specified": "what is due",
  "other-code": "another answer than the one due",
  escalated: "more than is due",
};

export const NEEDS: Readonly<Record<string, string>> = {
  start: "the start of the connection was not captured",
  start2: "the start of the connection was not captured in both directions",
  "no-gap": "octets before it are missing",
  "no-gap2": "octets are missing",
  borders: "frame borders are a guess since octets were lost",
  seen: "the start of the stream was not captured",
  hpack: "not all fields are known",
  settings: "settings may be missing",
  acks: "there are no TCP acknowledgments to tell what was known",
  body: "the message is not whole",
  end: "the capture ends too soon",
  proto: "the schema is not known",
  roles: "who is the client is a guess",
  processed: "it is likely, not certain, that it had been read by then",
  capture: "the log does not show the frames",
};
