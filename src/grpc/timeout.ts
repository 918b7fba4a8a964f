/** A `grpc-timeout` (gRPC over HTTP2, Timeout: 1 to 8 digits and a unit) in nanoseconds; undefined where it is malformed. */
export function timeoutOf(text: string): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text);
  return match === null ? undefined : Number(match[1]) * UNITS[match[2]!]!;
}

const UNITS: Readonly<Record<string, number>> = { H: 3600e9, M: 60e9, S: 1e9, m: 1e6, u: 1e3, n: 1 };
