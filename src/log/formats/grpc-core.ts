// gRPC C-core with GRPC_TRACE=http: C++, Python, Ruby, PHP. Only what comes in is reported as frames.
import type { Draft, FormatReader, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { flagsNamed, kindNamed } from "../names.ts";

export const grpcCore: LogFormat = {
  name: "gRPC C-core",
  hints: ["INCOMING[", "HTTP:", "W:0x"],
  shows: { length: true, fields: "some" },
  foldsContinuation: false,
  reader: () => new Reader(),
};

class Reader implements FormatReader {
  /** The last field block of each stream. */
  readonly #blocks = new Map<number, { frame: Draft<LogFrame>; fields: [string, string][] }>();

  line(text: string): LineContent | "part" | undefined {
    const match = FRAME.exec(text);
    if (match !== null) {
      const { conn, type, flags, len, stream } = match.groups!;
      const kind = kindNamed(type!) ?? "unknown";
      const streamId = Number.parseInt(stream!, 16);
      const frame: Draft<LogFrame> = {
        ...{ kind, streamId, by: "received" },
        ...{ flags: flagsNamed((flags ?? "").replaceAll(":", "|").replace(/[A-Z_]+=/g, "")), length: Number(len) },
      };
      if (kind === "headers") {
        if (this.#blocks.size >= BLOCKS) this.#blocks.clear();
        this.#blocks.set(streamId, { frame, fields: [] });
      }
      return { frame, connection: conn! };
    }
    const field = FIELD.exec(text);
    if (field === null) {
      const writer = WRITER.exec(text)?.[1];
      return writer === undefined ? undefined : { side: writer === "CLIENT" ? "client" : "server" };
    }
    const { stream, side, name, value } = field.groups!;
    const block = this.#blocks.get(Number(stream));
    if (block !== undefined) {
      block.fields.push([name!, value!]);
      block.frame.fields = block.fields;
    }
    return { ...{ side: side === "CLI" ? "client" : "server" } };
  }
}

const FRAME =
  /INCOMING\[(?<conn>[^\]]*)\]: (?<type>[A-Z_]+|UNKNOWN_FRAME_TYPE_\d+)(?<flags>(?::[A-Z_]+(?:=0x[0-9a-f]+)?)*) len:(?<len>\d{1,8}) id:0x(?<stream>[0-9a-f]{8})/;
const FIELD = /\bHTTP:(?<stream>\d{1,10}):(?:HDR|TRL|\?\?\?):(?<side>SVR|CLI): (?<name>:?[^:\s]+): (?<value>.*)$/;
// What it writes itself is reported without its frames.
const WRITER = /\bW:0x[0-9a-f]+ (CLIENT|SERVER) \[/;
// Streams whose blocks are remembered.
const BLOCKS = 1000;
