// Connections that open a stream and go silent, as many as are asked for, through a pipe: how many a second, by tenths.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { generator } from "./captures.mjs";
import { measure } from "./measure.mjs";

/** Of gen.py's halfopen, a connection. */
const OCTETS = 351;

/**
 * @param {string} folder @param {readonly string[]} command It reads a capture from standard input. @param {number} connections
 * @returns {Promise<import("./measure.mjs").Measured & { rates: number[] }>} Connections a second, of each tenth.
 */
export async function throughPipe(folder, command, connections) {
  const rates = [];
  const measured = await measure(folder, command, {
    async feed(stdin) {
      const source = spawn("python3", [generator(), "halfopen", "-", String(connections)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const tenth = (connections * OCTETS) / 10;
      let octets = 0;
      let from = performance.now();
      for await (const piece of source.stdout) {
        if (!stdin.write(piece)) await once(stdin, "drain");
        octets += piece.length;
        if (octets < tenth * (rates.length + 1) || rates.length === 9) continue;
        rates.push(connections / 10 / ((performance.now() - from) / 1000));
        from = performance.now();
      }
      stdin.end();
      await once(stdin, "close");
      rates.push(connections / 10 / ((performance.now() - from) / 1000));
    },
  });
  return { ...measured, rates };
}
