// A connection as an object of a report.
import type { Clock } from "../capture/clock.ts";
import type { Connection } from "../model/connection.ts";
import type { Endpoint } from "../model/endpoint.ts";
import type { RecognisedSoftware } from "../pairing/reaction.ts";
import type { ConnectionEvent } from "./event.ts";
import { utf8 } from "./text.ts";

/** @param software What its ends were recognised as. */
export function connectionEvent(connection: Connection, clock: Clock, software?: RecognisedSoftware): ConnectionEvent {
  const { client, server, flow } = connection;
  const first = firstToEnd(client, server);
  const http2 = connection.isHttp2;
  const plain = {
    kind: "connection",
    id: connection.id,
    client: connection.address("client"),
    server: connection.address("server"),
    transport: connection.about.tls === undefined ? "tcp" : "tls",
    protocol: connection.protocol,
    complete: {
      start: http2 ? client.started && server.started : flow.directions.some((d) => d.syn),
      end: http2 ? first !== undefined : flow.directions.some((d) => d.ended && d.fin >= 0),
      lostOctets: { client: client.lostOctets, server: server.lostOctets },
    },
    frames: connection.frames,
    streams: connection.streamCount,
    calls: connection.calls,
    start: clock.text(flow.firstTime),
    duration: flow.lastTime - flow.firstTime,
  } as const;
  const endedBy = first && { side: first.side, how: first.end!.how as "fin" | "rst", packet: first.end!.at.packet };
  const ended = endedBy === undefined ? {} : { endedBy };
  const signed = software !== undefined && software.evidence.length > 0;
  // Nearly all: what is put together of several objects takes several times as long.
  if (!signed && isPlain(connection)) return { ...plain, ...ended };
  const { frames, streams, calls, start, duration, ...head } = plain;
  return {
    ...head,
    ...(http2 ? rolesOf(connection) : {}),
    ...{ frames, streams, calls, start, duration },
    ...aboutOf(connection),
    ...ended,
    ...(signed ? softwareOf(software) : {}),
  };
}

function softwareOf({ client, server, evidence }: RecognisedSoftware): Pick<ConnectionEvent, "software" | "softwareEvidence"> {
  const software = { ...(client === undefined ? {} : { client }), ...(server === undefined ? {} : { server }) };
  return {
    ...(Object.keys(software).length === 0 ? {} : { software }),
    ...(evidence.length === 0
      ? {}
      : { softwareEvidence: evidence.map((sign) => ({ ...sign, text: utf8(sign.text), says: utf8(sign.says) })) }),
  };
}

// Of the two that sent FIN or RST, the earlier one.
function firstToEnd(client: Endpoint, server: Endpoint): Endpoint | undefined {
  if (!wasClosed(client)) return wasClosed(server) ? server : undefined;
  return wasClosed(server) && server.end!.at.time < client.end!.at.time ? server : client;
}

const wasClosed = ({ end }: Endpoint): boolean => end !== undefined && (end.how === "fin" || end.how === "rst");

// There is nothing to say of it but what is said of each.
function isPlain({ about, roles }: Connection): boolean {
  const { recognised, proxied, tunnel, tls } = about;
  if (recognised !== undefined || proxied !== undefined || tunnel !== undefined || tls !== undefined) return false;
  return roles === "syn" || roles === "preface";
}

// A SYN or the preface leaves nothing to say.
function rolesOf({ roles, rolesProven }: Connection): Pick<ConnectionEvent, "roles"> {
  if (roles === "syn" || roles === "preface") return {};
  if (roles === "guess") return { roles: { certainty: "unknown" } };
  return { roles: { certainty: rolesProven ? "proven" : "likely", by: roles } };
}

// Text from the wire as text.
function aboutOf({ about }: Connection): Pick<ConnectionEvent, "recognised" | "proxied" | "tunnel" | "tls"> {
  const { recognised, proxied, tunnel, tls } = about;
  return {
    ...(recognised === undefined ? {} : { recognised: utf8(recognised) }),
    ...(proxied === undefined ? {} : { proxied }),
    ...(tunnel === undefined ? {} : { tunnel: { ...tunnel, target: utf8(tunnel.target) } }),
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ...tls,
            ...(tls.serverName === undefined ? {} : { serverName: utf8(tls.serverName) }),
            ...(tls.alpnOffered === undefined ? {} : { alpnOffered: tls.alpnOffered.map(utf8) }),
            ...(tls.alpn === undefined ? {} : { alpn: utf8(tls.alpn) }),
          },
        }),
  };
}
