import { describe, expect, it } from "vitest";
import { expandLabel, nextSecret, trafficKeys } from "../../src/tls/key-schedule.ts";
import { suite } from "../../src/tls/suite.ts";
import { Fed, keysOf } from "./feeding.ts";
import { type Trace, traces } from "./rfc8448.ts";

const octets = (hex: string): Buffer => Buffer.from(hex.replace(/\s/g, ""), "hex");
const counting = Buffer.from(Array.from({ length: 50 }, (_, i) => i));

function run({ secrets, records }: Trace, cut = (record: Buffer): Buffer[] => [record], without = /^$/): Fed {
  const lines = secrets.split("\n").filter((line) => !without.test(line));
  const fed = new Fed(keysOf(lines.join("\n")));
  for (const [from, hex] of records) for (const piece of cut(octets(hex))) fed.send(from, piece);
  return fed.end();
}

describe("RFC 8448", () => {
  it("section 3: traffic keys from secrets", () => {
    const protection = suite(0x1301).protection!;
    const of = (secret: string): string[] => {
      const { key, iv } = trafficKeys(protection, octets(secret));
      return [key, iv].map((part) => Buffer.from(part).toString("hex"));
    };
    const secret = (label: string): string => new RegExp(`^${label} \\S+ (\\S+)$`, "m").exec(traces[3].secrets)![1]!;
    expect(of(secret("SERVER_HANDSHAKE_TRAFFIC_SECRET"))).toEqual([
      "3fce516009c21727d0f2e4e86ee403bc",
      "5d313eb2671276ee13000b30",
    ]);
    expect(of(secret("CLIENT_HANDSHAKE_TRAFFIC_SECRET"))).toEqual([
      "dbfaa693d1762c5b666af5d950258d01",
      "5bd3c71b836e0b76bb73265f",
    ]);
    expect(of(secret("SERVER_TRAFFIC_SECRET_0"))).toEqual(["9f02283b6c9c07efc26bb9f2ac92e356", "cf782b88dd83549aadf1e984"]);
    expect(of(secret("CLIENT_TRAFFIC_SECRET_0"))).toEqual(["17422dda596ed5d9acd890e3c63f5051", "5b78923dee08579033e523d9"]);
  });

  it("section 3: a label over more than one block of the hash", () => {
    const long = expandLabel("sha256", octets("00".repeat(32)), "key", new Uint8Array(0), 80);
    expect(long.length).toBe(80);
    expect(nextSecret("sha384", octets("11".repeat(48))).length).toBe(48);
  });

  it("section 3: simple 1-RTT handshake", () => {
    const fed = run(traces[3]);
    expect(fed.client.all).toEqual(counting);
    expect(fed.server.all).toEqual(counting);
    expect(fed.decryptor.verdict()).toMatchObject({
      decrypted: "both",
      version: "TLS 1.3",
      suite: "TLS_AES_128_GCM_SHA256",
      failed: 0,
    });
    expect(fed.decryptor.facts).toMatchObject({ serverName: "server", tickets: 1 });
    expect(fed.decryptor.facts.alerts.map(({ from, name }) => [from, name])).toEqual([
      ["client", "close_notify"],
      ["server", "close_notify"],
    ]);
    expect(fed.troubles).toEqual([]);
  });

  it("section 4: resumed 0-RTT handshake", () => {
    const fed = run(traces[4]);
    expect(fed.client.all).toEqual(Buffer.concat([Buffer.from("ABCDEF"), counting]));
    expect(fed.server.all).toEqual(counting);
    expect(fed.decryptor.facts).toMatchObject({ earlyData: "accepted", resumed: true });
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
  });

  it("section 4: early data is given when the server has accepted it", () => {
    const { secrets, records } = traces[4];
    const fed = new Fed(keysOf(secrets));
    const given = records.slice(0, 4).map(([from, hex]) => fed.send(from, octets(hex)).client.all.toString());
    expect(given).toEqual(["", "", "", "ABCDEF"]);
  });

  it("section 4: without the early secret the rest is read all the same", () => {
    const fed = run(traces[4], undefined, /EARLY/);
    expect(fed.client.all).toEqual(counting);
    expect(fed.server.all).toEqual(counting);
  });

  it("section 5: HelloRetryRequest", () => {
    const fed = run(traces[5]);
    expect(fed.decryptor.facts.helloRetryRequest).toBe(true);
    expect(fed.decryptor.facts.alerts.map(({ name }) => name)).toEqual(["close_notify", "close_notify"]);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
    expect(fed.decryptor.facts.certificates.server).toBeDefined();
  });

  it("section 6: client authentication", () => {
    const fed = run(traces[6]);
    expect(fed.decryptor.facts.alerts.map(({ name }) => name)).toEqual(["close_notify", "close_notify"]);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
    expect(fed.decryptor.facts.certificates.server?.subject).toContain("CN=ecdsa256");
    expect(fed.decryptor.facts.certificates.client?.subject).toContain("CN=client");
  });

  it("section 7: compatibility mode", () => {
    const fed = run(traces[7]);
    expect(fed.decryptor.facts.alerts.map(({ name }) => name)).toEqual(["close_notify", "close_notify"]);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
  });

  it.each([3, 4, 5, 6, 7] as const)("section %i, byte by byte and with records together", (section) => {
    const whole = run(traces[section]);
    const single = run(traces[section], (record) => [...record].map((octet) => Buffer.of(octet)));
    const halves = run(traces[section], (record) =>
      [record.subarray(0, 7), record.subarray(7)].filter((piece) => piece.length > 0),
    );
    for (const fed of [single, halves]) {
      expect(fed.client.all).toEqual(whole.client.all);
      expect(fed.server.all).toEqual(whole.server.all);
      expect(fed.decryptor.verdict()).toEqual(whole.decryptor.verdict());
    }
  });
});

describe("part of the secrets of RFC 8448 section 3", () => {
  it("only of the handshake", () => {
    const fed = run(traces[3], undefined, /TRAFFIC_SECRET_0/);
    expect([fed.client.all.length, fed.server.all.length]).toEqual([0, 0]);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "handshake-secrets-only", failed: 0 });
  });

  it("only of application data", () => {
    const fed = run(traces[3], undefined, /HANDSHAKE/);
    expect(fed.client.all).toEqual(counting);
    expect(fed.server.all).toEqual(counting);
    expect([fed.client.gaps, fed.server.gaps]).toEqual([[], []]);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
  });

  it("only of one direction", () => {
    const fed = run(traces[3], undefined, /CLIENT_(?:TRAFFIC|HANDSHAKE)/);
    expect(fed.client.all.length).toBe(0);
    expect(fed.server.all).toEqual(counting);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "server", reason: "incomplete-keys", failed: 0 });
    expect(fed.server.places.map(({ acked }) => acked)).toEqual([-1]);
  });

  it("of another connection, or none at all", () => {
    const other = { ...traces[3], secrets: traces[4].secrets };
    expect(run(other).decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "no-key-for-connection" });
    expect(run({ ...other, secrets: "" }).decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "no-keys" });
  });

  it("that are wrong", () => {
    const wrong = { ...traces[3], secrets: traces[3].secrets.replace(/(?<= )[0-9a-f]{4}(?=[0-9a-f]{60}$)/gm, "0000") };
    const fed = run(wrong);
    expect([fed.client.all.length, fed.server.all.length]).toEqual([0, 0]);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "authentication-failed" });
    expect(fed.troubles[0]).toMatchObject({ kind: "authentication-failed" });
  });

  it("where the handshake was not captured", () => {
    const fed = run({ ...traces[3], records: traces[3].records.slice(4) });
    // Its traffic secrets are at hand: a record that one of them opens is its own.
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both" });
  });
});
