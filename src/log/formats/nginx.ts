// nginx's error log at debug: the server. Frames that it sends are reported in part.
import type { Draft, FormatReader, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { kindNumbered } from "../names.ts";

export const nginx: LogFormat = {
  name: "nginx",
  hints: [" http2 "],
  shows: { length: true, fields: "none" },
  foldsContinuation: false,
  reader: () => new Reader(),
};

class Reader implements FormatReader {
  /** Streams whose field blocks are being read, by connection. */
  readonly #blocks = new Map<string, number>();

  line(text: string): LineContent | undefined {
    const match = FRAME.exec(text);
    if (match !== null) {
      const { conn, type, flags, len, stream } = match.groups!;
      const frame: Draft<LogFrame> = {
        ...{ kind: kindNumbered(Number(type)), streamId: Number(stream), by: "received" },
        ...{ flags: Number.parseInt(flags!, 16), length: Number(len) },
      };
      this.#begin(conn!, frame);
      return { frame, connection: conn!, side: "server" };
    }
    return this.#name(text) ?? goawayIn(text);
  }

  #begin(connection: string, { kind, streamId }: LogFrame): void {
    // RFC 9113 4.3: between a HEADERS and its CONTINUATIONs there is nothing else.
    if (kind === "continuation") return;
    this.#blocks.delete(connection);
    if (kind !== "headers") return;
    if (this.#blocks.size >= BLOCKS) this.#blocks.clear();
    this.#blocks.set(connection, streamId);
  }

  #name(text: string): LineContent | undefined {
    const { conn, path } = PATH.exec(text)?.groups ?? {};
    const streamId = conn === undefined ? undefined : this.#blocks.get(conn);
    if (streamId === undefined) return undefined;
    return { name: { streamId, path: path! }, connection: conn!, side: "server" };
  }
}

function goawayIn(text: string): LineContent | undefined {
  const goaway = GOAWAY.exec(text);
  if (goaway === null) return undefined;
  const { conn, last, code } = goaway.groups!;
  const frame: Draft<LogFrame> = {
    ...{ kind: "goaway", streamId: 0, by: "sent", debug: "" },
    ...{ lastStreamId: Number(last), errorCode: Number(code) },
  };
  return { frame, connection: conn!, side: "server" };
}

const FRAME =
  /\*(?<conn>\d{1,12}) http2 frame type:(?<type>\d{1,3}) f:(?<flags>[0-9a-f]{1,2}) l:(?<len>\d{1,8}) sid:(?<stream>\d{1,10})/;
const GOAWAY = /\*(?<conn>\d{1,12}) http2 send GOAWAY frame: last sid (?<last>\d{1,10}), error (?<code>\d{1,10})/;
const PATH = /\*(?<conn>\d{1,12}) http2 (?:pseudo-)?header: ":path: (?<path>.*)"$/;
// Connections whose blocks are being read.
const BLOCKS = 1000;
