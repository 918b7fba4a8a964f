// One finding as a story: what happened, what answered it, what it cost, what to do, and the text that says so.
import { answerSentence, isAnswered, noAnswer } from "../../answer.ts";
import type { FrameObject } from "../../event.ts";
import { positionText } from "../../failing.ts";
import { frameDetail, frameName } from "../../frame-line.ts";
import { lostCalls, sightsOf } from "../../lost.ts";
import { duration, plural, printable } from "../../text.ts";
import type { PageData } from "../page-data.ts";
import type { ConnectionModel, FindingView, PageFinding } from "./connection-model.ts";
import { button, el, row } from "./dom.ts";

export function storyCard(
  page: PageData,
  model: ConnectionModel,
  { event, entry }: FindingView,
  openEntry: ((entry: number) => void) | undefined,
): HTMLElement {
  const rule = page.rules[event.rule];
  const { reaction } = event;
  const because = (event.because ?? []).map((need) => page.words.needs[need] ?? need).join("; ");
  const verdict = isAnswered(reaction) ? (page.words.verdicts[reaction.verdict] ?? "") : "";
  const why = reaction.explanation === undefined ? verdict : printable(reaction.explanation);
  const cost = costText(event);
  return el(
    "article",
    { class: "card" },
    el("h2", { tabindex: -1, class: "card-title" }, severityMark(event.severity), el("code", {}, event.rule)),
    el("p", { class: "message" }, sentence(printable(event.message))),
    event.certainty === "unproven" ? el("p", { class: "warn" }, `Not proven: ${because}.`) : undefined,
    event.consequent ? el("p", { class: "note" }, "A consequence of the fault before it.") : undefined,
    event.count > 1 ? el("p", { class: "note" }, `${plural(event.count, "time")}; this is the first.`) : undefined,
    openEntry === undefined || entry < 0
      ? undefined
      : button("Show on the timeline", () => openEntry(entry), { class: "action" }),
    el("h3", {}, "What happened"),
    framesTable(model, event, openEntry),
    el(
      "dl",
      { class: "story" },
      ...row(
        "answer",
        `${sentence(printable(isAnswered(reaction) ? answerSentence(event) : noAnswer(event)))}${why === "" ? "" : ` ${sentence(why)}`}`,
      ),
      ...(cost === "" ? [] : row("cost", cost)),
      ...(reaction.logs ?? []).slice(0, LOG_LINES).flatMap((line) => row("log", logText(line))),
      ...(rule === undefined ? [] : row("fix", rule.fix)),
      ...(rule === undefined ? [] : row("rule", sentence(rule.title))),
      ...(rule === undefined ? [] : row("why", rule.why)),
      ...row("text", specList(rule?.spec ?? event.spec.map(({ document, section }) => `${document}, ${section}`))),
      ...(event.hides.length === 0 ? [] : row("also", event.hides.join(", "))),
      ...row("more", el("code", {}, `h2lint explain ${event.rule}`)),
    ),
  );
}

function logText({ file, line, text, confidence }: NonNullable<PageFinding["reaction"]["logs"]>[number]): string {
  return `${printable(file)}:${line}${confidence === "exact" ? "" : ` (${confidence})`}: ${printable(text)}`;
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
export function whereText(event: PageFinding, connections: boolean): string {
  return [
    ...(connections ? [`connection ${event.connection}`] : []),
    ...(event.stream === 0 ? [] : [`stream ${event.stream}`]),
    positionText(event.frame),
  ].join(", ");
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
    el("caption", { class: "unseen" }, "Frames of this finding, in order of time"),
    el("thead", {}, el("tr", {}, ...["packet", "time", "from", "frame"].map((text) => el("th", { scope: "col" }, text)))),
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
          el("td", {}, el("span", { class: `side ${from}` }, from)),
          el(
            "td",
            {},
            ["fault", "here", "answer"].includes(role) ? el("span", { class: `chip ${role}` }, role) : undefined,
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
    const detail = [frameDetail(frame), more, frame.comment === undefined ? "" : `(${printable(frame.comment)})`];
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
      ? "safe to retry: not acted on"
      : safe.length === 0
        ? "not safe to retry (the handler may have run)"
        : `${plural(safe.length, "call")} of them safe to retry`;
  const saw = sightsOf(reaction);
  const seen =
    saw.length === 0 ? "" : ` ${killed.length === 1 ? "The caller" : "Callers"} probably saw ${printable(saw.join(", or "))}.`;
  return `${plural(killed.length, "call")} lost: ${printable(lostCalls(reaction))}; ${retry}.${seen}`;
}

const specList = (texts: readonly string[]) => el("ul", { class: "plain" }, ...texts.map((text) => el("li", {}, text)));

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
