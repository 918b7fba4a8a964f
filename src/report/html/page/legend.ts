import { el } from "./dom.ts";
import { drawMark, type Kind } from "./marks.ts";
import { say } from "./say.ts";

/** The shapes of the frames. */
export function legend(): HTMLElement {
  return el(
    "ul",
    { class: "legend", "aria-label": say.text("Marks") },
    ...SHOWN.map(([kind, label]) => {
      const canvas = el("canvas", { width: 32, height: 32, "aria-hidden": "true" });
      const c = canvas.getContext("2d")!;
      c.scale(2, 2);
      // A grey that both themes can show.
      c.fillStyle = c.strokeStyle = "#7a8699";
      drawMark(c, kind, false, 8, 8, 5);
      return el("li", {}, canvas, label === "other" ? say.text("other") : label);
    }),
  );
}

const SHOWN: readonly (readonly [Kind, string])[] = [
  ["headers", "HEADERS"],
  ["data", "DATA"],
  ["settings", "SETTINGS"],
  ["window-update", "WINDOW_UPDATE"],
  ["ping", "PING"],
  ["rst-stream", "RST_STREAM"],
  ["goaway", "GOAWAY"],
  ["continuation", "CONTINUATION"],
  ["push-promise", "PUSH_PROMISE"],
  ["priority", "PRIORITY"],
  ["unknown", "other"],
];
