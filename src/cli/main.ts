#!/usr/bin/env node
import { version } from "../version.ts";

// A closed pipe (`h2lint ... | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

const words = process.argv.slice(2);
// Asked before anything is loaded.
if (words.length === 1 && words[0] === "--version") process.stdout.write(`${version}\n`);
else process.exitCode = await (await import("./program.ts")).program(words);
