// `h2lint frames` in a terminal: one row a frame.

import { kindName } from "../http2/frame.ts";
import { frameDetail } from "./frame-line.ts";
import type { FrameListing } from "./frame-object.ts";
import type { Output } from "./report.ts";
import { type Look, Style } from "./style.ts";
import { duration } from "./text.ts";

/** Rows as they come: a capture has too many to measure them first.
 *  @param whole Cut nothing: what reads it is no terminal. */
export function framesTable(output: Output, look: Look, whole: boolean): (frame: FrameListing) => void {
  const style = new Style(look);
  const wide = whole || look.width >= 100;
  const row = (
    conn: string,
    packet: string,
    time: string,
    from: string,
    stream: string,
    name: string,
    length: string,
    detail: string,
  ): string => {
    const lead = `${conn.padStart(5)} ${packet.padStart(7)} ${wide ? `${time.padStart(11)} ` : ""} ${from.padEnd(6)} ${stream.padStart(7)}  ${name.padEnd(15)} ${length.padStart(8)}  `;
    const room = Math.max(look.width - lead.length, 10);
    return `${lead}${!whole && detail.length > room ? `${detail.slice(0, room - 3)}...` : detail}`.trimEnd();
  };
  output(`${style.bold(row("conn", "packet", "time", "from", "stream", "frame", "bytes", ""))}\n`);
  return (frame) => {
    const { connection, since, packet, from, streamId, kind, length, fault } = frame;
    const detail = frameDetail(frame) + (fault === undefined ? "" : `  (${fault})`);
    const time = duration(since);
    const line = row(String(connection), String(packet), time, from, String(streamId), kindName(kind), String(length), detail);
    output(`${fault === undefined ? line : style.yellow(line)}\n`);
  };
}
