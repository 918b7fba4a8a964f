import { sensitiveIndexed } from "../../../src/rules/hpack/sensitive.ts";
import { type Story, testRule } from "../../../src/testing.ts";

const get = "\x82\x86\x84\x01\x01a";
const name = (text: string): string => String.fromCharCode(text.length) + text;
const request =
  (field: string): Story =>
  (s) =>
    s.client.headers(1, { endStream: true, block: get + field });
// RFC 7541 6.2.1: indexed; 6.2.2: not; 6.2.3: never.
const authorization = name("authorization") + name("Bearer x");

testRule(sensitiveIndexed, {
  valid: {
    "never indexed": request(`\x10${authorization}`),
    "not indexed": request(`\x00${authorization}`),
    "another field": request(`\x40${name("accept")}${name("*")}`),
    "a long cookie": request(`\x40${name("cookie")}${name("c".repeat(20))}`),
    "a cookie that is long enough, says the user": {
      frames: request(`\x40${name("cookie")}${name("c=12")}`),
      options: { shortCookie: 4 },
    },
  },
  invalid: {
    authorization: {
      frames: request(`\x40${authorization}`),
      finds: [["indexed", 1, { side: "client", name: "authorization", streamId: 1 }]],
    },
    "a short cookie": {
      frames: request(`\x40${name("cookie")}${name("c".repeat(19))}`),
      finds: [["indexed", 1, { side: "client", name: "cookie", streamId: 1 }]],
    },
    "set-cookie": {
      frames: (s) => s.client.headers(1).server.headers(1, { block: `\x88\x40${name("set-cookie")}${name("c".repeat(30))}` }),
      finds: [["indexed", 2, { side: "server", name: "set-cookie", streamId: 1 }]],
    },
  },
});
