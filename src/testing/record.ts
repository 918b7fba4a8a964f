// Records what two programs say to each other in a test, without rights to capture packets.
import { RecordingProxy } from "../recording/proxy.ts";

/** A proxy that records. */
export interface Recording {
  /** Where the client is to connect to, on 127.0.0.1. */
  readonly port: number;
  /** Waits until all connections are closed, and takes no more.
   *  @returns A pcapng file: for `bytesSource`, or to be written to disk. */
  stop(): Promise<Uint8Array>;
}

/** Record the connections to a server. Octets, their order, their ports and their times are real; TCP's handshakes and sequence numbers are
 *  made up.
 *  @param target Port of the server on 127.0.0.1.
 *  @throws What Node throws where no port is free. */
export async function recordTraffic(target: number): Promise<Recording> {
  const blocks: Uint8Array[] = [];
  const proxy = new RecordingProxy({
    target: { address: LOOPBACK, port: target },
    listen: { address: LOOPBACK, port: 0 },
    output: (block) => blocks.push(block),
  });
  proxy.begin();
  const port = await proxy.listen();
  return {
    port,
    async stop() {
      await proxy.drain();
      return Buffer.concat(blocks);
    },
  };
}

const LOOPBACK = "127.0.0.1";
