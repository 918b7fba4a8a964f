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
  readonly #closed: ClosedStreams<Stream>;
  /** Of all connections. */
  #streams = 0;
  /** The most that there were at once. */
  most = 0;

  constructor(sink: Required<ModelSink>, limits: Limits, notes: CaptureNotes) {
    this.#sink = sink;
    this.#limits = limits;
    this.#notes = notes;
    this.#closed = new ClosedStreams(limits.closedStreams, limits.closedStreamsTotal);
  }

  /** The most closed streams that were remembered. */
  get mostClosed(): number {
    return this.#closed.most;
  }

  /** @param seen The frame that opens it lies in the capture. @param openedAt Where that ends in the initiator's direction, else -1. */
  open(c: Connection, id: number, initiator: Side, seen: boolean, openedAt: number, time: number): Stream {
    const opener = c.endpoint(initiator);
    const stream = new Stream(id, initiator, seen, openedAt, time);
    const same = c.streams.get(id);
    if (same !== undefined) this.#delete(c, same);
    c.streams.add(stream);
    this.#streams++;
    if (this.#streams > this.most) this.most = this.#streams;
    c.streamCount++;
    if (initiator === "client" && seen) c.openByClient++;
    if (id > opener.highestOpened) opener.highestOpened = id;
    const { streams, streamsTotal } = this.#limits;
    // Where others hold too many, this one has room for one.
    if (c.streams.size > streams) this.#dropOldest(c, opener, streams);
    else if (this.#streams > streamsTotal && c.streams.size > 1) this.#dropOldest(c, opener, streamsTotal);
    return stream;
  }

  /** A frame of a stream whose beginning the capture does not hold: undefined where the capture holds it, or its stream was forgotten. */
  openUnseen(c: Connection, id: number, time: number, sender: Endpoint, peer: Endpoint): Stream | undefined {
    if (id === 0) return undefined;
    const opener = ((id & 1) === 1) === (sender.side === "client") ? sender : peer;
    if (opener.opensKnownFor(sender) || id <= opener.forgotten) return undefined;
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
    this.#remember(c, stream);
  }

  // Closed streams are kept for a while, so that late frames on them can be judged.
  #remember(c: Connection, stream: Stream): void {
    const old = this.#closed.add(c, stream);
    if (old === undefined) return;
    const connection = old.closedIn!.connection as Connection; // this table's connections alone remember
    const opener = connection.endpoint((old.id & 1) === 1 ? "client" : "server");
    if (old.id > opener.forgotten) opener.forgotten = old.id;
    this.#delete(connection, old);
  }

  /** Nothing of the connection follows. */
  release(c: Connection): void {
    this.#closed.release(c);
    this.#streams -= c.streams.size;
  }

  #delete(c: Connection, stream: Stream): void {
    this.#closed.remove(stream);
    c.streams.delete(stream);
    this.#streams--;
  }

  // The oldest goes, closed or not.
  #dropOldest(c: Connection, opener: Endpoint, limit: number): void {
    const { oldest } = c.streams;
    if (oldest !== undefined) {
      const { id } = oldest;
      this.#delete(c, oldest);
      // Its end would not be seen.
      const { active } = opener;
      const index = active.indexOf(id);
      if (index === 0) active.shift();
      else if (index > 0) active.splice(index, 1);
      const its = c.endpoint((id & 1) === 1 ? "client" : "server");
      its.forgotten = Math.max(its.forgotten, id);
    }
    this.#notes.note(c, "limit/streams", opener.side, opener.lastAt, { limit });
  }
}
