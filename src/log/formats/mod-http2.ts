// Apache httpd's mod_http2 with LogLevel http2:debug.
import { Flag } from "../../http2/frame.ts";
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { kindNamed } from "../names.ts";

export const modHttp2: LogFormat = {
  name: "mod_http2",
  hints: ["FRAME["],
  shows: { length: true, fields: "none" },
  foldsContinuation: true,
  reader: () => ({ line }),
};

function line(text: string): LineContent | undefined {
  const match = FRAME.exec(text);
  if (match === null) return undefined;
  const { ofSession, conn = ofSession, how, type, attrs, ofStream } = match.groups!;
  const kind = kindNamed(type!);
  if (kind === undefined) return undefined;
  const number = (name: string): number | undefined => {
    const value = new RegExp(`\\b${name}=(\\d{1,10})`).exec(attrs!)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  const frame: Draft<LogFrame> = {
    kind,
    streamId: number("stream") ?? Number(ofStream ?? 0),
    by: how === "sent" ? "sent" : "received",
  };
  const length = number("length");
  if (length !== undefined && kind !== "goaway") frame.length = length;
  if (kind === "headers" || kind === "data") {
    const ends = number("eos") === 1 || number("flags") === Flag.endStream;
    frame.flags = ends ? Flag.endStream : 0;
    frame.flagMask = number("eos") === undefined && number("flags") === undefined ? 0 : Flag.endStream;
  } else if (kind === "settings" || kind === "ping") {
    frame.flags = number("ack") === 1 ? Flag.ack : 0;
    frame.flagMask = Flag.ack;
  }
  const error = number("error") ?? number("errorCode");
  if (error !== undefined) frame.errorCode = error;
  const increment = number("incr");
  if (increment !== undefined) frame.increment = increment;
  const last = number("last_stream");
  if (last !== undefined) frame.lastStreamId = last;
  if (kind === "goaway") frame.debug = /\breason='(.*)', last_stream=/.exec(attrs!)?.[1] ?? "";
  return { frame, connection: conn!, side: "server" };
}

// 1.10 and before number connections without their process.
const FRAME =
  /h2_(?:session\((?<ofSession>\d+(?:-\d+)?)|stream\((?<conn>\d+(?:-\d+)?)-(?<ofStream>\d{1,10}))(?:,[^)]*)?\): (?<how>recv|sent) FRAME\[(?<type>[A-Z_]+)\[(?<attrs>[^\]]*)/;
