import { beforeAll, describe, expect, it } from "vitest";
import { KeyLogReader } from "../../src/tls/key-log.ts";
import { KeyStore } from "../../src/tls/key-store.ts";
import { Fed, keysOf } from "./feeding.ts";
import { type Exchange, exchange } from "./peers.ts";

function growing(): KeyStore {
  const store = new KeyStore();
  store.complete = false;
  return store;
}

function add(store: KeyStore, text: string): void {
  const log = new KeyLogReader(store);
  const octets = Buffer.from(text, "latin1");
  log.bytes(octets, 0, octets.length);
  log.end();
}

describe.each([
  ["TLSv1.3", "TLS_AES_128_GCM_SHA256"],
  ["TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"],
] as const)("keys that come late, %s", (version, ciphers) => {
  let run: Exchange;
  beforeAll(async () => {
    run = await exchange({ version, ciphers });
  });

  const expectAll = (fed: Fed): void => {
    expect(fed.client.all.equals(run.sent.client)).toBe(true);
    expect(fed.server.all.equals(run.sent.server)).toBe(true);
    expect([fed.client.gaps, fed.server.gaps, fed.troubles]).toEqual([[], [], []]);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "both", failed: 0 });
    expect([fed.client.ended, fed.server.ended]).toEqual(["fin", "fin"]);
    expect(fed.parking.octets).toBe(0);
  };

  it("after any packet: nothing is lost, and the places are the same", () => {
    const whole = new Fed(keysOf(run.keyLog));
    for (const { from, octets } of run.wire) whole.send(from, octets);
    whole.end();
    for (let late = 0; late <= run.wire.length; late++) {
      const store = growing();
      const fed = new Fed(store);
      for (const [i, { from, octets }] of run.wire.entries()) {
        if (i === late) add(store, run.keyLog);
        fed.send(from, octets);
      }
      fed.end();
      if (late === run.wire.length) add(store, run.keyLog);
      fed.decryptor.keysChanged();
      expectAll(fed);
      expect([fed.client.places, fed.server.places]).toEqual([whole.client.places, whole.server.places]);
    }
  });

  it("line by line", () => {
    const store = growing();
    const fed = new Fed(store);
    const lines = run.keyLog.split(/(?<=\n)/);
    for (const { from, octets } of run.wire) {
      fed.send(from, octets);
      add(store, lines.shift() ?? "");
    }
    fed.end();
    fed.decryptor.finish();
    expectAll(fed);
  });

  it("that do not come: it ends, with the reason", () => {
    const fed = new Fed(growing());
    for (const { from, octets } of run.wire) fed.send(from, octets);
    fed.end();
    expect(fed.decryptor.waiting).toBe(true);
    expect(fed.client.ended).toBeUndefined();
    fed.decryptor.finish();
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "none", reason: "no-keys" });
    expect([fed.client.ended, fed.server.ended, fed.parking.octets]).toEqual(["fin", "fin", 0]);
  });

  it("what waits has a bound", () => {
    const store = growing();
    const fed = new Fed(store, 20_000);
    let most = 0;
    for (const { from, octets } of run.wire) {
      fed.send(from, octets);
      most = Math.max(most, fed.parking.octets);
    }
    fed.end();
    expect(most).toBeLessThan(20_000);
    expect(fed.decryptor.waiting).toBe(false);
    expect(fed.decryptor.verdict()).toMatchObject({ decrypted: "none" });
    expect([fed.client.ended, fed.server.ended, fed.parking.octets]).toEqual(["fin", "fin", 0]);
  });
});
