// In: what a log says about one connection. Out: the same to the model's listeners as if it had been captured, as far as the log shows it
//. Offsets are counted over what was reported; a line stands for a packet. What the log's writer had received is what
// it had logged by then; of the other side nobody knows.
import type { HpackEngine } from "../hpack/engine.ts";
import { Flag, Frame, type FrameKind, FrameType } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import { ConnectionModel, ModelParts } from "../model/connection-model.ts";
import { fanOut } from "../model/fan-out.ts";
import type { ModelSink } from "../model/model-sink.ts";
import { TcpSegment } from "../net/segment.ts";
import { type Origin, other, type Side } from "../place.ts";
import { Flow } from "../tcp/flow.ts";
import type { Conversation } from "./conversation.ts";
import type { FrameEvent, LogTime } from "./event.ts";
import type { LogFrame } from "./frame.ts";
import { literalBlock } from "./literal.ts";

export interface ReplayContext {
  readonly hpack: HpackEngine;
  readonly limits: Limits;
  /** Nanoseconds since the first time of the run. */
  readonly at: (time: LogTime) => number;
}

/** @param id Of the connection, from 1.
 *  @param closing Called with the connection before it is reported to be over. */
export function replay(
  conversation: Conversation,
  id: number,
  sinks: readonly ModelSink[],
  { hpack, limits, at }: ReplayContext,
  closing: (connection: Connection) => void,
): Connection {
  const { frames, texts, log, started, mixed } = conversation;
  const side = conversation.side ?? "client";
  const lines = [...frames, ...texts].map(({ place }) => place.line);
  const times = [...frames, ...texts].flatMap(({ time }) => (time === undefined ? [] : [at(time)]));
  const flow = flowOf(id, log, lines, times);
  // What it says of the capture says nothing of a log.
  const model = new ConnectionModel(flow, new ModelParts(fanOut(sinks), hpack, limits, () => {}));
  const begun = started && !mixed;
  const first = (by: LogFrame["by"]) => frames.find(({ frame }) => frame.by === by)?.frame.kind === "settings";
  const whole = { sent: begun && first("sent"), received: begun && first("received") };
  const roles = !conversation.isSideProven || mixed ? "guess" : "preface";
  model.begin("h2c", 0, roles, {
    client: side === "client" ? whole.sent : whole.received,
    server: side === "server" ? whole.sent : whole.received,
  });
  const next: Record<Side, number> = { client: PREFACE, server: 0 };
  let time = times[0] ?? 0;
  for (const event of frames) {
    if (event.time !== undefined) time = at(event.time);
    const from = event.frame.by === "sent" ? side : other(side);
    const acked = event.frame.by === "sent" ? next[other(from)] : -1;
    const frame = frameOf(event, from, { file: log, packet: event.place.line, time, offset: next[from], acked });
    next[from] = frame.last.offset + 1;
    model.frame(frame);
  }
  const line = Math.max(...lines);
  for (const from of ["client", "server"] as const)
    model.end(from, "capture-end", false, { file: log, packet: line, time, offset: next[from], acked: -1 });
  closing(model.connection);
  model.close();
  return model.connection;
}

function flowOf(id: number, log: number, lines: readonly number[], times: readonly number[]): Flow {
  const segment = new TcpSegment();
  segment.packet.file = log;
  segment.packet.number = Math.min(...lines);
  segment.packet.time = Math.min(...times, Infinity) === Infinity ? 0 : Math.min(...times);
  const flow = new Flow(id, segment, true, false);
  flow.lastFile = log;
  flow.lastPacket = Math.max(...lines);
  flow.lastTime = Math.max(...times, flow.firstTime);
  return flow;
}

function frameOf({ frame: told, format }: FrameEvent, from: Side, at: Origin): Frame {
  const frame = new Frame();
  const { kind } = told;
  frame.kind = kind;
  frame.type = TYPES[kind];
  frame.flags = told.flags ?? 0;
  // Where CONTINUATIONs are folded into it the block ends here; a log without flags reports no CONTINUATIONs either.
  if ((kind === "headers" || kind === "push-promise") && (format.foldsContinuation || told.flagMask !== undefined))
    frame.flags |= Flag.endHeaders;
  frame.streamId = told.streamId;
  frame.from = from;
  frame.errorCode = told.errorCode ?? 0;
  frame.lastStreamId = told.lastStreamId ?? 0;
  frame.increment = told.increment ?? 0;
  frame.promisedStreamId = told.promisedStreamId ?? 0;
  const payload = payloadOf(told);
  if (payload === undefined) frame.fault = "cut";
  else {
    frame.bytes = payload;
    frame.end = payload.length;
  }
  // Padding, priorities: octets that are not among the payload's fields.
  frame.flags &= ~(Flag.padded | (kind === "headers" ? Flag.priority : 0));
  // -1: not known, and so of no frame that a capture holds.
  frame.length = told.length ?? payload?.length ?? -1;
  Object.assign(frame.first, at);
  Object.assign(frame.last, at, { offset: at.offset + HEAD + Math.max(frame.length, 0) - 1 });
  return frame;
}

// The octets that the log shows; undefined where it does not show them all.
function payloadOf({
  kind,
  fields,
  settings,
  payload,
  debug,
  errorCode,
  lastStreamId,
  increment,
  length,
  flags = 0,
}: LogFrame): Uint8Array | undefined {
  switch (kind) {
    case "headers":
    case "push-promise":
      // None may be reported because none were looked at.
      return fields === undefined || fields.length === 0 ? undefined : literalBlock(fields);
    case "data":
      return length === 0 ? EMPTY : undefined;
    case "settings":
      return (flags & Flag.ack) !== 0 ? EMPTY : settings === undefined ? undefined : settingsPayload(settings);
    case "ping":
      return payload === undefined ? undefined : Buffer.from(payload, "hex");
    case "goaway":
      return errorCode === undefined || lastStreamId === undefined ? undefined : Buffer.from(debug ?? "", "latin1");
    case "rst-stream":
      return errorCode === undefined ? undefined : EMPTY;
    case "window-update":
      return increment === undefined ? undefined : EMPTY;
    case "priority":
      return undefined;
    default:
      return undefined;
  }
}

function settingsPayload(settings: NonNullable<LogFrame["settings"]>): Uint8Array {
  const octets = Buffer.alloc(6 * settings.length);
  for (const [i, [id, value]] of settings.entries()) {
    octets.writeUInt16BE(id & 0xffff, 6 * i);
    octets.writeUInt32BE(value >>> 0, 6 * i + 2);
  }
  return octets;
}

const EMPTY = new Uint8Array(0);
const HEAD = 9;
// RFC 9113 3.4: the client's first octets, which no log shows.
const PREFACE = 24;

const TYPES: Readonly<Record<FrameKind, number>> = {
  data: FrameType.data,
  headers: FrameType.headers,
  priority: FrameType.priority,
  "rst-stream": FrameType.rstStream,
  settings: FrameType.settings,
  "push-promise": FrameType.pushPromise,
  ping: FrameType.ping,
  goaway: FrameType.goaway,
  "window-update": FrameType.windowUpdate,
  continuation: FrameType.continuation,
  altsvc: FrameType.altsvc,
  origin: FrameType.origin,
  "priority-update": FrameType.priorityUpdate,
  unknown: 0xff,
};
