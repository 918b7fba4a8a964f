// Spans as OTLP's JSON writes them (opentelemetry-proto, trace.proto; ids in hexadecimal, 64-bit numbers as text), and the attributes of
// OpenTelemetry's semantic conventions. They are put together as text.

export const SpanKind = { internal: 1, server: 2, client: 3 } as const;

/** What stands between a span's ids and its times. */
export const nameText = (name: string, kind: number): string =>
  `"name":${JSON.stringify(name)},"kind":${kind},"startTimeUnixNano":"`;

/** What ends a span. @param error Undefined: no error. */
export function statusText(error: string | undefined): string {
  const message = error === undefined || error === "" ? "" : `"message":${JSON.stringify(error)},`;
  return `,"status":${error === undefined ? "{}" : `{${message}"code":2}`}}`;
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

export const joined = (a: string, b: string): string => (a === "" ? b : b === "" ? a : `${a},${b}`);
