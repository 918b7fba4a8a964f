// The segments of a story, on as many connections as are asked for.
import { TcpFlag, TcpSegment } from "../src/net/segment.ts";
import type { WireSegment } from "../src/testing/script.ts";

/** Gives the segments of a story to a sink, as if each connection had a client address of its own. */
export class Connections {
  readonly #segment = new TcpSegment();
  readonly #sink: { segment(segment: TcpSegment): void };

  constructor(sink: { segment(segment: TcpSegment): void }) {
    this.#sink = sink;
  }

  /** @param connection From 0. */
  play(segments: readonly WireSegment[], connection = 0): void {
    const s = this.#segment;
    const client = 0x0b00_0000 + connection;
    for (const { from, flags, offset, acked, bytes, window } of segments) {
      const isClient = from === "client";
      s.source3 = isClient ? client : SERVER;
      s.target3 = isClient ? SERVER : client;
      s.sourcePort = isClient ? 50_000 : 80;
      s.targetPort = isClient ? 80 : 50_000;
      s.seq = (1 + offset) | 0;
      s.ack = (flags & TcpFlag.ack) === 0 ? 0 : (1 + acked) | 0;
      s.flags = flags;
      s.window = window;
      s.packet.number++;
      s.packet.time += STEP;
      s.packet.bytes = bytes;
      s.packet.wireLength = bytes.length;
      s.packet.end = s.end = bytes.length;
      this.#sink.segment(s);
    }
    s.packet.bytes = NOTHING;
  }
}

const SERVER = 0x0a00_0001;
// Nanoseconds between segments.
const STEP = 1e5;
const NOTHING = new Uint8Array(0);
