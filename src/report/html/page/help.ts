import { el, row } from "./dom.ts";
import { legend } from "./legend.ts";

/** Keys and marks. */
export function helpDialog(): HTMLDialogElement {
  const keys: [string, string][] = [
    ["← →", "the frame before and after, in its lane"],
    ["↑ ↓", "the lane, or the connection, above and below"],
    ["Shift ← →", "pan"],
    ["+  −  0", "zoom in, out, show all"],
    ["Enter", "open what is chosen"],
    ["n  p", "next and previous finding"],
    ["Tab", "through the findings and all else"],
    ["/", "search"],
    ["Escape", "close, clear, then back"],
    ["t", "light or dark"],
    ["Ctrl + wheel", "zoom; drag to pan, double-click to zoom in"],
  ];
  return el(
    "dialog",
    { class: "help", "aria-label": "Keys and marks" },
    el("h2", {}, "Keys"),
    el("dl", { class: "keys" }, ...keys.flatMap(([key, does]) => row(key, does))),
    el("h2", {}, "Marks"),
    legend(),
    el(
      "p",
      { class: "note" },
      "The upper line of a lane is the client, the lower one the server. What each may send is what its connection's window leaves; red where that is nothing. A ring with a triangle, diamond or dot is a finding; an arrow leads from it to the answer.",
    ),
    el("form", { method: "dialog" }, el("button", {}, "Close")),
  );
}
