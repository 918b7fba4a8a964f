import type { Limits } from "../limits.ts";
import type { Origin, Side } from "../place.ts";
import type { CaptureNotes } from "./capture-notes.ts";
import { ClosedStreams } from "./closed-streams.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import type { ModelSink } from "./model-sink.ts";
import { Stream, StreamBit, type StreamHalf } from "./stream.ts";

/** Puts streams into connections, sees them end, and takes old ones out: what is kept of them is bounded. One for all connections. */
export class StreamTable {
  readonly #sink: Required<ModelSink>;
  readonly #limits: Limits;
  readonly #notes: CaptureNotes;

  constructor(sink: Required<ModelSink>, limits: Limits, notes: CaptureNotes) {
    this.#sink = sink;
    this.#limits = limits;
    this.#notes = notes;
  }

  /** @param seen The frame that opens it lies in the capture. @param openedAt Where that ends in the initiator's direction, else -1. */
  open(c: Connection, id: number, initiator: Side, seen: boolean, openedAt: number, time: number): Stream {
    const opener = c.endpoint(initiator);
    const stream = new Stream(id, initiator, seen, openedAt, time);
    c.streams.add(stream);
    c.streamCount++;
    if (initiator === "client" && seen) c.openByClient++;
    if (id > opener.highestOpened) opener.highestOpened = id;
    if (c.streams.size > this.#limits.streams) this.#dropOldest(c, opener);
    return stream;
  }

  /** A frame of a stream whose beginning the capture does not hold: undefined where the capture holds it, or its stream was forgotten. */
  openUnseen(c: Connection, id: number, time: number, sender: Endpoint, peer: Endpoint): Stream | undefined {
    if (id === 0) return undefined;
    const opener = ((id & 1) === 1) === (sender.side === "client") ? sender : peer;
    if (opener.opensKnown || id <= opener.forgotten) return undefined;
    const stream = this.open(c, id, opener.side, false, -1, time);
    this.#sink.streamStart(stream, c);
    return stream;
  }

  /** A frame of one side took effect: the stream may be over. @param last Of the frame's last octet. */
  touch(c: Connection, stream: Stream, half: StreamHalf, last: Origin): void {
    half.lastAt = last.offset + 1;
    half.lastTime = last.time;
    if (stream.closed) return;
    const { client, server } = stream;
    // A pushed stream is half-closed for the client from the start.
    const done = (stream.promised || client.over) && server.over;
    if (!done && client.resetAt < 0 && server.resetAt < 0) return;
    stream.closed = true;
    c.closedCount++;
    if (client.endAt < 0 || server.endAt < 0) stream.bits |= StreamBit.unended;
    if (stream.initiator === "client") {
      if (c.openByClient > 0) c.openByClient--;
      c.endedAt = Math.max(client.endTime, client.resetTime, server.endTime, server.resetTime);
    }
    this.#sink.streamEnd(stream, c);
    stream.release();
    this.#forget(c, stream.id);
  }

  // Closed streams are kept for a while, so that late frames on them can be judged.
  #forget(c: Connection, id: number): void {
    const closed = (c.closedStreams ??= new ClosedStreams());
    const old = closed.add(id, this.#limits.closedStreams);
    if (old === 0) return;
    const opener = c.endpoint((old & 1) === 1 ? "client" : "server");
    if (old > opener.forgotten) opener.forgotten = old;
    c.streams.delete(old);
  }

  // The oldest goes, closed or not.
  #dropOldest(c: Connection, opener: Endpoint): void {
    let next = (c.oldestStream ??= c.streams.keys()).next();
    if (next.done === true) next = (c.oldestStream = c.streams.keys()).next();
    const oldest = next.value;
    if (oldest !== undefined) {
      c.streams.delete(oldest);
      // Its end would not be seen.
      const { active } = opener;
      const index = active.indexOf(oldest);
      if (index === 0) active.shift();
      else if (index > 0) active.splice(index, 1);
      const its = c.endpoint((oldest & 1) === 1 ? "client" : "server");
      its.forgotten = Math.max(its.forgotten, oldest);
    }
    this.#notes.note(c, "limit/streams", opener.side, opener.lastAt, { limit: this.#limits.streams });
  }
}
