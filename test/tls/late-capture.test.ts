// Captures that start when a connection is already open: which keys are its own shows by what opens with them.
import { existsSync, readFileSync } from "node:fs";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { bytesSource, streamSource } from "../../src/capture/source.ts";
import type { ConnectionEvent, FindingEvent, ReportEvent } from "../../src/report/event.ts";
import { SearchBudget, searchKeys } from "../../src/tls/key-search.ts";
import { TlsRecord } from "../../src/tls/record.ts";
import { captureName, capturesIn, haveCaptures } from "../capture/reading.ts";
import { connectionsOf } from "./capture-reading.ts";
import { Fed, keysOf } from "./feeding.ts";
import { type Exchange, exchange } from "./peers.ts";
import { captureOf, opening, request, type Sent, sealers } from "./sealed-capture.ts";
import { keyLog as sealedKeys } from "./sealing.ts";

/** The packets of a pcap, little-endian. */
function packetsOf(pcap: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 24; at < pcap.length; ) {
    const end = at + 16 + pcap.readUInt32LE(at + 8);
    packets.push(pcap.subarray(at, end));
    at = end;
  }
  return packets;
}

const without = (pcap: Buffer, count: number): Buffer => Buffer.concat([pcap.subarray(0, 24), ...packetsOf(pcap).slice(count)]);

async function read(pcap: Buffer, keyLog: string | undefined, once = false) {
  const source = once ? streamSource("a fifo", Readable.from([pcap])) : bytesSource("a.pcap", pcap);
  const keys = keyLog === undefined ? [] : [bytesSource("a.keys", Buffer.from(keyLog, "latin1"))];
  const events: ReportEvent[] = [];
  for await (const event of analyze([source], { keys })) events.push(event);
  return {
    connections: events.filter((event): event is ConnectionEvent => event.kind === "connection"),
    errors: events.filter((event): event is FindingEvent => event.kind === "finding" && event.severity === "error"),
  };
}

describe("a connection of TLS 1.3", () => {
  const { client, server } = sealers();
  const sent: Sent[] = [
    ...opening(client, server),
    { from: "client", octets: client.seal(23, request(1)) },
    { from: "server", octets: server.seal(23, Buffer.from("00000101050000000188", "hex")) },
    { from: "client", octets: client.seal(23, request(3)) },
    { from: "server", octets: server.seal(23, Buffer.from("00000101050000000388", "hex")) },
    // RFC 9113 5.1.1: the client's streams have odd numbers.
    { from: "client", octets: client.seal(23, request(4)) },
    {
      from: "server",
      octets: server.seal(23, Buffer.from("00000807000000000000000300000001", "hex").subarray(0, 9 + 8)),
      fin: true,
    },
    { from: "client", fin: true },
  ];
  const pcap = captureOf(sent);
  const first = 3 + 2;

  it.each([0, 1, 3, 4])("without its first %i records", async (cut) => {
    const { connections, errors } = await read(without(pcap, first + cut), sealedKeys);
    expect(connections).toHaveLength(1);
    expect(connections[0]).toMatchObject({ protocol: "h2", transport: "tls", tls: { decrypted: "both", version: "TLS 1.3" } });
    expect(connections[0]!.client).toContain(":50000");
    // A promise on it may have been among what is missing.
    expect(errors.filter(({ certainty }) => certainty === "proven")).toEqual([]);
    const told = errors.map(({ rule, offender }) => [rule, offender]);
    expect(told).toContainEqual(["stream-id/even-client", "client"]);
  });

  it("is read the same from what can be read once", async () => {
    expect(await read(without(pcap, first + 3), sealedKeys, true)).toEqual(await read(without(pcap, first + 3), sealedKeys));
  });

  it("with no keys, or those of others, keeps its reason", async () => {
    const others = sealedKeys.replaceAll(/[0-9a-f]{2}$/gm, "00");
    expect(others).not.toBe(sealedKeys);
    for (const keys of [undefined, others]) {
      const { connections, errors } = await read(without(pcap, first + 3), keys);
      expect(connections[0]).toMatchObject({
        protocol: "tls-unknown",
        tls: { decrypted: "none", reason: "starts-after-handshake" },
      });
      expect(errors).toEqual([]);
    }
  });
});

describe("a connection of TLS 1.3 whose keys have changed", () => {
  const cut = async (updates: { client: number; server: number }) => {
    const { client, server } = sealers();
    const before: Sent[] = [...opening(client, server)];
    for (const [from, sealer] of [
      ["client", client],
      ["server", server],
    ] as const)
      for (let i = 0; i < updates[from]; i++) before.push({ from, octets: sealer.keyUpdate() });
    const after: Sent[] = [
      { from: "client", octets: client.seal(23, request(1)) },
      { from: "server", octets: server.seal(23, Buffer.from("00000101050000000188", "hex")) },
      { from: "client", octets: client.keyUpdate() },
      { from: "client", octets: client.seal(23, request(3)) },
      { from: "server", octets: server.seal(23, Buffer.from("00000101050000000388", "hex")), fin: true },
      { from: "client", fin: true },
    ];
    return (await read(without(captureOf([...before, ...after]), 3 + before.length), sealedKeys)).connections[0];
  };

  it.each([
    [1, 0],
    [0, 1],
    [3, 8],
  ])("%i times by the client, %i times by the server", async (client, server) => {
    expect(await cut({ client, server })).toMatchObject({ protocol: "h2", tls: { decrypted: "both" }, frames: 4 });
  });

  it("more often than is tried", async () => {
    expect(await cut({ client: 9, server: 9 })).toMatchObject({ tls: { decrypted: "none", reason: "starts-after-handshake" } });
  });
});

/** Without everything before the first record of application data of the last epoch. */
const later = ({ wire }: Exchange): Exchange["wire"] => wire.slice(-4);

it("in TLS 1.2 both randoms are missing: nothing is tried", async () => {
  const run = await exchange({ version: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" });
  const fed = new Fed(keysOf(run.keyLog));
  for (const { from, octets } of later(run)) fed.send(from, octets);
  fed.end();
  expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "starts-after-handshake", opened: 0 });
});

it.each(["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"])(
  "%s: from far inside, the keys are among many, and the numbers high",
  async (ciphers) => {
    const messages: (readonly ["client" | "server", number])[] = [];
    for (let i = 0; i < 300; i++) messages.push(["client", 5], ["server", 7]);
    const run = await exchange({ version: "TLSv1.3", ciphers, messages });
    const others = Array.from({ length: 20 }, (_, i) => {
      const secret = i
        .toString(16)
        .padStart(2, "0")
        .repeat(ciphers.endsWith("384") ? 48 : 32);
      return ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0"].map((name) => `${name} ${secret.slice(0, 64)} ${secret}\n`);
    }).flat();
    const wire = run.wire.slice(-100);
    const fed = new Fed(keysOf(others.join("") + run.keyLog));
    for (const { from, octets } of wire) fed.send(from, octets);
    fed.end();
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
    expect(fed.client.all.length).toBeGreaterThan(100);
    expect(run.sent.client.subarray(-fed.client.all.length).equals(fed.client.all)).toBe(true);
    expect(run.sent.server.subarray(-fed.server.all.length).equals(fed.server.all)).toBe(true);
    expect([fed.client.gaps, fed.server.gaps, fed.troubles]).toEqual([[], [], []]);
  },
);

const where = haveCaptures ? "" : " (no captures beside the project)";
const paths = capturesIn("tls", /\.pcap$/).filter((path) => existsSync(path.replace(/\.pcap$/, ".keys")));

describe.skipIf(!haveCaptures)(`recorded TLS whose start is missing${where}`, () => {
  it.each(paths.map((path) => [captureName(path), path]))("%s", async (_, path) => {
    const pcap = readFileSync(path);
    const keyLog = readFileSync(path.replace(/\.pcap$/, ".keys"));
    const whole = (await connectionsOf(path, keysOf(keyLog))).flatMap(({ client, server }) => [client.all, server.all]);
    const count = packetsOf(pcap).length;
    let octets = 0;
    for (const cut of [4, 8, 16, 40].filter((at) => at < count - 4)) {
      for (const { client, server, decryptor } of await connectionsOf(
        bytesSource("a.pcap", without(pcap, cut)),
        keysOf(keyLog),
      )) {
        for (const piece of [...client.pieces, ...server.pieces]) {
          expect(whole.some((one) => one.includes(piece))).toBe(true);
          octets += piece.length;
        }
        const { decrypted, reason } = decryptor.verdict();
        if (decrypted === "none") expect(reason).toBeDefined();
      }
      const { errors } = await read(without(pcap, cut), keyLog.toString("latin1"));
      expect(errors.filter(({ certainty, rule }) => certainty === "proven" && !rule.startsWith("tls/"))).toEqual([]);
    }
    if (!path.includes("tls12")) expect(octets).toBeGreaterThan(0);
  });
});

it("trials in vain are counted over all connections, and end", async () => {
  const run = await exchange({ version: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" });
  const record = new TlsRecord();
  record.type = 23;
  record.version = 0x303;
  record.bytes = new Uint8Array(100);
  record.end = 100;
  const budget = new SearchBudget();
  budget.trials = 500;
  const store = keysOf(run.keyLog);
  for (let i = 0; i < 2; i++) {
    expect(searchKeys(store, record, {}, budget)).toBeUndefined();
    expect(budget.trials).toBeLessThan(20);
  }
  const fed = new Fed(keysOf(run.keyLog), 1 << 20, undefined, budget);
  for (const { from, octets } of later(run)) fed.send(from, octets);
  expect(fed.end().decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "starts-after-handshake" });
});

describe.skipIf(!haveCaptures)(`early data${where}`, () => {
  it("blames no client for acknowledging SETTINGS in octets of the server that the capture lost from the first on", async () => {
    const path = paths.find((one) => one.endsWith("c-sclient-nginx-0rtt.pcap"))!;
    const pcap = readFileSync(path);
    const lost = [23, 26, 27, 28, 29, 30, 31, 34, 35];
    const kept = packetsOf(pcap).filter((_, i) => !lost.includes(i + 1));
    const { errors } = await read(
      Buffer.concat([pcap.subarray(0, 24), ...kept]),
      readFileSync(path.replace(/pcap$/, "keys"), "latin1"),
    );
    expect(errors.filter(({ certainty }) => certainty === "proven").map(({ rule }) => rule)).toEqual([]);
    expect(errors.map(({ rule, because }) => [rule, because])).toEqual([
      ["settings/ack-unexpected", expect.arrayContaining(["start2"])],
    ]);
  });
});
