// In: the streams of all connections. Out: what is known of the :path of those whose name went by before the capture, from other calls to the
// same server, from schemas, and from what servers say.
import type { Frame } from "../../http2/frame.ts";
import type { Limits } from "../../limits.ts";
import type { Connection } from "../../model/connection.ts";
import type { ModelSink } from "../../model/model-sink.ts";
import type { PathGroup } from "../../model/path-groups.ts";
import type { Stream } from "../../model/stream.ts";
import type { MethodSchema } from "../schema/method.ts";
import type { Schemas } from "../schema.ts";
import { percentDecode } from "../status.ts";
import { CANDIDATES, inferPath, type PathName, pathIn } from "./infer.ts";
import type { LoggedPaths } from "./logged.ts";
import { CallShape, SideReader } from "./shape.ts";

/** Methods of a server, by path. */
type Server = Map<string, CallShape>;

/** Of a connection whose field blocks are not all known: when each path was first read. */
type FirstRead = Map<string, number>;

/** What shows of the calls of a group. */
interface Evidence {
  readonly shape: CallShape;
  readonly address: string;
  /** One for all groups of a connection. */
  readonly firstRead: FirstRead;
  firstUsed: number;
  lastUsed: number;
  said: string | undefined;
}

interface OpenCall {
  readonly shape: CallShape;
  readonly request: SideReader;
  readonly response: SideReader;
  /** Frame borders that were lost before it. */
  readonly borderLosses: number;
}

/** Looks at a few calls of each method, and at those without a name. A listener of the model. */
export class PathNamer implements ModelSink {
  readonly #schemas: Schemas;
  readonly #most: number;
  readonly #servers = new Map<string, Server>();
  readonly #groups = new Map<PathGroup, Evidence>();
  readonly #firstRead = new Map<Connection, FirstRead>();
  readonly #calls = new Map<Stream, OpenCall>();
  /** What logs say, once they are joined with the captures. */
  logged: LoggedPaths | undefined = undefined;
  /** Until more is known. */
  readonly #names = new Map<Evidence, PathName>();
  #shapes = 0;
  /** Of the connection before. */
  #last: { readonly connection: Connection; readonly address: string; readonly server: Server } | undefined;

  constructor(schemas: Schemas, limits: Limits) {
    this.#schemas = schemas;
    this.#most = limits.namedMethods;
  }

  streamStart(stream: Stream, connection: Connection): void {
    if (stream.initiator !== "client") return;
    if (this.#names.size > 0) this.#names.clear();
    const { path, pathGroup } = stream.request;
    if (path !== undefined) {
      if (!connection.client.hpack.exact) this.#noteRead(path, stream, connection);
      this.#sample(this.#known(path, connection), KNOWN, stream, connection);
    } else if (pathGroup !== undefined) {
      const evidence = this.#evidence(pathGroup.first, connection);
      if (evidence === undefined) return;
      evidence.firstUsed = Math.min(evidence.firstUsed, stream.openedTime);
      evidence.lastUsed = Math.max(evidence.lastUsed, stream.openedTime);
      this.#sample(evidence.shape, UNKNOWN, stream, connection);
    }
  }

  frame(frame: Frame, stream: Stream | undefined): void {
    if (frame.kind !== "data" || stream === undefined || this.#calls.size === 0) return;
    const call = this.#calls.get(stream);
    if (call === undefined) return;
    const side = frame.from === "client" ? call.request : call.response;
    if (frame.fault !== undefined) side.lose();
    else side.decode(frame.bytes, frame.start, frame.end);
  }

  streamEnd(stream: Stream, connection: Connection): void {
    this.#end(stream, connection);
  }

  connectionEnd(connection: Connection): void {
    for (const stream of connection.streams.values()) if (!stream.closed) this.#end(stream, connection);
    this.#firstRead.delete(connection);
    if (this.#last?.connection === connection) this.#last = undefined;
  }

  /** What is known so far. */
  nameOf(group: PathGroup): PathName {
    const evidence = this.#groups.get(group.first);
    const logged = this.logged?.ofGroup(group);
    const { inferred } = group;
    if (inferred !== undefined) {
      const said = evidence?.said ?? logged?.inferred?.path ?? inferred.path;
      return said === inferred.path ? { inferred } : { candidates: [said, inferred.path].sort() };
    }
    if (evidence === undefined) return logged ?? {};
    // What is in the capture goes before what is said of it.
    if (logged === undefined || evidence.said !== undefined) return this.#nameBy(evidence);
    const said = logged.inferred?.path;
    const name = this.#nameBy(evidence);
    const path = name.inferred?.path;
    if (said !== undefined && (path === undefined || path === said || logged.inferred!.score > name.inferred!.score))
      return logged;
    const candidates = said === undefined ? (logged.candidates ?? []) : [said];
    if (path !== undefined && candidates.includes(path)) return name;
    return { candidates: [...new Set([...candidates, ...(path === undefined ? [] : [path])])].sort().slice(0, CANDIDATES) };
  }

  /** Of a request that has no group: what logs say. */
  nameOfStream(connection: number, stream: number): PathName {
    return this.logged?.ofStream(connection, stream) ?? {};
  }

  #nameBy(evidence: Evidence): PathName {
    const name = this.#infer(evidence);
    const path = name.inferred?.path;
    if (path === undefined || evidence.said !== undefined) return name;
    // A table has a field once: of two entries in use at the same time not both are this one.
    for (const other of this.#groups.values()) {
      if (other === evidence || other.firstRead !== evidence.firstRead) continue;
      const apart = other.lastUsed < evidence.firstUsed || evidence.lastUsed < other.firstUsed;
      if (!apart && this.#infer(other).inferred?.path === path) return { candidates: [path] };
    }
    return name;
  }

  #infer(evidence: Evidence): PathName {
    let name = this.#names.get(evidence);
    if (name === undefined) {
      name = this.#inferAnew(evidence);
      this.#names.set(evidence, name);
    }
    return name;
  }

  #inferAnew({ shape, address, firstRead, lastUsed, said }: Evidence): PathName {
    if (said !== undefined) return { inferred: { path: said, score: 0.99, because: "the server names it in its answer" } };
    // An encoder that has a value in its table does not write it out again.
    const isOther = (path: string) => (firstRead.get(path) ?? Infinity) < lastUsed;
    return inferPath(shape, this.#servers.get(address) ?? NONE, this.#methods(address), isOther);
  }

  #methods(address: string): ReadonlyMap<string, MethodSchema> {
    const methods = new Map<string, MethodSchema>();
    for (const path of this.#schemas.paths(address)) {
      const method = this.#schemas.method(path, address);
      if (method !== undefined) methods.set(path, method);
    }
    return methods;
  }

  #known(path: string, connection: Connection): CallShape | undefined {
    let last = this.#last;
    if (last?.connection !== connection) {
      const address = connection.address("server");
      let server = this.#servers.get(address);
      if (server === undefined) {
        server = new Map();
        this.#servers.set(address, server);
      }
      this.#last = last = { connection, address, server };
    }
    let shape = last.server.get(path);
    if (shape === undefined && this.#room()) {
      shape = new CallShape();
      last.server.set(path, shape);
    }
    return shape;
  }

  #evidence(group: PathGroup, connection: Connection): Evidence | undefined {
    let evidence = this.#groups.get(group);
    if (evidence === undefined && this.#room()) {
      const firstRead = this.#reads(connection);
      const address = connection.address("server");
      evidence = { shape: new CallShape(), address, firstRead, firstUsed: Infinity, lastUsed: 0, said: undefined };
      this.#groups.set(group, evidence);
    }
    return evidence;
  }

  #reads(connection: Connection): FirstRead {
    let reads = this.#firstRead.get(connection);
    if (reads === undefined) {
      reads = new Map();
      this.#firstRead.set(connection, reads);
    }
    return reads;
  }

  #noteRead(path: string, stream: Stream, connection: Connection): void {
    const reads = this.#reads(connection);
    if (reads.size < READS && !reads.has(path)) reads.set(path, stream.openedTime);
  }

  #room(): boolean {
    if (this.#shapes >= this.#most) return false;
    this.#shapes++;
    return true;
  }

  #sample(shape: CallShape | undefined, calls: number, stream: Stream, connection: Connection): void {
    if (shape === undefined || shape.calls >= calls || this.#calls.size >= OPEN) return;
    const call: OpenCall = {
      shape,
      request: new SideReader("client"),
      response: new SideReader("server"),
      borderLosses: lossesOf(connection),
    };
    this.#calls.set(stream, call);
    stream.listen("client", call.request);
    stream.listen("server", call.response);
  }

  #end(stream: Stream, connection: Connection): void {
    const { pathGroup } = stream.request;
    const { grpcMessage } = stream.response;
    if (pathGroup !== undefined && grpcMessage !== undefined) {
      const evidence = this.#groups.get(pathGroup.first);
      if (evidence !== undefined) evidence.said ??= pathIn(percentDecode(grpcMessage).octets);
    }
    const call = this.#calls.get(stream);
    if (call === undefined) return;
    this.#calls.delete(stream);
    // Where frame borders were lost, frames of the stream may be missing.
    if (lossesOf(connection) !== call.borderLosses || stream.server.endAt < 0) return;
    call.shape.add(call.request, call.response);
  }
}

const lossesOf = ({ client, server }: Connection): number => client.borderLosses + server.borderLosses;

const NONE: Server = new Map();
/** Calls of a method that are looked at, and of one without a name. */
const KNOWN = 8;
const UNKNOWN = 16;
/** Calls that are looked at at the same time. */
const OPEN = 1024;
/** Paths of a connection. */
const READS = 1000;
