import type { Diagnostic } from "../../src/diagnostic.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import type { Connection } from "../../src/model/connection.ts";
import { Model } from "../../src/model/model.ts";
import type { ModelSink } from "../../src/model/model-sink.ts";
import { TcpSegment } from "../../src/net/segment.ts";
import { type Origin, origin, other, type Side } from "../../src/place.ts";
import type { ByteSink, EndReason } from "../../src/tcp/byte-stream.ts";
import { Flow, type FlowReader } from "../../src/tcp/flow.ts";
import { facts, frame, octets, preface } from "../http2/octets.ts";

export interface Options {
  readonly limits?: Partial<Limits>;
  /** Which SYNs were captured: the client's, the server's. */
  readonly syn?: readonly [boolean, boolean];
  /** Without the prefaces and both SETTINGS with their acknowledgments. */
  readonly bare?: boolean;
  /** There are no acknowledgment numbers. */
  readonly blind?: boolean;
}

/** Field blocks without a dynamic table. */
export const request = octets('82 84 86 01 01 "a"');
export const response = octets("88");
export const interim = octets('08 03 "103"');
export const trailers = octets('00 01 "t" 01 "1"');
/** `x: 1`, put in the dynamic table; and what stands there first. */
export const insert = octets('40 01 "x" 01 "1"');
export const inserted = octets("be");

/** One connection, fed with frames through its decoder. `events` says what the model told. */
export class Drive {
  /** `C request 1 opens`, `S response 1 !onClosed`, `C data 1 !onIdle` (only frames with facts), `1 over`, `C fields lost`, `C end fin`. */
  readonly events: string[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly flow = new Flow(1, new TcpSegment(), true, true);
  readonly client: Speaker;
  readonly server: Speaker;
  connection!: Connection;
  readonly #reader: FlowReader;
  packets = 0;
  readonly blind: boolean;

  constructor(options: Options = {}) {
    const [client, server] = options.syn ?? [true, true];
    this.flow.directions[0].syn = client;
    this.flow.directions[1].syn = server;
    this.blind = options.blind ?? false;
    const limits = { ...defaultLimits, ...options.limits };
    const model = new Model([this.#recorder()], fastHpack, limits, (d) => void this.diagnostics.push(d));
    this.#reader = model.open(this.flow);
    this.client = new Speaker("client", this);
    this.server = new Speaker("server", this);
    if (options.bare) return;
    this.client.octets(preface).settings();
    this.server.settings().settingsAck();
    this.client.settingsAck();
  }

  speaker(side: Side): Speaker {
    return side === "client" ? this.client : this.server;
  }

  /** What was told since the last time. */
  take(): string[] {
    return this.events.splice(0);
  }

  close(how: EndReason = "fin"): this {
    for (const side of ["client", "server"] as const) this.speaker(side).end(how);
    this.#reader.close();
    return this;
  }

  #recorder(): ModelSink {
    const letter = (side: Side) => (side === "client" ? "C" : "S");
    return {
      connectionStart: (c) => {
        this.connection = c;
      },
      frame: (f) => {
        if (f.observations.count > 0)
          this.events.push(`${letter(f.from)} ${f.kind} ${f.streamId} !${facts(f.observations).join(" !")}`);
      },
      fields: (block) => {
        const words = [letter(block.from), block.role, block.streamId];
        if (block.role === "promise") words.push(`of ${block.promisedStreamId}`);
        if (block.opensStream) words.push("opens");
        if (block.continuations > 0) words.push(`+${block.continuations}`);
        if (block.ignored) words.push("ignored");
        if (block.decoded === undefined) words.push("unread");
        else if (block.decoded.certainty !== "exact") words.push(block.decoded.certainty);
        for (const fact of facts(block.observations)) words.push(`!${fact}`);
        this.events.push(words.join(" "));
      },
      fieldsLost: (from) => void this.events.push(`${letter(from)} fields lost`),
      streamEnd: (stream) => void this.events.push(`${stream.id} over`),
      gap: (from, length) => void this.events.push(`${letter(from)} gap ${length}`),
      end: (from, how) => void this.events.push(`${letter(from)} end ${how}`),
      connectionEnd: () => void this.events.push("connection over"),
    };
  }
}

export class Speaker {
  readonly #side: Side;
  readonly #drive: Drive;
  sent = 0;
  #acked: number | undefined;

  constructor(side: Side, drive: Drive) {
    this.#side = side;
    this.#drive = drive;
  }

  get #sink(): ByteSink {
    return this.#drive.flow.attached(this.#side === "client" ? 0 : 1);
  }

  /** From here on it has received so many octets of the other side; undefined: all. */
  knowing(octetsReceived: number | undefined): this {
    this.#acked = octetsReceived;
    return this;
  }

  octets(bytes: Uint8Array): this {
    const buffer = Buffer.concat([Buffer.from("head"), bytes, Buffer.from("tail")]);
    this.#sink.bytes(buffer, 4, 4 + bytes.length, this.#at());
    buffer.fill(0xee);
    this.sent += bytes.length;
    return this;
  }

  frame(type: number, flags: number, streamId: number, payload: Uint8Array | string = ""): this {
    return this.octets(frame(type, flags, streamId, payload));
  }

  data(streamId: number, length = 1, flags = 0): this {
    return this.frame(0, flags, streamId, Buffer.alloc(length, "a"));
  }

  /** END_HEADERS, and END_STREAM where `end` says so. */
  headers(streamId: number, block: Uint8Array, end: "end" | "" = ""): this {
    return this.frame(1, end === "end" ? 5 : 4, streamId, block);
  }

  reset(streamId: number, code = 8): this {
    return this.frame(3, 0, streamId, u32s(code));
  }

  settings(...entries: readonly (readonly [id: number, value: number])[]): this {
    const payload = Buffer.concat(entries.map(([id, value]) => Buffer.concat([Buffer.from([id >> 8, id & 255]), u32s(value)])));
    return this.frame(4, 0, 0, payload);
  }

  settingsAck(): this {
    return this.frame(4, 1, 0);
  }

  promise(streamId: number, promised: number, block: Uint8Array = request): this {
    return this.frame(5, 4, streamId, Buffer.concat([u32s(promised), block]));
  }

  ping(payload: string, flags = 0): this {
    return this.frame(6, flags, 0, Buffer.from(payload, "latin1"));
  }

  goaway(lastStreamId: number, code = 0): this {
    return this.frame(7, 0, 0, u32s(lastStreamId, code));
  }

  windowUpdate(streamId: number, increment: number): this {
    return this.frame(8, 0, streamId, u32s(increment));
  }

  continuation(streamId: number, block: Uint8Array | string, end: "end" | "" = ""): this {
    return this.frame(9, end === "end" ? 4 : 0, streamId, block);
  }

  lost(octetsLost: number): this {
    this.#sink.gap(octetsLost, "acknowledged", this.#at());
    this.sent += octetsLost;
    return this;
  }

  end(how: EndReason = "fin"): this {
    this.#sink.end(how, this.#at());
    return this;
  }

  #at(): Origin {
    const packet = ++this.#drive.packets;
    const acked = this.#drive.blind ? -1 : (this.#acked ?? this.#drive.speaker(other(this.#side)).sent);
    return Object.assign(origin(), { packet, time: packet * 1000, offset: this.sent, acked });
  }
}

export const u32s = (...values: readonly number[]): Buffer =>
  Buffer.concat(
    values.map((value) => {
      const b = Buffer.alloc(4);
      b.writeUInt32BE(value);
      return b;
    }),
  );
