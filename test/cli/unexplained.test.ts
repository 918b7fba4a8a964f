// Error answers that no finding explains: they can fail a build, and a baseline accepts them.

import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { recordTraffic } from "../../src/testing.ts";
import { build, type Program } from "./program.ts";

let program: Program;
beforeAll(async () => {
  program = await build();
  writeFileSync(join(program.folder, "answer.pcapng"), await recorded());
}, 120_000);
afterAll(() => program.remove());

/** A server that answers a lawful client with GOAWAY. */
async function recorded(): Promise<Uint8Array> {
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  // PROTOCOL_ERROR, last stream 0.
  const goaway = Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  const server = createServer((socket) => {
    socket.write(settings);
    socket.once("data", () => socket.end(goaway));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const recording = await recordTraffic((server.address() as AddressInfo).port);
  const client = connect({ port: recording.port, host: "127.0.0.1" });
  const ack = Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0]);
  await once(client, "data");
  client.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings, ack]));
  client.resume();
  await once(client, "close");
  server.close();
  return recording.stop();
}

it("fails with --fail-on unexplained alone", () => {
  expect(program.h2lint(["answer.pcapng"])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("1 answer unexplained") as string,
  });
  // There is a note of severity info too.
  for (const lowest of ["error", "warning", "never"])
    expect(program.h2lint(["answer.pcapng", "--fail-on", lowest]).status).toBe(0);
  expect(program.h2lint(["answer.pcapng", "--fail-on", "unexplained"]).status).toBe(1);
});

it("is accepted by a baseline, and then fails nothing", () => {
  expect(program.h2lint(["answer.pcapng", "--baseline", "known.json", "--update-baseline"]).stderr).toContain("2 added");
  const { status, stdout } = program.h2lint(["answer.pcapng", "--baseline", "known.json", "--fail-on", "unexplained"]);
  expect(status).toBe(0);
  expect(stdout).toContain("nothing new - 2 in the baseline");
  expect(stdout).not.toContain("? unexplained");
});
