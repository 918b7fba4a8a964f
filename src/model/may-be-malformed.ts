import { BlockBit, type DecodedBlock } from "../fields/decoded-block.ts";
import { FieldBit } from "../fields/field.ts";
import { Name } from "../fields/name.ts";
import { ValueBit } from "../fields/value-bit.ts";
import { Observation } from "../http2/observation.ts";
import type { Connection } from "./connection.ts";
import type { FieldBlock } from "./field-block.ts";
import { contentLengthOf, mayHaveBegun } from "./message.ts";
import type { Stream } from "./stream.ts";

/** A receiver may take the message for malformed, or refuse it, by what the block alone shows (RFC 9113 8.1 to 8.5, RFC 8441). Not a
 *  judgement, which rules make: it only says that the other side may have had a reason to give up. Bits decide for ordinary blocks. */
export function mayBeMalformed(block: FieldBlock, stream: Stream | undefined, connection: Connection): boolean {
  const { decoded } = block;
  if (decoded === undefined || decoded.certainty !== "exact") return false;
  const { bits, valueBits } = decoded;
  if ((bits & SUSPECT) !== 0 || (valueBits & ValueBit.protocol) !== 0) return true;
  switch (block.role) {
    case "request":
      if ((bits & FieldBit.responsePseudo) !== 0 || (valueBits & ValueBit.methodOdd) !== 0) return true;
      return !isOrdinary(decoded) && (isOddRequest(decoded) || hasOddLength(decoded));
    case "interim":
      if (block.endStream || decoded.statusCode === 101) return true;
      return isOddResponse(decoded, block, stream, connection);
    case "response":
      return isOddResponse(decoded, block, stream, connection);
    case "request-trailers":
    case "response-trailers":
      if (stream?.seen !== true || block.observations.has(Observation.interimAfterFinal)) return false;
      return (bits & (FieldBit.pseudo | FieldBit.trailerForbidden)) !== 0;
    default:
      return false;
  }
}

// All that a request needs, and nothing that would have to be looked at.
function isOrdinary({ bits, valueBits }: DecodedBlock): boolean {
  return (
    (valueBits & NEEDED) === NEEDED && (valueBits & WEB) !== 0 && (valueBits & ODD) === 0 && (bits & BlockBit.repeated) === 0
  );
}

// RFC 9113 8.3.1 and 8.5; that :method is there and a token was asked before.
function isOddRequest({ method, scheme, path, authority, slots }: DecodedBlock): boolean {
  if (method === undefined) return true;
  if (method.value === "CONNECT")
    return scheme !== undefined || path !== undefined || !/^[^:].*:[0-9]+$/.test(authority?.value ?? "");
  if (scheme === undefined || path === undefined) return true;
  if ((scheme.valueBits & WEB) === 0) return !/^[a-z][a-z0-9+.-]*$/i.test(scheme.value);
  if ((path.valueBits & ValueBit.pathOdd) !== 0 && !(path.value === "*" && method.value === "OPTIONS")) return true;
  const host = authority ?? slots[Name.host];
  return host === undefined || host.value === "" || (host === authority && host.value.includes("@"));
}

function isOddResponse(decoded: DecodedBlock, block: FieldBlock, stream: Stream | undefined, connection: Connection): boolean {
  if ((decoded.bits & FieldBit.requestPseudo) !== 0 || (decoded.valueBits & ValueBit.statusOdd) !== 0) return true;
  if (decoded.status === undefined && !mayHaveBegun(block.streamId, connection.server)) return true;
  // RFC 8441 5: whoever knows only CONNECT may find fault with the answer.
  return stream?.request.protocol !== undefined || hasOddLength(decoded);
}

const hasOddLength = (decoded: DecodedBlock): boolean => contentLengthOf(decoded) === undefined;

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

const WEB = ValueBit.schemeHttp | ValueBit.schemeHttps;
const NEEDED = ValueBit.method | ValueBit.path | ValueBit.authority;
const ODD = ValueBit.methodConnect | ValueBit.pathOdd | ValueBit.authorityOdd | ValueBit.contentLengthOdd;
