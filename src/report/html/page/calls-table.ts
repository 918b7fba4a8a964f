// The table of calls.
import { count, counted, duration, printable, size } from "../../text.ts";
import { badness, type CallOrder, type CallRow, resultOf, type Sorting, sortCalls } from "./calls.ts";
import { button, el } from "./dom.ts";
import { PagedTable } from "./paged-table.ts";
import { say } from "./say.ts";
import { type Go, rowClick } from "./tables.ts";

/** @param one Of one connection only. @param sorted Called after another order is chosen. */
export function callsTable(
  calls: readonly CallRow[],
  sorting: Sorting,
  one: boolean,
  go: Go,
  sorted: (by: CallOrder) => void,
): PagedTable {
  const rows = sortCalls(calls, sorting);
  const column = (by: CallOrder, title: string, narrow = true) => ({
    title,
    ...(narrow ? { class: "number" } : {}),
    sort: () => sorted(by),
    sorted: sorting.by !== by ? undefined : sorting.descending ? ("descending" as const) : ("ascending" as const),
  });
  const table = new PagedTable(
    say.text("Calls"),
    [
      column("call", say.text("call")),
      column("method", say.text("method"), false),
      column("status", say.text("status"), false),
      column("took", say.text("took")),
      column("octets", say.text("bytes")),
    ],
    100,
    (index) => {
      const { model, lane, start, took, sent, received, cut } = rows[index]!;
      const { id } = model.about;
      const bad = badness(rows[index]!) >= 2;
      const result = resultOf(lane);
      return el(
        "tr",
        { click: rowClick },
        el("td", { class: "number" }, one ? String(lane.id) : `${id}.${lane.id}`),
        el(
          "td",
          {},
          button(
            lane.request === "" ? say.text("(request not captured)") : printable(lane.request),
            () => go({ connection: id, frame: lane.entries[0]! }),
            { class: "link" },
          ),
          el(
            "div",
            { class: "detail" },
            [say.text("at {time}", { time: duration(start - model.about.from) }), counted(say, lane.entries.length, "frame"), cut]
              .filter((text) => text !== "")
              .join(say.text(", ")),
          ),
        ),
        el("td", { class: bad ? "status bad" : "status" }, result === "" ? say.text("none") : printable(result)),
        el("td", { class: "number" }, duration(took)),
        el(
          "td",
          {
            class: "number",
            title: say.text("{sent} sent, {received} received", { sent: size(sent, say), received: size(received, say) }),
          },
          count(sent + received),
        ),
      );
    },
  );
  table.rows(rows.length);
  table.element.classList.add("calls");
  return table;
}
