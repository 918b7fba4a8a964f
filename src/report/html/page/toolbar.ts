// What stands above the chart: where we are, the filters, the scale of the time axis and zoom.
import { count, duration } from "../../text.ts";
import type { PageConnection } from "../page-data.ts";
import { button, el } from "./dom.ts";
import type { Filters } from "./filters.ts";
import type { LaneChart } from "./lane-chart.ts";

export interface ToolbarActions {
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  readonly submit: (event: Event) => void;
  readonly overview: () => void;
}

export class Toolbar {
  readonly element: HTMLElement;
  readonly #crumbs = el("nav", { class: "crumbs", "aria-label": "Where you are" });
  readonly #scale = el("div");
  readonly #does: ToolbarActions;

  constructor(filters: Filters, does: ToolbarActions) {
    this.#does = does;
    this.element = el(
      "div",
      { class: "toolbar" },
      this.#crumbs,
      el("form", { class: "filters", role: "search", "aria-label": "Filter", submit: does.submit }, ...filters.controls),
      this.#scale,
      el(
        "div",
        { class: "zoom", role: "group", "aria-label": "Zoom" },
        button("−", () => does.zoom(1.6), { "aria-label": "Zoom out", title: "Zoom out (-)" }),
        button("+", () => does.zoom(0.625), { "aria-label": "Zoom in", title: "Zoom in (+)" }),
        button("Fit", does.fit, { title: "Show all (0)" }),
      ),
    );
  }

  /** All connections are in view. @param connections How many there are. */
  overview(connections: number): void {
    this.#scale.replaceChildren();
    this.#crumbs.replaceChildren(el("strong", {}, connections === 1 ? "1 connection" : `All ${count(connections)} connections`));
  }

  /** One connection is in view. */
  connection(about: PageConnection, lanes: LaneChart): void {
    this.#scale.replaceChildren(scaleOf(lanes));
    this.#crumbs.replaceChildren(
      button("All connections", this.#does.overview, { class: "link" }),
      el("span", { "aria-hidden": "true" }, " › "),
      el("strong", {}, `connection ${about.id}`),
      el("span", { class: "ends" }, ` ${about.client} ⇄ ${about.server} · ${about.speaks} · ${duration(about.duration)}`),
    );
  }
}

function scaleOf(lanes: LaneChart): HTMLElement {
  const scale = el("div", { class: "scale", role: "group", "aria-label": "Time axis" });
  const choose = (name: "time" | "order") => {
    lanes.setScale(name);
    for (const child of scale.children)
      child.setAttribute("aria-pressed", String((child as HTMLElement).dataset["scale"] === name));
  };
  for (const [name, label, title] of [
    ["time", "To scale", "Distances are times, but long waits are drawn short"],
    ["order", "In order", "One step per frame, so that bursts can be read"],
  ] as const)
    scale.append(button(label, () => choose(name), { "data-scale": name, title, "aria-pressed": String(lanes.scale === name) }));
  return scale;
}
