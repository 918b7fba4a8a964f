#!/usr/bin/env node
import { writeSync } from "node:fs";
import { H2lintError } from "../error.ts";
import { parse } from "./options.ts";
import { run } from "./run.ts";

// A closed pipe (`h2lint ... | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

try {
  const invocation = await parse(process.argv.slice(2));
  process.exitCode = invocation === undefined ? 0 : await run(invocation);
} catch (error) {
  process.exitCode = 2;
  if (error instanceof H2lintError) writeSync(2, `h2lint: ${error.message}\n`);
  else {
    // Ours: whoever reports it needs the stack.
    const stack = error instanceof Error ? error.stack : String(error);
    writeSync(
      2,
      `h2lint: internal error, please report it\n${process.env["H2LINT_DEBUG"] === undefined ? String(error) : stack}\n`,
    );
  }
}
