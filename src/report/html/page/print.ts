// On paper: every finding, one after the other.
import { count, counted } from "../../text.ts";
import type { PageConnection, PageData } from "../page-data.ts";
import { budgetItem } from "./about.ts";
import type { ConnectionModel } from "./connection-model.ts";
import { el } from "./dom.ts";
import { say } from "./say.ts";
import { storyCard, whereText } from "./story.ts";

/** @param shown Into the findings of the page. */
export function printed(
  page: PageData,
  shown: readonly number[],
  modelOf: (about: PageConnection) => ConnectionModel,
): HTMLElement[] {
  const cards = shown.slice(0, PRINTED).flatMap((index) => {
    const about = page.connections.find(({ id }) => id === page.findings[index]!.connection);
    if (about === undefined) return [];
    const model = modelOf(about);
    const view = model.findings.find((candidate) => candidate.index === index)!;
    const card = storyCard(page, model, view, undefined);
    card.querySelector("h2")?.after(el("p", { class: "where" }, whereText(view.event, true)));
    return [card];
  });
  const { budgets } = page;
  return [
    ...(budgets.length === 0
      ? []
      : [el("h2", {}, say.text("What is asserted")), el("ul", { class: "plain" }, ...budgets.map(budgetItem))]),
    el("h2", {}, counted(say, shown.length, "finding")),
    ...cards,
    ...(shown.length > PRINTED ? [el("p", {}, say.text("and {n} more", { n: count(shown.length - PRINTED) }))] : []),
  ];
}

// Stories that are printed.
const PRINTED = 200;
