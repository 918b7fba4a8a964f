// The tab that says what the capture, or one connection, is and lacks.
import type { BudgetEvent } from "../../event.ts";
import { budgetPlace } from "../../failing.ts";
import { count, duration, plural, printable, size } from "../../text.ts";
import type { PageData } from "../page-data.ts";
import type { ConnectionModel } from "./connection-model.ts";
import { el, row } from "./dom.ts";

/** What was read, and what of it could not be. */
export function captureCard({ captures, diagnostics, budgets, summary, left, words }: PageData): HTMLElement {
  const files = captures.map(({ file, format, compression, packets, octets }) =>
    el(
      "li",
      {},
      `${printable(file)}: ${format}${compression === undefined ? "" : ` in ${compression}`}, ${plural(packets, "packet")}, ${size(octets)}`,
    ),
  );
  const told = diagnostics.map(({ severity, message, count: times }) =>
    el(
      "li",
      {},
      el("span", { class: `chip ${severity}` }, severity),
      ` ${printable(message)}${times > 1 ? `; ${count(times)} times` : ""}`,
    ),
  );
  if (left.diagnostics > 0) told.push(el("li", {}, `and ${count(left.diagnostics)} more`));
  const unchecked = summary.unchecked.map(({ rule, reason, count: times }) =>
    el(
      "li",
      {},
      el("code", {}, rule),
      ` not checked ${times === 1 ? "once" : `${count(times)} times`}: ${words.needs[reason] ?? reason}`,
    ),
  );
  return el(
    "article",
    { class: "card" },
    el("h2", {}, "Capture"),
    el("ul", { class: "plain" }, ...files),
    ...(budgets.length === 0 ? [] : [el("h3", {}, "What is asserted"), el("ul", { class: "plain" }, ...budgets.map(budgetItem))]),
    el("h3", {}, "What could not be read"),
    told.length === 0 ? el("p", { class: "note" }, "Everything could be read.") : el("ul", { class: "plain" }, ...told),
    el("h3", {}, "What could not be checked"),
    unchecked.length === 0
      ? el("p", { class: "note" }, "Everything could be checked.")
      : el("ul", { class: "plain" }, ...unchecked),
  );
}

/** Of one connection. */
export function connectionCard(model: ConnectionModel): HTMLElement {
  const { about } = model;
  const { lostOctets, start } = about.complete;
  const lost = lostOctets.client + lostOctets.server;
  return el(
    "article",
    { class: "card" },
    el("h2", {}, `Connection ${about.id}`),
    el(
      "dl",
      {},
      ...row("client", about.client),
      ...row("server", about.server),
      ...row("speaks", [about.speaks, ...about.behind].join("; ")),
      ...row("lasted", duration(about.duration)),
      ...row("frames", count(about.frames)),
      ...row("streams", count(about.streams)),
      ...row("calls", count(about.calls)),
      ...row("begin", start ? "captured" : "not captured"),
      ...row(
        "lost",
        lost === 0 ? "nothing" : `${size(lostOctets.client)} of the client, ${size(lostOctets.server)} of the server`,
      ),
      ...row(
        "ended",
        about.endedBy === undefined
          ? "not in the capture"
          : `by the ${about.endedBy.side}: ${about.endedBy.how.toUpperCase()}, packet ${about.endedBy.packet}`,
      ),
    ),
    model.gaps.length === 0 ? undefined : el("h3", {}, "Gaps"),
    model.gaps.length === 0
      ? undefined
      : el(
          "ul",
          { class: "plain" },
          ...model.gaps
            .slice(0, 100)
            .map(({ side, time, packet, octets, why }) =>
              el(
                "li",
                {},
                `${size(octets)} of the ${side === 0 ? "client" : "server"} before packet ${packet}, ${duration(time - about.from)}${why === "" ? "" : `: ${why}`}`,
              ),
            ),
        ),
  );
}

/** Of the configuration, and whether it holds. */
export function budgetItem({ status, asserted, message, because, places: [first] }: BudgetEvent): HTMLElement {
  const seen = [
    message,
    ...(because === undefined ? [] : [because]),
    ...(first === undefined ? [] : [`first on ${budgetPlace(first)}`]),
  ];
  const chip = el("span", { class: `chip ${status === "broken" ? "fault" : status === "held" ? "exact" : "partial"}` }, status);
  return el("li", {}, chip, ` ${printable(`${asserted}: ${seen.join("; ")}`)}`);
}
