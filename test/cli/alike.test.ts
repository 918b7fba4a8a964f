// What every report must say alike: grpc-message without its percent-encoding.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { grpcRequest, grpcResponse } from "../../src/testing.ts";
import { captureOf } from "../capture/story.ts";
import { build, type Program } from "./program.ts";

let program: Program;
beforeAll(async () => {
  program = await build();
  const capture = captureOf((s) => {
    s.client.headers(1, { fields: { ...grpcRequest, ":path": "/shop.Cart/Add" } }).data(1, "\0\0\0\0\x02hi", { endStream: true });
    s.server
      .headers(1, { fields: grpcResponse })
      .trailers(1, { "grpc-status": "13", "grpc-message": "caf%C3%A9 is%20closed%0Atoday" });
    s.client
      .headers(3, { fields: { ...grpcRequest, ":path": "/shop.Cart/Add" } })
      .data(3, "\0\0\0\0\x02hi")
      .trailers(3, { "grpc-status": "0", "grpc-message": "caf%C3%A9 is%20closed" });
  });
  writeFileSync(join(program.folder, "x.pcap"), capture);
});
afterAll(() => program.remove());
it.each([
  ["check", "x.pcap", "--verbose", "--fail-on", "never"],
  ...["json", "ndjson", "markdown", "junit", "sarif", "html"].map((format) => [
    ...["check", "x.pcap", "--format", format, "--fail-on", "never"],
  ]),
  ["check", "x.pcap", "--follow", "--fail-on", "never"],
  ["why", "x.pcap"],
  ["why", "x.pcap", "--format", "json"],
  ["calls", "x.pcap"],
  ["calls", "x.pcap", "--format", "ndjson"],
  ["calls", "x.pcap", "--format", "har"],
  ["frames", "x.pcap", "--format", "ndjson"],
])("%s %s %s %s shows grpc-message as text", (...args) => {
  const { stdout } = program.h2lint(args);
  expect(stdout).toContain("café");
  expect(stdout).not.toContain("caf%C3%A9");
});
