// `h2lint check` in a terminal: a line on the captures, a story for each finding, a line at the end.
import { isOfLog } from "../diagnostic.ts";
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
import { count, duration, plural, printable } from "./text.ts";

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

  constructor(output: Output, style: Style, rules: ReadonlyMap<string, Rule>, connections: ReadonlyMap<number, ConnectionEvent>) {
    this.#output = output;
    this.#style = style;
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
    const files = names.length <= 3 ? names.join(", ") : `${names[0]} and ${names.length - 1} more`;
    const packets = summary.captures.reduce((sum, { packets }) => sum + packets, 0);
    const lines = (summary.logs ?? []).reduce((sum, log) => sum + log.lines, 0);
    const parts = [
      run.captures.length > 0 ? plural(packets, "packet") : plural(lines, "line"),
      plural(summary.connections, "connection"),
      plural(summary.frames, "HTTP/2 frame"),
      plural(summary.calls, "call"),
      summary.incomplete ? "incomplete" : "complete",
    ];
    const text = `${printable(files)}   ${parts.join(` ${dot} `)}`;
    for (const line of wrap(text, this.#style.look.width)) this.#line(this.#style.bold(line));
    for (const log of summary.logs ?? []) this.#log(log);
    this.#line();
  }

  #log({ file, side, formats, lines, read, connections, joined, clockOffset }: LogInfo): void {
    const parts = [
      ...(side === undefined ? [] : [side]),
      formats.length === 0 ? "no known format" : formats.join(", "),
      `${count(read)} of ${plural(lines, "line")} read`,
      ...(joined === undefined || connections === 0
        ? []
        : [`${count(joined)} of ${plural(connections, "connection")} found in the capture`]),
      ...(clockOffset === undefined || Math.abs(clockOffset) < 2
        ? []
        : [`its clock is ${duration(Math.abs(clockOffset) * 1e9)} ${clockOffset > 0 ? "behind" : "ahead"}`]),
    ];
    const text = `log ${printable(file)}   ${parts.join(` ${this.#style.mark.dot} `)}`;
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
      const on = f.connections === undefined ? "" : ` on ${plural(f.connections, "connection")}`;
      const repeated = times > 1 ? `, ${count(times)} times${on}` : "";
      const text = `${sentence(printable(f.message))} ${f.rule}, ${placeOf(f)}${repeated}`;
      const lines = labelled("info", text, 8, this.#width);
      for (const [i, line] of lines.entries()) this.#line(i === 0 ? this.#style.blue("info") + line.slice(4) : line);
    }
    if (groups.length > 0) this.#line();
  }

  #finding(f: FindingEvent): void {
    const { severity } = f;
    const { mark } = this.#style;
    const where = placeOf(f);
    const left = `${mark.bad} ${severity.padEnd(5)}  ${f.rule}`;
    const gap = Math.max(this.#width - left.length - where.length, 2);
    const painted = `${this.#style.severity(severity, `${mark.bad} ${severity.padEnd(5)}`)}  ${this.#style.bold(f.rule)}`;
    if (left.length + 2 + where.length <= this.#width) this.#line(`${painted}${" ".repeat(gap)}${this.#style.dim(where)}`);
    else {
      this.#line(painted);
      this.#line(`  ${this.#style.dim(where)}`);
    }
    if (f.frame.file !== undefined) this.#line(`  ${this.#style.dim(printable(f.frame.file))}`);
    for (const line of wrap(sentence(printable(f.message)), this.#width - 2)) this.#line(`  ${line}`);
    if (f.certainty === "unproven")
      this.#line(`  ${this.#style.yellow(`not proven: ${(f.because ?? []).map((n) => NEEDS[n] ?? n).join("; ")}`)}`);
    if (f.consequent) this.#line(`  ${this.#style.dim("a consequence of the fault before it")}`);
    if (f.baseline === true) this.#line(`  ${this.#style.dim("known: it is in the baseline")}`);
    this.#line();
    this.#frames(f);
    this.#line();
    this.#answer(f);
    this.#logs(f.reaction.logs ?? []);
    const meta = this.#rules.get(f.rule)?.meta;
    if (meta !== undefined) this.#label("fix", meta.docs.fix);
    const spec = f.spec.map(({ document, section }) => `${document}, ${section}`).join("; ");
    this.#label("more", `h2lint explain ${f.rule}   (${spec})`);
    if (f.hides.length > 0) this.#label("also", f.hides.join(", "));
    if (this.#style.look.verbose)
      for (const { points, reason } of f.reaction.evidence ?? []) this.#label("", `${points > 0 ? "+" : ""}${points} ${reason}`);
  }

  #label(label: string, text: string): void {
    for (const line of labelled(`  ${label}`, text, 10, this.#width)) this.#line(line);
  }

  #frames(f: FindingEvent): void {
    const { reaction } = f;
    const rows: Row[] = f.related.map((frame) => ({ ...frame, mark: "", name: frameName(frame), detail: frameDetail(frame) }));
    rows.push({ ...f.frame, mark: this.#style.mark.to, name: frameName(f.frame), detail: frameDetail(f.frame) });
    if (reaction.frame !== undefined && isAnswered(reaction)) {
      const { frame, debug } = reaction;
      const extra = debug === undefined || debug === "" ? {} : { extra: `"${printable(debug)}"` };
      rows.push({ ...frame, mark: this.#style.mark.from, name: frameName(frame), detail: frameDetail(frame), ...extra });
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
    const lead = `  ${mark.padEnd(2)}${String(inLog ?? packet).padStart(6)}${wide ? at.padStart(12) : ""}  ${from.padEnd(6)}  `;
    const column = name.padEnd(11);
    const indent = lead.length + column.length + 2;
    const lines = detail === "" ? [] : wrap(detail, this.#width - indent);
    const paint = mark === "" ? (s: string) => s : mark === this.#style.mark.to ? this.#style.red : this.#style.cyan;
    this.#line(paint(`${lead}${column}${lines[0] === undefined ? "" : `  ${lines[0]}`}`.trimEnd()));
    for (const line of lines.slice(1)) this.#line(paint(" ".repeat(indent) + line));
    const said = comment?.split("\n").map((line) => `(${printable(line)})`) ?? [];
    for (const text of extra === undefined ? said : [extra, ...said])
      for (const line of wrap(text, this.#width - lead.length - 4)) this.#line(paint(" ".repeat(lead.length + 4) + line));
  }

  #answer(f: FindingEvent): void {
    const { reaction: r } = f;
    if (!isAnswered(r)) {
      this.#label("answer", noAnswer(r));
      if (r.kind !== undefined && this.#style.look.verbose)
        this.#label(
          "maybe",
          `${answerName(r)} after ${duration(r.delay ?? 0)} (packet ${r.frame?.packet ?? r.packet}), possible`,
        );
      const own = r.selfInflicted;
      if (own !== undefined) {
        const end = own.kind === "goaway" ? `sent GOAWAY ${own.errorCode}` : "closed the connection";
        this.#label("then", `the ${f.offender} itself ${end} ${duration(own.delay)} later, on open streams`);
      }
      return;
    }
    if (r.kind === "log-only") {
      const why = r.explanation === undefined ? "" : `: ${printable(r.explanation)}`;
      const what = r.errorCode === undefined ? answerName(r) : `GOAWAY ${r.errorCode}, which only the log tells of`;
      this.#label("answer", `${what}, ${r.confidence}${why}`);
      return;
    }
    const name = answerName(r);
    const silent = r.kind === "fin" || r.kind === "rst";
    const verdict = silent ? "the other side gave no reason" : (VERDICTS[r.verdict] ?? r.verdict);
    const why = r.explanation === undefined ? verdict : printable(r.explanation);
    const closed = r.closed === undefined ? "" : `, then ${r.closed.how.toUpperCase()} after ${duration(r.closed.delay)}`;
    this.#label("answer", `${name} after ${duration(r.delay ?? 0)}${closed}, ${r.confidence}: ${why}`);
    if (r.also !== undefined)
      this.#label("", `it may be about ${listed(r.also.map(({ rule, packet }) => `${rule} (packet ${packet})`))} as well`);
    for (const { kind, errorCode = "", delay, packet } of r.further ?? [])
      this.#label(
        "then",
        `${kind.toUpperCase().replace("-", "_")} ${errorCode} after ${duration(delay)} (packet ${packet}), for the same`,
      );
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
      const sure = confidence === "exact" ? "" : ` (${confidence})`;
      this.#label("log", `${printable(file)}:${line}${sure}`);
      const said = printable(text.trim());
      const rows = wrap(said, this.#width - 12);
      const kept = this.#style.look.verbose ? rows : rows.slice(0, 3);
      for (const [i, row] of kept.entries())
        this.#line(`            ${row}${i === kept.length - 1 && kept.length < rows.length ? " ..." : ""}`);
    }
    const hidden = lines.length - shown.length;
    if (hidden > 0) this.#label("", `${plural(hidden, "more line")} with --verbose`);
  }

  #cost(r: Omit<ReactionObject, "verdict">): void {
    const { streamsKilled: killed = [], retrySafe: safe = [] } = r;
    if (killed.length === 0) return;
    const retry =
      safe.length === killed.length
        ? "safe to retry: not acted on"
        : safe.length === 0
          ? "not safe to retry (the handler may have run)"
          : `${plural(safe.length, "call")} of them safe to retry`;
    this.#label("cost", `${plural(killed.length, "call")} lost: ${printable(lostCalls(r))}; ${retry}`);
    const saw = sightsOf(r);
    if (saw.length > 0)
      this.#label("seen", `${killed.length === 1 ? "the caller" : "callers"} probably saw ${printable(saw.join(", or "))}`);
  }

  // One story, and where else it happened.
  #repeats(group: readonly FindingEvent[]): void {
    const answers = new Map<string, FindingEvent[]>();
    for (const f of group) {
      const answer = isAnswered(f.reaction)
        ? `${(f.reaction.kind ?? "").toUpperCase()} ${f.reaction.errorCode ?? f.reaction.status ?? ""}`.trimEnd()
        : f.reaction.verdict;
      answers.set(answer, [...(answers.get(answer) ?? []), f]);
    }
    const connections = new Set(group.map((f) => f.connection));
    this.#line();
    this.#line(`  ${count(group.reduce((sum, f) => sum + f.count, 0))} times on ${plural(connections.size, "connection")}:`);
    const rows = [...answers].map(([answer, list]) => [
      answer,
      list.reduce((sum, f) => sum + f.count, 0),
      positionText(list[0]!.frame),
      positionText(list.at(-1)!.frame),
      shortList(list.map((f) => f.connection)),
    ]);
    const table = rowTable(["answer", "times", "first", "last", "connections"], rows, this.#width - 4);
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
    const where = placeText(connection, stream, r.frame?.line === undefined ? packet : r.frame);
    this.#line(`${this.#style.yellow("? unexplained")}  ${this.#style.bold(answerName(r))}  ${this.#style.dim(where)}`);
    const text = `the ${from} answered with ${answerName(r)}, and nothing that was found explains it`;
    for (const line of wrap(sentence(text), this.#width - 2)) this.#line(`  ${line}`);
    this.#line();
    const start = this.#connections.get(connection)?.start;
    for (const frame of before) this.#row({ ...frame, mark: "", name: frameName(frame), detail: frameDetail(frame) }, start);
    const extra = r.debug === undefined || r.debug === "" ? {} : { extra: `"${printable(r.debug)}"` };
    const named =
      r.frame === undefined
        ? { name: (r.kind ?? "").toUpperCase(), detail: "" }
        : { name: frameName(r.frame), detail: frameDetail(r.frame) };
    const inLog = r.frame?.line === undefined ? {} : { line: r.frame.line };
    this.#row({ packet, ...inLog, time, from, mark: this.#style.mark.from, ...named, ...extra }, start);
    this.#line();
    if (r.explanation !== undefined) this.#label("says", printable(r.explanation));
    if (refusals.length > 0) this.#label("maybe", refusals.map(printable).join("; "));
    if (unchecked.length > 0) this.#label("blind", printable(unchecked.join("; ")));
    this.#cost(r);
    this.#logs(r.logs ?? []);
    this.#line();
  }

  #loggedError({ connection, reaction: r }: UnexplainedEvent): void {
    const code = r.errorCode === undefined ? "an error" : r.errorCode;
    const where = `connection ${connection}, line ${r.logs?.[0]?.line ?? 0}`;
    this.#line(`${this.#style.yellow("? unexplained")}  ${this.#style.bold(code)}  ${this.#style.dim(where)}`);
    this.#line(`  The log tells of ${code} of the ${r.from ?? "server"}, and of nothing that explains it.`);
    this.#line();
    if (r.explanation !== undefined) this.#label("says", printable(r.explanation));
    this.#logs(r.logs ?? []);
    this.#line();
  }

  diagnostics(diagnostics: readonly DiagnosticEvent[]): void {
    const shown = diagnostics.filter(({ severity }) => this.#style.look.verbose || severity !== "info");
    for (const { severity, count: times, message, place } of shown.slice(0, this.#style.look.verbose ? undefined : 20)) {
      const paint = severity === "error" ? this.#style.red : severity === "loss" ? this.#style.yellow : this.#style.dim;
      const where =
        place["line"] !== undefined
          ? ` (line ${place["line"]})`
          : place["packet"] === undefined
            ? ""
            : ` (packet ${place["packet"]})`;
      const lines = wrap(`${printable(message)}${times > 1 ? `; ${count(times)} times` : ""}${where}`, this.#width - 10);
      for (const [i, line] of lines.entries()) this.#line(`${paint(i === 0 ? severity.padEnd(8) : " ".repeat(8))}  ${line}`);
    }
    if (shown.length > 0) this.#line();
  }

  baseline({ file, stale, expired }: BaselineEvent): void {
    const { yellow, look } = this.#style;
    const lines = [
      ...expired.map(
        ({ fingerprint, rule, expires }) => `${fingerprint}  ${rule} was accepted until ${expires}, and is still there`,
      ),
      ...stale.map(({ fingerprint, rule, message }) => `${fingerprint}  ${rule} matched nothing: ${message}`),
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
        for (const line of wrap(sentence(printable(`asserted: ${asserted}`)), this.#width - 2)) this.#line(`  ${line}`);
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
    const checked =
      summary.http2Connections === 0
        ? "no HTTP/2 in it"
        : !summary.incomplete
          ? "everything could be checked"
          : [
              ...summary.unchecked
                .slice(0, 3)
                .map(({ rule, reason, count: n }) => `${count(n)} unchecked for want of ${reason} (${rule})`),
              ...(lost > 0 ? ["the capture is incomplete"] : []),
            ].join(", ") ||
            (summary.budgets?.undecided === undefined ? "the capture is incomplete" : "not everything could be checked");
    const found = errors + warnings + infos;
    const asserted = Object.entries(summary.budgets ?? {}).filter(([, times]) => times > 0);
    const budgets =
      asserted.length === 0 ? [] : [`budgets: ${asserted.map(([status, times]) => `${times} ${status}`).join(", ")}`];
    const known = summary.baseline > 0 ? [`${count(summary.baseline)} in the baseline`] : [];
    const parts =
      found === 0 && summary.unproven === 0 && summary.unexplained === 0
        ? [known.length > 0 ? "nothing new" : "no finding", ...known, ...budgets, checked]
        : [
            [plural(errors, "error"), plural(warnings, "warning"), ...(infos > 0 ? [`${count(infos)} info`] : [])].join(", "),
            ...(summary.due > 0 ? [`answered ${count(summary.answered)} of ${count(summary.due)}`] : []),
            ...(summary.unexplained > 0 ? [`${plural(summary.unexplained, "answer")} unexplained`] : []),
            ...known,
            ...budgets,
            ...(summary.unproven > 0 ? [`${count(summary.unproven)} not proven`] : []),
            ...(hidden > 0 && !this.#style.look.verbose ? [`${count(hidden)} more with --verbose`] : []),
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

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const shortList = (ids: readonly number[]): string => {
  const unique = [...new Set(ids)];
  return unique.length <= 6 ? unique.join(", ") : `${unique.slice(0, 5).join(", ")}, ... ${unique.at(-1)}`;
};

const listed = (texts: readonly string[]): string =>
  texts.length <= 3 ? texts.join(", ") : `${texts.slice(0, 3).join(", ")} and ${texts.length - 3} more`;

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
