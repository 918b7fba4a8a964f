// What is lost or changed is never made up: every piece that comes out was sent, in its order, and the rest is told as a gap.
import { beforeAll, describe, expect, it } from "vitest";
import { other, type Side } from "../../src/place.ts";
import { type Collected, Fed, keysOf } from "./feeding.ts";
import { type Exchange, exchange, type Setting } from "./peers.ts";

const messages: Setting["messages"] = [
  ["client", 24],
  ["server", 9],
  ["client", 1],
  ["server", 300],
  ["client", 40],
  ["server", 17],
];
const settings: Record<string, Setting> = {
  "TLS 1.3 GCM": { ciphers: "TLS_AES_128_GCM_SHA256", version: "TLSv1.3", messages },
  "TLS 1.2 GCM": { ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256", version: "TLSv1.2", messages },
  "TLS 1.2 CBC, encrypt then MAC": { ciphers: "ECDHE-ECDSA-AES128-SHA", version: "TLSv1.2", messages },
  // SSL_OP_NO_ENCRYPT_THEN_MAC.
  "TLS 1.2 CBC, MAC then encrypt": { ciphers: "ECDHE-ECDSA-AES128-SHA", version: "TLSv1.2", messages, options: 1 << 19 },
  "TLS 1.2 ChaCha20": { ciphers: "ECDHE-ECDSA-CHACHA20-POLY1305", version: "TLSv1.2", messages },
};

interface Piece {
  readonly from: Side;
  readonly octets: Buffer;
}

/** The records that were sent, one by one. */
const recordsOf = ({ wire }: Exchange): Piece[] => {
  const rest = { client: Buffer.alloc(0), server: Buffer.alloc(0) };
  const records: Piece[] = [];
  for (const { from, octets } of wire) {
    rest[from] = Buffer.concat([rest[from], octets]);
    while (rest[from].length >= 5 && rest[from].length >= 5 + rest[from].readUInt16BE(3)) {
      const length = 5 + rest[from].readUInt16BE(3);
      records.push({ from, octets: rest[from].subarray(0, length) });
      rest[from] = rest[from].subarray(length);
    }
  }
  return records;
};

/** How many octets came out. Every piece was sent; the first from the beginning on. */
function expectTrue(found: Collected, sent: Buffer, gapped: boolean): number {
  let at = 0;
  for (const [i, piece] of found.pieces.entries()) {
    const where = sent.indexOf(piece, at);
    if (i === 0 && where !== 0 && piece.length > 0) throw new Error("the beginning was not sent so");
    if (where < 0) throw new Error(`${piece.toString("hex")} was not sent`);
    at = where + piece.length;
  }
  if (!gapped && found.gaps.length > 0) throw new Error("a gap where nothing is missing");
  return found.all.length;
}

function run({ keyLog }: Exchange, feed: (fed: Fed) => void): Fed {
  const fed = new Fed(keysOf(keyLog));
  feed(fed);
  return fed.end();
}

function sendAll(fed: Fed, pieces: readonly Piece[]): void {
  for (const { from, octets } of pieces) if (octets.length > 0) fed.send(from, octets);
}

/** Places in a record; of the handshake some, unless all are asked for. */
function places(length: number, handshake: boolean): number[] {
  const step = process.env["H2LINT_EVERY_CUT"] === "1" ? 1 : handshake ? 29 : 5;
  return Array.from({ length }, (_, at) => at).filter((at) => at < 6 || at % step === 0 || at === length - 1);
}

describe.each(Object.entries(settings))("%s", (_, setting) => {
  let whole: Exchange;
  let records: Piece[];
  let clear: number;

  beforeAll(async () => {
    whole = await exchange(setting);
    records = recordsOf(whole);
    // Records before the first application data that was sent.
    clear = records.findIndex((_, i) => run(whole, (fed) => sendAll(fed, records.slice(0, i + 1))).client.all.length > 0);
  });

  const total = (fed: Fed): number =>
    expectTrue(fed.client, whole.sent.client, true) + expectTrue(fed.server, whole.sent.server, true);
  const all = (): number => whole.sent.client.length + whole.sent.server.length;

  it("a changed byte costs its record, and it is told", () => {
    for (const [i, record] of records.entries()) {
      for (const at of places(record.octets.length, i < clear)) {
        const changed = Buffer.from(record.octets);
        changed[at]! ^= at % 2 === 0 ? 0x40 : 0x01;
        const fed = run(whole, (to) => sendAll(to, records.with(i, { from: record.from, octets: changed })));
        const left = total(fed);
        if (i < clear) continue;
        if (at >= 5) {
          expect(fed.troubles.map(({ kind, from }) => [kind, from])).toContainEqual(["authentication-failed", record.from]);
          expect(left).toBeGreaterThanOrEqual(all() - record.octets.length);
        } else if (left < all()) expect(fed.troubles.length).toBeGreaterThan(0);
        const peer = other(record.from);
        expect(fed[peer].all.length).toBe(whole.sent[peer].length);
      }
    }
  });

  it("a byte that is not there breaks nothing", () => {
    for (const [i, record] of records.entries()) {
      for (const at of places(record.octets.length, i < clear)) {
        const short = Buffer.concat([record.octets.subarray(0, at), record.octets.subarray(at + 1)]);
        const fed = run(whole, (to) => sendAll(to, records.with(i, { from: record.from, octets: short })));
        total(fed);
      }
    }
  });

  it("a wrong length breaks nothing, whatever it is", () => {
    for (const [i, record] of records.entries()) {
      if (i < clear - 4) continue;
      const step = process.env["H2LINT_EVERY_CUT"] === "1" ? 1 : 7;
      for (let length = i % step; length < 512; length += step) {
        const wrong = Buffer.from(record.octets);
        wrong.writeUInt16BE(length, 3);
        total(run(whole, (to) => sendAll(to, records.with(i, { from: record.from, octets: wrong }))));
        const short = Buffer.concat([wrong.subarray(0, 5), wrong.subarray(6)]);
        total(run(whole, (to) => sendAll(to, records.with(i, { from: record.from, octets: short }))));
      }
    }
  });

  it("a byte that the capture lost costs its record", () => {
    for (const [i, record] of records.entries()) {
      for (const at of places(record.octets.length, i < clear)) {
        const fed = run(whole, (to) => {
          for (const [k, r] of records.entries()) {
            if (k !== i) to.send(r.from, r.octets);
            else {
              if (at > 0) to.send(r.from, r.octets.subarray(0, at));
              to.lose(r.from, 1);
              if (at + 1 < r.octets.length) to.send(r.from, r.octets.subarray(at + 1));
            }
          }
        });
        const left = total(fed);
        if (i >= clear) expect(left, `record ${i}, byte ${at}`).toBeGreaterThanOrEqual(all() - record.octets.length);
      }
    }
  });

  it("records that the capture lost cost themselves only", () => {
    for (let i = clear; i < records.length; i++) {
      for (let count = 1; count <= 4 && i + count <= records.length; count++) {
        let lost = 0;
        const fed = run(whole, (to) => {
          for (const [k, { from, octets }] of records.entries()) {
            if (k < i || k >= i + count) to.send(from, octets);
            else {
              to.lose(from, octets.length);
              lost += octets.length;
            }
          }
        });
        expect(total(fed), `records ${i} to ${i + count}`).toBeGreaterThanOrEqual(all() - lost);
      }
    }
  });

  it("handshake records that the capture lost cost no data but what cannot be read without them", () => {
    for (let i = 0; i < clear; i++) {
      const fed = run(whole, (to) => {
        for (const [k, { from, octets }] of records.entries()) k === i ? to.lose(from, octets.length) : to.send(from, octets);
      });
      const left = total(fed);
      const [head, , , , , type] = records[i]!.octets;
      // Without the hellos: nothing in TLS 1.2; in TLS 1.3 the suite is found by trial, the client random is not.
      const hello = head === 22 && (type === 1 || (type === 2 && setting.version === "TLSv1.2"));
      if (!hello) expect(left, `record ${i}`).toBe(all());
      // What follows the client's Finished from the server in TLS 1.3 are tickets, which look like data.
      const ticket = setting.version === "TLSv1.3" && records.slice(0, i).filter(({ from }) => from === "client").length > 2;
      if (hello || ticket) continue;
      // A side whose loss the other has seen may have sent data in it: told before what answers it, once.
      for (const { gaps } of [fed.client, fed.server]) {
        expect(gaps.length, `record ${i}`).toBeLessThanOrEqual(1);
        for (const { exact, proof } of gaps) expect([exact, proof]).toEqual([false, "acknowledged"]);
      }
    }
  });
});
