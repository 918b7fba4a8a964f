import Table from "cli-table3";
import { widthOf } from "./width.ts";

/** Rows under a head with one rule below it and no other border. The last column takes what width is left, and wraps. */
export function rowTable(head: readonly string[], rows: readonly (readonly (string | number)[])[], width: number): string {
  const cells = rows.map((row) => row.map(String));
  const widths = head.map((title, i) => Math.max(widthOf(title), ...cells.map((row) => longest(row[i] ?? ""))) + 2);
  const last = widths.length - 1;
  const taken = widths.slice(0, last).reduce((sum, w) => sum + w, 0);
  widths[last] = Math.max(Math.min(widths[last]!, width - taken), 12);
  const table = new Table({
    head: [...head],
    colWidths: widths,
    wordWrap: true,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    chars: BORDERLESS,
  });
  table.push(...cells);
  const lines = table.toString().split("\n");
  lines.splice(1, 0, "-".repeat(Math.min(width, widths.reduce((sum, w) => sum + w, 0) - 2)));
  return lines.map((line) => line.trimEnd()).join("\n");
}

const longest = (cell: string): number => Math.max(...cell.split("\n").map(widthOf));

const BORDERLESS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
} as const;
