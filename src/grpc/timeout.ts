/** A `grpc-timeout` (gRPC over HTTP2, Timeout: 1 to 8 digits and a unit) in nanoseconds; undefined where there is none, or it is malformed. */
export function timeoutOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const digits = text.length - 1;
  if (digits < 1 || digits > 8) return undefined;
  let amount = 0;
  for (let i = 0; i < digits; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    amount = amount * 10 + digit;
  }
  const unit = unitOf(text.charCodeAt(digits));
  return unit === 0 ? undefined : amount * unit;
}

/** What happened so long after the request was done at the deadline: the clocks of both sides began at some distance from where the request
 *  was captured. */
export const isAtDeadline = (waited: number, timeout: number): boolean => waited >= 0.95 * timeout;

/** The same, where that excuses somebody. @param timeout Undefined: there is no deadline. */
export const mayBeAtDeadline = (waited: number, timeout: number | undefined): boolean =>
  timeout !== undefined && waited >= 0.9 * timeout;

function unitOf(letter: number): number {
  switch (letter) {
    case 0x48: // H
      return 3600e9;
    case 0x4d: // M
      return 60e9;
    case 0x53: // S
      return 1e9;
    case 0x6d: // m
      return 1e6;
    case 0x75: // u
      return 1e3;
    case 0x6e: // n
      return 1;
    default:
      return 0;
  }
}
