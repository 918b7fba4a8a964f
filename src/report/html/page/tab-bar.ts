// The tabs beside the timeline.
import { button, el } from "./dom.ts";
import { say } from "./say.ts";

export type Tab = "findings" | "calls" | "frames" | "connections" | "about";

export class TabBar {
  readonly element = el("div", { class: "tabs", role: "tablist", "aria-label": say.text("Beside the timeline") });
  chosen: Tab = "findings";
  readonly #choose: (tab: Tab) => void;

  /** @param choose Called with which one was clicked or reached by an arrow. */
  constructor(choose: (tab: Tab) => void) {
    this.#choose = choose;
  }

  /** @param tabs Those there are now, with their labels. @param panel What they control. */
  show(tabs: readonly (readonly [Tab, string])[], panel: HTMLElement): void {
    if (!tabs.some(([tab]) => tab === this.chosen)) this.chosen = "findings";
    const had = this.element.contains(document.activeElement);
    this.element.replaceChildren(
      ...tabs.map(([tab, label]) => {
        const chosen = tab === this.chosen;
        return button(label, () => this.#choose(tab), {
          role: "tab",
          "aria-selected": String(chosen),
          "aria-controls": panel.id,
          tabindex: chosen ? 0 : -1,
          id: `tab-${tab}`,
          keydown: (event: KeyboardEvent) => this.#key(event, tabs, tab),
        });
      }),
    );
    panel.setAttribute("aria-labelledby", `tab-${this.chosen}`);
    if (had) document.getElementById(`tab-${this.chosen}`)?.focus();
  }

  #key(event: KeyboardEvent, tabs: readonly (readonly [Tab, string])[], tab: Tab): void {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = tabs.findIndex(([name]) => name === tab);
    this.#choose(tabs[(at + by + tabs.length) % tabs.length]![0]);
  }
}
