/** A `grpc-timeout` (gRPC over HTTP2, Timeout: 1 to 8 digits and a unit) in nanoseconds; undefined where it is malformed. */
export function timeoutOf(text: string): number | undefined {
  const digits = text.length - 1;
  if (digits < 1 || digits > 8) return undefined;
  let amount = 0;
  for (let i = 0; i < digits; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    amount = amount * 10 + digit;
  }
  const unit = UNITS[text.charAt(digits)];
  return unit === undefined ? undefined : amount * unit;
}

const UNITS: Readonly<Record<string, number>> = { H: 3600e9, M: 60e9, S: 1e9, m: 1e6, u: 1e3, n: 1 };
