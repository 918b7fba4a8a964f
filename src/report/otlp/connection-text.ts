// What all spans of one connection say.
import type { Connection } from "../../model/connection.ts";
import { attributes } from "./span.ts";

export class ConnectionText {
  /** Names of the services. */
  readonly clientHost: string;
  readonly server: string;
  /** Begins a span; its id's last eight digits follow, and so with the others. */
  readonly trace: Buffer;
  readonly span: Buffer;
  readonly parent: Buffer;
  /** Attributes of client spans, between their end and what is their own. */
  readonly peer: Buffer;
  readonly #hash: string;

  /** @param hash 32 hexadecimal digits that are this connection's own. */
  constructor(connection: Connection, hash: string) {
    const client = connection.address("client");
    const server = connection.address("server");
    this.clientHost = bare(client);
    this.server = server;
    this.#hash = hash;
    const head = hash.slice(8, 16);
    this.trace = Buffer.from(`{"traceId":"${hash.slice(0, 24)}`);
    this.span = Buffer.from(`","spanId":"${head}`);
    this.parent = Buffer.from(`","parentSpanId":"${head}`);
    const peer = attributes({
      "server.address": bare(server),
      "server.port": Number(server.slice(server.lastIndexOf(":") + 1)) || undefined,
      "client.address": this.clientHost,
      // Its name is said where it is not HTTP, by the conventions.
      "network.protocol.version": "2",
      "h2lint.connection": connection.id,
    });
    this.peer = Buffer.from(`","attributes":[${peer},`);
  }

  /** Ids of the span of the connection itself. */
  get ids(): string {
    return `{"traceId":"${this.#hash}","spanId":"${this.#hash.slice(8, 16)}80000000",`;
  }
}

const bare = (address: string): string => address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");
