// A proxy between clients and a server whose traffic becomes a capture: what goes through is recorded without rights to capture packets.
// TLS goes through as it is.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { PcapngWriter } from "../capture/pcapng-writer.ts";
import type { Side } from "../place.ts";
import { version } from "../version.ts";
import { Conversation, type Endpoint } from "./conversation.ts";

/** What a proxy needs to know. */
export interface ProxyOptions {
  /** The server: an address or a name, and a port. */
  readonly target: Endpoint;
  /** Where clients connect to; port 0: any that is free. */
  readonly listen: Endpoint;
  /** Gets whole blocks of a pcapng file, one a call; it may keep them. */
  readonly output: (block: Uint8Array) => void;
  /** Whoever reads the capture is behind: nothing more is relayed until the promise that it returns. */
  readonly behind?: () => Promise<void> | undefined;
  /** Hears of a connection that the target did not take: `ECONNREFUSED`. */
  readonly failed?: (code: string) => void;
}

/** Counts what was recorded. */
export interface ProxyTally {
  connections: number;
  /** Those that the target did not take. */
  failures: number;
  packets: number;
  /** Of what was relayed. */
  octets: number;
}

export class RecordingProxy {
  readonly tally: ProxyTally = { connections: 0, failures: 0, packets: 0, octets: 0 };
  readonly #options: ProxyOptions;
  readonly #server: Server;
  readonly #open = new Set<Promise<unknown>>();
  readonly #sockets = new Set<Socket>();
  #write: (packet: Uint8Array, comment?: string) => void = () => {};
  #isOver = false;

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
      const done: Promise<unknown> = this.#accept(client).finally(() => this.#open.delete(done));
      this.#open.add(done);
    });
  }

  /** @returns The port. Rejects with what Node says where it cannot listen. */
  async listen(): Promise<number> {
    const { listen } = this.#options;
    this.#server.listen(listen.port, listen.address);
    await once(this.#server, "listening");
    // One that is out of descriptors goes on with the connections that it has.
    this.#server.on("error", () => {});
    return (this.#server.address() as AddressInfo).port; // it listens on a port, not on a pipe
  }

  /** Begin the capture. Connections that came before are in it too, as long as this is called in the turn after `listen`. */
  begin(): void {
    const { output, target } = this.#options;
    const about = { application: `h2lint ${version}`, comment: "recorded by a proxy" };
    const writer = new PcapngWriter(output, about);
    const on = writer.interface({ linkType: RAW_IP, name: "proxy", description: `to ${target.address}, port ${target.port}` });
    this.#write = (packet, comment) => {
      if (this.#isOver) return;
      this.tally.packets++;
      const time = process.hrtime.bigint() + EPOCH;
      writer.packet(on, time, packet, 0, packet.length, packet.length, comment);
    };
  }

  /** Waits until all connections are closed, and takes no more. */
  async drain(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
    await this.#close();
  }

  /** Ends the capture as it is; then cuts the connections that are open. */
  async stop(): Promise<void> {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.destroy();
    await this.#close();
  }

  get open(): number {
    return this.#open.size;
  }

  #close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #accept(client: Socket): Promise<void> {
    const id = ++this.tally.connections;
    const { target } = this.#options;
    const from: Endpoint = { address: client.remoteAddress ?? "", port: client.remotePort ?? 0 };
    const server = connect({ port: target.port, host: target.address, allowHalfOpen: true });
    this.#hold(client);
    this.#hold(server);
    // The client may be gone before the server answers.
    client.on("error", () => {});
    const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once("connect", () => resolve(undefined));
      server.once("error", resolve);
      server.once("close", () => resolve(new Error("closed")));
    });
    if (failure !== undefined) {
      this.#fail(client, from, failure, id);
      return;
    }
    const ends = { client: from, server: { address: server.remoteAddress ?? "", port: target.port } };
    const conversation = new Conversation(ends, id, this.#write);
    conversation.opened();
    await Promise.all([this.#relay(client, server, "client", conversation), this.#relay(server, client, "server", conversation)]);
  }

  #fail(client: Socket, from: Endpoint, failure: NodeJS.ErrnoException, id: number): void {
    this.tally.failures++;
    // Of a name with several addresses the last that was tried.
    const last = failure instanceof AggregateError ? (failure.errors.at(-1) as NodeJS.ErrnoException) : failure;
    const code = last.code ?? failure.code ?? "closed";
    const { address } = last as { readonly address?: string };
    if (address !== undefined) {
      const conversation = new Conversation(
        { client: from, server: { address, port: this.#options.target.port } },
        id,
        this.#write,
      );
      if (code === "ECONNREFUSED" || code === "ECONNRESET") conversation.refused();
      else conversation.unreachable(code);
    }
    client.resetAndDestroy();
    this.#options.failed?.(code);
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  #relay(source: Socket, sink: Socket, from: Side, conversation: Conversation): Promise<void> {
    source.setNoDelay(true);
    let waits = 0;
    // Paused for the sink and for whoever reads the capture; goes on when neither is behind.
    const resume = (): void => {
      if (--waits === 0) source.resume();
    };
    const pause = (): void => {
      waits++;
      source.pause();
    };
    // What is read in one turn of the event loop is passed on after it: nothing that was read in the same turn can be an answer to it.
    const pass = (deliver: () => void, sent: number): void => {
      setImmediate(() => {
        deliver();
        conversation.passed(from, sent);
      });
    };
    const write = (octets: Buffer): void => {
      if (sink.write(octets) || !sink.writable) return;
      pause();
      // Nobody may take it any more.
      const go = (): void => {
        sink.off("drain", go).off("close", go);
        resume();
      };
      sink.on("drain", go).on("close", go);
    };
    // ECONNRESET, or what was written came to nobody: the other side gets the same.
    const fail = (): void => {
      conversation.reset(from);
      setImmediate(() => sink.resetAndDestroy());
    };
    return new Promise((resolve) => {
      source.on("data", (octets: Buffer) => {
        this.tally.octets += octets.length;
        const sent = conversation.data(from, octets);
        pass(() => write(octets), sent);
        const caughtUp = this.#options.behind?.();
        if (caughtUp !== undefined) {
          pause();
          void caughtUp.then(resume);
        }
      });
      source.on("end", () => pass(() => sink.end(), conversation.finished(from)));
      source.on("error", fail);
      source.on("close", () => resolve());
      if (source.destroyed) {
        // The client was gone before the server answered.
        fail();
        resolve();
      } else source.resume();
    });
  }
}

const RAW_IP = 101;
/** Of the clock that never goes back, nanoseconds since the epoch. */
const EPOCH = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
