// nginx's error log at debug: the server. Frames that it sends are reported in part.
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { kindNumbered } from "../names.ts";

export const nginx: LogFormat = {
  name: "nginx",
  hints: [" http2 "],
  shows: { length: true, fields: "none" },
  foldsContinuation: false,
  reader: () => ({ line }),
};

function line(text: string): LineContent | undefined {
  const match = FRAME.exec(text);
  if (match !== null) {
    const { conn, type, flags, len, stream } = match.groups!;
    const frame: Draft<LogFrame> = {
      ...{ kind: kindNumbered(Number(type)), streamId: Number(stream), by: "received" },
      ...{ flags: Number.parseInt(flags!, 16), length: Number(len) },
    };
    return { frame, connection: conn!, side: "server" };
  }
  const goaway = GOAWAY.exec(text);
  if (goaway === null) return undefined;
  const { conn, last, code } = goaway.groups!;
  const frame: Draft<LogFrame> = {
    ...{ kind: "goaway", streamId: 0, by: "sent", debug: "" },
    ...{ lastStreamId: Number(last), errorCode: Number(code) },
  };
  return { frame, connection: conn!, side: "server" };
}

const FRAME =
  /\*(?<conn>\d{1,12}) http2 frame type:(?<type>\d{1,3}) f:(?<flags>[0-9a-f]{1,2}) l:(?<len>\d{1,8}) sid:(?<stream>\d{1,10})/;
const GOAWAY = /\*(?<conn>\d{1,12}) http2 send GOAWAY frame: last sid (?<last>\d{1,10}), error (?<code>\d{1,10})/;
