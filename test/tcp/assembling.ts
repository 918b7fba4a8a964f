import { expect } from "vitest";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { TcpFlag, TcpSegment } from "../../src/net/segment.ts";
import type { Side } from "../../src/place.ts";
import { Assembler, type FlowListener } from "../../src/tcp/assembler.ts";
import type { ByteSink } from "../../src/tcp/byte-stream.ts";
import type { Flow, FlowReader } from "../../src/tcp/flow.ts";
import type { Sent } from "./conversation.ts";

export interface Options {
  readonly limits?: Partial<Limits>;
  /** Offset 0 of a direction is so many octets after the SYN: its beginning is not in the capture. */
  readonly base?: Partial<Record<Side, number>>;
  /** Leave out what compares each octet with the packets: several connections on the same ports, garbage. */
  readonly unchecked?: boolean;
  /** Of segments that acknowledge each other nothing tells which was sent again: an acknowledgment may come out too low. */
  readonly tangled?: boolean;
  /** Do not end the capture. */
  readonly open?: boolean;
}

export interface Outcome {
  /** `1C hello`, `1S gap 3 unknown`, `1C end fin`, `1 close`: connection, direction, what came; octets in a row are one. */
  readonly events: string[];
  /** Of every piece of octets: the packet it came from and what its sender had received. */
  readonly pieces: readonly (readonly [text: string, packet: number, acked: number])[];
  /** `5 C zero`, `9 C open`: packet, direction, what its window became. */
  readonly windows: readonly string[];
  readonly diagnostics: Diagnostic[];
  readonly assembler: Assembler;
  readonly flows: Flow[];
}

/** Feed the packets in this order and write down what comes out, checking what must always hold. */
export function assemble(packets: readonly Sent[], options: Options = {}): Outcome {
  const diagnostics: Diagnostic[] = [];
  const recorder = new Recorder(packets, options);
  const limits = { ...defaultLimits, ...options.limits };
  const assembler = new Assembler(recorder, limits, (d) => void diagnostics.push(d));
  const segment = new TcpSegment();
  let time = 0;
  packets.forEach((sent, index) => {
    time = sent.time ?? time + 1000;
    fill(segment, sent, index + 1, time);
    assembler.segment(segment);
    // The next packet overwrites the buffer.
    segment.packet.bytes.fill(0xee);
  });
  if (!options.open) {
    assembler.end();
    recorder.over();
    expect(assembler.heldOctets).toBe(0);
  }
  return {
    events: recorder.events,
    pieces: recorder.pieces,
    windows: recorder.windows,
    diagnostics,
    assembler,
    flows: recorder.flows,
  };
}

export function fill(segment: TcpSegment, sent: Sent, number: number, time: number): void {
  const { packet } = segment;
  packet.number = number;
  packet.time = time;
  packet.bytes = Buffer.concat([Buffer.from("head"), Buffer.from(sent.payload, "latin1"), Buffer.from("tail")]);
  const client = sent.from === "client";
  segment.source3 = client ? 0x0a00_0001 : 0x0a00_0002;
  segment.target3 = client ? 0x0a00_0002 : 0x0a00_0001;
  segment.sourcePort = client ? 40_000 + sent.pair : 443;
  segment.targetPort = client ? 443 : 40_000 + sent.pair;
  segment.seq = sent.seq | 0;
  segment.ack = sent.ack | 0;
  segment.flags = sent.flags;
  segment.start = 4;
  segment.end = 4 + sent.payload.length;
  segment.cut = sent.cut;
  segment.window = sent.window;
}

/** Sequence numbers as offsets in their direction, however long it is and wherever its numbers wrap. */
const offsetIn = (number: number, first: number): number => (number - first - 1) | 0;

class Recorder implements FlowListener {
  readonly events: string[] = [];
  readonly flows: Flow[] = [];
  readonly windows: string[] = [];
  readonly pieces: (readonly [string, number, number])[] = [];
  readonly #packets: readonly Sent[];
  readonly #options: Options;
  #open = 0;

  constructor(packets: readonly Sent[], options: Options) {
    this.#packets = packets;
    this.#options = options;
  }

  open(flow: Flow): FlowReader {
    this.#open++;
    this.flows.push(flow);
    const sides = [new State(), new State()] as const;
    flow.attach(0, this.#sink(flow, sides, 0));
    flow.attach(1, this.#sink(flow, sides, 1));
    return {
      window: (side, zero, at) => void this.windows.push(`${at.packet} ${side === 0 ? "C" : "S"} ${zero ? "zero" : "open"}`),
      close: () => this.#close(flow),
    };
  }

  #close(flow: Flow): void {
    this.#open--;
    this.events.push(`${flow.id} close`);
    expect(flow.directions.map((d) => [d.ended, d.held.length, d.heldOctets])).toEqual([
      [true, 0, 0],
      [true, 0, 0],
    ]);
  }

  over(): void {
    expect(this.#open).toBe(0);
  }

  #sink(flow: Flow, sides: readonly [State, State], index: 0 | 1): ByteSink {
    const own = sides[index];
    const peer = sides[index === 0 ? 1 : 0];
    const from = index === 0 ? "client" : "server";
    const label = `${flow.id}${index === 0 ? "C" : "S"}`;
    return {
      bytes: (buffer, start, end, at) => {
        expect(own.ended, "bytes after the end").toBe(false);
        expect(at.offset).toBe(own.offset);
        expect(end).toBeGreaterThan(start);
        // Never before what it acknowledges; after the end of the other side that is its FIN, or what no one takes any more.
        if (!peer.ended) expect(at.acked, `packet ${at.packet}`).toBeLessThanOrEqual(peer.offset);
        const text = Buffer.from(buffer.subarray(start, end)).toString("latin1");
        if (!this.#options.unchecked) this.#compare(from, own.offset, text, at.packet, at.acked);
        this.pieces.push([text, at.packet, at.acked]);
        own.offset += end - start;
        const last = this.events.at(-1);
        if (last?.startsWith(`${label} `) && own.bytesLast) this.events[this.events.length - 1] = last + text;
        else this.events.push(`${label} ${text}`);
        own.bytesLast = true;
        peer.bytesLast = false;
      },
      gap: (length, proof, at) => {
        expect(own.ended, "a gap after the end").toBe(false);
        expect(at.offset).toBe(own.offset);
        expect(length).toBeGreaterThan(0);
        own.offset += length;
        own.bytesLast = false;
        this.events.push(`${label} gap ${length} ${proof}`);
      },
      end: (how, at) => {
        expect(own.ended, "a second end").toBe(false);
        expect(at.offset).toBe(own.offset);
        own.ended = true;
        own.bytesLast = false;
        this.events.push(`${label} end ${how}`);
      },
    };
  }

  // Every octet is that of the packet captured first of those that carried it, and was sent with no later acknowledgment than that.
  #compare(from: Side, offset: number, text: string, number: number, acked: number): void {
    const base = this.#options.base?.[from] ?? 0;
    const peer = from === "client" ? "server" : "client";
    for (let i = 0; i < text.length; i++) {
      const at = base + offset + i;
      const index = this.#packets.findIndex((p) => p.from === from && covers(p, at));
      const packet = this.#packets[index];
      if (packet === undefined) throw new Error(`byte ${at} of the ${from} was never captured`);
      expect({ octet: at, packet: number, text: text[i] }).toEqual({
        octet: at,
        packet: index + 1,
        text: packet.payload[at - dataOffset(packet)],
      });
      if ((packet.flags & TcpFlag.ack) === 0) continue;
      const first = Math.max(0, offsetIn(packet.ack, packet.first[peer]) - (this.#options.base?.[peer] ?? 0));
      expect(acked).toBeLessThanOrEqual(first);
      if (!packet.again && !this.#options.tangled && this.#options.base === undefined)
        expect(acked, `packet ${number}`).toBe(first);
    }
  }
}

const dataOffset = (p: Sent): number => offsetIn(p.seq, p.first[p.from]) + ((p.flags & TcpFlag.syn) !== 0 ? 1 : 0);

const covers = (p: Sent, at: number): boolean => at >= dataOffset(p) && at < dataOffset(p) + p.payload.length;

class State {
  offset = 0;
  ended = false;
  bytesLast = false;
}
