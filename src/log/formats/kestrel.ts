// .NET's Kestrel at Trace.
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { flagsNamed, kindNamed } from "../names.ts";

export const kestrel: LogFormat = {
  name: "Kestrel",
  hints: ['Connection id "'],
  shows: { length: true, fields: "none" },
  foldsContinuation: false,
  reader: () => ({ line }),
};

function line(text: string): LineContent | undefined {
  const match = FRAME.exec(text);
  if (match === null) return undefined;
  const { conn, how, type, stream, len, flags } = match.groups!;
  const frame: Draft<LogFrame> = {
    ...{ kind: kindNamed(type!) ?? "unknown", streamId: Number(stream), by: how === "sending" ? "sent" : "received" },
    ...{ length: Number(len), flags: flagsNamed(flags!.replace("NONE", "")) },
  };
  return { frame, connection: conn!, side: "server" };
}

const FRAME =
  /Connection id "(?<conn>[^"]{1,100})" (?<how>received|sending) (?<type>[A-Z_]+) frame for stream ID (?<stream>\d{1,10}) with length (?<len>\d{1,8}) and flags (?<flags>[A-Z_x0-9, ]+?)\.?$/;
