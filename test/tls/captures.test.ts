import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { KeyStore } from "../../src/tls/key-store.ts";
import { capture, captureName, capturesIn, haveCaptures } from "../capture/reading.ts";
import { connectionsOf, countFrames, labelledFrames } from "./capture-reading.ts";
import { keysOf } from "./feeding.ts";

const where = haveCaptures ? "" : " (no captures beside the project)";
const paths = capturesIn("tls", /\.pcap(?:ng)?$/);
const keysBeside = (path: string): string => path.replace(/\.pcap$/, ".keys");
const frames = haveCaptures ? labelledFrames(capture("labels.json")) : new Map();

describe.skipIf(!haveCaptures)(`recorded TLS${where}`, () => {
  const readable = paths.filter((path) => path.endsWith("ng") || existsSync(keysBeside(path)));

  it.each(readable.map((path) => [captureName(path), path]))("%s", async (name, path) => {
    const store = path.endsWith("ng") ? new KeyStore() : keysOf(readFileSync(keysBeside(path)));
    const connections = await connectionsOf(path, store);
    expect(connections.length).toBeGreaterThan(0);
    const counts: Record<string, number> = {};
    // One client of this one wrote no key log, and one connection was refused.
    const unread = connections.filter(({ decryptor }) => decryptor.verdict().decrypted === "none");
    expect(unread.map(({ decryptor }) => decryptor.verdict().reason)).toEqual(
      name.includes("curl-go-tls13") ? ["no-application-data", "no-key-for-connection"] : [],
    );
    for (const { client, server, decryptor } of connections) {
      if (decryptor.verdict().decrypted === "none") continue;
      expect(decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
      expect([client.gaps, server.gaps]).toEqual([[], []]);
      if (name.includes("http11")) {
        expect(client.all.toString("latin1")).toMatch(/^GET \/ HTTP\/1\.1\r\n/);
        expect(server.all.toString("latin1")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
        continue;
      }
      countFrames(client.all, "client", counts);
      countFrames(server.all, "server", counts);
      expect(decryptor.facts.alpnOffered).toContain("h2");
      expect(decryptor.facts.alpn).toBe("h2");
    }
    if (!name.includes("http11")) expect(counts).toEqual(frames.get(name));
  });

  it.each(paths.filter((path) => !path.endsWith("ng")).map((path) => [captureName(path), path]))(
    "%s without keys",
    async (_, path) => {
      for (const { client, server, decryptor } of await connectionsOf(path, new KeyStore())) {
        expect([client.all.length, server.all.length]).toEqual([0, 0]);
        if (decryptor.client === undefined) continue;
        expect(decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "no-keys", opened: 0, failed: 0 });
        expect(decryptor.verdict().clientRandom).toMatch(/^[0-9a-f]{64}$/);
      }
    },
  );

  it("with the keys of another", async () => {
    const store = keysOf(readFileSync(capture("tls/c-curl-go-hrr.keys")));
    const [first] = await connectionsOf(capture("tls/c-grpcgo-tls13.pcap"), store);
    expect(first!.decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "no-key-for-connection" });
  });

  it("says what the handshakes said", async () => {
    const facts = async (name: string) => {
      const store = keysOf(readFileSync(capture(`tls/${name}.keys`)));
      return (await connectionsOf(capture(`tls/${name}.pcap`), store)).map(({ decryptor }) => decryptor.facts);
    };
    const [retried] = await facts("c-curl-go-hrr");
    expect(retried).toMatchObject({ helloRetryRequest: true, version: "TLS 1.3" });
    const [first, second] = await facts("c-sclient-nginx-0rtt");
    expect(first!.earlyData).toBeUndefined();
    expect(second).toMatchObject({ earlyData: "accepted", resumed: true });
    const [updated] = await facts("c-sclient-nghttpd-keyupdate");
    expect(updated!.keyUpdates).toEqual({ client: 3, server: 2 });
    const [gcm] = await facts("c-curl-go-tls12-ecdhe-rsa-aes128-gcm");
    expect(gcm).toMatchObject({ extendedMasterSecret: true, suite: { prohibited: false }, version: "TLS 1.2" });
    expect(gcm!.certificates.server).toMatchObject({ names: expect.stringContaining("localhost") });
    expect(gcm!.keyExchange).toMatchObject({ kind: "ecdhe" });
    const [cbc] = await facts("c-curl-node-tls12-rsa-aes128-cbc");
    expect(cbc!.suite!.prohibited).toBe(true);
  });

  it("by the premaster secrets of a key log alone", async () => {
    const lines = readFileSync(capture("tls/c-curl-node-tls12-rsa-aes128-cbc.keys"), "latin1").split("\n");
    const store = keysOf(lines.filter((line) => line.startsWith("RSA ")).join("\n"));
    const connections = await connectionsOf(capture("tls/c-curl-node-tls12-rsa-aes128-cbc.pcap"), store);
    for (const { client, server, decryptor } of connections) {
      expect(decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
      countFrames(client.all, "client", {});
      countFrames(server.all, "server", {});
    }
  });

  it("has acknowledgments of decrypted bytes", async () => {
    const store = keysOf(readFileSync(capture("tls/c-grpcgo-tls13.pcap".replace(".pcap", ".keys"))));
    for (const { client, server } of await connectionsOf(capture("tls/c-grpcgo-tls13.pcap"), store)) {
      for (const [own, peer] of [
        [client, server],
        [server, client],
      ] as const) {
        let last = -1;
        for (const { acked } of own.places) {
          expect(acked).toBeLessThanOrEqual(peer.offset);
          expect(acked).toBeGreaterThanOrEqual(last);
          last = acked;
        }
        expect(last).toBeGreaterThan(0);
      }
    }
  });
});
