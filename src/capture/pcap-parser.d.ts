// pcap-parser 0.2.1 ships no types. Only what reference.ts uses.
declare module "pcap-parser" {
  interface PacketHeader {
    timestampSeconds: number;
    timestampMicroseconds: number;
    capturedLength: number;
    originalLength: number;
  }
  /** Its `error` event throws where nobody listens. */
  interface Parser {
    on(event: "globalHeader", listener: (header: { linkLayerType: number }) => void): this;
    on(event: "packetHeader", listener: (header: PacketHeader) => void): this;
    on(event: "packet", listener: (packet: { header: PacketHeader; data: Buffer }) => void): this;
  }
  /** What it uses of a stream. It handles each chunk within the call of its `data` listener. */
  interface Input {
    on(event: string, listener: (chunk: Buffer) => void): unknown;
    pause(): unknown;
    resume(): unknown;
  }
  const parser: { parse(input: Input): Parser };
  export default parser;
}
