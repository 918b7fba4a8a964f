import { describe, expect, it } from "vitest";
import { octets } from "../http2/octets.ts";
import { Drive, request } from "./driving.ts";

const HEADER_TABLE_SIZE = 1;
// RFC 7541 6.3: to 0; 6.2.1: `a: b` put into the table.
const toZero = octets('20 82 84 86 01 01 "a"');
const indexing = octets('82 84 86 01 01 "a" 40 01 "a" 01 "b"');

/** The server announces this, one frame a value, and the client acknowledges. */
function lower(d: Drive, ...sizes: readonly number[]): void {
  for (const size of sizes) {
    d.server.settings([HEADER_TABLE_SIZE, size]);
    d.client.settingsAck();
  }
}

const rows: readonly (readonly [about: string, say: (d: Drive) => void, ...events: string[]])[] = [
  ["nothing acknowledged", (d) => void d.client.headers(1, request), "C request 1 opens"],
  [
    "lower, no update",
    (d) => {
      lower(d, 0);
      d.client.headers(1, request);
    },
    "C request 1 opens !tableUpdateMissing",
  ],
  [
    "lower, an update",
    (d) => {
      lower(d, 0);
      d.client.headers(1, toZero).headers(3, request);
    },
    ...["C request 1 opens", "C request 3 opens"],
  ],
  [
    "lower and higher",
    (d) => {
      d.client.headers(1, indexing);
      lower(d, 0, 100);
      d.client.headers(3, request);
    },
    ...["C request 1 opens", "C request 3 opens !tableMinimumMissing"],
  ],
  [
    "each block is asked once",
    (d) => {
      lower(d, 0);
      d.client.headers(1, request).headers(3, request);
    },
    ...["C request 1 opens !tableUpdateMissing", "C request 3 opens"],
  ],
];

describe("what a lower HEADER_TABLE_SIZE asks", () => {
  it.each(rows.map(([about, say, ...events]) => ({ about, say, events })))("$about", ({ say, events }) => {
    const d = new Drive();
    d.take();
    say(d);
    expect(d.take()).toEqual(events);
  });
});
