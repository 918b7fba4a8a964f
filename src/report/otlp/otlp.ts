// `-o spans.otlp.json`: every call as a client span and a server span below it, for tracing tools. Spans are written when their call is over;
// one with a finding waits for the answer, until its connection is over.

import { H2lintError } from "../../error.ts";
import type { Call } from "../../grpc/call.ts";
import type { GrpcMessage } from "../../grpc/message-decoder.ts";
import type { Frame } from "../../http2/frame.ts";
import type { Connection } from "../../model/connection.ts";
import type { Stream } from "../../model/stream.ts";
import { crypto } from "../../platform/crypto.ts";
import { answerName, isAnswered } from "../answer.ts";
import type { ConnectionEvent, FindingEvent } from "../event.ts";
import { beganAt } from "../exchange.ts";
import type { Report, RunFacts } from "../report.ts";
import { type RequestNotes, SeenCalls } from "../seen-calls.ts";
import { type Batch, SpanBatches } from "./batches.ts";
import { CallSpans, type MessageEvents, type SpanPlace, writeSpans } from "./call-spans.ts";
import { ConnectionText } from "./connection-text.ts";
import { Octets } from "./octets.ts";
import { attributes, eventText, joined, nameText, SpanKind, statusText } from "./span.ts";

/** @param isLines One object a line; else one document. */
export function otlpSpans(output: (piece: string | Uint8Array) => void, isLines: boolean): Report {
  const spans = new Spans(new SpanBatches(output, isLines));
  const { seen } = spans;
  return {
    begin: (run) => spans.begin(run),
    calls: { message: (message, frame, call) => spans.message(message, frame, call) },
    listener: {
      connectionStart: (connection) => spans.connectionStart(connection),
      fields: (block, stream, connection) => seen.fields(block, stream, connection),
      streamStart: (stream, connection) => seen.streamStart(stream, connection),
      streamEnd: (stream, connection) => seen.streamEnd(stream, connection),
      connectionEnd: (connection) => seen.connectionEnd(connection),
    },
    found: (connection, stream) => spans.found(connection, stream),
    event(event) {
      if (event.kind === "finding") spans.finding(event);
      else if (event.kind === "connection") spans.connection(event);
    },
    end: () => spans.end(),
  };
}

/** Messages of a call in both directions, the first `count`. It is used again for another call. */
class Messages {
  count = 0;
  dropped = 0;
  readonly times: number[] = [];
  readonly octets: number[] = [];
  readonly sent: boolean[] = [];
}

/** A connection that is not over. */
interface Open {
  readonly text: ConnectionText;
  /** Streams with findings. */
  readonly faulty: Set<number>;
  /** Their calls, which are over. */
  readonly held: Map<number, SpanPlace<Octets>>;
  /** Of streams that are open, by id: what a Map with streams as keys leaves when it grows would keep them for long. */
  readonly messages: Map<number, Messages>;
  /** Events of findings, by stream. */
  readonly events: Map<number, string>;
  /** Where spans go, in this turn. */
  client: Batch | undefined;
  server: Batch | undefined;
  turn: number;
}

class Spans {
  readonly seen: SeenCalls;
  readonly #batches: SpanBatches;
  #run: RunFacts | undefined;
  readonly #open = new Map<number, Open>();
  /** Messages of streams that are open, of all connections. */
  #messages = 0;
  readonly #spare: Messages[] = [];
  readonly #latest = new CallSpans<Open>();
  #held = 0;
  /** The connection that was asked for last, and what is open of it. */
  #asked = 0;
  #answer: Open | undefined;

  constructor(batches: SpanBatches) {
    this.#batches = batches;
    const over = (stream: Stream, connection: Connection, began: number, notes: RequestNotes) =>
      this.#over(stream, connection, began, notes);
    this.seen = new SeenCalls({ chooser: () => this.#run?.chooser, over, traces: true });
  }

  begin(run: RunFacts): void {
    this.#run = run;
  }

  connectionStart(connection: Connection): void {
    if (this.#run === undefined || !this.seen.isChosen(connection)) return;
    const hash = hashOf(connection, this.#run.clock.text(connection.flow.firstTime));
    this.#asked = 0;
    this.#open.set(connection.id, {
      text: new ConnectionText(connection, hash),
      ...{ faulty: new Set(), held: new Map(), messages: new Map(), events: new Map() },
      ...{ client: undefined, server: undefined, turn: -1 },
    });
  }

  message({ from, length }: GrpcMessage, frame: Frame, { stream, connection }: Call): void {
    const open = this.#openOf(connection);
    if (open === undefined) return;
    let messages = open.messages.get(stream.id);
    if (messages === undefined) {
      if (this.#messages >= MOST_OPEN || this.#run?.chooser.exchange(stream.id, beganAt(stream)) !== true) return;
      messages = this.#spare.pop() ?? new Messages();
      open.messages.set(stream.id, messages);
      this.#messages++;
    }
    const { count } = messages;
    if (count >= MOST_EVENTS) {
      messages.dropped++;
      return;
    }
    messages.times[count] = frame.last.time;
    messages.octets[count] = length;
    messages.sent[count] = from === "client";
    messages.count++;
  }

  found(connection: number, stream: number): void {
    if (stream !== 0) this.#open.get(connection)?.faulty.add(stream);
  }

  finding(event: FindingEvent): void {
    const open = this.#open.get(event.connection);
    if (open === undefined) return;
    const { rule, severity, certainty, message, offender, frame, reaction, stream } = event;
    const answer = isAnswered(reaction) ? answerName(reaction) : undefined;
    const about = {
      ...{ "h2lint.rule": rule, "h2lint.severity": severity, "h2lint.certainty": certainty, "h2lint.message": message },
      ...{
        "h2lint.offender": offender,
        "h2lint.packet": frame.packet,
        "h2lint.stream": stream,
        "h2lint.verdict": reaction.verdict,
      },
      ...{ "h2lint.answer": answer, "h2lint.answer_delay_ns": answer === undefined ? undefined : reaction.delay },
      "h2lint.count": event.count > 1 ? event.count : undefined,
    };
    const text = eventText(`h2lint ${rule}`, nanoseconds(frame.time), attributes(about));
    const place = open.held.has(stream) || this.#isLatest(open, stream) ? stream : 0;
    open.events.set(place, joined(open.events.get(place) ?? "", text));
  }

  connection({ id, protocol, start, duration, software, client, server }: ConnectionEvent): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    this.#asked = 0;
    this.#messages -= open.messages.size;
    this.#release(0, open);
    for (const [stream, place] of open.held) this.#write(open, stream, place.owner, place);
    this.#held -= open.held.size;
    const about = {
      ...{ "h2lint.connection": id, "h2lint.protocol": protocol, "network.peer.address": server, "client.address": client },
      ...{ "h2lint.software.client": software?.client, "h2lint.software.server": software?.server },
    };
    const begin = nanoseconds(start);
    const end = String(BigInt(begin) + BigInt(Math.round(duration)));
    const events = open.events.get(0);
    const said = events === undefined ? "" : `,"events":[${events}]`;
    this.#batches
      .of({ name: "h2lint", side: "h2lint" })
      .next()
      .text(
        `${open.text.ids}${nameText("HTTP/2 connection", SpanKind.internal)}${begin}","endTimeUnixNano":"${end}","attributes":[${attributes(about)}]${said}${statusText(undefined)}`,
      );
    this.#batches.settle();
  }

  end(): void {
    if (this.#run === undefined) throw new H2lintError("usage", "spans are made of captures, and there is none");
    this.#release(0);
    this.#batches.end();
  }

  #over(stream: Stream, connection: Connection, began: number, notes: RequestNotes): void {
    const { clock } = this.#run!; // it has begun: there are streams
    const open = this.#openOf(connection);
    if (open === undefined) return;
    this.#latest.add(open, stream, connection, began, notes, clock, this.#messagesOf(open, stream.id));
    if (this.#latest.count > 2 * LATEST) this.#release(LATEST);
  }

  #openOf({ id }: Connection): Open | undefined {
    if (id !== this.#asked) {
      this.#asked = id;
      this.#answer = this.#open.get(id);
    }
    return this.#answer;
  }

  #messagesOf(open: Open, stream: number): MessageEvents {
    const messages = open.messages.get(stream);
    if (messages === undefined) return NO_EVENTS;
    open.messages.delete(stream);
    this.#messages--;
    const events = this.#eventsOf(messages);
    if (this.#spare.length < SPARE && messages.count <= SPARE_EVENTS) {
      messages.count = messages.dropped = 0;
      this.#spare.push(messages);
    }
    return events;
  }

  // A call with one message each way has nothing to tell by them.
  #eventsOf({ count, dropped, times, octets, sent }: Messages): MessageEvents {
    let asked = 0;
    for (let i = 0; i < count; i++) if (sent[i] === true) asked++;
    if (asked <= 1 && count - asked <= 1) return NO_EVENTS;
    const ids = { true: 0, false: 0 };
    const { clock } = this.#run!; // as above
    let text = "";
    for (let i = 0; i < count; i++) {
      const isSent = sent[i] === true;
      const about = attributes({
        "rpc.message.type": isSent ? "SENT" : "RECEIVED",
        "rpc.message.id": ++ids[`${isSent}`],
        "rpc.message.compressed_size": octets[i]!,
      });
      text = joined(text, eventText("rpc.message", String(clock.epoch(times[i]!)), about));
    }
    return { text, dropped };
  }

  /** Write those that are over but the latest, or hold them. @param of Only of this connection. */
  #release(keep: number, of?: Open): void {
    const { octets } = this.#latest;
    this.#latest.release(this.#latest.count - keep, (place) => {
      const { owner, stream, start } = place;
      if (of !== undefined && owner !== of) return false;
      if (owner.faulty.has(stream) && of === undefined && this.#held < MOST_HELD) {
        const own = new Octets(Buffer.from(octets.buffer.subarray(start, place.end)));
        const at = { start: 0, cut: place.cut - start, middle: place.middle - start, end: place.end - start };
        owner.held.set(stream, { owner: own, stream, ...at, events: place.events });
        this.#held++;
      } else this.#write(owner, stream, octets, place);
      return true;
    });
    this.#batches.settle();
  }

  #isLatest(open: Open, stream: number): boolean {
    const { places, count } = this.#latest;
    for (let i = 0; i < count; i++) if (places[i]!.owner === open && places[i]!.stream === stream) return true;
    return false;
  }

  #write(open: Open, stream: number, octets: Octets, place: SpanPlace<unknown>): void {
    if (open.turn !== this.#batches.turn) {
      open.turn = this.#batches.turn;
      open.client = this.#batches.of({ name: open.text.clientHost, side: "client" });
      open.server = this.#batches.of({ name: open.text.server, side: "server" });
    }
    const findings = open.events.size === 0 ? "" : (open.events.get(stream) ?? "");
    writeSpans(octets, place, findings, open.client!, open.server!); // of this turn
  }
}

// The same octets for the same capture.
const hashOf = (connection: Connection, start: string): string =>
  crypto()
    .createHash("sha256")
    .update(`${connection.address("client")} ${connection.address("server")} ${start} ${connection.id}`)
    .digest("hex")
    .slice(0, 32);

/** Of seconds since the epoch with nine decimals. */
const nanoseconds = (seconds: string): string => String(BigInt(seconds.replace(".", "")));

const NO_EVENTS: MessageEvents = { text: "", dropped: 0 };
/** Messages of calls that are used again, and how many events they may have had. */
const SPARE = 1000;
const SPARE_EVENTS = 8;
const LATEST = 64;
/** Events of messages of a span: what OpenTelemetry's SDKs keep of events. */
const MOST_EVENTS = 128;
const MOST_OPEN = 20_000;
const MOST_HELD = 10_000;
