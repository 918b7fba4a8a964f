// Go's Framer with GODEBUG=http2debug=2: net/http, x/net/http2, grpc-go. Fields of what is read stand on separate lines,
// which do not name the connection: where blocks of two may have mixed they are nobody's.
import type { SettingPair } from "../../http2/setting.ts";
import type { Draft, FormatReader, LineContent, LogFormat, StreamName } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { codeNamed, flagsNamed, kindNamed, numberFound, settingNamed } from "../names.ts";
import { unescaped } from "../quoted.ts";

export const goHttp2debug: LogFormat = {
  name: "Go http2debug",
  hints: ["http2: "],
  shows: { length: true, fields: "exact" },
  foldsContinuation: false,
  reader: () => new Reader(),
};

class Reader implements FormatReader {
  /** HEADERS whose fields are being reported, and its Framer. */
  #block: Draft<LogFrame> | undefined;
  #framer = "";
  #fields: [string, string][] = [];
  /** Blocks of several connections are being reported. */
  #mixed = false;
  /** What net/http's client is about to send: it says so before the frame. */
  #encoded: [string, string][] = [];
  #pathLine = 0;
  /** The last stream that each Framer opened; -1: it opens none, since the other end does. */
  readonly #opened = new Map<string, number>();

  line(text: string, number: number): LineContent | "part" | undefined {
    const at = text.indexOf("http2: ");
    if (at < 0) return undefined;
    const match = FRAME.exec(text);
    if (match !== null) return this.#frame(match.groups!);
    const field = FIELD.exec(text);
    if (field !== null) {
      const { name, value } = field.groups!;
      const block = this.#block;
      const told = sideOf(name!, block);
      if (block === undefined) return told;
      this.#fields.push([unescaped(name!), unescaped(value!)]);
      if (name !== ":path" || this.#mixed || block.kind === "push-promise" || !isOne(this.#fields)) return told;
      return { ...told, name: { streamId: block.streamId, path: unescaped(value!) }, connection: this.#framer };
    }
    const encoded = ENCODED.exec(text);
    if (encoded !== null) {
      const { name, value } = encoded.groups!;
      if (this.#encoded.length < FIELDS) this.#encoded.push([name!, value!]);
      if (name === ":path") this.#pathLine = number;
      return { side: "client", isPart: true };
    }
    const whole = WHOLE.exec(text)?.groups;
    if (whole !== undefined) this.#close(Number(whole["stream"]), Number(whole["len"]));
    const writer = PART.exec(text)?.groups?.["writer"];
    return writer === undefined ? undefined : { side: writer === "server" ? "server" : "client", isPart: true };
  }

  #frame({ id, dir, type, flags, stream, len, rest }: Record<string, string | undefined>): LineContent | undefined {
    const kind = kindNamed(type!) ?? "unknown";
    const frame: Draft<LogFrame> = {
      ...{ kind, streamId: Number(stream ?? 0), by: dir === "wrote" ? "sent" : "received" },
      ...{ flags: flagsNamed(flags ?? ""), length: Number(len) },
    };
    readRest(frame, rest ?? "");
    const opens = (kind === "headers" || kind === "push-promise" || kind === "continuation") && dir === "read";
    // What it writes meanwhile, another part of the program writes.
    if (id === this.#framer && dir === "read") this.#block = undefined;
    if (opens) this.#open(frame, id!);
    const name = kind === "headers" ? this.#sent(frame, id!) : undefined;
    return { frame, ...(name === undefined ? {} : { name }), connection: id! };
  }

  /** The path of a request that the program sends. */
  #sent({ by, streamId }: LogFrame, framer: string): StreamName | undefined {
    const last = this.#opened.get(framer);
    if (by === "received") {
      if (last === undefined && this.#opened.size < FRAMERS) this.#opened.set(framer, -1);
      return undefined;
    }
    // An answer, or trailers.
    if (last === -1 || streamId <= (last ?? 0) || (last === undefined && this.#opened.size >= FRAMERS)) return undefined;
    this.#opened.set(framer, streamId);
    const encoded = this.#encoded;
    this.#encoded = [];
    const path = encoded.find(([name]) => name === ":path")?.[1];
    // Of several that are being sent nobody knows which is whose.
    if (path === undefined || encoded.length >= FIELDS || !isOne(encoded)) return undefined;
    return { streamId, path: unescaped(path), line: this.#pathLine };
  }

  // Its fields stand before this line.
  #close(streamId: number, length: number): void {
    if (!this.#mixed && this.#block?.streamId === streamId && this.#block.length === length) this.#block = undefined;
  }

  // Where another connection's block begins before anything shows that this one is complete, nobody knows whose fields follow.
  #open(frame: Draft<LogFrame>, framer: string): void {
    const mixed = this.#block !== undefined;
    if (mixed) this.#block!.fields = undefined;
    this.#mixed = mixed;
    this.#framer = framer;
    this.#block = frame;
    this.#fields = [];
    if (!mixed) frame.fields = this.#fields;
  }
}

/** What is decoded was received: requests by a server, responses by a client. */
function sideOf(name: string, block: LogFrame | undefined): LineContent {
  if (block?.kind === "push-promise" || !name.startsWith(":")) return { isPart: true };
  return { side: name === ":status" ? "client" : "server", isPart: true };
}

// RFC 9113 8.3: pseudo-header fields come once, and before others. Where they do not, lines are missing, or of several blocks.
function isOne(fields: readonly (readonly [name: string, value: string])[]): boolean {
  const names = fields.map(([name]) => name);
  const pseudo = names.filter((name) => name.startsWith(":"));
  return new Set(pseudo).size === pseudo.length && names.slice(0, pseudo.length).every((name) => name.startsWith(":"));
}

function readRest(frame: Draft<LogFrame>, rest: string): void {
  switch (frame.kind) {
    case "settings": {
      const pairs: SettingPair[] = [];
      const list = /, settings: (.*)$/.exec(rest)?.[1] ?? "";
      for (const [, name, value] of list.matchAll(/([A-Z0-9_]+)=(\d{1,10})/g)) {
        const id = settingNamed(name!) ?? Number(/^UNKNOWN_SETTING_(\d{1,5})$/.exec(name!)?.[1] ?? Number.NaN);
        if (!Number.isNaN(id)) pairs.push([id, Number(value)]);
      }
      frame.settings = pairs;
      break;
    }
    case "window-update":
      frame.increment = numberFound(/\bincr=(\d{1,10})/.exec(rest));
      break;
    case "ping": {
      const octets = unescaped(/ ping="((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? "");
      if (octets.length === 8) frame.payload = Buffer.from(octets, "latin1").toString("hex");
      break;
    }
    case "rst-stream":
      frame.errorCode = codeIn(rest);
      break;
    case "goaway":
      frame.lastStreamId = numberFound(/\bLastStreamID=(\d{1,10})/.exec(rest));
      frame.errorCode = codeIn(rest);
      frame.debug = unescaped(/\bDebug="((?:[^"\\]|\\.)*)"/.exec(rest)?.[1] ?? "");
      break;
  }
}

const codeIn = (rest: string): number | undefined => {
  const text = /\bErrCode=([A-Z_0-9]+|unknown error code 0x[0-9a-f]+)/.exec(rest)?.[1];
  return text === undefined ? undefined : codeNamed(text.replace(/^.* /, ""));
};

const FRAME =
  /http2: Framer (?<id>0x[0-9a-f]+): (?<dir>read|wrote) (?<type>[A-Z_]+|UNKNOWN_FRAME_TYPE_\d+)(?: flags=(?<flags>[A-Z_|0-9a-fx]+))?(?: stream=(?<stream>\d{1,10}))? len=(?<len>\d{1,8})(?<rest>.*)/;

const WHOLE =
  /http2: (?:server read frame|Transport received) HEADERS (?:flags=[A-Z_|]+ )?stream=(?<stream>\d{1,10}) len=(?<len>\d{1,8})/;

// Of net/http, which says so of every frame.
const PART =
  /http2: (?<writer>server|Transport)(?: (?:(?:read frame|received) [A-Z_]{4,}|processing setting|encoding header|connection from)\b|: client )/;

const FIELD = /http2: decoded hpack field header field "(?<name>(?:[^"\\]|\\.)*)" = "(?<value>(?:[^"\\]|\\.)*)"/;
const ENCODED = /http2: Transport encoding header "(?<name>(?:[^"\\]|\\.)*)" = "(?<value>(?:[^"\\]|\\.)*)"/;
// Fields of a request that is being sent; connections.
const FIELDS = 1000;
const FRAMERS = 10_000;
