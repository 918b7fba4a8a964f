// In: the frames of one connection. Out: what they mean: streams, settings in force, field blocks, windows, and the observations that
// need more than one frame to see (RFC 9113 sections 3.4, 4 to 6 and 8.1). A frame is observed before it takes effect; one that is a
// connection error has no effect, since its receiver goes no further. Judging is the rules' part.

import type { About } from "../detect/about.ts";
import { fieldOf, type Http1Head } from "../detect/http1.ts";
import type { Http1Observer } from "../detect/http1-exchange.ts";
import type { ConnectionSink, Protocol, Roles, Started } from "../detect/protocol.ts";
import { http2Settings, type UpgradeOffer } from "../detect/upgrade.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import { Name } from "../fields/name.ts";
import { valueValueBits } from "../fields/value-bit.ts";
import type { HpackEngine } from "../hpack/engine.ts";
import { type Frame, FrameType } from "../http2/frame.ts";
import { Observation } from "../http2/observation.ts";
import type { Foreign } from "../http2/opening.ts";
import { Setting } from "../http2/setting.ts";
import type { Limits } from "../limits.ts";
import { copyOrigin, type Origin, origin, type Side } from "../place.ts";
import type { EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { Flow } from "../tcp/flow.ts";
import type { TlsAlert } from "../tls/alert.ts";
import type { TlsFacts } from "../tls/facts.ts";
import { CaptureNotes } from "./capture-notes.ts";
import { learn } from "./causality.ts";
import { Connection } from "./connection.ts";
import { isConnectionError } from "./connection-error.ts";
import { Endpoint } from "./endpoint.ts";
import { FieldBlocks } from "./field-blocks.ts";
import { MAX_WINDOW } from "./flow-window.ts";
import { FrameRef } from "./frame-ref.ts";
import { isEmpty, observeFrame } from "./frames/any.ts";
import { applyData, observeData } from "./frames/data.ts";
import { applyGoaway } from "./frames/goaway.ts";
import { applyPing } from "./frames/ping.ts";
import { observePromise } from "./frames/push-promise.ts";
import { applyReset, observeReset } from "./frames/rst-stream.ts";
import { announceIgnored, applySettings, isValidSetting, observeSettings } from "./frames/settings.ts";
import { applyGrant, observeGrant } from "./frames/window-update.ts";
import { MessageHead } from "./message-head.ts";
import type { ModelSink } from "./model-sink.ts";
import type { OpenBlock } from "./open-block.ts";
import type { Stream } from "./stream.ts";
import { StreamTable } from "./stream-table.ts";

/** What the models of all connections share. */
export class ModelParts {
  readonly sink: Required<ModelSink>;
  readonly engine: HpackEngine;
  readonly limits: Limits;
  readonly notes: CaptureNotes;
  readonly streams: StreamTable;
  readonly blocks: FieldBlocks;

  constructor(sink: Required<ModelSink>, engine: HpackEngine, limits: Limits, diagnostics: DiagnosticSink) {
    this.sink = sink;
    this.engine = engine;
    this.limits = limits;
    this.notes = new CaptureNotes(diagnostics);
    this.streams = new StreamTable(sink, limits, this.notes);
    this.blocks = new FieldBlocks(sink, this.streams, this.notes, limits);
  }
}

export class ConnectionModel implements ConnectionSink {
  readonly connection: Connection;
  readonly #parts: ModelParts;
  /** Part of it waits for keys. */
  #postponed = false;
  #closed = false;
  #announced = false;
  /** The last gap. */
  #missing: { readonly from: Side; readonly offset: number; readonly length: number } | undefined = undefined;

  constructor(flow: Flow, parts: ModelParts) {
    const { engine, limits } = parts;
    this.connection = new Connection(flow, new Endpoint("client", engine, limits), new Endpoint("server", engine, limits));
    this.#parts = parts;
  }

  begin(protocol: Protocol, clientIndex: 0 | 1, roles: Roles, started: Started): void {
    const c = this.connection;
    c.protocol = protocol;
    c.client.started = started.client;
    c.server.started = started.server;
    const late = !this.#announced && c.tls !== undefined;
    this.#announce(clientIndex, roles);
    if (late) this.#parts.sink.tls(c.tls!, false, c);
  }

  #announce(clientIndex: 0 | 1, roles: Roles): void {
    const c = this.connection;
    c.clientIndex = clientIndex;
    c.roles = roles;
    if (this.#announced) return;
    this.#announced = true;
    this.#parts.sink.connectionStart(c);
  }

  offered(offer: UpgradeOffer, clientIndex: 0 | 1): void {
    const c = this.connection;
    if (offer.accepted) c.protocol = "h2c-upgrade";
    c.client.started = c.server.started = true;
    this.#announce(clientIndex, "preface");
    this.#parts.sink.upgrade(offer, c);
    if (offer.accepted) this.#upgrade(offer);
  }

  // RFC 7540 3.2, 3.2.1: the request is stream 1, which the client has ended, and 101 acknowledges its HTTP2-Settings.
  #upgrade(offer: UpgradeOffer): void {
    const c = this.connection;
    const { client } = c;
    c.upgrade = offer;
    c.spareAck = "allowed";
    const { request, settings } = offer;
    const { last } = request;
    const end = offer.end >= 0 ? offer.end : last.offset + 1;
    const applied = settings.length === 1 ? http2Settings(settings[0]!) : "alphabet";
    if (typeof applied === "object") {
      const valid = applied.filter(
        ([id, value]) => isValidSetting(id, value, "client") && !(id === Setting.initialWindowSize && value > MAX_WINDOW),
      );
      client.settings.announce(end, last.time, valid);
      client.settings.acknowledge();
    }
    const stream = this.#parts.streams.open(c, 1, "client", true, end, last.time);
    c.calls++;
    client.activate(1);
    stream.request = headOf(offer);
    stream.opening = FrameRef.ofHttp1(request, "client");
    const half = stream.ownHalf("client");
    half.message = "yes";
    half.endAt = half.lastAt = end;
    half.endTime = half.lastTime = last.time;
    half.dataOctets = offer.contentOctets;
  }

  roles(roles: Roles): void {
    this.connection.roles = roles;
  }

  other(protocol: Protocol): void {
    this.connection.protocol = protocol;
  }

  http1(head: Http1Head, number: number, clientIndex: 0 | 1): Http1Observer | undefined {
    const c = this.connection;
    // No more is known of an HTTP/1.1 connection than who is its client.
    c.clientIndex = clientIndex;
    return this.#parts.sink.http1(head, number, c);
  }

  secured(facts: TlsFacts, clientIndex: 0 | 1, over: boolean): void {
    const c = this.connection;
    c.tls = facts;
    if (!this.#announced) {
      // No more is known of a connection that HTTP/2 was not meant for than who is its client.
      c.clientIndex = clientIndex;
      if (!c.isHttp2 && !isForHttp2(facts)) return;
      this.#announce(clientIndex, "preface");
    }
    this.#parts.sink.tls(facts, over, c);
  }

  alerted(alert: TlsAlert): void {
    if (this.#announced) this.#parts.sink.tlsAlert(alert, this.connection);
  }

  note(about: About): void {
    this.connection.about = { ...this.connection.about, ...about };
  }

  preface(at: Origin): void {
    const { client } = this.connection;
    client.started = true;
    client.seen = true;
    client.prefaceTime = at.time;
  }

  prefaceLost(): void {
    this.connection.client.started = true;
  }

  foreign(from: Side, what: Foreign, text: string, at: Origin): void {
    this.connection.endpoint(from).foreign = { what, text, at: keep(at) };
  }

  octetsLost(from: Side, length: number, proof: GapProof, at: Origin): void {
    const c = this.connection;
    this.#missing = { from, offset: at.offset, length };
    c.endpoint(from).lostOctets += length;
    const code = proof === "cut" ? "capture/cut-packets" : "capture/lost-segments";
    this.#parts.notes.note(c, code, from, at, { octets: length, proof: PROOFS[proof] });
    this.#parts.sink.gap(from, length, proof, at, c);
  }

  gap(from: Side, at: Origin, hidden: number, room: number): void {
    const c = this.connection;
    const sender = c.endpoint(from);
    sender.hiddenOctets += hidden;
    // More is missing before frames were found again: with what was missing before there is room for anything.
    if (room === Infinity && sender.resynced)
      this.#parts.notes.loseFields(c, sender, at, "bytes are missing", {
        ...{ most: Infinity, octets: this.#missingAt(from, at) },
      });
    if (room < LEAST_FRAME) return;
    if (room >= LEAST_OPENING) sender.blocksHidden = true;
    sender.framesHidden = sender.behindHidden = true;
  }

  #missingAt(from: Side, at: Origin): number {
    const missing = this.#missing;
    return missing?.from === from && missing.offset === at.offset ? missing.length : Infinity;
  }

  /** The TCP window of a direction of the flow closed or opened. */
  window(side: 0 | 1, zero: boolean, at: Origin): void {
    const c = this.connection;
    if (c.isHttp2) this.#parts.sink.tcpWindow(side === c.clientIndex ? "client" : "server", zero, at, c);
  }

  lost(from: Side, at: Origin, room: number): void {
    const c = this.connection;
    const sender = c.endpoint(from);
    const { openBlock } = sender;
    const inBlock = openBlock !== undefined;
    sender.resynced = true;
    sender.firstFrameSeen = false;
    sender.borderLosses++;
    this.#parts.blocks.close(c, sender);
    // What the dynamic table holds is known as long as no field block can be among what is missing.
    if (inBlock) sender.blocksHidden = true;
    const most = sender.started && !inBlock ? Math.max(Math.floor((room - LEAST_FRAME) / LEAST_ENTRY), 0) : Infinity;
    // A frame in which nothing can have gone in leaves the table as it was.
    if (most === 0) return;
    // What came of an open block was not decoded. Without a length it is the most that can be missing.
    const octets = (room === Infinity ? this.#missingAt(from, at) + LEAST_FRAME : room) + (openBlock?.fields.octets ?? 0);
    if (sender.started) this.#parts.notes.loseFields(c, sender, at, "bytes are missing", { most, octets });
    else this.#parts.notes.loseFields(c, sender, at, "the start was not captured");
  }

  found(from: Side, octets: number, at: Origin): void {
    if (octets === 0) return;
    const sender = this.connection.endpoint(from);
    // What could not be read may be frames of any kind.
    sender.blocksHidden = true;
    this.#parts.notes.loseFields(this.connection, sender, at, "bytes are missing", { most: Infinity, octets });
    this.#parts.notes.note(this.connection, "capture/frame-borders-lost", from, at, { octets });
  }

  end(from: Side, how: EndReason, inFrame: boolean, at: Origin): void {
    const c = this.connection;
    const sender = c.endpoint(from);
    sender.end = { how, at: keep(at), inFrame };
    c.lastTime = Math.max(c.lastTime, at.time);
    this.#parts.blocks.close(c, sender);
    this.#parts.sink.end(from, how, at, c);
  }

  postpone(): void {
    this.#postponed = true;
  }

  proceed(): void {
    this.#postponed = false;
    if (this.#closed) this.close();
  }

  /** Nothing follows but what was postponed. */
  close(): void {
    this.#closed = true;
    if (this.#postponed) return;
    const c = this.connection;
    const upgraded = c.upgrade === undefined ? undefined : c.streams.get(1);
    // Its content may have come after the answer.
    if (upgraded !== undefined) upgraded.ownHalf("client").dataOctets = c.upgrade!.contentOctets;
    // Nothing was said, or not in HTTP/2, and that is what there is to tell.
    if (!this.#announced && (c.about.cleartext !== undefined || c.flow.unanswered)) this.#announce(0, "syn");
    this.#parts.notes.atEnd(c);
    this.#parts.sink.connectionEnd(c);
    this.#parts.streams.release(c);
  }

  wantsContent({ streamId, from }: Frame): boolean {
    const half = this.connection.streams.get(streamId)?.half(from);
    return half?.content !== undefined && !half.over;
  }

  content({ streamId, from }: Frame, bytes: Uint8Array, start: number, end: number): void {
    this.connection.streams.get(streamId)?.half(from).content?.read(bytes, start, end);
  }

  frame(frame: Frame): void {
    const c = this.connection;
    const { observations, last } = frame;
    const fromClient = frame.from === "client";
    const sender = fromClient ? c.client : c.server;
    const peer = fromClient ? c.server : c.client;
    c.frames++;
    sender.frames++;
    sender.seen = true;
    if (sender.behindHidden) sender.hideUpTo(frame.first.offset);
    if (last.time > c.lastTime) c.lastTime = last.time;
    copyOrigin(sender.lastAt, last);
    const stream = frame.streamId === 0 ? undefined : c.streams.get(frame.streamId);
    // A field block belongs to no frame but its own: what is open now is what this frame goes on with, or breaks.
    const block = sender.openBlock;
    observeFrame(frame, sender, peer, block, c);
    learn(c, frame, stream);
    const empty = isEmpty(frame);
    if (empty) observations.note(Observation.withoutContent);
    if (observations.count === 0 || !isConnectionError(frame, observations)) observe(frame, stream, sender, peer, c);
    if (observations.count > (empty ? 1 : 0)) sender.faults++;
    this.#parts.sink.frame(frame, stream, c);
    if (observations.count !== 0 && isConnectionError(frame, observations)) this.#ignore(frame, sender);
    else this.#apply(frame, stream, sender, peer, block);
  }

  #apply(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint, block: OpenBlock | undefined): void {
    const c = this.connection;
    const { streams, blocks } = this.#parts;
    switch (frame.type) {
      case FrameType.data:
        applyData(frame, stream ?? streams.openUnseen(c, frame.streamId, frame.first.time, sender, peer), sender, c);
        break;
      case FrameType.headers:
      case FrameType.pushPromise:
        blocks.begin(c, frame, stream, sender);
        return;
      case FrameType.continuation:
        // Without an open block it is a connection error.
        if (block !== undefined) blocks.goOn(c, block, frame, sender);
        return;
      case FrameType.rstStream:
        if (stream !== undefined) applyReset(frame, stream, sender, peer, c);
        break;
      case FrameType.windowUpdate:
        applyGrant(frame, stream, peer);
        break;
      case FrameType.settings:
        applySettings(frame, sender, peer, c);
        break;
      case FrameType.ping:
        applyPing(frame, sender, peer, c);
        break;
      case FrameType.goaway:
        applyGoaway(frame, sender);
        break;
      case FrameType.priority:
        // RFC 9113 5.3.1.
        if (frame.hasPriority && frame.dependency === frame.streamId) sender.dependOnSelf(frame.streamId);
        return;
    }
    if (stream !== undefined) streams.touch(c, stream, stream.ownHalf(frame.from), frame.last);
  }

  // A connection error has no effect; what is done here keeps what comes after it readable.
  #ignore(frame: Frame, sender: Endpoint): void {
    const c = this.connection;
    switch (frame.type) {
      case FrameType.headers:
        sender.refuse(frame.streamId);
        break;
      case FrameType.pushPromise:
        sender.refuse(frame.promisedStreamId);
        break;
      case FrameType.settings:
        if (!frame.ack) announceIgnored(frame, sender);
        break;
      case FrameType.ping:
        if (frame.ack) break;
        sender.pingsForgotten ||= !frame.whole;
        applyPing(frame, sender, sender, c);
        break;
      case FrameType.data:
        sender.ownWindow().sent += frame.length;
        break;
    }
    this.#parts.blocks.ignore(c, frame, sender);
  }
}

// RFC 9113 3.2. `h2c` is the wrong name for the same.
const isForHttp2 = ({ alpn, alpnOffered = [] }: TlsFacts): boolean =>
  [alpn, ...alpnOffered].some((name) => name === "h2" || name === "h2c");

// What depends on the state the frame was sent in. HEADERS are looked at when their block is whole.
function observe(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint, c: Connection): void {
  switch (frame.type) {
    case FrameType.data:
      observeData(frame, stream, sender, peer, c);
      break;
    case FrameType.rstStream:
      observeReset(frame, stream, sender, peer, c);
      break;
    case FrameType.windowUpdate:
      observeGrant(frame, stream, sender, peer, c);
      break;
    case FrameType.settings:
      observeSettings(frame, peer, c);
      break;
    case FrameType.pushPromise:
      observePromise(frame, stream, sender, peer, c);
      break;
  }
}

// An HTTP/1.1 request as the head of stream 1.
function headOf({ request, method, target }: UpgradeOffer): MessageHead {
  const head = new MessageHead();
  head.known = true;
  head.method = method;
  head.scheme = "http";
  head.authority = fieldOf(request, "host");
  head.path = target;
  head.contentType = fieldOf(request, "content-type");
  head.te = fieldOf(request, "te");
  head.valueBits = valueValueBits(Name.contentType, head.contentType ?? "") | valueValueBits(Name.te, head.te ?? "");
  head.userAgent = fieldOf(request, "user-agent");
  head.contentLength = fieldOf(request, "content-length");
  return head;
}

function keep(at: Origin): Origin {
  const copy = origin();
  copyOrigin(copy, at);
  return copy;
}

const PROOFS: Readonly<Record<GapProof, string>> = {
  acknowledged: "the other side acknowledged them, so the capture lost them",
  cut: "cut",
  unknown: "nothing shows whether they arrived",
};

// Octets of a frame without payload, which HEADERS may be.
const LEAST_FRAME = 9;
// Of HEADERS with the least that a request has: method, scheme and path of the static table.
const LEAST_OPENING = LEAST_FRAME + 3;
// Of a field that goes into the dynamic table: the index of its name, and an empty value (RFC 7541 6.2.1).
const LEAST_ENTRY = 2;
