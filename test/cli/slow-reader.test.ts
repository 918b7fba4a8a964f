// Who reads what h2lint writes may be slow, or not read at all for a while: that is waited for, and not kept in memory.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as passes } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { frameOctets, literals } from "../../src/testing/octets.ts";
import { Link, pcap } from "../hostile/writing.ts";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const CONNECTIONS = 20_000;

const request = frameOctets({
  type: 1,
  flags: 5,
  streamId: 1,
  payload: literals({ ":method": "GET", ":scheme": "http", ":path": "/" }),
});

/** 20,000 connections of a request each: some 10 MB. */
const capture = Buffer.concat([
  ...pcap(
    (function* () {
      for (let i = 0; i < CONNECTIONS; i++) {
        const link = new Link(i);
        yield* link.opening();
        yield* link.client(request);
      }
    })(),
  ),
]);

/** Hands the capture to it until it has written what nobody reads, and takes no more. @returns How many octets it took. */
async function offered({ stdin, stdout, pid }: ChildProcess): Promise<number> {
  const pieces = 100;
  let taken = 0;
  for (let i = 0; i < pieces; i++) {
    const piece = capture.subarray(Math.floor((i * capture.length) / pieces), Math.floor(((i + 1) * capture.length) / pieces));
    stdin!.write(piece, () => {
      taken += piece.length;
    });
  }
  stdin!.end();
  await once(stdout!, "readable");
  // A busy machine may not let it run: it sleeps where it waits.
  for (let asleep = 0; asleep < 20; await passes(50)) {
    asleep = execFileSync("ps", ["-o", "stat=", "-p", `${pid}`], { encoding: "utf8" }).startsWith("S") ? asleep + 1 : 0;
  }
  return taken;
}

it.each([["frames", "--format", "ndjson"], ["calls", "--format", "ndjson"], ["check", "--format", "ndjson"], ["timeline"]])(
  "%s waits, and goes on",
  async (...args) => {
    const child = spawn(process.execPath, [main, ...args, "-"], { stdio: ["pipe", "pipe", "ignore"] });
    try {
      expect(await offered(child)).toBeLessThan(capture.length / 2);
      const lines = (await text(child.stdout)).trimEnd().split("\n");
      expect(lines.length).toBeGreaterThanOrEqual(CONNECTIONS);
      expect(lines.join("")).toContain(`${CONNECTIONS}`);
    } finally {
      child.kill();
    }
  },
);
