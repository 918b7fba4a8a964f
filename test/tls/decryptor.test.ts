import { describe, expect, it } from "vitest";
import { PlaintextOffsets } from "../../src/tls/plaintext-offsets.ts";
import { Fed, keysOf } from "./feeding.ts";
import { clearRecord, clientHello, keyLog, Sealer, serverHello } from "./sealing.ts";

interface Opened {
  readonly fed: Fed;
  readonly client: Sealer;
  readonly server: Sealer;
}

function open13(keys = keyLog): Opened {
  const fed = new Fed(keysOf(keys));
  fed.send("client", clientHello(0x1301, [0x304])).send("server", serverHello(0x1301, 0x304));
  return { fed, client: new Sealer("client", true), server: new Sealer("server", true) };
}

function open12(): Opened {
  const fed = new Fed(keysOf(keyLog));
  const [client, server] = [new Sealer("client", false), new Sealer("server", false)];
  fed.send("client", clientHello(0xc02f)).send("server", serverHello(0xc02f, 0x303));
  fed.send("client", client.finished()).send("server", server.finished());
  return { fed, client, server };
}

const texts = (pieces: readonly Buffer[]): string[] => pieces.map((piece) => piece.toString());

describe("TLS 1.3", () => {
  it("padding is taken off; a record of padding alone is empty", () => {
    const { fed, client } = open13();
    fed.send("client", client.data("one", 100)).send("client", client.data("", 30)).send("client", client.data("two\0"));
    expect(texts(fed.client.pieces)).toEqual(["onetwo\0"]);
  });

  it("KeyUpdate in both directions, each for itself", () => {
    const { fed, client, server } = open13();
    fed.send("client", client.data("a")).send("client", client.keyUpdate()).send("client", client.data("b"));
    fed.send("server", server.data("x")).send("client", client.keyUpdate()).send("client", client.data("c"));
    fed.send("server", server.keyUpdate()).send("server", server.data("y")).end();
    expect([fed.client.all.toString(), fed.server.all.toString()]).toEqual(["abc", "xy"]);
    expect(fed.decryptor.facts.keyUpdates).toEqual({ client: 2, server: 1 });
    expect(fed.troubles).toEqual([]);
  });

  it("a lost KeyUpdate: the next keys are tried", () => {
    const { fed, client } = open13();
    fed.send("client", client.data("a"));
    const [update, lost] = [client.keyUpdate(), client.data("lost")];
    fed
      .lose("client", update.length + lost.length)
      .send("client", client.data("b"))
      .send("client", client.data("c"));
    expect(texts(fed.client.pieces)).toEqual(["a", "bc"]);
    expect(fed.decryptor.verdict().failed).toBe(0);
  });

  it("many lost records: the number is found, with the gap before what follows", () => {
    const { fed, client } = open13();
    fed.send("client", client.data("a"));
    let lost = 0;
    for (let i = 0; i < 1000; i++) lost += client.data("some bytes").length;
    fed.lose("client", lost).send("client", client.data("b")).end();
    expect(texts(fed.client.pieces)).toEqual(["a", "b"]);
    expect(fed.client.gaps).toEqual([{ length: lost, proof: "acknowledged", exact: false }]);
  });

  it("a record from elsewhere costs nothing but itself", () => {
    const { fed, client } = open13();
    const other = new Sealer("server", true);
    fed.send("client", client.data("a")).send("client", other.data("evil")).send("client", client.data("b"));
    expect(texts(fed.client.pieces)).toEqual(["a", "b"]);
    expect(fed.troubles.map(({ kind }) => kind)).toEqual(["authentication-failed"]);
  });

  it("a record that comes twice is no data", () => {
    const { fed, client } = open13();
    const record = client.data("a");
    fed.send("client", record).send("client", record).send("client", client.data("b"));
    expect(texts(fed.client.pieces)).toEqual(["a", "b"]);
  });

  it("what never opens is tried a bounded number of times", () => {
    const { fed } = open13();
    const noise = clearRecord(23, Buffer.alloc(40, 0x99));
    const before = process.cpuUsage();
    for (let i = 0; i < 3000; i++) fed.send("client", noise);
    fed.end();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(20);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "authentication-failed" });
    expect(fed.client.all.length).toBe(0);
  });

  it("the ServerHello was lost: the suite is found by trial", () => {
    const fed = new Fed(keysOf(keyLog.split("\n").slice(0, 3).join("\n")));
    const client = new Sealer("client", true);
    fed
      .send("client", clientHello(0x1301, [0x304]))
      .lose("server", 100)
      .send("client", client.data("a"))
      .end();
    expect(fed.client.all.toString()).toBe("a");
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "client" });
  });

  it("early data that the server has rejected is no data", () => {
    const fed = new Fed(keysOf(keyLog));
    const [early, client] = [new Sealer("early", true), new Sealer("client", true)];
    fed.send("client", clientHello(0x1301, [0x304], true)).send("client", early.data("too early"));
    expect(fed.client.all.length).toBe(0);
    fed.send("server", serverHello(0x1301, 0x304)).send("client", client.data("in time")).end();
    expect(texts(fed.client.pieces)).toEqual(["in time"]);
    expect(fed.decryptor.facts.earlyData).toBe("rejected");
  });

  it("early data that nobody answered is given at the end", () => {
    const fed = new Fed(keysOf(keyLog));
    fed
      .send("client", clientHello(0x1301, [0x304], true))
      .send("client", new Sealer("early", true).data("early"))
      .end();
    expect(texts(fed.client.pieces)).toEqual(["early"]);
    expect(fed.decryptor.facts.earlyData).toBe("offered");
  });

  it("what a sender knew when it wrote a record is what its first byte acknowledges", () => {
    const { fed, client, server } = open13();
    fed.send("client", client.data("a"));
    const record = server.data("answer");
    fed.send("server", record.subarray(0, 10)).send("client", client.data("bcd")).send("server", record.subarray(10));
    fed.send("server", server.data("next")).end();
    expect(fed.server.places.map(({ acked }) => acked)).toEqual([1, 4]);
    expect(fed.server.places.map(({ packet, offset }) => [packet, offset])).toEqual([
      [6, 0],
      [7, 6],
    ]);
  });

  it("an alert in clear", () => {
    const fed = new Fed(keysOf(keyLog));
    fed
      .send("client", clientHello(0x1301, [0x304]))
      .send("server", clearRecord(21, Buffer.of(2, 120)))
      .end();
    expect(fed.decryptor.facts.alerts).toMatchObject([{ from: "server", level: "fatal", name: "no_application_protocol" }]);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "no-application-data" });
  });
});

describe("TLS 1.2", () => {
  it("lost records: a nonce that counts tells how many, however many they were", () => {
    const { fed, client } = open12();
    fed.send("client", client.data("a"));
    let lost = 0;
    for (let i = 0; i < 6000; i++) lost += client.data("").length;
    fed.lose("client", lost).send("client", client.data("b")).end();
    expect(texts(fed.client.pieces)).toEqual(["a", "b"]);
  });

  it("a record that lacks bytes: how many there were is known", () => {
    const { fed, client } = open12();
    fed.send("client", client.data("a"));
    const record = client.data("0123456789");
    fed.send("client", record.subarray(0, 20)).lose("client", record.length - 20);
    fed.send("client", client.data("b")).end();
    expect(fed.client.gaps).toEqual([{ length: 10, proof: "acknowledged", exact: true }]);
    expect(texts(fed.client.pieces)).toEqual(["a", "b"]);
  });

  it.each([
    ["a suite that is not read", 0x0005, 0x303, 0, "unsupported-suite", "TLS_RSA_WITH_RC4_128_SHA"],
    ["an older version", 0x002f, 0x302, 0, "unsupported-version", "TLS_RSA_WITH_AES_128_CBC_SHA"],
    ["compression", 0xc02f, 0x303, 1, "compressed", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
  ])("%s is named", (_, code, version, compression, reason, name) => {
    const fed = new Fed(keysOf(keyLog));
    fed.send("client", clientHello(code)).send("server", serverHello(code, version, compression));
    for (const side of ["client", "server"] as const) {
      fed.send(side, clearRecord(20, Buffer.of(1))).send(side, clearRecord(22, Buffer.alloc(40, 0x99)));
      fed.send(side, clearRecord(23, Buffer.alloc(60, 0x98)));
    }
    fed.end();
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "none", reason, suite: name });
  });
});

describe("acknowledgments", () => {
  it("are those of whole records", () => {
    const offsets = new PlaintextOffsets();
    expect([offsets.at(-1), offsets.at(1000)]).toEqual([-1, 0]);
    offsets.add(100, 10);
    offsets.add(200, 110);
    offsets.add(300, 110);
    expect([99, 100, 150, 200, 250, 1e9, 100].map((at) => offsets.at(at))).toEqual([0, 10, 10, 110, 110, 110, 10]);
  });

  it("are remembered of the last records as they are, of those long before rounded down", () => {
    const offsets = new PlaintextOffsets();
    for (let i = 1; i <= 10_000; i++) offsets.add(100 * i, 10 * i);
    expect([offsets.at(1_000_000), offsets.at(999_999), offsets.at(100)]).toEqual([100_000, 99_990, 0]);
    let before = 0;
    for (let i = 1; i <= 10_000; i++) {
      const plain = offsets.at(100 * i);
      expect(plain).toBeLessThanOrEqual(10 * i);
      expect(plain).toBeGreaterThanOrEqual(before);
      if (i > 9800) expect(plain).toBe(10 * i);
      before = plain;
    }
    const asked = new PlaintextOffsets();
    for (let i = 1; i <= 10_000; i++) {
      asked.add(100 * i, 10 * i);
      expect(asked.at(100 * i)).toBe(10 * i);
      if (i > 10) expect(asked.at(100 * (i - 10))).toBe(10 * (i - 10));
    }
    expect(asked.at(100)).toBe(-1);
  });
});
