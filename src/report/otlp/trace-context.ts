// Joins a call to the trace that its fields name: W3C Trace Context (`traceparent`), and gRPC's older `grpc-trace-bin`.

/** The span that a request says it comes from; ids in hexadecimal. */
export interface ParentSpan {
  readonly traceId: string;
  readonly spanId: string;
}

/** https://www.w3.org/TR/trace-context/ section 3.2. @returns Undefined for what is none. */
export function parentOfHeader(value: string): ParentSpan | undefined {
  const match = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:$|-)/.exec(value);
  if (match === null || match[1] === "ff") return undefined;
  return parent(match[2]!, match[3]!);
}

/** Census binary format: a version, then fields of a number and octets (opencensus-specs, encodings/BinaryEncoding).
 *  @param value Base64, or octets after a NUL. @returns Undefined for what is none. */
export function parentOfBinary(value: string): ParentSpan | undefined {
  const octets = value.startsWith("\0") ? Buffer.from(value.slice(1), "latin1") : Buffer.from(value, "base64");
  if (octets.length < 27 || octets[0] !== 0 || octets[1] !== 0 || octets[18] !== 1) return undefined;
  return parent(octets.toString("hex", 2, 18), octets.toString("hex", 19, 27));
}

// All zeros are no id.
const parent = (traceId: string, spanId: string): ParentSpan | undefined =>
  /^0+$/.test(traceId) || /^0+$/.test(spanId) ? undefined : { traceId, spanId };
