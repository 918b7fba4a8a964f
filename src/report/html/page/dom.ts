// Elements are made here and nowhere else: text enters as text, never as markup.

type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>;

/** Functions are listeners, `true` an attribute without a value, `false` and undefined none. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value as (event: Event) => void);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

export const button = (label: string, click: () => void, attributes: Attributes = {}, ...children: readonly Child[]) =>
  el("button", { type: "button", click, ...attributes }, ...(children.length === 0 ? [label] : children));

/** A term and what it says, for a definition list. */
export const row = (term: string, ...says: readonly Child[]): [HTMLElement, HTMLElement] => [
  el("dt", {}, term),
  el("dd", {}, ...says),
];
