import type { PacketSink } from "./packet.ts";

/** What was captured on, as the file describes it. */
export interface CaptureInterface {
  readonly name?: string;
  readonly description?: string;
  readonly filter?: string;
  readonly os?: string;
  /** LINKTYPE_ number. */
  readonly linkType: number;
  readonly packets: number;
}

/** A capture file, read block by block. */
export interface CaptureReader {
  /** `pcap`, `pcapng` or `snoop`. */
  readonly format: string;
  /** What it was unpacked from. */
  readonly compression: string | undefined;
  /** Described so far, over all sections; empty where the format has none. */
  readonly interfaces: readonly CaptureInterface[];
  /** Octets of the capture read so far, unpacked. */
  readonly octets: number;
  /** Push every packet of the next block of the file; false at its end. Rejects on I/O failure only. */
  readBlock(sink: PacketSink): Promise<boolean>;
  close(): Promise<void>;
}
