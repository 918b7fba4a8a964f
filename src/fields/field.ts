import { Name } from "./name.ts";
import { classesOf, OctetClass } from "./octet-class.ts";
import { nameValueBits, valueValueBits } from "./value-bit.ts";

/** Facts of one field that depend on its name and value alone, worked out once. Names are judged as sent: `TE` is not `te`. */
export const FieldBit = {
  /** The name starts with a colon. */
  pseudo: 1 << 0,
  /** ... but is none of :method :scheme :authority :path :status :protocol. */
  pseudoUnknown: 1 << 1,
  /** :method :scheme :authority :path :protocol (RFC 9113 8.3.1, RFC 8441 4). */
  requestPseudo: 1 << 2,
  /** :status (RFC 9113 8.3.2). */
  responsePseudo: 1 << 3,
  /** RFC 9113 8.2: an octet 0x41-0x5a in the name. */
  upperCase: 1 << 4,
  /** RFC 9113 8.2.1: an octet 0x00-0x20 or 0x7f-0xff in the name. */
  invalidNameChar: 1 << 5,
  /** Legal for RFC 9113 8.2.1 but no token (RFC 9110 5.1); the colon of a pseudo name aside. */
  nonToken: 1 << 6,
  /** RFC 9113 8.2.1: a colon at any place but the first. */
  colonInName: 1 << 7,
  emptyName: 1 << 8,
  /** RFC 9113 8.2.2. */
  connectionSpecific: 1 << 9,
  te: 1 << 10,
  http2Settings: 1 << 11,
  host: 1 << 12,
  contentLength: 1 << 13,
  contentType: 1 << 14,
  /** RFC 9110 6.5.1: framing, routing, authentication, request modifiers, response control, content format. */
  trailerForbidden: 1 << 15,
  /** The name starts with `grpc-`. */
  grpcName: 1 << 16,
  /** The name ends with `-bin`. */
  binName: 1 << 17,
  /** RFC 7541 7.1.3: better never put in a table. */
  sensitive: 1 << 18,
  /** Octets were lost: the name cannot be known (its text is ""). */
  nameUnknown: 1 << 19,
  /** RFC 9113 8.2.1: NUL, CR or LF in the value. */
  invalidValueChar: 1 << 20,
  /** RFC 9113 8.2.1: the value starts or ends with SP or HTAB. */
  whitespaceEdge: 1 << 21,
  /** An octet outside 0x20-0x7e in the value. */
  nonPrintable: 1 << 22,
  /** Octets were lost: the value cannot be known (it is ""). */
  valueUnknown: 1 << 23,
  /** A name that HTTP allows and gRPC does not: an octet other than `0-9 a-z _ - .` (1 << 24 to 1 << 26, 28, 30 and 31 are
   *  of whole blocks). */
  notMetadataName: 1 << 27,
  /** sec-websocket-key and sec-websocket-accept. */
  webSocketKey: 1 << 29,
} as const;

/** A field name, one character per octet. The known ones exist once; of others there may be several: compare the text. */
export class FieldName {
  readonly text: string;
  /** One of `Name`, 0 for all other names. */
  readonly id: number;
  /** The name's part of `FieldBit`. */
  readonly bits: number;
  /** The name's part of `ValueBit`. */
  readonly valueBits: number;
  /** Differs from name to name: where the hash of a value starts. */
  readonly seed: number;

  constructor(text: string, id: number, bits: number) {
    this.text = text;
    this.id = id;
    this.bits = bits;
    this.valueBits = nameValueBits(id, text);
    this.seed = Math.imul(++made, 0x9e3779b1);
  }
}

/** A name and a value, one character per octet: immutable, and shared by all blocks that hold it. */
export class Field {
  readonly name: FieldName;
  readonly value: string;
  /** `FieldBit` of the name and of the value. */
  readonly bits: number;
  /** `ValueBit` of the two. */
  readonly valueBits: number;
  /** RFC 7541 4.1: name + value + 32. What is unknown counts nothing. */
  readonly size: number;
  /** Of one that is not known but is the same wherever it stands: its number, among all there are; else 0. */
  readonly entry: number;

  constructor(name: FieldName, value: string, valueBits: number, entry = 0) {
    this.name = name;
    this.value = value;
    this.bits = name.bits | valueBits;
    this.valueBits = name.valueBits | ((valueBits & FieldBit.valueUnknown) === 0 ? valueValueBits(name.id, value) : 0);
    this.size = name.text.length + value.length + 32;
    this.entry = entry;
  }
}

/** @param classes The classes of all octets of the name. */
export function fieldName(text: string, classes: number = classesOf(text)): FieldName {
  return known.get(text) ?? new FieldName(text, Name.other, nameBits(text, classes));
}

/** @param classes The classes of all octets of the value. */
export function field(name: FieldName, value: string, classes: number = classesOf(value)): Field {
  return new Field(name, value, valueBits(value, classes));
}

function nameBits(text: string, classes: number): number {
  let bits = 0;
  if (text === "") bits |= FieldBit.emptyName;
  if ((classes & OctetClass.upperCase) !== 0) bits |= FieldBit.upperCase;
  if ((classes & OctetClass.notName) !== 0) bits |= FieldBit.invalidNameChar;
  if ((classes & OctetClass.colon) !== 0 && text.includes(":", 1)) bits |= FieldBit.colonInName;
  if (bits === 0 && (classes & OctetClass.delimiter) !== 0) bits |= FieldBit.nonToken;
  if (text.startsWith(":")) {
    bits |= FieldBit.pseudo;
    if (text === ":status") bits |= FieldBit.responsePseudo;
    else if (requestPseudoNames.has(text)) bits |= FieldBit.requestPseudo;
    else bits |= FieldBit.pseudoUnknown;
  }
  if (bits === 0 && /[^0-9a-z_.-]/.test(text)) bits |= FieldBit.notMetadataName;
  if (text.startsWith("grpc-")) bits |= FieldBit.grpcName;
  if (text.endsWith("-bin")) bits |= FieldBit.binName;
  // Conditionals are request modifiers, whatever may be added to them.
  if (text.startsWith("if-")) bits |= FieldBit.trailerForbidden;
  return bits | (namedBits.get(text) ?? 0);
}

function valueBits(value: string, classes: number): number {
  let bits = 0;
  if ((classes & OctetClass.notValue) !== 0) bits |= FieldBit.invalidValueChar;
  if ((classes & OctetClass.notPrintable) !== 0) bits |= FieldBit.nonPrintable;
  if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1))) bits |= FieldBit.whitespaceEdge;
  return bits;
}

const isBlank = (char: number): boolean => char === 0x20 || char === 0x09;

let made = 0;

const requestPseudoNames = new Set([":method", ":scheme", ":authority", ":path", ":protocol"]);

const { connectionSpecific, sensitive, trailerForbidden } = FieldBit;

const namedBits = new Map<string, number>([
  ["connection", connectionSpecific | trailerForbidden],
  ["proxy-connection", connectionSpecific | trailerForbidden],
  ["keep-alive", connectionSpecific | trailerForbidden],
  ["transfer-encoding", connectionSpecific | trailerForbidden],
  ["upgrade", connectionSpecific],
  ["te", FieldBit.te | trailerForbidden],
  ["http2-settings", FieldBit.http2Settings],
  ["host", FieldBit.host | trailerForbidden],
  ["content-length", FieldBit.contentLength | trailerForbidden],
  ["content-type", FieldBit.contentType | trailerForbidden],
  ["content-encoding", trailerForbidden],
  ["content-range", trailerForbidden],
  ["trailer", trailerForbidden],
  ["cache-control", trailerForbidden],
  ["pragma", trailerForbidden],
  ["expect", trailerForbidden],
  ["range", trailerForbidden],
  ["max-forwards", trailerForbidden],
  ["authorization", trailerForbidden | sensitive],
  ["proxy-authorization", trailerForbidden | sensitive],
  ["proxy-authenticate", trailerForbidden],
  ["www-authenticate", trailerForbidden],
  ["cookie", sensitive],
  ["sec-websocket-key", FieldBit.webSocketKey],
  ["sec-websocket-accept", FieldBit.webSocketKey],
  ["set-cookie", trailerForbidden | sensitive],
]);

// In the order of their ids.
const knownNames = [
  ...[":method", ":scheme", ":authority", ":path", ":status", ":protocol"],
  ...["host", "te", "content-type", "content-length", "user-agent", "server", "priority"],
  ...["grpc-status", "grpc-message", "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "grpc-status-details-bin"],
  ...["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "http2-settings", "trailer", "expect"],
  ...["authorization", "proxy-authorization", "proxy-authenticate", "www-authenticate", "cookie", "set-cookie"],
  ...["cache-control", "pragma", "range", "max-forwards", "content-encoding", "content-range"],
  ...["if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since"],
  ...["alt-svc", "accept-encoding", "retry-after"],
  ...["grpc-previous-rpc-attempts", "grpc-retry-pushback-ms", "grpc-trace-bin", "grpc-tags-bin", "grpc-server-stats-bin"],
  ...["grpc-internal-encoding-request", "grpc-message-type"],
];

const known = new Map(knownNames.map((text, i) => [text, new FieldName(text, i + 1, nameBits(text, classesOf(text)))]));

export const unknownName = new FieldName("", Name.other, FieldBit.nameUnknown);

export const unknownField = new Field(unknownName, "", FieldBit.valueUnknown);

/** What a field that is not known must be, as far as other things show; never taken for one that was read. */
export interface InferredField {
  readonly field: Field;
  /** From 0 to 1: how likely it is right. */
  readonly score: number;
  /** Why, as a phrase. */
  readonly because: string;
}

/** An entry of a dynamic table that is not known, but is the same wherever it stands. */
export class UnknownEntry extends Field {
  /** How far back it went in, counted from the loss that hides it. */
  readonly position: number;
  /** Rules never look at it. */
  inferred: InferredField | undefined = undefined;

  constructor(position: number) {
    const name = new UnknownName();
    super(name, "", FieldBit.valueUnknown, ++entries);
    this.position = position;
    name.entry = this;
  }
}

/** The name of such an entry, which a literal may have too. */
export class UnknownName extends FieldName {
  entry: UnknownEntry | undefined = undefined;

  constructor() {
    super("", Name.other, FieldBit.nameUnknown);
  }
}

/** Its name or its value is not known. */
export const isUnknown = ({ bits }: Field): boolean => (bits & (FieldBit.nameUnknown | FieldBit.valueUnknown)) !== 0;

/** What a field is that is not known, where that was inferred. */
export function inferredOf({ name, value, bits }: Field): InferredField | undefined {
  if (!(name instanceof UnknownName)) return undefined;
  const inferred = name.entry?.inferred;
  // A literal with the name of an entry.
  if (inferred === undefined || (bits & FieldBit.valueUnknown) !== 0) return inferred;
  return { ...inferred, field: field(inferred.field.name, value) };
}

let entries = 0;
