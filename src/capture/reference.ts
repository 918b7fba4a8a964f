// The reference engine: pcap-parser 0.2.1 behind CaptureReader. What it cannot do:
// - microsecond pcap of version 2.4 only: no nanoseconds, no pcapng, no snoop (`supports` refuses them), no frame check sequences to cut;
// - it gives no offsets (counted here), and loses a cut last record, or all after a record length that is too large, in silence
//   (what was left over is reported here as `capture/cut-record`; there is no way on after damage).

import type pcapParser from "pcap-parser";
import { u16, u16le, u32, u32le } from "../bytes.ts";
import { loadPackage } from "../load-package.ts";
import { EventEmitter } from "../platform/events.ts";
import { Packet, type PacketSink } from "./packet.ts";
import { fcsOctets, microsecondMagic, pcapHeaderOctets } from "./pcap.ts";
import type { CaptureReader } from "./reader.ts";
import type { CaptureContext } from "./record-reader.ts";
import type { Window } from "./window.ts";

/** @param head The first 24 octets of the file.
 *  @returns Why the reference engine cannot read it, or undefined. */
export function supports(head: Uint8Array): string | undefined {
  const big = u32(head, 0) === microsecondMagic;
  if (!big && u32le(head, 0) !== microsecondMagic) return "the reference engine reads microsecond pcap only";
  if ((big ? u16(head, 6) : u16le(head, 6)) < 4) return "the reference engine reads pcap of version 2.4 only";
  const network = big ? u32(head, 20) : u32le(head, 20);
  return fcsOctets(network) === 0 ? undefined : "the reference engine does not cut frame check sequences";
}

export class ReferenceReader implements CaptureReader {
  readonly format = "pcap";
  readonly interfaces = [];
  readonly #window: Window;
  readonly #context: CaptureContext;
  readonly #feed = new Feed();
  readonly #packet = new Packet();
  #sink: PacketSink | undefined;
  #fresh = true;
  #done = false;
  /** Octets given to the parser, and of those the ones it has made packets of. */
  #fed = 0;
  #used = pcapHeaderOctets;
  /** Captured length that the last record header claimed. */
  #claimed = 0;

  /** @param window Holds the file header at its start; `supports` has agreed to it. */
  constructor(window: Window, context: CaptureContext) {
    this.#window = window;
    this.#context = context;
    const packet = this.#packet;
    packet.file = context.file;
    const parser = (loadPackage("pcap-parser") as typeof pcapParser).parse(this.#feed);
    parser.on("globalHeader", ({ linkLayerType }) => {
      packet.linkType = linkLayerType & 0xffff;
    });
    parser.on("packetHeader", ({ capturedLength }) => {
      this.#claimed = capturedLength;
    });
    parser.on("packet", ({ header, data }) => {
      packet.number++;
      packet.time = context.clock.at(header.timestampSeconds, header.timestampMicroseconds * 1000);
      packet.fileOffset = this.#used;
      packet.bytes = data;
      packet.end = data.length;
      packet.wireLength = Math.max(header.originalLength, data.length);
      this.#used += 16 + data.length;
      this.#sink?.packet(packet);
    });
  }

  get compression(): string | undefined {
    return this.#window.source.compression;
  }

  get octets(): number {
    return this.#window.octets;
  }

  async readBlock(sink: PacketSink): Promise<boolean> {
    if (this.#done) return false;
    if (!this.#fresh) await this.#window.fill();
    this.#fresh = false;
    this.#sink = sink;
    const { bytes, start, end, ended } = this.#window;
    this.#window.start = end;
    this.#fed += end - start;
    // A copy: the parser keeps slices of what it is given, the window overwrites it.
    if (end > start) this.#feed.emit("data", Buffer.from(bytes.subarray(start, end)));
    this.#done = ended || this.#claimed > this.#context.limits.recordOctets;
    if (this.#done && this.#fed > this.#used) this.#reportRest();
    return !this.#done;
  }

  close(): Promise<void> {
    return this.#window.source.close();
  }

  #reportRest(): void {
    const offset = this.#used;
    const body = this.#fed - offset - 16;
    const missing = body < 0 ? -body : this.#claimed - body;
    const place = { in: "file", file: this.#context.file, offset } as const;
    this.#context.diagnostics({ code: "capture/cut-record", place, data: { offset, missing } });
  }
}

class Feed extends EventEmitter {
  pause(): void {}
  resume(): void {}
}
