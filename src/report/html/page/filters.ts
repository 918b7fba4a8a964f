// What is looked for: words, and what a frame or finding must have.
import type { PageData } from "../page-data.ts";
import type { ConnectionModel } from "./connection-model.ts";
import { button, el } from "./dom.ts";
import { say } from "./say.ts";
import { parseQuery, type Query } from "./search.ts";

export class Filters {
  readonly search = el("input", {
    type: "search",
    id: "search",
    placeholder: say.text("Search   /"),
    "aria-label": say.text("Search frames and findings"),
    "aria-describedby": "search-help",
    autocomplete: "off",
    spellcheck: "false",
  });
  /** How much matches. */
  readonly matched = el("span", { class: "matched" });
  /** Where one connection is in view: what matches in others. */
  readonly elsewhere = button("", () => this.#everywhere(), { class: "link elsewhere", hidden: true });
  readonly #side = select(say.text("Side"), [
    ["", say.text("both sides")],
    ["client", say.text("client")],
    ["server", say.text("server")],
  ]);
  readonly #kind = select(say.text("Frame"), [["", say.text("every frame")]]);
  readonly #status = select(say.text("Status"), [["", say.text("every status")]]);
  readonly #rule = select(say.text("Rule"), [["", say.text("every rule")]]);
  readonly #stream = el("input", {
    type: "text",
    inputmode: "numeric",
    class: "stream",
    placeholder: say.text("stream"),
    "aria-label": say.text("Stream"),
  });

  /** In the order of the toolbar. */
  get controls(): HTMLElement[] {
    return [
      this.search,
      el(
        "span",
        { class: "unseen", id: "search-help" },
        say.text("Words, or stream:, status:, from:, kind:, rule:, path:, method: with a value."),
      ),
      this.#side,
      this.#kind,
      this.#status,
      this.#rule,
      this.#stream,
      this.matched,
      this.elsewhere,
    ];
  }

  #everywhere: () => void = () => {};

  /** @param change Called when what is looked for is another. @param everywhere Called to look in all connections. */
  listen(change: () => void, everywhere: () => void): void {
    this.#everywhere = everywhere;
    for (const control of [this.#side, this.#kind, this.#status, this.#rule]) control.addEventListener("change", change);
    let timer = 0;
    for (const input of [this.search, this.#stream])
      input.addEventListener("input", () => {
        clearTimeout(timer);
        timer = setTimeout(change, 120) as unknown as number; // a number in browsers
      });
  }

  /** Those that were broken. */
  rules({ findings }: PageData): void {
    const rules = [...new Set(findings.map(({ rule }) => rule))].sort();
    fill(
      this.#rule,
      say.text("every rule"),
      rules.map((rule) => [rule, rule]),
    );
    this.#rule.hidden = rules.length === 0;
  }

  /** What there is to choose of a connection; undefined: all of them are in view. */
  of(page: PageData, model: ConnectionModel | undefined): void {
    if (model === undefined) {
      for (const control of [this.#kind, this.#stream]) {
        control.hidden = true;
        control.value = "";
      }
      this.#statuses(
        page.connections.flatMap(({ lanes }) => lanes.map(([, , ...said]) => said.map((text) => page.strings[text]!))),
      );
      return;
    }
    this.#stream.hidden = false;
    const kinds = [...new Set(model.kind)].map((kind) => kind).sort((a, b) => a - b);
    const names = kinds.map((kind) => model.name(model.kind.indexOf(kind)));
    fill(
      this.#kind,
      say.text("every frame"),
      names.map((name) => [name.toLowerCase().replaceAll("_", "-"), name]),
    );
    this.#kind.hidden = kinds.length < 2;
    this.#statuses(model.lanes.map(({ status, grpcStatus }) => [status, grpcStatus]));
  }

  /** @param said Status and grpc-status of each call; empty: none. */
  #statuses(said: readonly (readonly string[])[]): void {
    const all = new Set<string>();
    for (const [status = "", grpcStatus = ""] of said) {
      if (status !== "") all.add(status);
      if (grpcStatus !== "") all.add(`grpc-${grpcStatus}`);
    }
    const before = this.#status.value;
    const listed = [...all].sort().slice(0, STATUSES);
    fill(
      this.#status,
      say.text("every status"),
      listed.map((status) => [status, status.replace("grpc-", "grpc-status ")]),
    );
    this.#status.value = listed.includes(before) ? before : "";
    this.#status.hidden = listed.length === 0;
  }

  clear(): void {
    for (const control of [this.search, this.#stream, this.#side, this.#kind, this.#status, this.#rule]) control.value = "";
  }

  /** @param one Whether one connection is in view. */
  query(one: boolean): Query {
    const parts: string[] = [this.search.value];
    const add = (key: string, value: string) => {
      if (value.trim() !== "") parts.push(`${key}:${value.trim()}`);
    };
    add("from", this.#side.value);
    add("rule", this.#rule.value);
    add("status", this.#status.value);
    if (one) {
      add("kind", this.#kind.value);
      add("stream", this.#stream.value);
    }
    return parseQuery(parts.join(" "));
  }
}

// A capture may hold any numbers.
const STATUSES = 200;

function select(label: string, options: readonly (readonly [string, string])[]): HTMLSelectElement {
  return el("select", { "aria-label": label }, ...options.map(([value, text]) => el("option", { value }, text)));
}

function fill(control: HTMLSelectElement, all: string, options: readonly (readonly [string, string])[]): void {
  control.replaceChildren(...[["", all] as const, ...options].map(([value, text]) => el("option", { value }, text)));
}
