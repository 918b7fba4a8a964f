import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other } from "../../place.ts";
import { MS, SECOND } from "../../time.ts";
import { beginning } from "../beginning.ts";
import { defineRule } from "../rule.ts";
import { must, says } from "../shapes/spec.ts";

export const clientMagic = defineRule({
  id: "preface/client-magic",
  meta: {
    title: "A client's first 24 bytes must be the connection preface",
    severity: "error",
    by: "client",
    spec: [must("3.4")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start"],
    decidable: "payload",
    messages: {
      other: 'the client began with "{text}" instead of the connection preface',
      http1: 'the client sent an HTTP/1 request ("{text}") instead of the connection preface',
    },
    docs: {
      why: "The preface announces HTTP/2. Without it the server cannot know what it is reading, and closes the connection.",
      fix: 'Send "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" first, then SETTINGS. A client that speaks HTTP/1 has reached an HTTP/2-only port.',
    },
  },
  connections: ConnectionBit.foreign,
  connectionEnd({ connection, report }) {
    const { foreign } = connection.client;
    // upgrade/client-preface-after-101 judges that.
    if (connection.upgrade !== undefined) return;
    // A server that answers as HTTP/1 takes the connection for HTTP/1: then nobody speaks HTTP/2 here.
    if (foreign === undefined || foreign.what === "truncated" || connection.server.foreign?.what === "http1") return;
    // preface/client-spoke-tls judges that.
    if (foreign.what === "tls") return;
    const isRequest = foreign.what === "http1" && !foreign.text.startsWith("HTTP/");
    if (isRequest) report(beginning(connection, "client"), "http1", { text: foreign.text.split("\r")[0]! });
    else report(beginning(connection, "client"), "other", { text: foreign.text });
  },
});

export const clientSettingsMissing = defineRule({
  id: "preface/client-settings-missing",
  meta: {
    title: "The client's first frame must be SETTINGS",
    severity: "error",
    by: "client",
    spec: [must("3.4")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start", "no-gap"],
    decidable: "head",
    messages: {
      other: "the client's first frame is {kind}, not SETTINGS",
      ack: "the client's first frame is a SETTINGS acknowledgment",
    },
    docs: {
      why: "The SETTINGS frame, which may be empty, is part of the connection preface; a server may close without it.",
      fix: "Send a SETTINGS frame without the ACK flag directly after the preface string.",
    },
  },
  when: { observed: Observation.notSettingsFirst, from: "client" },
  judge(frame, _stream, { connection, report }) {
    // The family upgrade/ judges what follows 101.
    if (connection.upgrade !== undefined) return;
    if (frame.kind === "settings") report(frame, "ack", {});
    else report(frame, "other", { kind: kindName(frame.kind) });
  },
});

export const serverSettingsMissing = defineRule({
  id: "preface/server-settings-missing",
  meta: {
    title: "The server's first frame must be SETTINGS",
    severity: "error",
    by: "server",
    spec: [must("3.4")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start", "no-gap"],
    decidable: "head",
    messages: {
      other: "the server's first frame is {kind}, not SETTINGS",
      ack: "the server's first frame is a SETTINGS acknowledgment",
    },
    docs: {
      why: "A client takes the server's SETTINGS as proof that the server speaks HTTP/2.",
      fix: "Send a SETTINGS frame without the ACK flag before anything else, even before acknowledging the client's SETTINGS.",
    },
  },
  when: { observed: Observation.notSettingsFirst, from: "server" },
  judge(frame, _stream, { connection, report }) {
    // The family upgrade/ judges what follows 101.
    if (connection.upgrade !== undefined) return;
    if (frame.kind === "settings") report(frame, "ack", {});
    else report(frame, "other", { kind: kindName(frame.kind) });
  },
});

export const truncated = defineRule({
  id: "preface/truncated",
  meta: {
    title: "A client should not close inside the connection preface",
    severity: "warning",
    by: "client",
    spec: [says("3.4")],
    expect: { scope: "connection", codes: [] },
    needs: ["start", "no-gap"],
    decidable: "payload",
    messages: { closed: "the client closed after {octets} bytes of the connection preface" },
    docs: {
      why: "Nothing was asked of the server: a health check, a scanner, or a client that died while connecting.",
      fix: "Find out why the client gave up at once; a health check should speak HTTP/2 or only open the TCP connection.",
    },
  },
  connections: ConnectionBit.foreign,
  connectionEnd({ connection, report }) {
    const { foreign, end } = connection.client;
    if (foreign?.what !== "truncated" || end === undefined || (end.how !== "fin" && end.how !== "rst")) return;
    report(beginning(connection, "client"), "closed", { octets: foreign.text.length });
  },
});

export const serverSpokeHttp1 = defineRule({
  id: "preface/server-spoke-http1",
  meta: {
    title: "A server that gets the HTTP/2 preface must answer in HTTP/2",
    severity: "error",
    by: "server",
    spec: [says("3.3"), says("3.4")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start2"],
    decidable: "payload",
    messages: { http1: 'the server answered the HTTP/2 preface with "{text}"' },
    docs: {
      why: "The port speaks HTTP/1 only: usually it is the wrong port, or a proxy without HTTP/2 on this side.",
      fix: "Connect to the HTTP/2 port, or enable HTTP/2 without TLS (h2c with prior knowledge) on this one.",
    },
  },
  connections: ConnectionBit.foreign,
  connectionEnd({ connection, report }) {
    const { foreign } = connection.server;
    if (foreign?.what !== "http1" || connection.client.foreign !== undefined) return;
    report(beginning(connection, "server"), "http1", { text: foreign.text.split("\r")[0]! });
  },
});

export const serverSpokeTls = defineRule({
  id: "preface/server-spoke-tls",
  meta: {
    title: "A server must not answer cleartext with TLS",
    severity: "error",
    by: "server",
    spec: [says("3.2"), says("3.3")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start2"],
    decidable: "payload",
    messages: { tls: "the client spoke HTTP/2 without TLS, and the server answered with a {text}" },
    docs: {
      why: "The port speaks TLS and the client does not: nothing that the client sends can be read.",
      fix: "Configure the client for TLS (https, TLS credentials), or connect to the port without TLS.",
    },
  },
  connections: ConnectionBit.foreign,
  connectionEnd({ connection, report }) {
    const { foreign } = connection.server;
    if (foreign?.what !== "tls" || connection.client.foreign !== undefined) return;
    report(beginning(connection, "server"), "tls", { text: foreign.text });
  },
});

export const clientSpokeTls = defineRule({
  id: "preface/client-spoke-tls",
  meta: {
    title: "A client must not speak TLS to a cleartext server",
    severity: "error",
    by: "client",
    spec: [says("3.2"), says("3.3")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "payload",
    messages: { tls: "the client began with a TLS ClientHello, and the server speaks {speaks} without TLS" },
    docs: {
      why: "The port speaks cleartext: the server takes the handshake for a broken preface or request, and closes.",
      fix: "Configure the client for cleartext (h2c, plaintext credentials), or the server for TLS.",
    },
  },
  connections: ConnectionBit.foreign,
  connectionEnd({ connection, report }) {
    const speaks = connection.client.foreign?.what === "tls" ? "HTTP/2" : connection.about.cleartext;
    if (speaks !== undefined) report(beginning(connection, "client"), "tls", { speaks });
  },
});

export const serverSpokeOther = defineRule({
  id: "preface/server-spoke-other",
  meta: {
    title: "A server must answer the HTTP/2 preface in HTTP/2",
    severity: "error",
    by: "server",
    spec: [must("3.4")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start2"],
    decidable: "payload",
    messages: { other: "the client spoke HTTP/2, and the server speaks {protocol}" },
    docs: {
      why: "The client has reached a different service: the port, the address or the route is wrong.",
      fix: "Check the host and port in the client's configuration, and what listens there.",
    },
  },
  connections: ConnectionBit.foreign,
  connectionEnd({ connection, report }) {
    const { foreign } = connection.server;
    if (foreign?.what !== "named" || connection.client.foreign !== undefined) return;
    report(beginning(connection, "server"), "other", { protocol: foreign.text });
  },
});

export const serverClosedFirst = defineRule({
  id: "preface/server-closed-first",
  meta: {
    title: "A server must answer the client's preface before it closes",
    severity: "warning",
    by: "server",
    spec: [must("3.4")],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["start2", "no-gap2"],
    decidable: "payload",
    messages: {
      closed:
        "the server closed ({how}) {ms} ms after the client's preface, without sending a byte: typical of a port that wants TLS, of one without HTTP/2, or of a server that crashed",
    },
    docs: {
      why: "A TLS server finds no ClientHello in the HTTP/2 preface and closes. So does a proxy without HTTP/2, or a process that dies.",
      fix: "Try the port with TLS and with HTTP/1.1; look at the server's log at that time.",
    },
  },
  connections: ConnectionBit.closed,
  connectionEnd({ connection, report }) {
    const { client, server } = connection;
    const { end } = server;
    if (end === undefined || (end.how !== "fin" && end.how !== "rst") || client.prefaceTime < 0) return;
    if (connection.directionOf("server").offset > 0) return;
    if (client.end !== undefined && client.end.at.time <= end.at.time && client.end.how !== "capture-end") return;
    // A preface that crossed the close was not what it is about.
    if (end.how === "fin" && connection.directionOf("client").acknowledged < PREFACE) return;
    const ms = Math.round(Math.max(end.at.time - client.prefaceTime, 0) / MS);
    report(FrameRef.close("server", end.at), "closed", { how: end.how.toUpperCase(), ms });
  },
});

export const connectionRefused = defineRule({
  id: "preface/connection-refused",
  meta: {
    title: "A server should accept connections on the port that clients use",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 9293, section: "3.10.7" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      refused: "{server} refuses connections: it answered the SYN with RST",
      silent: "{server} did not answer: the client sent {count} SYNs in {seconds} s",
    },
    docs: {
      why: "Nothing listens on that port, or a firewall is in the way. The caller sees `connection refused`, or a timeout.",
      fix: "Start the server, or correct host and port; where nothing answers, look at firewalls, routes and network policies.",
    },
  },
  // A scan of ports shall not bury what else is reported.
  session: () => ({ told: 0, servers: new Map<string, number>() }),
  connections: ConnectionBit.unanswered,
  note({ connection: { flow } }) {
    if (!flow.unanswered) return undefined;
    const at = { file: flow.lastFile, packet: flow.lastPacket, time: flow.lastTime, offset: 0, acked: -1 };
    const facts = { refused: flow.refused, syns: flow.syns, lasted: flow.lastTime - flow.firstTime };
    return { facts, subject: FrameRef.at("server", at) };
  },
  compare({ refused, syns, lasted }: Unanswered, { session, server }) {
    if (session.told >= ATTEMPTS) return undefined;
    session.told++;
    const before = session.servers.get(server) ?? 0;
    session.servers.set(server, before + 1);
    // Clients try one address after the other: that one of them is closed is everyday.
    const severity = refused && before < 2 ? "info" : "warning";
    if (refused) return { message: "refused", data: { server }, severity };
    return { message: "silent", data: { server, count: syns, seconds: Math.round(lasted / SECOND) }, severity };
  },
});

/** A connection that nobody took. */
interface Unanswered {
  readonly refused: boolean;
  readonly syns: number;
  /** Nanoseconds. */
  readonly lasted: number;
}

export const serverSilent = defineRule({
  id: "preface/server-silent",
  meta: {
    title: "A server should send its SETTINGS when it has the client's preface",
    severity: "info",
    by: "server",
    spec: [says("3.4")],
    expect: { scope: "connection", codes: [] },
    needs: ["start2"],
    decidable: "payload",
    messages: { silent: "the server acknowledged the client's preface and sent nothing for {seconds} s" },
    docs: {
      why: "The server accepted the TCP connection but no HTTP/2 server reads it: a full accept queue, a stuck process, a proxy.",
      fix: "Look at what listens on that port, and whether it is overloaded.",
    },
  },
  connections: ConnectionBit.silent,
  connectionEnd({ connection, report }) {
    const { client, server, flow } = connection;
    if (client.frames === 0 || connection.directionOf("client").acknowledged < PREFACE) return;
    const waited = flow.lastTime - flow.firstTime;
    if (waited < SILENCE || server.lostOctets > 0 || connection.directionOf("server").offset > 0) return;
    report(beginning(connection, "server"), "silent", { seconds: Math.round(waited / 1e9) });
  },
});

export const settingsSlow = defineRule({
  id: "preface/settings-slow",
  meta: {
    title: "A side should send its preface when it has the other side's",
    severity: "info",
    by: "either",
    spec: [says("3.4")],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: ["start2", "acks"],
    decidable: "head",
    messages: {
      slow: "the {side} sent its first SETTINGS {ms} ms after the other side's preface; a round trip takes {roundTrip} ms",
    },
    docs: {
      why: "The other side waits for the limits that it must keep to; some clients send no request before.",
      fix: "Send SETTINGS as the first thing on a new connection; look for a slow accept queue or a proxy that waits for its backend.",
    },
    options: { late: { default: 1000, unit: "ms", about: "How long a side may take" } },
  },
  kinds: ["settings"],
  settings: { ack: false },
  frame(frame, _stream, { connection, options, report }) {
    if (frame.ack || connection.endpoint(frame.from).settings.first !== undefined) return;
    const theirs = connection.endpoint(other(frame.from)).settings.first;
    const { roundTrip } = connection;
    if (theirs === undefined || roundTrip === undefined || frame.first.acked < theirs.end) return;
    const delay = frame.first.time - theirs.time - roundTrip;
    if (delay <= options.late * MS) return;
    report(frame, "slow", { side: frame.from, ms: Math.round(delay / MS), roundTrip: Math.ceil(roundTrip / MS) });
  },
});

const PREFACE = 24;
// Attempts of a run that are reported.
const ATTEMPTS = 100;
// Nanoseconds.
const SILENCE = 5e9;
