// In: what the model reports of a capture. Out: for each HTTP/2 connection its frames, shortly, to be compared with those of a log.
import { latin1 } from "../bytes.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Frame, FrameKind } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import type { Origin, Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";

export interface WireFrame {
  readonly kind: FrameKind;
  readonly from: Side;
  readonly streamId: number;
  readonly flags: number;
  readonly length: number;
  readonly errorCode: number;
  readonly lastStreamId: number;
  readonly increment: number;
  /** Of GOAWAY. */
  readonly debug: string;
  /** Nanoseconds since the session's first packet. */
  readonly time: number;
  /** Of its first octet in its direction. */
  readonly offset: number;
}

export class WireConnection {
  readonly id: number;
  readonly frames: Readonly<Record<Side, WireFrame[]>> = { client: [], server: [] };
  /** What each side sent first went by before the capture. */
  readonly late: Record<Side, boolean> = { client: false, server: false };
  client = "";
  server = "";
  /** TCP ends, by side. */
  readonly ends: { readonly from: Side; readonly how: "fin" | "rst"; readonly time: number }[] = [];
  first = 0;
  last = 0;

  constructor(id: number) {
    this.id = id;
  }
}

export class WireFrames implements ModelSink {
  readonly connections = new Map<number, WireConnection>();
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  #frames = 0;

  constructor(limits: Limits, diagnostics: DiagnosticSink) {
    this.#limits = limits;
    this.#diagnostics = diagnostics;
  }

  frame(frame: Frame, _stream: Stream | undefined, connection: Connection): void {
    const { first, last, kind, from } = frame;
    if (++this.#frames > this.#limits.logFrames) {
      if (this.#frames !== this.#limits.logFrames + 1) return;
      const place = { in: "packet", file: last.file, packet: last.packet } as const;
      this.#diagnostics({ code: "limit/log-frames", place, data: { limit: this.#limits.logFrames } });
      return;
    }
    const { streamId, flags, length, errorCode, lastStreamId, increment } = frame;
    const debug =
      kind === "goaway" && frame.whole ? latin1(frame.bytes, frame.start, Math.min(frame.end, frame.start + DEBUG)) : "";
    const time = last.time;
    const { offset } = first;
    const seen = { kind, from, streamId, flags, length, errorCode, lastStreamId, increment, debug, time, offset };
    this.#of(connection).frames[from].push(seen);
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    if (how === "fin" || how === "rst") this.#of(connection).ends.push({ from, how, time: at.time });
  }

  connectionEnd(connection: Connection): void {
    const one = this.connections.get(connection.id);
    if (one !== undefined) describe(one, connection);
  }

  #of(connection: Connection): WireConnection {
    const { id } = connection;
    let one = this.connections.get(id);
    if (one === undefined) {
      one = new WireConnection(id);
      describe(one, connection);
      this.connections.set(id, one);
    }
    return one;
  }
}

// As far as it is known: it may be open.
function describe(one: WireConnection, connection: Connection): void {
  for (const side of ["client", "server"] as const) one.late[side] = !connection.endpoint(side).started;
  one.client = connection.address("client");
  one.server = connection.address("server");
  one.first = connection.flow.firstTime;
  one.last = connection.flow.lastTime;
}

// Octets of debug data.
const DEBUG = 1024;
