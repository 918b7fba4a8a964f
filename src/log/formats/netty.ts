// Netty's Http2FrameLogger, as grpc-java and others use it; before 4.1.1 a frame is a block of lines, with the direction in the first. Fields stand in the line, but their values are not escaped:
// where that leaves a doubt there are none.
import { Flag } from "../../http2/frame.ts";
import type { SettingPair } from "../../http2/setting.ts";
import type { Draft, FormatReader, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { kindNamed, settingNamed } from "../names.ts";

const CLOSING = "-".repeat(36);

export const netty: LogFormat = {
  name: "Netty",
  hints: ["BOUND", "[id: 0x", "treamId=", "ack=", CLOSING],
  shows: { length: true, fields: "some" },
  foldsContinuation: true,
  reader: () => new Reader(),
};

class Reader implements FormatReader {
  /** Of the block whose first line was read. */
  #direction: string | undefined;

  line(text: string): LineContent | "part" | undefined {
    const direction = this.#direction;
    this.#direction = undefined;
    if (direction !== undefined) {
      const match = IN_BLOCK.exec(text);
      return match === null ? undefined : contentOf(text, direction, match);
    }
    const opening = OPENING.exec(text);
    if (opening !== null) {
      this.#direction = opening[1];
      return "part";
    }
    if (text === CLOSING) return "part";
    const match = FRAME.exec(text);
    return match === null ? undefined : contentOf(text, match.groups!["dir"]!, match);
  }
}

function contentOf(text: string, dir: string, match: RegExpExecArray): LineContent | undefined {
  const { conn, type, attrs } = match.groups!;
  const kind = kindNamed(type!);
  if (kind === undefined) return undefined;
  const frame: Draft<LogFrame> = {
    kind,
    streamId: numberIn(attrs!, "streamId") ?? 0,
    by: dir === "OUTBOUND" ? "sent" : "received",
  };
  const ends = /\bendStream=true\b/.test(attrs!);
  const acks = /^ack=true\b/.test(attrs!) || /\bSETTINGS: ack=true\b/.test(text) || /\back=true\b/.test(attrs!);
  switch (kind) {
    case "headers":
      frame.flags = Flag.endHeaders | (ends ? Flag.endStream : 0);
      // Netty writes one line for the block.
      frame.flagMask = Flag.endStream;
      frame.fields = fieldsIn(attrs!);
      break;
    case "data":
      frame.flags = ends ? Flag.endStream : 0;
      frame.flagMask = Flag.endStream;
      frame.length = (numberIn(attrs!, "length") ?? 0) + (numberIn(attrs!, "padding") ?? 0);
      break;
    case "settings":
    case "ping":
      frame.flags = acks ? Flag.ack : 0;
      if (kind === "settings") frame.settings = settingsIn(attrs!);
      else {
        const value = /\bbytes=(-?\d{1,20})/.exec(attrs!)?.[1];
        if (value !== undefined) frame.payload = BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, "0");
      }
      break;
    case "rst-stream":
      frame.errorCode = numberIn(attrs!, "errorCode");
      break;
    case "goaway": {
      frame.lastStreamId = numberIn(attrs!, "lastStreamId");
      frame.errorCode = numberIn(attrs!, "errorCode");
      // Cut after 64 octets.
      const hex = /\bbytes=([0-9a-f]*)/.exec(attrs!)?.[1] ?? "";
      frame.debug = Buffer.from(hex, "hex").toString("latin1");
      break;
    }
    case "window-update":
      frame.increment = numberIn(attrs!, "windowSizeIncrement");
      break;
    case "push-promise":
      frame.promisedStreamId = numberIn(attrs!, "promisedStreamId") ?? numberIn(attrs!, "promisedStream") ?? 0;
      break;
  }
  const path = pathOf(frame);
  return {
    frame,
    ...(path === undefined ? {} : { name: { streamId: frame.streamId, path } }),
    ...(conn === undefined ? {} : { connection: conn }),
  };
}

// What holds a comma may be more than the value.
function pathOf({ kind, fields = [] }: LogFrame): string | undefined {
  if (kind !== "headers") return undefined;
  const paths = fields.filter(([name]) => name === ":path");
  const [[, path] = []] = paths;
  return paths.length === 1 && path?.includes(", ") === false ? path : undefined;
}

function numberIn(attrs: string, name: string): number | undefined {
  const value = new RegExp(`\\b${name}=(\\d{1,10})`).exec(attrs)?.[1];
  return value === undefined ? undefined : Number(value);
}

function settingsIn(attrs: string): SettingPair[] {
  const pairs: SettingPair[] = [];
  for (const [, name, value] of (/settings=\{(.*)\}/.exec(attrs)?.[1] ?? "").matchAll(/([A-Z_0-9a-fx]+)=(\d{1,10})/g)) {
    const id = settingNamed(name!);
    if (id !== undefined) pairs.push([id, Number(value)]);
  }
  return pairs;
}

// `[:path: /svc/M, :method: POST]`: a value may hold a comma and a blank. What follows one is a field only if it looks like one.
function fieldsIn(attrs: string): [string, string][] | undefined {
  const list = /\bheaders=\w*\[(.*)\] (?:streamDependency|padding)=/.exec(attrs)?.[1];
  if (list === undefined) return undefined;
  const fields: [string, string][] = [];
  for (const part of list === "" ? [] : list.split(", ")) {
    const field = /^(:?[!#$%&'*+\-.^_`|~0-9a-zA-Z]+): (.*)$/.exec(part);
    if (field !== null) fields.push([field[1]!, field[2]!]);
    else if (fields.length === 0) return undefined;
    else fields.at(-1)![1] += `, ${part}`;
  }
  return fields;
}

const OPENING = /-{16}(INBOUND|OUTBOUND)-{20}$/;
// `[id: 0x3dd7b9b2, /127.0.0.1:56284 => localhost/127.0.0.1:8980] SETTINGS: ack=false, settings={…}`
const IN_BLOCK = /^(?:\[id: (?<conn>0x[0-9a-f]+)[^\]]*\] )?(?<type>[A-Z_]+): ?(?<attrs>.*)/;
const FRAME =
  /\[id: (?<conn>0x[0-9a-f]+)(?:, L:\S+ (?:-|!|:>) R:[^\]]+)?\] (?<dir>INBOUND|OUTBOUND) (?<type>[A-Z_]+): (?<attrs>.*)/;
