import { english } from "../lang/language.ts";
import type { MessageObject } from "./exchange.ts";
import type { Look, Style } from "./style.ts";
import { printable, shortSize, utf16Octets } from "./text.ts";
import { shortened, widthOf } from "./width.ts";

/** `> 0  12  HelloRequest {"name":"world"}`: direction, index, octets, what it holds; all of it with --verbose. Then where it does not
 *  fit its schema. */
export function messageLine(message: MessageObject, style: Style, look: Look): string {
  const { direction, index, length, compressed, type, json, raw, misfit, omitted } = message;
  const say = look.language ?? english;
  const mark = direction === "request" ? style.mark.to : style.mark.from;
  const head = `        ${mark} ${String(index).padEnd(3)} ${shortSize(length).padStart(6)}${compressed ? say.text(" compressed") : ""} `;
  const text = json !== undefined ? JSON.stringify(json) : raw !== undefined ? `0x${raw}` : `(${say.phrase(String(omitted))})`;
  const shown = `${type === undefined ? "" : `${type.slice(type.lastIndexOf(".") + 1)} `}${printable(utf16Octets(text))}`;
  const room = Math.max(look.width - widthOf(head), 40);
  const line = `${head}${look.verbose ? shown : shortened(shown, room)}`;
  return misfit === undefined
    ? line
    : `${line}\n            ${style.yellow(printable(utf16Octets(`${misfit.field} ${say.phrase(misfit.reason)}`)))}`;
}
