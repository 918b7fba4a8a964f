// Jetty's HTTP2Session at debug: what it received, and what was flushed to the network. Frames as their toString() has them.
import { Flag } from "../../http2/frame.ts";
import type { SettingPair } from "../../http2/setting.ts";
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { codeNamed, kindNamed, numberFound } from "../names.ts";

export const jetty: LogFormat = {
  name: "Jetty",
  hints: ["Frame@"],
  shows: { length: false, fields: "none" },
  foldsContinuation: true,
  // Only some lines name the session.
  unkeyed: true,
  reader: () => ({ line }),
};

function line(text: string): LineContent | "part" | undefined {
  const match = FRAME.exec(text);
  if (match === null) return undefined;
  const { received, done, whole, type, stream, rest } = match.groups!;
  // In pieces: the line of the last one is the frame's.
  if (received === undefined && done !== whole) return "part";
  const kind = kindNamed(type!);
  if (kind === undefined) return undefined;
  const by = received === undefined ? "sent" : "received";
  const frame: Draft<LogFrame> = { kind, streamId: Number(stream ?? 0), by };
  switch (kind) {
    case "headers":
    case "data":
      frame.flags = /\bend=true\b/.test(rest!) ? Flag.endStream : 0;
      frame.flagMask = Flag.endStream;
      break;
    case "settings": {
      const reply = /^,reply=(true|false)/.exec(rest!)?.[1];
      frame.flags = reply === "true" ? Flag.ack : 0;
      frame.flagMask = reply === undefined ? 0 : Flag.ack;
      frame.settings = settingsIn(rest!);
      break;
    }
    case "ping":
      frame.flagMask = 0;
      frame.flags = 0;
      break;
    case "rst-stream":
      frame.errorCode = codeNamed((/^\{(\w+)/.exec(rest!)?.[1] ?? "").toUpperCase());
      break;
    case "goaway": {
      const [, last, code, debug] = /^\{(\d{1,10})\/(\w+)\/(.*?)\}(?: on HTTP2|\s|"|$)/.exec(rest!) ?? [];
      if (last !== undefined) frame.lastStreamId = Number(last);
      frame.errorCode = codeNamed((code ?? "").toUpperCase());
      frame.debug = debug === "null" ? "" : (debug ?? "");
      break;
    }
    case "window-update":
      frame.increment = numberFound(/^,delta=(\d{1,10})/.exec(rest!));
      break;
    case "push-promise":
      frame.promisedStreamId = Number(/^\/#(\d{1,10})/.exec(rest!)?.[1] ?? 0);
      break;
  }
  const session = /\bHTTP2(Client|Server)Session@([0-9a-f]+)/.exec(text);
  if (session === null) return { frame };
  return { frame, connection: session[2]!, side: session[1] === "Client" ? "client" : "server" };
}

function settingsIn(text: string): SettingPair[] {
  const list = /\{([\d=, ]*)\}/.exec(text)?.[1] ?? "";
  return [...list.matchAll(/(\d{1,5})=(\d{1,10})/g)].map(([, id, value]) => [Number(id), Number(value)]);
}

const FRAME =
  /\b(?:(?<received>Received) |Flushed (?<done>\d{1,9})\/(?<whole>\d{1,9}) frame bytes for )(?<type>[A-Z][A-Za-z]+)Frame@[0-9a-f]+(?:#(?<stream>\d{1,10}))?(?<rest>.*)/;
