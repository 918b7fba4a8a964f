// What stands above the timeline: what was read, the worst that failed, and what the reader must know.
import { count, plural, printable } from "../../text.ts";
import type { PageData } from "../page-data.ts";
import { button, el } from "./dom.ts";
import { severityMark } from "./story.ts";

/** @param does What its buttons do. */
export function header(
  { captures, summary, tool }: PageData,
  does: { readonly theme: () => void; readonly help: () => void },
): HTMLElement {
  const names = captures.map(({ file }) => printable(file.slice(file.lastIndexOf("/") + 1)));
  const files = names.length <= 3 ? names.join(", ") : `${names[0]} and ${names.length - 1} more`;
  const packets = captures.reduce((sum, capture) => sum + capture.packets, 0);
  const facts = [
    plural(packets, "packet"),
    plural(summary.connections, "connection"),
    plural(summary.frames, "frame"),
    plural(summary.calls, "call"),
  ];
  const counts = el("ul", { class: "counts", "aria-label": "Findings and budgets" });
  for (const [severity, number] of [
    ["error", summary.errors],
    ["warning", summary.warnings],
    ["info", summary.infos],
  ] as const) {
    const mark = severityMark(severity, number === 0);
    mark.lastChild!.textContent = severity === "info" ? `${count(number)} info` : plural(number, severity);
    counts.append(el("li", { class: number === 0 ? "none" : "" }, mark));
  }
  if (summary.budgets !== undefined) {
    const { broken } = summary.budgets;
    const mark = severityMark("error", broken === 0);
    mark.lastChild!.textContent = broken === 0 ? "no budget broken" : `${plural(broken, "budget")} broken`;
    counts.append(el("li", { class: broken === 0 ? "none" : "" }, mark));
  }
  if (summary.unproven > 0) counts.append(el("li", { class: "none" }, `${count(summary.unproven)} not proven`));
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
      button("Theme", does.theme, { "aria-label": "Switch between light and dark", title: "Light or dark (t)" }, "◐"),
      button("Help", does.help, { "aria-label": "Keys and marks", title: "Keys and marks (?)" }, "?"),
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
  const told = [answer, cost, more, fix === undefined ? undefined : `Fix: ${fix}`];
  return el(
    "details",
    { class: "why", open: "" },
    el("summary", {}, printable(cause)),
    ...inventory,
    ...told.filter((text) => text !== undefined && text !== "").map((text) => el("p", {}, printable(text!))),
    finding < 0 ? undefined : button("Show it on the timeline", () => show(connection, finding)),
  );
}

/** What the reader must know before trusting the picture. */
export function notices({ left, summary }: PageData): HTMLElement[] {
  const told: string[] = [];
  if (left.foldedFrames > 0)
    told.push(
      `${plural(left.foldedFrames, "frame")} are in summaries: there are more than a page shows one by one. Look at part of the capture with --connection.`,
    );
  if (left.connections > 0) told.push(`${plural(left.connections, "connection")} without a finding are left out.`);
  if (left.findings > 0) told.push(`${plural(left.findings, "more finding")} are left out.`);
  if (left.blocks > 0) told.push(`The fields of ${plural(left.blocks, "field block")} are left out to save room.`);
  if (summary.http2Connections === 0) told.push("There is no HTTP/2 in this capture.");
  return told.length === 0 ? [] : [el("div", { class: "notices", role: "note" }, ...told.map((text) => el("p", {}, text)))];
}
