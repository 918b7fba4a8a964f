// In: field blocks with their role, and DATA. Out: what is wrong with the HTTP message they make up (RFC 9113 sections 8.1 to 8.5,
// RFC 8441), as observations. What the bits of single fields show is not here: rules ask for those. A block is looked at only where all its
// fields are known, and what is missing is blamed on nobody where the capture may have lost it.
import { BlockBit, type DecodedBlock } from "../fields/decoded-block.ts";
import { FieldBit } from "../fields/field.ts";
import { Name } from "../fields/name.ts";
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
  if (decoded.protocol !== undefined) observations.note(Observation.extendedConnect);
  switch (block.role) {
    case "request":
      noteRequest(block, decoded, connection);
      break;
    case "interim":
    case "response":
      noteResponse(block, decoded, stream, connection);
      break;
    case "request-trailers":
    case "response-trailers":
      noteTrailers(block, decoded, stream, connection);
      break;
    case "promise":
      if ((decoded.bits & FieldBit.responsePseudo) !== 0) observations.note(Observation.pseudoMisplaced);
      if ((decoded.bits & FieldBit.contentLength) !== 0) noteLength(block, decoded, false);
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

// RFC 9113 8.3.1 and 8.5; RFC 8441 4: with :protocol CONNECT is like any other request.
function noteRequest(block: FieldBlock, decoded: DecodedBlock, connection: Connection): void {
  const { observations } = block;
  const method = decoded.method?.value;
  const scheme = decoded.scheme?.value;
  const path = decoded.path?.value;
  const authority = decoded.authority?.value;
  if (method === undefined) observations.note(Observation.methodMissing);
  else if (method !== "GET" && method !== "POST" && !TOKEN.test(method)) observations.note(Observation.methodInvalid);
  if ((decoded.bits & FieldBit.responsePseudo) !== 0) observations.note(Observation.pseudoMisplaced);
  const connects = method === "CONNECT";
  if (connects && decoded.protocol === undefined) {
    if (scheme !== undefined || path !== undefined) observations.note(Observation.connectSchemePath);
    if (authority === undefined || !HOST_AND_PORT.test(authority)) observations.note(Observation.connectAuthority);
  } else {
    if (scheme === undefined) observations.note(Observation.schemeMissing);
    if (path === undefined) observations.note(Observation.pathMissing);
    if (scheme !== undefined) {
      if (isWeb(scheme)) noteWebRequest(block, decoded, connection, scheme, path, authority);
      else if (!SCHEME.test(scheme)) observations.note(Observation.schemeInvalid);
    }
  }
  if ((decoded.bits & FieldBit.contentLength) !== 0) noteLength(block, decoded, !connects);
}

// RFC 9113 8.3.1: what the schemes http and https ask for.
function noteWebRequest(
  { observations }: FieldBlock,
  decoded: DecodedBlock,
  connection: Connection,
  scheme: string,
  path: string | undefined,
  authority: string | undefined,
): void {
  if (path === "") observations.note(Observation.pathEmpty);
  else if (path !== undefined && path.charCodeAt(0) !== SLASH && !(path === "*" && decoded.method?.value === "OPTIONS")) {
    observations.note(Observation.pathForm);
  }
  if (authority?.includes("@") === true) observations.note(Observation.authorityUserinfo);
  // With :protocol it is RFC 8441 that asks for :authority.
  else if (decoded.protocol === undefined && (authority ?? decoded.slots[Name.host]?.value ?? "") === "") {
    observations.note(Observation.authorityMissing);
  }
  const cleartext = connection.protocol.startsWith("h2c");
  if ((scheme.length === HTTPS.length) === cleartext) observations.note(Observation.schemeMismatch);
}

function noteResponse(block: FieldBlock, decoded: DecodedBlock, stream: Stream | undefined, connection: Connection): void {
  const { observations } = block;
  const code = decoded.statusCode;
  if (decoded.status === undefined) {
    // These may be trailers.
    if (mayHaveBegun(block.streamId, connection.server)) connection.uncheck("headers/missing-status", "no-gap");
    else observations.note(Observation.statusMissing);
  } else if (code < 100 || code > 599) observations.note(Observation.statusInvalid);
  if ((decoded.bits & FieldBit.requestPseudo) !== 0) observations.note(Observation.pseudoMisplaced);
  if (block.role === "interim") {
    if (block.endStream) observations.note(Observation.interimEndsStream);
    if (code === 101) observations.note(Observation.switchingProtocols);
  }
  const request = stream?.request;
  if (request?.protocol !== undefined) observations.note(Observation.extendedConnect);
  if ((decoded.bits & FieldBit.contentLength) === 0) return;
  const connects = request?.known === true && request.method === "CONNECT" && code >= 200 && code < 300;
  if (connects && request.protocol === undefined) observations.note(Observation.connectLength);
  // RFC 9110 6.4.1: the request decides, too, whether there is content.
  const counts = block.role === "response" && request?.known === true && request.method !== undefined;
  const none = connects || request?.method === "HEAD" || code === 204 || code === 304;
  if (block.role === "response" && !counts) connection.uncheck("headers/content-length-mismatch", "seen");
  noteLength(block, decoded, counts && !none);
}

function noteTrailers(block: FieldBlock, { bits }: DecodedBlock, stream: Stream | undefined, connection: Connection): void {
  // Without the stream's beginning what looks like trailers may be anything.
  if (stream?.seen !== true) {
    if ((bits & FieldBit.pseudo) !== 0) connection.uncheck("headers/pseudo-in-trailers", "seen");
    return;
  }
  // An interim response after the final one is no trailers.
  if (!block.observations.has(Observation.interimAfterFinal)) {
    if ((bits & FieldBit.pseudo) !== 0) block.observations.note(Observation.pseudoMisplaced);
    if ((bits & FieldBit.trailerForbidden) !== 0) block.observations.note(Observation.trailerMisplaced);
  }
  const sender = connection.endpoint(block.from);
  if (isTunnel(stream, sender)) block.observations.note(Observation.onTunnel);
  const { declaredLength, dataOctets } = stream.half(block.from);
  if (!block.endStream || dataOctets >= declaredLength) return;
  if (sender.unbroken) block.observations.note(Observation.contentLengthMismatch);
  else connection.uncheck("headers/content-length-mismatch", "body");
}

// RFC 9110 8.6: equal values, repeated or in a list, stand for one.
function noteLength(block: FieldBlock, decoded: DecodedBlock, counts: boolean): void {
  const { observations } = block;
  let length = -1;
  for (let i = 0; i < decoded.count; i++) {
    const { bits, value } = decoded.fields[i]!;
    if ((bits & FieldBit.contentLength) === 0) continue;
    for (const text of value.includes(",") ? value.split(",") : [value]) {
      const number = DIGITS.test(text) ? Number(text) : -1;
      if (number < 0 || (length >= 0 && length !== number)) {
        observations.note(Observation.contentLengthInvalid);
        return;
      }
      length = number;
    }
  }
  if (!counts) return;
  block.declaredLength = length;
  if (block.endStream && length > 0) observations.note(Observation.contentLengthMismatch);
}

// HEADERS of this stream may be among octets that are missing, or in a frame that had no effect.
function mayHaveBegun(streamId: number, sender: Endpoint): boolean {
  return !sender.unbroken || sender.fieldsLost || sender.hasRefused(streamId);
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

const isWeb = (scheme: string): boolean => scheme === "http" || scheme === HTTPS || WEB.test(scheme);

const HTTPS = "https";
const SLASH = 0x2f;
const WEB = /^https?$/i;
// RFC 9110 5.6.2; RFC 3986 3.1; RFC 9113 8.5; RFC 9110 8.6, with the white space of a list.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const HOST_AND_PORT = /^[^:].*:[0-9]+$/;
const DIGITS = /^[ \t]*[0-9]+[ \t]*$/;
// The message is malformed, or may be.
export function isSuspect({ decoded }: FieldBlock): boolean {
  if (decoded === undefined || decoded.certainty !== "exact") return false;
  return (decoded.bits & SUSPECT) !== 0;
}

// RFC 9113 8.2, 8.3.
const SUSPECT =
  FieldBit.pseudoUnknown |
  FieldBit.upperCase |
  FieldBit.invalidNameChar |
  FieldBit.colonInName |
  FieldBit.emptyName |
  FieldBit.connectionSpecific |
  FieldBit.invalidValueChar |
  FieldBit.whitespaceEdge |
  BlockBit.pseudoAfterRegular |
  BlockBit.pseudoDuplicate;
