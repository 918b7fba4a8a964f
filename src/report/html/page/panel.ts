// What stands beside the chart: tabs with tables, or the card of what is opened.
import { count } from "../../text.ts";
import type { PageData } from "../page-data.ts";
import { captureCard, connectionCard } from "./about.ts";
import { type Sorting, sortedBy } from "./calls.ts";
import { callsTable } from "./calls-table.ts";
import type { FoundAt } from "./connection-chart.ts";
import type { ConnectionModel } from "./connection-model.ts";
import { el } from "./dom.ts";
import type { Found } from "./found.ts";
import { PagedTable } from "./paged-table.ts";
import { say } from "./say.ts";
import { isEmpty, type Query } from "./search.ts";
import { type Tab, TabBar } from "./tab-bar.ts";
import { connectionsTable, findingRow, framesTable, type Go } from "./tables.ts";

/** What is in view. */
export interface View {
  /** undefined: all of them. */
  readonly connection: ConnectionModel | undefined;
  readonly found: Found;
  readonly query: Query;
  /** Into the findings of the page, the worst first. */
  readonly findings: readonly number[];
}

export interface Opened {
  readonly kind: "finding" | "frame";
  readonly id: number;
}

export class Panel {
  readonly tabs: TabBar;
  readonly body = el("div", { class: "panel-body", role: "tabpanel", id: "panel", tabindex: -1 });
  readonly #page: PageData;
  readonly #found: ReadonlyMap<number, readonly FoundAt[]>;
  readonly #go: Go;
  #sorting: Sorting = { by: "call", descending: false };
  #frames: PagedTable | undefined;

  /** @param choose Called with which tab is wanted. */
  constructor(page: PageData, found: ReadonlyMap<number, readonly FoundAt[]>, go: Go, choose: (tab: Tab) => void) {
    this.#page = page;
    this.#found = found;
    this.#go = go;
    this.tabs = new TabBar(choose);
  }

  get hasFocus(): boolean {
    return this.body.contains(document.activeElement);
  }

  /** The tabs alone. */
  label({ connection, found: { connections, frameCount, calls }, query, findings }: View): void {
    const one = connection !== undefined;
    this.tabs.show(
      [
        ["findings", say.text("Findings {n}", { n: count(findings.length) })],
        ["calls", say.text("Calls {n}", { n: count(calls.length) })],
        // Of all connections only those that are looked for: nobody reads the rest in one list.
        ...(one || !isEmpty(query) ? [["frames", say.text("Frames {n}", { n: count(frameCount) })] as const] : []),
        ...(one ? [] : [["connections", say.text("Connections {n}", { n: count(connections.length) })] as const]),
        ["about", say.text(one ? "Connection" : "Capture")],
      ],
      this.body,
    );
  }

  /** The chosen tab. */
  show(view: View): void {
    this.label(view);
    this.#frames = undefined;
    this.body.replaceChildren(this.#content(view));
    this.body.scrollTop = 0;
  }

  /** A card in place of the tab. */
  card(view: View, card: HTMLElement, close: HTMLElement, others: readonly (HTMLElement | undefined)[]): void {
    const inside = this.hasFocus;
    this.label(view);
    this.body.replaceChildren(el("div", { class: "card-bar" }, close, el("span", { class: "grow" }), ...others), card);
    this.body.scrollTop = 0;
    if (inside) card.querySelector("h2")?.focus();
  }

  /** After a card is closed. @returns Whether the focus is where the card was opened. */
  backTo({ kind, id }: Opened, { frames: [first] }: Found): boolean {
    if (kind === "frame") {
      if (first !== undefined) this.#frames?.show(Array.from(first.entries).indexOf(id));
      return false;
    }
    this.body.querySelector<HTMLElement>(`[data-finding="${id}"]`)?.focus();
    return true;
  }

  #content(view: View): HTMLElement {
    const { connection, found, query } = view;
    const one = connection !== undefined;
    switch (this.tabs.chosen) {
      case "findings":
        return this.#findingsTable(view);
      case "calls":
        if (found.calls.length === 0)
          return el("p", { class: "empty" }, say.text(isEmpty(query) ? "No call was captured." : "No call matches the filter."));
        return callsTable(found.calls, this.#sorting, one, this.#go, (by) => {
          this.#sorting = sortedBy(by, this.#sorting);
          this.show(view);
          this.body.querySelector<HTMLElement>("th[aria-sort] button")?.focus();
        }).element;
      case "frames":
        this.#frames = framesTable(found.frames, one, this.#go);
        return this.#frames.element;
      case "connections":
        return connectionsTable(found.connections, this.#found, this.#go).element;
      case "about":
        return connection === undefined ? captureCard(this.#page) : connectionCard(connection);
    }
  }

  #findingsTable({ connection, query, findings }: View): HTMLElement {
    if (findings.length === 0) return this.#nothingFound(connection !== undefined, query);
    const table = new PagedTable(
      say.text("Findings, the worst first"),
      [{ title: say.text("severity"), class: "narrow" }, { title: say.text("what happened") }],
      100,
      (index) => findingRow(this.#page.findings[findings[index]!]!, findings[index]!, connection !== undefined, this.#go),
    );
    table.rows(findings.length);
    table.element.classList.add("findings");
    return table.element;
  }

  #nothingFound(one: boolean, query: Query): HTMLElement {
    const { summary, findings } = this.#page;
    if (!isEmpty(query) && findings.length > 0) return el("p", { class: "empty" }, say.text("No finding matches the filter."));
    return el(
      "div",
      { class: "empty good" },
      el("p", {}, say.text(one ? "No finding on this connection." : "No finding in this capture.")),
      el(
        "p",
        { class: "note" },
        say.text(summary.incomplete ? "Not everything could be checked: see the last tab." : "Everything could be checked."),
      ),
    );
  }
}
