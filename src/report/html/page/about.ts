// The tab that says what the capture, or one connection, is and lacks.
import type { BudgetEvent } from "../../event.ts";
import { budgetPlace } from "../../failing.ts";
import { count, counted, duration, printable, size } from "../../text.ts";
import type { PageData } from "../page-data.ts";
import type { ConnectionModel } from "./connection-model.ts";
import { el, row } from "./dom.ts";
import { say } from "./say.ts";

/** What was read, and what of it could not be. */
export function captureCard({ captures, diagnostics, budgets, summary, left, words }: PageData): HTMLElement {
  const files = captures.map(({ file, format, compression, packets, octets }) =>
    el(
      "li",
      {},
      [
        `${printable(file)}${say.text(": ")}${compression === undefined ? format : say.text("{format} in {compression}", { format, compression })}`,
        counted(say, packets, "packet"),
        size(octets, say),
      ].join(say.text(", ")),
    ),
  );
  const told = diagnostics.map(({ severity, message, count: times }) =>
    el(
      "li",
      {},
      el("span", { class: `chip ${severity}` }, severity),
      ` ${printable(message)}${times > 1 ? say.text("; {n} times", { n: count(times) }) : ""}`,
    ),
  );
  if (left.diagnostics > 0) told.push(el("li", {}, say.text("and {n} more", { n: count(left.diagnostics) })));
  const unchecked = summary.unchecked.map(({ rule, reason, count: times }) =>
    el(
      "li",
      {},
      el("code", {}, rule),
      say.text(times === 1 ? " not checked once: {reason}" : " not checked {n} times: {reason}", {
        ...{ n: count(times), reason: words.needs[reason] ?? reason },
      }),
    ),
  );
  return el(
    "article",
    { class: "card" },
    el("h2", {}, say.text("Capture")),
    el("ul", { class: "plain" }, ...files),
    ...(budgets.length === 0
      ? []
      : [el("h3", {}, say.text("What is asserted")), el("ul", { class: "plain" }, ...budgets.map(budgetItem))]),
    el("h3", {}, say.text("What could not be read")),
    told.length === 0 ? el("p", { class: "note" }, say.text("Everything could be read.")) : el("ul", { class: "plain" }, ...told),
    el("h3", {}, say.text("What could not be checked")),
    unchecked.length === 0
      ? el("p", { class: "note" }, say.text("Everything could be checked."))
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
    el("h2", {}, say.opening(say.text("connection {id}", { id: about.id }))),
    el(
      "dl",
      {},
      ...row(say.text("client"), about.client),
      ...row(say.text("server"), about.server),
      ...row(say.text("speaks"), [about.speaks, ...about.behind].join(say.text("; "))),
      ...row(say.text("lasted"), duration(about.duration)),
      ...row(say.text("frames"), count(about.frames)),
      ...row(say.text("streams"), count(about.streams)),
      ...row(say.text("calls"), count(about.calls)),
      ...row(say.text("begin"), say.text(start ? "captured" : "not captured")),
      ...row(
        say.text("lost"),
        lost === 0
          ? say.text("nothing")
          : say.text("{client} of the client, {server} of the server", {
              ...{ client: size(lostOctets.client, say), server: size(lostOctets.server, say) },
            }),
      ),
      ...row(
        say.text("ended"),
        about.endedBy === undefined
          ? say.text("not in the capture")
          : say.text("by the {side}: {how}, packet {packet}", {
              ...{ side: say.text(about.endedBy.side), how: about.endedBy.how.toUpperCase(), packet: about.endedBy.packet },
            }),
      ),
    ),
    model.gaps.length === 0 ? undefined : el("h3", {}, say.text("Gaps")),
    model.gaps.length === 0
      ? undefined
      : el(
          "ul",
          { class: "plain" },
          ...model.gaps.slice(0, 100).map(({ side, time, packet, octets, why }) =>
            el(
              "li",
              {},
              say.text("{bytes} of the {side} before packet {packet}, {time}", {
                ...{ bytes: size(octets, say), side: say.text(side === 0 ? "client" : "server"), packet },
                time: duration(time - about.from),
              }) + (why === "" ? "" : `${say.text(": ")}${why}`),
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
    ...(first === undefined ? [] : [say.text("first on {place}", { place: budgetPlace(first, say) })]),
  ];
  const chip = el(
    "span",
    { class: `chip ${status === "broken" ? "fault" : status === "held" ? "exact" : "partial"}` },
    say.text(status),
  );
  return el("li", {}, chip, ` ${printable(`${asserted}${say.text(": ")}${seen.join(say.text("; "))}`)}`);
}
