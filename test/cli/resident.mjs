// The process of program.ts: each run as main.js does it, with what it writes caught.
import { pathToFileURL } from "node:url";

const { program } = await import(pathToFileURL(`${process.cwd()}/dist/cli/program.js`).href);

process.on("message", async ({ args, env }) => {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"])
    process[name].write = (piece) => {
      written[name] += piece;
      return true;
    };
  const status = await program(args);
  process.send({ status, ...written });
});
process.on("disconnect", () => process.exit());
