import type { PacketSink } from "./packet.ts";

/** A capture file, read block by block. */
export interface CaptureReader {
  /** `pcap` or `pcapng`. */
  readonly format: string;
  /** Octets of the file read so far. */
  readonly octets: number;
  /** Push every packet of the next block of the file; false at its end. Rejects on I/O failure only. */
  readBlock(sink: PacketSink): Promise<boolean>;
  close(): Promise<void>;
}
