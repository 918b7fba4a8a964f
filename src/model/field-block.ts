import type { DecodedBlock } from "../fields/decoded-block.ts";
import { Observations } from "../http2/observation.ts";
import { type Origin, origin, type Side } from "../place.ts";
import type { PathGroup } from "./path-groups.ts";

/** What a field block is in its stream (RFC 9113 8.1). */
export type BlockRole = "request" | "request-trailers" | "interim" | "response" | "response-trailers" | "promise" | "unknown";

/** HEADERS or PUSH_PROMISE with its CONTINUATIONs, decoded. One object per direction, refilled. */
export class FieldBlock {
  from: Side = "client";
  kind: "headers" | "push-promise" = "headers";
  streamId = 0;
  promisedStreamId = 0;
  /** Of the frame that began it. */
  flags = 0;
  length = 0;
  readonly first: Origin = origin();
  /** The last octet of the frame that began it, and of the block. */
  readonly headLast: Origin = origin();
  readonly last: Origin = origin();
  continuations = 0;
  /** Octets of the field block over all its frames. */
  octets = 0;
  endStream = false;
  role: BlockRole = "unknown";
  /** It opens its stream. */
  opensStream = false;
  /** The content-length that the message's DATA must add up to; -1 for none (RFC 9113 8.1.1). */
  declaredLength = -1;
  /** Undefined where octets of it are missing. */
  decoded: DecodedBlock | undefined;
  /** Of a request whose :path is not known: those that have the same. */
  pathGroup: PathGroup | undefined;
  /** The frame broke a rule whose answer is a connection error: the block passed through HPACK and has no other effect. */
  ignored = false;
  readonly observations = new Observations();
}
