import type { Clock } from "../../capture/clock.ts";
import { errorCodeName } from "../../http2/error-code.ts";
import type { Frame } from "../../http2/frame.ts";
import { FlagColumn, IntColumn, LongColumn, TextColumn, TimeColumn } from "./column.ts";
import { TableFile } from "./table-file.ts";

/** `frames`: one row a frame, without its fields. */
export class FramesTable {
  readonly #connection = new IntColumn("connection");
  readonly #file = new TextColumn("file");
  readonly #packet = new IntColumn("packet");
  readonly #time = new TimeColumn("time");
  readonly #from = new TextColumn("from");
  readonly #offset = new LongColumn("offset");
  readonly #stream = new IntColumn("stream");
  readonly #kind = new TextColumn("kind");
  readonly #flags = new IntColumn("flags");
  readonly #length = new IntColumn("length");
  readonly #endStream = new FlagColumn("end_stream");
  readonly #errorCode = new TextColumn("error_code");
  readonly #lastStream = new IntColumn("last_stream");
  readonly #increment = new IntColumn("increment");
  readonly #fault = new TextColumn("fault");
  readonly #table: TableFile;

  constructor(output: (octets: Uint8Array) => void) {
    const place = [this.#connection, this.#file, this.#packet, this.#time, this.#from, this.#offset];
    const frame = [this.#stream, this.#kind, this.#flags, this.#length, this.#endStream];
    this.#table = new TableFile([...place, ...frame, this.#errorCode, this.#lastStream, this.#increment, this.#fault], output);
  }

  add(frame: Frame, connection: number, file: string, clock: Clock): void {
    const { kind, first, last, whole } = frame;
    const { packet, time } = last;
    this.#connection.push(connection);
    this.#file.push(file);
    this.#packet.push(packet);
    this.#time.of(clock, time);
    this.#from.push(frame.from);
    this.#offset.push(first.offset);
    this.#stream.push(frame.streamId);
    this.#kind.push(kind);
    this.#flags.push(frame.flags);
    this.#length.push(frame.length);
    this.#endStream.push(kind === "data" || kind === "headers" ? frame.endStream : undefined);
    this.#errorCode.push(whole && (kind === "rst-stream" || kind === "goaway") ? errorCodeName(frame.errorCode) : undefined);
    this.#lastStream.push(whole && kind === "goaway" ? frame.lastStreamId : undefined);
    this.#increment.push(whole && kind === "window-update" ? frame.increment : undefined);
    this.#fault.push(frame.fault);
    this.#table.endRow();
  }

  end(): void {
    this.#table.end();
  }
}
