// The two spans of a call as octets. Those of the latest calls wait here: a finding on their last frame is made after it.
import type { Clock } from "../../capture/clock.ts";
import type { Connection } from "../../model/connection.ts";
import type { Stream } from "../../model/stream.ts";
import { endOf } from "../exchange-end.ts";
import type { RequestNotes } from "../seen-calls.ts";
import type { Batch } from "./batches.ts";
import { CallTexts } from "./call-text.ts";
import type { ConnectionText } from "./connection-text.ts";
import { Octets } from "./octets.ts";
import { attributes, eventText, joined } from "./span.ts";
import { type ParentSpan, parentOfBinary, parentOfHeader } from "./trace-context.ts";

/** Where the spans of one call stand among octets: the client's, whose events go in at `cut`, then the server's. */
export interface SpanPlace<Owner> {
  owner: Owner;
  stream: number;
  start: number;
  cut: number;
  middle: number;
  end: number;
  /** Events that the call has without findings, joined. */
  events: string;
}

/** Events of a call's messages, and how many were too many. */
export interface MessageEvents {
  readonly text: string;
  readonly dropped: number;
}

export class CallSpans<Owner extends { readonly text: ConnectionText }> {
  readonly octets = new Octets();
  /** Those that wait, in the order in which they ended: the first `count`. */
  readonly places: SpanPlace<Owner>[] = [];
  count = 0;
  readonly #texts = new CallTexts();

  add(
    owner: Owner,
    stream: Stream,
    connection: Connection,
    began: number,
    { traceparent, traceBin, attempts }: RequestNotes,
    clock: Clock,
    messages: MessageEvents,
  ): void {
    const ending = endOf(stream, connection);
    const { at, by } = ending;
    const parent =
      traceparent !== undefined ? parentOfHeader(traceparent) : traceBin !== undefined ? parentOfBinary(traceBin) : undefined;
    const over = at ?? Math.max(stream.client.lastTime, stream.server.lastTime, began);
    const { id } = stream;
    const { octets } = this;
    const text = this.#texts.of(stream, ending, attempts);
    const place = this.#next(owner, id);
    place.start = octets.length;
    this.#ids(owner.text, id, id, parent);
    if (parent !== undefined) octets.text(`","parentSpanId":"${parent.spanId}`);
    octets.add(text.clientName);
    const times = octets.length;
    octets.time(clock, began);
    octets.add(UNTIL);
    octets.time(clock, over);
    const timesEnd = octets.length;
    octets.add(owner.text.peer);
    octets.add(text.what);
    octets.decimal(id);
    octets.add(text.clientMore);
    place.cut = octets.length;
    if (messages.dropped > 0) octets.text(`,"droppedEventsCount":${messages.dropped}`);
    octets.add(text.clientStatus);
    place.middle = octets.length;
    this.#ids(owner.text, id, id | SERVER, parent);
    octets.add(owner.text.parent);
    octets.hex(id);
    octets.add(text.serverName);
    octets.again(times, timesEnd);
    octets.add(ATTRIBUTES);
    octets.add(text.what);
    octets.decimal(id);
    octets.add(text.serverMore);
    octets.add(text.serverStatus);
    place.end = octets.length;
    place.events = messages.text;
    if (by !== undefined && (by.how === "rst-stream" || by.how === "goaway"))
      place.events = joined(
        place.events,
        eventText(
          by.how === "goaway" ? "GOAWAY" : "RST_STREAM",
          String(clock.epoch(over)),
          attributes({ "h2lint.from": by.side, "h2lint.error_code": by.errorCode }),
        ),
      );
  }

  /** Take those out that `take` does not leave here. @param first How many of the first are asked for. */
  release(first: number, take: (place: SpanPlace<Owner>) => boolean): void {
    const { octets, places } = this;
    const { buffer } = octets;
    let at = 0;
    let left = 0;
    for (let i = 0; i < this.count; i++) {
      const place = places[i]!;
      if (i < first && take(place)) continue;
      buffer.copyWithin(at, place.start, place.end);
      const moved = place.start - at;
      place.start = at;
      place.cut -= moved;
      place.middle -= moved;
      place.end -= moved;
      at = place.end;
      places[i] = places[left]!;
      places[left++] = place;
    }
    octets.length = at;
    this.count = left;
  }

  #ids(text: ConnectionText, stream: number, span: number, parent: ParentSpan | undefined): void {
    const { octets } = this;
    if (parent === undefined) {
      octets.add(text.trace);
      octets.hex(stream);
    } else octets.text(`{"traceId":"${parent.traceId}`);
    octets.add(text.span);
    octets.hex(span);
  }

  #next(owner: Owner, stream: number): SpanPlace<Owner> {
    const place = this.places[this.count];
    if (place === undefined) {
      const fresh = { owner, stream, start: 0, cut: 0, middle: 0, end: 0, events: "" };
      this.places.push(fresh);
      this.count++;
      return fresh;
    }
    place.owner = owner;
    place.stream = stream;
    this.count++;
    return place;
  }
}

/** Both spans to their services. @param findings Events, joined. */
export function writeSpans(
  octets: Octets,
  { start, cut, middle, end, events }: Omit<SpanPlace<unknown>, "owner" | "stream">,
  findings: string,
  client: Batch,
  server: Batch,
): void {
  const spans = client.next();
  if (events === "" && findings === "") spans.addFrom(octets, start, middle);
  else {
    spans.addFrom(octets, start, cut);
    spans.text(`,"events":[${joined(events, findings)}]`);
    spans.addFrom(octets, cut, middle);
  }
  server.next().addFrom(octets, middle, end);
}

const UNTIL = Buffer.from('","endTimeUnixNano":"');
const ATTRIBUTES = Buffer.from('","attributes":[');
/** Of a server's span id, where the client's has the stream. */
const SERVER = 0x8000_0000;
