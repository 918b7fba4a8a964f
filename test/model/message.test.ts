import { describe, expect, it } from "vitest";
import { octets } from "../http2/octets.ts";
import { Drive, request, response, trailers } from "./driving.ts";

// RFC 7541 6.1, 6.2.2: literals with names from the static table.
const scheme = '86 84 01 01 "a"';
const connect = octets('02 07 "CONNECT" 01 05 "a:443"');
const withLength = octets('83 86 84 01 01 "a" 0f 0d 01 "3"');
const head = octets(`02 04 "HEAD" ${scheme}`);
const refused = octets("80");

const rows: readonly (readonly [about: string, say: (d: Drive) => void, ...events: string[]])[] = [
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

describe("a message over several frames", () => {
  it.each(rows.map(([about, say, ...events]) => ({ about, say, events })))("$about", ({ say, events }) => {
    const d = new Drive();
    d.take();
    say(d);
    expect(d.take()).toEqual(events);
  });
});
