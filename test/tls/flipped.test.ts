// Any octet of a recorded TLS capture, flipped or left out: no exception, and nothing that was not sent.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { bytesSource } from "../../src/capture/source.ts";
import type { ReportEvent } from "../../src/report/event.ts";
import { KeyStore } from "../../src/tls/key-store.ts";
import { captureName, capturesIn } from "../capture/reading.ts";
import { fuzzing } from "../fuzzing.ts";
import { connectionsOf } from "./capture-reading.ts";
import { keysOf } from "./feeding.ts";

const sample = fileURLToPath(new URL("../../samples/h2-trailers-tls-grpc-go-1.85.pcapng", import.meta.url));
const recorded = capturesIn("tls", /\.pcap(?:ng)?$/).filter(
  (path) => path.endsWith("ng") || existsSync(path.replace(/\.pcap$/, ".keys")),
);

/** Places are drawn from the same seed each time. */
function* places(length: number, count: number): Generator<number> {
  for (let i = 0, x = 0x2545f491; i < count; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    yield x % length;
  }
}

describe.each([sample, ...recorded].map((path) => [captureName(path), path]))("%s", (_, path) => {
  it("flipped or left out, no byte makes anything up", async () => {
    const whole = readFileSync(path);
    const log = path.endsWith("ng") ? "" : readFileSync(path.replace(/\.pcap$/, ".keys"), "latin1");
    const keys = () => (log === "" ? new KeyStore() : keysOf(log));
    const sent = (await connectionsOf(path, keys())).flatMap(({ client, server }) => [client.all, server.all]);
    const count = fuzzing ? 2000 : path === sample ? 60 : 6;
    for (const at of places(whole.length, count)) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 1 << (at % 8);
      const short = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]);
      for (const changed of [flipped, short]) {
        const kinds: ReportEvent["kind"][] = [];
        const given = log === "" ? [] : [bytesSource("a.keys", Buffer.from(log, "latin1"))];
        try {
          for (const { client, server } of await connectionsOf(bytesSource("a", changed), keys())) {
            for (const piece of [...client.pieces, ...server.pieces]) {
              expect(
                sent.some((one) => one.includes(piece)),
                `byte ${at}`,
              ).toBe(true);
            }
          }
          for await (const { kind } of analyze([bytesSource("a", changed)], { keys: given })) kinds.push(kind);
          expect(kinds.at(-1), `byte ${at}`).toBe("summary");
        } catch (error) {
          // A file that no longer begins as a capture is refused.
          if (at >= 24) throw error;
        }
      }
    }
  });
});
