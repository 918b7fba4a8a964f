import { el, row } from "./dom.ts";
import { legend } from "./legend.ts";
import { say } from "./say.ts";

/** Keys and marks. */
export function helpDialog(): HTMLDialogElement {
  const keys: [string, string][] = [
    ["← →", say.text("the frame before and after, in its lane")],
    ["↑ ↓", say.text("the lane, or the connection, above and below")],
    ["Shift ← →", say.text("pan")],
    ["+  −  0", say.text("zoom in, out, show all")],
    ["Enter", say.text("open what is chosen")],
    ["n  p", say.text("next and previous finding")],
    ["Tab", say.text("through the findings and all else")],
    ["/", say.text("search")],
    ["Escape", say.text("close, clear, then back")],
    ["t", say.text("light or dark")],
    [say.text("Ctrl + wheel"), say.text("zoom; drag to pan, double-click to zoom in")],
  ];
  return el(
    "dialog",
    { class: "help", "aria-label": say.text("Keys and marks") },
    el("h2", {}, say.text("Keys")),
    el("dl", { class: "keys" }, ...keys.flatMap(([key, does]) => row(key, does))),
    el("h2", {}, say.text("Marks")),
    legend(),
    el(
      "p",
      { class: "note" },
      say.text(
        "The upper line of a lane is the client, the lower one the server. What each may send is what its connection's window leaves; red where that is nothing. A ring with a triangle, diamond or dot is a finding; an arrow leads from it to the answer.",
      ),
    ),
    el("form", { method: "dialog" }, el("button", {}, say.text("Close"))),
  );
}

/** For those who do not see the chart of all connections. */
export const overviewHelp = (): HTMLElement =>
  unseen(say.text("Up and down choose a connection, Enter opens it. The tab Connections has the same as a table."));

/** For those who do not see the chart of one. */
export const laneHelp = (): HTMLElement =>
  unseen(
    say.text(
      "Left and right go from frame to frame, up and down from stream to stream, Enter opens. The tab Frames has the same as a table.",
    ),
  );

const unseen = (text: string): HTMLElement => el("p", { id: "chart-help", class: "unseen" }, text);
