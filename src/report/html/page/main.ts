// The page: reads its data, keeps what is open in the address (#connection=1&finding=0), and wires charts, tables and keys.
import { count, counted, printable } from "../../text.ts";
import type { PageConnection, PageData } from "../page-data.ts";
import { moveTo, numbersHere } from "./address.ts";
import { ConnectionChart, endsText, type FoundAt } from "./connection-chart.ts";
import type { ConnectionModel, FindingView } from "./connection-model.ts";
import { button, el } from "./dom.ts";
import { Filters } from "./filters.ts";
import { Finder, type Found } from "./found.ts";
import { frameCard } from "./frame-card.ts";
import { helpDialog, laneHelp, overviewHelp } from "./help.ts";
import { listenToKeys } from "./keys.ts";
import { LaneChart } from "./lane-chart.ts";
import { legend } from "./legend.ts";
import { type Opened, Panel, type View } from "./panel.ts";
import { printed } from "./print.ts";
import { foundByConnection, worstFirst } from "./ranked.ts";
import { say, speak } from "./say.ts";
import { isEmpty, matchesFinding, type Query } from "./search.ts";
import { storyCard } from "./story.ts";
import type { Go } from "./tables.ts";
import { Toolbar } from "./toolbar.ts";
import { header, notices, storyOfWorst } from "./top.ts";

class App {
  readonly #page: PageData;
  readonly #finder: Finder;
  readonly #found: ReadonlyMap<number, readonly FoundAt[]>;
  /** Into the findings, the worst first. */
  readonly #ranked: readonly number[];
  readonly #live = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
  readonly #stage = el("div", { class: "stage" });
  readonly #panel: Panel;
  readonly #print = el("section", { class: "print-only", "aria-hidden": "true" });
  readonly #filters = new Filters();
  readonly #toolbar: Toolbar;
  readonly #help = helpDialog();
  readonly #worst: HTMLElement | undefined;
  #connection: ConnectionModel | undefined;
  #lanes: LaneChart | undefined;
  #overview: ConnectionChart | undefined;
  #opened: Opened | undefined;
  #shown: Found = { connections: [], frames: [], frameCount: 0, calls: [] };
  /** What is looked for stays when another view is opened. */
  #keepFilter = false;

  constructor(page: PageData) {
    this.#page = page;
    this.#finder = new Finder(page);
    this.#toolbar = new Toolbar(this.#filters, {
      zoom: (factor) => this.#chart?.zoom(factor),
      fit: () => this.#chart?.fit(),
      submit: (event) => this.#submitted(event),
      overview: () => this.#go({}),
    });
    this.#worst = storyOfWorst(page, (connection, finding) => this.#go({ connection, finding }));
    this.#found = foundByConnection(page);
    this.#ranked = worstFirst(page);
    this.#panel = new Panel(page, this.#found, this.#goTo, (tab) => {
      this.#panel.tabs.chosen = tab;
      if (this.#opened !== undefined) this.#go({ connection: this.#connection?.about.id });
      else this.#panel.show(this.#view);
    });
  }

  start(root: HTMLElement): void {
    root.append(
      el("a", { class: "skip", href: "#panel", click: (event: Event) => this.#skip(event) }, say.text("Skip to the findings")),
      header(this.#page, { theme: () => this.#theme(), help: () => this.#help.showModal() }),
      ...(this.#worst === undefined ? [] : [this.#worst]),
      ...notices(this.#page),
      el(
        "main",
        {},
        el("section", { class: "chart-side", "aria-label": say.text("Timeline") }, this.#toolbar.element, this.#stage),
        el(
          "aside",
          { class: "panel", "aria-label": say.text("Findings and details") },
          this.#panel.tabs.element,
          this.#panel.body,
        ),
      ),
      this.#print,
      this.#live,
      this.#help,
    );
    this.#filters.rules(this.#page);
    addEventListener("hashchange", () => this.#route());
    this.#listenToKeys();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#recolour());
    matchMedia("print").addEventListener("change", ({ matches }) => this.#printing(matches));
    addEventListener("beforeprint", () => this.#printing(true));
    addEventListener("afterprint", () => this.#printing(false));
    this.#filters.listen(
      () => this.#filter(),
      () => this.#everywhere(),
    );
    const spoken = this.#page.connections.filter(({ frames }) => frames > 0);
    if (location.hash === "" && spoken.length === 1) history.replaceState(null, "", `#connection=${spoken[0]!.id}`);
    this.#route();
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.#panel.body.focus();
  }

  get #chart(): LaneChart | ConnectionChart | undefined {
    return this.#lanes ?? this.#overview;
  }

  // Where we are.

  readonly #goTo: Go = (parts) => this.#go(parts);

  #go(parts: Readonly<Record<string, number | undefined>>): void {
    if (!moveTo(parts)) this.#route();
  }

  #route(): void {
    const number = numbersHere();
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

  get #query(): Query {
    return this.#filters.query(this.#connection !== undefined);
  }

  #showOverview(): void {
    this.#connection = undefined;
    this.#lanes = undefined;
    if (this.#overview === undefined) {
      this.#overview = new ConnectionChart(this.#page.connections, this.#found, "chart-help", (id) =>
        this.#go({ connection: id }),
      );
      this.#toolbar.overview(this.#page.connections.length);
      this.#stage.replaceChildren(this.#overview.element, overviewHelp());
      if (this.#panel.tabs.chosen === "about") this.#panel.tabs.chosen = "findings";
      document.body.dataset["view"] = "overview";
      if (!this.#keepFilter) this.#filters.clear();
      this.#filters.of(this.#page, undefined);
    }
    this.#keepFilter = false;
    this.#applyFilter();
  }

  #showConnection(about: PageConnection): void {
    const model = this.#finder.model(about);
    // Whoever looked over all connections goes on looking in this one, if there is something to see.
    const keep = this.#shown.frames.some((found) => found.model === model) && this.#connection === undefined;
    this.#overview = undefined;
    this.#connection = model;
    const lanes = new LaneChart(model, "chart-help", {
      entry: (entry) => this.#go({ connection: about.id, frame: entry }),
      nothing: () => this.#go({ connection: about.id }),
    });
    this.#lanes = lanes;
    this.#toolbar.connection(about, lanes);
    this.#stage.replaceChildren(lanes.element, el("div", { class: "below" }, legend(), laneHelp()));
    document.body.dataset["view"] = "connection";
    if (!keep) this.#filters.clear();
    this.#filters.of(this.#page, model);
    this.#applyFilter();
  }

  // Filters.

  #filter(): void {
    this.#applyFilter();
    if (this.#opened === undefined) this.#panel.show(this.#view);
    else this.#panel.label(this.#view);
    this.#say(this.#filters.matched.textContent ?? "");
  }

  #applyFilter(): void {
    const query = this.#query;
    const nothing = isEmpty(query);
    const { matched, elsewhere } = this.#filters;
    elsewhere.hidden = true;
    if (this.#connection === undefined) {
      const found = this.#finder.all(query);
      this.#shown = found;
      this.#overview!.filter(found.connections);
      matched.textContent = nothing
        ? ""
        : say.text("{n} of {connections}, {frames}", {
            ...{ n: count(found.connections.length), frames: counted(say, found.frameCount, "frame") },
            connections: counted(say, this.#page.connections.length, "connection"),
          });
      return;
    }
    const found = this.#finder.of(query, this.#connection);
    this.#shown = found;
    this.#lanes!.filter(found.match);
    matched.textContent = nothing
      ? ""
      : say.text("{n} of {frames}", { n: count(found.frameCount), frames: counted(say, this.#connection.count, "frame") });
    const everywhere = this.#filters.query(false);
    if (isEmpty(everywhere) || this.#page.connections.length === 1) return;
    const others = this.#finder.all(everywhere).connections.filter(({ id }) => id !== this.#connection!.about.id).length;
    elsewhere.textContent = say.text("and {connections}", { connections: counted(say, others, "other connection") });
    elsewhere.hidden = others === 0;
  }

  /** From one connection to all, with what is looked for. */
  #everywhere(): void {
    this.#keepFilter = true;
    this.#panel.tabs.chosen = "frames";
    this.#go({});
  }

  #submitted(event: Event): void {
    event.preventDefault();
    this.#applyFilter();
    const [first] = this.#shown.frames;
    const entry = first?.entries[0];
    if (first !== undefined && entry !== undefined && !isEmpty(this.#query))
      this.#go({ connection: first.model.about.id, frame: entry });
    this.#chart?.canvas.focus();
  }

  // The panel beside the chart.

  #findingsShown(): number[] {
    const query = this.#query;
    const id = this.#connection?.about.id;
    const { findings } = this.#page;
    return this.#ranked.filter((index) => {
      const finding = findings[index]!;
      return (id === undefined || finding.connection === id) && (isEmpty(query) || matchesFinding(query, finding));
    });
  }

  get #view(): View {
    return { connection: this.#connection, found: this.#shown, query: this.#query, findings: this.#findingsShown() };
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
    this.#panel.tabs.chosen = "findings";
    const shown = this.#findingsShown();
    const at = shown.indexOf(index);
    const other = (by: number, label: string) => {
      const next = shown[at + by];
      if (at < 0 || next === undefined) return undefined;
      return button(label, () => this.#go({ connection: finding.connection, finding: next }));
    };
    this.#showCard(
      storyCard(this.#page, model, view, (entry) => this.#go({ connection: model.about.id, frame: entry })),
      [other(-1, say.text("Previous")), other(1, say.text("Next"))],
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
    if (this.#panel.tabs.chosen !== "frames" && this.#panel.tabs.chosen !== "calls") this.#panel.tabs.chosen = "findings";
    const step = (by: number, label: string) => {
      const next = model.order[model.rank[entry]! + by];
      return next === undefined ? undefined : button(label, () => this.#go({ connection: model.about.id, frame: next }));
    };
    this.#showCard(
      frameCard(this.#page, model, entry, (index) => this.#go({ connection: model.about.id, finding: index })),
      [step(-1, say.text("Previous frame")), step(1, say.text("Next frame"))],
    );
    this.#say(this.#entryText(entry));
  }

  #entryText(entry: number): string {
    const model = this.#connection!;
    const stream = model.stream(entry);
    const found = model.findings.filter((view) => view.entry === entry).map(({ event }) => `, ${event.severity} ${event.rule}`);
    const about = { frame: model.name(entry), side: say.text(model.from(entry)), id: stream };
    return [
      say.text(stream === 0 ? "{frame} from the {side}" : "{frame} on stream {id} from the {side}", about),
      say.text("packet {n}", { n: String(model.packet[entry]) }),
      `${model.text(entry)}${found.join("")}`,
    ].join(say.text(", "));
  }

  #showCard(card: HTMLElement, others: readonly (HTMLElement | undefined)[]): void {
    const close = () => this.#go({ connection: this.#connection?.about.id });
    this.#panel.card(this.#view, card, button("", close, { title: say.text("Close (Escape)") }, `‹ ${say.text("Back")}`), others);
  }

  #close(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    if (this.#lanes !== undefined) {
      this.#lanes.finding = undefined;
      this.#lanes.selected = -1;
      this.#lanes.ask();
    }
    const inside = this.#panel.hasFocus || document.activeElement === document.body;
    this.#panel.show(this.#view);
    if (opened === undefined || !inside) return;
    if (!this.#panel.backTo(opened, this.#shown)) this.#chart?.canvas.focus();
  }

  // Keys.

  #listenToKeys(): void {
    listenToKeys({
      busy: () => this.#help.open,
      canvas: () => this.#chart?.canvas,
      escape: (typing) => this.#escape(typing),
      submit: (event) => this.#submitted(event),
      search: () => {
        this.#filters.search.focus();
        this.#filters.search.select();
      },
      help: () => this.#help.showModal(),
      theme: () => this.#theme(),
      zoom: (factor) => this.#chart?.zoom(factor),
      fit: () => this.#chart?.fit(),
      otherFinding: (by) => this.#otherFinding(by),
      across: (by, shift) => {
        if (shift || this.#lanes === undefined) this.#chart?.pan(by * 80);
        else this.#step(by, 0);
      },
      along: (by) => {
        if (this.#lanes === undefined) this.#stepConnection(by);
        else this.#step(0, by);
      },
      open: () => this.#openChosen(),
    });
  }

  /** Close, clear, then back. */
  #escape(typing: HTMLElement | undefined): boolean {
    const { search } = this.#filters;
    if (typing === search && search.value !== "") {
      search.value = "";
      this.#filter();
    } else if (typing !== undefined) this.#chart?.canvas.focus();
    else if (this.#opened !== undefined) this.#go({ connection: this.#connection?.about.id });
    else if (!isEmpty(this.#query)) {
      this.#filters.clear();
      this.#filter();
    } else if (this.#connection !== undefined) this.#go({});
    else return false;
    return true;
  }

  #openChosen(): boolean {
    const chosen = this.#overview?.chosen;
    if (chosen !== undefined) this.#go({ connection: chosen.id });
    else if (this.#lanes !== undefined && this.#lanes.selected >= 0) {
      this.#go({ connection: this.#connection!.about.id, frame: this.#lanes.selected });
      this.#panel.body.querySelector<HTMLElement>("h2")?.focus();
    } else return false;
    return true;
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
      [
        ...[say.text("connection {id}", { id: about.id }), endsText(about)],
        ...[counted(say, about.frames, "frame"), counted(say, found, "finding")],
      ].join(say.text(", ")),
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

  /** On paper every finding is reported, one after the other. */
  #printing(on: boolean): void {
    const root = document.documentElement;
    root.classList.toggle("printing", on);
    if (!on) this.#print.replaceChildren();
    else if (this.#print.childElementCount === 0) {
      this.#print.replaceChildren(...printed(this.#page, this.#findingsShown(), (about) => this.#finder.model(about)));
    }
    this.#chart?.resize();
    this.#recolour();
  }
}

function related(finding: FindingView, model: ConnectionModel, entry: number): boolean {
  return finding.event.related.some((frame) => model.entryOf(frame) === entry);
}

// Made by document.ts: both are there.
const data = JSON.parse(document.getElementById("data")!.textContent ?? "") as PageData;
speak(data.language);
new App(data).start(document.getElementById("page")!);
