// Rust h2 by `tracing`, at debug: hyper, tonic, Volo, axum. No lengths, no fields, no name for the connection.
import type { SettingPair } from "../../http2/setting.ts";
import type { Side } from "../../place.ts";
import type { Draft, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { codeNamed, kindNamed, numberFound, settingNamed } from "../names.ts";
import { unescaped } from "../quoted.ts";

export const rustH2: LogFormat = {
  name: "Rust h2",
  hints: ["frame=", "binding client connection"],
  shows: { length: false, fields: "none" },
  foldsContinuation: true,
  unkeyed: true,
  reader: () => ({ line }),
};

function line(text: string): LineContent | undefined {
  if (text.includes("binding client connection")) return { mark: "start", side: "client" };
  // Spans repeat the frame: the last one is the event's.
  const at = text.lastIndexOf("frame=");
  if (at < 0) return undefined;
  const head = text.slice(0, at);
  const direction = /\b(send|received)[;,]?["\s]+$/.exec(head)?.[1];
  if (direction === undefined) return undefined;
  const frame = frameOf(text.slice(at + "frame=".length), direction === "send" ? "sent" : "received");
  if (frame === undefined) return undefined;
  const peer = /\bpeer=(Client|Server)\b/.exec(text)?.[1];
  const span = spanOf(text);
  if (peer === undefined) return { frame, ...span };
  return { frame, ...span, side: peer === "Client" ? "client" : "server" };
}

/** linkerd's proxy says which of its connections it is about. */
export function spanOf(text: string): { readonly connection: string; readonly side: Side } | undefined {
  const [, connection, side] = /\bproxy=\{((server|client)=[^}]{1,200})\}/.exec(text) ?? [];
  return connection === undefined ? undefined : { connection, side: side as Side }; // the pattern lets nothing else through
}

function frameOf(text: string, by: LogFrame["by"]): Draft<LogFrame> | undefined {
  // 0.2.5 and before: `Frame::Headers(Headers { … })`; logfmt puts quotes around.
  const [, name, rest] = /^"?(?:Frame::\w+\()?(\w+)(?: \{ ?(.*))?/.exec(text) ?? [];
  const kind = name === undefined ? undefined : kindNamed(name);
  if (kind === undefined) return undefined;
  const body = rest ?? "";
  const streamId = Number(/\bstream_id: StreamId\((\d{1,10})\)/.exec(body)?.[1] ?? 0);
  const flags = Number.parseInt(/\bflags: \(0x([0-9a-f]{1,2})/.exec(body)?.[1] ?? "0", 16);
  const frame: Draft<LogFrame> = { kind, streamId, by, flags };
  switch (kind) {
    case "settings":
      frame.settings = settingsIn(body);
      break;
    case "ping": {
      frame.flags = /\back: true\b/.test(body) ? 1 : 0;
      const octets = /\bpayload: \[((?:\d{1,3}(?:, )?){8})\]/.exec(body)?.[1]?.split(", ");
      if (octets !== undefined)
        frame.payload = octets.map((octet) => (Number(octet) & 255).toString(16).padStart(2, "0")).join("");
      break;
    }
    case "window-update":
      frame.increment = numberFound(/\bsize_increment: (\d{1,10})/.exec(body));
      break;
    case "rst-stream":
      frame.errorCode = codeIn(body);
      break;
    case "push-promise":
      frame.promisedStreamId = Number(/\bpromised_id: StreamId\((\d{1,10})\)/.exec(body)?.[1] ?? 0);
      break;
    case "goaway":
      frame.errorCode = codeIn(body);
      frame.lastStreamId = numberFound(/\blast_stream_id: StreamId\((\d{1,10})\)/.exec(body));
      // Left out where it is empty.
      frame.debug = unescaped(/\bdebug_data: b"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? "");
      break;
  }
  return frame;
}

const codeIn = (body: string): number | undefined => {
  const text = /\berror_code: ([A-Z_]+|Reason\(\d+\)|\d+)/.exec(body)?.[1];
  return text === undefined ? undefined : codeNamed(text.replace(/^Reason\((\d+)\)$/, "$1"));
};

function settingsIn(body: string): SettingPair[] {
  const pairs: SettingPair[] = [];
  for (const [, name, value] of body.matchAll(/\b([a-z_]+): (\d{1,10})\b/g)) {
    const id = settingNamed(name!);
    if (id !== undefined) pairs.push([id, Number(value)]);
  }
  return pairs;
}
