// In: field blocks with their role, and DATA. Out: what an HTTP message means beyond one block: how much content it declares (RFC 9113
// 8.1.1), and the observations that take several frames, or the other side's settings, to make. What one block shows by itself is for rules
// to say. A block is looked at only where all its fields are known, and what is missing is blamed on nobody where the capture may have
// lost it.
import { BlockBit, type DecodedBlock } from "../fields/decoded-block.ts";
import { FieldBit } from "../fields/field.ts";
import { ValueBit } from "../fields/value-bit.ts";
import type { Frame } from "../http2/frame.ts";
import { Observation } from "../http2/observation.ts";
import { Setting } from "../http2/setting.ts";
import { other } from "../place.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import type { FieldBlock } from "./field-block.ts";
import type { Stream } from "./stream.ts";

/** Notes the observations of a block and works out its `declaredLength`, before it takes effect.
 *  @param stream The block's stream, or that of a promise; undefined where the block opens it. */
export function noteMessage(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
  const { decoded, observations } = block;
  if (decoded === undefined) return;
  // RFC 9113 6.5.2: a lower bound where some fields are unknown.
  const { settings } = connection.endpoint(other(block.from));
  if (decoded.listSize > settings.largest(Setting.maxHeaderListSize, block.first.acked))
    observations.note(Observation.listSizeExceeded);
  if (decoded.certainty !== "exact") return;
  switch (block.role) {
    case "request":
      noteRequest(block, decoded, connection);
      break;
    case "interim":
    case "response":
      if ((decoded.bits & FieldBit.contentLength) !== 0) noteResponseLength(block, decoded, stream, connection);
      break;
    case "request-trailers":
    case "response-trailers":
      noteTrailers(block, stream, connection);
      break;
    case "promise":
      if (stream !== undefined && isTunnel(stream, connection.server)) observations.note(Observation.onTunnel);
      break;
  }
}

/** Notes the observations of DATA, before it takes effect. */
export function noteContent(frame: Frame, stream: Stream, sender: Endpoint, connection: Connection): void {
  const { observations } = frame;
  const half = stream.half(frame.from);
  const content = Math.max(frame.contentLength, 0);
  if (frame.from === "server") {
    if (half.message === "no" && stream.seen && stream.response.status < 200) {
      if (mayHaveBegun(stream.id, sender)) connection.uncheck("headers/data-before-headers", "no-gap");
      else observations.note(Observation.dataBeforeHeaders);
    } else if (content > 0 && hasNoContent(stream)) observations.note(Observation.contentForbidden);
  }
  const declared = half.declaredLength;
  if (declared < 0) return;
  const before = half.dataOctets;
  const exceeds = before + content > declared;
  if (exceeds ? before > declared : !frame.endStream || before + content === declared) return;
  if (!sender.unbroken) connection.uncheck("headers/content-length-mismatch", "body");
  else observations.note(Observation.contentLengthMismatch);
}

/** Where the content-length fields of a block agree on a number, that; -1 without such a field, undefined where they do not (RFC 9110 8.6:
 *  equal values, repeated or in a list, stand for one). */
export function contentLengthOf(decoded: DecodedBlock): number | undefined {
  const { contentLength } = decoded;
  if (contentLength === undefined) return -1;
  if ((decoded.valueBits & ValueBit.contentLengthOdd) === 0 && (decoded.bits & BlockBit.repeated) === 0)
    return Number(contentLength.value);
  let length = -1;
  for (let i = 0; i < decoded.count; i++) {
    const { bits, value } = decoded.fields[i]!;
    if ((bits & FieldBit.contentLength) === 0) continue;
    for (const text of value.split(",")) {
      const number = DIGITS.test(text) ? Number(text) : -1;
      if (number < 0 || (length >= 0 && length !== number)) return undefined;
      length = number;
    }
  }
  return length;
}

/** HEADERS of this stream may be among octets that are missing, or in a frame that had no effect. */
export function mayHaveBegun(streamId: number, sender: Endpoint): boolean {
  return !sender.unbroken || sender.fieldsLost || sender.hasRefused(streamId);
}

function noteRequest(block: FieldBlock, decoded: DecodedBlock, connection: Connection): void {
  const { bits, valueBits, scheme } = decoded;
  const connects = (valueBits & ValueBit.methodConnect) !== 0 && decoded.method?.value === "CONNECT";
  // It depends on the connection: asked here by bits it costs a lawful request no rule.
  const misfit = connection.protocol.startsWith("h2c") ? ValueBit.schemeHttps : ValueBit.schemeHttp;
  if ((valueBits & misfit) !== 0 && ((scheme?.valueBits ?? 0) & misfit) !== 0 && !(connects && decoded.protocol === undefined))
    block.observations.note(Observation.schemeMismatch);
  if (!connects && (bits & FieldBit.contentLength) !== 0) noteLength(block, decoded);
}

// RFC 9110 6.4.1: the request decides, too, whether there is content.
function noteResponseLength(block: FieldBlock, decoded: DecodedBlock, stream: Stream | undefined, connection: Connection): void {
  const code = decoded.statusCode;
  const request = stream?.request;
  const connects = request?.known === true && request.method === "CONNECT" && code >= 200 && code < 300;
  if (connects && request.protocol === undefined) block.observations.note(Observation.connectLength);
  if (block.role !== "response") return;
  if (request?.known !== true || request.method === undefined) connection.uncheck("headers/content-length-mismatch", "seen");
  else if (!connects && request.method !== "HEAD" && code !== 204 && code !== 304) noteLength(block, decoded);
}

function noteLength(block: FieldBlock, decoded: DecodedBlock): void {
  block.declaredLength = contentLengthOf(decoded) ?? -1;
  if (block.endStream && block.declaredLength > 0) block.observations.note(Observation.contentLengthMismatch);
}

function noteTrailers(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
  // Without the stream's beginning what looks like trailers may be anything.
  if (stream?.seen !== true) return;
  const sender = connection.endpoint(block.from);
  if (isTunnel(stream, sender)) block.observations.note(Observation.onTunnel);
  const { declaredLength, dataOctets } = stream.half(block.from);
  if (!block.endStream || dataOctets >= declaredLength) return;
  if (sender.unbroken) block.observations.note(Observation.contentLengthMismatch);
  else connection.uncheck("headers/content-length-mismatch", "body");
}

// RFC 9110 6.4.1: no answer to HEAD has content, nor has one with 204 or 304.
function hasNoContent({ request, response, server }: Stream): boolean {
  if (server.message !== "yes" || !response.known) return false;
  return response.status === 204 || response.status === 304 || (request.known && request.method === "HEAD");
}

// RFC 9113 8.5: connected, as the sender knows: by its own 2xx, or by one that it has processed. RFC 8441 leaves open what else its
// protocols may send.
function isTunnel({ request, response, server }: Stream, sender: Endpoint): boolean {
  if (request.method !== "CONNECT" || !request.known || request.protocol !== undefined) return false;
  if (server.message !== "yes" || response.status < 200 || response.status > 299) return false;
  return sender.side === "server" || server.messageAt <= sender.processed;
}

// With the white space of a list.
const DIGITS = /^[ \t]*[0-9]+[ \t]*$/;
