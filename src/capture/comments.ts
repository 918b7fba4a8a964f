// What captures say beside packets, kept for the packets that reports show.
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import type { Packet, PacketSink } from "./packet.ts";

export class Comments {
  /** By `file:packet`. */
  readonly #texts = new Map<string, string>();
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  #isFull = false;

  constructor(limits: Limits, diagnostics: DiagnosticSink) {
    this.#limits = limits;
    this.#diagnostics = diagnostics;
  }

  /** A sink in front of another one. */
  before(sink: PacketSink): PacketSink {
    return {
      packet: (packet) => {
        if (packet.comment !== undefined) this.#keep(packet, packet.comment);
        sink.packet(packet);
      },
    };
  }

  of(file: number, packet: number): string | undefined {
    return this.#texts.size === 0 ? undefined : this.#texts.get(`${file}:${packet}`);
  }

  #keep({ file, number }: Packet, comment: string): void {
    if (this.#texts.size < this.#limits.comments) this.#texts.set(`${file}:${number}`, comment);
    else if (!this.#isFull) {
      this.#isFull = true;
      const place = { in: "packet", file, packet: number } as const;
      this.#diagnostics({ code: "limit/comments", place, data: { limit: this.#limits.comments } });
    }
  }
}
