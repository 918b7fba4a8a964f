// Reads both directions of a carrier until something shows what they are: HTTP/2 on any port, by the client's preface (RFC 9113 3.4), a
// server's SETTINGS that comes first, or, where the start was not captured, a chain of frames; or what carries it, or something else.
import { frameEvidence } from "../http2/frame-search.ts";
import { beginsWithPreface } from "../http2/opening.ts";
import type { Origin } from "../place.ts";
import type { ByteSink, EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { Carrier } from "./carrier.ts";
import { type Decision, decide } from "./decision.ts";
import { OpeningOctets } from "./opening-octets.ts";
import type { Protocol, Roles } from "./protocol.ts";
import { ReplayBuffer } from "./replay-buffer.ts";

export class Detection {
  readonly #carrier: Carrier;
  /** The client's direction, where HTTP/1, SOCKS or a SYN tell. */
  readonly #client: 0 | 1;
  readonly #octets: readonly [OpeningOctets, OpeningOctets] = [new OpeningOctets(), new OpeningOctets()];
  readonly #waiting: ReplayBuffer;
  #evidence = 0;
  #decided = false;

  /** @param skip Octets of each direction, still to come, that are not looked at. */
  constructor(carrier: Carrier, client: 0 | 1, skip: readonly [number, number]) {
    this.#carrier = carrier;
    this.#client = client;
    this.#octets[0].skip = skip[0];
    this.#octets[1].skip = skip[1];
    this.#waiting = new ReplayBuffer(carrier.readers.undecided);
    carrier.source.attach(0, new DetectionSide(this, 0));
    carrier.source.attach(1, new DetectionSide(this, 1));
  }

  bytes(index: 0 | 1, b: Uint8Array, start: number, end: number, at: Origin): void {
    const own = this.#octets[index];
    const skip = Math.min(own.skip, end - start);
    own.skip -= skip;
    const from = start + skip;
    if (from === end) return;
    if (skip === 0 && this.#waiting.isEmpty && beginsWithPreface(b, start, end)) {
      // Most connections: nothing need be kept.
      this.#begin("h2c-prior-knowledge", index, "preface");
      this.#carrier.source.attached(index).bytes(b, start, end, at);
      return;
    }
    if (!own.broken) own.take(b, from, end);
    this.#waiting.bytes(index, b, start, from, end, at);
    this.#decide(index, b, from, end);
    if (!this.#decided && this.#carrier.readers.isFull(this.#waiting, at)) this.#giveUp();
  }

  gap(index: 0 | 1, length: number, proof: GapProof, at: Origin, exact?: boolean): void {
    const own = this.#octets[index];
    const skip = Math.min(own.skip, length);
    own.skip -= skip;
    if (skip === length) return;
    own.broken = true;
    this.#waiting.gap(index, length - skip, proof, at, skip, exact);
  }

  end(index: 0 | 1, how: EndReason, at: Origin): void {
    this.#octets[index].ended = true;
    this.#waiting.end(index, how, at);
    this.#decide(index, undefined, 0, 0);
    if (!this.#decided && this.#octets[1 - index]!.ended) this.#giveUp();
  }

  #decide(index: 0 | 1, b: Uint8Array | undefined, start: number, end: number): void {
    let decision = this.#look(index);
    if (decision.is === "proxied") {
      const { version, client, server, octets } = decision.header;
      if (client !== undefined && server !== undefined) this.#carrier.sink.note({ proxied: { version, client, server } });
      this.#strip(index, octets);
      if (this.#octets[index].count === 0) return;
      decision = this.#look(index);
      // That octets look like frames counts only where they are all of a segment.
      if (decision.is === "unclear") return;
    }
    if (decision.is === "unclear") {
      if (b !== undefined) this.#weigh(b, start, end);
    } else if (decision.is !== "wait") this.#follow(decision);
  }

  #look(index: 0 | 1): Decision {
    const startKnown = [this.#carrier.startKnown(0), this.#carrier.startKnown(1)] as const;
    return decide({ octets: this.#octets, startKnown, client: this.#client }, index);
  }

  #weigh(b: Uint8Array, start: number, end: number): void {
    this.#evidence += frameEvidence(b, start, end);
    if (this.#evidence < CONVINCING) return;
    if (this.#carrier.startKnown(0) || this.#carrier.startKnown(1)) this.#begin("h2c", this.#client, "syn");
    // Whose secret opens its records says who is the client.
    else if (this.#carrier.secured) this.#begin("h2c", this.#client, "preface");
    else this.#searchRoles();
  }

  #searchRoles(): void {
    this.#decided = true;
    const [first, second] = this.#octets;
    this.#carrier.readers.unknownRoles(this.#carrier, this.#waiting, [first.ended, second.ended]);
  }

  #follow(decision: Exclude<Decision, { is: "wait" | "unclear" }>): void {
    const { readers, sink } = this.#carrier;
    const waiting = this.#waiting;
    switch (decision.is) {
      case "http2":
        this.#begin(decision.protocol, decision.client, decision.roles);
        return;
      case "proxied":
        return;
      case "tunnel": {
        const { client, tunnel } = decision;
        const { via, target, clientOctets, serverOctets } = tunnel;
        const skip: [number, number] = [0, 0];
        skip[client] = waiting.strip(client, clientOctets);
        skip[1 - client] = waiting.strip((1 - client) as 0 | 1, serverOctets);
        this.#decided = true;
        readers.tunnel(this.#carrier, client, { via, target }, skip, waiting);
        return;
      }
      case "answer":
        this.#decided = true;
        sink.other("http/1.1");
        readers.search(this.#carrier, decision.client, [false, false], waiting);
        return;
      case "http1":
        this.#decided = true;
        readers.http1(this.#carrier, decision.client, waiting);
        return;
      case "tls":
        this.#decided = true;
        readers.tls(this.#carrier, waiting);
        return;
      case "cleartext":
        this.#decided = true;
        sink.note({ cleartext: decision.speaks });
        readers.other(this.#carrier, "unknown", undefined, waiting);
        return;
      case "other":
        this.#decided = true;
        readers.other(this.#carrier, "unknown", decision.name, waiting);
        return;
      default:
        decision satisfies never;
    }
  }

  /** The first octets of a direction belong to what carries the rest. */
  #strip(index: 0 | 1, octets: number): void {
    const own = this.#octets[index];
    own.proxied = true;
    own.skip = this.#waiting.strip(index, octets);
    own.count = 0;
    for (const piece of this.#waiting.piecesOf(index)) own.take(piece, 0, piece.length);
  }

  #begin(protocol: Protocol, client: 0 | 1, roles: Roles): void {
    const carrier = this.#carrier;
    const server = (1 - client) as 0 | 1;
    const first = this.#octets[server];
    // Found by its looks: what is missing may have been an Upgrade or a tunnel, whose octets are no fault.
    const found = protocol === "h2c";
    const started = {
      client: found
        ? carrier.startKnown(client) && this.#octets[client].beginsPreface
        : roles === "preface" || carrier.startKnown(client),
      server: carrier.startKnown(server) && (!found || (!first.broken && (first.count === 0 || first.isSettings))),
    };
    this.#decided = true;
    carrier.readers.http2(carrier, { protocol, client, roles, started }, this.#waiting, undefined);
  }

  #giveUp(): void {
    const { readers } = this.#carrier;
    const started = this.#carrier.startKnown(0) || this.#carrier.startKnown(1);
    const request = this.#octets.findIndex((octets) => !octets.broken && octets.isRequest);
    if (!started && this.#octets.some((octets) => octets.isSettings)) {
      if (this.#carrier.secured) this.#begin("h2c", this.#client, "preface");
      else this.#searchRoles();
      return;
    }
    this.#decided = true;
    if (this.#octets.some((octets) => octets.isClientHello)) readers.tls(this.#carrier, this.#waiting);
    else if (request >= 0) readers.http1(this.#carrier, request as 0 | 1, this.#waiting);
    else readers.other(this.#carrier, "unknown", undefined, this.#waiting);
  }
}

class DetectionSide implements ByteSink {
  readonly #detection: Detection;
  readonly #index: 0 | 1;

  constructor(detection: Detection, index: 0 | 1) {
    this.#detection = detection;
    this.#index = index;
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    this.#detection.bytes(this.#index, b, start, end, at);
  }

  gap(length: number, proof: GapProof, at: Origin, exact?: boolean): void {
    this.#detection.gap(this.#index, length, proof, at, exact);
  }

  end(how: EndReason, at: Origin): void {
    this.#detection.end(this.#index, how, at);
  }
}

// Of frameEvidence, over the segments of both directions.
const CONVINCING = 2;
