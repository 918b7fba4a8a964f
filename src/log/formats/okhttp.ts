// OkHttp's frame log (the logger okhttp3.internal.http2.Http2 at FINE), as grpc-java's OkHttp transport of old has it too. No payloads but
// the increment of WINDOW_UPDATE, and no name for the connection.
import { Flag } from "../../http2/frame.ts";
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { flagsNamed, kindNamed } from "../names.ts";

export const okhttp: LogFormat = {
  name: "OkHttp",
  hints: [">> 0x", "<< 0x", ">> CONNECTION "],
  shows: { length: true, fields: "none" },
  // Each CONTINUATION has a line.
  foldsContinuation: false,
  unkeyed: true,
  reader: () => ({ line }),
};

function line(text: string): LineContent | undefined {
  if (text.includes(">> CONNECTION 505249202a20")) return { mark: "start", side: "client" };
  const match = FRAME.exec(text);
  if (match === null) return undefined;
  const { dir, stream, length, type, rest } = match.groups!;
  const kind = kindNamed(type!);
  if (kind === undefined) return undefined;
  const frame: Draft<LogFrame> = {
    kind,
    streamId: Number.parseInt(stream!, 16),
    by: dir === ">>" ? "sent" : "received",
    length: Number(length),
  };
  if (kind !== "window-update") frame.flags = flagsIn(rest!);
  // 4.12 and later write its increment where others have flags; older versions write nothing.
  else if (/^\d{1,10}$/.test(rest!)) frame.increment = Number(rest);
  return { frame };
}

/** `END_STREAM|END_HEADERS`, `ACK`, or eight binary digits. */
function flagsIn(text: string): number {
  if (/^[01]{8}$/.test(text)) return Number.parseInt(text, 2);
  return flagsNamed(text.replace("COMPRESSED", "PRIORITY").replace("END_PUSH_PROMISE", "END_HEADERS")) & ANY;
}

const ANY = Flag.endStream | Flag.endHeaders | Flag.padded | Flag.priority;

const FRAME = /(?<dir>>>|<<) 0x(?<stream>[0-9a-f]{8}) +(?<length>\d{1,8}) (?<type>[A-Z_]+) *(?<rest>[A-Z_|01\d]*)\s*$/;
