// How a frame is written: `HEADERS[1]  END_STREAM  grpc-status: 0`.
import { Flag, kindName } from "../http2/frame.ts";
import { english } from "../lang/language.ts";
import type { FrameObject } from "./event.ts";
import { printable } from "./text.ts";

/** `HEADERS[1]`; frames of the connection without an id, the end of a direction by its name. */
export function frameName(frame: FrameObject): string {
  if (frame.kind === "preface") return "preface";
  if (frame.kind === "http1") return "HTTP/1.1";
  if (frame.kind === "close") return "close";
  if (frame.kind === "stop") return "no frame";
  if (frame.kind.startsWith("tls-")) return `TLS ${frame.kind.slice(4)}`;
  return frame.streamId === 0 ? kindName(frame.kind) : `${kindName(frame.kind)}[${frame.streamId}]`;
}

/** The flags that say something, and the frame's own text. */
export function frameDetail(frame: FrameObject, language = english): string {
  const parts: string[] = [];
  const flags = frame.flags ?? 0;
  if ((frame.kind === "data" || frame.kind === "headers") && (flags & Flag.endStream) !== 0) parts.push("END_STREAM");
  if ((frame.kind === "headers" || frame.kind === "push-promise") && (flags & Flag.endHeaders) === 0)
    parts.push("no END_HEADERS");
  const { kind, text = "" } = frame;
  const [, octets] = (kind === "data" && /^(\d+) bytes?$/.exec(text)) || [];
  if (octets !== undefined) parts.push(language.counted(octets, "byte", text));
  else if (text !== "") parts.push(printable(text));
  return parts.join("  ");
}
