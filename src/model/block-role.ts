// What HEADERS on a stream are, in their sender's own order: the request or response, trailers, or what may not be there
// (RFC 9113 sections 5.1.1, 8.1).
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { Observation } from "../http2/observation.ts";
import { observeConcurrency } from "./concurrency.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import type { FieldBlock } from "./field-block.ts";
import { isUpgraded, observeAboveGoaway, observeAfterGoaway, observeLate } from "./on-stream.ts";
import type { Stream } from "./stream.ts";
import { illegalInput, mayGoOn, stateFor } from "./stream-state.ts";

/** Set the block's role, and observe what is wrong with its being there. */
export function observeHeaders(
  fields: FieldBlock,
  stream: Stream | undefined,
  sender: Endpoint,
  peer: Endpoint,
  c: Connection,
): void {
  if (stream === undefined) {
    observeNewStream(fields, sender, peer, c);
    if (!fields.opensStream && fields.observations.count === 0) guessRole(fields);
  } else if (stream.seen) {
    observeKnownStream(fields, stream, sender, c);
    observeLate(fields.observations, stream, fields.first.acked, sender, peer);
    // RFC 9113 5.1.2: a promised stream counts from its response on.
    if (stream.reserved && fields.observations.count === 0) observeConcurrency(fields, sender, peer, c);
  } else guessRole(fields);
}

function observeNewStream(fields: FieldBlock, sender: Endpoint, peer: Endpoint, c: Connection): void {
  const id = fields.streamId;
  const { observations } = fields;
  const byClient = (id & 1) === 1;
  if (sender.side === "client") {
    if (!byClient) {
      observations.note(Observation.streamIdParity);
      return;
    }
    const requestShaped = isRequestShaped(fields.decoded);
    const whole = sender.opensLikely && id > sender.forgotten;
    if (id > sender.highestOpened) {
      // Not certain to be the first frame of its stream where octets went before: only a request can be.
      if (!whole && !requestShaped) {
        c.uncheck("stream-id/*", "seen");
        return;
      }
      fields.opensStream = true;
      fields.role = "request";
      observeAfterGoaway(observations, sender, peer, fields.first, c);
      observeConcurrency(fields, sender, peer, c);
    } else if (whole || requestShaped) observations.note(Observation.streamIdNotIncreasing);
    else c.uncheck("stream-id/*", "seen");
    return;
  }
  if (peer.hasRefused(id)) return;
  const opener = byClient ? peer : sender;
  if (!opener.opensKnownFor(sender) || id <= opener.forgotten) {
    c.uncheck("stream-id/*", "seen");
    return;
  }
  observations.note(byClient ? Observation.streamIdUnopened : Observation.streamIdUnpromised);
}

function observeKnownStream(fields: FieldBlock, stream: Stream, sender: Endpoint, c: Connection): void {
  const { observations, decoded } = fields;
  if (isUpgraded(stream, sender, c)) {
    observations.note(Observation.onUpgraded);
    return;
  }
  const own = stream.half(sender.side);
  const horizon = fields.first.acked;
  observeAboveGoaway(observations, stream, sender);
  if (!mayGoOn(stream, sender.side)) {
    const state = stateFor(stream, sender.side, horizon, sender.processed);
    const illegal = illegalInput(state, sender.side, "headers", stream.promised);
    if (illegal !== undefined) {
      const requestShaped = decoded?.method !== undefined;
      const readable = decoded !== undefined && decoded.certainty !== "unknown";
      const finished = state === "reset (own)" || state === "closed" || own.endAt >= 0;
      const reuse =
        finished &&
        illegal !== Observation.clientOnPushed &&
        (requestShaped || (!readable && state !== "reset (own)" && state === "closed"));
      observations.note(reuse ? Observation.streamIdReuse : illegal);
      return;
    }
  }
  if (sender.side === "server" && stream.initiator === "client" && stream.openedAt > horizon && horizon >= 0) {
    observations.note(Observation.streamIdUnopened);
    return;
  }
  // An RST_STREAM of the peer that the sender is not known to have processed excuses the frame's being there, not what it is: the sender
  // built the message without knowing of it.
  if (sender.side === "client") {
    fields.role = "request-trailers";
    observations.note(fields.endStream ? Observation.requestTrailers : Observation.secondHeadersWithoutEnd);
    return;
  }
  const status = decoded?.statusCode ?? 0;
  const interim = isInterim(status);
  if (own.message === "yes") {
    fields.role = "response-trailers";
    if (interim && decoded?.certainty === "exact") observations.note(Observation.interimAfterFinal);
    else if (!fields.endStream) observations.note(Observation.secondHeadersWithoutEnd);
    return;
  }
  if (own.message === "maybe" && status === 0) {
    fields.role = fields.endStream ? "response-trailers" : "unknown";
    return;
  }
  fields.role = interim ? "interim" : "response";
}

// The beginning of the stream was not captured: the fields themselves tell what they are, or nothing does.
function guessRole(fields: FieldBlock): void {
  const { decoded } = fields;
  if (decoded === undefined || decoded.certainty !== "exact") fields.role = "unknown";
  else if (fields.from === "client" && decoded.method === undefined) fields.role = "request-trailers";
  else if (fields.from === "client") fields.role = isRequestShaped(decoded) ? "request" : "unknown";
  else if (decoded.status === undefined) fields.role = "response-trailers";
  else fields.role = isInterim(decoded.statusCode) ? "interim" : "response";
}

// A method alone may stand in trailers that break a rule; unknown fields may be what is not there.
function isRequestShaped(decoded: DecodedBlock | undefined): boolean {
  if (decoded?.method === undefined) return false;
  if (decoded.certainty !== "exact" || decoded.method.value === "CONNECT") return true;
  return decoded.path !== undefined && decoded.scheme !== undefined;
}

const isInterim = (status: number): boolean => status >= 100 && status < 200;
