// Spans as OTLP's JSON writes them (opentelemetry-proto, trace.proto; ids in hexadecimal, 64-bit numbers as text), and the attributes of
// OpenTelemetry's semantic conventions. They are put together as text: there are two for each call.

export const SpanKind = { internal: 1, server: 2, client: 3 } as const;

export interface SpanText {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  readonly kind: number;
  /** Nanoseconds since the epoch. */
  readonly start: string;
  readonly end: string;
  /** From `attribute`, joined. */
  readonly attributes: string;
  /** From `eventText`, joined. */
  readonly events: string;
  readonly droppedEvents?: number;
  /** Undefined: no error. */
  readonly error: string | undefined;
}

export function spanText(span: SpanText): string {
  const { traceId, spanId, parentSpanId, name, kind, start, end, attributes, events, droppedEvents = 0, error } = span;
  const parent = parentSpanId === undefined ? "" : `"parentSpanId":"${parentSpanId}",`;
  const said = events === "" ? "" : `,"events":[${events}]`;
  const dropped = droppedEvents === 0 ? "" : `,"droppedEventsCount":${droppedEvents}`;
  const message = error === undefined || error === "" ? "" : `"message":${JSON.stringify(error)},`;
  const status = error === undefined ? "{}" : `{${message}"code":2}`;
  return `{"traceId":"${traceId}","spanId":"${spanId}",${parent}"name":${JSON.stringify(name)},"kind":${kind},"startTimeUnixNano":"${start}","endTimeUnixNano":"${end}","attributes":[${attributes}]${said}${dropped},"status":${status}}`;
}

export const eventText = (name: string, time: string, attributes: string): string =>
  `{"timeUnixNano":"${time}","name":${JSON.stringify(name)},"attributes":[${attributes}]}`;

/** @param value A number is a whole one. */
export function attribute(key: string, value: string | number | boolean): string {
  if (typeof value === "string") return `{"key":"${key}","value":{"stringValue":${JSON.stringify(value)}}}`;
  if (typeof value === "boolean") return `{"key":"${key}","value":{"boolValue":${value}}}`;
  return `{"key":"${key}","value":{"intValue":"${value}"}}`;
}

/** Those that are there. */
export function attributes(given: Readonly<Record<string, string | number | boolean | undefined>>): string {
  let text = "";
  for (const key in given) {
    const value = given[key];
    if (value !== undefined) text += `${text === "" ? "" : ","}${attribute(key, value)}`;
  }
  return text;
}
