import { earlyDataNondefault, earlyDataUnsafe } from "../../../src/rules/tls/early-data.ts";
import { type Story, testRule } from "../../../src/testing.ts";
import type { TlsFacts } from "../../../src/tls/facts.ts";

// The preface and an empty SETTINGS are the first 33 octets.
const all: Partial<TlsFacts> = { earlyData: "accepted", earlyEnd: 1 << 20 };
const opening: Partial<TlsFacts> = { earlyData: "accepted", earlyEnd: 33 };
const ask = (method: string): Story => {
  const fields = { ":method": method, ":scheme": "https", ":path": "/", ":authority": "a" };
  return (s) => s.client.headers(1, { endStream: true, fields });
};

testRule(earlyDataUnsafe, {
  valid: {
    GET: { frames: ask("GET"), tls: all },
    "POST after the early data": { frames: ask("POST"), tls: opening },
    "POST, and there was no early data": { frames: ask("POST"), tls: {} },
    "POST without TLS": ask("POST"),
  },
  invalid: {
    POST: { frames: ask("POST"), tls: all, finds: [["method", 1, { method: "POST", streamId: 1 }]] },
    "a method that nobody knows": { frames: ask("FROB"), tls: all, finds: [["method", 1, { method: "FROB", streamId: 1 }]] },
  },
});

const send = (...lengths: number[]): Story => {
  return (s) => {
    s.client.headers(1);
    for (const length of lengths) s.client.data(1, length);
  };
};
const full = [16_384, 16_384, 16_384];

testRule(earlyDataNondefault, {
  valid: {
    "all of the window": { frames: send(...full, 16_383), tls: all },
    "more after the early data": { frames: send(...full, 16_384), tls: opening },
  },
  invalid: {
    "one byte more than the window": {
      frames: send(...full, 16_384),
      tls: all,
      finds: [["window", 5, { octets: 65_536 }]],
      splittable: false,
    },
    "one byte more than a frame": { frames: send(16_385), tls: all, finds: [["size", 2, { length: 16_385 }]] },
  },
});
