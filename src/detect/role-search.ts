// HTTP/2 of which the start was not captured: both directions are held until something proves who is the client. Where nothing does in
// time, the best sign decides, and what comes is looked at for a while: a proof may still come, or a contradiction.
import { FrameDecoder, type FrameReading } from "../http2/frame-decoder.ts";
import { beginsWithPreface } from "../http2/opening.ts";
import { type Origin, origin } from "../place.ts";
import { type ByteSink, type ByteSource, type EndReason, type GapProof, unread } from "../tcp/byte-stream.ts";
import { Carrier } from "./carrier.ts";
import type { KnownServers } from "./known-servers.ts";
import type { Roles } from "./protocol.ts";
import type { ReplayBuffer } from "./replay-buffer.ts";
import { RoleEvidence } from "./role-evidence.ts";

/** Reads both directions of a carrier; to the HTTP/2 stage it is the source of their octets. */
export class RoleSearch implements ByteSource {
  readonly #carrier: Carrier;
  readonly #servers: KnownServers;
  readonly #evidence: RoleEvidence;
  /** Find the frames, for the evidence alone. */
  readonly #scouts: readonly [FrameDecoder, FrameDecoder];
  readonly #ended: [boolean, boolean];
  /** What is held; undefined: it was given on. */
  #waiting: ReplayBuffer | undefined;
  #first: ByteSink = unread;
  #second: ByteSink = unread;
  /** The client's direction, and how that is known, as it was reported. */
  #client: 0 | 1 = 0;
  #roles: Roles = "guess";
  /** So many field blocks are looked at. */
  #until = 0;
  #over = false;

  /** @param waiting What came so far. @param ended Which directions are over. @param reading For frames that nobody else hears of. */
  constructor(
    carrier: Carrier,
    waiting: ReplayBuffer,
    ended: readonly [boolean, boolean],
    servers: KnownServers,
    reading: FrameReading,
  ) {
    const { limits } = carrier.readers;
    this.#carrier = carrier;
    this.#servers = servers;
    this.#waiting = waiting;
    this.#ended = [ended[0], ended[1]];
    this.#evidence = new RoleEvidence(limits);
    this.#scouts = [
      new FrameDecoder("client", carrier.flow.id, this.#evidence, reading),
      new FrameDecoder("server", carrier.flow.id, this.#evidence, reading),
    ];
    const at = origin();
    for (const scout of this.#scouts) scout.lose(at);
    carrier.source.attach(0, new SearchSide(this, 0));
    carrier.source.attach(1, new SearchSide(this, 1));
    waiting.show(this.#scouts);
    this.#consider();
    if (this.#waiting !== undefined && this.#ended[0] && this.#ended[1]) this.#begin();
  }

  attach(direction: 0 | 1, sink: ByteSink): void {
    if (this.#over) this.#carrier.source.attach(direction, sink);
    else if (direction === 0) this.#first = sink;
    else this.#second = sink;
  }

  attached(direction: 0 | 1): ByteSink {
    if (this.#over) return this.#carrier.source.attached(direction);
    return direction === 0 ? this.#first : this.#second;
  }

  bytes(index: 0 | 1, b: Uint8Array, start: number, end: number, at: Origin): void {
    if (beginsWithPreface(b, start, end)) this.#evidence.preface(index);
    this.#scouts[index].bytes(b, start, end, at);
    const waiting = this.#waiting;
    waiting?.bytes(index, b, start, start, end, at);
    this.#consider();
    if (waiting === undefined) this.attached(index).bytes(b, start, end, at);
    else if (this.#waiting !== undefined && this.#carrier.readers.isFull(waiting, at, HELD)) this.#begin();
  }

  gap(index: 0 | 1, length: number, proof: GapProof, at: Origin, exact?: boolean): void {
    this.#scouts[index].gap(length, proof, at, exact);
    if (this.#waiting === undefined) this.attached(index).gap(length, proof, at, exact);
    else this.#waiting.gap(index, length, proof, at, 0, exact);
  }

  end(index: 0 | 1, how: EndReason, at: Origin): void {
    this.#ended[index] = true;
    this.#scouts[index].end(how, at);
    if (this.#waiting === undefined) {
      this.attached(index).end(how, at);
      return;
    }
    this.#waiting.end(index, how, at);
    this.#consider();
    if (this.#waiting !== undefined && this.#ended[0] && this.#ended[1]) this.#begin();
  }

  // Is there anything new?
  #consider(): void {
    const { proven, contradicted, blocks } = this.#evidence;
    if (this.#waiting !== undefined) {
      if (proven !== undefined) this.#begin();
      return;
    }
    if (contradicted || (proven !== undefined && proven !== this.#client)) this.#contradict();
    else if (proven !== undefined && this.#roles !== "fields") this.#tell("fields");
    if (proven !== undefined && blocks >= this.#until) this.#stop();
  }

  #begin(): void {
    const { flow, sink, readers, tunnels, secured } = this.#carrier;
    const waiting = this.#waiting!;
    this.#waiting = undefined;
    this.#choose();
    this.#until = this.#evidence.blocks + WATCHED;
    const start = { protocol: "h2c", client: this.#client, roles: this.#roles, started: NOT_STARTED } as const;
    readers.http2(new Carrier(flow, this, sink, readers, tunnels, secured), start, waiting, undefined);
  }

  #choose(): void {
    const evidence = this.#evidence;
    const servers = this.#servers;
    const { flow } = this.#carrier;
    const [first, second] = [servers.has(flow, 0), servers.has(flow, 1)];
    const frames = evidence.balance;
    const ports = PORTS * (portRank(flow.server.port) - portRank(flow.client.port));
    if (evidence.proven !== undefined) this.#set(evidence.proven, "fields");
    else if (first !== second) this.#set(first ? 1 : 0, "siblings");
    else if (frames + ports === 0) this.#set(0, "guess");
    else this.#set(frames + ports > 0 ? 0 : 1, Math.abs(frames) > Math.abs(ports) ? "frames" : "ports");
  }

  #set(client: 0 | 1, roles: Roles): void {
    this.#client = client;
    this.#roles = roles;
  }

  #tell(roles: Roles): void {
    this.#roles = roles;
    this.#carrier.sink.roles?.(roles);
  }

  // One of them broke a rule, or the roles were guessed wrong: what there is stays as reported, and is no proof.
  #contradict(): void {
    const { flow, readers } = this.#carrier;
    const { id, lastFile: file, lastPacket: packet } = flow;
    this.#tell("guess");
    readers.diagnostics({
      code: "capture/roles-contradicted",
      place: { in: "stream", file, packet, connection: id },
      data: { connection: id },
    });
    this.#stop();
  }

  // From now on who reads the octets gets them without a detour.
  #stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#carrier.source.attach(0, this.#first);
    this.#carrier.source.attach(1, this.#second);
  }
}

class SearchSide implements ByteSink {
  readonly #search: RoleSearch;
  readonly #index: 0 | 1;

  constructor(search: RoleSearch, index: 0 | 1) {
    this.#search = search;
    this.#index = index;
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    this.#search.bytes(this.#index, b, start, end, at);
  }

  gap(length: number, proof: GapProof, at: Origin, exact?: boolean): void {
    this.#search.gap(this.#index, length, proof, at, exact);
  }

  end(how: EndReason, at: Origin): void {
    this.#search.end(this.#index, how, at);
  }
}

// How much a port looks like a server's. Above 32767 operating systems choose those of clients (IANA asks for 49152 and more).
function portRank(port: number): number {
  if (port < 1024) return 3;
  if (SERVER_PORTS.has(port)) return 2;
  return port < 32_768 ? 1 : 0;
}

// Beside the weights of signs in frames.
const PORTS = 4;
const SERVER_PORTS: ReadonlySet<number> = new Set([3000, 4317, 5000, 8000, 8080, 8081, 8443, 8888, 9000, 9090, 9443, 50051]);

const NOT_STARTED = { client: false, server: false };
// Octets of both directions that are held: as many as the largest message of gRPC by default, which may be under way.
const HELD = 4 << 20;
// Field blocks that are looked at after the first proof, for contradictions.
const WATCHED = 8;
