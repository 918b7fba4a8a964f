// `--follow`: findings and connections in a terminal as they come, a few lines each; nothing of them is kept.
import { answerName, isAnswered, noAnswer } from "./answer.ts";
import type { ConnectionEvent, DiagnosticEvent, FindingEvent, ReportEvent, UnexplainedEvent } from "./event.ts";
import { counts, placeOf, placeText } from "./failing.ts";
import type { Output, Report } from "./report.ts";
import { type Look, Style, wrap } from "./style.ts";
import { duration, plural, printable } from "./text.ts";

/** What came until now. */
export class Totals {
  #connections = 0;
  #frames = 0;
  #calls = 0;
  #unexplained = 0;
  readonly #found = { error: 0, warning: 0, info: 0 };

  event(event: ReportEvent): void {
    if (event.kind === "connection") {
      this.#connections++;
      this.#frames += event.frames;
      this.#calls += event.calls;
    } else if (event.kind === "unexplained") this.#unexplained += event.baseline === true ? 0 : 1;
    else if (event.kind === "finding" && counts(event)) this.#found[event.severity]++;
  }

  /** `12 connections, 340 calls, 2 errors, 0 warnings`. */
  text(): string {
    return [
      plural(this.#connections, "connection"),
      plural(this.#frames, "frame"),
      plural(this.#calls, "call"),
      plural(this.#found.error, "error"),
      plural(this.#found.warning, "warning"),
      ...(this.#unexplained > 0 ? [`${this.#unexplained} unexplained`] : []),
    ].join(", ");
  }
}

export function followReport(output: Output, look: Look): Report {
  const style = new Style(look);
  const width = Math.min(look.width, 110);
  const totals = new Totals();
  const tell = (text: string, indent = "  "): void => {
    for (const line of wrap(printable(text), width - indent.length)) output(`${indent}${line}\n`);
  };

  const finding = (f: FindingEvent): void => {
    if (!look.verbose && (!counts(f) || f.severity === "info")) return;
    const { reaction: r } = f;
    output(`${style.severity(f.severity, `${style.mark.bad} ${f.severity.padEnd(7)}`)}  ${style.bold(f.rule)}\n`);
    tell(placeOf(f));
    tell(f.message);
    tell(`answer  ${isAnswered(r) ? `${answerName(r)} after ${duration(r.delay ?? 0)}` : noAnswer(f)}`);
  };

  const unexplained = ({ connection, reaction: r, baseline }: UnexplainedEvent): void => {
    if (baseline === true) return;
    const place = placeText(connection, r.frame?.streamId ?? 0, r.frame ?? r.packet ?? 0);
    output(`${style.yellow("? unexplained")}  ${style.bold(answerName(r))}\n`);
    tell(place);
  };

  const connection = (c: ConnectionEvent): void => {
    if (look.quiet || (!look.verbose && !c.protocol.startsWith("h2"))) return;
    const end = c.endedBy === undefined ? "" : `, ${c.endedBy.how.toUpperCase()} from the ${c.endedBy.side}`;
    const sums = `${duration(c.duration)}, ${plural(c.frames, "frame")}, ${plural(c.calls, "call")}${end}`;
    const text = `connection ${c.id}  ${c.client} ${style.mark.dot} ${c.server}  ${c.protocol}, ${sums}`;
    for (const line of wrap(printable(text), width)) output(`${style.dim(line)}\n`);
  };

  const diagnostic = ({ severity, message, count: times }: DiagnosticEvent): void => {
    if (severity !== "info" || look.verbose) tell(`${severity}  ${message}${times > 1 ? `; ${times} times` : ""}`, "");
  };

  return {
    event(event) {
      totals.event(event);
      if (event.kind === "finding") finding(event);
      else if (event.kind === "unexplained") unexplained(event);
      else if (event.kind === "connection") connection(event);
      else if (event.kind === "diagnostic") diagnostic(event);
    },
    end: () => tell(totals.text(), ""),
  };
}
