// What stands above the chart: where we are, the filters, the scale of the time axis and zoom.
import { count, counted, duration } from "../../text.ts";
import type { PageConnection } from "../page-data.ts";
import { button, el } from "./dom.ts";
import type { Filters } from "./filters.ts";
import type { LaneChart } from "./lane-chart.ts";
import { say } from "./say.ts";

export interface ToolbarActions {
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  readonly submit: (event: Event) => void;
  readonly overview: () => void;
}

export class Toolbar {
  readonly element: HTMLElement;
  readonly #crumbs = el("nav", { class: "crumbs", "aria-label": say.text("Where you are") });
  readonly #scale = el("div");
  readonly #does: ToolbarActions;

  constructor(filters: Filters, does: ToolbarActions) {
    this.#does = does;
    this.element = el(
      "div",
      { class: "toolbar" },
      this.#crumbs,
      el(
        "form",
        { class: "filters", role: "search", "aria-label": say.text("Filter"), submit: does.submit },
        ...filters.controls,
      ),
      this.#scale,
      el(
        "div",
        { class: "zoom", role: "group", "aria-label": say.text("Zoom") },
        button("−", () => does.zoom(1.6), { "aria-label": say.text("Zoom out"), title: say.text("Zoom out (-)") }),
        button("+", () => does.zoom(0.625), { "aria-label": say.text("Zoom in"), title: say.text("Zoom in (+)") }),
        button(say.text("Fit"), does.fit, { title: say.text("Show all (0)") }),
      ),
    );
  }

  /** All connections are in view. @param connections How many there are. */
  overview(connections: number): void {
    this.#scale.replaceChildren();
    this.#crumbs.replaceChildren(
      el(
        "strong",
        {},
        connections === 1 ? counted(say, 1, "connection") : say.text("All {n} connections", { n: count(connections) }),
      ),
    );
  }

  /** One connection is in view. */
  connection(about: PageConnection, lanes: LaneChart): void {
    this.#scale.replaceChildren(scaleOf(lanes));
    this.#crumbs.replaceChildren(
      button(say.text("All connections"), this.#does.overview, { class: "link" }),
      el("span", { "aria-hidden": "true" }, " › "),
      el("strong", {}, say.text("connection {id}", { id: about.id })),
      el("span", { class: "ends" }, ` ${about.client} ⇄ ${about.server} · ${about.speaks} · ${duration(about.duration)}`),
    );
  }
}

function scaleOf(lanes: LaneChart): HTMLElement {
  const scale = el("div", { class: "scale", role: "group", "aria-label": say.text("Time axis") });
  const choose = (name: "time" | "order") => {
    lanes.setScale(name);
    for (const child of scale.children)
      child.setAttribute("aria-pressed", String((child as HTMLElement).dataset["scale"] === name));
  };
  for (const [name, label, title] of [
    ["time", say.text("To scale"), say.text("Distances are times, but long waits are drawn short")],
    ["order", say.text("In order"), say.text("One step per frame, so that bursts can be read")],
  ] as const)
    scale.append(button(label, () => choose(name), { "data-scale": name, title, "aria-pressed": String(lanes.scale === name) }));
  return scale;
}
