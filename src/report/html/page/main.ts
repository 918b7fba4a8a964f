// The page: reads its data, keeps what is open in the address (#connection=1&finding=0), and wires charts, tables and keys.
import { between } from "../../style.ts";
import { count, duration, plural, printable } from "../../text.ts";
import type { PageConnection, PageData } from "../page-data.ts";
import { captureCard, connectionCard } from "./about.ts";
import { ConnectionChart, type FoundAt } from "./connection-chart.ts";
import { ConnectionModel, type FindingView, type PageFinding } from "./connection-model.ts";
import { button, el } from "./dom.ts";
import { Filters } from "./filters.ts";
import { frameCard } from "./frame-card.ts";
import { helpDialog } from "./help.ts";
import { LaneChart } from "./lane-chart.ts";
import { legend } from "./legend.ts";
import { PagedTable } from "./paged-table.ts";
import { printed } from "./print.ts";
import { isEmpty, matchEntries, matchesFinding } from "./search.ts";
import { storyCard } from "./story.ts";
import { connectionsTable, findingRow, framesTable, type Go } from "./tables.ts";
import { header, notices, storyOfWorst } from "./top.ts";

type Tab = "findings" | "frames" | "connections" | "about";

class App {
  readonly #page: PageData;
  readonly #models = new Map<number, ConnectionModel>();
  readonly #found = new Map<number, FoundAt[]>();
  /** Into the findings, the worst first. */
  readonly #ranked: readonly number[];
  readonly #live = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
  readonly #crumbs = el("nav", { class: "crumbs", "aria-label": "Where you are" });
  readonly #stage = el("div", { class: "stage" });
  readonly #tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Beside the timeline" });
  readonly #panel = el("div", { class: "panel-body", role: "tabpanel", id: "panel", tabindex: -1 });
  readonly #print = el("section", { class: "print-only", "aria-hidden": "true" });
  readonly #filters = new Filters();
  readonly #scale = el("div");
  readonly #help = helpDialog();
  readonly #worst: HTMLElement | undefined;
  #connection: ConnectionModel | undefined;
  #lanes: LaneChart | undefined;
  #overview: ConnectionChart | undefined;
  #tab: Tab = "findings";
  #opened: { readonly kind: "finding" | "frame"; readonly id: number } | undefined;
  #table: PagedTable | undefined;
  #shownEntries: readonly number[] | Int32Array = [];
  #back: HTMLElement | undefined;

  constructor(page: PageData) {
    this.#page = page;
    this.#worst = storyOfWorst(page, (connection, finding) => this.#go({ connection, finding }));
    const starts = new Map(page.connections.map((connection) => [connection.id, connection]));
    for (const finding of page.findings) {
      const connection = starts.get(finding.connection);
      if (connection === undefined) continue;
      const list = this.#found.get(connection.id) ?? [];
      list.push({ finding, time: between(connection.start, finding.frame.time) + connection.from });
      this.#found.set(connection.id, list);
    }
    for (const list of this.#found.values()) list.sort((a, b) => a.time - b.time);
    const times = page.findings.map(({ connection, frame }) => {
      const start = starts.get(connection);
      return start === undefined ? 0 : between(start.start, frame.time) + start.from;
    });
    this.#ranked = page.findings
      .map((_, index) => index)
      .sort((a, b) => rank(page.findings[a]!) - rank(page.findings[b]!) || times[a]! - times[b]! || a - b);
  }

  start(root: HTMLElement): void {
    root.append(
      el("a", { class: "skip", href: "#panel", click: (event: Event) => this.#skip(event) }, "Skip to the findings"),
      header(this.#page, { theme: () => this.#theme(), help: () => this.#help.showModal() }),
      ...(this.#worst === undefined ? [] : [this.#worst]),
      ...notices(this.#page),
      el(
        "main",
        {},
        el("section", { class: "chart-side", "aria-label": "Timeline" }, this.#toolbar(), this.#stage),
        el("aside", { class: "panel", "aria-label": "Findings and details" }, this.#tabs, this.#panel),
      ),
      this.#print,
      this.#live,
      this.#help,
    );
    this.#filters.rules(this.#page);
    addEventListener("hashchange", () => this.#route());
    addEventListener("keydown", (event) => this.#key(event));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#recolour());
    matchMedia("print").addEventListener("change", ({ matches }) => this.#printing(matches));
    addEventListener("beforeprint", () => this.#printing(true));
    addEventListener("afterprint", () => this.#printing(false));
    this.#filters.listen(() => this.#filter());
    const spoken = this.#page.connections.filter(({ frames }) => frames > 0);
    if (location.hash === "" && spoken.length === 1) history.replaceState(null, "", `#connection=${spoken[0]!.id}`);
    this.#route();
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.#panel.focus();
  }

  #toolbar(): HTMLElement {
    return el(
      "div",
      { class: "toolbar" },
      this.#crumbs,
      el(
        "form",
        { class: "filters", role: "search", "aria-label": "Filter", submit: (event: Event) => this.#submitted(event) },
        ...this.#filters.controls,
      ),
      this.#scale,
      el(
        "div",
        { class: "zoom", role: "group", "aria-label": "Zoom" },
        button("−", () => this.#chart?.zoom(1.6), { "aria-label": "Zoom out", title: "Zoom out (-)" }),
        button("+", () => this.#chart?.zoom(0.625), { "aria-label": "Zoom in", title: "Zoom in (+)" }),
        button("Fit", () => this.#chart?.fit(), { title: "Show all (0)" }),
      ),
    );
  }

  get #chart(): LaneChart | ConnectionChart | undefined {
    return this.#lanes ?? this.#overview;
  }

  // Where we are.

  readonly #goTo: Go = (parts) => this.#go(parts);

  #go(parts: Readonly<Record<string, number | undefined>>): void {
    const hash = Object.entries(parts)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${value}`)
      .join("&");
    if (location.hash.replace(/^#/, "") === hash) this.#route();
    else location.hash = hash === "" ? "overview" : hash;
  }

  #route(): void {
    const parts = new Map(
      location.hash
        .replace(/^#/, "")
        .split("&")
        .map((part) => part.split("=") as [string, string]),
    );
    const number = (key: string) => (/^\d+$/.test(parts.get(key) ?? "") ? Number(parts.get(key)) : undefined);
    const id = number("connection");
    const about = this.#page.connections.find((connection) => connection.id === id);
    if (about === undefined) this.#showOverview();
    else if (this.#connection?.about.id !== about.id) this.#showConnection(about);
    // Beside another connection it would be taken for that one's.
    const { story } = this.#page;
    if (this.#worst !== undefined)
      this.#worst.hidden = story !== undefined && about !== undefined && about.id !== story.connection;
    const finding = number("finding");
    const frame = number("frame");
    if (finding !== undefined && finding < this.#page.findings.length) this.#openFinding(finding);
    else if (frame !== undefined && this.#connection !== undefined && frame < this.#connection.count) this.#openFrame(frame);
    else this.#close();
  }

  #model(about: PageConnection): ConnectionModel {
    let model = this.#models.get(about.id);
    if (model === undefined) {
      model = new ConnectionModel(this.#page, about);
      this.#models.set(about.id, model);
    }
    return model;
  }

  #showOverview(): void {
    this.#connection = undefined;
    this.#lanes = undefined;
    if (this.#overview === undefined) {
      this.#overview = new ConnectionChart(this.#page.connections, this.#found, "chart-help", (id) =>
        this.#go({ connection: id }),
      );
      this.#scale.replaceChildren();
      this.#stage.replaceChildren(this.#overview.element, chartHelp(OVERVIEW_HELP));
      if (this.#tab !== "findings" && this.#tab !== "connections") this.#tab = "findings";
      document.body.dataset["view"] = "overview";
      this.#filters.of(undefined);
      this.#filters.clear();
    }
    this.#crumb();
    this.#applyFilter();
  }

  #showConnection(about: PageConnection): void {
    const model = this.#model(about);
    this.#overview = undefined;
    this.#connection = model;
    this.#lanes = new LaneChart(model, "chart-help", {
      entry: (entry) => this.#go({ connection: about.id, frame: entry }),
      nothing: () => this.#go({ connection: about.id }),
    });
    const lanes = this.#lanes;
    const scale = el("div", { class: "scale", role: "group", "aria-label": "Time axis" });
    const choose = (name: "time" | "order") => {
      lanes.setScale(name);
      for (const child of scale.children)
        child.setAttribute("aria-pressed", String((child as HTMLElement).dataset["scale"] === name));
    };
    for (const [name, label, title] of [
      ["time", "To scale", "Distances are times"],
      ["order", "In order", "A step a frame, so that bursts can be read"],
    ] as const) {
      scale.append(
        button(label, () => choose(name), { "data-scale": name, title, "aria-pressed": String(lanes.scale === name) }),
      );
    }
    this.#scale.replaceChildren(scale);
    this.#stage.replaceChildren(lanes.element, el("div", { class: "below" }, legend(), chartHelp(LANE_HELP)));
    if (this.#tab === "connections") this.#tab = "findings";
    document.body.dataset["view"] = "connection";
    this.#filters.of(model);
    this.#filters.clear();
    this.#crumb();
    this.#applyFilter();
  }

  #crumb(): void {
    const about = this.#connection?.about;
    const all = button("All connections", () => this.#go({}), { class: "link" });
    if (about === undefined) {
      const { length } = this.#page.connections;
      this.#crumbs.replaceChildren(el("strong", {}, length === 1 ? "1 connection" : `All ${count(length)} connections`));
      return;
    }
    this.#crumbs.replaceChildren(
      all,
      el("span", { "aria-hidden": "true" }, " › "),
      el("strong", {}, `connection ${about.id}`),
      el("span", { class: "ends" }, ` ${about.client} ⇄ ${about.server} · ${about.speaks} · ${duration(about.duration)}`),
    );
  }

  // Filters.

  #filter(): void {
    this.#applyFilter();
    if (this.#opened === undefined) this.#showPanel();
    else this.#tabBar();
    this.#say(this.#filters.matched.textContent ?? "");
  }

  #applyFilter(): void {
    const query = this.#filters.query(this.#connection !== undefined);
    const all = isEmpty(query);
    if (this.#connection !== undefined) {
      const model = this.#connection;
      const match = matchEntries(query, model, this.#page);
      this.#shownEntries = match === undefined ? model.order : model.order.filter((entry) => match[entry] === 1);
      this.#lanes!.filter(match);
      this.#filters.matched.textContent = all ? "" : `${count(this.#shownEntries.length)} of ${plural(model.count, "frame")}`;
      return;
    }
    const connections = all ? this.#page.connections : this.#page.connections.filter((about) => this.#connectionMatches(about));
    this.#overview!.filter(connections);
    this.#filters.matched.textContent = all
      ? ""
      : `${count(connections.length)} of ${plural(this.#page.connections.length, "connection")}`;
    this.#shownConnections = connections;
  }

  #shownConnections: readonly PageConnection[] = [];

  #connectionMatches(about: PageConnection): boolean {
    const query = this.#filters.query(this.#connection !== undefined);
    const text = `${about.client} ${about.server} ${about.speaks}`.toLowerCase();
    if (Object.keys(query.keys).length === 0 && query.words.every((word) => text.includes(word))) return true;
    if ((this.#found.get(about.id) ?? []).some(({ finding }) => matchesFinding(query, finding))) return true;
    return matchEntries(query, this.#model(about), this.#page)?.includes(1) ?? true;
  }

  #submitted(event: Event): void {
    event.preventDefault();
    this.#applyFilter();
    const [first] = this.#shownEntries;
    if (this.#connection !== undefined && first !== undefined && !isEmpty(this.#filters.query(this.#connection !== undefined)))
      this.#go({ connection: this.#connection.about.id, frame: first });
    this.#chart?.canvas.focus();
  }

  // The panel beside the chart.

  #findingsShown(): number[] {
    const query = this.#filters.query(this.#connection !== undefined);
    const id = this.#connection?.about.id;
    const { findings } = this.#page;
    return this.#ranked.filter((index) => {
      const finding = findings[index]!;
      return (id === undefined || finding.connection === id) && (isEmpty(query) || matchesFinding(query, finding));
    });
  }

  #tabBar(): void {
    const tabs: [Tab, string][] =
      this.#connection === undefined
        ? [
            ["findings", `Findings ${count(this.#findingsShown().length)}`],
            ["connections", `Connections ${count(this.#shownConnections.length)}`],
            ["about", "Capture"],
          ]
        : [
            ["findings", `Findings ${count(this.#findingsShown().length)}`],
            ["frames", `Frames ${count(this.#shownEntries.length)}`],
            ["about", "Connection"],
          ];
    if (!tabs.some(([tab]) => tab === this.#tab)) this.#tab = "findings";
    const had = this.#tabs.contains(document.activeElement);
    this.#tabs.replaceChildren(
      ...tabs.map(([tab, label]) => {
        const chosen = tab === this.#tab;
        return button(label, () => this.#chooseTab(tab), {
          role: "tab",
          "aria-selected": String(chosen),
          "aria-controls": "panel",
          tabindex: chosen ? 0 : -1,
          id: `tab-${tab}`,
          keydown: (event: KeyboardEvent) => this.#tabKey(event, tabs, tab),
        });
      }),
    );
    this.#panel.setAttribute("aria-labelledby", `tab-${this.#tab}`);
    if (had) document.getElementById(`tab-${this.#tab}`)?.focus();
  }

  #tabKey(event: KeyboardEvent, tabs: readonly [Tab, string][], tab: Tab): void {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = tabs.findIndex(([name]) => name === tab);
    this.#chooseTab(tabs[(at + by + tabs.length) % tabs.length]![0]);
  }

  #chooseTab(tab: Tab): void {
    this.#tab = tab;
    if (this.#opened !== undefined) this.#go({ connection: this.#connection?.about.id });
    this.#showPanel();
  }

  #showPanel(): void {
    this.#tabBar();
    this.#table = undefined;
    if (this.#tab === "findings") this.#panel.replaceChildren(this.#findingsTable());
    else if (this.#tab === "frames") {
      this.#table = framesTable(this.#connection!, this.#shownEntries, this.#goTo);
      this.#panel.replaceChildren(this.#table.element);
    } else if (this.#tab === "connections")
      this.#panel.replaceChildren(connectionsTable(this.#shownConnections, this.#found, this.#goTo).element);
    else this.#panel.replaceChildren(this.#connection === undefined ? captureCard(this.#page) : connectionCard(this.#connection));
    this.#panel.scrollTop = 0;
  }

  #findingsTable(): HTMLElement {
    const shown = this.#findingsShown();
    if (shown.length === 0) return this.#nothingFound();
    const table = new PagedTable(
      "Findings, the worst first",
      [{ title: "severity", class: "narrow" }, { title: "what happened" }],
      100,
      (index) => findingRow(this.#page.findings[shown[index]!]!, shown[index]!, this.#connection !== undefined, this.#goTo),
    );
    table.rows(shown.length);
    table.element.classList.add("findings");
    return table.element;
  }

  #nothingFound(): HTMLElement {
    const { summary, findings } = this.#page;
    if (!isEmpty(this.#filters.query(this.#connection !== undefined)) && findings.length > 0)
      return el("p", { class: "empty" }, "No finding matches the filter.");
    const all = this.#connection === undefined ? "in this capture" : "on this connection";
    return el(
      "div",
      { class: "empty good" },
      el("p", {}, `No finding ${all}.`),
      el(
        "p",
        { class: "note" },
        summary.incomplete ? "Not everything could be checked: see the last tab." : "Everything could be checked.",
      ),
    );
  }

  // Findings and frames that are opened.

  #openFinding(index: number): void {
    const finding = this.#page.findings[index]!;
    const model = this.#connection;
    const view = model?.findings.find((candidate) => candidate.index === index);
    if (model === undefined || view === undefined) return;
    this.#opened = { kind: "finding", id: index };
    this.#lanes!.finding = view;
    this.#lanes!.selected = view.entry;
    this.#lanes!.frame(view);
    this.#tab = "findings";
    const shown = this.#findingsShown();
    const at = shown.indexOf(index);
    const other = (by: number, label: string) => {
      const next = shown[at + by];
      if (at < 0 || next === undefined) return undefined;
      return button(label, () => this.#go({ connection: finding.connection, finding: next }));
    };
    this.#showCard(
      storyCard(this.#page, model, view, (entry) => this.#go({ connection: model.about.id, frame: entry })),
      [other(-1, "Previous"), other(1, "Next")],
    );
    this.#say(`${finding.severity}, ${finding.rule}: ${printable(finding.message)}`);
  }

  #openFrame(entry: number): void {
    const model = this.#connection!;
    this.#opened = { kind: "frame", id: entry };
    const lanes = this.#lanes!;
    const of = model.findings.find((view) => view.entry === entry || view.answer === entry);
    if (of !== undefined || (lanes.finding !== undefined && !related(lanes.finding, model, entry))) lanes.finding = of;
    lanes.selected = entry;
    lanes.reveal(entry);
    if (this.#tab !== "frames") this.#tab = "findings";
    const step = (by: number, label: string) => {
      const next = model.order[model.rank[entry]! + by];
      return next === undefined ? undefined : button(label, () => this.#go({ connection: model.about.id, frame: next }));
    };
    this.#showCard(
      frameCard(this.#page, model, entry, (index) => this.#go({ connection: model.about.id, finding: index })),
      [step(-1, "Previous frame"), step(1, "Next frame")],
    );
    this.#say(this.#entryText(entry));
  }

  #entryText(entry: number): string {
    const model = this.#connection!;
    const stream = model.stream(entry);
    const found = model.findings.filter((view) => view.entry === entry).map(({ event }) => `, ${event.severity} ${event.rule}`);
    return `${model.name(entry)}${stream === 0 ? "" : ` on stream ${stream}`} from the ${model.from(entry)}, packet ${model.packet[entry]}, ${model.text(entry)}${found.join("")}`;
  }

  #showCard(card: HTMLElement, others: readonly (HTMLElement | undefined)[]): void {
    const inside = this.#panel.contains(document.activeElement);
    if (inside) this.#back ??= document.activeElement as HTMLElement;
    this.#tabBar();
    const bar = el(
      "div",
      { class: "card-bar" },
      button("Close", () => this.#go({ connection: this.#connection?.about.id }), { title: "Close (Escape)" }, "‹ Back"),
      el("span", { class: "grow" }),
      ...others,
    );
    this.#panel.replaceChildren(bar, card);
    this.#panel.scrollTop = 0;
    if (inside) card.querySelector("h2")?.focus();
  }

  #close(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    if (this.#lanes !== undefined) {
      this.#lanes.finding = undefined;
      this.#lanes.selected = -1;
      this.#lanes.ask();
    }
    const inside = this.#panel.contains(document.activeElement) || document.activeElement === document.body;
    this.#showPanel();
    this.#back = undefined;
    if (opened === undefined || !inside) return;
    if (opened.kind === "frame" && this.#table !== undefined) this.#table.show(Array.from(this.#shownEntries).indexOf(opened.id));
    if (opened.kind === "finding") this.#panel.querySelector<HTMLElement>(`[data-finding="${opened.id}"]`)?.focus();
    else this.#chart?.canvas.focus();
  }

  // Keys.

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#help.open) return;
    const target = event.target as HTMLElement;
    const typing = target.closest("input, select, textarea") !== null;
    if (event.key === "Escape") {
      if (typing && target === this.#filters.search && this.#filters.search.value !== "") {
        this.#filters.search.value = "";
        this.#filter();
      } else if (typing) this.#chart?.canvas.focus();
      else if (this.#opened !== undefined) this.#go({ connection: this.#connection?.about.id });
      else if (!isEmpty(this.#filters.query(this.#connection !== undefined))) {
        this.#filters.clear();
        this.#filter();
      } else if (this.#connection !== undefined) this.#go({});
      else return;
      event.preventDefault();
      return;
    }
    if (typing) {
      // A form with two fields and no button is not submitted by itself.
      if (event.key === "Enter" && target instanceof HTMLInputElement) this.#submitted(event);
      return;
    }
    const onCanvas = target === this.#chart?.canvas || target === document.body;
    const chart = this.#chart;
    switch (event.key) {
      case "/":
        this.#filters.search.focus();
        this.#filters.search.select();
        break;
      case "?":
        this.#help.showModal();
        break;
      case "t":
        this.#theme();
        break;
      case "+":
      case "=":
        chart?.zoom(0.625);
        break;
      case "-":
        chart?.zoom(1.6);
        break;
      case "0":
        chart?.fit();
        break;
      case "n":
      case "p":
        this.#otherFinding(event.key === "n" ? 1 : -1);
        break;
      case "ArrowLeft":
      case "ArrowRight":
        if (!onCanvas) return;
        if (event.shiftKey || this.#lanes === undefined) chart?.pan(event.key === "ArrowLeft" ? -80 : 80);
        else this.#step(event.key === "ArrowLeft" ? -1 : 1, 0);
        break;
      case "ArrowUp":
      case "ArrowDown":
        if (!onCanvas) return;
        if (this.#lanes === undefined) this.#stepConnection(event.key === "ArrowUp" ? -1 : 1);
        else this.#step(0, event.key === "ArrowUp" ? -1 : 1);
        break;
      case "Enter": {
        if (!onCanvas) return;
        const chosen = this.#overview?.chosen;
        if (chosen !== undefined) this.#go({ connection: chosen.id });
        else if (this.#lanes !== undefined && this.#lanes.selected >= 0) {
          this.#go({ connection: this.#connection!.about.id, frame: this.#lanes.selected });
          this.#panel.querySelector<HTMLElement>("h2")?.focus();
        } else return;
        break;
      }
      default:
        return;
    }
    event.preventDefault();
  }

  #step(dx: number, dy: number): void {
    const lanes = this.#lanes!;
    const entry = lanes.step(dx, dy);
    if (entry < 0) return;
    lanes.selected = entry;
    lanes.reveal(entry);
    if (this.#opened !== undefined) this.#go({ connection: this.#connection!.about.id, frame: entry });
    else this.#say(this.#entryText(entry));
  }

  #stepConnection(by: number): void {
    const about = this.#overview!.step(by);
    if (about === undefined) return;
    const found = this.#found.get(about.id)?.length ?? 0;
    this.#say(
      `connection ${about.id}, ${about.client} to ${about.server}, ${plural(about.frames, "frame")}, ${plural(found, "finding")}`,
    );
  }

  #otherFinding(by: number): void {
    const shown = this.#findingsShown();
    if (shown.length === 0) return;
    const at = this.#opened?.kind === "finding" ? shown.indexOf(this.#opened.id) : by > 0 ? -1 : shown.length;
    const index = shown[Math.min(Math.max(at + by, 0), shown.length - 1)]!;
    this.#go({ connection: this.#page.findings[index]!.connection, finding: index });
  }

  #say(text: string): void {
    this.#live.textContent = text;
  }

  // Looks.

  #theme(): void {
    const root = document.documentElement;
    const dark = root.dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    root.dataset["theme"] = dark === "dark" ? "light" : "dark";
    this.#recolour();
  }

  #recolour(): void {
    this.#chart?.recolour();
  }

  /** On paper every finding is told, one after the other. */
  #printing(on: boolean): void {
    const root = document.documentElement;
    root.classList.toggle("printing", on);
    if (!on) this.#print.replaceChildren();
    else if (this.#print.childElementCount === 0) {
      this.#print.replaceChildren(...printed(this.#page, this.#findingsShown(), (about) => this.#model(about)));
    }
    this.#chart?.resize();
    this.#recolour();
  }
}

function related(finding: FindingView, model: ConnectionModel, entry: number): boolean {
  return finding.event.related.some((frame) => model.entryOf(frame) === entry);
}

const rank = ({ severity, certainty, consequent }: PageFinding): number =>
  SEVERITIES.indexOf(severity) + (certainty === "unproven" ? 3 : 0) + (consequent ? 6 : 0);

const chartHelp = (text: string) => el("p", { id: "chart-help", class: "unseen" }, text);

const OVERVIEW_HELP = "Up and down choose a connection, Enter opens it. The tab Connections has the same as a table.";
const LANE_HELP =
  "Left and right go from frame to frame, up and down from stream to stream, Enter opens. The tab Frames has the same as a table.";

const SEVERITIES: readonly string[] = ["error", "warning", "info"];

// Made by document.ts: both are there.
const data = JSON.parse(document.getElementById("data")!.textContent ?? "") as PageData;
new App(data).start(document.getElementById("page")!);
