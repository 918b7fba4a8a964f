import type { Frame } from "../http2/frame.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import type { Call } from "./call.ts";
import type { GrpcMessage } from "./message-decoder.ts";
import type { GrpcStatus } from "./status.ts";

/** What a gRPC exchange comes to. Each event precedes the model's own of the same frame or block, so the state is the one it was sent
 *  in. Messages, statuses, frames and blocks are borrowed; a call lives as long as its stream. */
export interface GrpcSink {
  /** Whether the octets of this side's messages are to be kept, where they fit; compressed ones always are. */
  wants?(call: Call, from: Side): boolean;
  /** The prefix of a message was read; `frame` is the DATA that holds its last octet. A foreign one has a flag above 1. */
  messageStart?(message: GrpcMessage, frame: Frame, call: Call): void;
  /** A message is whole; `frame` is the DATA that holds its last octet. */
  message?(message: GrpcMessage, frame: Frame, call: Call): void;
  /** A field block of the server that could hold the status: with END_STREAM, or with a `grpc-status`. Only blocks that were decoded. */
  status?(status: GrpcStatus, call: Call): void;
  /** A side has sent END_STREAM; not reported for a request that is nothing but its HEADERS: the call is not there yet. */
  finish?(from: Side, by: Frame | FieldBlock, call: Call): void;
  /** RST_STREAM. */
  reset?(frame: Frame, call: Call): void;
  /** The stream is over, or the connection ended before it. */
  callEnd?(call: Call): void;
}

/** The same, and what calls of gRPC-Web, Connect and Triple come to, which no rule judges. Over HTTP/2 they begin and end with their
 *  stream (`callOf`). */
export interface CallSink extends GrpcSink {
  /** A message of such a call is whole: `wants` is asked of those who hear. @param time Nanoseconds. */
  otherMessage?(message: GrpcMessage, time: number, call: Call): void;
  /** A call over HTTP/1.1 began; where nobody listens, none is looked for. */
  http1Start?(call: Call): void;
  /** It is over. @param at Nanoseconds; undefined where it is not complete. `how`: of the connection. */
  http1End?(call: Call, at: number | undefined, how: EndReason | undefined): void;
}
