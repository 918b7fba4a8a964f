// In: the frames of one connection. Out: what they mean: streams, settings in force, field blocks, windows, and the observations that need
// more than one frame to see (RFC 9113 sections 3.4, 4 to 6 and 8.1). Observations are noted before a frame takes effect; a frame that is a
// connection error has none, since its receiver goes no further (rules.md 1.3). Judging is the rules' part.
import type { DiagnosticSink } from "../diagnostic.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { FieldBit } from "../fields/field.ts";
import { Name } from "../fields/name.ts";
import { ValueBit, valueValueBits } from "../fields/value-bit.ts";
import type { HpackEngine } from "../hpack/engine.ts";
import type { About } from "../http2/about.ts";
import type { Foreign, Http2Sink, Protocol, Roles, Started } from "../http2/connection-decoder.ts";
import { altersConnection, fatal } from "../http2/connection-error.ts";
import { ErrorCode } from "../http2/error-code.ts";
import { Flag, type Frame } from "../http2/frame.ts";
import { fieldOf, type Http1Head } from "../http2/http1.ts";
import type { Http1Observer } from "../http2/http1-exchange.ts";
import { Observation, type Observations } from "../http2/observation.ts";
import { Setting } from "../http2/setting.ts";
import { http2Settings, type UpgradeOffer } from "../http2/upgrade.ts";
import type { Limits } from "../limits.ts";
import { copyOrigin, type Origin, origin, other, type Side } from "../place.ts";
import type { EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { Flow } from "../tcp/flow.ts";
import { tlsText } from "../tls/hello.ts";
import { answeredPing, delivered, learn, pingPayload, possiblyDelivered } from "./causality.ts";
import { Connection } from "./connection.ts";
import { Endpoint } from "./endpoint.ts";
import { FieldBlock } from "./field-block.ts";
import { FrameRef } from "./frame-ref.ts";
import { mayBeMalformed } from "./may-be-malformed.ts";
import { noteContent, noteMessage } from "./message.ts";
import type { ModelSink } from "./model-sink.ts";
import { last, settingsOf } from "./settings.ts";
import { type MessageHead, Stream, type StreamHalf } from "./stream.ts";
import { judgeInput, type StreamInput, stateFor } from "./stream-state.ts";

export class ConnectionModel implements Http2Sink {
  readonly connection: Connection;
  readonly #sink: Required<ModelSink>;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  readonly #client = new OpenBlock("client");
  readonly #server = new OpenBlock("server");
  /** Closed streams that are remembered, oldest first. */
  readonly #closed: number[] = [];
  #announced = false;
  /** 101 acknowledges HTTP2-Settings; RFC 7540 3.2.1 calls a frame that does so too "not necessary", so one is no fault. */
  #spareAck = false;
  #spareAckUsed = false;
  /** Octets or acknowledgments are missing: what windows are left is not known. */
  #windowsUnknown = false;
  /** Directions of streams that ended, by END_STREAM or RST_STREAM. */
  #ended = 0;

  constructor(flow: Flow, engine: HpackEngine, sink: Required<ModelSink>, limits: Limits, diagnostics: DiagnosticSink) {
    this.connection = new Connection(
      flow,
      new Endpoint("client", () => engine(limits)),
      new Endpoint("server", () => engine(limits)),
    );
    this.#sink = sink;
    this.#limits = limits;
    this.#diagnostics = diagnostics;
  }

  begin(protocol: Protocol, clientIndex: 0 | 1, roles: Roles, started: Started): void {
    const c = this.connection;
    c.protocol = protocol;
    c.client.started = started.client;
    c.server.started = started.server;
    this.#announce(clientIndex, roles);
  }

  #announce(clientIndex: 0 | 1, roles: Roles): void {
    const c = this.connection;
    c.clientIndex = clientIndex;
    c.roles = roles;
    if (this.#announced) return;
    this.#announced = true;
    this.#sink.connectionStart(c);
  }

  offered(offer: UpgradeOffer, clientIndex: 0 | 1): void {
    const c = this.connection;
    if (offer.accepted) c.protocol = "h2c-upgrade";
    c.client.started = c.server.started = true;
    this.#announce(clientIndex, "preface");
    this.#sink.upgrade(offer, c);
    if (offer.accepted) this.#upgrade(offer);
  }

  // RFC 7540 3.2, 3.2.1: the request is stream 1, which the client has ended, and 101 acknowledges its HTTP2-Settings.
  #upgrade(offer: UpgradeOffer): void {
    const c = this.connection;
    const { client } = c;
    c.upgrade = offer;
    const { request, method, target, settings } = offer;
    const { last } = request;
    const end = offer.end >= 0 ? offer.end : last.offset + 1;
    const applied = settings.length === 1 ? http2Settings(settings[0]!) : "alphabet";
    if (typeof applied === "object") {
      const valid = applied.filter(
        ([id, value]) => validSetting(id, value, "client") && !(id === Setting.initialWindowSize && value > MAX_WINDOW),
      );
      client.settings.announce(end, last.time, valid);
      client.settings.acknowledge();
    }
    this.#spareAck = true;
    const stream = this.#openStream(1, "client", true, end, last.time);
    c.calls++;
    client.active.push(1);
    const { request: head } = stream;
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
    stream.opening = FrameRef.ofHttp1(request, "client");
    stream.client.message = "yes";
    stream.client.endAt = stream.client.lastAt = end;
    stream.client.endTime = stream.client.lastTime = last.time;
    stream.client.dataOctets = offer.contentOctets;
  }

  other(protocol: Protocol): void {
    this.connection.protocol = protocol;
  }

  http1(head: Http1Head, number: number, clientIndex: 0 | 1): Http1Observer | undefined {
    const c = this.connection;
    // No more is known of an HTTP/1.1 connection than who is its client.
    c.clientIndex = clientIndex;
    return this.#sink.http1(head, number, c);
  }

  note(about: About): void {
    Object.assign(this.connection.about, about);
  }

  preface(at: Origin): void {
    const { client } = this.connection;
    client.started = true;
    client.seen = true;
    client.prefaceTime = at.time;
  }

  foreign(from: Side, what: Foreign, text: string, at: Origin): void {
    this.connection.endpoint(from).foreign = { what, text, at: keep(at) };
  }

  octetsLost(from: Side, length: number, proof: GapProof, at: Origin): void {
    const c = this.connection;
    c.endpoint(from).lostOctets += length;
    this.#diagnose(proof === "cut" ? "capture/cut-packets" : "capture/lost-segments", from, at, {
      octets: length,
      proof: PROOFS[proof],
    });
    this.#sink.gap(from, length, proof, at, c);
  }

  gap(): void {}

  /** The TCP window of a direction of the flow closed or opened. */
  window(side: 0 | 1, zero: boolean, at: Origin): void {
    const c = this.connection;
    if (c.isHttp2) this.#sink.tcpWindow(side === c.clientIndex ? "client" : "server", zero, at, c);
  }

  lost(from: Side, at: Origin): void {
    const sender = this.connection.endpoint(from);
    sender.resynced = true;
    sender.borderLosses++;
    this.#closeBlock(from);
    this.#loseFields(sender, at, sender.started ? "octets are missing" : "the start was not captured");
  }

  found(from: Side, octets: number, at: Origin): void {
    if (octets > 0) this.#diagnose("capture/frame-borders-lost", from, at, { octets });
  }

  end(from: Side, how: EndReason, inFrame: boolean, at: Origin): void {
    const c = this.connection;
    c.endpoint(from).end = { how, at: keep(at), inFrame };
    c.lastTime = Math.max(c.lastTime, at.time);
    if (this.#block(from).open) this.#closeBlock(from);
    this.#sink.end(from, how, at, c);
  }

  /** Nothing follows. */
  close(): void {
    const c = this.connection;
    const upgraded = c.upgrade === undefined ? undefined : c.streams.get(1);
    // Its content may have come after the answer.
    if (upgraded !== undefined) upgraded.client.dataOctets = c.upgrade!.contentOctets;
    if (c.isHttp2) {
      const { id, client, server, flow } = c;
      const place = { in: "stream", file: flow.file, packet: flow.firstPacket, connection: id } as const;
      if (!client.started || !server.started)
        this.#diagnostics({ code: "capture/mid-connection", place, data: { connection: id } });
      if (client.frames === 0 || server.frames === 0) {
        const { directions } = flow;
        if (!directions[0].seen || !directions[1].seen) {
          const from = directions[c.clientIndex].seen ? "client" : "server";
          this.#diagnostics({ code: "capture/one-direction", place, data: { connection: id, from } });
        }
      }
      let open = 0;
      for (const stream of c.streams.values()) if (!stream.closed && !stream.reserved) open++;
      if (open > 0 && client.end?.how === "capture-end" && server.end?.how === "capture-end") {
        this.#diagnostics({ code: "capture/ends-early", place, data: { connection: id, streams: open } });
      }
    } else if (c.protocol === "tls-unknown") {
      const place = { in: "stream", file: c.flow.file, packet: c.flow.firstPacket, connection: c.id } as const;
      this.#diagnostics({ code: "capture/not-decrypted", place, data: { connection: c.id, tls: tlsText(c.about.tls ?? {}) } });
    }
    this.#sink.connectionEnd(c);
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
    const sender = c.endpoint(frame.from);
    const peer = c.endpoint(other(frame.from));
    c.frames++;
    sender.frames++;
    sender.seen = true;
    if (frame.last.time > c.lastTime) c.lastTime = frame.last.time;
    copyOrigin(sender.lastAt, frame.last);
    const stream = frame.streamId === 0 ? undefined : c.streams.get(frame.streamId);
    const { observations } = frame;
    if (!sender.firstFrameSeen) {
      sender.firstFrameSeen = true;
      // RFC 9113 3.4: SETTINGS, which may be empty, and is not an acknowledgment.
      if (sender.whole && (frame.kind !== "settings" || frame.ack)) observations.note(Observation.notSettingsFirst);
    }
    const limit = peer.settings.largest(Setting.maxFrameSize, frame.first.acked);
    if (frame.length > limit)
      observations.note(frame.kind === "unknown" ? Observation.oversizedUnknownFrame : Observation.tooLarge);
    const block = this.#block(frame.from);
    if (block.open) this.#noteInterleaved(frame, block);
    else if (frame.kind === "continuation") observations.note(Observation.continuationUnexpected);
    learn(c, frame, stream);
    if (frame.length <= PADDING && isEmpty(frame)) observations.note(Observation.withoutContent);
    if (observations.count === 0 || !isFatal(frame, observations)) this.#note(frame, stream, sender, peer);
    if (observations.count > (observations.has(Observation.withoutContent) ? 1 : 0)) sender.faults++;
    this.#sink.frame(frame, stream, c);
    if (observations.count !== 0 && isFatal(frame, observations)) this.#ignore(frame, sender);
    else this.#apply(frame, stream, sender, peer);
  }

  #block(from: Side): OpenBlock {
    return from === "client" ? this.#client : this.#server;
  }

  // RFC 9113 4.3: nothing may come between the frames of a field block.
  #noteInterleaved(frame: Frame, block: OpenBlock): void {
    const sameStream = frame.streamId === block.fields.streamId;
    if (frame.kind === "continuation") {
      if (!sameStream) frame.observations.note(Observation.continuationWrongStream);
      else if (frame.length === 0 && !frame.endHeaders) frame.observations.note(Observation.continuationEmpty);
    } else
      frame.observations.note(
        frame.kind === "headers" && !sameStream ? Observation.continuationWrongStream : Observation.continuationExpected,
      );
  }

  // What depends on the state the frame was sent in. HEADERS and PUSH_PROMISE are looked at when their block is whole.
  #note(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint): void {
    switch (frame.kind) {
      case "data": {
        const { count } = frame.observations;
        this.#noteOnStream(frame, stream, sender, peer, "data");
        if (frame.observations.count === count) this.#noteData(frame, stream, sender, peer);
        this.#noteLate(frame.observations, stream, frame.first.acked, sender, peer);
        break;
      }
      case "rst-stream":
        this.#noteReset(frame, stream, sender, peer);
        break;
      case "window-update":
        if (frame.whole && frame.increment === 0) frame.observations.note(Observation.windowIncrementZero);
        if (frame.streamId !== 0) this.#noteOnStream(frame, stream, sender, peer, "window-update");
        this.#noteLate(frame.observations, stream, frame.first.acked, sender, peer);
        break;
      case "settings":
        this.#noteSettings(frame, peer);
        break;
      case "push-promise":
        this.#notePromise(frame, stream, sender, peer);
        break;
    }
  }

  #noteOnStream(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint, input: StreamInput): void {
    if (stream === undefined) {
      this.#noteUnknown(frame.observations, frame.streamId, sender, peer, input);
      return;
    }
    if (!stream.seen) return;
    if (input === "data" && this.#isUpgraded(stream, frame.from)) {
      frame.observations.note(Observation.onUpgraded);
      return;
    }
    const state = stateFor(stream, frame.from, frame.first.acked, sender.processed);
    const observation = judgeInput(state, frame.from, input, stream.promised);
    if (observation !== undefined) frame.observations.note(observation);
  }

  // RFC 7540 3.2: the upgraded request is stream 1, and all of it.
  #isUpgraded(stream: Stream, from: Side): boolean {
    return stream.id === 1 && from === "client" && this.connection.upgrade !== undefined;
  }

  // A frame on a stream that nobody is known to have opened (RFC 9113 5.1 idle, 5.1.1).
  #noteUnknown(observations: Observations, id: number, sender: Endpoint, peer: Endpoint, input: StreamInput): void {
    // The other side tried to open it, by HEADERS or a promise that the model ignored: whatever answers them is no fault of this side.
    if (peer.refused.has(id)) return;
    const byClient = (id & 1) === 1;
    const opener = byClient === (sender.side === "client") ? sender : peer;
    if (!opener.whole || id <= opener.forgotten) {
      this.connection.uncheck("stream/*", "seen");
      return;
    }
    const skipped = id <= opener.highestOpened;
    if (input === "data") {
      if (opener === sender && byClient) observations.note(skipped ? Observation.onClosed : Observation.onIdle);
      else if (opener === sender) observations.note(Observation.streamIdUnpromised);
      else observations.note(byClient ? Observation.streamIdUnopened : Observation.onIdle);
    } else if (!skipped) observations.note(Observation.onIdle);
  }

  // The RST_STREAM of the other side had arrived, but nothing shows that it was read: legal (RFC 9113 5.1), and a waste.
  #noteLate(observations: Observations, stream: Stream | undefined, horizon: number, sender: Endpoint, peer: Endpoint): void {
    if (stream === undefined || stream.half(sender.side).resetAt >= 0) return;
    const { resetAt } = stream.half(peer.side);
    if (resetAt >= 0 && delivered(resetAt, horizon) && resetAt > sender.processed) observations.note(Observation.lateAfterReset);
  }

  #noteData(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint): void {
    if (stream === undefined) return;
    noteAboveGoaway(frame.observations, stream, sender);
    const half = stream.half(frame.from);
    noteContent(frame, stream, sender, this.connection);
    if (frame.length === 0) return;
    // RFC 9113 6.9.1: both windows, by all grants that can have arrived.
    const horizon = frame.first.acked;
    if (horizon < 0 || !sender.whole || !peer.whole) {
      if (!this.#windowsUnknown) this.connection.uncheck("flow/*", horizon < 0 ? "acks" : "settings");
      this.#windowsUnknown = true;
      return;
    }
    if (frame.length > sender.window.available(INITIAL_WINDOW, horizon))
      frame.observations.note(Observation.connectionWindowExceeded);
    if (!stream.seen) return;
    const { settings } = peer;
    const initial = settings.largest(Setting.initialWindowSize, horizon);
    if (frame.length > half.window.available(initial, horizon)) frame.observations.note(Observation.streamWindowExceeded);
    else if (settings.pending.length > 0) {
      const inForce = settings.inForce(Setting.initialWindowSize)!; // it has an initial value
      if (frame.length > half.window.available(inForce, horizon)) frame.observations.note(Observation.settingAppliedEarly);
    }
  }

  #noteReset(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint): void {
    const { observations } = frame;
    if (stream === undefined) {
      this.#noteUnknown(observations, frame.streamId, sender, peer, "rst-stream");
      return;
    }
    if (!stream.seen) return;
    const own = stream.half(frame.from);
    const theirs = stream.half(peer.side);
    if (own.resetAt >= 0) {
      if (theirs.lastAt <= own.resetKnew) observations.note(Observation.resetRepeated);
      return;
    }
    if (theirs.resetAt >= 0 && theirs.resetAt <= sender.processed && theirs.lastAt === theirs.resetAt)
      observations.note(Observation.resetInResponse);
    if (frame.from !== "server" || !frame.whole || stream.initiator !== "client") return;
    if (frame.errorCode === ErrorCode.noError && own.endAt < 0) observations.note(Observation.resetNoErrorEarly);
    if (frame.errorCode === ErrorCode.refusedStream && (own.message === "yes" || own.dataFrames > 0))
      observations.note(Observation.refusedAfterProcessing);
  }

  #noteSettings(frame: Frame, peer: Endpoint): void {
    const { observations } = frame;
    if (!frame.whole) return;
    if (frame.ack) {
      const oldest = peer.settings.pending[0];
      if (oldest !== undefined && possiblyDelivered(oldest.endOffset, frame.first.acked)) return;
      if (peer.settings.owesUntracked) return;
      if (this.#spareAck && frame.from === "server") {
        this.#spareAck = false;
        this.#spareAckUsed = true;
      } else observations.note(Observation.settingsAckUnexpected);
      return;
    }
    const seen = new Set<number>();
    for (const [id, value] of settingsOf(frame)) {
      if (seen.has(id)) observations.note(Observation.settingsDuplicate);
      seen.add(id);
      if (!validSetting(id, value, frame.from)) observations.note(Observation.settingsValue);
      if (id === Setting.initialWindowSize && value > MAX_WINDOW) observations.note(Observation.settingsWindowRange);
    }
  }

  #notePromise(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint): void {
    const { observations, streamId } = frame;
    if (frame.from === "client") observations.note(Observation.pushFromClient);
    else if (frame.whole && (frame.promisedStreamId & 1) === 1) observations.note(Observation.streamIdPromisedOdd);
    else if (frame.whole && frame.promisedStreamId <= sender.highestOpened) observations.note(Observation.streamIdNotIncreasing);
    else if (stream !== undefined) this.#noteOnStream(frame, stream, sender, peer, "push-promise");
    // A promise on an even stream that nobody knows is a matter of push rules.
    else if ((streamId & 1) === 1 && peer.whole && streamId > peer.forgotten && !peer.refused.has(streamId)) {
      observations.note(Observation.streamIdUnopened);
    }
    noteAfterGoaway(observations, sender, peer);
  }

  #apply(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint): void {
    switch (frame.kind) {
      case "data":
        this.#applyData(frame, stream ?? this.#unseen(frame, sender, peer), sender);
        break;
      case "headers":
      case "push-promise":
        this.#openBlock(frame, stream);
        return;
      case "continuation":
        this.#continueBlock(frame);
        return;
      case "rst-stream":
        if (stream !== undefined) this.#applyReset(frame, stream, sender);
        break;
      case "window-update":
        this.#applyGrant(frame, stream, peer);
        break;
      case "settings":
        this.#applySettings(frame, sender, peer);
        break;
      case "ping":
        this.#applyPing(frame, sender, peer);
        break;
      case "goaway":
        if (frame.whole && sender.goaways.length < 100) {
          const { errorCode, lastStreamId, first, last } = frame;
          const { file, packet, time } = last;
          sender.goaways.push({ errorCode, lastStreamId, endOffset: last.offset + 1, acked: first.acked, time, file, packet });
        }
        break;
      case "priority":
        if (frame.hasPriority && frame.dependency === frame.streamId) remember(sender.selfDependent, frame.streamId);
        break;
    }
    if (stream !== undefined && frame.kind !== "priority") this.#touch(frame.last, stream, stream.half(frame.from));
  }

  #touch(last: Origin, stream: Stream, half: StreamHalf): void {
    half.lastAt = last.offset + 1;
    half.lastTime = last.time;
    if (
      !stream.closed &&
      // A pushed stream is half-closed for the client from the start.
      (((stream.promised || stream.client.over) && stream.server.over) ||
        stream.client.resetAt >= 0 ||
        stream.server.resetAt >= 0)
    ) {
      stream.closed = true;
      this.#sink.streamEnd(stream, this.connection);
      // Nothing reads what may still come.
      stream.client.content = stream.server.content = undefined;
      this.#forget(stream.id);
    }
  }

  // Closed streams are kept for a while, so that late frames on them can be judged.
  #forget(id: number): void {
    this.#closed.push(id);
    if (this.#closed.length < 2 * this.#limits.closedStreams) return;
    const { streams } = this.connection;
    for (const old of this.#closed.splice(0, this.#limits.closedStreams)) {
      const opener = this.connection.endpoint((old & 1) === 1 ? "client" : "server");
      if (old > opener.forgotten) opener.forgotten = old;
      streams.delete(old);
    }
  }

  // A frame of a stream whose beginning the capture does not hold.
  #unseen(frame: Frame, sender: Endpoint, peer: Endpoint): Stream | undefined {
    if (frame.streamId === 0) return undefined;
    const opener = ((frame.streamId & 1) === 1) === (sender.side === "client") ? sender : peer;
    if (opener.whole || frame.streamId <= opener.forgotten) return undefined;
    const stream = this.#openStream(frame.streamId, opener.side, false, -1, frame.first.time);
    this.#sink.streamStart(stream, this.connection);
    return stream;
  }

  #openStream(id: number, initiator: Side, seen: boolean, openedAt: number, time: number): Stream {
    const c = this.connection;
    const opener = c.endpoint(initiator);
    const stream = new Stream(id, initiator, seen, openedAt, time);
    c.streams.set(id, stream);
    c.streamCount++;
    if (id > opener.highestOpened) opener.highestOpened = id;
    if (c.streams.size > this.#limits.streams) {
      // The oldest goes, closed or not.
      const [oldest] = c.streams.keys();
      if (oldest !== undefined) {
        c.streams.delete(oldest);
        // Its end would not be seen.
        const { active } = opener;
        const index = active.indexOf(oldest);
        if (index >= 0) active.splice(index, 1);
        const its = c.endpoint((oldest & 1) === 1 ? "client" : "server");
        its.forgotten = Math.max(its.forgotten, oldest);
      }
      this.#diagnose("limit/streams", initiator, opener.lastAt, { limit: this.#limits.streams });
    }
    return stream;
  }

  #applyData(frame: Frame, stream: Stream | undefined, sender: Endpoint): void {
    sender.contentFrames++;
    // RFC 9113 6.9: the whole payload counts, on closed streams too.
    sender.window.sent += frame.length;
    sender.dataFrames++;
    if (stream === undefined) return;
    const half = stream.half(frame.from);
    half.window.sent += frame.length;
    half.dataFrames++;
    (half.lastData ??= new FrameRef()).takeFrame(frame);
    half.dataOctets += Math.max(frame.contentLength, 0);
    if (frame.endStream && half.endAt < 0) {
      this.#ended++;
      half.endAt = frame.last.offset + 1;
      half.endTime = frame.last.time;
    }
  }

  #applyReset(frame: Frame, stream: Stream, sender: Endpoint): void {
    const half = stream.half(frame.from);
    if (half.resetAt >= 0) return;
    this.#ended++;
    half.resetAt = frame.last.offset + 1;
    half.resetTime = frame.last.time;
    half.resetCode = frame.errorCode;
    half.resetKnew = Math.max(stream.half(other(sender.side)).lastAt, 0);
    stream.reserved = false;
  }

  #applyGrant(frame: Frame, stream: Stream | undefined, peer: Endpoint): void {
    if (!frame.whole || frame.increment === 0) return;
    const end = frame.last.offset + 1;
    if (frame.streamId === 0) peer.window.grant(end, frame.increment);
    else stream?.half(peer.side).window.grant(end, frame.increment);
  }

  #applySettings(frame: Frame, sender: Endpoint, peer: Endpoint): void {
    if (frame.ack) {
      const settings = this.#spareAckUsed ? undefined : peer.settings.acknowledge();
      this.#spareAckUsed = false;
      if (settings === undefined) return;
      sender.answerTime = Math.min(sender.answerTime, frame.last.time - settings.time);
      const size = last(settings.entries, Setting.headerTableSize);
      if (size !== undefined) sender.tableLimit.acknowledge(size);
      return;
    }
    if (frame.whole) sender.settings.announce(frame.last.offset + 1, frame.last.time, settingsOf(frame));
  }

  #applyPing(frame: Frame, sender: Endpoint, peer: Endpoint): void {
    if (!frame.whole) return;
    if (!frame.ack) {
      sender.pings.push({ payload: pingPayload(frame), endOffset: frame.last.offset + 1, time: frame.last.time });
      if (sender.pings.length > 256) {
        sender.pings.shift();
        sender.pingsForgotten = true;
      }
      return;
    }
    const index = answeredPing(this.connection, frame);
    if (index < 0) return;
    sender.answerTime = Math.min(sender.answerTime, frame.last.time - peer.pings[index]!.time);
    peer.pings.splice(index, 1);
  }

  // A connection error: no effect, but a field block passes through HPACK, where its octets are known.
  #ignore(frame: Frame, sender: Endpoint): void {
    const block = this.#block(frame.from);
    if (frame.kind === "headers") remember(sender.refused, frame.streamId);
    if (frame.kind === "push-promise") remember(sender.refused, frame.promisedStreamId);
    // A tolerant receiver acknowledges SETTINGS that it should have refused.
    if (frame.kind === "settings" && !frame.ack) sender.settings.announce(frame.last.offset + 1, frame.last.time, []);
    if (frame.kind === "ping" && !frame.ack) {
      sender.pingsForgotten ||= !frame.whole;
      this.#applyPing(frame, sender, sender);
    }
    if (frame.kind === "data") sender.window.sent += frame.length;
    if (frame.kind === "continuation" || block.open) {
      // RFC 9113 4.3: whose octets these are is open. Nothing more is said of this side's fields.
      if (frame.kind === "continuation" || frame.kind === "headers")
        this.#loseFields(sender, frame.first, "a field block was interrupted");
      if (!block.open) this.#sink.fieldsLost(frame.from, this.connection);
      return;
    }
    if (frame.kind !== "headers" && frame.kind !== "push-promise") return;
    if (!frame.whole || !frame.endHeaders) {
      this.#loseFields(sender, frame.first, "a field block is not whole");
      this.#sink.fieldsLost(frame.from, this.connection);
      return;
    }
    block.begin(frame);
    block.fields.ignored = true;
    this.#decode(block, frame.bytes, frame.start, frame.end, undefined);
  }

  #openBlock(frame: Frame, stream: Stream | undefined): void {
    const block = this.#block(frame.from);
    const sender = this.connection.endpoint(frame.from);
    block.begin(frame);
    if (frame.kind === "headers") sender.contentFrames++;
    if (!frame.whole) {
      block.broken = true;
      this.#loseFields(sender, frame.first, "octets are missing");
    }
    if (frame.endHeaders) {
      this.#decode(block, frame.bytes, frame.start, frame.end, stream);
      return;
    }
    block.open = true;
    if (frame.whole) this.#append(block, frame, sender);
  }

  #continueBlock(frame: Frame): void {
    const block = this.#block(frame.from);
    const { fields } = block;
    const sender = this.connection.endpoint(frame.from);
    fields.continuations++;
    fields.octets += frame.length;
    copyOrigin(fields.last, frame.last);
    if (!frame.whole) {
      block.broken = true;
      this.#loseFields(sender, frame.first, "octets are missing");
    } else this.#append(block, frame, sender);
    if (frame.endHeaders) {
      this.#decode(block, block.octets, 0, block.length, this.connection.streams.get(fields.streamId));
      block.release();
    }
  }

  #append(block: OpenBlock, frame: Frame, sender: Endpoint): void {
    const limit = this.#limits.fieldBlockOctets;
    if (block.broken || block.append(frame.bytes, frame.start, frame.end, limit)) return;
    block.broken = true;
    this.#diagnose("limit/field-block", frame.from, frame.first, { limit });
    this.#loseFields(sender, frame.first, "a field block is too long");
  }

  #closeBlock(from: Side): void {
    const block = this.#block(from);
    if (!block.open) return;
    block.open = false;
    block.release();
    this.#sink.fieldsLost(from, this.connection);
  }

  #decode(block: OpenBlock, bytes: Uint8Array, start: number, end: number, stream: Stream | undefined): void {
    const c = this.connection;
    const { fields } = block;
    const sender = c.endpoint(fields.from);
    const peer = c.endpoint(other(fields.from));
    block.open = false;
    fields.decoded = undefined;
    if (block.broken) sender.tableLimit.forget();
    else {
      // RFC 7541 6.3: the limit is the decoder's; where its SETTINGS may be missing there is none that could be broken.
      const known = c.client.whole && c.server.whole && fields.first.acked >= 0;
      sender.hpack.setMaxTableSize(known ? peer.settings.largest(Setting.headerTableSize, fields.first.acked) : 0xffffffff);
      sender.tableLimit.before(sender.hpack);
      const decoded = sender.hpack.decode(bytes, start, end);
      fields.decoded = decoded;
      sender.tableLimit.after(fields, decoded, c);
      if (decoded.fault !== undefined) {
        fields.observations.note(Observation.hpackFault);
        fields.ignored = true;
        this.#loseFields(sender, fields.first, `HPACK ${decoded.fault}`);
        sender.hpackFault = true;
      }
    }
    if (fields.kind === "push-promise") this.#promise(fields, stream);
    else this.#headers(fields, stream, sender, peer);
  }

  #promise(fields: FieldBlock, stream: Stream | undefined): void {
    const c = this.connection;
    fields.role = "promise";
    if (!fields.ignored) noteMessage(fields, stream, c);
    this.#sink.fields(fields, stream, c);
    if (fields.ignored) {
      remember(c.endpoint(fields.from).refused, fields.promisedStreamId);
      return;
    }
    const promised = this.#openStream(fields.promisedStreamId, "server", true, fields.last.offset + 1, fields.last.time);
    promised.opening = FrameRef.of(fields);
    promised.promised = true;
    promised.reserved = true;
    if (fields.decoded !== undefined) readHead(promised.request, fields.decoded);
    this.#sink.streamStart(promised, c);
    if (stream !== undefined) this.#touch(fields.last, stream, stream.server);
  }

  // The cases of rules.md section 2: what HEADERS on this id are, in their sender's order.
  #headers(fields: FieldBlock, known: Stream | undefined, sender: Endpoint, peer: Endpoint): void {
    const c = this.connection;
    let stream = known;
    if (!fields.ignored) {
      if (stream === undefined) {
        this.#noteNewStream(fields, sender, peer);
        if (!fields.opensStream && fields.observations.count === 0) guessRole(fields);
      } else if (stream.seen) {
        this.#noteKnownStream(fields, stream, sender);
        this.#noteLate(fields.observations, stream, fields.first.acked, sender, peer);
        // RFC 9113 5.1.2: a promised stream counts from its response on.
        if (stream.reserved && fields.observations.count === 0) this.#noteConcurrency(fields, sender, peer);
      } else guessRole(fields);
    } else if (stream === undefined) fields.opensStream = false;
    const fatal = fields.ignored || isFatalBlock(fields.observations);
    fields.ignored ||= fatal;
    if (!fatal) noteMessage(fields, stream, c);
    if (fields.observations.count !== 0 || mayBeMalformed(fields, stream, c)) sender.faults++;
    this.#sink.fields(fields, stream, c);
    if (fatal) {
      if (stream === undefined) remember(sender.refused, fields.streamId);
      return;
    }
    const isNew = stream === undefined;
    if (stream === undefined) {
      if (fields.opensStream) {
        stream = this.#openStream(fields.streamId, sender.side, true, fields.last.offset + 1, fields.last.time);
        stream.opening = new FrameRef().takeBlock(fields);
        c.calls++;
        sender.active.push(fields.streamId);
      } else {
        const opener = (fields.streamId & 1) === 1 ? "client" : "server";
        if (fields.streamId <= c.endpoint(opener).forgotten) return;
        stream = this.#openStream(fields.streamId, opener, false, -1, fields.first.time);
      }
    }
    this.#applyHeaders(fields, stream, sender);
    if (isNew) this.#sink.streamStart(stream, c);
  }

  #noteNewStream(fields: FieldBlock, sender: Endpoint, peer: Endpoint): void {
    const id = fields.streamId;
    const { observations } = fields;
    if (sender.side === "client") {
      if ((id & 1) === 0) {
        observations.note(Observation.streamIdParity);
        return;
      }
      const requestShaped = fields.decoded?.method !== undefined;
      const whole = sender.whole && id > sender.forgotten;
      if (id > sender.highestOpened) {
        // Not certain to be the first frame of its stream where octets went before: only a request can be.
        if (!whole && !requestShaped) {
          this.connection.uncheck("stream-id/*", "seen");
          return;
        }
        fields.opensStream = true;
        fields.role = "request";
        noteAfterGoaway(observations, sender, peer);
        this.#noteConcurrency(fields, sender, peer);
      } else if (whole || requestShaped) observations.note(Observation.streamIdNotIncreasing);
      else this.connection.uncheck("stream-id/*", "seen");
      return;
    }
    if (peer.refused.has(id)) return;
    const opener = (id & 1) === 1 ? peer : sender;
    if (!opener.whole || id <= opener.forgotten) {
      this.connection.uncheck("stream-id/*", "seen");
      return;
    }
    observations.note((id & 1) === 1 ? Observation.streamIdUnopened : Observation.streamIdUnpromised);
  }

  #noteKnownStream(fields: FieldBlock, stream: Stream, sender: Endpoint): void {
    const { observations, decoded } = fields;
    if (this.#isUpgraded(stream, sender.side)) {
      observations.note(Observation.onUpgraded);
      return;
    }
    const own = stream.half(sender.side);
    const horizon = fields.first.acked;
    const state = stateFor(stream, sender.side, horizon, sender.processed);
    noteAboveGoaway(observations, stream, sender);
    const requestShaped = decoded?.method !== undefined;
    const readable = decoded !== undefined && decoded.certainty !== "unknown";
    const observation = judgeInput(state, sender.side, "headers", stream.promised);
    const finished = state === "reset (own)" || state === "closed" || own.endAt >= 0;
    if (
      finished &&
      observation !== undefined &&
      observation !== Observation.clientOnPushed &&
      (requestShaped || (!readable && state !== "reset (own)" && state === "closed"))
    ) {
      observations.note(Observation.streamIdReuse);
      return;
    }
    if (observation !== undefined) {
      observations.note(observation);
      return;
    }
    if (sender.side === "server" && stream.initiator === "client" && stream.openedAt > horizon && horizon >= 0) {
      observations.note(Observation.streamIdUnopened);
      return;
    }
    // An RST_STREAM of the peer that the sender is not known to have processed (case a4) excuses the frame's being there, not what it
    // is: the sender built the message without knowing of it.
    if (sender.side === "client") {
      fields.role = "request-trailers";
      observations.note(fields.endStream ? Observation.requestTrailers : Observation.secondHeadersWithoutEnd);
      return;
    }
    const status = decoded?.statusCode ?? 0;
    const interim = isInterim(status);
    if (own.message === "yes") {
      fields.role = "response-trailers";
      if (interim && decoded?.certainty === "exact") observations.note(Observation.interimAfterFinal);
      else if (!fields.endStream) observations.note(Observation.secondHeadersWithoutEnd);
      return;
    }
    if (own.message === "maybe" && status === 0) {
      fields.role = fields.endStream ? "response-trailers" : "unknown";
      return;
    }
    fields.role = interim ? "interim" : "response";
  }

  // RFC 9113 5.1.2: open and half-closed streams of the sender count until it can know that they are closed.
  #noteConcurrency(fields: FieldBlock, sender: Endpoint, peer: Endpoint): void {
    const { active } = sender;
    const inForce = peer.settings.inForce(Setting.maxConcurrentStreams);
    const limit = inForce === undefined ? Infinity : peer.settings.largest(Setting.maxConcurrentStreams, fields.first.acked);
    const exceeds = active.length + 1 > limit;
    // Without a limit it need not be right, only small; and each of thousands is not asked again while nothing has ended.
    if (exceeds ? sender.activeSettled !== this.#ended : active.length >= sender.activePruneAt) {
      this.#pruneActive(sender, peer, fields.first.acked);
    }
    if (active.length + 1 > limit) fields.observations.note(Observation.concurrencyExceeded);
  }

  #pruneActive(sender: Endpoint, peer: Endpoint, horizon: number): void {
    const { active } = sender;
    const { streams } = this.connection;
    let kept = 0;
    let underWay = false;
    for (const id of active) {
      const stream = streams.get(id);
      if (stream === undefined) continue;
      const own = stream.half(sender.side);
      const theirs = stream.half(peer.side);
      if (own.resetAt >= 0 || (theirs.resetAt >= 0 && delivered(theirs.resetAt, horizon))) continue;
      if (own.endAt >= 0 && (stream.promised || (theirs.endAt >= 0 && delivered(theirs.endAt, horizon)))) continue;
      underWay ||= theirs.resetAt >= 0 || theirs.endAt >= 0;
      active[kept++] = id;
    }
    active.length = kept;
    sender.activePruneAt = Math.max(ACTIVE, 2 * kept);
    sender.activeSettled = underWay ? -1 : this.#ended;
  }

  #applyHeaders(fields: FieldBlock, stream: Stream, sender: Endpoint): void {
    const half = stream.half(sender.side);
    const { decoded, role } = fields;
    if (stream.reserved) {
      stream.reserved = false;
      sender.active.push(stream.id);
    }
    if (role === "request" || role === "response") {
      half.message = "yes";
      half.messageAt = fields.last.offset + 1;
      half.declaredLength = fields.declaredLength;
      if (decoded !== undefined) readHead(role === "request" ? stream.request : stream.response, decoded);
      if (role === "response" && decoded === undefined) half.message = "maybe";
    } else if (role === "unknown" && half.message === "no") half.message = "maybe";
    else if (decoded !== undefined && (role === "request-trailers" || role === "response-trailers")) {
      const head = role === "request-trailers" ? stream.request : stream.response;
      if ((decoded.bits & FieldBit.grpcName) !== 0) readGrpcFields(head, decoded);
    }
    if (fields.endStream && half.endAt < 0) {
      // The request's own end, if it comes with its HEADERS, frees nothing.
      if (role !== "request") this.#ended++;
      half.endAt = fields.last.offset + 1;
      half.endTime = fields.last.time;
    }
    this.#touch(fields.last, stream, half);
  }

  #loseFields(sender: Endpoint, at: Origin, reason: string): void {
    if (sender.hpack.exact || !sender.fieldsLost) {
      sender.fieldsLost = true;
      this.#diagnose("capture/hpack-unknown", sender.side, at, { reason });
    }
    sender.hpack.lose();
  }

  #diagnose(code: Parameters<DiagnosticSink>[0]["code"], from: Side, at: Origin, data: Record<string, string | number>): void {
    const connection = this.connection.id;
    const place = { in: "stream", file: at.file, packet: at.packet, connection, from, offset: at.offset } as const;
    this.#diagnostics({ code, place, data: { connection, from, ...data } });
  }
}

/** The field block of one direction that is being collected. */
class OpenBlock {
  readonly fields = new FieldBlock();
  open = false;
  /** Octets of it are missing. */
  broken = false;
  octets: Uint8Array = new Uint8Array(0);
  length = 0;

  constructor(from: Side) {
    this.fields.from = from;
  }

  begin(frame: Frame): void {
    const { fields } = this;
    fields.kind = frame.kind === "push-promise" ? "push-promise" : "headers";
    fields.streamId = frame.streamId;
    fields.promisedStreamId = frame.promisedStreamId;
    fields.flags = frame.flags;
    fields.length = frame.length;
    copyOrigin(fields.first, frame.first);
    copyOrigin(fields.headLast, frame.last);
    copyOrigin(fields.last, frame.last);
    fields.continuations = 0;
    fields.octets = frame.end - frame.start;
    fields.endStream = frame.kind === "headers" && (frame.flags & Flag.endStream) !== 0;
    fields.role = "unknown";
    fields.opensStream = false;
    fields.declaredLength = -1;
    fields.decoded = undefined;
    fields.ignored = false;
    fields.observations.clear();
    this.broken = false;
    this.length = 0;
  }

  /** False where the block grows beyond `limit`. */
  append(b: Uint8Array, start: number, end: number, limit: number): boolean {
    const length = this.length + end - start;
    if (length > limit) return false;
    if (length > this.octets.length) {
      const grown = new Uint8Array(Math.max(length, this.octets.length * 2, 1024));
      grown.set(this.octets.subarray(0, this.length));
      this.octets = grown;
    }
    this.octets.set(b.subarray(start, end), this.length);
    this.length = length;
    return true;
  }

  release(): void {
    this.length = 0;
    if (this.octets.length > 64 << 10) this.octets = new Uint8Array(0);
  }
}

// Padding is no content, and a promise has none but its fields.
function isEmpty(frame: Frame): boolean {
  switch (frame.kind) {
    case "data":
      return frame.contentLength <= 0 && !frame.endStream;
    // A stream ends once: that is no flood.
    case "headers":
    case "push-promise":
    case "continuation":
      return frame.whole && frame.end === frame.start && !frame.endStream;
    default:
      return false;
  }
}

// The answer is a connection error: the frame has no effect (RFC 9113 5.4.1).
function isFatal(frame: Frame, observations: Observations): boolean {
  for (let i = 0; i < observations.count; i++) {
    const observation = observations.at(i);
    if (fatal.has(observation)) return true;
    // RFC 9113 4.2: frames that alter the connection's state; of a stream otherwise.
    if (observation === Observation.tooLarge && (frame.streamId === 0 || altersConnection.has(frame.kind))) return true;
    if (observation === Observation.windowIncrementZero && frame.streamId === 0) return true;
    if (
      (observation === Observation.tooShort && frame.kind !== "data") ||
      (observation === Observation.badLength && frame.kind !== "priority")
    )
      return true;
  }
  return false;
}

// RFC 9113 6.8: the receiver of GOAWAY opens no more streams, whatever stream it names as the last one.
function noteAfterGoaway(observations: Observations, sender: Endpoint, peer: Endpoint): void {
  if (peer.goaways.length > 0 && peer.goaways[0]!.endOffset <= sender.processed) observations.note(Observation.openedAfterGoaway);
}

function noteAboveGoaway(observations: Observations, stream: Stream, sender: Endpoint): void {
  const { goaways, side } = sender;
  if (goaways.length === 0 || stream.initiator === side) return;
  if (stream.id > goaways[goaways.length - 1]!.lastStreamId) observations.note(Observation.aboveOwnGoaway);
}

function isFatalBlock(observations: Observations): boolean {
  for (let i = 0; i < observations.count; i++) if (fatal.has(observations.at(i))) return true;
  return false;
}

// RFC 9113 6.5.2, RFC 8441 3, RFC 9218 2.1.
function validSetting(id: number, value: number, from: Side): boolean {
  switch (id) {
    case Setting.enablePush:
      return value === 0 || (value === 1 && from === "client");
    case Setting.maxFrameSize:
      return value >= 16_384 && value <= 16_777_215;
    case Setting.enableConnectProtocol:
    case Setting.noRfc7540Priorities:
      return value <= 1;
    default:
      return true;
  }
}

function readHead(head: MessageHead, decoded: DecodedBlock): void {
  head.known = decoded.certainty === "exact" && decoded.fault === undefined;
  head.method = decoded.method?.value;
  head.scheme = decoded.scheme?.value;
  head.authority = decoded.authority?.value;
  head.path = decoded.path?.value;
  head.protocol = decoded.protocol?.value;
  head.status = decoded.statusCode;
  const { contentType } = decoded;
  const te = decoded.slots[Name.te];
  head.contentType = contentType?.value;
  head.te = te?.value;
  head.valueBits = (contentType?.valueBits ?? 0) | (te?.valueBits ?? 0);
  head.userAgent = decoded.slots[Name.userAgent]?.value;
  head.server = decoded.slots[Name.server]?.value;
  head.contentLength = decoded.contentLength?.value;
  if ((decoded.bits & FieldBit.grpcName) !== 0) readGrpcFields(head, decoded);
}

function readGrpcFields(head: MessageHead, decoded: DecodedBlock): void {
  const { slots } = decoded;
  head.valueBits |= decoded.valueBits & ValueBit.grpcField;
  head.grpcStatus = decoded.grpcStatus?.value ?? head.grpcStatus;
  head.grpcMessage = slots[Name.grpcMessage]?.value ?? head.grpcMessage;
  head.grpcDetails = slots[Name.grpcStatusDetailsBin]?.value ?? head.grpcDetails;
  head.grpcTimeout = slots[Name.grpcTimeout]?.value ?? head.grpcTimeout;
  head.grpcEncoding = decoded.joined(Name.grpcEncoding) ?? head.grpcEncoding;
  head.grpcAcceptEncoding = decoded.joined(Name.grpcAcceptEncoding) ?? head.grpcAcceptEncoding;
}

// The beginning of the stream was not captured: the fields themselves tell what they are, or nothing does.
function guessRole(fields: FieldBlock): void {
  const { decoded } = fields;
  if (decoded === undefined || decoded.certainty !== "exact") fields.role = "unknown";
  else if (fields.from === "client") fields.role = decoded.method !== undefined ? "request" : "request-trailers";
  else if (decoded.status === undefined) fields.role = "response-trailers";
  else fields.role = isInterim(decoded.statusCode) ? "interim" : "response";
}

const isInterim = (status: number): boolean => status >= 100 && status < 200;

// Sets that only grow are kept small: the newest ids matter.
function remember(ids: Set<number>, id: number): void {
  ids.add(id);
  if (ids.size > 1000)
    for (const oldest of ids) {
      ids.delete(oldest);
      break;
    }
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

// Pad Length, priority fields or a promised stream, and the longest padding.
const PADDING = 1 + 5 + 255;
// Streams that are counted as active before it is asked which of them are.
const ACTIVE = 1024;
// RFC 9113 6.9.2: of the connection, which no setting changes.
const INITIAL_WINDOW = 65_535;
const MAX_WINDOW = 0x7fffffff;
