// The colours of page.css, for the canvas. Side and severity also differ by place and shape: no colour says anything alone.

const NAMES = [
  "page",
  "panel",
  "ink",
  "dim",
  "line",
  "stripe",
  "band",
  "client",
  "server",
  "error",
  "warning",
  "info",
  "answer",
  "focus",
  "gap",
] as const;

export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
}

export const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';
export const BOLD = `600 ${FONT}`;
export const SMALL = FONT.replace("12px", "11px");
