// nghttp -v and nghttpd -v: a line for the frame's head, indented lines for what it holds; fields of what is received
// stand before it.
import type { SettingPair } from "../../http2/setting.ts";
import type { Draft, FormatReader, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { codeNamed, kindNamed, settingNamed } from "../names.ts";

export const nghttp: LogFormat = {
  name: "nghttp",
  hints: ["] ", "          "],
  shows: { length: true, fields: "exact" },
  foldsContinuation: true,
  reader: () => new Reader(),
};

class Reader implements FormatReader {
  /** The frame that indented lines belong to. */
  #frame: Draft<LogFrame> | undefined;
  #id = "";
  #settings: SettingPair[] = [];
  #sent: [string, string][] | undefined;
  /** Fields of blocks that are being received, by connection and stream. */
  readonly #received = new Map<string, [string, string][]>();

  line(text: string): LineContent | "part" | undefined {
    if (text.startsWith(INDENT)) return this.#detail(text.slice(INDENT.length));
    const match = HEAD.exec(text);
    if (match === null) {
      const field = FIELD.exec(text);
      if (field === null) {
        this.#frame = undefined;
        const { id } = CONNECTED.exec(text)?.groups ?? {};
        return CONNECTED.test(text) ? { mark: "start", connection: id ?? "" } : undefined;
      }
      const { id = "", stream, name, value } = field.groups!;
      this.#field(field.groups!);
      return name === ":path" ? { name: { streamId: Number(stream), path: value! }, connection: id } : "part";
    }
    const { id = "", dir, type, len, flags, stream, invalid } = match.groups!;
    const kind = kindNamed(type!) ?? "unknown";
    const frame: Draft<LogFrame> = {
      ...{ kind, streamId: Number(stream), by: dir === "send" ? "sent" : "received" },
      ...{ flags: Number.parseInt(flags!, 16), length: Number(len) },
    };
    this.#frame = frame;
    this.#id = id;
    this.#sent = undefined;
    if (kind === "settings") frame.settings = this.#settings = [];
    if (kind === "headers" || kind === "push-promise") {
      if (dir === "send") frame.fields = this.#sent = [];
      else {
        const key = `${id} ${stream}`;
        const fields = this.#received.get(key);
        if (fields !== undefined) frame.fields = fields;
        this.#received.delete(key);
      }
    }
    return { frame, connection: id, ...(invalid === undefined ? {} : { isFault: true }) };
  }

  #field({ id = "", stream, name, value }: Record<string, string | undefined>): void {
    const key = `${id} ${stream}`;
    const fields = this.#received.get(key);
    if (fields !== undefined) fields.push([name!, value!]);
    else if (this.#received.size < BLOCKS) this.#received.set(key, [[name!, value!]]);
  }

  #detail(text: string): LineContent | "part" | undefined {
    const frame = this.#frame;
    if (frame === undefined) return undefined;
    if (text.startsWith(";")) return "part";
    if (text.startsWith("(")) {
      attributes(frame, text);
      return "part";
    }
    const setting = /^\[([A-Z0-9_]+(?:\(0x[0-9a-f]+\))?):(\d{1,10})\]/.exec(text);
    if (setting !== null) {
      const id = settingNamed(setting[1]!);
      if (id !== undefined) this.#settings.push([id, Number(setting[2])]);
      return "part";
    }
    const field = /^(:?[^:\s]+): (.*)$/.exec(text);
    if (field !== null && this.#sent !== undefined) {
      const [, name, value] = field;
      this.#sent.push([name!, value!]);
      if (name !== ":path" || frame.kind !== "headers") return "part";
      return { name: { streamId: frame.streamId, path: value! }, connection: this.#id };
    }
    return undefined;
  }
}

function attributes(frame: Draft<LogFrame>, text: string): void {
  const code = /\berror_code=([A-Z_]+\(0x[0-9a-f]+\)|\w+)/.exec(text)?.[1];
  if (code !== undefined) frame.errorCode = codeNamed(code);
  const last = /\blast_stream_id=(\d{1,10})/.exec(text)?.[1];
  if (last !== undefined) frame.lastStreamId = Number(last);
  const debug = /\bopaque_data\((\d{1,5})\)=\[(.*)\]\)/.exec(text);
  if (debug !== null) frame.debug = debug[2]!;
  else {
    const opaque = /\bopaque_data=([0-9a-f]{16})\b/.exec(text)?.[1];
    if (opaque !== undefined) frame.payload = opaque;
  }
  const increment = /\bwindow_size_increment=(\d{1,10})/.exec(text)?.[1];
  if (increment !== undefined) frame.increment = Number(increment);
  const promised = /\bpromised_stream_id=(\d{1,10})/.exec(text)?.[1];
  if (promised !== undefined) frame.promisedStreamId = Number(promised);
}

const INDENT = "          ";
const HEAD =
  /^(?:\[id=(?<id>\d{1,9})\] )?\[ *\d+\.\d+\] (?<invalid>\[INVALID; error=[^\]]*\] )?(?<dir>send|recv) (?<type>[A-Z_]+) frame <length=(?<len>\d{1,8}), flags=0x(?<flags>[0-9a-f]{2}), stream_id=(?<stream>\d{1,10})>/;
const FIELD =
  /^(?:\[id=(?<id>\d{1,9})\] )?\[ *\d+\.\d+\] recv \(stream_id=(?<stream>\d{1,10})(?:, (?:sensitive|noind))?\) (?<name>:?[^:\s]+): (?<value>.*)$/;
const CONNECTED = /^(?:\[id=(?<id>\d{1,9})\] )?\[ *\d+\.\d+\] Connected/;
// Field blocks that are collected at a time.
const BLOCKS = 1000;
