// Rows of the tables beside the timeline.
import { count, counted, duration, printable } from "../../text.ts";
import type { PageConnection } from "../page-data.ts";
import { endsText, type FoundAt } from "./connection-chart.ts";
import type { PageFinding } from "./connection-model.ts";
import { button, el } from "./dom.ts";
import type { FoundFrames } from "./found.ts";
import { PagedTable } from "./paged-table.ts";
import { say } from "./say.ts";
import { severityMark, whereText } from "./story.ts";
import { upper } from "./upper.ts";

/** Opens a connection, and a finding or frame of it. */
export type Go = (parts: Readonly<Record<string, number | undefined>>) => void;

/** @param index Into the findings of the page. @param alone Of one connection only. */
export function findingRow(finding: PageFinding, index: number, alone: boolean, go: Go): HTMLTableRowElement {
  const weak = finding.consequent || finding.certainty === "unproven";
  return el(
    "tr",
    { click: rowClick },
    el("td", {}, severityMark(finding.severity, weak)),
    el(
      "td",
      {},
      button(finding.rule, () => go({ connection: finding.connection, finding: index }), {
        class: "link rule",
        "data-finding": index,
      }),
      el("div", { class: weak ? "says quiet" : "says" }, printable(finding.message)),
      el(
        "div",
        { class: "where" },
        [
          whereText(finding, !alone),
          ...(finding.count > 1 ? [say.text("{n} times", { n: count(finding.count) })] : []),
          ...(finding.certainty === "unproven" ? [say.text("not proven")] : []),
          ...(finding.consequent ? [say.text("a consequence")] : []),
        ].join(" · "),
      ),
    ),
  );
}

/** @param one Of one connection only. */
export function framesTable(found: readonly FoundFrames[], one: boolean, go: Go): PagedTable {
  // Where each connection's frames begin among the rows.
  const firsts: number[] = [];
  let total = 0;
  for (const { entries } of found) {
    firsts.push(total);
    total += entries.length;
  }
  const table = new PagedTable(
    one
      ? say.text("Frames of connection {id} in order of time", { id: found[0]?.model.about.id ?? "" })
      : say.text("Frames of all connections"),
    [
      ...(one ? [] : [{ title: "#", class: "number" }]),
      { title: say.text("packet"), class: "number" },
      { title: say.text("time"), class: "number" },
      { title: say.text("from") },
      { title: say.text("frame") },
    ],
    100,
    (index) => {
      const at = upper(firsts, (first) => first <= index) - 1;
      const { model, entries } = found[at]!;
      const entry = entries[index - firsts[at]!]!;
      const stream = model.stream(entry);
      const side = model.from(entry);
      return el(
        "tr",
        { click: rowClick },
        one ? undefined : el("td", { class: "number" }, String(model.about.id)),
        el("td", { class: "number" }, count(model.packet[entry]!)),
        el("td", { class: "number" }, duration(model.time[entry]! - model.about.from)),
        el("td", {}, el("span", { class: `side ${side}` }, say.text(side))),
        el(
          "td",
          {},
          button(
            `${model.name(entry)}${stream === 0 ? "" : `[${stream}]`}`,
            () => go({ connection: model.about.id, frame: entry }),
            { class: "link" },
          ),
          el("div", { class: "detail" }, model.text(entry)),
        ),
      );
    },
  );
  table.rows(total);
  return table;
}

export function connectionsTable(
  shown: readonly PageConnection[],
  found: ReadonlyMap<number, readonly FoundAt[]>,
  go: Go,
): PagedTable {
  const table = new PagedTable(
    say.text("Connections"),
    [
      { title: "#", class: "number" },
      { title: say.text("connection") },
      { title: say.text("frames"), class: "number" },
      { title: say.text("findings"), class: "number" },
    ],
    100,
    (index) => {
      const about = shown[index]!;
      return el(
        "tr",
        { click: rowClick },
        el("td", { class: "number" }, String(about.id)),
        el(
          "td",
          {},
          button(endsText(about), () => go({ connection: about.id }), { class: "link" }),
          el(
            "div",
            { class: "detail" },
            [about.speaks, duration(about.duration), counted(say, about.streams, "stream")].join(say.text(", ")),
          ),
        ),
        el("td", { class: "number" }, count(about.frames)),
        el("td", { class: "number" }, count(found.get(about.id)?.length ?? 0)),
      );
    },
  );
  table.rows(shown.length);
  return table;
}

/** The whole row does what its button does. */
export function rowClick(event: Event): void {
  if ((event.target as HTMLElement).closest("button") === null && getSelection()?.isCollapsed !== false)
    (event.currentTarget as HTMLElement).querySelector("button")?.click();
}
