// One command line of an assistant, in a separate process that can be ended. It reads no configuration but one that is named: a file of
// rules is a program, and who may choose captures may not choose programs.
import { loadConfig } from "../config.ts";
import { guardSignals, guardStreams, program } from "../program.ts";

guardStreams();
guardSignals();
process.exitCode = await program(process.argv.slice(2), async (named, folder) =>
  named === undefined ? { path: undefined, config: {}, rules: [] } : loadConfig(named, folder),
);
