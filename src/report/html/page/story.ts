// One finding as a story: what happened, what answered it, what it cost, what to do, and the text that says so.
import { answerSentence, isAnswered, noAnswer } from "../../answer.ts";
import type { FrameObject } from "../../event.ts";
import { placeText } from "../../failing.ts";
import { frameDetail, frameName } from "../../frame-line.ts";
import { lostCalls, sightsOf } from "../../lost.ts";
import { count, counted, duration, printable } from "../../text.ts";
import type { PageData } from "../page-data.ts";
import type { ConnectionModel, FindingView, PageFinding } from "./connection-model.ts";
import { button, el, row } from "./dom.ts";
import { say } from "./say.ts";

export function storyCard(
  page: PageData,
  model: ConnectionModel,
  { event, entry }: FindingView,
  openEntry: ((entry: number) => void) | undefined,
): HTMLElement {
  const rule = page.rules[event.rule];
  const { reaction } = event;
  const because = (event.because ?? []).map((need) => page.words.needs[need] ?? need).join(say.text("; "));
  const verdict = isAnswered(reaction) ? (page.words.verdicts[reaction.verdict] ?? "") : "";
  const why = reaction.explanation === undefined ? verdict : printable(reaction.explanation);
  const cost = costText(event);
  return el(
    "article",
    { class: "card" },
    el("h2", { tabindex: -1, class: "card-title" }, severityMark(event.severity), el("code", {}, event.rule)),
    el("p", { class: "message" }, sentence(printable(event.message))),
    event.certainty === "unproven" ? el("p", { class: "warn" }, say.text("Not proven: {needs}.", { needs: because })) : undefined,
    event.consequent ? el("p", { class: "note" }, say.sentence(say.text("a consequence of the fault before it"))) : undefined,
    event.count > 1
      ? el("p", { class: "note" }, say.text("{n} times; this is the first.", { n: count(event.count) }))
      : undefined,
    openEntry === undefined || entry < 0
      ? undefined
      : button(say.text("Show on the timeline"), () => openEntry(entry), { class: "action" }),
    el("h3", {}, say.text("What happened")),
    framesTable(model, event, openEntry),
    el(
      "dl",
      { class: "story" },
      ...row(
        say.text("answer"),
        say.joined([
          sentence(printable(isAnswered(reaction) ? answerSentence(event, say) : noAnswer(event, say))),
          why === "" ? "" : sentence(why),
        ]),
      ),
      ...(cost === "" ? [] : row(say.text("cost"), cost)),
      ...(reaction.logs ?? []).slice(0, LOG_LINES).flatMap((line) => row(say.text("log"), logText(line))),
      ...(rule === undefined ? [] : row(say.text("fix"), rule.fix)),
      ...(rule === undefined ? [] : row(say.text("rule"), sentence(rule.title))),
      ...(rule === undefined ? [] : row(say.text("why"), rule.why)),
      ...row(say.text("text"), specList(rule?.spec ?? event.spec.map(({ document, section }) => `${document}, ${section}`))),
      ...(event.hides.length === 0 ? [] : row(say.text("also"), event.hides.join(", "))),
      ...row(say.text("more"), el("code", {}, `h2lint explain ${event.rule}`)),
    ),
  );
}

function logText({ file, line, text, confidence }: NonNullable<PageFinding["reaction"]["logs"]>[number]): string {
  return `${printable(file)}:${line}${confidence === "exact" ? "" : ` (${say.text(confidence)})`}: ${printable(text)}`;
}

const LOG_LINES = 10;

/** @param quiet Not to alarm anybody. */
export function severityMark(severity: string, quiet = false): HTMLElement {
  return el(
    "span",
    { class: `severity ${severity}${quiet ? " quiet" : ""}` },
    el("span", { class: "shape", "aria-hidden": "true" }),
    severity,
  );
}

/** `stream 1, packet 11`; of a log `line 11`. */
export function whereText({ connection, stream, frame }: PageFinding, connections: boolean): string {
  return placeText(connections ? connection : undefined, stream, frame, say);
}

interface Row {
  readonly frame: FrameObject | undefined;
  readonly time: string;
  readonly packet: number;
  readonly from: string;
  readonly name: string;
  readonly detail: string;
  readonly role: string;
}

function framesTable(model: ConnectionModel, event: PageFinding, openEntry: ((entry: number) => void) | undefined): HTMLElement {
  const rows = rowsOf(event);
  return el(
    "table",
    { class: "frames" },
    el("caption", { class: "unseen" }, say.text("Frames of this finding, in order of time")),
    el(
      "thead",
      {},
      el("tr", {}, ...["packet", "time", "from", "frame"].map((text) => el("th", { scope: "col" }, say.text(text)))),
    ),
    el(
      "tbody",
      {},
      ...rows.map(({ frame, time, packet, from, name, detail, role }) => {
        const entry = frame === undefined ? -1 : model.entryOf(frame);
        const label =
          entry >= 0 && openEntry !== undefined
            ? button(name, () => openEntry(entry), { class: "link" })
            : el("span", { class: "name" }, name);
        return el(
          "tr",
          { class: role },
          el("td", { class: "number" }, String(packet)),
          el("td", { class: "number" }, duration(Math.max(model.nanos(time) - model.about.from, 0))),
          el("td", {}, el("span", { class: `side ${from}` }, say.text(from))),
          el(
            "td",
            {},
            Object.hasOwn(ROLES, role) ? el("span", { class: `chip ${role}` }, say.text(ROLES[role] ?? role)) : undefined,
            label,
            detail === "" ? undefined : el("div", { class: "detail" }, detail),
          ),
        );
      }),
    ),
  );
}

function rowsOf(event: PageFinding): Row[] {
  const { reaction } = event;
  const ofFrame = (frame: FrameObject, role: string, more = ""): Row => {
    const { time, from } = frame;
    const packet = frame.line ?? frame.packet;
    const detail = [frameDetail(frame, say), more, frame.comment === undefined ? "" : `(${printable(frame.comment)})`];
    return { frame, time, packet, from, name: frameName(frame), detail: detail.filter((text) => text !== "").join("  "), role };
  };
  const rows = event.related.map((frame) => ofFrame(frame, frame.role === undefined ? "" : "related"));
  rows.push(ofFrame(event.frame, event.severity === "info" ? "here" : "fault"));
  if (isAnswered(reaction)) {
    const from = event.offender === "client" ? "server" : "client";
    const debug = reaction.debug === undefined || reaction.debug === "" ? "" : `"${printable(reaction.debug)}"`;
    if (reaction.frame !== undefined) rows.push(ofFrame(reaction.frame, "answer", debug));
    const { packet, time, closed } = reaction;
    const close = { frame: undefined, from, detail: "" };
    if (packet !== undefined && time !== undefined)
      rows.push({ ...close, packet, time, name: `TCP ${(reaction.kind ?? "").toUpperCase()}`, role: "answer" });
    else if (closed !== undefined)
      rows.push({ ...close, packet: closed.packet, time: closed.time, name: `TCP ${closed.how.toUpperCase()}`, role: "" });
  }
  return rows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0) || a.packet - b.packet);
}

function costText({ reaction }: PageFinding): string {
  if (!isAnswered(reaction)) return "";
  const { streamsKilled: killed = [], retrySafe: safe = [] } = reaction;
  if (killed.length === 0) return "";
  const retry =
    safe.length === killed.length
      ? say.text("safe to retry: not acted on")
      : safe.length === 0
        ? say.text("not safe to retry (the handler may have run)")
        : say.text("{calls} of them safe to retry", { calls: counted(say, safe.length, "call") });
  const saw = printable(sightsOf(reaction).join(say.text(", or ")));
  const calls = counted(say, killed.length, "call");
  const which = printable(lostCalls(reaction, say));
  return say.joined([
    say.stopped(say.text("{calls} lost: {which}; {retry}", { calls, which, retry })),
    saw === ""
      ? ""
      : say.sentence(say.text(killed.length === 1 ? "the caller probably saw {saw}" : "callers probably saw {saw}", { saw })),
  ]);
}

const specList = (texts: readonly string[]) => el("ul", { class: "plain" }, ...texts.map((text) => el("li", {}, text)));

const sentence = (text: string): string => (/[.!?。！？]$/u.test(text) ? say.opening(text) : say.sentence(text));

/** Of the frames that say why, in the order of time among the others. */
const ROLES: Readonly<Record<string, string>> = { fault: "fault", here: "here", answer: "answer" };
