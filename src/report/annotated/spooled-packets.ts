// Packets on their way to an annotated capture: what belongs on them is known only when all is read, so they wait in a file. Each is an
// Enhanced Packet Block, and before it the index of its capture and its number there.
import type { Clock } from "../../capture/clock.ts";
import type { Packet, PacketSink } from "../../capture/packet.ts";
import { packetBlockOctets, writePacketBlock } from "../../capture/pcapng-writer.ts";
import type { Spool } from "./spool.ts";

/** One interface of the captures, in the order in which packets come from them. */
export interface SpooledInterface {
  readonly file: number;
  /** Its index in its capture. */
  readonly index: number;
  readonly linkType: number;
}

export class SpooledPackets implements PacketSink {
  readonly interfaces: SpooledInterface[] = [];
  readonly #spool: Spool;
  readonly #clock: Clock;
  readonly #numbers = new Map<string, number>();
  #buffer = Buffer.allocUnsafeSlow(PIECE);
  #used = 0;
  // Packets of one interface mostly follow each other.
  #file = -1;
  #index = -1;
  #linkType = -1;
  #on = 0;
  #count = 0;
  /** Packets are called here what they are called in their capture. */
  keepsNumbers = true;

  constructor(spool: Spool, clock: Clock) {
    this.#spool = spool;
    this.#clock = clock;
  }

  packet(packet: Packet): void {
    const { file, number, interface: index, linkType, bytes, start, end, wireLength, comment } = packet;
    if (file !== this.#file || index !== this.#index || linkType !== this.#linkType) this.#change(file, index, linkType);
    if (file !== 0 || number !== ++this.#count) this.keepsNumbers = false;
    const comments = comment === undefined ? [] : [comment];
    const octets = PREFIX + packetBlockOctets(end - start, comments);
    if (this.#used + octets > this.#buffer.length) this.#makeRoom(octets);
    const buffer = this.#buffer;
    let at = buffer.writeUInt32LE(file, this.#used);
    at = buffer.writeUInt32LE(number, at);
    const head = { on: this.#on, time: this.#clock.epoch(packet.time), wireLength };
    this.#used = writePacketBlock(buffer, at, head, bytes, start, end, comments);
  }

  /** All of them; then they are gone. @param each Gets the block, borrowed. */
  drain(each: (file: number, number: number, buffer: Buffer, start: number, end: number) => void): void {
    this.#flush();
    this.read(each);
    this.#spool.close();
    this.#buffer = Buffer.alloc(0);
  }

  /** All that were written so far. @param each Gets the block, borrowed. */
  read(each: (file: number, number: number, buffer: Buffer, start: number, end: number) => void): void {
    this.#flush();
    let buffer = this.#buffer;
    let held = 0;
    for (let from = 0; ; ) {
      const read = this.#spool.read(buffer, held, from);
      from += read;
      const end = held + read;
      let at = 0;
      while (end - at >= PREFIX + 8) {
        const length = buffer.readUInt32LE(at + PREFIX + 4);
        const next = at + PREFIX + length;
        if (next > end) break;
        each(buffer.readUInt32LE(at), buffer.readUInt32LE(at + 4), buffer, at + PREFIX, next);
        at = next;
      }
      if (read === 0) return;
      held = end - at;
      if (at === 0 && end === buffer.length) {
        // One packet that is longer than all of it.
        buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
      } else buffer.copyWithin(0, at, end);
    }
  }

  #change(file: number, index: number, linkType: number): void {
    const key = `${file} ${index} ${linkType}`;
    let on = this.#numbers.get(key);
    if (on === undefined) {
      on = this.interfaces.push({ file, index, linkType }) - 1;
      this.#numbers.set(key, on);
    }
    this.#file = file;
    this.#index = index;
    this.#linkType = linkType;
    this.#on = on;
  }

  #makeRoom(octets: number): void {
    this.#flush();
    if (octets > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(octets);
  }

  #flush(): void {
    if (this.#used > 0) this.#spool.write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}

// Index of the capture, number of the packet.
const PREFIX = 8;
const PIECE = 1 << 20;
