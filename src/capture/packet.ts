/** One captured record. One object, refilled for every packet: what a sink gets is borrowed until it returns. */
export class Packet {
  /** Index of the capture file in the session, from 0. */
  file = 0;
  /** From 1 in each file. */
  number = 0;
  /** Nanoseconds since the session's first packet. */
  time = 0;
  /** LINKTYPE_ number of pcap and pcapng. */
  linkType = 0;
  /** Index in its reader's `interfaces`; 0 where the format has none. */
  interface = 0;
  /** What whoever captured it wrote beside it. */
  comment: string | undefined = undefined;
  /** Offset of the record in its file, or in what is packed there. */
  fileOffset = 0;
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** Octets on the wire; more than `end - start` where the snap length cut the packet. */
  wireLength = 0;
}

export interface PacketSink {
  packet(packet: Packet): void;
}
