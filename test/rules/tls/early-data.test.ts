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
    "POST right behind the early data": { frames: ask("POST"), tls: { earlyData: "accepted", earlyEnd: 42 } },
  },
  invalid: {
    POST: { frames: ask("POST"), tls: all, finds: [["method", 1, { method: "POST", streamId: 1 }]] },
    "a method that nobody knows": { frames: ask("FROB"), tls: all, finds: [["method", 1, { method: "FROB", streamId: 1 }]] },
    "a method that begins in the early data": {
      frames: ask("PUT"),
      tls: { earlyData: "accepted", earlyEnd: 43 },
      finds: [["method", 1, { method: "PUT", streamId: 1 }]],
    },
    "a long method": {
      frames: ask("A".repeat(41)),
      tls: all,
      finds: [["method", 1, { method: "A".repeat(40), streamId: 1 }]],
    },
  },
});

const send = (...lengths: number[]): Story => {
  return (s) => {
    s.client.headers(1);
    for (const length of lengths) s.client.data(1, length);
  };
};
const full = [16_384, 16_384, 16_384];

// Behind the 42 bytes of the opening.
const large: Story = (s) => s.client.frame({ type: 0x99, payload: "x".repeat(16_385) });

testRule(earlyDataNondefault, {
  valid: {
    "all of the window": { frames: send(...full, 16_383), tls: all },
    "more after the early data": { frames: send(...full, 16_384), tls: opening },
    "right behind the early data": { frames: large, tls: { earlyData: "accepted", earlyEnd: 42 } },
    "of the server": { frames: (s) => s.client.headers(1).server.headers(1).data(1, 16_385), tls: all },
  },
  invalid: {
    "one byte more than the window": {
      frames: send(...full, 16_384),
      tls: all,
      finds: [["window", 5, { octets: 65_536 }]],
      splittable: false,
    },
    "one byte more than a frame": { frames: send(16_385), tls: all, finds: [["size", 2, { length: 16_385 }]] },
    "a large frame that begins in the early data": {
      frames: large,
      tls: { earlyData: "accepted", earlyEnd: 43 },
      finds: [["size", 1, { length: 16_385 }]],
    },
    "one byte when all of the window is used": {
      frames: send(...full, 16_383, 1, 1),
      tls: all,
      finds: [["window", 6, { octets: 65_536 }]],
      splittable: false,
    },
  },
});
