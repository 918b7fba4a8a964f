import { latin1 } from "../../bytes.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import type { Connection } from "../../model/connection.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { requestNumber } from "../../model/request-number.ts";
import type { Stream } from "../../model/stream.ts";
import { SECOND } from "../../time.ts";
import { listed } from "../listed.ts";
import { hasOpenStream } from "../open-stream.ts";
import { defineRule } from "../rule.ts";

export const goawayLostStreams = defineRule({
  id: "health/goaway-lost-streams",
  meta: {
    title: "Streams above the last id of a GOAWAY are to be sent again",
    severity: "info",
    by: "client",
    spec: [{ rfc: 9113, section: "6.8" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      lost: "the server's GOAWAY({code}) with the last id {lastStreamId} leaves out {count} streams: {streams}; the client may send them again",
    },
    docs: {
      why: "The server did not act on them, so they are safe to send again on another connection, whatever they do.",
      fix: "Retry them. A server that announces its GOAWAY first (last id 2147483647) loses none.",
    },
  },
  connections: ConnectionBit.goaway,
  connectionEnd({ connection, report }) {
    let lowest = connection.server.goaways[0];
    for (const goaway of connection.server.goaways) if (goaway.lastStreamId < lowest!.lastStreamId) lowest = goaway;
    if (lowest === undefined) return;
    const { lastStreamId, errorCode } = lowest;
    const lost: Stream[] = [];
    for (const stream of connection.streams.values()) {
      if (stream.id <= lastStreamId || stream.initiator !== "client" || !stream.seen || stream.server.message !== "no") continue;
      // The client had given it up before.
      const { resetAt, resetTime } = stream.client;
      if (resetAt >= 0 && (lowest.acked < 0 ? resetTime < lowest.time : resetAt <= lowest.acked)) continue;
      lost.push(stream);
    }
    const [first] = lost;
    if (first?.opening === undefined) return;
    const data = { count: lost.length, lastStreamId, code: errorCodeName(errorCode), streams: listed(lost.map(({ id }) => id)) };
    report(first.opening, "lost", data, { stream: first });
  },
});

export const goaway = defineRule({
  id: "health/goaway",
  meta: {
    title: "A GOAWAY says why a connection ends",
    severity: "info",
    by: "either",
    spec: [{ rfc: 9113, section: "6.8" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      plain: "the {side} sent GOAWAY({code}), last stream {lastStreamId}",
      text: 'the {side} sent GOAWAY({code}), last stream {lastStreamId}: "{text}"',
    },
    docs: {
      why: "With NO_ERROR the side is leaving: a restart, a limit of age or idleness. Another code means that the other side's frames were wrong.",
      fix: "With NO_ERROR none is needed; else look at the frames before it.",
    },
  },
  kinds: ["goaway"],
  frame(frame, _stream, { connection, report }) {
    if (!frame.whole) return;
    const { from, errorCode, lastStreamId } = frame;
    // Everyday: a client that leaves when its work is done, and a server that has nothing to say about it.
    const bare = from === "client" || frame.end === frame.start;
    if (errorCode === ErrorCode.noError && bare && !wasInUse(connection)) return;
    const text = latin1(frame.bytes, frame.start, Math.min(frame.end, frame.start + TEXT));
    const data = { side: from, code: errorCodeName(errorCode), lastStreamId };
    const more = { fold: String(errorCode) };
    if (text === "") report(frame, "plain", data, more);
    else report(frame, "text", { ...data, text }, more);
  },
});

export const requestLimit = defineRule({
  id: "health/request-limit",
  meta: {
    title: "A limit of requests a connection should not cost requests",
    severity: "info",
    by: "server",
    spec: [{ rfc: 9113, section: "6.8" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["start", "no-gap2"],
    decidable: "payload",
    messages: {
      limit:
        "the server sent GOAWAY(NO_ERROR) with request number {count}: it takes {count} requests a connection (nginx: keepalive_requests)",
      lost: "the server sent GOAWAY(NO_ERROR) with request number {count}: it takes {count} requests a connection (nginx: keepalive_requests); streams {streams} crossed that, were not processed, and may be sent again",
    },
    docs: {
      why: "Requests that cross the GOAWAY are lost unless the client sends them again, and a client that opens no other connection fails.",
      fix: "Let the client retry what lies above the last stream id on another connection; raise the server's limit.",
    },
  },
  kinds: ["goaway"],
  from: "server",
  // Counts at which connections ended so, by server, and when. Nobody comes to the same one twice by chance, but where a server stops, and the
  // requests were dealt out evenly: that is at one time.
  session: () => new Map<string, Map<number, number>>(),
  state: (): { limit: Limit | undefined } => ({ limit: undefined }),
  frame(frame, _stream, { connection, state }) {
    if (!frame.whole || frame.errorCode !== ErrorCode.noError || frame.end > frame.start || state.limit !== undefined) return;
    const { client, server, streams } = connection;
    if (server.goaways.length > 0 || !client.started) return;
    const last = frame.lastStreamId === ANNOUNCEMENT ? client.highestOpened : frame.lastStreamId;
    const stream = streams.get(last);
    // The request that it came with has no answer yet: else it may be a stop of the server, which comes at any time.
    if (stream?.seen !== true || stream.initiator !== "client" || stream.server.over || stream.client.resetAt >= 0) return;
    state.limit = { at: FrameRef.of(frame), last, count: requestNumber(connection, last) };
  },
  withState: ["connectionEnd"],
  connectionEnd({ connection, state: { limit }, report }) {
    if (limit === undefined || !isRound(limit.count)) return;
    const { count, at } = limit;
    const streams = lostIn(connection, limit);
    if (streams === "") report(at, "limit", { count });
    else report(at, "lost", { count, streams }, { severity: "warning" });
  },
  note({ connection, state: { limit } }) {
    if (limit === undefined || isRound(limit.count)) return undefined;
    return { facts: { count: limit.count, time: limit.at.time, streams: lostIn(connection, limit) }, subject: limit.at };
  },
  compare({ count, time, streams }: Ended, { session, server }) {
    let counts = session.get(server);
    if (counts === undefined) {
      if (session.size >= SERVERS) return undefined;
      session.set(server, (counts = new Map()));
    }
    const before = counts.get(count);
    if (before === undefined && counts.size < COUNTS) counts.set(count, time);
    if (count < FEWEST || before === undefined || Math.abs(time - before) < SECOND) return undefined;
    if (streams === "") return { message: "limit", data: { count } };
    return { message: "lost", data: { count, streams }, severity: "warning" };
  },
});

/** What is known of a connection when others end. */
interface Ended {
  readonly count: number;
  readonly time: number;
  readonly streams: string;
}

interface Limit {
  readonly at: FrameRef;
  readonly last: number;
  readonly count: number;
}

// Requests that were under way, and are not answered.
function lostIn({ streams }: Connection, { last }: Limit): string {
  const lost: number[] = [];
  for (const { id, initiator, seen, server } of streams.values())
    if (initiator === "client" && id > last && seen && server.message === "no") lost.push(id);
  return listed(lost);
}

// As people set limits: 100, 1000, 5000, or a power of two.
function isRound(count: number): boolean {
  if (count < 100) return false;
  const digits = String(count);
  return /^[1-9]0+$|^[1-9]50*$/.test(digits) || (count & (count - 1)) === 0;
}

// Requests; servers that are remembered, and counts of one.
const FEWEST = 5;
const SERVERS = 1000;
const COUNTS = 16;

export const gracefulShutdown = defineRule({
  id: "health/graceful-shutdown",
  meta: {
    title: "A graceful shutdown should finish the streams that it keeps",
    severity: "info",
    by: "server",
    spec: [{ rfc: 9113, section: "6.8" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      done: "the server announced its shutdown, named its last stream {lastStreamId} {ms} ms later, and closed {closeMs} ms after that",
      open: "the server announced its shutdown, and named its last stream {lastStreamId} {ms} ms later",
      cut: "the server announced its shutdown{reason}, named its last stream {lastStreamId} {ms} ms later, and closed {closeMs} ms after that on streams that it had kept: {streams}",
    },
    docs: {
      why: "Streams up to the last id were accepted; if they are cut off, nobody knows whether they took effect.",
      fix: "Give open streams the time they need before the connection is closed.",
    },
  },
  kinds: ["goaway"],
  from: "server",
  state: (): { announced: FrameRef | undefined; open: number[] } => ({ announced: undefined, open: [] }),
  frame(frame, _stream, { state }) {
    if (!frame.whole || frame.errorCode !== ErrorCode.noError) return;
    if (frame.lastStreamId === ANNOUNCEMENT) state.announced ??= FrameRef.of(frame);
  },
  withState: ["end", "connectionEnd"],
  onClose: true,
  end(from, _how, _at, { connection, state }) {
    if (from !== "server" || state.announced === undefined) return;
    for (const { id, closed, client, server } of connection.streams.values()) {
      if (!closed && server.endAt < 0 && client.resetAt < 0) state.open.push(id);
    }
  },
  connectionEnd({ connection, state, report, uncheck }) {
    const { announced } = state;
    const { goaways, end } = connection.server;
    if (announced === undefined) return;
    const named = goaways.find(
      (later) => later.endOffset > announced.end && later.lastStreamId !== ANNOUNCEMENT && later.errorCode === ErrorCode.noError,
    );
    if (named === undefined) return;
    const { lastStreamId } = named;
    const ms = Math.round((named.time - announced.time) / 1e6);
    if (end === undefined || (end.how !== "fin" && end.how !== "rst")) {
      report(announced, "open", { lastStreamId, ms });
      return;
    }
    const closeMs = Math.round((end.at.time - named.time) / 1e6);
    let cut = state.open.filter((id) => id <= lastStreamId);
    // What ended them may be missing.
    if (cut.length > 0 && (connection.client.lostOctets > 0 || connection.server.lostOctets > 0)) {
      uncheck("no-gap2");
      cut = [];
    }
    if (cut.length === 0) report(announced, "done", { lastStreamId, ms, closeMs });
    else {
      const said = goaways.find(({ debug }) => debug !== "")?.debug ?? "";
      const reason = said === "" ? "" : ` ("${said}"${AGE.test(said) ? ": the connection had reached its maximum age" : ""})`;
      report(announced, "cut", { lastStreamId, ms, closeMs, reason, streams: listed(cut) }, { severity: "warning" });
    }
  },
});

// What ended a stream may be missing.
const wasInUse = (connection: Connection): boolean =>
  connection.client.lostOctets === 0 && connection.server.lostOctets === 0 && hasOpenStream(connection);

// RFC 9113 6.8: the last id of a GOAWAY that only announces.
const ANNOUNCEMENT = 0x7fffffff;
// Octets of debug data that are shown.
const TEXT = 300;
const AGE = /max_?age|max(?:imum)? connection age/i;
