import { FieldBit } from "../../fields/field.ts";
import { errorCodeName } from "../../http2/error-code.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { beginning } from "../beginning.ts";
import { Recent } from "../recent.ts";
import { defineRule } from "../rule.ts";

export const concurrencyLimited = defineRule({
  id: "health/concurrency-limited",
  meta: {
    title: "Requests should not queue behind MAX_CONCURRENT_STREAMS",
    severity: "info",
    by: "client",
    spec: [{ rfc: 9113, section: "5.1.2" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["settings"],
    decidable: "block",
    messages: {
      limited: "the client was at the limit of {limit} streams, and opened one as soon as another closed, {times} times",
    },
    options: {
      ms: { default: 5, unit: "ms", about: "from the end of one stream to the next" },
      times: { default: 10, unit: "streams", about: "how often" },
    },
    docs: {
      why: "More requests wait in the client than the capture shows, and no server log shows that they wait.",
      fix: "Raise MAX_CONCURRENT_STREAMS, or use another connection.",
    },
  },
  when: { bits: FieldBit.requestPseudo, roles: ["request"], from: "client" },
  // `open`: requests without an end so far.
  state: () => ({ times: 0 }),
  judge(subject, _stream, context) {
    const { connection, options, report } = context;
    const limit = connection.server.settings.inForce(Setting.maxConcurrentStreams);
    // This one is not among the open streams yet.
    if (limit === undefined || limit === 0 || connection.openByClient + 1 < limit) return;
    if (subject.first.time - connection.endedAt > options.ms * 1e6 || ++context.state.times !== options.times) return;
    report(subject, "limited", { limit, times: context.state.times });
  },
});

export const reconnectLoop = defineRule({
  id: "health/reconnect-loop",
  meta: {
    title: "Connections should last longer than it takes to open them",
    severity: "warning",
    by: "client",
    spec: [{ rfc: 9113, section: "9.1" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["start"],
    decidable: "payload",
    messages: {
      loop: "{count} connections in a row to {server} within {seconds} s ended soon after they began, with no answered request; the last: {how}",
    },
    options: {
      connections: { default: 3, unit: "connections", about: "in a row" },
      within: { default: 30_000, unit: "ms", about: "from the first to the last" },
      life: { default: 2000, unit: "ms", about: "how long each lasted at most" },
    },
    docs: {
      why: "The client tries again and again without waiting, and what goes wrong is the same each time.",
      fix: "Look at how the first of them ended, and let the client wait longer from one attempt to the next.",
    },
  },
  session: () => new Recent<Attempts>(PAIRS),
  connections: ConnectionBit.closed,
  note({ connection, options, uncheck }) {
    const { client, server, flow } = connection;
    const ended = Math.min(closeOf(client)?.at.time ?? Infinity, closeOf(server)?.at.time ?? Infinity);
    if (ended === Infinity || !client.started || client.frames === 0) return undefined;
    // The client gets what it wants: what failed before is no loop.
    if (hasAnswer(connection)) return { facts: { begun: flow.firstTime, ended, how: "" } };
    if (ended - flow.firstTime > options.life * 1e6) return undefined;
    // A response may be what is missing, or all that the server sent.
    if (client.lostOctets > 0 || server.lostOctets > 0 || !connection.directionOf("server").seen) {
      uncheck("no-gap2");
      return undefined;
    }
    return { facts: { begun: flow.firstTime, ended, how: howEnded(connection) }, subject: FrameRef.stop(client) };
  },
  compare({ begun: time, ended, how }: Attempt, { session, options, client, server }) {
    const key = `${hostOf(client)} ${server}`;
    const before = session.get(key);
    if (how === "") {
      if (before !== undefined) before.begun.length = 0;
      return undefined;
    }
    const begun = (before?.begun ?? []).filter((one) => time - one <= options.within * 1e6);
    // Connections that were opened beside each other are one attempt.
    if (begun.length > 0 && time < before!.ended) return undefined;
    begun.push(time);
    session.set(key, { begun, ended });
    if (begun.length < options.connections) return undefined;
    const data = { count: begun.length, server, seconds: Math.ceil((time - begun[0]!) / 1e8) / 10, how };
    begun.length = 0;
    return { message: "loop", data };
  },
});

interface Attempt {
  readonly begun: number;
  readonly ended: number;
  /** Empty: a request was answered. */
  readonly how: string;
}

/** When those in a row began, and when the last of them ended. */
interface Attempts {
  readonly begun: number[];
  readonly ended: number;
}

const closeOf = ({ end }: Endpoint): Endpoint["end"] => (end?.how === "fin" || end?.how === "rst" ? end : undefined);

// Any whole response, whatever its status: a server that answers is there, and short connections that do their work are no loop. One may
// be followed by a reset (RFC 9113 8.1).
function hasAnswer(connection: Connection): boolean {
  for (const { server } of connection.streams.values()) {
    if (server.endAt >= 0) return true;
  }
  return false;
}

function howEnded(connection: Connection): string {
  for (const side of ["server", "client"] as const) {
    const goaway = connection.endpoint(side).goaways.at(-1);
    if (goaway !== undefined && goaway.errorCode !== 0) return `GOAWAY(${errorCodeName(goaway.errorCode)}) of the ${side}`;
  }
  const [c, s] = [closeOf(connection.client), closeOf(connection.server)];
  const serverFirst = s !== undefined && (c === undefined || s.at.time <= c.at.time);
  const [side, end] = serverFirst ? ["server", s] : ["client", c];
  return `${end?.how.toUpperCase()} of the ${side}`;
}

export const oneStreamPerConnection = defineRule({
  id: "health/one-stream-per-connection",
  meta: {
    title: "A client should use a connection for more than one request",
    severity: "info",
    by: "client",
    spec: [{ rfc: 9113, section: "9.1" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["start"],
    decidable: "payload",
    messages: { single: "{count} connections of {client} to {server} carried one request each" },
    options: { connections: { default: 20, unit: "connections", about: "in a row" } },
    docs: {
      why: "Each request pays for a TCP handshake, TLS, SETTINGS, and an empty HPACK table.",
      fix: "Keep one client, or channel, for the life of the process and share it.",
    },
  },
  session: () => new Recent<number>(PAIRS),
  note({ connection }) {
    const { client, calls } = connection;
    if (!client.started || client.frames === 0) return undefined;
    // Not where it ended: what the end cost is not about this.
    return calls === 1 ? { facts: 1, subject: beginning(connection, "client") } : { facts: calls };
  },
  compare(calls: number, { session, options, client, server }) {
    const host = hostOf(client);
    const key = `${host} ${server}`;
    const before = session.get(key) ?? 0;
    const count = calls === 1 ? before + 1 : calls === 0 ? before : 0;
    if (count !== before) session.set(key, count);
    return count === options.connections ? { message: "single", data: { count, client: host, server } } : undefined;
  },
});

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(":"));

// Of hosts, those seen last.
const PAIRS = 1000;
