import Table from "cli-table3";
import { wrap } from "./style.ts";
import { padEnd, widthOf } from "./width.ts";

/** Rows under a head with one rule below it and no other border. The last column takes what width is left, and wraps at words. Where no
 *  word of it would fit, the widest column has separate lines. */
export function rowTable(head: readonly string[], rows: readonly (readonly (string | number)[])[], width: number): string {
  const cells = rows.map((row) => row.map(String));
  const widths = head.map((title, i) => Math.max(widthOf(title), ...cells.map((row) => longest(row[i] ?? ""))) + 2);
  const last = widths.length - 1;
  const taken = widths.slice(0, last).reduce((sum, w) => sum + w, 0);
  const word = Math.max(...[head, ...cells].map((row) => longest((row[last] ?? "").replaceAll(" ", "\n"))));
  if (taken + word > width && last > 0) return stackedTable(head, cells, widths, width);
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

function stackedTable(head: readonly string[], cells: readonly string[][], widths: readonly number[], width: number): string {
  const own = widths.indexOf(Math.max(...widths));
  const others = widths.flatMap((_, i) => (i === own ? [] : [i]));
  const indent = own === 0 ? "  " : "";
  const last = others.at(-1)!;
  const lead = others.slice(0, -1).reduce((sum, i) => sum + widths[i]!, indent.length);
  const lines = (row: readonly string[]): string[] => {
    const cell = row[own] ?? "";
    const apart = cell === "" ? [] : wrap(cell, width - 4).map((line, i) => `${i > 0 ? "    " : own === 0 ? "" : "  "}${line}`);
    const rest = wrap(row[last] ?? "", width - lead);
    const first = `${indent}${others.map((i) => (i === last ? rest[0]! : padEnd(row[i] ?? "", widths[i]!))).join("")}`;
    const beside = [first, ...rest.slice(1).map((line) => " ".repeat(lead) + line)].filter((line) => line.trim() !== "");
    return own === 0 ? [...apart, ...beside] : [...beside, ...apart];
  };
  const rule = "-".repeat(width);
  return [...lines(head), rule, ...cells.flatMap(lines)].map((line) => line.trimEnd()).join("\n");
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
