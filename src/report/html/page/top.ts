// What stands above the timeline: what was read, the worst that failed, and what the reader must know.
import { count, counted, printable } from "../../text.ts";
import type { PageData } from "../page-data.ts";
import { button, el } from "./dom.ts";
import { say } from "./say.ts";
import { severityMark } from "./story.ts";

/** @param does What its buttons do. */
export function header(
  { captures, summary, tool }: PageData,
  does: { readonly theme: () => void; readonly help: () => void },
): HTMLElement {
  const names = captures.map(({ file }) => printable(file.slice(file.lastIndexOf("/") + 1)));
  const files =
    names.length <= 3 ? names.join(", ") : say.text("{first} and {n} more", { first: names[0]!, n: names.length - 1 });
  const packets = captures.reduce((sum, capture) => sum + capture.packets, 0);
  const facts = [
    counted(say, packets, "packet"),
    counted(say, summary.connections, "connection"),
    counted(say, summary.frames, "frame"),
    counted(say, summary.calls, "call"),
  ];
  const counts = el("ul", { class: "counts", "aria-label": say.text("Findings and budgets") });
  for (const [severity, number] of [
    ["error", summary.errors],
    ["warning", summary.warnings],
    ["info", summary.infos],
  ] as const) {
    const mark = severityMark(severity, number === 0);
    mark.lastChild!.textContent =
      severity === "info" ? say.text("{n} info", { n: count(number) }) : counted(say, number, severity);
    counts.append(el("li", { class: number === 0 ? "none" : "" }, mark));
  }
  if (summary.budgets !== undefined) {
    const { broken } = summary.budgets;
    const mark = severityMark("error", broken === 0);
    mark.lastChild!.textContent =
      broken === 0 ? say.text("no budget broken") : say.text("{budgets} broken", { budgets: counted(say, broken, "budget") });
    counts.append(el("li", { class: broken === 0 ? "none" : "" }, mark));
  }
  if (summary.unproven > 0)
    counts.append(el("li", { class: "none" }, say.text("{n} not proven", { n: count(summary.unproven) })));
  return el(
    "header",
    { class: "top" },
    el("div", { class: "brand" }, el("h1", {}, "h2lint"), el("span", { class: "version" }, tool.version)),
    el(
      "div",
      { class: "what" },
      el("div", { class: "files", title: files }, files),
      el("div", { class: "facts" }, facts.join(" · ")),
    ),
    counts,
    el(
      "div",
      { class: "buttons" },
      button(
        "",
        does.theme,
        { "aria-label": say.text("Switch between light and dark"), title: say.text("Light or dark (t)") },
        "◐",
      ),
      button("", does.help, { "aria-label": say.text("Keys and marks"), title: say.text("Keys and marks (?)") }, "?"),
    ),
  );
}

/** The worst that failed, in a few sentences. @param show Opens its finding. */
export function storyOfWorst(
  { story, symptoms }: PageData,
  show: (connection: number, finding: number) => void,
): HTMLElement | undefined {
  const inventory = symptoms.map((text) => el("p", text.startsWith("  ") ? { class: "symptom" } : {}, printable(text.trim())));
  if (story === undefined) {
    const [first, ...rest] = inventory;
    return first === undefined
      ? undefined
      : el("details", { class: "why", open: "" }, el("summary", {}, ...first.childNodes), ...rest);
  }
  const { cause, answer, cost, more, fix, finding, connection } = story;
  const told = [answer, cost, more, fix === undefined ? undefined : say.text("Fix: {fix}", { fix })];
  return el(
    "details",
    { class: "why", open: "" },
    el("summary", {}, printable(cause)),
    ...inventory,
    ...told.filter((text) => text !== undefined && text !== "").map((text) => el("p", {}, printable(text!))),
    finding < 0 ? undefined : button(say.text("Show it on the timeline"), () => show(connection, finding)),
  );
}

/** What the reader must know before trusting the picture. */
export function notices({ left, summary }: PageData): HTMLElement[] {
  const told: string[] = [];
  if (left.foldedFrames > 0)
    told.push(
      say.text(
        "{frames} are in summaries: there are more than a page shows one by one. Look at part of the capture with --connection.",
        { frames: counted(say, left.foldedFrames, "frame") },
      ),
    );
  if (left.connections > 0)
    told.push(
      say.text("{connections} without a finding are left out.", { connections: counted(say, left.connections, "connection") }),
    );
  if (left.findings > 0)
    told.push(say.text("{findings} are left out.", { findings: counted(say, left.findings, "more finding") }));
  if (left.blocks > 0)
    told.push(
      say.text("The fields of {blocks} are left out to save room.", { blocks: counted(say, left.blocks, "field block") }),
    );
  if (summary.http2Connections === 0) told.push(say.text("There is no HTTP/2 in this capture."));
  return told.length === 0 ? [] : [el("div", { class: "notices", role: "note" }, ...told.map((text) => el("p", {}, text)))];
}
