// A table that shows a page of its rows: a capture has more of them than a document should.
import { count } from "../../text.ts";
import { button, el } from "./dom.ts";
import { say } from "./say.ts";

export interface Column {
  readonly title: string;
  readonly class?: string;
  /** Called by its head, where rows can be sorted by it. */
  readonly sort?: () => void;
  /** How they are. */
  readonly sorted?: "ascending" | "descending" | undefined;
}

export class PagedTable {
  readonly element: HTMLElement;
  readonly #body = el("tbody");
  readonly #place = el("span", { class: "pager-place" });
  readonly #pager: HTMLElement;
  readonly #perPage: number;
  readonly #row: (index: number) => HTMLTableRowElement;
  #count = 0;
  #first = 0;

  constructor(caption: string, columns: readonly Column[], perPage: number, row: (index: number) => HTMLTableRowElement) {
    this.#row = row;
    this.#perPage = perPage;
    this.#pager = el(
      "div",
      { class: "pager" },
      button(say.text("Previous"), () => this.show(this.#first - perPage)),
      this.#place,
      button(say.text("Next"), () => this.show(this.#first + perPage)),
    );
    const head = columns.map(({ title, class: name, sort, sorted }) =>
      el(
        "th",
        { scope: "col", class: name, "aria-sort": sorted },
        sort === undefined
          ? title
          : button(title, sort, { class: "sort", title: say.text("Sort by {column}", { column: title }), "data-sort": title }),
      ),
    );
    this.element = el(
      "div",
      { class: "paged" },
      el(
        "div",
        { class: "table-scroll", tabindex: 0, role: "region", "aria-label": caption },
        el("table", {}, el("caption", { class: "unseen" }, caption), el("thead", {}, el("tr", {}, ...head)), this.#body),
      ),
      this.#pager,
    );
  }

  rows(count: number): void {
    this.#count = count;
    this.show(0);
  }

  /** The page with this row. */
  show(index: number): void {
    const per = this.#perPage;
    const bounded = Math.min(Math.max(index, 0), Math.max(this.#count - 1, 0));
    this.#first = Math.floor(bounded / per) * per;
    const last = Math.min(this.#first + per, this.#count);
    this.#body.replaceChildren(...Array.from({ length: last - this.#first }, (_, i) => this.#row(this.#first + i)));
    this.#place.textContent =
      this.#count === 0
        ? say.text("none")
        : say.text("{first} to {last} of {all}", {
            ...{ first: count(this.#first + 1), last: count(last), all: count(this.#count) },
          });
    this.#pager.hidden = this.#count <= per;
  }
}
