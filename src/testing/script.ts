// In: a story of two sides, frame by frame. Out: the TCP segments of its connection, as a capture close to neither side shows them.
import { FrameType } from "../http2/frame.ts";
import { TcpFlag } from "../net/segment.ts";
import { other, type Side } from "../place.ts";
import type { BlockOptions, FrameOptions, HeadersOptions, PriorityOptions } from "./frame-options.ts";
import { getRequest, okResponse } from "./messages.ts";
import { concat, type Fields, frameOctets, literals, type Octets, octetsOf, type RawFrame, u16, u32 } from "./octets.ts";

/** What happens on one connection: `(s) => s.client.headers(1).server.headers(1)`. */
export type Story = (script: Script) => unknown;

/** SETTINGS as identifiers and values, in order. */
export type Settings = readonly (readonly [id: number, value: number])[];

/** One TCP segment of a story. Offsets count octets of the direction from the first after SYN; a FIN counts for one. */
export interface WireSegment {
  readonly from: Side;
  readonly flags: number;
  readonly offset: number;
  /** Octets of the other direction that it acknowledges. */
  readonly acked: number;
  readonly bytes: Uint8Array;
  /** The window it advertises. */
  readonly window: number;
  /** Nanoseconds. */
  readonly time: number;
  /** It happened, but the capture does not hold it. */
  readonly captured: boolean;
}

/** One frame of a story, or whatever else it put in its place. */
export interface WireFrame {
  /** From 1 over both sides; 0 for what a default opening sends. */
  readonly number: number;
  readonly from: Side;
  readonly offset: number;
  readonly end: number;
}

/**
 * Writes a connection down. It begins with SYN, SYN-ACK and ACK, the client's preface and SETTINGS, the server's SETTINGS and both
 * acknowledgments; then each frame travels in a separate segment, a millisecond after the one before, and acknowledges all that
 * the other side sent before it.
 */
export class Script {
  readonly #segments: WireSegment[] = [];
  readonly #frames: WireFrame[] = [];
  readonly #sides = { client: new SideState(), server: new SideState() };
  readonly #client: Speaker = new Speaker(this, "client");
  readonly #server: Speaker = new Speaker(this, "server");
  #settings: Partial<Record<Side, Settings>> = {};
  #start: "opening" | "bare" | "midway" = "opening";
  #handshake = 0;
  #holes = false;
  #begun = false;
  #inOpening = false;
  #number = 0;
  #time = 0;
  #captured = true;
  #together: Uint8Array[] | undefined;

  /** The client has the word. It has received all that the server sent. */
  get client(): Speaker {
    return this.#turn(this.#client);
  }

  /** The server has the word. It has received all that the client sent. */
  get server(): Speaker {
    return this.#turn(this.#server);
  }

  /** The SETTINGS of the default opening. */
  settings(settings: Partial<Record<Side, Settings>>): this {
    this.#settings = settings;
    return this;
  }

  /** TCP's handshake takes so many milliseconds. */
  roundTrip(ms: number): this {
    this.#handshake = ms * 1e6;
    return this;
  }

  /** The TCP handshake only: the story sends the prefaces itself, or does not. */
  bare(): this {
    this.#start = "bare";
    return this;
  }

  /** No more than the client's attempts to connect: so many SYNs, a second apart, and what came of them. */
  attempts(syns: number, answer: "refused" | "none"): this {
    this.#begun = true;
    const { syn, rst, ack } = TcpFlag;
    for (let i = 0; i < syns; i++) {
      if (i > 0) this.#time += 1000e6 - STEP;
      this.#segment("client", syn, -1, -1);
    }
    if (answer === "refused") this.#segment("server", rst | ack, -1, 0);
    return this;
  }

  /** The capture begins after the connection did: no handshake, no prefaces. */
  midway(): this {
    this.#start = "midway";
    return this;
  }

  /** The capture lost octets of both sides after the opening, and with them a field that every field block refers to, so that no block
   *  is known in full. */
  holes(): this {
    this.#holes = true;
    return this;
  }

  /** What the story came to. */
  wire(): { readonly segments: readonly WireSegment[]; readonly frames: readonly WireFrame[]; readonly whole: boolean } {
    this.#begin();
    const segments = this.#segments.filter(({ captured }) => captured);
    return { segments, frames: this.#frames, whole: this.#start !== "midway" && segments.length === this.#segments.length };
  }

  #turn(speaker: Speaker): Speaker {
    this.#sides[speaker.side].behind = 0;
    return speaker;
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    if (this.#start === "midway") return;
    const { syn, ack } = TcpFlag;
    this.#segment("client", syn, -1, -1);
    this.#segment("server", syn | ack, -1, 0);
    this.#time += Math.max(this.#handshake - 2 * STEP, 0);
    this.#segment("client", ack, 0, 0);
    if (this.#start === "bare") return;
    this.#inOpening = true;
    const { client = [], server = [] } = this.#settings;
    this.client.preface().settings(client).server.settings(server).settingsAck().client.settingsAck();
    if (this.#holes) this.client.lost((client) => client.ping()).server.lost((server) => server.ping());
    this.#inOpening = false;
  }

  /** @internal */
  get unknownFields(): Uint8Array {
    return this.#holes ? FIRST_DYNAMIC : NOTHING;
  }

  #segment(from: Side, flags: number, offset: number, acked: number, bytes: Uint8Array = NOTHING): void {
    this.#time += STEP;
    const { window } = this.#sides[from];
    this.#segments.push({ from, flags, offset, acked, bytes, window, time: this.#time, captured: this.#captured });
  }

  /** @internal */
  send(from: Side, bytes: Uint8Array, flags = 0): void {
    this.#begin();
    const own = this.#sides[from];
    const offset = own.ends.at(-1)!;
    const end = offset + bytes.length + (flags === TcpFlag.fin ? 1 : 0);
    this.#frames.push({ number: this.#inOpening ? 0 : ++this.#number, from, offset, end });
    own.ends.push(end);
    if (this.#together !== undefined) this.#together.push(bytes);
    else this.#segment(from, TcpFlag.psh | TcpFlag.ack | flags, offset, this.#acked(from), bytes);
  }

  /** @internal */
  resend(from: Side): void {
    const last = this.#segments.findLast((segment) => segment.from === from && segment.bytes.length > 0);
    if (last === undefined) return;
    this.#time += STEP;
    this.#segments.push({ ...last, acked: this.#acked(from), time: this.#time, captured: this.#captured });
  }

  /** @internal */
  acknowledge(from: Side): void {
    this.#begin();
    this.#segment(from, TcpFlag.ack, this.#sides[from].ends.at(-1)!, this.#acked(from));
  }

  /** @internal */
  advertise(from: Side, window: number): void {
    this.#sides[from].window = window;
    this.acknowledge(from);
  }

  /** @internal */
  together(from: Side, build: () => unknown): void {
    this.#begin();
    const offset = this.#sides[from].ends.at(-1)!;
    const parts: Uint8Array[] = [];
    this.#together = parts;
    build();
    this.#together = undefined;
    this.#segment(from, TcpFlag.psh | TcpFlag.ack, offset, this.#acked(from), concat(parts));
  }

  /** @internal */
  lose(build: () => unknown): void {
    this.#begin();
    this.#captured = false;
    build();
    this.#captured = true;
  }

  /** @internal */
  wait(ms: number): void {
    this.#begin();
    this.#time += ms * 1e6;
  }

  /** @internal */
  behind(from: Side, frames: number): void {
    this.#begin();
    this.#sides[from].behind = frames;
  }

  #acked(from: Side): number {
    const own = this.#sides[from];
    const { ends } = this.#sides[other(from)];
    // What was acknowledged stays so.
    own.acked = Math.max(own.acked, ends[Math.max(0, ends.length - 1 - own.behind)]!);
    return own.acked;
  }
}

/** One side of a script. Every method returns it, so that sentences chain; `client` and `server` give the word to either. */
export class Speaker {
  readonly side: Side;
  readonly #script: Script;

  /** Scripts make them. */
  constructor(script: Script, side: Side) {
    this.#script = script;
    this.side = side;
  }

  get client(): Speaker {
    return this.#script.client;
  }

  get server(): Speaker {
    return this.#script.server;
  }

  /** HEADERS: a GET request of the client, a 200 of the server by default. Without END_STREAM by default. */
  headers(streamId: number, options: HeadersOptions = {}): this {
    const { priority } = options;
    const fixed = priority === undefined ? NOTHING : priorityOctets(priority);
    const fields = this.side === "client" ? getRequest : okResponse;
    return this.#block(FrameType.headers, streamId, fields, options, fixed, priority === undefined ? 0 : PRIORITY);
  }

  /** HEADERS with END_STREAM and without pseudo-header fields. */
  trailers(streamId: number, fields: Fields = { "x-checksum": "1" }, options: BlockOptions = {}): this {
    return this.headers(streamId, { endStream: true, fields, ...options });
  }

  /** DATA. @param content Its octets, or how many of them. */
  data(streamId: number, content: Octets | number = 1, options: FrameOptions = {}): this {
    const octets = typeof content === "number" ? new Uint8Array(content).fill(0x61) : octetsOf(content);
    return this.#padded(FrameType.data, streamId, octets, options, 0);
  }

  /** SETTINGS on stream 0. */
  settings(settings: Settings = [], options: { readonly streamId?: number; readonly flags?: number } = {}): this {
    const payload = concat(settings.map(([id, value]) => concat([u16(id), u32(value)])));
    return this.frame({ type: FrameType.settings, payload, ...options });
  }

  /** SETTINGS with ACK. */
  settingsAck(): this {
    return this.frame({ type: FrameType.settings, flags: 0x1 });
  }

  /** RST_STREAM, with CANCEL by default. */
  rst(streamId: number, errorCode = 8): this {
    return this.frame({ type: FrameType.rstStream, streamId, payload: u32(errorCode) });
  }

  /** WINDOW_UPDATE; stream 0 is the connection. */
  windowUpdate(streamId: number, increment = 1): this {
    return this.frame({ type: FrameType.windowUpdate, streamId, payload: u32(increment) });
  }

  /** PING. @param payload Eight octets, unless it shall be wrong. */
  ping(payload: Octets = "12345678"): this {
    return this.frame({ type: FrameType.ping, payload });
  }

  /** PING with ACK. */
  pingAck(payload: Octets = "12345678"): this {
    return this.frame({ type: FrameType.ping, flags: 0x1, payload });
  }

  /** GOAWAY, with NO_ERROR by default. */
  goaway(lastStreamId = 0, errorCode = 0, debug: Octets = ""): this {
    const payload = concat([u32(lastStreamId), u32(errorCode), octetsOf(debug)]);
    return this.frame({ type: FrameType.goaway, payload });
  }

  /** PUSH_PROMISE of a GET request by default. */
  pushPromise(streamId: number, promisedStreamId: number, options: BlockOptions = {}): this {
    return this.#block(FrameType.pushPromise, streamId, getRequest, options, u32(promisedStreamId), 0);
  }

  /** CONTINUATION, with END_HEADERS by default. */
  continuation(streamId: number, options: BlockOptions = {}): this {
    return this.#block(FrameType.continuation, streamId, { "x-more": "1" }, options, NOTHING, 0);
  }

  /** PRIORITY. */
  priority(streamId: number, options: PriorityOptions = {}): this {
    return this.frame({ type: FrameType.priority, streamId, payload: priorityOctets(options) });
  }

  /** Any frame, however wrong. */
  frame(frame: RawFrame): this {
    return this.octets(frameOctets(frame));
  }

  /** Octets that need not be a frame; they count as one. */
  octets(octets: Octets): this {
    this.#script.send(this.side, octetsOf(octets));
    return this;
  }

  /** The client's 24 octets (RFC 9113 3.4). */
  preface(): this {
    return this.octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  }

  /** A message in HTTP/1.1: its lines without the empty one behind them, then its content. It counts as a frame. */
  http1(lines: readonly string[], content = ""): this {
    return this.octets(`${lines.join("\r\n")}\r\n\r\n${content}`);
  }

  /** FIN. */
  close(): this {
    this.#script.send(this.side, NOTHING, TcpFlag.fin);
    return this;
  }

  /** A TCP RST. */
  reset(): this {
    this.#script.send(this.side, NOTHING, TcpFlag.rst);
    return this;
  }

  /** Its last segment with octets once more: a retransmission. */
  again(): this {
    this.#script.resend(this.side);
    return this;
  }

  /** A segment without octets. */
  ack(): this {
    this.#script.acknowledge(this.side);
    return this;
  }

  /** A segment without octets that advertises this TCP window, as do all after it. */
  tcpWindow(octets: number): this {
    this.#script.advertise(this.side, octets);
    return this;
  }

  /** Nothing happens for so many milliseconds. */
  wait(ms: number): this {
    this.#script.wait(ms);
    return this;
  }

  /** What this side sends until it gets the word again was under way together with the other side's last frames: it had not
   *  received them. */
  crossing(frames = 1): this {
    this.#script.behind(this.side, frames);
    return this;
  }

  /** The capture lost what the callback sends, or so many octets; the other side got them. */
  lost(what: number | ((speaker: this) => unknown)): this {
    this.#script.lose(() => (typeof what === "number" ? this.octets(new Uint8Array(what)) : what(this)));
    return this;
  }

  /** The frames that the callback sends travel in one segment. */
  together(build: (speaker: this) => unknown): this {
    this.#script.together(this.side, () => build(this));
    return this;
  }

  #block(type: number, streamId: number, fields: Fields, options: BlockOptions, fixed: Uint8Array, flags: number): this {
    const block =
      options.block !== undefined
        ? octetsOf(options.block)
        : concat([this.#script.unknownFields, literals(options.fields ?? fields)]);
    return this.#padded(
      type,
      streamId,
      concat([fixed, block]),
      options,
      flags | (options.endHeaders === false ? 0 : END_HEADERS),
    );
  }

  #padded(type: number, streamId: number, octets: Uint8Array, options: FrameOptions, set: number): this {
    const { endStream = false, padding, paddingOctet = 0, flags = 0, reserved = false } = options;
    const all = set | flags | (endStream ? END_STREAM : 0) | (padding === undefined ? 0 : PADDED);
    const around = new Uint8Array(padding ?? 0).fill(paddingOctet);
    const payload = padding === undefined ? octets : concat([Uint8Array.of(padding), octets, around]);
    return this.frame({ type, flags: all, streamId, payload, reserved });
  }
}

class SideState {
  /** Octets sent after each frame; a FIN counts for one. */
  readonly ends = [0];
  acked = 0;
  window = 0xffff;
  /** So many of the other side's last frames it has not received. */
  behind = 0;
}

const priorityOctets = ({ dependency = 0, weight = 16, exclusive = false }: PriorityOptions): Uint8Array => {
  const octets = concat([u32(dependency), Uint8Array.of(weight - 1)]);
  octets[0]! |= exclusive ? 0x80 : 0;
  return octets;
};

const NOTHING = new Uint8Array(0);
// RFC 7541 6.1, 2.3.3: the entry after the static table.
const FIRST_DYNAMIC = Uint8Array.of(0x80 | 62);
const END_STREAM = 0x1;
const END_HEADERS = 0x4;
const PADDED = 0x8;
const PRIORITY = 0x20;
// Nanoseconds between segments.
const STEP = 1e6;
