#!/usr/bin/env node
import { version } from "../version.ts";

const words = process.argv.slice(2);
// Asked before anything is loaded.
if (words.length === 1 && words[0] === "--version") {
  process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
    if (code === "EPIPE") process.exit();
    process.stderr.write(`h2lint: standard output: cannot be written (${code})\n`);
    process.exit(2);
  });
  process.stdout.write(`${version}\n`);
} else {
  const { guardSignals, guardStreams, interruption, program } = await import("./program.ts");
  guardStreams();
  guardSignals();
  process.exitCode = await program(words);
  // A pipe that is still open would be waited for.
  if (interruption.happened) process.stdout.write("", () => process.exit());
}
