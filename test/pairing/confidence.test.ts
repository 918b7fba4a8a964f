// An answer that belongs to another fault, came too early, or is not there at all must never be called exact.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PairedFinding } from "../../src/pairing/reaction.ts";
import { rules } from "../../src/rules/index.ts";
import { play } from "../../src/testing/play.ts";
import type { Script } from "../../src/testing/script.ts";

interface Fault {
  readonly rule: string;
  readonly commit: (client: Script["client"]) => unknown;
  readonly answer: (server: Script["server"]) => unknown;
  /** Rules that this answer fits as well, by its code and what it names. */
  readonly fits?: readonly string[];
}

const open = (client: Script["client"]) => client.headers(1, { endStream: true });

const faults: readonly Fault[] = [
  {
    rule: "stream/data-after-end-stream",
    commit: (client) => open(client).data(1, 4),
    answer: (server) => server.rst(1, 5),
  },
  {
    rule: "hpack/index-zero",
    commit: (client) => client.headers(1, { block: Uint8Array.of(0x80), endStream: true }),
    answer: (server) => server.goaway(1, 9).close(),
  },
  {
    rule: "frame/ping-length",
    commit: (client) => open(client).frame({ type: 6, payload: "short" }),
    answer: (server) => server.goaway(1, 6).close(),
  },
  {
    rule: "stream-id/even-client",
    commit: (client) => client.headers(2, { endStream: true }),
    answer: (server) => server.goaway(0, 1, "request HEADERS: invalid stream_id").close(),
  },
  {
    rule: "frame/data-on-stream-zero",
    commit: (client) => open(client).data(0, 4),
    answer: (server) => server.goaway(1, 1, "DATA: stream_id == 0").close(),
  },
  {
    rule: "flow/connection-window-overflow",
    commit: (client) => open(client).windowUpdate(0, 0x7fffffff),
    answer: (server) => server.goaway(1, 3).close(),
  },
  {
    rule: "flow/window-update-zero-stream",
    commit: (client) => open(client).windowUpdate(1, 0),
    answer: (server) => server.goaway(1, 1, "WINDOW_UPDATE: window_size_increment == 0").close(),
  },
  {
    rule: "settings/enable-push-value",
    commit: (client) => open(client).settings([[2, 2]]),
    answer: (server) => server.goaway(1, 1, "SETTINGS: invalid SETTINGS_ENBLE_PUSH").close(),
  },
  {
    rule: "headers/missing-path",
    commit: (client) => client.headers(1, { fields: { ":method": "GET", ":scheme": "http" }, endStream: true }),
    answer: (server) => server.headers(1, { fields: { ":status": "400" }, endStream: true }),
  },
  {
    rule: "abuse/ping-flood",
    commit: (client) => open(client),
    answer: (server) => server.goaway(1, 11, "too_many_pings").close(),
  },
  {
    rule: "none: the application gave up",
    commit: (client) => open(client),
    answer: (server) => server.rst(1, 8),
  },
];

type Deed = "swapped" | "early" | "dropped" | "late";

const exact = (pairs: readonly PairedFinding[]) =>
  pairs.filter(({ confidence }) => confidence === "exact").map(({ finding }) => finding.rule);

function pairsOf(fault: Fault, answer: Fault, deed: Deed): readonly PairedFinding[] {
  return play(
    (s) => {
      fault.commit(s.client);
      // Nothing but the handshake had arrived.
      if (deed === "early") answer.answer(s.server.crossing(5));
      else if (deed === "late") answer.answer(s.server.wait(60_000));
      else if (deed === "swapped") answer.answer(s.server);
      else s.server.ping();
    },
    { rules },
  ).pairs;
}

describe("the confidence", () => {
  const judged = faults.filter(({ rule }) => rules.some(({ id }) => id === rule) && rule !== "abuse/ping-flood");

  it.each(judged.map((fault) => [fault.rule, fault] as const))("%s and its own answer belong together", (rule, fault) => {
    const { reaction, confidence } = pairsOf(fault, fault, "swapped").find(({ finding }) => finding.rule === rule)!;
    expect(reaction).toBeDefined();
    expect(confidence).not.toBe("possible");
  });

  it("is never exact for an answer that was moved, dropped or swapped", () => {
    const one = fc.constantFrom(...faults);
    fc.assert(
      fc.property(one, one, fc.constantFrom<Deed>("swapped", "early", "dropped", "late"), (fault, answer, deed) => {
        const rights = deed === "swapped" && fault === answer ? [fault.rule] : [];
        // What came a minute late on its stream is still about that.
        if (deed === "late" && fault === answer) return;
        expect(exact(pairsOf(fault, answer, deed)).filter((rule) => !rights.includes(rule))).toEqual([]);
      }),
      { seed: 20_261_123, numRuns: 300 },
    );
  });
});
