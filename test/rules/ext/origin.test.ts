import {
  originFlags,
  originFromClient,
  originMalformed,
  originOnCleartext,
  originOnStream,
} from "../../../src/rules/ext/origin.ts";
import { type Story, testRule } from "../../../src/testing.ts";

// RFC 8336 2: entries of a length in two octets and an origin.
const ORIGIN = 0x0c;
const entry = (origin: string): string => `\0${String.fromCharCode(origin.length)}${origin}`;
const sent =
  (payload: string, more: { readonly streamId?: number; readonly flags?: number } = {}): Story =>
  (s) =>
    s.client.headers(1).server.frame({ type: ORIGIN, payload, ...more });
const good = entry("https://h2.test");

testRule(originOnStream, {
  valid: {
    "on stream 0": sent(good),
    "of the client: ext/origin-from-client": (s) => s.client.headers(1).frame({ type: ORIGIN, streamId: 1, payload: good }),
  },
  invalid: { "on a request's stream": { frames: sent(good, { streamId: 1 }), finds: [["stream", 2, { streamId: 1 }]] } },
});

testRule(originOnCleartext, {
  valid: {
    "ALTSVC is another frame": (s) => s.client.headers(1).server.frame({ type: 0x0a, streamId: 1, payload: "\0\0clear" }),
    "of the client: ext/origin-from-client": (s) => s.client.frame({ type: ORIGIN, payload: good }),
  },
  invalid: {
    "with entries, twice": {
      frames: (s) => s.server.frame({ type: ORIGIN, payload: good }).frame({ type: ORIGIN }),
      finds: [["cleartext", 1, {}, { count: 2 }]],
    },
    "the start is missing": {
      frames: (s) => s.midway().client.headers(1).server.headers(1).frame({ type: ORIGIN, payload: good }).ping(),
      finds: [["cleartext", 3, {}, { because: ["borders", "start"] }]],
      certainty: "unproven",
    },
  },
});

testRule(originFromClient, {
  valid: { "of the server": sent(good) },
  invalid: { "of the client": { frames: (s) => s.client.frame({ type: ORIGIN, payload: good }), finds: [["client", 1]] } },
});

testRule(originFlags, {
  valid: { none: sent(good), "a higher one": sent(good, { flags: 0xf0 }) },
  invalid: {
    "0x1": { frames: sent(good, { flags: 0x01 }), finds: [["flags", 2, { flags: "0x01" }]] },
    "0x8 and a higher one": { frames: sent(good, { flags: 0x18 }), finds: [["flags", 2, { flags: "0x18" }]] },
  },
});

testRule(originMalformed, {
  valid: {
    "no entry": sent(""),
    two: sent(good + entry("http://h2.test:8080")),
    IPv6: sent(entry("https://[2001:db8::1]:8443")),
    "an empty entry": sent(entry("") + good),
    "cut by the capture": (s) => s.server.lost(20).frame({ type: ORIGIN, payload: good }),
    "of the client: ext/origin-from-client": (s) => s.client.frame({ type: ORIGIN, payload: "\0" }),
  },
  invalid: {
    "longer than the payload": {
      frames: sent(`${good}\0\x09https://`),
      finds: [["length", 2, { length: 9, left: 8 }]],
    },
    "half a length": { frames: sent(`${good}\0`), finds: [["length", 2, { length: 2, left: 1 }]] },
    "with a path": {
      frames: sent(entry("https://h2.test/")),
      finds: [["entry", 2, { entry: "https://h2.test/" }]],
    },
    "a host alone": { frames: sent(good + entry("h2.test")), finds: [["entry", 2, { entry: "h2.test" }]] },
    "not ASCII": { frames: sent(entry("https://h\xe4.test")), finds: [["entry", 2, { entry: "https://h\xe4.test" }]] },
    "a length, and nothing behind it": { frames: sent(`${good}\0\x05`), finds: [["length", 2, { length: 5, left: 0 }]] },
  },
});
