import { errorCodeName } from "../../http2/error-code.ts";
import type { Connection } from "../../model/connection.ts";
import { isError } from "../../model/endpoint.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { Side } from "../../place.ts";
import { durationText } from "../duration.ts";
import { Recent } from "../recent.ts";
import { defineRule } from "../rule.ts";
import { enhanceYourCalm, severityByExcess } from "../shapes/excess.ts";
import { flood, within } from "../shapes/flood.ts";

export const streamChurn = flood("abuse/stream-churn", {
  meta: {
    title: "A client should not open thousands of streams a second for long",
    by: "client",
    spec: [{ rfc: 9113, section: "10.5" }],
    decidable: "head",
    messages: { churn: "the client opened {count} streams in {time}, up to {peak} within {window}" },
    options: {
      streams: {
        default: 1000,
        unit: "streams",
        about: "New streams within the window that are too many; raise it for benchmarks",
      },
      window: within(1000),
      time: { default: 5000, unit: "ms", about: "And for this long" },
    },
    docs: {
      why: "Each stream costs the server far more than the frame that opens it, even if the number open at once stays small.",
      fix: "Put several items in one call, or use a stream of messages; spread the load over more connections.",
    },
  },
  most: "streams",
  kinds: ["headers"],
  from: "client",
  of: (frame, stream) => (stream === undefined ? frame : undefined),
  later: {
    isQuiet: (_side, { connection }) => connection.streamCount < FEW,
    *earlier(_side, { connection }) {
      for (const { initiator, opening } of connection.streams.values())
        if (initiator === "client" && opening !== undefined) yield opening;
    },
  },
  isTold: ({ duration }, { time }) => duration >= time * MS,
});

export const connectionChurn = defineRule({
  id: "abuse/connection-churn",
  meta: {
    title: "A client should use its connection for more than one request",
    severity: "warning",
    by: "client",
    spec: [
      { rfc: 9113, section: "9.1", level: "SHOULD NOT" },
      { rfc: 9113, section: "10.5" },
    ],
    expect: enhanceYourCalm,
    needs: ["start"],
    decidable: "head",
    messages: { churn: "{address} opened {count} HTTP/2 connections within {window}, each for one stream or none" },
    options: {
      connections: { default: 50, unit: "connections", about: "Such connections of one address that are too many" },
      window: within(1000),
    },
    docs: {
      why: "A connection costs the server a handshake, settings and tables, and the client a round trip or more for each request.",
      fix: "Keep one connection and open a stream for each request.",
    },
  },
  session: () => new Recent<Churn>(REMEMBERED),
  note({ connection }) {
    const { client, rolesProven, streamCount, flow } = connection;
    if (!client.started || !rolesProven || client.frames === 0 || streamCount > 1) return undefined;
    return { facts: flow.firstTime, subject: prefaceOf(connection) };
  },
  compare(begun: number, { session, options, client }) {
    const address = hostOf(client);
    let churn = session.get(address);
    if (churn === undefined) session.set(address, (churn = new Churn()));
    const count = churn.add(begun, options.window * MS);
    if (!isWorse(churn, count, options.connections)) return undefined;
    const data = { address, count, window: durationText(options.window * MS) };
    return { message: "churn", data, ...severityByExcess(count, options.connections) };
  },
});

export const goawayLoop = defineRule({
  id: "abuse/goaway-loop",
  meta: {
    title: "A connection that ended in an error should not be opened again at once, again and again",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.4.1" },
      { rfc: 9113, section: "10.5" },
    ],
    expect: { scope: "connection", codes: [] },
    needs: ["start"],
    decidable: "head",
    messages: {
      loop: "{count} connections in {time} between {client} and {server} ended in the {side}'s GOAWAY({code}) and were opened again at once",
    },
    options: {
      connections: { default: 5, unit: "connections", about: "Such connections one after the other that are too many" },
      window: within(60_000),
      pause: { default: 1000, unit: "ms", about: "Longest pause before the connection is opened again" },
    },
    docs: {
      why: "The cause is still there, so both sides only repeat the failure.",
      fix: "Find the cause of the GOAWAY: see the finding that it answers. A client should wait longer after each failure.",
    },
  },
  session: () => new Recent<Loop>(REMEMBERED),
  note({ connection }) {
    const { client, server, flow, lastTime } = connection;
    if (!client.started || !connection.isHttp2) return undefined;
    const side = server.goaways.some(isError) ? "server" : "client";
    const goaway = (side === "server" ? server : client).goaways.find(isError);
    if (goaway === undefined) return ENDED_WELL;
    // The same end: code, and how far each side had come.
    const { path } = connection.streams.oldest?.request ?? {};
    const how = `${side} ${goaway.errorCode} ${goaway.lastStreamId} ${connection.streamCount} ${path ?? ""}`;
    const facts = { how, begun: flow.firstTime, ended: lastTime, side, code: errorCodeName(goaway.errorCode) };
    return { facts, subject: prefaceOf(connection) };
  },
  compare(facts: Looped | null, { session, options, client, server }) {
    if (facts === null && session.isEmpty) return undefined;
    const host = hostOf(client);
    const key = `${host} ${server}`;
    let loop = session.get(key);
    if (facts === null) {
      loop?.stop();
      return undefined;
    }
    if (loop === undefined) session.set(key, (loop = new Loop()));
    const { how, begun, ended, side, code } = facts;
    const count = loop.add(how, begun, ended, options);
    if (!isWorse(loop, count, options.connections)) return undefined;
    const data = { count, time: durationText(loop.duration), client: host, server, side, code };
    return { message: "loop", data, ...severityByExcess(count, options.connections) };
  },
});

// Reported once, and again when it has become an error.
function isWorse(pattern: { told: number }, count: number, threshold: number): boolean {
  const grade = count >= threshold * 10 ? 2 : count >= threshold ? 1 : 0;
  if (grade <= pattern.told) return false;
  pattern.told = grade;
  return true;
}

/** A connection that ended in an error. */
interface Looped {
  readonly how: string;
  /** Nanoseconds. */
  readonly begun: number;
  readonly ended: number;
  readonly side: Side;
  readonly code: string;
}

const ENDED_WELL = { facts: null };

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(":"));

/** When the connections of one address began, in tenths of the window. */
class Churn {
  /** 1: as a warning, 2: as an error. */
  told = 0;
  /** How many began in a tenth. Most addresses have one. */
  #first = NaN;
  #count = 0;
  #others: Map<number, number> | undefined = undefined;

  /** @returns The most within one window around this time. They do not come in order: connections are reported when they end. */
  add(time: number, window: number): number {
    const tenth = Math.floor((time * TENTHS) / window);
    if (this.#count === 0) this.#first = tenth;
    if (tenth === this.#first) this.#count++;
    else this.#add(tenth);
    if (this.#others === undefined) return this.#count;
    let count = 0;
    for (let i = tenth - TENTHS + 1; i <= tenth; i++) count += this.#in(i);
    let most = count;
    for (let i = tenth + 1; i < tenth + TENTHS; i++) {
      count += this.#in(i) - this.#in(i - TENTHS);
      if (count > most) most = count;
    }
    return most;
  }

  #add(tenth: number): void {
    const others = (this.#others ??= new Map());
    others.set(tenth, (others.get(tenth) ?? 0) + 1);
    if (others.size < REMEMBERED) return;
    for (const oldest of others.keys()) {
      others.delete(oldest);
      return;
    }
  }

  #in(tenth: number): number {
    return tenth === this.#first ? this.#count : (this.#others?.get(tenth) ?? 0);
  }
}

/** Connections one after the other that ended alike. */
class Loop {
  told = 0;
  #how = "";
  #ended = 0;
  readonly #begun: number[] = [];

  add(how: string, begun: number, ended: number, options: { readonly window: number; readonly pause: number }): number {
    const pause = begun - this.#ended;
    if (how !== this.#how || pause < 0 || pause > options.pause * MS) this.stop();
    this.#how = how;
    this.#ended = ended;
    this.#begun.push(begun);
    while (this.#begun.length > REMEMBERED || begun - this.#begun[0]! >= options.window * MS) this.#begun.shift();
    return this.#begun.length;
  }

  stop(): void {
    this.#begun.length = 0;
    this.told = 0;
    this.#how = "";
  }

  get duration(): number {
    return this.#ended - (this.#begun[0] ?? this.#ended);
  }
}

// No one frame is at fault.
function prefaceOf({ flow }: Connection): FrameRef {
  const ref = new FrameRef();
  ref.kind = "preface";
  ref.from = "client";
  ref.file = flow.file;
  ref.packet = flow.firstPacket;
  ref.time = ref.began = flow.firstTime;
  ref.acked = 0;
  return ref;
}

const TENTHS = 10;
const REMEMBERED = 1000;
// Nanoseconds.
const MS = 1e6;
// Streams of a connection that the model remembers in any case.
const FEW = 8;
