// What a report says of a connection besides its frames.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import type { ConnectionEvent, ReportEvent } from "../../src/report/event.ts";
import { behindText, protocolText } from "../../src/report/protocol-text.ts";
import { capture, haveCaptures, memorySource } from "../capture/reading.ts";

const some = (fields: Partial<ConnectionEvent>) => fields as ConnectionEvent;

describe("in words", () => {
  it.each<[Partial<ConnectionEvent>, string]>([
    [{ protocol: "h2c-upgrade" }, "h2c by Upgrade"],
    [{ protocol: "h2c" }, "h2c, start not captured"],
    [{ protocol: "http/1.1" }, "http/1.1"],
    [{ protocol: "http/1.1", recognised: "http/1.0" }, "http/1.0"],
    [{ protocol: "http/1.1", recognised: "grpc-web" }, "http/1.1, grpc-web"],
    [{ protocol: "unknown" }, "not HTTP/2"],
    [{ protocol: "unknown", recognised: "ssh" }, "ssh, not HTTP/2"],
    [{ protocol: "tls-unknown" }, "TLS, no keys"],
    [
      { protocol: "tls-unknown", tls: { version: "TLS 1.2", serverName: "example.com", alpnOffered: ["h2"], alpn: "h2" } },
      "TLS 1.2 to example.com (h2 offered and chosen), no keys",
    ],
    // Text from the wire does nothing to a terminal.
    [
      { protocol: "tls-unknown", tls: { serverName: "a\x1b[2J", alpnOffered: ["\x07"] } },
      "TLS to a\\x1b[2J (\\x07 offered), no keys",
    ],
  ])("%j: %s", (connection, text) => {
    expect(protocolText(some(connection))).toBe(text);
  });

  it("proxies have a line each", () => {
    const proxied = { version: 2, client: "192.0.2.1:50000", server: "192.0.2.2:443" } as const;
    expect(behindText(some({ proxied, tunnel: { via: "socks4a", target: "h2.test:80\n" } }))).toEqual([
      "on behalf of 192.0.2.1:50000, who connected to 192.0.2.2:443 (PROXY protocol 2)",
      "through a proxy to h2.test:80\\x0a (SOCKS4a)",
    ]);
    expect(behindText(some({}))).toEqual([]);
  });
});

async function eventsOf(bytes: Uint8Array): Promise<ReportEvent[]> {
  const events: ReportEvent[] = [];
  for await (const event of analyze([memorySource(bytes, bytes.length, "a.pcap")], { preset: "all" })) events.push(event);
  return events;
}

const connectionsOf = async (name: string): Promise<ConnectionEvent[]> =>
  (await eventsOf(readFileSync(capture(name)))).filter((event) => event.kind === "connection").sort((a, b) => a.id - b.id);

describe.skipIf(!haveCaptures)("recorded", () => {
  it("h2c upgrades", async () => {
    const connections = await connectionsOf("http2/b-curl-go-upgrade.pcap");
    // As tshark counts the frames; a call for each URL.
    expect(connections.map(({ protocol, frames, streams, calls }) => [protocol, frames, streams, calls])).toEqual([
      ["h2c-upgrade", 10, 2, 2],
      ["h2c-upgrade", 8, 1, 1],
      ["h2c-upgrade", 27, 1, 1],
    ]);
  });

  it("PROXY protocol headers name the connection in front", async () => {
    const connections = await connectionsOf("http2/b-proxy-protocol.pcap");
    const behind = connections.filter(({ proxied }) => proxied !== undefined);
    expect(behind.map(({ proxied }) => proxied!.version).sort()).toEqual([1, 1, 2]);
    for (const { proxied } of behind) {
      const front = connections.find(({ client }) => client === proxied!.client);
      expect(front?.server).toBe(proxied!.server);
    }
  });

  // As `tshark -e tls.handshake.extensions_server_name -e tls.handshake.extensions_alpn_str` shows.
  it.each([
    ["tls/c-grpcgo-nokeys.pcap", { version: "TLS 1.3", serverName: "localhost", alpnOffered: ["h2"] }],
    [
      "tls/c-curl-go-tls12-ecdhe-rsa-chacha20.pcap",
      { version: "TLS 1.2", serverName: "localhost", alpnOffered: ["h2", "http/1.1"], alpn: "h2" },
    ],
    [
      "tls/c-curl-go-hrr.pcap",
      { version: "TLS 1.3", serverName: "localhost", alpnOffered: ["h2", "http/1.1"], helloRetryRequest: true },
    ],
  ])("TLS hellos: %s", async (name, tls) => {
    const [first] = await connectionsOf(name);
    expect([first!.protocol, first!.transport, first!.tls]).toMatchObject(["tls-unknown", "tls", tls]);
    expect(first!.tls).toMatchObject({
      decrypted: "none",
      reason: "no-keys",
      clientRandom: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  // Octets that are missing excuse what they may have held.
  it.each(["b-curl-go-upgrade.pcap", "b-curl-nghttpx-nghttpd.pcap", "b-proxy-protocol.pcap"])(
    "%s without any one packet, or without its beginning, proves nothing",
    async (name) => {
      const file = readFileSync(capture(`http2/${name}`));
      const records: Buffer[] = [];
      for (let at = 24; at < file.length; ) {
        const end = at + 16 + file.readUInt32LE(at + 8);
        records.push(file.subarray(at, end));
        at = end;
      }
      const some = Math.min(records.length, 70);
      for (let i = 0; i < some; i++) {
        for (const kept of [[...records.slice(0, i), ...records.slice(i + 1)], records.slice(i)]) {
          const events = await eventsOf(Buffer.concat([file.subarray(0, 24), ...kept]));
          const proven = events.filter(
            (event) => event.kind === "finding" && event.certainty === "proven" && event.severity !== "info",
          );
          expect(proven, `packet ${i + 1}`).toEqual([]);
        }
      }
    },
  );
});
