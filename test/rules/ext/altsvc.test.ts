import { altsvcEmptyOrigin, altsvcFromClient, altsvcMalformed, altsvcOriginOnStream } from "../../../src/rules/ext/altsvc.ts";
import { type Story, testRule } from "../../../src/testing.ts";

// RFC 7838 4: the length of an origin in two octets, the origin, an Alt-Svc value.
const ALTSVC = 0x0a;
const of = (origin: string, value: string): string => `\0${String.fromCharCode(origin.length)}${origin}${value}`;
const sent =
  (streamId: number, payload: string): Story =>
  (s) =>
    s.client.headers(1).server.frame({ type: ALTSVC, streamId, payload });
const value = (text: string): Story => sent(1, of("", text));

testRule(altsvcOriginOnStream, {
  valid: {
    "no origin": sent(1, of("", "clear")),
    "on stream 0": sent(0, of("https://h2.test", "clear")),
    "of the client: ext/altsvc-from-client": (s) =>
      s.client.headers(1).frame({ type: ALTSVC, streamId: 1, payload: of("https://h2.test", "clear") }),
  },
  invalid: {
    "an origin": {
      frames: sent(1, of("https://h2.test", "clear")),
      finds: [["origin", 2, { origin: "https://h2.test", streamId: 1 }]],
    },
  },
});

testRule(altsvcEmptyOrigin, {
  valid: { "an origin": sent(0, of("https://h2.test", "clear")), "on a request's stream": sent(1, of("", "clear")) },
  invalid: { "no origin": { frames: sent(0, of("", "clear")), finds: [["empty", 2]] } },
});

testRule(altsvcFromClient, {
  valid: { "of the server": sent(1, of("", "clear")) },
  invalid: {
    "of the client, twice": {
      frames: (s) => s.client.frame({ type: ALTSVC, payload: of("a", "clear") }).frame({ type: ALTSVC, payload: "" }),
      finds: [["client", 1, {}, { count: 2 }]],
    },
  },
});

testRule(altsvcMalformed, {
  valid: {
    clear: value("clear"),
    "one alternative": value('h3=":443"'),
    "with parameters": value('h3=":443"; ma=3600; persist=1, h2="alt.h2.test:8000" ;v="a,b"'),
    "an escaped name, an escaped quote": value('w%3Dx%3Ay="new\\"host:80"'),
    "empty elements of the list": value(', h2=":443",,'),
    "of the client: ext/altsvc-from-client": (s) => s.client.frame({ type: ALTSVC, payload: "\0" }),
  },
  invalid: {
    "an origin longer than the payload": { frames: sent(0, "\0\x09https://"), finds: [["length", 2, { length: 10 }]] },
    "no room for a length": { frames: sent(0, "\0"), finds: [["length", 2, { length: 1 }]] },
    "no quotes": { frames: value("h3=:443"), finds: [["value", 2, { value: "h3=:443" }]] },
    "no value": { frames: value(""), finds: [["value", 2, { value: "" }]] },
    Clear: { frames: value("Clear"), finds: [["value", 2, { value: "Clear" }]] },
    "a parameter without a value": { frames: value('h3=":443"; ma'), finds: [["value", 2, { value: 'h3=":443"; ma' }]] },
    "two without a comma": { frames: value('h3=":1" h2=":2"'), finds: [["value", 2, { value: 'h3=":1" h2=":2"' }]] },
  },
});
