// Upgrades from HTTP/1.1 (RFC 7540 3.2), however they are split and whatever is wrong with them.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { http2Settings } from "../../src/detect/upgrade.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { frame } from "../http2/octets.ts";
import { connect, type Step } from "./connecting.ts";

const head = (...lines: readonly string[]): string => `${lines.join("\r\n")}\r\n\r\n`;
const settings = frame(4, 0, 0, "0003 00000064");
const client = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings]);
const server = Buffer.concat([settings, frame(4, 1, 0), frame(1, 5, 1, "88")]);

interface Talk {
  readonly before: boolean;
  readonly content: string;
  readonly chunked: boolean;
  readonly answer: 101 | 200;
  readonly early: boolean;
}

/** Turns of a conversation: who, and what. */
function turnsOf({ before, content, chunked, answer, early }: Talk): (readonly [0 | 1, Buffer])[] {
  const length = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${content.length}`;
  const body = !chunked ? content : `${content === "" ? "" : `${content.length.toString(16)}\r\n${content}\r\n`}0\r\n\r\n`;
  const upgrade = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"];
  const request = Buffer.from(head("POST /p HTTP/1.1", "Host: a", length, ...upgrade) + body);
  const response =
    answer === 101
      ? Buffer.concat([Buffer.from(head("HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: h2c")), server])
      : Buffer.from(`${head("HTTP/1.1 200 OK", "Content-Length: 2")}ok`);
  return [
    ...(before
      ? ([
          [0, Buffer.from(head("GET / HTTP/1.1", "Host: a"))],
          [1, Buffer.from(`${head("HTTP/1.1 200 OK", "Content-Length: 3")}abc`)],
        ] as const)
      : []),
    // A client may send its preface before the answer is there, where it is sure of it.
    [0, answer === 101 && early ? Buffer.concat([request, client]) : request],
    [1, response],
    ...(answer === 101 && !early ? ([[0, client]] as const) : []),
  ];
}

const talk = fc.record({
  before: fc.boolean(),
  content: fc.stringMatching(/^[a-z\r\n]{0,30}$/),
  chunked: fc.boolean(),
  answer: fc.constantFrom(101 as const, 200 as const),
  early: fc.boolean(),
});
const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 });

function split(turns: readonly (readonly [0 | 1, Buffer])[], borders: readonly number[]): Step[] {
  return turns.flatMap(([direction, octets]) => {
    const at = [0, ...borders.filter((one) => one > 0 && one < octets.length).sort((a, b) => a - b), octets.length];
    return at.slice(1).map((end, i): Step => [direction, octets.subarray(at[i], end)]);
  });
}

describe("an upgrade", () => {
  it("is the same, however it is split", () => {
    const run = fc.property(talk, cuts, (given, borders) => {
      const turns = turnsOf(given);
      const whole = connect(split(turns, []));
      expect(connect(split(turns, borders))).toEqual(whole);
      expect(whole.some((event) => event.startsWith("begin h2c-upgrade"))).toBe(given.answer === 101);
      // Its frames are all there.
      if (given.answer === 101)
        expect(whole.filter((event) => /^(client|server) (settings|headers) /.test(event))).toHaveLength(4);
    });
    fc.assert(run, { seed: seedOr(7540), numRuns: runs(300) });
  });

  it("that is damaged, or lacks bytes, never throws", () => {
    const harm = fc.tuple(fc.nat(), fc.oneof(fc.nat({ max: 255 }), fc.constant("gap" as const), fc.constant("end" as const)));
    const run = fc.property(talk, cuts, fc.array(harm, { maxLength: 3 }), (given, borders, harms) => {
      const steps = split(turnsOf(given), borders);
      for (const [where, what] of harms) {
        const i = where % steps.length;
        const [direction, octets] = steps[i]!;
        if (!(octets instanceof Uint8Array) || octets.length === 0) continue;
        if (what === "gap") steps[i] = [direction, octets.length];
        else if (what === "end") steps.splice(i + 1);
        else {
          const hurt = Buffer.from(octets);
          hurt[where % hurt.length] = what;
          steps[i] = [direction, hurt];
        }
      }
      const events = connect([...steps, [0, "end"], [1, "end"]]);
      expect(events.filter((event) => event.startsWith("begin")).length).toBeLessThanOrEqual(1);
    });
    fc.assert(run, { seed: seedOr(7541), numRuns: runs(500) });
  });
});

it("HTTP2-Settings of any value is settings, a wrong length or a wrong alphabet", () => {
  const run = fc.property(
    fc.array(fc.tuple(fc.nat({ max: 0xffff }), fc.nat({ max: 0xffffffff })), { maxLength: 5 }),
    fc.string({ maxLength: 12 }),
    (pairs, noise) => {
      const payload = Buffer.concat(
        pairs.map(([id, value]) => {
          const octets = Buffer.alloc(6);
          octets.writeUInt16BE(id);
          octets.writeUInt32BE(value, 2);
          return octets;
        }),
      );
      expect(http2Settings(payload.toString("base64url"))).toEqual(pairs);
      const read = http2Settings(noise);
      if (read === "alphabet") return;
      const length = Math.floor((noise.length * 3) / 4);
      expect(Array.isArray(read) ? read.length * 6 : read).toBe(length);
    },
  );
  fc.assert(run, { seed: seedOr(7542), numRuns: runs(500) });
});
