// In: the octets of a log, compressed or not. Out: what its lines tell, in their order: frames, and texts that the dictionary knows. Which formats they are
// of is found line by line, by content. What is none of them is counted and left out; nothing in a log is an error.
import { compressionOf, Unpacked } from "../capture/compression.ts";
import type { Source } from "../capture/source.ts";
import { Window } from "../capture/window.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import type { Side } from "../place.ts";
import type { LogEvent } from "./event.ts";
import type { FormatReader, LineContent, LogFormat } from "./format.ts";
import { spanOf } from "./formats/rust-h2.ts";
import { formats } from "./formats.ts";
import { type Line, LineSplitter } from "./lines.ts";
import { masked } from "./secret.ts";
import { sideOf, signatureOf } from "./signature.ts";
import { timeOf } from "./timestamp.ts";
import { Utf8Octets } from "./utf16.ts";
import { unwrapped } from "./wrapping.ts";

/** A log, read. */
export interface Log {
  readonly name: string;
  /** As the user, or the lines themselves, say; undefined: nothing does. */
  readonly side: Side | undefined;
  readonly lines: number;
  /** Lines that tell something, or belong to one that does. */
  readonly read: number;
  /** Formats and software by name, by what they tell: the most first. */
  readonly formats: readonly string[];
  /** In the order of the lines. */
  readonly events: readonly LogEvent[];
}

export interface ReadContext {
  readonly limits: Limits;
  readonly diagnostics: DiagnosticSink;
  /** Leave credentials in the lines that are shown. */
  readonly showSecrets?: boolean;
  /** What requests ask for is wanted too. */
  readonly paths?: boolean;
}

/** @param side Which end wrote the log, as the user says.
 *  @throws H2lintError where it cannot be read. */
export async function readLog(source: Source, file: number, side: Side | undefined, context: ReadContext): Promise<Log> {
  const { limits, diagnostics } = context;
  const collector = new Collector(file, context);
  const splitter = new LineSplitter(limits.logLine, (line) => collector.line(line));
  const window = new Window(source);
  const unicode = new Utf8Octets();
  const take = (octets: Uint8Array, from: number, to: number): void => {
    const { bytes, start, end } = unicode.octets(octets, from, to);
    splitter.octets(bytes, start, end);
  };
  let opened = source;
  try {
    await window.need(MAGIC);
    const compression = compressionOf(window.bytes, window.end);
    if (compression === undefined) {
      do {
        take(window.bytes, window.start, window.end);
        window.start = window.end;
      } while (await window.fill());
    } else {
      opened = new Unpacked(window, compression, ({ reason, offset }) =>
        diagnostics({
          code: "log/damaged-compression",
          place: { in: "log", file, line: 1 },
          data: { file: source.name, compression, reason, offset },
        }),
      );
      const buffer = new Uint8Array(CHUNK);
      for (let length = await opened.read(buffer); length > 0; length = await opened.read(buffer)) take(buffer, 0, length);
    }
  } finally {
    await opened.close();
  }
  splitter.end();
  return collector.log(source.name, side);
}

class Collector {
  readonly #file: number;
  readonly #showSecrets: boolean;
  readonly #paths: boolean;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  readonly #readers: { readonly format: LogFormat; readonly reader: FormatReader }[];
  readonly #events: LogEvent[] = [];
  readonly #formats = new Map<string, number>();
  readonly #sides = { client: 0, server: 0 };
  /** By what programs say of an outcome, which proxies say of both their sides. */
  readonly #likely = { client: 0, server: 0 };
  /** The line at hand, with what is around it. */
  #whole = "";
  /** The line before, where java.util.logging puts the time of this one. */
  #before = "";
  #lines = 0;
  #read = 0;
  #cut = 0;
  #firstCut = 0;
  #firstUnknown = 0;
  #firstLeft = 0;

  constructor(file: number, { limits, diagnostics, showSecrets = false, paths = false }: ReadContext) {
    this.#file = file;
    this.#showSecrets = showSecrets;
    this.#paths = paths;
    this.#limits = limits;
    this.#diagnostics = diagnostics;
    this.#readers = formats.map((format) => ({ format, reader: format.reader() }));
  }

  line({ text: whole, number, cut }: Line): void {
    const text = unwrapped(whole);
    this.#whole = whole;
    this.#lines = number;
    if (cut) {
      this.#cut++;
      this.#firstCut ||= number;
    }
    if (!this.#frame(text, number) && !this.#text(text, number)) this.#firstUnknown ||= number;
    this.#before = text;
  }

  // The format of the line before is asked first.
  #frame(text: string, number: number): boolean {
    for (let i = 0; i < this.#readers.length; i++) {
      const one = this.#readers[i]!;
      if (!one.format.hints.some((hint) => text.includes(hint))) continue;
      const told = one.reader.line(text, number);
      if (told === undefined) continue;
      if (i > 0) {
        this.#readers.splice(i, 1);
        this.#readers.unshift(one);
      }
      if (told !== "part") {
        if (told.side !== undefined) this.#sides[told.side]++;
        // A format may know the side without having more to say: the dictionary is asked.
        if (told.isPart !== true && told.frame === undefined && told.mark === undefined && told.name === undefined)
          return this.#text(text, number) || this.#count(one.format.name);
        this.#tell(told, one.format, text, number);
        if (told.isFault === true) this.#text(text, number);
      }
      return this.#count(one.format.name);
    }
    return false;
  }

  #count(name: string): true {
    this.#read++;
    this.#formats.set(name, (this.#formats.get(name) ?? 0) + 1);
    return true;
  }

  #tell({ frame, mark, name, connection, side }: LineContent, format: LogFormat, text: string, number: number): void {
    const line = { ...this.#head(text, number, connection), side, format };
    if (mark !== undefined) this.#add({ ...line, kind: mark });
    if (frame !== undefined) this.#add({ ...line, kind: "frame", frame });
    if (name !== undefined && this.#paths) {
      const { streamId, path, line: at = number } = name;
      this.#add({ ...line, place: { ...line.place, line: at }, kind: "name", streamId, path });
    }
  }

  #text(text: string, number: number): boolean {
    const signature = signatureOf(text);
    if (signature === undefined) {
      // Class names of a stack trace, or of the logger.
      const side = sideOf(text);
      if (side !== undefined) this.#likely[side]++;
      return false;
    }
    const { connection = KEY.exec(text)?.[1] ?? spanOf(text)?.connection, ...rest } = signature;
    const { side, tells, software } = rest;
    if (side !== undefined) (tells === "symptom" ? this.#likely : this.#sides)[side]++;
    this.#add({ ...this.#head(text, number, connection), ...rest, kind: "text" });
    if (software !== "") return this.#count(software);
    this.#read++;
    return true;
  }

  #head(text: string, number: number, connection: string | undefined) {
    return {
      place: { file: this.#file, line: number },
      text: this.#shown(this.#whole),
      time: timeOf(text) ?? (LEVEL.test(text) ? timeOf(this.#before) : undefined),
      connection,
      addresses: text.slice(0, NEAR).match(ADDRESS) ?? [],
    };
  }

  #shown(text: string): string {
    const { logText } = this.#limits;
    const shown = this.#showSecrets ? text : masked(text);
    return shown.length > logText ? shown.slice(0, logText) : shown;
  }

  #add(event: LogEvent): void {
    if (this.#events.length < this.#limits.logEvents) this.#events.push(event);
    else this.#firstLeft ||= event.place.line;
  }

  log(name: string, side: Side | undefined): Log {
    const { logEvents, logLine } = this.#limits;
    const at = (line: number) => ({ in: "log", file: this.#file, line }) as const;
    const unknown = this.#lines - this.#read;
    if (this.#read === 0)
      this.#diagnostics({ code: "log/unknown-format", place: at(1), data: { file: name, lines: this.#lines } });
    else if (unknown > 0)
      this.#diagnostics({ code: "log/unknown-lines", place: at(this.#firstUnknown), data: { file: name, lines: unknown } });
    if (this.#cut > 0)
      this.#diagnostics({
        code: "limit/log-line",
        place: at(this.#firstCut),
        data: { file: name, lines: this.#cut, limit: logLine },
      });
    if (this.#firstLeft > 0)
      this.#diagnostics({ code: "limit/log-events", place: at(this.#firstLeft), data: { file: name, limit: logEvents } });
    const { client, server } = this.#sides.client + this.#sides.server > 0 ? this.#sides : this.#likely;
    // Lines of both are of a proxy, or of two programs in one file.
    const shown = client > 0 && server === 0 ? "client" : server > 0 && client === 0 ? "server" : undefined;
    return {
      ...{ name, side: side ?? shown, lines: this.#lines, read: this.#read, events: this.#events },
      formats: [...this.#formats].sort((a, b) => b[1] - a[1]).map(([format]) => format),
    };
  }
}

const LEVEL = /^(?:SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): /;

// How programs name a connection in texts: grpc-go.
const KEY = /\[((?:server|client)-transport 0x[0-9a-f]+)\]/;

// Not in what lines quote.
const NEAR = 300;
const ADDRESS = /\b\d{1,3}(?:\.\d{1,3}){3}:\d{1,5}\b|\[[0-9a-f:.]{2,39}\]:\d{1,5}\b/g;

const CHUNK = 256 << 10;
// Octets that show a compression.
const MAGIC = 8;
