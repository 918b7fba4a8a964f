import type { DecodedBlock } from "../fields/decoded-block.ts";
import { FieldBit } from "../fields/field.ts";
import { Name } from "../fields/name.ts";
import { ValueBit } from "../fields/value-bit.ts";
import type { PathGroup } from "./path-groups.ts";

/** What is remembered of a message's field section; undefined: not there, or not readable. */
export class MessageHead {
  /** Several messages have it: it does not change any more. */
  shared = false;
  /** The field section was decoded in full. */
  known = false;
  method: string | undefined = undefined;
  scheme: string | undefined = undefined;
  authority: string | undefined = undefined;
  path: string | undefined = undefined;
  /** Of a request whose :path is not known: those that have the same. */
  pathGroup: PathGroup | undefined = undefined;
  hasHost = false;
  /** Its field lines, and their octets as SETTINGS_MAX_HEADER_LIST_SIZE counts them. */
  fields = 0;
  listSize = 0;
  /** Octets of its longest name or value; 0 where all are shorter than `LONG`. */
  longest = 0;
  protocol: string | undefined = undefined;
  status = 0;
  contentType: string | undefined = undefined;
  te: string | undefined = undefined;
  userAgent: string | undefined = undefined;
  server: string | undefined = undefined;
  contentLength: string | undefined = undefined;
  /** `ValueBit` of content-type and te, and whether there is a field of gRPC. */
  valueBits = 0;
  grpcStatus: string | undefined = undefined;
  grpcMessage: string | undefined = undefined;
  grpcDetails: string | undefined = undefined;
  grpcTimeout: string | undefined = undefined;
  /** The field lines of a name joined with commas (RFC 9110 5.3). */
  grpcEncoding: string | undefined = undefined;
  grpcAcceptEncoding: string | undefined = undefined;

  /** The head of a request or a response. */
  static of(decoded: DecodedBlock): MessageHead {
    const head = new MessageHead();
    const { slots, contentType } = decoded;
    const te = slots[Name.te];
    head.known = decoded.certainty === "exact" && decoded.fault === undefined;
    head.method = decoded.method?.value;
    head.scheme = decoded.scheme?.value;
    head.authority = decoded.authority?.value;
    head.path = decoded.path?.value;
    head.hasHost = (decoded.bits & FieldBit.host) !== 0;
    head.fields = decoded.count;
    head.listSize = decoded.listSize;
    if (decoded.listSize > LONG) head.longest = longestOf(decoded);
    head.protocol = decoded.protocol?.value;
    head.status = decoded.statusCode;
    head.contentType = contentType?.value;
    head.te = te?.value;
    head.valueBits = (contentType?.valueBits ?? 0) | (te?.valueBits ?? 0);
    head.userAgent = slots[Name.userAgent]?.value;
    head.server = slots[Name.server]?.value;
    head.contentLength = decoded.contentLength?.value;
    head.readGrpc(decoded);
    return head;
  }

  /** One that no other message has. */
  copy(): MessageHead {
    const copy = Object.assign(new MessageHead(), this);
    copy.shared = false;
    return copy;
  }

  /** Take the fields of gRPC from a block of the message: its head, or its trailers. */
  readGrpc(decoded: DecodedBlock): void {
    if ((decoded.bits & FieldBit.grpcName) === 0) return;
    const { slots } = decoded;
    this.valueBits |= decoded.valueBits & ValueBit.grpcField;
    this.grpcStatus = decoded.grpcStatus?.value ?? this.grpcStatus;
    this.grpcMessage = slots[Name.grpcMessage]?.value ?? this.grpcMessage;
    this.grpcDetails = slots[Name.grpcStatusDetailsBin]?.value ?? this.grpcDetails;
    this.grpcTimeout = slots[Name.grpcTimeout]?.value ?? this.grpcTimeout;
    this.grpcEncoding = decoded.joined(Name.grpcEncoding) ?? this.grpcEncoding;
    this.grpcAcceptEncoding = decoded.joined(Name.grpcAcceptEncoding) ?? this.grpcAcceptEncoding;
  }
}

/** Of a message that has not begun. */
export const noHead: MessageHead = Object.freeze(Object.assign(new MessageHead(), { shared: true }));

function longestOf({ fields, count }: DecodedBlock): number {
  let longest = 0;
  for (let i = 0; i < count; i++) longest = Math.max(longest, fields[i]!.name.text.length, fields[i]!.value.length);
  return longest > LONG ? longest : 0;
}

// No program refuses shorter fields.
const LONG = 4096;
