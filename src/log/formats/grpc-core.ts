// gRPC C-core with GRPC_TRACE=http: C++, Python, Ruby, PHP. Only what comes in is reported as frames.
import type { Draft, FormatReader, LineContent, LogFormat } from "../format.ts";
import type { LogFrame } from "../frame.ts";
import { flagsNamed, kindNamed } from "../names.ts";

export const grpcCore: LogFormat = {
  name: "gRPC C-core",
  hints: ["INCOMING[", "HTTP:", "W:0x", "perform_stream_op"],
  shows: { length: true, fields: "some" },
  foldsContinuation: false,
  reusesNames: true,
  reader: () => new Reader(),
};

class Reader implements FormatReader {
  /** The last field block of each stream. */
  readonly #blocks = new Map<number, { frame: Draft<LogFrame>; connection: string; fields: [string, string][] }>();
  /** Of a client's calls that have no stream yet, by the address of what becomes the stream. */
  readonly #paths = new Map<string, { path: string; line: number }>();

  line(text: string, number: number): LineContent | "part" | undefined {
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
        this.#blocks.set(streamId, { frame, connection: conn!, fields: [] });
      }
      return { frame, connection: conn! };
    }
    const field = FIELD.exec(text);
    if (field === null) {
      const sent = this.#sent(text, number);
      if (sent !== undefined) return sent;
      const writer = WRITER.exec(text)?.[1];
      return writer === undefined ? undefined : { side: writer === "CLIENT" ? "client" : "server" };
    }
    const { stream, side, name, value } = field.groups!;
    const block = this.#blocks.get(Number(stream));
    if (block !== undefined) {
      block.fields.push([name!, value!]);
      block.frame.fields = block.fields;
    }
    const writer = side === "CLI" ? "client" : "server";
    if (name !== ":path" || block === undefined) return { side: writer };
    return { name: { streamId: block.frame.streamId, path: value! }, connection: block.connection, side: writer };
  }

  // First what is to be sent, then which stream it is sent on.
  #sent(text: string, number: number): LineContent | "part" | undefined {
    const { call, path } = CALL.exec(text)?.groups ?? {};
    if (call !== undefined) {
      // What an earlier call had there is over.
      this.#paths.delete(call);
      if (path === undefined) return "part";
      if (this.#paths.size >= BLOCKS) this.#paths.clear();
      this.#paths.set(call, { path, line: number });
      return "part";
    }
    const { conn, address, stream } = STREAM.exec(text)?.groups ?? {};
    if (address === undefined) return undefined;
    const known = this.#paths.get(address);
    this.#paths.delete(address);
    if (known === undefined) return { side: "client" };
    return { name: { ...known, streamId: Number(stream) }, connection: conn!, side: "client" };
  }
}

const FRAME =
  /INCOMING\[(?<conn>[^\]]*)\]: (?<type>[A-Z_]+|UNKNOWN_FRAME_TYPE_\d+)(?<flags>(?::[A-Z_]+(?:=0x[0-9a-f]+)?)*) len:(?<len>\d{1,8}) id:0x(?<stream>[0-9a-f]{8})/;
const FIELD = /\bHTTP:(?<stream>\d{1,10}):(?:HDR|TRL|\?\?\?):(?<side>SVR|CLI): (?<name>:?[^:\s]+): (?<value>.*)$/;
// What it writes itself is reported without its frames.
const WRITER = /\bW:0x[0-9a-f]+ (CLIENT|SERVER) \[/;
// Its address is used again for a later call.
const CALL =
  /\bperform_stream_op(?:_locked)?\[s=(?<call>0x[0-9a-f]+); op=0x[0-9a-f]+\]:\s+SEND_INITIAL_METADATA\{(?::path: (?<path>[^,]*), :)?/;
const STREAM =
  /\bHTTP:CLI: Transport (?<conn>0x[0-9a-f]+) allocating new grpc_chttp2_stream (?<address>0x[0-9a-f]+) to id (?<stream>\d{1,10})\b/;
// Streams whose blocks are remembered.
const BLOCKS = 1000;
