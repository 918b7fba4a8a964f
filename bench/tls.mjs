// The TLS twin of the load of small RPCs: Node's own client and server over TLS 1.3, recorded on their way, with the client's key log.
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import http2 from "node:http2";
import { join } from "node:path";
import tls from "node:tls";
import { recordTraffic } from "../dist/testing.js";

/**
 * @param {string} folder
 * @param {{ key: string, cert: string }} identity @param {number} calls
 * @returns {Promise<{ file: string, keys: string, octets: number }>} Octets of TCP payload.
 */
export async function writeTls(folder, identity, calls) {
  const server = http2.createSecureServer({ ...identity, minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" });
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.resume().end(MESSAGE);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const recording = await recordTraffic(/** @type {import("node:net").AddressInfo} */ (server.address()).port);
  /** @type {Buffer[]} */
  const log = [];
  let octets = 0;
  for (let left = calls; left > 0; left -= CALLS) {
    const socket = tls.connect({ port: recording.port, host: "127.0.0.1", rejectUnauthorized: false, ALPNProtocols: ["h2"] });
    socket.on("keylog", (line) => void log.push(line));
    await once(socket, "secureConnect");
    const client = http2.connect("https://localhost", { createConnection: () => socket });
    for (let i = 0; i < Math.min(left, CALLS); i += BATCH) {
      await Promise.all(Array.from({ length: BATCH }, (_, k) => call(client, `${left}-${i}-${k}`)));
    }
    client.close();
    await once(socket, "close");
    octets += socket.bytesRead + socket.bytesWritten;
  }
  const capture = await recording.stop();
  server.close();
  const [file, keys] = [join(folder, "tls.pcapng"), join(folder, "tls.keys")];
  writeFileSync(file, capture);
  writeFileSync(keys, Buffer.concat(log));
  return { file, keys, octets };
}

/** @param {http2.ClientHttp2Session} client @param {string} id */
function call(client, id) {
  const fields = { ":method": "POST", ":path": "/bench.v1.Bench/Small", "content-type": "application/grpc", te: "trailers" };
  const stream = client.request({ ...fields, "x-request-id": id });
  stream.end(MESSAGE);
  stream.resume();
  return once(stream, "end");
}

const MESSAGE = Buffer.concat([Buffer.from([0, 0, 0, 0, 40]), Buffer.alloc(40, 1)]);
const CALLS = 2000;
const BATCH = 8;
