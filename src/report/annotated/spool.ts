/** Octets that are written once and read once, somewhere outside of memory. */
export interface Spool {
  write(octets: Uint8Array): void;
  /** Fill from `start` on with what was written from `at` on. @returns How many octets; 0 at the end. */
  read(into: Uint8Array, start: number, at: number): number;
  close(): void;
}
