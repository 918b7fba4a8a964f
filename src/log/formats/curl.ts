// curl -v with --trace-config http/2, always the client. Flags stand as words, fields on separate lines.
import { Flag } from "../../http2/frame.ts";
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { codeNamed, kindNamed } from "../names.ts";

export const curl: LogFormat = {
  name: "curl",
  hints: ["[HTTP/2] [", "* h2"],
  shows: { length: true, fields: "none" },
  foldsContinuation: true,
  reader: () => ({ line }),
};

function line(text: string): LineContent | "part" | undefined {
  const match = FRAME.exec(text);
  if (match === null) return nameIn(text) ?? (PART.test(text) ? "part" : undefined);
  const { conn, stream, dir, type, attrs = "" } = match.groups!;
  const kind = kindNamed(type!) ?? "unknown";
  const frame: Draft<LogFrame> = { kind, streamId: Math.max(Number(stream), 0), by: dir === "->" ? "sent" : "received" };
  const number = (name: string): number | undefined => {
    const value = new RegExp(`\\b${name}=(\\d{1,10})`).exec(attrs)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  const length = number("len");
  if (length !== undefined) frame.length = length;
  if (kind === "data" || kind === "headers") {
    frame.flags = (number("eos") === 1 ? Flag.endStream : 0) | (number("hend") === 1 ? Flag.endHeaders : 0);
    frame.flagMask = kind === "data" ? Flag.endStream : Flag.endStream | Flag.endHeaders;
  } else if (kind === "settings" || kind === "ping") {
    frame.flags = number("ack") === 1 ? Flag.ack : 0;
    frame.flagMask = Flag.ack;
  }
  const code = /\berror=(\w+)/.exec(attrs)?.[1];
  if (code !== undefined) frame.errorCode = codeNamed(code);
  const last = number("last_stream");
  if (last !== undefined) frame.lastStreamId = last;
  if (kind === "goaway") frame.debug = /\breason='(.*)', last_stream=/.exec(attrs)?.[1] ?? "";
  const increment = number("incr");
  if (increment !== undefined) frame.increment = increment;
  return { frame, connection: conn ?? "", side: "client" };
}

function nameIn(text: string): LineContent | undefined {
  const { conn, stream, path } = PATH.exec(text)?.groups ?? {};
  if (stream === undefined) return undefined;
  return { name: { streamId: Number(stream), path: path! }, connection: conn ?? "", side: "client" };
}

const PART = /^(?:\S+ )?(?:\[\d+-\d+\] )?\* (?:h2h3|h2|\[HTTP\/2\]) \[/;
// 8.0 and before do not name the stream.
const PATH = /(?:\[\d+-(?<conn>\d+)\] )?\* \[HTTP\/2\] \[(?<stream>\d{1,10})\] \[:path: (?<path>.*)\]$/;
const FRAME =
  /(?:\[\d+-(?<conn>\d+)\] (?:\* )?)?\[HTTP\/2\] \[(?<stream>-?\d{1,10})\] (?<dir>->|<-) FRAME\[(?<type>[A-Z_]+)(?:, (?<attrs>.*))?\]/;
