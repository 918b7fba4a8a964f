// In: HEADERS, PUSH_PROMISE and CONTINUATION. Out: whole field blocks, decoded, each a separate event after the frame that ended it;
// then what they do to their stream.
import type { Frame } from "../http2/frame.ts";
import { Observation } from "../http2/observation.ts";
import { Setting } from "../http2/setting.ts";
import type { Limits } from "../limits.ts";
import { copyOrigin, other } from "../place.ts";
import { observeHeaders } from "./block-role.ts";
import type { CaptureNotes } from "./capture-notes.ts";
import type { Connection } from "./connection.ts";
import { isConnectionErrorOfBlock } from "./connection-error.ts";
import type { Endpoint } from "./endpoint.ts";
import type { FieldBlock } from "./field-block.ts";
import { FrameRef } from "./frame-ref.ts";
import { mayBeMalformed } from "./may-be-malformed.ts";
import { noteMessage } from "./message.ts";
import { MessageHead, noHead } from "./message-head.ts";
import type { ModelSink } from "./model-sink.ts";
import { OpenBlock } from "./open-block.ts";
import { ResponseHeads } from "./response-heads.ts";
import { type Stream, StreamBit } from "./stream.ts";
import type { StreamTable } from "./stream-table.ts";
import { solveBlock } from "./table-solver.ts";

/** Field blocks of all connections. */
export class FieldBlocks {
  readonly #sink: Required<ModelSink>;
  readonly #streams: StreamTable;
  readonly #notes: CaptureNotes;
  readonly #limit: number;
  readonly #responses = new ResponseHeads();
  /** For blocks that one frame holds: most do. It is decoded and done with before the next one. */
  readonly #whole = new OpenBlock();

  constructor(sink: Required<ModelSink>, streams: StreamTable, notes: CaptureNotes, limits: Limits) {
    this.#sink = sink;
    this.#streams = streams;
    this.#notes = notes;
    this.#limit = limits.fieldBlockOctets;
  }

  /** HEADERS or PUSH_PROMISE. @param stream The frame's, if it is known. */
  begin(c: Connection, frame: Frame, stream: Stream | undefined, sender: Endpoint): void {
    if (frame.kind === "headers") sender.contentFrames++;
    const ends = frame.endHeaders;
    const block = (ends ? this.#whole : new OpenBlock()).begin(frame);
    if (!frame.whole) {
      block.broken = true;
      this.#notes.loseFields(c, sender, frame.first, "bytes are missing", { most: Infinity, octets: frame.length });
    }
    if (ends) {
      this.#decode(c, block, frame.bytes, frame.start, frame.end, stream);
      return;
    }
    sender.openBlock = block;
    if (frame.whole) this.#append(c, block, frame, sender);
  }

  /** CONTINUATION of the side's open block. */
  goOn(c: Connection, block: OpenBlock, frame: Frame, sender: Endpoint): void {
    const { fields } = block;
    fields.continuations++;
    fields.octets += frame.length;
    copyOrigin(fields.last, frame.last);
    if (!frame.whole) {
      block.broken = true;
      this.#notes.loseFields(c, sender, frame.first, "bytes are missing", { most: Infinity, octets: fields.octets });
    } else this.#append(c, block, frame, sender);
    if (!frame.endHeaders) return;
    sender.openBlock = undefined;
    this.#decode(c, block, block.octets, 0, block.length, c.streams.get(fields.streamId));
  }

  /** The open block of a side, if there is one, will not be finished. */
  close(c: Connection, sender: Endpoint): void {
    if (sender.openBlock === undefined) return;
    sender.openBlock = undefined;
    this.#sink.fieldsLost(sender.side, c);
  }

  /** A frame that is a connection error has no effect, but a field block passes through HPACK, where its octets are known. */
  ignore(c: Connection, frame: Frame, sender: Endpoint): void {
    const { kind } = frame;
    if (kind === "continuation" || sender.openBlock !== undefined) {
      // RFC 9113 4.3: whose octets these are is open. Nothing more is said of this side's fields.
      if (kind === "continuation" || kind === "headers")
        this.#notes.loseFields(c, sender, frame.first, "a field block was interrupted");
      if (sender.openBlock === undefined) this.#sink.fieldsLost(sender.side, c);
      return;
    }
    if (kind !== "headers" && kind !== "push-promise") return;
    if (!frame.whole || !frame.endHeaders) {
      this.#notes.loseFields(c, sender, frame.first, "a field block is not whole");
      this.#sink.fieldsLost(sender.side, c);
      return;
    }
    const block = this.#whole.begin(frame);
    block.fields.ignored = true;
    this.#decode(c, block, frame.bytes, frame.start, frame.end, undefined);
  }

  #append(c: Connection, block: OpenBlock, frame: Frame, sender: Endpoint): void {
    if (block.broken || block.append(frame.bytes, frame.start, frame.end, this.#limit)) return;
    block.broken = true;
    this.#notes.note(c, "limit/field-block", sender.side, frame.first, { limit: this.#limit });
    this.#notes.loseFields(c, sender, frame.first, "a field block is too long");
  }

  #decode(c: Connection, block: OpenBlock, bytes: Uint8Array, start: number, end: number, stream: Stream | undefined): void {
    const { fields } = block;
    const sender = c.endpoint(fields.from);
    const peer = c.endpoint(other(fields.from));
    if (block.broken) sender.tableLimit?.forget();
    else {
      const { hpack, tableLimit } = sender;
      // RFC 7541 6.3: the limit is the decoder's; where its SETTINGS may be missing there is none that could be broken.
      const limitKnown = peer.whole;
      const whole = limitKnown && sender.whole;
      hpack.setMaxTableSize(
        limitKnown && fields.first.acked >= 0 ? peer.settings.largest(Setting.headerTableSize, fields.first.acked) : 0xffffffff,
      );
      tableLimit?.before(hpack);
      const decoded = hpack.decode(bytes, start, end);
      fields.decoded = decoded;
      // RFC 7541 4.2: two at most, the lowest and the last.
      if (decoded.sizeUpdates > 2) fields.observations.note(Observation.tableUpdateExcess);
      if (tableLimit?.after(fields, decoded, whole) === false) c.uncheck("hpack/table-size-*", "settings");
      if (decoded.fault !== undefined) {
        fields.observations.note(Observation.hpackFault);
        fields.ignored = true;
        this.#notes.loseFields(c, sender, fields.first, `HPACK ${decoded.fault}`);
        sender.hpackFault = true;
      }
    }
    if (fields.kind === "push-promise") this.#promise(c, fields, stream, sender);
    else this.#headers(c, fields, stream, sender, peer);
  }

  #promise(c: Connection, fields: FieldBlock, stream: Stream | undefined, sender: Endpoint): void {
    fields.role = "promise";
    if (!fields.ignored) noteMessage(fields, stream, c);
    this.#sink.fields(fields, stream, c);
    if (fields.ignored) {
      sender.refuse(fields.promisedStreamId);
      return;
    }
    const { last } = fields;
    const promised = this.#streams.open(c, fields.promisedStreamId, "server", true, last.offset + 1, last.time);
    promised.opening = FrameRef.of(fields);
    promised.promised = true;
    promised.reserved = true;
    if (fields.decoded !== undefined) promised.request = MessageHead.of(fields.decoded);
    this.#sink.streamStart(promised, c);
    if (stream !== undefined) this.#streams.touch(c, stream, stream.ownHalf("server"), last);
  }

  #headers(c: Connection, fields: FieldBlock, known: Stream | undefined, sender: Endpoint, peer: Endpoint): void {
    let stream = known;
    if (!fields.ignored) observeHeaders(fields, stream, sender, peer, c);
    fields.ignored ||= isConnectionErrorOfBlock(fields.observations);
    if (!fields.ignored) noteMessage(fields, stream, c);
    const { decoded } = fields;
    if (decoded !== undefined && decoded.certainty !== "exact") {
      if (!fields.ignored) solveBlock(fields, decoded, sender, peer);
      if (fields.role === "request") fields.pathGroup = c.pathGroups.of(decoded);
    }
    if (fields.observations.count !== 0 || mayBeMalformed(fields, stream, c)) sender.faults++;
    this.#sink.fields(fields, stream, c);
    if (fields.ignored) {
      if (stream === undefined) sender.refuse(fields.streamId);
      return;
    }
    if (stream === undefined) {
      stream = this.#open(c, fields, sender);
      if (stream === undefined) return;
    }
    this.#applyHeaders(c, fields, stream, sender);
    if (known === undefined) this.#sink.streamStart(stream, c);
  }

  #open(c: Connection, fields: FieldBlock, sender: Endpoint): Stream | undefined {
    const { streamId, last } = fields;
    if (fields.opensStream) {
      const stream = this.#streams.open(c, streamId, sender.side, true, last.offset + 1, last.time);
      stream.opening = new FrameRef().takeBlock(fields);
      c.calls++;
      sender.activate(streamId);
      return stream;
    }
    const opener = (streamId & 1) === 1 ? "client" : "server";
    if (streamId <= c.endpoint(opener).forgotten) return undefined;
    return this.#streams.open(c, streamId, opener, false, -1, fields.first.time);
  }

  #applyHeaders(c: Connection, fields: FieldBlock, stream: Stream, sender: Endpoint): void {
    const half = stream.ownHalf(sender.side);
    const { decoded, role, last } = fields;
    if (stream.reserved) {
      stream.reserved = false;
      sender.activate(stream.id);
    }
    if (role === "request" || role === "response") {
      half.message = "yes";
      half.messageAt = last.offset + 1;
      half.declaredLength = fields.declaredLength;
      if (decoded === undefined) {
        if (role === "response") half.message = "maybe";
      } else if (role === "request") {
        stream.request = MessageHead.of(decoded);
        stream.request.pathGroup = fields.pathGroup;
        if (stream.request.grpcTimeout !== undefined) stream.bits |= StreamBit.timeout;
      } else stream.response = this.#responses.of(decoded, c.id);
    } else if (role === "unknown" && half.message === "no") half.message = "maybe";
    else if (decoded !== undefined && role === "request-trailers") {
      if (stream.request === noHead) stream.request = new MessageHead();
      stream.request.readGrpc(decoded);
    } else if (decoded !== undefined && role === "response-trailers") {
      stream.response = this.#responses.withTrailers(stream.response, decoded, c.id);
    }
    if (fields.endStream && half.endAt < 0) {
      // The request's own end, if it comes with its HEADERS, frees nothing.
      if (role !== "request") c.halvesEnded++;
      half.endAt = last.offset + 1;
      half.endTime = last.time;
    }
    this.#streams.touch(c, stream, half, last);
  }
}
