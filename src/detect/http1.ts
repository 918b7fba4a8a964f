// In: one direction of an HTTP/1.1 connection. Out: the heads of its messages (RFC 9112 sections 2 to 7), and where each message ends,
// so that what follows an Upgrade or CONNECT is found. Content is passed over, not kept.
import { latin1 } from "../bytes.ts";
import { copyOrigin, type Origin, origin } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";

export interface Http1Head {
  /** `GET / HTTP/1.1`, `HTTP/1.1 200 OK`. */
  readonly line: string;
  /** Names in lower case; values one character per octet. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Of its first and its last octet. */
  readonly first: Origin;
  readonly last: Origin;
}

/** Reads the content of one message. Octets and places are borrowed. */
export interface Http1ContentReader {
  octets(b: Uint8Array, start: number, end: number, at: Origin): void;
  /** The message is whole; with the fields behind its last chunk (RFC 9112 7.1.2). */
  over(trailers: Http1Head["fields"], at: Origin): void;
  /** Octets of it are missing. */
  lost(): void;
}

/** What follows a head: so many octets, chunks, or everything until the end of the direction. */
export type Content = number | "chunked" | "close";

export class Http1Reader {
  /** `lost`: what follows cannot be read. */
  state: "head" | "content" | "close" | "chunk-size" | "chunk-end" | "trailers" | "lost" = "head";
  /** Content octets passed so far, without what chunks add. */
  contentOctets = 0;
  /** Who reads the content of the message that is read; set while its head is reported. Else it is passed over. */
  reader: Http1ContentReader | undefined;
  #trailers: [string, string][] = [];
  #left = 0;
  #chunked = false;
  #text = "";
  readonly #first = origin();

  /** No message is begun. */
  get between(): boolean {
    return this.state === "head" && this.#text === "";
  }

  /** Read on, up to the end of a head or of a message.
   *  @param headed Hears of a head whose last octet is there; says what content follows.
   *  @returns The octets that were read. */
  bytes(b: Uint8Array, start: number, end: number, at: Origin, headed: (head: Http1Head) => Content): number {
    let p = start;
    while (p < end) {
      if (this.state === "lost") return end - start;
      if (this.state === "close") {
        this.reader?.octets(b, p, end, at);
        return end - start;
      }
      if (this.state === "content") {
        const take = Math.min(this.#left, end - p);
        this.reader?.octets(b, p, p + take, at);
        this.#pass(take);
        p += take;
        // TypeScript does not see that passing changes the state.
        if ((this.state as Http1Reader["state"]) === "head") {
          this.#over(at);
          return p - start;
        }
        continue;
      }
      const line = this.#line(b, p, end, at, p - start);
      p += line.octets;
      if (line.text === undefined) continue;
      if (this.state === "head") {
        const last = origin();
        copyOrigin(last, at);
        last.offset += p - start - 1;
        this.#open(line.text, last, headed);
        if ((this.state as Http1Reader["state"]) === "head") this.#over(at);
        return p - start;
      }
      this.#chunk(line.text);
      if ((this.state as Http1Reader["state"]) === "head") {
        this.#over(at);
        return p - start;
      }
    }
    return p - start;
  }

  /** So many octets are missing. False where the end of the message is not known any more. */
  gap(length: number): boolean {
    if (this.state === "close") return true;
    const within = this.state === "content" && length <= this.#left;
    this.reader?.lost();
    if (within) this.#pass(length);
    else this.state = "lost";
    return within;
  }

  /** Nothing follows. */
  end(how: EndReason, at: Origin): void {
    if (this.state === "close" && how === "fin") this.#over(at);
  }

  #over(at: Origin): void {
    const { reader } = this;
    this.reader = undefined;
    reader?.over(this.#trailers, at);
    this.#trailers = [];
  }

  #pass(octets: number): void {
    this.#left -= octets;
    this.contentOctets += octets;
    if (this.#left === 0) this.state = this.#chunked ? "chunk-end" : "head";
  }

  // What a state ends with: a head and trailers with an empty line, the others with their line.
  #line(b: Uint8Array, start: number, end: number, at: Origin, ahead: number): { octets: number; text: string | undefined } {
    let p = start;
    // RFC 9112 2.2: empty lines before a request are ignored.
    if (this.state === "head" && this.#text === "") {
      while (p < end && (b[p] === CR || b[p] === LF)) p++;
      if (p === end) return { octets: p - start, text: undefined };
      copyOrigin(this.#first, at);
      this.#first.offset += ahead + p - start;
    }
    const lines = this.state === "head";
    for (; p < end; ) {
      const feed = b.indexOf(LF, p);
      const stop = feed < 0 || feed >= end ? end : feed + 1;
      this.#text += latin1(b, p, stop);
      p = stop;
      if (this.#text.length > HEAD_OCTETS) {
        this.state = "lost";
        this.#text = "";
        return { octets: end - start, text: undefined };
      }
      const text = this.#text;
      const over = lines ? text.endsWith("\n\r\n") || text.endsWith("\n\n") : text.endsWith("\n");
      if (!over) continue;
      this.#text = "";
      return { octets: p - start, text };
    }
    return { octets: p - start, text: undefined };
  }

  #open(text: string, last: Origin, headed: (head: Http1Head) => Content): void {
    const [line = "", ...lines] = text.trimEnd().split(/\r?\n/);
    const fields: [string, string][] = [];
    for (const field of lines) addField(fields, field);
    const first = origin();
    copyOrigin(first, this.#first);
    this.contentOctets = 0;
    const content = headed({ line, fields, first, last });
    // The listener may have found that it is no HTTP/1.
    if (this.state === "lost") return;
    this.#chunked = content === "chunked";
    this.#left = typeof content === "number" ? content : 0;
    this.state = content === "chunked" ? "chunk-size" : content === "close" ? "close" : content > 0 ? "content" : "head";
  }

  // RFC 9112 7.1.
  #chunk(text: string): void {
    if (this.state === "chunk-end") this.state = text.trim() === "" ? "chunk-size" : "lost";
    else if (this.state === "trailers") {
      if (text.trim() === "") this.state = "head";
      else if (this.reader !== undefined && this.#trailers.length < TRAILERS) addField(this.#trailers, text.trimEnd());
    } else {
      const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;|\r?\n)/.exec(text);
      if (size === null) {
        this.state = "lost";
        return;
      }
      this.#left = Number.parseInt(size[1]!, 16);
      this.state = this.#left > 0 ? "content" : "trailers";
    }
  }
}

function addField(fields: [string, string][], line: string): void {
  const colon = line.indexOf(":");
  const before = fields.at(-1);
  // RFC 9112 5.2: a line that begins with a blank goes on with the field before it.
  if (/^[ \t]/.test(line) && before !== undefined) before[1] += ` ${line.trim()}`;
  else if (colon > 0) fields.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
}

/** The values of a field that is a list, over all its lines. */
export function listOf(head: Http1Head, name: string): string[] {
  return head.fields
    .flatMap(([key, value]) => (key === name ? value.split(",").map((part) => part.trim()) : []))
    .filter((s) => s !== "");
}

/** The value of a field, its first line. */
export const fieldOf = (head: Http1Head, name: string): string | undefined => head.fields.find(([key]) => key === name)?.[1];

/** RFC 9112 6.3, as far as the head alone says. */
export function contentOf(head: Http1Head, otherwise: Content): Content {
  if (listOf(head, "transfer-encoding").at(-1)?.toLowerCase() === "chunked") return "chunked";
  const length = fieldOf(head, "content-length");
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : otherwise;
}

const CR = 13;
const LF = 10;
// Octets of a head, or of a line between chunks, that are kept.
const HEAD_OCTETS = 64 << 10;
// Fields behind the last chunk that are kept.
const TRAILERS = 256;
