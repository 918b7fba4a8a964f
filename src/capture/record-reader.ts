import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import type { Clock } from "./clock.ts";
import { Packet, type PacketSink } from "./packet.ts";
import type { CaptureInterface, CaptureReader } from "./reader.ts";
import type { Window } from "./window.ts";

export interface CaptureContext {
  /** Index of the capture file in the session, from 0. */
  readonly file: number;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly diagnostics: DiagnosticSink;
  /** Hears of TLS keys and the like that a capture brings; nothing keeps them here. */
  readonly secrets?: SecretsSink;
}

export interface SecretsSink {
  /** @param type As in a Decryption Secrets Block (0x544c534b: TLS key log); `bytes[start, end)` is borrowed. */
  secrets(type: number, bytes: Uint8Array, start: number, end: number): void;
}

/** The longest record that libpcap and Wireshark believe (MAXIMUM_SNAPLEN, WTAP_MAX_PACKET_SIZE_STANDARD). */
export const usualRecordOctets = 262_144;

/** Reports damage, once it is known at what file offset reading goes on. */
export type Damage = (next: number) => void;

/** What the readers of both formats share: reading block by block, and finding the way on after damage.
 *  Invariant: every step either uses octets of the window or asks for more, so that any input ends. */
export abstract class RecordReader implements CaptureReader {
  abstract readonly format: string;
  readonly interfaces: readonly CaptureInterface[] = [];
  protected readonly window: Window;
  protected readonly context: CaptureContext;
  protected readonly packet = new Packet();
  /** Records longer than this are not used to find the way on: it bounds what must be in memory to try a place. */
  protected readonly anchorOctets: number;
  #fresh = true;
  #finished = false;
  /** Set while looking for the way on. */
  #damage: Damage | undefined;

  constructor(window: Window, context: CaptureContext) {
    this.window = window;
    this.context = context;
    this.packet.file = context.file;
    this.anchorOctets = Math.min(usualRecordOctets, context.limits.recordOctets);
  }

  get compression(): string | undefined {
    return this.window.source.compression;
  }

  get octets(): number {
    return this.window.octets;
  }

  async readBlock(sink: PacketSink): Promise<boolean> {
    // Whoever recognised the format has filled the window once.
    if (this.#fresh) this.#fresh = false;
    else await this.window.fill();
    this.#read(sink);
    if (!this.window.ended) return true;
    if (!this.#finished) this.finish();
    this.#finished = true;
    return false;
  }

  close(): Promise<void> {
    return this.window.source.close();
  }

  /** Push the records that are in the window whole, moving `start` up.
   *  @returns Undefined where more octets are needed, or why what is at `start` cannot be believed. */
  protected abstract records(sink: PacketSink): Damage | undefined;

  /** What starts at `start` and ends with the file, cut. Push what is there of it. */
  protected abstract cutRecord(sink: PacketSink): void;

  /** The record at `start` claims more than the rest of the file, but records follow: it lied. */
  protected abstract lyingRecord(): Damage;

  /** Whether a record starts here, judged by its head and what follows it. */
  protected abstract plausible(at: number): boolean;

  /** At the end of the file: report what is known only then. */
  protected finish(): void {}

  #read(sink: PacketSink): void {
    const window = this.window;
    for (;;) {
      if (this.#damage !== undefined) {
        if (!this.#search() && !window.ended) return;
        this.#damage(window.base + window.start);
      }
      this.#damage = this.records(sink);
      if (this.#damage !== undefined) {
        window.start++;
        continue;
      }
      if (!window.ended || window.start === window.end) return;
      const at = window.start;
      this.#damage = this.lyingRecord();
      window.start++;
      if (this.#search()) continue;
      this.#damage = undefined;
      window.start = at;
      this.cutRecord(sink);
      window.start = window.end;
      return;
    }
  }

  /** Move `start` up to a plausible record. False where there is none in the window, or too little of what follows to tell. */
  #search(): boolean {
    const window = this.window;
    const ahead = this.anchorOctets + 64;
    for (; window.start < window.end; window.start++) {
      if (!window.ended && window.end - window.start < ahead) return false;
      if (this.plausible(window.start)) return true;
    }
    return false;
  }
}
