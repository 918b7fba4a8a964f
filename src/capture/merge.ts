// The captures of a session as one. In: sources, in any order. Out: the packets of all of them, in order of time.
//
// A file is opened when its first packet is due, so that a rotated set is read one file after the other. Where files overlap, what comes too
// early of a block waits: one block of each open file. Packets of one file keep their order, even where their times go back: they wait for
// those before them, and then go at once.

import { milliseconds, nextTurn } from "../platform/turn.ts";
import { endable } from "./endable.ts";
import { openCapture } from "./open.ts";
import { Packet, type PacketSink } from "./packet.ts";
import type { CaptureInterface, CaptureReader } from "./reader.ts";
import type { CaptureContext, SecretsSink } from "./record-reader.ts";
import { fileSource, type Source } from "./source.ts";

export type MergeContext = Omit<CaptureContext, "file"> & {
  readonly engine: "fast" | "reference";
  /** Ends reading. */
  readonly signal?: AbortSignal;
};

/** What is known of a capture once it is read. */
export interface CaptureFacts {
  readonly file: string;
  readonly format: string;
  readonly compression: string | undefined;
  readonly packets: number;
  readonly octets: number;
  /** Least and greatest time of its packets. */
  readonly first: number;
  readonly last: number;
  readonly interfaces: readonly CaptureInterface[];
}

export class MergedCaptures {
  readonly #context: MergeContext;
  readonly #firstFile: number;
  #feeds: Feed[] = [];

  /** @param firstFile Index of the first of them. */
  constructor(sources: readonly (string | Source)[], context: MergeContext, firstFile = 0) {
    this.#context = context;
    this.#firstFile = firstFile;
    const { signal } = context;
    this.#feeds = sources.map((given) => {
      const source = typeof given === "string" ? fileSource(given) : given;
      return new Feed(signal === undefined ? source : endable(source, signal), context);
    });
  }

  /** Find out where each capture starts. What can be read only once comes first: it is read from here on.
   *  @returns Their names in the order of their indexes. */
  async open(): Promise<string[]> {
    const { clock } = this.#context;
    if (this.#feeds.length > 1) {
      const timed: Feed[] = [];
      const once: Feed[] = [];
      for (const feed of this.#feeds) {
        const again = feed.source.again?.();
        if (again === undefined) once.push(feed);
        else {
          feed.bound = await firstTime(again, this.#context);
          timed.push(feed);
        }
      }
      // Where nothing is found there is no time: last.
      timed.sort((a, b) => (a.bound === b.bound ? 0 : a.bound - b.bound));
      const start = timed[0]?.bound ?? Number.POSITIVE_INFINITY;
      if (Number.isFinite(start)) {
        const less = clock.startAt(start);
        for (const feed of timed) feed.bound -= less;
      }
      this.#feeds = [...once, ...timed];
    }
    for (const [index, feed] of this.#feeds.entries()) feed.file = this.#firstFile + index;
    return this.#feeds.map(({ source }) => source.name);
  }

  /** Look through the captures for secrets, which may stand behind what they decrypt.
   *  @param sinkOf For those of a capture, by its name.
   *  @returns False: some can be read only once, and tell while they are read. */
  async readSecrets(sinkOf: (file: string) => SecretsSink): Promise<boolean> {
    let whole = true;
    for (const feed of this.#feeds) {
      const { source } = feed;
      const again = source.again?.();
      if (again === undefined) {
        feed.secrets = sinkOf(source.name);
        whole = false;
      } else await secretsOf(again, { ...this.#context, secrets: sinkOf(source.name) });
    }
    return whole;
  }

  /** Push the packets of all captures, block by block. Throws what opening and reading throw. */
  async *run(sink: PacketSink): AsyncGenerator<Feed> {
    const { limits, diagnostics, signal } = this.#context;
    const waiting = [...this.#feeds];
    const open: Feed[] = [];
    let isFull = false;
    try {
      for (;;) {
        const feed = earliest(open);
        const next = waiting[0];
        if (next !== undefined && signal?.aborted !== true && (feed === undefined || next.isBefore(feed))) {
          if (open.length < limits.openCaptures) {
            waiting.shift();
            open.push(next);
            await next.open(sink);
            continue;
          }
          if (!isFull) {
            const place = { in: "file", file: next.file, offset: 0 } as const;
            diagnostics({ code: "limit/open-captures", place, data: { limit: limits.openCaptures } });
          }
          isFull = true;
        }
        if (feed === undefined) return;
        if (signal?.aborted === true && feed.source.again?.() !== undefined) return;
        // Where too many overlap, those that are not open have to wait for their turn.
        const canOpen = open.length < limits.openCaptures ? next : undefined;
        feed.setRival(earliest(open, feed), canOpen);
        if (!feed.drain()) continue;
        const more = await feed.read();
        yield feed;
        if (more || feed.hasQueue) continue;
        open.splice(open.indexOf(feed), 1);
        await feed.close();
      }
    } finally {
      for (const feed of open) await feed.close();
    }
  }

  /** Of the captures that were read, in the order of their indexes. */
  *facts(): Generator<CaptureFacts> {
    for (const feed of this.#feeds) if (feed.facts !== undefined) yield feed.facts;
  }
}

function earliest(feeds: readonly Feed[], but?: Feed): Feed | undefined {
  let first: Feed | undefined;
  for (const feed of feeds) if (feed !== but && (first === undefined || feed.isBefore(first))) first = feed;
  return first;
}

async function firstTime(source: Source, context: MergeContext): Promise<number> {
  let first = Number.POSITIVE_INFINITY;
  const sink: PacketSink = {
    packet(packet) {
      if (first === Number.POSITIVE_INFINITY) first = packet.time;
    },
  };
  const { secrets: _, ...rest } = context;
  const reader = await openCapture(source, { ...rest, file: 0, diagnostics: () => {} });
  try {
    while (first === Number.POSITIVE_INFINITY && (await reader.readBlock(sink)));
  } finally {
    await reader.close();
  }
  return first;
}

async function secretsOf(source: Source, context: MergeContext): Promise<void> {
  // What is wrong with it shows when it is read.
  const reader = await openCapture(source, { ...context, file: 0, diagnostics: () => {} }).catch(() => undefined);
  if (reader === undefined) return;
  const { signal } = context;
  let turned = milliseconds();
  try {
    while (reader.format === "pcapng" && signal?.aborted !== true && (await reader.readBlock(NO_PACKETS))) {
      // Files are read without waiting: signals would not be heard.
      if (signal === undefined || milliseconds() - turned < TURN) continue;
      await nextTurn();
      turned = milliseconds();
    }
  } catch {
    // The same.
  } finally {
    await reader.close();
  }
}

const NO_PACKETS: PacketSink = { packet() {} };

/** Milliseconds after which the event loop has its turn. */
export const TURN = 50;

/** A capture file, and what of its block is not due yet. */
class Feed implements PacketSink {
  readonly source: Source;
  file = 0;
  /** Hears of the secrets in it while it is read. */
  secrets: SecretsSink | undefined;
  /** The time of the packet that waits, or where none does of the last one: what follows is not due before. */
  bound = Number.NEGATIVE_INFINITY;
  packets = 0;
  octets = 0;
  facts: CaptureFacts | undefined;
  readonly #context: MergeContext;
  #reader: CaptureReader | undefined;
  #sink: PacketSink | undefined;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  /** Packets up to this time may go; of this time itself where `#goesFirst`. */
  #limit = Number.POSITIVE_INFINITY;
  #goesFirst = true;
  /** Copies that point into the reader's block, which stays as it is until the next is read. */
  #queue: Packet[] = [];
  #head = 0;

  constructor(source: Source, context: MergeContext) {
    this.source = source;
    this.#context = context;
  }

  get hasQueue(): boolean {
    return this.#head < this.#queue.length;
  }

  isBefore(other: Feed): boolean {
    return this.bound < other.bound || (this.bound === other.bound && this.file < other.file);
  }

  async open(sink: PacketSink): Promise<void> {
    this.#sink = sink;
    this.#reader = await openCapture(this.source, {
      ...this.#context,
      file: this.file,
      ...(this.secrets === undefined ? {} : { secrets: this.secrets }),
    });
  }

  /** Octets of the file, where as many will be read. */
  get size(): number | undefined {
    return this.#reader?.compression === undefined ? this.source.size?.() : undefined;
  }

  setRival(...rivals: readonly (Feed | undefined)[]): void {
    let rival: Feed | undefined;
    for (const other of rivals) if (other !== undefined && (rival === undefined || other.isBefore(rival))) rival = other;
    this.#limit = rival?.bound ?? Number.POSITIVE_INFINITY;
    this.#goesFirst = rival === undefined || this.file < rival.file;
  }

  /** Push what is due of the block. @returns Whether that was all of it. */
  drain(): boolean {
    while (this.hasQueue) {
      const packet = this.#queue[this.#head]!;
      this.bound = packet.time;
      if (!this.#isDue(packet.time)) return false;
      this.#head++;
      this.#push(packet);
    }
    this.#queue = [];
    this.#head = 0;
    return true;
  }

  /** Read the next block. @returns False where it was the last. */
  async read(): Promise<boolean> {
    const reader = this.#reader!;
    const more = await reader.readBlock(this);
    this.octets = reader.octets;
    this.bound = this.#queue[0]?.time ?? this.bound;
    return more;
  }

  packet(packet: Packet): void {
    if (this.#queue.length === 0 && this.#isDue(packet.time)) {
      this.bound = packet.time;
      this.#push(packet);
    } else this.#queue.push(Object.assign(new Packet(), packet));
  }

  #isDue(time: number): boolean {
    return time < this.#limit || (time === this.#limit && this.#goesFirst);
  }

  #push(packet: Packet): void {
    const { time } = packet;
    this.packets++;
    if (time < this.#first) this.#first = time;
    if (time > this.#last) this.#last = time;
    this.#sink!.packet(packet);
  }

  async close(): Promise<void> {
    const reader = this.#reader;
    if (reader === undefined) return;
    this.#reader = undefined;
    const { format, compression, octets, interfaces } = reader;
    const { packets } = this;
    this.facts = {
      file: this.source.name,
      format,
      compression,
      packets,
      octets,
      first: this.#first,
      last: this.#last,
      interfaces,
    };
    await reader.close();
  }
}
