// What a capture says in words: debug data of GOAWAY, `grpc-message`, reason of an HTTP status. Keeps what is like the text that is
// looked for, and counts what calls ended with.
import { latin1 } from "../bytes.ts";
import { Name } from "../fields/name.ts";
import { percentDecode, statusCode } from "../grpc/status.ts";
import { errorCodeName } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { utf8 } from "./text.ts";

/** A place where the capture says it. */
export interface Words {
  readonly connection: number;
  readonly stream: number;
  readonly packet: number;
  readonly from: "client" | "server";
  readonly in: "goaway" | "grpc-message";
  readonly text: string;
  /** Of `grpc-message`. */
  readonly status?: number;
  readonly path?: string;
  /** Of GOAWAY. */
  readonly errorCode?: string;
  /** How like it is: 2 the same, 1 the same but for numbers. */
  readonly likeness: 1 | 2;
}

export class WordKeeper implements ModelSink {
  readonly #wanted: (text: string) => 0 | 1 | 2;
  readonly #chosen: (connection: Connection) => boolean;
  readonly #found: Words[] = [];

  constructor(wanted: string, chosen: (connection: Connection) => boolean) {
    this.#wanted = likenessTo(wanted);
    this.#chosen = chosen;
  }

  /** The likest first. */
  get found(): readonly Words[] {
    return this.#found.toSorted((a, b) => b.likeness - a.likeness);
  }

  frame(frame: Frame, _stream: Stream | undefined, connection: Connection): void {
    if (frame.kind !== "goaway" || !frame.whole || frame.end === frame.start || this.#found.length >= FOUND) return;
    const text = utf8(latin1(frame.bytes, frame.start, Math.min(frame.end, frame.start + OCTETS)));
    const likeness = this.#wanted(text);
    if (likeness === 0 || !this.#chosen(connection)) return;
    const { from, last, errorCode } = frame;
    this.#found.push({
      ...{ connection: connection.id, stream: 0, packet: last.packet, from, in: "goaway", text, likeness },
      errorCode: errorCodeName(errorCode),
    });
  }

  fields({ decoded, from, streamId, last }: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    const message = decoded?.slots[Name.grpcMessage]?.value;
    if (message === undefined || message === "" || from === "client" || this.#found.length >= FOUND) return;
    const text = utf8(percentDecode(message).octets).slice(0, OCTETS);
    const likeness = this.#wanted(text);
    if (likeness === 0 || !this.#chosen(connection)) return;
    const status = statusCode(decoded?.grpcStatus?.value);
    const path = stream?.request.path;
    this.#found.push({
      ...{ connection: connection.id, stream: streamId, packet: last.packet, from, in: "grpc-message", text, likeness },
      ...(status === undefined ? {} : { status }),
      ...(path === undefined ? {} : { path: utf8(path) }),
    });
  }
}

/** One holds the other: a log line the text it quotes, or the text what somebody remembers of it. */
export function likenessTo(wanted: string): (text: string) => 0 | 1 | 2 {
  const exact = plain(wanted.slice(0, OCTETS));
  const loose = numberless(exact);
  const holds = (a: string, b: string) =>
    a.length >= b.length ? a.includes(b) && b.length >= SHORTEST : b.includes(a) && a.length >= SHORTEST;
  return (text) => {
    const given = plain(text);
    if (holds(exact, given)) return 2;
    return holds(loose, numberless(given)) ? 1 : 0;
  };
}

const plain = (text: string): string => text.toLowerCase().replace(/\\"/g, '"').replace(/\s+/g, " ").trim();
const numberless = (text: string): string => text.replace(/\d+/g, "0");

// Octets of a text that are looked at; places kept; what is too short to tell anything.
const OCTETS = 4096;
const FOUND = 100;
const SHORTEST = 6;
