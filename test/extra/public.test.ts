// Captures that others published with their keys: those of Wireshark's own tests, read beside tshark. They are not in the repository; to
// run this, unpack Wireshark's source (`apt-get source wireshark`) and name its folder `test` in H2LINT_WIRESHARK.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import type { ConnectionEvent } from "../../src/report/event.ts";
import { tsharkVersion } from "./tshark.ts";

const folder = process.env["H2LINT_WIRESHARK"] ?? "";
const there = existsSync(join(folder, "captures", "http2-brotli.pcapng")) && tsharkVersion() !== undefined;
const where = there ? "" : " (H2LINT_WIRESHARK names no folder of Wireshark's tests, or there is no tshark)";

async function connectionsOf(capture: string, keys: string): Promise<ConnectionEvent[]> {
  const found: ConnectionEvent[] = [];
  const given = keys === "" ? [] : [join(folder, "keys", keys)];
  for await (const event of analyze([join(folder, "captures", capture)], { keys: given }))
    if (event.kind === "connection") found.push(event);
  return found;
}

function tsharkFrameCount(capture: string, keys: string): number {
  const options = keys === "" ? [] : ["-o", `tls.keylog_file:${join(folder, "keys", keys)}`];
  const wanted = ["-Y", "http2", "-T", "fields", "-e", "http2.type"];
  const args = ["-n", "-r", join(folder, "captures", capture), "-o", "tcp.reassemble_out_of_order:TRUE", ...options, ...wanted];
  const { stdout } = spawnSync("tshark", args, { encoding: "utf8" });
  return stdout.split(/[\n,]/).filter((type) => type !== "").length;
}

it.skipIf(!there).each([
  ["http2-data-reassembly.pcap", "http2-data-reassembly.keys"],
  ["http2-brotli.pcapng", ""],
])(`HTTP/2 of %s is decrypted, with as many frames as tshark shows${where}`, async (capture, keys) => {
  const [connection, ...others] = await connectionsOf(capture, keys);
  expect(others).toEqual([]);
  expect(connection).toMatchObject({ protocol: "h2", tls: { decrypted: "both" }, frames: tsharkFrameCount(capture, keys) });
});

it.skipIf(!there).each([
  ["http2_follow_multistream.pcapng", ""],
  ["rsa-p-lt-q.pcap", "rsa-p-lt-q.key"],
  ["tls-renegotiation.pcap", "rsasnakeoil2.key"],
  ["tls12-chacha20poly1305.pcap", "tls12-chacha20poly1305.keys"],
  ["tls12-dsb.pcapng", ""],
  ["tls13-rfc8446.pcap", "tls13-rfc8446.keys"],
  ["tls13-rfc8446.pcap", "tls13-rfc8446-noearly.keys"],
])(`both directions of %s are decrypted with %s${where}`, async (capture, keys) => {
  const connections = await connectionsOf(capture, keys);
  expect(connections.length).toBeGreaterThan(0);
  for (const { tls } of connections) expect(tls).toMatchObject({ decrypted: "both" });
});

it.skipIf(!there).each([
  ["dhe1.pcapng.gz", "dhe1_keylog.dat", "unsupported-version"],
  ["tls12-aes128ccm.pcap", "", "no-keys"],
  ["retrans-tls.pcap", "", "starts-after-handshake"],
])(`%s with %s is not decrypted: %s${where}`, async (capture, keys, _, reason = _) => {
  const connections = await connectionsOf(capture, keys);
  expect(connections.map(({ tls }) => tls?.reason)).toEqual([reason]);
});
