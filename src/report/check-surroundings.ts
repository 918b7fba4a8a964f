// What stands around the findings of `h2lint check` in a terminal: a line on the captures, diagnostics, budgets, and a line at the end.
import { isOfLog } from "../diagnostic.ts";
import { uncheckedText } from "./answer-words.ts";
import type { Page } from "./check-page.ts";
import type { BaselineEvent, BudgetEvent, DiagnosticEvent, LogInfo, RunEvent, SummaryEvent } from "./event.ts";
import { budgetName, budgetPlace, positionText } from "./failing.ts";
import { labelled, wrap } from "./style.ts";
import { count, counted, duration, printable } from "./text.ts";
import { shortened } from "./width.ts";

/** The first lines and the last ones. */
export class Surroundings {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  head(run: RunEvent, summary: SummaryEvent): void {
    const { dot } = this.#page.style.mark;
    const names = run.captures.length > 0 ? run.captures : (run.logs ?? []);
    const files =
      names.length <= 3
        ? names.join(", ")
        : this.#page.in.text("{first} and {n} more", { first: names[0]!, n: names.length - 1 });
    const packets = summary.captures.reduce((sum, { packets }) => sum + packets, 0);
    const lines = (summary.logs ?? []).reduce((sum, log) => sum + log.lines, 0);
    const parts = [
      run.captures.length > 0 ? counted(this.#page.in, packets, "packet") : counted(this.#page.in, lines, "line"),
      counted(this.#page.in, summary.connections, "connection"),
      counted(this.#page.in, summary.frames, "HTTP/2 frame"),
      counted(this.#page.in, summary.calls, "call"),
      this.#page.in.text(summary.incomplete ? "incomplete" : "complete"),
    ];
    const text = `${printable(files)}   ${parts.join(` ${dot} `)}`;
    for (const line of wrap(text, this.#page.style.look.width)) this.#page.line(this.#page.style.bold(line));
    for (const log of summary.logs ?? []) this.#log(log);
    this.#page.line();
  }

  #log({ file, side, formats, lines, read, connections, joined, clockOffset }: LogInfo): void {
    const parts = [
      ...(side === undefined ? [] : [this.#page.in.text(side)]),
      formats.length === 0 ? this.#page.in.text("no known format") : formats.join(", "),
      this.#page.in.text("{read} of {lines} read", { read: count(read), lines: counted(this.#page.in, lines, "line") }),
      ...(joined === undefined || connections === 0
        ? []
        : [
            this.#page.in.text("{joined} of {connections} found in the capture", {
              joined: count(joined),
              connections: counted(this.#page.in, connections, "connection"),
            }),
          ]),
      ...(clockOffset === undefined || Math.abs(clockOffset) < 2
        ? []
        : [
            this.#page.in.text(clockOffset > 0 ? "its clock is {by} behind" : "its clock is {by} ahead", {
              by: duration(Math.abs(clockOffset) * 1e9),
            }),
          ]),
    ];
    const text = `${this.#page.in.text("log")} ${printable(file)}   ${parts.join(` ${this.#page.style.mark.dot} `)}`;
    for (const line of wrap(text, this.#page.style.look.width)) this.#page.line(this.#page.style.dim(line));
  }

  diagnostics(diagnostics: readonly DiagnosticEvent[]): void {
    const shown = diagnostics.filter(({ severity }) => this.#page.style.look.verbose || severity !== "info");
    for (const { severity, count: times, message, place } of shown.slice(0, this.#page.style.look.verbose ? undefined : 20)) {
      const paint =
        severity === "error" ? this.#page.style.red : severity === "loss" ? this.#page.style.yellow : this.#page.style.dim;
      const where =
        place["line"] !== undefined
          ? ` (${positionText({ packet: 0, line: Number(place["line"]) }, this.#page.in)})`
          : place["packet"] === undefined
            ? ""
            : ` (${positionText({ packet: Number(place["packet"]) }, this.#page.in)})`;
      const lines = wrap(
        `${printable(this.#page.in.phrase(message))}${times > 1 ? this.#page.in.text("; {n} times", { n: count(times) }) : ""}${where}`,
        this.#page.width - 10,
      );
      for (const [i, line] of lines.entries()) this.#page.line(`${paint(i === 0 ? severity.padEnd(8) : " ".repeat(8))}  ${line}`);
    }
    if (shown.length > 0) this.#page.line();
  }

  baseline({ file, stale, expired }: BaselineEvent): void {
    const { yellow, look } = this.#page.style;
    const lines = [
      ...expired.map(
        ({ fingerprint, rule, expires }) =>
          `${fingerprint}  ${this.#page.in.text("{rule} was accepted until {expires}, and is still there", { rule, expires: String(expires) })}`,
      ),
      ...stale.map(
        ({ fingerprint, rule, message }) =>
          `${fingerprint}  ${this.#page.in.text("{rule} matched nothing: {message}", { rule, message })}`,
      ),
    ].map((text) => printable(`${file}: ${text}`));
    // One line each, whatever its length.
    for (const line of lines) this.#page.line(yellow(shortened(line, look.width)));
    if (lines.length > 0) this.#page.line();
  }

  /** What of the budgets did not hold; all of them where everything is shown. */
  budgets(budgets: readonly BudgetEvent[]): void {
    const { mark, look } = this.#page.style;
    for (const budget of budgets) {
      const { status, asserted, message, because, places } = budget;
      if (status === "broken") {
        this.#page.line(
          `${this.#page.style.severity("error", `${mark.bad} error`)}  ${this.#page.style.bold(budgetName(budget))}`,
        );
        for (const line of wrap(
          this.#page.in.sentence(
            this.#page.in.text("asserted: {asserted}", { asserted: printable(this.#page.in.word("budget", asserted)) }),
          ),
          this.#page.width - 2,
        ))
          this.#page.line(`  ${line}`);
        this.#page.label("seen", printable(this.#page.in.word("budget", message)));
        for (const [i, place] of places.entries())
          this.#page.label(i === 0 ? "where" : "", printable(budgetPlace(place, this.#page.in)));
        this.#page.line();
      } else if (look.verbose || (status === "undecided" && !look.quiet)) {
        const say = this.#page.in;
        const seen = because === undefined ? [message] : [message, because];
        const told = seen.map((one) => say.word("budget", one)).join(say.text("; "));
        const text = `${say.word("budget", asserted)}${say.text(": ")}${told}`;
        const named = say.text(status);
        const lines = labelled(named, `${budgetName(budget)}  ${printable(text)}`, 11, this.#page.width);
        const paint = status === "held" ? this.#page.style.green : this.#page.style.yellow;
        for (const [i, line] of lines.entries()) this.#page.line(i === 0 ? `${paint(named)}${line.slice(named.length)}` : line);
      }
    }
    const told = budgets.some(({ status }) => (status !== "broken" && look.verbose) || (status === "undecided" && !look.quiet));
    if (told) this.#page.line();
  }

  foot(summary: SummaryEvent, diagnostics: readonly DiagnosticEvent[], hidden: number): void {
    const { dot } = this.#page.style.mark;
    const { errors, warnings, infos } = summary;
    const isCapture = summary.captures.length > 0;
    const lost = diagnostics.filter(({ severity, code }) => severity === "loss" && !(isCapture && isOfLog(code))).length;
    const say = this.#page.in;
    const checked =
      summary.http2Connections === 0
        ? say.text("no HTTP/2 found")
        : !summary.incomplete
          ? say.text("everything could be checked")
          : [
              ...summary.unchecked.slice(0, 3).map((one) => uncheckedText(one, say)),
              ...(lost > 0 ? [say.text("the capture is incomplete")] : []),
            ].join(say.text("; ")) ||
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
            ...(hidden > 0 && !this.#page.style.look.verbose ? [say.text("{n} more with --verbose", { n: count(hidden) })] : []),
            checked,
          ];
    const paint =
      errors > 0 || (summary.budgets?.broken ?? 0) > 0
        ? this.#page.style.red
        : warnings > 0
          ? this.#page.style.yellow
          : this.#page.style.green;
    for (const line of wrap(parts.join(` ${dot} `), this.#page.style.look.width)) this.#page.line(paint(line));
  }
}
