// Loaded into h2lint before it starts: tells the test what has happened in it, so that no test waits for time.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const { H2LINT_TEST_SECOND: second, H2LINT_TEST_WHEN_READING: whenReading } = process.env;

// Octets of standard input that have come so far.
let octets = 0;
const { push } = process.stdin;
process.stdin.push = function (piece, ...more) {
  const result = push.call(this, piece, ...more);
  if (piece !== null) process.send({ octets: (octets += piece.length) });
  return result;
};

// Another signal right after the first.
if (second !== undefined) process.once("SIGINT", () => process.kill(process.pid, second));

// A signal once a file is read.
if (whenReading !== undefined) {
  const { readSync } = fs;
  let reads = 0;
  fs.readSync = (handle, into, ...more) => {
    const count = readSync(handle, into, ...more);
    if (count > 0 && into.length > 4096) {
      if (++reads === 2) process.kill(process.pid, whenReading);
      // However fast the machine: signals are looked for after so much reading, once or twice around the event loop.
      if (reads >= 2 && reads <= 6) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
    return count;
  };
  syncBuiltinESMExports();
}
