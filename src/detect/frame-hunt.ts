// HTTP/1 was spoken and cannot be followed any more. What comes may be HTTP/2 of which the start was missed: only octets that look like
// frames are kept, until they convince.
import { frameEvidence } from "../http2/frame-search.ts";
import type { Origin } from "../place.ts";
import { type ByteSink, type EndReason, type GapProof, unread } from "../tcp/byte-stream.ts";
import type { Carrier } from "./carrier.ts";
import { ReplayBuffer } from "./replay-buffer.ts";

export class FrameHunt {
  readonly #carrier: Carrier;
  readonly #client: 0 | 1;
  readonly #waiting: ReplayBuffer;
  readonly #ended: [boolean, boolean];
  #evidence = 0;

  constructor(carrier: Carrier, client: 0 | 1, ended: readonly [boolean, boolean]) {
    this.#carrier = carrier;
    this.#client = client;
    this.#waiting = new ReplayBuffer(carrier.readers.undecided);
    this.#ended = [ended[0], ended[1]];
    carrier.source.attach(0, new HuntSide(this, 0));
    carrier.source.attach(1, new HuntSide(this, 1));
  }

  bytes(index: 0 | 1, b: Uint8Array, start: number, end: number, at: Origin): void {
    const evidence = frameEvidence(b, start, end);
    if (evidence === 0) {
      this.#waiting.clear();
      this.#evidence = 0;
      return;
    }
    this.#waiting.bytes(index, b, start, start, end, at);
    this.#evidence += evidence;
    const { readers } = this.#carrier;
    if (this.#evidence >= CONVINCING) {
      const started = { client: false, server: false };
      readers.http2(
        this.#carrier,
        { protocol: "h2c", client: this.#client, roles: "preface", started },
        this.#waiting,
        undefined,
      );
    } else if (readers.isFull(this.#waiting, at)) this.#giveUp();
  }

  gap(index: 0 | 1, length: number, proof: GapProof, at: Origin, exact?: boolean): void {
    this.#waiting.gap(index, length, proof, at, 0, exact);
  }

  end(index: 0 | 1, how: EndReason, at: Origin): void {
    this.#ended[index] = true;
    this.#waiting.end(index, how, at);
    if (this.#ended[0] && this.#ended[1]) this.#giveUp();
  }

  #giveUp(): void {
    this.#waiting.clear();
    const { source } = this.#carrier;
    source.attach(0, unread);
    source.attach(1, unread);
  }
}

class HuntSide implements ByteSink {
  readonly #hunt: FrameHunt;
  readonly #index: 0 | 1;

  constructor(hunt: FrameHunt, index: 0 | 1) {
    this.#hunt = hunt;
    this.#index = index;
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    this.#hunt.bytes(this.#index, b, start, end, at);
  }

  gap(length: number, proof: GapProof, at: Origin, exact?: boolean): void {
    this.#hunt.gap(this.#index, length, proof, at, exact);
  }

  end(how: EndReason, at: Origin): void {
    this.#hunt.end(this.#index, how, at);
  }
}

// Of frameEvidence, over the segments of both directions.
const CONVINCING = 2;
