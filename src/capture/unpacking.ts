/** Why unpacking ended before the end, and where in the compressed file. */
export interface Fault {
  readonly reason: string;
  readonly offset: number;
}

/** Octets in chunks of bounded size, whatever they expand to; a chunk is borrowed until the next one is asked for. Returns what is wrong
 *  with the rest, where it is not all good: what came before is. Throws on I/O failure only. */
export type Unpacking = AsyncGenerator<Uint8Array, Fault | undefined, undefined>;

/** The largest window, dictionary or history that is kept to unpack: what `zstd` and `xz` need by default at their highest levels. */
export const largestHistory = 128 << 20;
