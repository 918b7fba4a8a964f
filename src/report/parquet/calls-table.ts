import type { Clock } from "../../capture/clock.ts";
import { callOf } from "../../grpc/call.ts";
import type { CallSide } from "../../grpc/call-side.ts";
import { percentDecode, statusCode } from "../../grpc/status.ts";
import type { Connection } from "../../model/connection.ts";
import type { Stream } from "../../model/stream.ts";
import { endOf } from "../exchange-end.ts";
import type { RequestNotes } from "../seen-calls.ts";
import { utf8 } from "../text.ts";
import { FlagColumn, IntColumn, LongColumn, TextColumn, TimeColumn } from "./column.ts";
import { TableFile } from "./table-file.ts";

/** `calls`: one row an exchange over HTTP/2; names and meanings as those of `h2lint calls --format ndjson`. */
export class CallsTable {
  readonly #connection = new IntColumn("connection");
  readonly #stream = new IntColumn("stream");
  readonly #protocol = new TextColumn("protocol");
  readonly #pushed = new FlagColumn("pushed");
  readonly #client = new TextColumn("client");
  readonly #server = new TextColumn("server");
  readonly #method = new TextColumn("method");
  readonly #path = new TextColumn("path");
  readonly #authority = new TextColumn("authority");
  readonly #userAgent = new TextColumn("user_agent");
  readonly #status = new IntColumn("status");
  readonly #grpcStatus = new IntColumn("grpc_status");
  readonly #grpcMessage = new TextColumn("grpc_message");
  readonly #requestMessages = new IntColumn("request_messages");
  readonly #responseMessages = new IntColumn("response_messages");
  readonly #requestOctets = new LongColumn("request_octets");
  readonly #responseOctets = new LongColumn("response_octets");
  readonly #start = new TimeColumn("start");
  readonly #duration = new LongColumn("duration_ns");
  readonly #first = new LongColumn("time_to_first_message_ns");
  readonly #deadline = new LongColumn("deadline_ns");
  readonly #attempts = new IntColumn("previous_attempts");
  readonly #end = new TextColumn("end");
  readonly #endSide = new TextColumn("ended_by");
  readonly #endHow = new TextColumn("ended_how");
  readonly #errorCode = new TextColumn("error_code");
  readonly #table: TableFile;

  constructor(output: (octets: Uint8Array) => void) {
    const about = [this.#connection, this.#stream, this.#protocol, this.#pushed, this.#client, this.#server];
    const asked = [this.#method, this.#path, this.#authority, this.#userAgent];
    const answered = [this.#status, this.#grpcStatus, this.#grpcMessage];
    const content = [this.#requestMessages, this.#responseMessages, this.#requestOctets, this.#responseOctets];
    const times = [this.#start, this.#duration, this.#first, this.#deadline];
    const ending = [this.#attempts, this.#end, this.#endSide, this.#endHow, this.#errorCode];
    this.#table = new TableFile([...about, ...asked, ...answered, ...content, ...times, ...ending], output);
  }

  add(stream: Stream, connection: Connection, began: number, { attempts }: RequestNotes, clock: Clock): void {
    const { request, response, client, server, seen } = stream;
    const call = callOf(stream);
    const other = call?.other;
    const isCall = call !== undefined && (other !== undefined || call.asked);
    const { end, at, by } = endOf(stream, connection);
    const message = other === undefined ? response.grpcMessage : other.message;
    const coded = message !== undefined && (other === undefined || other.encoded);
    this.#connection.push(connection.id);
    this.#stream.push(stream.id);
    this.#protocol.push(other?.protocol.name ?? (isCall ? "grpc" : "http"));
    this.#pushed.push(stream.promised);
    this.#client.push(connection.address("client"));
    this.#server.push(connection.address("server"));
    this.#method.push(textOf(request.method));
    this.#path.push(textOf(request.path));
    this.#authority.push(textOf(request.authority));
    this.#userAgent.push(textOf(request.userAgent));
    this.#status.push(response.status === 0 ? undefined : response.status);
    this.#grpcStatus.push(other === undefined ? statusCode(response.grpcStatus) : other.code);
    this.#grpcMessage.push(textOf(coded ? percentDecode(message).octets : message));
    this.#requestMessages.push(isCall ? messagesOf(call.request) : undefined);
    this.#responseMessages.push(isCall ? messagesOf(call.response) : undefined);
    this.#requestOctets.push(client.dataOctets);
    this.#responseOctets.push(server.dataOctets);
    if (seen) this.#start.of(clock, began);
    else this.#start.at(undefined);
    this.#duration.push(seen && at !== undefined ? at - began : undefined);
    this.#first.push(isCall && seen && call.answeredTime >= 0 ? call.answeredTime - began : undefined);
    this.#deadline.push(call?.timeout);
    this.#attempts.push(attempts);
    this.#end.push(end);
    this.#endSide.push(by?.side);
    this.#endHow.push(by?.how);
    this.#errorCode.push(by?.errorCode);
    this.#table.endRow();
  }

  end(): void {
    this.#table.end();
  }
}

// Of content that was captured whole.
const messagesOf = ({ state, messages }: CallSide): number | undefined => (state === "lost" ? undefined : messages);

const textOf = (octets: string | undefined): string | undefined => (octets === undefined ? undefined : utf8(octets));
