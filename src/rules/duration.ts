/** `850 us`, `49 ms`, `1.2 s`, `75 s`. @param time Nanoseconds. */
export function durationText(time: number): string {
  if (time < MS) return `${Math.round(time / 1e3)} us`;
  if (time < 1e9) return `${Math.round(time / MS)} ms`;
  return time < 10e9 ? `${Number((time / 1e9).toFixed(1))} s` : `${Math.round(time / 1e9)} s`;
}

// Nanoseconds.
const MS = 1e6;
