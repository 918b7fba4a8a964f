// Capture time is in nanoseconds.
export const MS = 1e6;
export const SECOND = 1e9;
