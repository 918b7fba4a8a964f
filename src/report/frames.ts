// `h2lint frames` in a terminal: one row a frame.

import { kindName } from "../http2/frame.ts";
import { english } from "../lang/language.ts";
import { frameDetail } from "./frame-line.ts";
import type { FrameListing } from "./frame-object.ts";
import type { Output } from "./report.ts";
import { type Look, Style } from "./style.ts";
import { duration } from "./text.ts";
import { padEnd, padStart, shortened, widthOf } from "./width.ts";

/** Rows as they come: a capture has too many to measure them first.
 *  @param whole Cut nothing: what reads it is no terminal. */
export function framesTable(output: Output, look: Look, whole: boolean): (frame: FrameListing) => void {
  const style = new Style(look);
  const say = look.language ?? english;
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
    const lead = `${padStart(conn, 5)} ${padStart(packet, 7)} ${wide ? `${padStart(time, 11)} ` : ""} ${padEnd(from, 6)} ${padStart(stream, 7)}  ${padEnd(name, 15)} ${padStart(length, 8)}  `;
    const room = Math.max(look.width - widthOf(lead), 10);
    return `${lead}${whole ? detail : shortened(detail, room)}`.trimEnd();
  };
  const [from, stream, frame, bytes] = [say.text("from"), say.text("stream"), say.text("frame"), say.text("bytes")];
  const head = row(say.text("conn"), say.text("packet"), say.text("time"), from, stream, frame, bytes, "");
  output(`${style.bold(head)}\n`);
  return (frame) => {
    const { connection, since, packet, from, streamId, kind, length, fault } = frame;
    const detail = frameDetail(frame, say) + (fault === undefined ? "" : `  (${fault})`);
    const time = duration(since);
    const line = row(
      String(connection),
      String(packet),
      time,
      say.text(from),
      String(streamId),
      kindName(kind),
      String(length),
      detail,
    );
    output(`${fault === undefined ? line : style.yellow(line)}\n`);
  };
}
