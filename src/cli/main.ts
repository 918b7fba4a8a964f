#!/usr/bin/env node
import { program } from "./program.ts";

// A closed pipe (`h2lint ... | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

process.exitCode = await program(process.argv.slice(2));
