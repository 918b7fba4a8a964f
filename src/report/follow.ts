// `--follow`: findings and connections in a terminal as they come, a few lines each; nothing of them is kept.
import { english, type Language } from "../lang/language.ts";
import type { Rule } from "../rules/rule.ts";
import { answerName, isAnswered, noAnswer } from "./answer.ts";
import type { ConnectionEvent, DiagnosticEvent, FindingEvent, ReportEvent, UnexplainedEvent } from "./event.ts";
import { counts, placeOf, placeText } from "./failing.ts";
import type { Output, Report } from "./report.ts";
import { type Look, Style, wrap } from "./style.ts";
import { counted, duration, printable } from "./text.ts";

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
  text(say: Language = english): string {
    return [
      counted(say, this.#connections, "connection"),
      counted(say, this.#frames, "frame"),
      counted(say, this.#calls, "call"),
      counted(say, this.#found.error, "error"),
      counted(say, this.#found.warning, "warning"),
      ...(this.#unexplained > 0 ? [say.text("{answers} unexplained", { answers: this.#unexplained })] : []),
    ].join(say.text(", "));
  }
}

/** @param rules Their messages are those of findings. */
export function followReport(output: Output, look: Look, rules: readonly Rule[] = []): Report {
  const style = new Style(look);
  const width = Math.min(look.width, 110);
  const totals = new Totals();
  const say = look.language ?? english;
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const tell = (text: string, indent = "  "): void => {
    for (const line of wrap(printable(text), width - indent.length)) output(`${indent}${line}\n`);
  };

  const finding = (f: FindingEvent): void => {
    if (!look.verbose && (!counts(f) || f.severity === "info")) return;
    const { reaction: r } = f;
    output(`${style.severity(f.severity, `${style.mark.bad} ${f.severity.padEnd(7)}`)}  ${style.bold(f.rule)}\n`);
    tell(placeOf(f, say));
    tell(say.message(f.message, f.data, byId.get(f.rule)));
    const answer = isAnswered(r)
      ? say.text("{answer} after {delay}", { answer: answerName(r, say), delay: duration(r.delay ?? 0) })
      : noAnswer(f, say);
    tell(`${say.text("answer")}  ${answer}`);
  };

  const unexplained = ({ connection, reaction: r, baseline }: UnexplainedEvent): void => {
    if (baseline === true) return;
    const place = placeText(connection, r.frame?.streamId ?? 0, r.frame ?? r.packet ?? 0, say);
    output(`${style.yellow(`? ${say.text("unexplained")}`)}  ${style.bold(answerName(r, say))}\n`);
    tell(place);
  };

  const connection = (c: ConnectionEvent): void => {
    if (look.quiet || (!look.verbose && !c.protocol.startsWith("h2"))) return;
    const end =
      c.endedBy === undefined
        ? []
        : [say.text("{frame} from the {side}", { frame: c.endedBy.how.toUpperCase(), side: say.text(c.endedBy.side) })];
    const sums = [c.protocol, duration(c.duration), counted(say, c.frames, "frame"), counted(say, c.calls, "call"), ...end];
    const id = say.text("connection {id}", { id: c.id });
    const text = `${id}  ${c.client} ${style.mark.dot} ${c.server}  ${sums.join(say.text(", "))}`;
    for (const line of wrap(printable(text), width)) output(`${style.dim(line)}\n`);
  };

  const diagnostic = ({ severity, message, count: times }: DiagnosticEvent): void => {
    if (severity !== "info" || look.verbose)
      tell(`${severity}  ${say.phrase(message)}${times > 1 ? say.text("; {n} times", { n: times }) : ""}`, "");
  };

  return {
    event(event) {
      totals.event(event);
      if (event.kind === "finding") finding(event);
      else if (event.kind === "unexplained") unexplained(event);
      else if (event.kind === "connection") connection(event);
      else if (event.kind === "diagnostic") diagnostic(event);
    },
    end: () => tell(totals.text(say), ""),
  };
}
