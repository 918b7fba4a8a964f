import { describe, expect, it } from "vitest";
import { octets } from "../http2/octets.ts";
import { Drive, interim, request, response, trailers } from "./driving.ts";

// RFC 7541 6.1, 6.2.2: literals with names from the static table.
const scheme = '86 84 01 01 "a"';
const connect = octets('02 07 "CONNECT" 01 05 "a:443"');
const withLength = octets('83 86 84 01 01 "a" 0f 0d 01 "3"');
const head = octets(`02 04 "HEAD" ${scheme}`);
const noStatus = octets('00 01 "t" 01 "1"');
const badStatus = octets('08 02 "20"');
const refused = octets("80");

const rows: readonly (readonly [about: string, say: (d: Drive) => void, ...events: string[]])[] = [
  [
    "a request without :method and :path",
    (d) => void d.client.headers(1, octets('86 01 01 "a"')),
    "C request 1 opens !methodMissing !pathMissing",
  ],
  [
    "CONNECT with a scheme, without a port",
    (d) => void d.client.headers(1, octets('02 07 "CONNECT" 86 01 01 "a"')),
    "C request 1 opens !connectSchemePath !connectAuthority",
  ],
  [
    "a response without :status, one with a bad one",
    (d) => {
      d.client.headers(1, request, "end").headers(3, request, "end");
      d.server.headers(1, noStatus).headers(3, badStatus);
    },
    ...["C request 1 opens", "C request 3 opens", "S response 1 !statusMissing", "S response 3 !statusInvalid"],
  ],
  [
    "an interim response that ends the stream",
    (d) => {
      d.client.headers(1, request, "end");
      d.server.headers(1, interim, "end");
    },
    ...["C request 1 opens", "S interim 1 !interimEndsStream", "1 over"],
  ],
  [
    "trailers with :status",
    (d) => {
      d.client.headers(1, request, "end");
      d.server.headers(1, response).headers(1, response, "end");
    },
    ...["C request 1 opens", "S response 1", "S response-trailers 1 !pseudoMisplaced", "1 over"],
  ],
  [
    "more content than content-length, told once",
    ({ client }) => void client.headers(1, withLength).data(1, 2).data(1, 2).data(1, 2, 1),
    ...["C request 1 opens", "C data 1 !contentLengthMismatch"],
  ],
  [
    "less content than content-length",
    ({ client }) => void client.headers(1, withLength).data(1, 2).headers(1, trailers, "end"),
    ...["C request 1 opens", "C request-trailers 1 !requestTrailers !contentLengthMismatch"],
  ],
  [
    "content in the answer to HEAD",
    (d) => {
      d.client.headers(1, head, "end");
      d.server.headers(1, response).data(1, 1);
    },
    ...["C request 1 opens", "S response 1", "S data 1 !contentForbidden"],
  ],
  [
    "trailers in a tunnel",
    (d) => {
      d.client.headers(1, connect);
      d.server.headers(1, response).headers(1, trailers, "end");
    },
    ...["C request 1 opens", "S response 1", "S response-trailers 1 !onTunnel"],
  ],
  [
    "a response that could not be decoded: its DATA, its trailers",
    (d) => {
      d.client.headers(1, request, "end").headers(3, request, "end");
      d.server.headers(1, refused).data(1, 1).headers(1, trailers, "end");
    },
    ...["C request 1 opens", "C request 3 opens", "S unknown 1 ignored !hpackFault", "S response 1", "1 over"],
  ],
];

describe("what is wrong with a message", () => {
  it.each(rows.map(([about, say, ...events]) => ({ about, say, events })))("$about", ({ say, events }) => {
    const d = new Drive();
    d.take();
    say(d);
    expect(d.take()).toEqual(events);
  });
});
