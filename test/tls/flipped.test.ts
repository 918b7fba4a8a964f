// Any octet of a recorded TLS capture, flipped or left out: no exception, nothing that was not sent, nothing held afterwards; and where the
// octet is one of a protected record, or of its header, the report says that something is wrong.
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

/** Where protected records lie in a pcap of Ethernet, with their headers; only those that begin and end in one packet. */
function sealedIn(pcap: Buffer): (readonly [start: number, end: number])[] {
  const found: [number, number][] = [];
  for (let at = 24; at < pcap.length; ) {
    const end = at + 16 + pcap.readUInt32LE(at + 8);
    const ip = at + 16 + 14;
    const tcp = ip + 4 * (pcap[ip]! & 15);
    for (let p = tcp + 4 * (pcap[tcp + 12]! >> 4); p + 5 <= end; ) {
      const [type, next] = [pcap[p]!, p + 5 + pcap.readUInt16BE(p + 3)];
      if (type < 20 || type > 23 || pcap[p + 1] !== 3 || next > end) break;
      if (type === 23) found.push([p, next]);
      p = next;
    }
    at = end;
  }
  return found;
}

const problems = (events: readonly ReportEvent[]): string[] =>
  events.flatMap((event) => (event.kind === "diagnostic" && event.code !== "capture/keys" ? [event.code] : []));

describe.each([sample, ...recorded].map((path) => [captureName(path), path]))("%s", (_, path) => {
  const whole = readFileSync(path);
  const log = path.endsWith("ng") ? "" : readFileSync(path.replace(/\.pcap$/, ".keys"), "latin1");
  const keys = () => (log === "" ? new KeyStore() : keysOf(log));
  const report = async (octets: Uint8Array): Promise<ReportEvent[]> => {
    const given = log === "" ? [] : [bytesSource("a.keys", Buffer.from(log, "latin1"))];
    const events: ReportEvent[] = [];
    for await (const event of analyze([bytesSource("a", octets)], { keys: given })) events.push(event);
    return events;
  };
  const flippedAt = (at: number): Buffer => {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 1 << (at % 8);
    return flipped;
  };

  it("flipped or left out, no octet makes anything up", async () => {
    const sent = (await connectionsOf(path, keys())).flatMap(({ client, server }) => [client.all, server.all]);
    const count = fuzzing ? 2000 : path === sample ? 60 : 6;
    for (const at of places(whole.length, count)) {
      const short = Buffer.concat([whole.subarray(0, at), whole.subarray(at + 1)]);
      for (const changed of [flippedAt(at), short]) {
        try {
          for (const { client, server, decryptor } of await connectionsOf(bytesSource("a", changed), keys())) {
            for (const piece of [...client.pieces, ...server.pieces]) {
              expect(
                sent.some((one) => one.includes(piece)),
                `byte ${at}`,
              ).toBe(true);
            }
            expect(decryptor.waiting, `octet ${at}`).toBe(false);
          }
          expect((await report(changed)).at(-1)?.kind, `octet ${at}`).toBe("summary");
        } catch (error) {
          // A file that no longer begins as a capture is refused.
          if (at >= 24) throw error;
        }
      }
    }
  });

  it.skipIf(!path.endsWith(".pcap") || whole.readUInt32LE(20) !== 1)(
    "an octet of a protected record, flipped, is told",
    async () => {
      const sealed = sealedIn(whole);
      const undamaged = await report(whole);
      // Of a Finished that is taken for no record nothing is missed.
      const expectTold = async (at: number): Promise<void> => {
        const events = await report(flippedAt(at));
        if (problems(events).length <= problems(undamaged).length) expect(events, `octet ${at}`).toEqual(undamaged);
      };
      const octets = sealed.flatMap(([start, end]) => Array.from({ length: end - start }, (_, i) => start + i));
      for (const place of places(octets.length, fuzzing ? 600 : 8)) {
        await expectTold(octets[place]!);
      }
      // The type, version and length in each header.
      for (const [start] of sealed.slice(0, fuzzing ? Infinity : 3)) {
        for (let at = start; at < start + 5; at++) await expectTold(at);
      }
    },
  );
});
